"""The ward's own list of TDPs: dated, merged, people moved, and no figure of an earlier day changed."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, update

from handlers._requests.figures import Dimension, FiguresBy
from handlers._requests.lists import (
    Fault,
    ImportList,
    ListImported,
    ListKind,
    ListOutdated,
    ListRefused,
    ListTried,
    Notice,
    Outcome,
    Remark,
    TdpLine,
    TryList,
)
from handlers._requests.person import Role
from handlers._requests.report import (
    MakeReport,
    Period,
    PeriodKind,
    ReportKept,
    ReportMade,
    ReportOf,
)
from handlers._requests.stated import StateFigure
from storage import perform, tdps
from storage._database import Database
from storage._tx import Tx
from storage.events import Code, record
from storage.house import Actor
from storage.tables import Audit, People, Profiles, Residences, Tdps
from storage.tables_staff import Grants, Invites, TeamItems
from storage.tdps import TdpRow

LAN = Actor("person:7", frozenset({Role.STAFF}), "page", person=7)
TODAY = date(2026, 11, 22)
YESTERDAY = TODAY - timedelta(1)
HERE = ZoneInfo("Asia/Ho_Chi_Minh")
SAMPLES = (
    TdpRow("mau-01", "mẫu Tân Trung", "1", "Đông Cao", is_placeholder=True),
    TdpRow("mau-02", "mẫu Phù Lôi", "2", "Thuận Thành", is_placeholder=True),
)
OWN = (
    TdpRow("TT-01", "Tân Trung", "1", "Đông Cao", is_placeholder=False),
    TdpRow("TT-02", "Phù Lôi", "2", "Thuận Thành", is_placeholder=False),
    TdpRow("TT-03", "Cầu Đồng", None, None, is_placeholder=False),
)


def line(row: int, code: str, name: str = "", **more: object) -> TdpLine:
    """A row of the list."""
    empty = TdpLine(row, code, name or f"Tổ {code}", "", "", None, None, "")
    return replace(empty, **more)  # type: ignore[arg-type]


REAL = (
    line(2, "TT-01", "Tân Trung", number="1", former_ward="Đông Cao"),
    line(3, "TT-02", "Phù Lôi", number="2", former_ward="Thuận Thành"),
    line(4, "TT-03", "Cầu Đồng"),
)


async def try_(tx: Tx, *lines: TdpLine) -> ListTried:
    found = await perform(tx, LAN, TryList(ListKind.TDPS, lines))
    assert isinstance(found, ListTried), found
    return found


async def take(tx: Tx, *lines: TdpLine) -> ListImported:
    done = await perform(tx, LAN, ImportList(ListKind.TDPS, lines))
    assert isinstance(done, ListImported), done
    return done


async def faults(tx: Tx, *lines: TdpLine) -> list[tuple[int, str, Fault, str]]:
    found = await perform(tx, LAN, TryList(ListKind.TDPS, lines))
    assert isinstance(found, ListRefused), found
    return [(one.row, one.column, one.fault, one.meant) for one in found.problems]


async def stored(tx: Tx) -> dict[str, tuple[object, ...]]:
    """Every TDP: name, number, former ward, from, to, the heir's code, whether a sample."""
    rows = (await tx.connection.execute(select(Tdps.__table__).order_by(Tdps.id))).all()
    codes = {row.id: row.code for row in rows}
    return {
        row.code: (
            row.name,
            row.number,
            row.former_ward,
            row.valid_from,
            row.valid_to,
            codes.get(row.merged_into),
            bool(row.is_placeholder),
        )
        for row in rows
    }


async def number_of(tx: Tx, code: str) -> int:
    found = await tx.connection.scalar(select(Tdps.id).where(Tdps.code == code))
    assert found is not None
    return found


async def settle(tx: Tx, person: int, code: str, since: datetime | None = None) -> None:
    """Somebody lives in a TDP, chose it themselves, and passed a lesson there."""
    at, tdp = since or tx.now - timedelta(days=40), await number_of(tx, code)
    await tx.connection.execute(
        insert(People).values(
            id=person, created_at=at, channel="web", is_practice=False, is_sample=False,
            confirmed_at=at,
        )
    )  # fmt: skip
    await tx.connection.execute(insert(Profiles).values(person_id=person, asked_tdp_at=at))
    await tx.connection.execute(
        insert(Residences).values(person_id=person, tdp_id=tdp, valid_from=at)
    )
    await record(tx, person, Code.REGISTERED, at=at)
    await record(tx, person, Code.TDP, at=at)
    await record(tx, person, Code.PASSED, at=at + timedelta(days=1), lesson="TB-01", attempt_no=1)


async def residences(tx: Tx, person: int) -> list[tuple[str | None, datetime, datetime | None]]:
    rows = await tx.connection.execute(
        select(Tdps.code, Residences.valid_from, Residences.valid_to)
        .outerjoin_from(Residences, Tdps)
        .where(Residences.person_id == person)
        .order_by(Residences.id)
    )
    return [tuple(row) for row in rows.all()]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), HERE).astimezone(UTC)


@pytest_asyncio.fixture
async def tx(database: Database, now: datetime) -> AsyncIterator[Tx]:
    """A ward with its own three TDPs."""
    async with database.transaction(now) as opened:
        await tdps.load_once(opened, OWN)
        yield opened


@pytest_asyncio.fixture
async def sample_tx(database: Database, now: datetime) -> AsyncIterator[Tx]:
    """A ward that still has the sample names."""
    async with database.transaction(now) as opened:
        await tdps.load_once(opened, SAMPLES)
        yield opened


# ---------------------------------------------------------------- the first list


async def test_the_wards_own_list_ends_the_sample_names(sample_tx: Tx) -> None:
    done = await take(sample_tx, *REAL)

    assert [(one.row, one.outcome, one.name) for one in done.changes] == [
        (2, Outcome.NEW, "TT-01 Tân Trung"),
        (3, Outcome.NEW, "TT-02 Phù Lôi"),
        (4, Outcome.NEW, "TT-03 Cầu Đồng"),
        (0, Outcome.ENDED, "mau-01 mẫu Tân Trung"),
        (0, Outcome.ENDED, "mau-02 mẫu Phù Lôi"),
    ]
    assert (await stored(sample_tx))["mau-01"][4] == YESTERDAY
    assert await tdps.placeholders(sample_tx) == 0


async def test_who_lived_under_a_sample_name_is_asked_again(sample_tx: Tx) -> None:
    await settle(sample_tx, 11, "mau-01")

    done = await take(sample_tx, *REAL)

    assert Notice(0, Remark.PEOPLE_ASKED, "mau-01 mẫu Tân Trung", 1) in done.notices
    ((code, _, until),) = await residences(sample_tx, 11)
    assert (code, until) == ("mau-01", midnight(TODAY))
    asked = await sample_tx.connection.scalar(select(Profiles.asked_tdp_at))
    assert asked is None


async def test_a_sample_name_with_an_heir_hands_its_people_over(sample_tx: Tx) -> None:
    await settle(sample_tx, 11, "mau-02")

    await take(sample_tx, *REAL, line(5, "mau-02", "mẫu Phù Lôi", into="TT-02"))

    assert [one[0] for one in await residences(sample_tx, 11)] == ["mau-02", "TT-02"]
    assert await sample_tx.connection.scalar(select(Profiles.asked_tdp_at)) is not None


@pytest.mark.parametrize(
    ("more", "lines"),
    [
        ((), [("Tân Trung", 1), ("Phù Lôi", 0), ("Cầu Đồng", 0), (None, 2)]),
        (
            (line(5, "mau-02", "mẫu Phù Lôi", into="TT-02"),),
            [("Tân Trung", 1), ("Phù Lôi", 1), ("Cầu Đồng", 0), (None, 1)],
        ),
    ],
)
async def test_an_earlier_report_speaks_of_the_wards_own_tdps_and_of_no_sample_name(
    sample_tx: Tx, more: Sequence[TdpLine], lines: list[tuple[str | None, int]]
) -> None:
    began = line(4, "TT-03", "Cầu Đồng", valid_from=date(2026, 7, 1))
    await settle(sample_tx, 11, "mau-01")
    await settle(sample_tx, 12, "mau-02")
    await take(sample_tx, *REAL[:2], began, *more)
    await settle(sample_tx, 13, "TT-01")
    for place, number in (("TT-01", 100), ("TT-02", 200), ("TT-03", 300)):
        tdp = await number_of(sample_tx, place)
        said = StateFigure("adults", number, date(2026, 11, 1), "Công an phường", tdp=tdp)
        await perform(sample_tx, LAN, said)
    sample = await number_of(sample_tx, "mau-01")
    said = StateFigure("adults", 900, date(2026, 11, 1), "Công an phường", tdp=sample)
    await perform(sample_tx, LAN, said)

    period = Period(PeriodKind.MONTH, date(2026, 10, 15), date(2026, 11, 14))
    made = await perform(sample_tx, LAN, MakeReport(period))
    assert isinstance(made, ReportMade)
    kept = await perform(sample_tx, LAN, ReportOf(made.report))
    assert isinstance(kept, ReportKept)

    found = kept.figures.tdps
    assert [(one.id and one.name, one.so_far.reached) for one in found] == lines
    (share,) = [one for one in kept.figures.indicators if one.code == "C1"]
    assert (share.numerator, share.denominator, share.note) == (3, 600, "")
    by_tdp = await perform(sample_tx, LAN, FiguresBy(Dimension.TDP, period.since, period.until))
    assert by_tdp.total.of is not None
    assert by_tdp.total.of.value == 600


async def test_a_ward_that_has_nothing_but_sample_names_reports_them(sample_tx: Tx) -> None:
    await settle(sample_tx, 11, "mau-01")

    period = Period(PeriodKind.MONTH, date(2026, 10, 15), date(2026, 11, 14))
    made = await perform(sample_tx, LAN, MakeReport(period))
    assert isinstance(made, ReportMade)
    kept = await perform(sample_tx, LAN, ReportOf(made.report))
    assert isinstance(kept, ReportKept)

    assert [one.name for one in kept.figures.tdps] == ["mẫu Tân Trung", "mẫu Phù Lôi"]


async def test_a_sample_code_under_a_real_name_goes_on_as_a_real_tdp(sample_tx: Tx) -> None:
    await settle(sample_tx, 11, "mau-01")

    await take(sample_tx, line(2, "MAU 01", "Tân Trung", number="1", former_ward="Đông Cao"))

    assert (await stored(sample_tx))["mau-01"] == (
        "Tân Trung", "1", "Đông Cao", None, None, None, False,
    )  # fmt: skip
    assert [one[2] for one in await residences(sample_tx, 11)] == [None]


async def test_a_place_whose_name_only_sounds_like_a_sample_is_the_wards_own(sample_tx: Tx) -> None:
    await take(sample_tx, line(2, "TT-09", "Mậu Thông"))

    assert (await stored(sample_tx))["TT-09"][0] == "Mậu Thông"


async def test_a_sample_name_cannot_be_uploaded_as_the_wards_own(sample_tx: Tx) -> None:
    assert await faults(sample_tx, line(2, "mau-01", "Mẫu Tân Trung")) == [
        (2, "name", Fault.SAMPLE_NAME, "")
    ]


async def test_once_a_list_was_uploaded_the_file_beside_the_config_is_not_loaded(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        assert await tdps.imported_on(tx) is None
        await take(tx, *REAL)
        assert await tdps.load_once(tx, SAMPLES) == 0
        assert await tdps.imported_on(tx) == TODAY
        assert list(await stored(tx)) == ["TT-01", "TT-02", "TT-03"]


# ---------------------------------------------------------------- the next lists


async def test_the_same_list_again_changes_nothing_and_says_so(tx: Tx) -> None:
    before = await stored(tx)

    done = await take(tx, *REAL)

    assert {one.outcome for one in done.changes} == {Outcome.SAME}
    assert (done.notices, await stored(tx)) == ((), before)


async def test_a_tdp_the_list_leaves_out_stays(tx: Tx) -> None:
    done = await take(tx, *REAL[:1])

    assert done.notices == (Notice(0, Remark.NOT_IN_LIST, "TT-02 Phù Lôi, TT-03 Cầu Đồng", 2),)
    assert all(one[4] is None for one in (await stored(tx)).values())


async def test_a_new_name_and_number_replace_the_old_ones(tx: Tx) -> None:
    done = await take(tx, line(2, "tt 01", "Tân Trung 1", number="1A"))

    (change,) = done.changes
    assert change.outcome is Outcome.CHANGED
    assert [(one.column, one.before, one.after) for one in change.cells] == [
        ("name", "Tân Trung", "Tân Trung 1"),
        ("number", "1", "1A"),
        ("former_ward", "Đông Cao", ""),
    ]
    assert (await stored(tx))["TT-01"][:3] == ("Tân Trung 1", "1A", None)


async def test_a_merge_moves_people_from_the_day_after_the_last_one(tx: Tx) -> None:
    last = date(2026, 11, 10)
    await settle(tx, 11, "TT-02")
    await settle(tx, 12, "TT-02", since=midnight(date(2026, 11, 15)))
    await settle(tx, 13, "TT-03")

    done = await take(tx, line(2, "TT-02", "Phù Lôi", valid_to=last, into="TT-01"))

    assert Notice(0, Remark.PEOPLE_MOVE, "TT-02 Phù Lôi", 2, "TT-01 Tân Trung") in done.notices
    assert (await stored(tx))["TT-02"][3:6] == (None, last, "TT-01")
    (old, new) = await residences(tx, 11)
    assert (old[0], old[2]) == ("TT-02", midnight(date(2026, 11, 11)))
    assert new == ("TT-01", midnight(date(2026, 11, 11)), None)
    moved_in_later = [one[1:] for one in await residences(tx, 12)]
    assert moved_in_later[0] == (midnight(date(2026, 11, 15)),) * 2
    assert moved_in_later[1] == (midnight(date(2026, 11, 15)), None)
    assert [one[0] for one in await residences(tx, 13)] == ["TT-03"]


async def test_a_merge_without_a_day_holds_since_yesterday_for_good(
    database: Database, now: datetime
) -> None:
    merged = (REAL[0], line(3, "TT-02", "Phù Lôi", into="TT-01"), REAL[2])
    async with database.transaction(now) as tx:
        await tdps.load_once(tx, OWN)
        await take(tx, *merged)
        assert (await stored(tx))["TT-02"][4:6] == (YESTERDAY, "TT-01")

    async with database.transaction(now + timedelta(days=9)) as tx:
        done = await take(tx, *merged)

        assert {one.outcome for one in done.changes} == {Outcome.SAME}
        assert (await stored(tx))["TT-02"] == (
            "Phù Lôi", "2", "Thuận Thành", None, YESTERDAY, "TT-01", False,
        )  # fmt: skip


async def test_a_new_tdp_begins_when_those_that_made_it_end(tx: Tx) -> None:
    last = date(2026, 10, 31)
    merged = [line(n, f"TT-0{n}", valid_to=last, into="TT-09") for n in (1, 2)]

    await take(tx, *merged, line(3, "TT-09", "Trung Lôi"))

    assert (await stored(tx))["TT-09"][3] == date(2026, 11, 1)


async def test_roles_invites_and_open_items_go_to_the_heir(tx: Tx) -> None:
    old, heir = await number_of(tx, "TT-02"), await number_of(tx, "TT-01")
    await settle(tx, 11, "TT-02")
    grants = [
        {"role": "team", "tdp_id": old, "ends_on": date(2027, 1, 1)},
        {"role": "head", "tdp_id": old, "ends_on": None},
        {"role": "head", "tdp_id": heir, "ends_on": None},
        {"role": "family", "tdp_id": old, "ends_on": date(2026, 11, 1)},
    ]
    await tx.connection.execute(
        insert(Grants),
        [{**one, "person_id": 11, "since": tx.now, "by": "os:lan"} for one in grants],
    )
    await tx.connection.execute(
        insert(Invites).values(
            words_hash="w", token_hash="t", role="team", tdp_id=old, office="", created_at=tx.now,
            by="os:lan", expires_at=tx.now + timedelta(7),
        )
    )  # fmt: skip
    await tx.connection.execute(
        insert(TeamItems).values(kind="help", subject="person:11", tdp_id=old, created_at=tx.now)
    )

    done = await take(tx, line(2, "TT-02", "Phù Lôi", into="TT-01"))

    assert Notice(0, Remark.ROLES_MOVE, "TT-02 Phù Lôi", 2, "TT-01 Tân Trung") in done.notices
    held = await tx.connection.execute(
        select(Grants.role, Grants.tdp_id, Grants.ends_on)
        .where(Grants.revoked_at.is_(None))
        .order_by(Grants.role)
    )
    assert [tuple(row) for row in held.all()] == [
        ("family", old, date(2026, 11, 1)),
        ("head", heir, None),
        ("team", heir, date(2027, 1, 1)),
    ]
    assert await tx.connection.scalar(select(Invites.tdp_id)) == heir
    assert await tx.connection.scalar(select(TeamItems.tdp_id)) == heir


async def test_a_merge_that_lies_ahead_moves_nobody_until_its_day_has_passed(
    database: Database, now: datetime
) -> None:
    last = TODAY + timedelta(3)
    async with database.transaction(now) as tx:
        await tdps.load_once(tx, OWN)
        await settle(tx, 11, "TT-02")
        done = await take(tx, line(2, "TT-02", "Phù Lôi", valid_to=last, into="TT-01"))
        assert Notice(0, Remark.MOVES_LATER, "TT-02 Phù Lôi", 1, "25/11/2026") in done.notices
        assert len(await residences(tx, 11)) == 1

    async with database.transaction(now + timedelta(days=3)) as tx:
        assert await tdps.leave_those_over(tx) == 0

    async with database.transaction(now + timedelta(days=4)) as tx:
        assert await tdps.leave_those_over(tx) == 1
        assert await tdps.leave_those_over(tx) == 0
        assert (await residences(tx, 11))[-1] == ("TT-01", midnight(last + timedelta(1)), None)
        left = select(Audit.actor, Audit.details).where(Audit.action == "tdp_left")
        ((actor, details),) = (await tx.connection.execute(left)).all()
        assert (actor, details["people"]) == ("clock", 1)


async def test_a_chain_of_merges_leads_to_the_tdp_that_is_left(tx: Tx) -> None:
    await settle(tx, 11, "TT-03")

    await take(
        tx,
        REAL[0],
        line(3, "TT-02", "Phù Lôi", valid_to=date(2026, 11, 20), into="TT-01"),
        line(4, "TT-03", "Cầu Đồng", valid_to=date(2026, 11, 10), into="TT-02"),
    )

    assert [one[0] for one in await residences(tx, 11)] == ["TT-03", "TT-01"]


async def test_a_tdp_that_is_listed_again_without_its_end_exists_again(tx: Tx) -> None:
    await take(tx, line(2, "TT-02", "Phù Lôi", valid_to=YESTERDAY))

    done = await take(tx, REAL[1])

    assert done.changes[0].outcome is Outcome.CHANGED
    assert Notice(3, Remark.IS_OPEN_AGAIN, "TT-02 Phù Lôi") in done.notices
    assert (await stored(tx))["TT-02"][4:6] == (None, None)


# ---------------------------------------------------------------- what is refused

WRONG = [
    ([line(2, "A"), line(3, "a ", "Khác")], [(3, "code", Fault.TWICE, "2")]),
    ([line(2, "***")], [(2, "code", Fault.NOT_A_CODE, "")]),
    ([line(2, "A", "Chợ Mới"), line(3, "B", "chợ mới")], [(3, "name", Fault.TWICE, "2")]),
    ([line(2, "TT-01", into="tt-01")], [(2, "into", Fault.INTO_ITSELF, "")]),
    ([line(2, "TT-01", into="TT-08")], [(2, "into", Fault.UNKNOWN_TDP, "TT-01")]),
    ([line(2, "TT-01", into="xyz")], [(2, "into", Fault.UNKNOWN_TDP, "")]),
    (
        [line(2, "TT-01", valid_from=TODAY, valid_to=YESTERDAY)],
        [(2, "valid_to", Fault.ENDS_BEFORE_IT_BEGINS, "")],
    ),
    (
        [line(2, "TT-01", into="TT-02"), line(3, "TT-02", valid_to=YESTERDAY)],
        [(2, "into", Fault.HEIR_ENDS, "21/11/2026")],
    ),
    (
        [line(2, "TT-01", into="TT-02"), line(3, "TT-02", into="TT-01")],
        [(2, "into", Fault.HEIR_ENDS, "21/11/2026"), (3, "into", Fault.HEIR_ENDS, "21/11/2026")],
    ),
    (
        [line(2, "TT-01", into="B"), line(3, "B", valid_from=date(2027, 1, 1))],
        [(2, "into", Fault.HEIR_BEGINS_LATER, "01/01/2027")],
    ),
]


@pytest.mark.parametrize(("lines", "expected"), WRONG, ids=lambda one: str(one)[:60])
async def test_every_wrong_row_is_named_and_nothing_is_written(
    tx: Tx, lines: Sequence[TdpLine], expected: list[tuple[int, str, Fault, str]]
) -> None:
    before = await stored(tx)

    assert await faults(tx, *lines) == expected
    assert isinstance(await perform(tx, LAN, ImportList(ListKind.TDPS, tuple(lines))), ListRefused)
    assert await stored(tx) == before
    assert await tdps.imported_on(tx) is None


async def test_what_was_shown_is_written_or_nothing(tx: Tx) -> None:
    ending = line(2, "TT-02", "Phù Lôi", into="TT-01")
    shown = await try_(tx, ending)
    await settle(tx, 11, "TT-02")  # one more would move than was shown

    late = await perform(tx, LAN, ImportList(ListKind.TDPS, (ending,), shown.seal))
    other = await perform(
        tx, LAN, ImportList(ListKind.TDPS, (replace(ending, name="X"),), shown.seal)
    )

    assert (late, other) == (ListOutdated(), ListOutdated())
    seal = (await try_(tx, ending)).seal
    done = await perform(tx, LAN, ImportList(ListKind.TDPS, (ending,), seal))
    assert isinstance(done, ListImported)


# ---------------------------------------------------------------- laws

CODES = ("TT-01", "TT-02", "TT-03", "TT-04", "mau-01")
DAYS = st.sampled_from(
    [None, None, date(2026, 10, 1), date(2026, 11, 10), TODAY, date(2026, 12, 1)]
)


@st.composite
def lists(draw: st.DrawFn) -> tuple[TdpLine, ...]:
    """Any list over five codes, right or wrong."""
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=5, unique=True))
    return tuple(
        line(
            row,
            code,
            draw(st.sampled_from([f"Tổ {code}", "Chợ Mới"])),
            number=draw(st.sampled_from(["", "1"])),
            valid_from=draw(DAYS),
            valid_to=draw(DAYS),
            into=draw(st.sampled_from(["", "", "", *CODES])),
        )
        for row, code in enumerate(codes, start=2)
    )


async def everything(tx: Tx) -> list[object]:
    """All that a list may change."""
    tables = (Tdps, Residences, Grants, Profiles)
    rows = [
        await tx.connection.execute(select(one.__table__).order_by(*one.__table__.primary_key))
        for one in tables
    ]
    return [[tuple(row) for row in found.all()] for found in rows]


async def past(tx: Tx) -> list[object]:
    """Figures of days before today, by the TDPs' numbers."""
    found = []
    for since, until in ((None, YESTERDAY), (date(2026, 10, 1), date(2026, 10, 31))):
        figures = await perform(
            tx, Actor("os:lan", frozenset({Role.ADMIN})), FiguresBy(Dimension.TDP, since, until)
        )
        lines = {
            one.key: (one.registered, one.started, one.passed, one.passed_visits)
            for one in figures.lines
            if one.registered or one.passed_visits
        }
        found.append((lines, figures.total.registered, figures.total.passed))
    return found


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=lists(), second=lists())
async def test_a_try_says_what_the_import_does_twice_is_once_and_the_past_stays(
    tx: Tx, first: tuple[TdpLine, ...], second: tuple[TdpLine, ...]
) -> None:
    await tx.connection.execute(text("SAVEPOINT before"))
    try:
        for person, tdp in ((11, "TT-01"), (12, "TT-02"), (13, "TT-02")):
            await settle(tx, person, tdp)
        history = await past(tx)
        for rows in (first, second):
            before = await everything(tx)
            shown = await perform(tx, LAN, TryList(ListKind.TDPS, rows))
            assert await everything(tx) == before

            done = await perform(tx, LAN, ImportList(ListKind.TDPS, rows))

            if isinstance(shown, ListRefused):
                assert done == shown
                assert await everything(tx) == before
                continue
            assert isinstance(shown, ListTried)
            assert isinstance(done, ListImported)
            assert (done.changes, done.notices) == (shown.changes, shown.notices)
            is_same = {one.outcome for one in done.changes} == {Outcome.SAME}
            once = await everything(tx)
            assert not (is_same and once[0] != before[0])

            again = await perform(tx, LAN, ImportList(ListKind.TDPS, rows))

            assert isinstance(again, ListImported)
            assert {one.outcome for one in again.changes} == {Outcome.SAME}
            assert await everything(tx) == once
        assert await past(tx) == history
    finally:
        await tx.connection.execute(text("ROLLBACK TO SAVEPOINT before"))


async def test_of_several_people_each_is_moved_once(tx: Tx) -> None:
    for person in range(30, 130):
        await settle(tx, person, "TT-02")
    await tx.connection.execute(
        update(Residences).where(Residences.person_id == 30).values(valid_to=tx.now)
    )

    await take(tx, line(2, "TT-02", "Phù Lôi", into="TT-01"))

    open_now = await tx.connection.execute(
        select(Residences.person_id).where(Residences.valid_to.is_(None))
    )
    assert sorted(open_now.scalars()) == list(range(31, 130))
