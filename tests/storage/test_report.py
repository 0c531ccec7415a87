"""A report: counted once with everything it says, frozen, finished once, read by who may."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from handlers._frozen import NotTheseFigures, freeze, hash_of
from handlers._requests.consent import Purpose
from handlers._requests.person import Role
from handlers._requests.praise import Naming
from handlers._requests.report import (
    AlreadyFinal,
    BadPeriod,
    FinishReport,
    Indicator,
    MakeReport,
    MyTdps,
    NamesCommended,
    NoSuchReport,
    Period,
    PeriodFault,
    PeriodKind,
    PeriodsOffered,
    ReportFigures,
    ReportFinished,
    ReportKept,
    ReportList,
    ReportMade,
    ReportOf,
    Summary,
    SummaryOf,
    TaskState,
)
from storage import Forbidden, audit, perform
from storage._database import Database
from storage._tx import Tx
from storage.house import Actor, CoreLessons, Grant
from storage.tables import (
    Audit,
    Completions,
    Consents,
    DailyCounts,
    Events,
    People,
    Profiles,
    Residences,
    Tdps,
    Units,
)
from storage.tables_staff import Grants, Members, Reports, Stated, Tasks

LAN = Actor("os:lan", frozenset({Role.ADMIN}))
HOA = Actor(
    "person:900", frozenset({Role.RESIDENT, Role.STAFF}), person=900, grants=(Grant(Role.STAFF),)
)
NOVEMBER = Period(PeriodKind.MONTH, date(2026, 10, 15), date(2026, 11, 14))
WITHIN = datetime(2026, 11, 2, 3, tzinfo=UTC)
BEFORE = datetime(2026, 10, 1, 3, tzinfo=UTC)
AFTER = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.fixture
def ward(database: Database) -> Database:
    """Two core lessons, one of them for staff."""
    database.house = replace(
        database.house,
        values={"ward": "phường Trung Thành", "unit": "tổ dân phố"},
        core=CoreLessons(("TB-01", "AT-01"), ("TB-01",), 100),
        ward_code="05899",
    )
    return database


async def put(tx: Tx, table: type, *rows: dict[str, Any]) -> None:
    if rows:
        await tx.connection.execute(insert(table), list(rows))


def tdp(number: int, name: str, **more: Any) -> dict[str, Any]:
    row = {"code": str(number), "former_ward": None, "valid_to": None, "merged_into": None}
    return row | {"id": number, "name": name, "is_placeholder": False} | more


def stated(key: str, value: int, **more: Any) -> dict[str, Any]:
    row = {"tdp_id": None, "unit_id": None, "as_of": date(2026, 11, 1), "source": "Công an phường"}
    return row | {"key": key, "value": value, "document": "", "by": "os:lan", "at": BEFORE} | more


async def somebody(
    tx: Tx,
    number: int,
    *passed: str,
    tdp: int | None = None,
    unit: int | None = None,
    at: datetime = WITHIN,
    praise: str | None = None,
    **person: Any,
) -> None:
    """A confirmed person who registered and passed these lessons at a moment."""
    row = {
        "id": number,
        "created_at": at,
        "channel": "zalo_oa",
        "confirmed_at": at,
        "erased_at": None,
    }
    await put(tx, People, row | {"is_practice": False, "is_sample": False} | person)
    await put(tx, Profiles, {"person_id": number, "form": "bà", "name": f"Tên {number}"})
    where = {"tdp_id": tdp, "unit_id": unit, "person_id": number, "at": at}
    what = [
        ("registered", None),
        *((code, one) for one in passed for code in ("started", "finished", "passed")),
    ]
    for code, lesson in what:
        await put(
            tx,
            Events,
            where | {"code": code, "lesson_id": lesson, "attempt_no": 1 if lesson else None},
        )
    for lesson in passed:
        await put(
            tx,
            Completions,
            {
                "person_id": number,
                "lesson_id": lesson,
                "finished_at": at,
                "passed_at": at,
                "is_at_once": True,
            },
        )
    if tdp is not None:
        await put(tx, Residences, {"person_id": number, "tdp_id": tdp, "valid_from": at})
    if praise is not None:
        await put(
            tx,
            Consents,
            {
                "person_id": number,
                "purpose": Purpose.PRAISE.value,
                "answer": praise,
                "channel": "web",
                "at": at,
            },
        )


async def made(tx: Tx, by: Actor = LAN, period: Period = NOVEMBER) -> ReportKept:
    answer = await perform(tx, by, MakeReport(period))
    assert isinstance(answer, ReportMade)
    kept = await perform(tx, by, ReportOf(answer.report))
    assert isinstance(kept, ReportKept)
    return kept


def one(figures: ReportFigures | Summary, code: str) -> Indicator:
    return next(indicator for indicator in figures.indicators if indicator.code == code)


def share(figures: ReportFigures | Summary, code: str) -> tuple[int | None, int | None]:
    return one(figures, code).numerator, one(figures, code).denominator


# ---------------------------------------------------------------- the five targets


async def test_the_five_targets_have_what_was_counted_and_what_was_stated(
    ward: Database, now: datetime
) -> None:
    async with ward.transaction(now) as tx:
        await put(tx, Tdps, tdp(1, "Xóm Chùa"), tdp(2, "Tân Trung"))
        await put(
            tx,
            Units,
            {"id": 1, "kind": "office", "name": "UBND phường"},
            {"id": 2, "kind": "school", "name": "Trường THCS"},
            {"id": 3, "kind": "enterprise", "name": "Công ty may"},
            {"id": 4, "kind": "cooperative", "name": "HTX chè"},
        )
        await somebody(tx, 1, "TB-01", "AT-01", tdp=1, unit=1)
        await somebody(tx, 2, "TB-01", tdp=1)
        await somebody(tx, 3, tdp=2, at=BEFORE)
        await somebody(tx, 4, "TB-01", "AT-01", tdp=2, at=AFTER)
        await put(
            tx,
            Stated,
            stated("adults", 100, tdp_id=1),
            stated("adults", 300, tdp_id=2),
            stated("staff", 40, unit_id=1),
            stated("pupils", 417, unit_id=2),
            stated("pupils_taught", 402, unit_id=2),
            stated("workers", 35, unit_id=4),
            stated("workers_taught", 12, unit_id=4),
            stated("vneid", 320, document="CV 231/SKHCN"),
        )

        figures = (await made(tx)).figures

        assert share(figures, "A1") == (1, 40)
        assert share(figures, "B1") == (402, 417)
        assert share(figures, "C1") == (3, 400)
        assert share(figures, "C2") == (1, 400)
        assert share(figures, "C3") == (None, 400)
        assert share(figures, "D0") == (320, 400)
        assert one(figures, "D0").counted_from == "Công an phường, CV 231/SKHCN"
        assert share(figures, "D1") == share(figures, "D2") == (None, None)
        assert share(figures, "Đ1") == (12, 35)
        assert one(figures, "Đ1").note == "Chưa tính Công ty may vì chưa có đủ hai số."
        assert share(figures, "Đ2") == (1, None)
        assert share(figures, "Đ3") == (None, None)


async def test_a_ward_that_stated_nothing_has_counts_and_no_shares(
    ward: Database, now: datetime
) -> None:
    async with ward.transaction(now) as tx:
        await put(tx, Tdps, tdp(1, "Xóm Chùa"), tdp(2, "Tân Trung"))
        await put(tx, Stated, stated("adults", 100, tdp_id=1))
        await somebody(tx, 1, tdp=1)

        figures = (await made(tx)).figures

        assert share(figures, "C1") == (1, None)
        assert one(figures, "C1").note == "Chưa có số người từ đủ 18 tuổi của Tân Trung."
        assert share(figures, "A1") == share(figures, "B1") == share(figures, "D0") == (None, None)


async def test_staff_stated_for_the_whole_ward_are_the_whole_of_its_offices(
    ward: Database, now: datetime
) -> None:
    async with ward.transaction(now) as tx:
        await put(tx, Units, {"id": 1, "kind": "office", "name": "UBND phường"})
        await somebody(tx, 1, "TB-01", unit=1)
        await put(tx, Stated, stated("staff", 85))

        figures = (await made(tx)).figures

        assert share(figures, "A1") == (1, 85)
        assert one(figures, "A1").note == "Tổng số là số chung của cả phường."


async def test_a_number_that_was_stated_later_is_not_in_an_earlier_period(
    ward: Database, now: datetime
) -> None:
    async with ward.transaction(now) as tx:
        await put(tx, Tdps, tdp(1, "Xóm Chùa"))
        await put(tx, Stated, stated("adults", 100, tdp_id=1))
        await put(tx, Stated, stated("adults", 90, tdp_id=1, as_of=date(2026, 11, 20)))

        figures = (await made(tx)).figures

        assert one(figures, "C1").denominator == 100


async def test_a_merged_tdp_is_counted_with_the_one_it_went_into(
    ward: Database, now: datetime
) -> None:
    async with ward.transaction(now) as tx:
        await put(tx, Tdps, tdp(2, "Tân Trung"))
        await put(tx, Tdps, tdp(1, "Xóm Cũ", valid_to=date(2026, 10, 31), merged_into=2))
        await put(tx, Stated, stated("adults", 50, tdp_id=2, as_of=date(2026, 11, 5)))
        await somebody(tx, 1, "TB-01", "AT-01", tdp=1, at=BEFORE)
        await somebody(tx, 2, tdp=2)

        figures = (await made(tx)).figures

        lines = [(line.name, line.so_far.reached, line.so_far.core) for line in figures.tdps]
        assert lines == [("Tân Trung", 2, 1)]


async def test_a_head_is_told_of_their_tdp_with_what_was_merged_into_it(
    ward: Database, now: datetime
) -> None:
    head = Actor("person:901", frozenset({Role.HEAD}), person=901, grants=(Grant(Role.HEAD, 2),))
    async with ward.transaction(now) as tx:
        await put(tx, Tdps, tdp(2, "Tân Trung"), tdp(3, "Xóm Chùa"))
        await put(tx, Tdps, tdp(1, "Xóm Cũ", valid_to=date(2026, 10, 31), merged_into=2))
        await somebody(tx, 1, tdp=1, at=BEFORE)
        await somebody(tx, 2, tdp=2)
        await somebody(tx, 3, tdp=3)

        lines = await perform(tx, head, MyTdps(NOVEMBER))

        assert not isinstance(lines, BadPeriod)
        assert [(line.name, line.so_far.reached) for line in lines] == [("Tân Trung", 2)]


async def test_nothing_is_lost_of_a_tdp_that_was_merged_into_one_that_was_split_later(
    ward: Database, now: datetime
) -> None:
    async with ward.transaction(now) as tx:
        await put(tx, Tdps, tdp(2, "Tân Trung", valid_to=date(2026, 10, 31)))
        await put(tx, Tdps, tdp(1, "Xóm Cũ", valid_to=date(2026, 9, 30), merged_into=2))
        await put(tx, Tdps, *(tdp(n, f"Tổ {n}", valid_from=date(2026, 11, 1)) for n in (3, 4)))
        await somebody(tx, 1, tdp=1, at=datetime(2026, 9, 5, tzinfo=UTC))
        await somebody(tx, 2, tdp=3)

        figures = (await made(tx)).figures

        lines = [(line.name, line.so_far.reached) for line in figures.tdps]
        assert lines == [("Tân Trung", 1), ("Tổ 3", 1), ("Tổ 4", 0)]


async def test_what_was_learnt_before_a_tdp_came_to_be_is_in_the_line_of_the_unknown(
    ward: Database, now: datetime
) -> None:
    async with ward.transaction(now) as tx:
        await put(tx, Tdps, tdp(1, "Xóm Chùa"))
        await put(tx, Tdps, tdp(2, "Tổ mới", valid_from=date(2026, 11, 16)))
        await somebody(tx, 1)  # learns within the period, says afterwards where they live
        await put(tx, Events, {"code": "tdp", "person_id": 1, "tdp_id": 2, "at": AFTER})

        figures = (await made(tx)).figures

        lines = [(line.id, line.so_far.reached) for line in figures.tdps]
        assert lines == [(1, 0), (None, 1)]
        assert figures.total_so_far.reached == 1


async def test_tdps_merged_in_a_circle_keep_their_own_lines(ward: Database, now: datetime) -> None:
    over = date(2026, 10, 31)
    async with ward.transaction(now) as tx:
        await put(tx, Tdps, tdp(1, "Xóm Chùa", valid_to=over), tdp(2, "Tổ 2", valid_to=over))
        for one, other in ((1, 2), (2, 1)):
            await tx.connection.execute(
                update(Tdps).where(Tdps.id == one).values(merged_into=other)
            )
            await somebody(tx, one, tdp=one, at=BEFORE)

        lines = (await made(tx)).figures.tdps

        assert [(line.id, line.so_far.reached) for line in lines] == [(1, 1), (2, 1)]


async def test_practice_people_and_made_up_ones_are_in_no_figure(
    ward: Database, now: datetime
) -> None:
    async with ward.transaction(now) as tx:
        await put(tx, Tdps, tdp(1, "Xóm Chùa"))
        await somebody(tx, 1, "TB-01", "AT-01", tdp=1, praise="yes", is_practice=True)
        await somebody(tx, 2, "TB-01", "AT-01", tdp=1, praise="yes", is_sample=True)

        figures = (await made(tx)).figures

        assert figures.total_so_far.reached == figures.total_so_far.passed_visits == 0
        assert figures.commended == ()


# ---------------------------------------------------------------- the work, tasks, the best


async def test_help_and_leaving_are_counted_in_people_and_times(
    ward: Database, now: datetime
) -> None:
    async with ward.transaction(now) as tx:
        await somebody(tx, 1)
        await somebody(tx, 2, confirmed_at=None)
        asked = {"code": "help_asked", "person_id": 1, "at": WITHIN}
        await put(tx, Events, asked, asked, asked | {"person_id": 2}, asked | {"at": BEFORE})
        await put(tx, Events, asked | {"code": "withdrew"})
        nameless = {"code": "help_asked", "lesson_id": "", "count": 2}
        await put(tx, DailyCounts, nameless | {"day": date(2026, 11, 14)})
        await put(tx, DailyCounts, nameless | {"day": date(2026, 10, 14)})
        await put(tx, DailyCounts, nameless | {"day": date(2026, 11, 15)})

        work = {line.code: line for line in (await made(tx)).figures.process}

        asking = work["help"]
        assert (asking.people, asking.visits) == (1, 3 + 2)
        assert (asking.people_so_far, asking.visits_so_far) == (1, 4 + 4)
        assert (work["withdrew"].people, work["withdrew"].visits) == (1, 1)
        assert (work["visits"].people, work["visits"].visits) == (None, None)


async def test_members_are_those_whose_role_held_at_the_end(ward: Database, now: datetime) -> None:
    async with ward.transaction(now) as tx:
        grants = {
            "since": BEFORE,
            "tdp_id": None,
            "ends_on": None,
            "revoked_at": None,
            "by": "os:lan",
        }
        kept = [
            {"role": "team"},
            {"role": "head"},
            {"role": "staff"},
            {"role": "team", "revoked_at": WITHIN},
            {"role": "team", "ends_on": date(2026, 11, 13)},
            {"role": "team", "since": AFTER},
            {"role": "team", "ends_on": date(2026, 11, 14), "revoked_at": AFTER},
        ]
        for number, role in enumerate(kept, start=1):
            await somebody(tx, number)
            await put(tx, Grants, grants | role | {"person_id": number})

        work = {line.code: line for line in (await made(tx)).figures.process}

        assert (work["members"].people, work["members"].people_so_far) == (3, None)


async def test_a_task_stands_as_it_stood_at_the_end_of_the_period(
    ward: Database, now: datetime
) -> None:
    task = {
        "content": "Việc",
        "lead": "VH-XH",
        "together": "",
        "result": "",
        "done_note": "",
        "changed_at": BEFORE,
        "by": "os:lan",
        "done_on": None,
    }
    async with ward.transaction(now) as tx:
        for place, (due, done) in enumerate(
            [
                (date(2026, 11, 2), None),
                (date(2026, 11, 2), date(2026, 11, 20)),
                (date(2026, 11, 2), date(2026, 11, 4)),
                (date(2026, 11, 14), None),
                (None, None),
                (date(2026, 11, 2), date(2026, 11, 1)),
            ]
        ):
            await put(
                tx,
                Tasks,
                task | {"code": str(place), "place": place, "due_on": due, "done_on": done},
            )

        lines = (await made(tx)).figures.tasks

        assert [(line.state, line.days_late) for line in lines] == [
            (TaskState.LATE, 12),
            (TaskState.LATE, 12),
            (TaskState.DONE_LATE, 2),
            (TaskState.OPEN, 0),
            (TaskState.ALL_ALONG, 0),
            (TaskState.DONE, 0),
        ]
        assert [line.done_on for line in lines[:3]] == [None, None, date(2026, 11, 4)]


async def put_learners(tx: Tx, first: int, number: int, tdp: int) -> None:
    for person in range(first, first + number):
        await somebody(tx, person, "TB-01", "AT-01", tdp=tdp)


async def test_the_best_tdps_go_by_share_where_adults_are_known(
    ward: Database, now: datetime
) -> None:
    async with ward.transaction(now) as tx:
        await put(tx, Tdps, *(tdp(n, f"Tổ {n}") for n in (1, 2, 3, 4, 5)))
        for place, (learners, adults) in enumerate(
            [(6, 600), (5, 50), (4, 4), (10, 100), (7, None)], 1
        ):
            await put_learners(tx, place * 100, learners, place)
            if adults:
                await put(tx, Stated, stated("adults", adults, tdp_id=place))

        figures = (await made(tx)).figures

        assert figures.is_best_by_share
        assert [(best.name, best.core, best.adults) for best in figures.best] == [
            ("Tổ 2", 5, 50),
            ("Tổ 4", 10, 100),
            ("Tổ 1", 6, 600),
        ]


async def test_the_best_tdps_go_by_number_elsewhere_and_ties_are_kept(
    ward: Database, now: datetime
) -> None:
    async with ward.transaction(now) as tx:
        await put(tx, Tdps, *(tdp(n, f"Tổ {n}") for n in (1, 2, 3, 4, 5)))
        for place, learners in enumerate([6, 7, 6, 6, 4], 1):
            await put_learners(tx, place * 100, learners, place)

        figures = (await made(tx)).figures

        assert not figures.is_best_by_share
        assert [best.name for best in figures.best] == ["Tổ 2", "Tổ 1", "Tổ 3", "Tổ 4"]


async def test_the_course_goes_through_the_last_months_and_ends_with_the_period(
    ward: Database, now: datetime
) -> None:
    async with ward.transaction(now) as tx:
        await somebody(tx, 1, at=BEFORE)
        await somebody(tx, 2)

        course = (await made(tx)).figures.course

        assert [(point.until, point.registered) for point in course][-3:] == [
            (date(2026, 9, 14), 0),
            (date(2026, 10, 14), 1),
            (date(2026, 11, 14), 2),
        ]


# ---------------------------------------------------------------- commendation


async def test_only_who_agreed_and_learnt_everything_within_the_period_is_proposed(
    ward: Database, now: datetime
) -> None:
    everything = ("TB-01", "AT-01")
    async with ward.transaction(now) as tx:
        await somebody(tx, 1, *everything, praise="yes")
        await somebody(tx, 2, *everything)
        await somebody(tx, 3, *everything, praise="no")
        await somebody(tx, 4, "TB-01", praise="yes")
        await somebody(tx, 5, *everything, praise="yes", at=BEFORE)
        await somebody(tx, 6, *everything, praise="yes", erased_at=now)
        await somebody(tx, 7, *everything, praise="yes", confirmed_at=None)

        assert (await made(tx)).figures.commended == (1,)


async def test_names_are_looked_up_when_printed_and_every_look_is_in_the_audit(
    ward: Database, now: datetime
) -> None:
    everything = ("TB-01", "AT-01")
    async with ward.transaction(now) as tx:
        await put(tx, Tdps, tdp(1, "Xóm Chùa"))
        for person in (1, 2, 3, 4):
            await somebody(tx, person, *everything, tdp=1, praise="yes")
        number = (await made(tx)).report
        await tx.connection.execute(update(People).where(People.id == 2).values(erased_at=now))
        await put(
            tx,
            Consents,
            {
                "person_id": 3,
                "purpose": "praise",
                "answer": "withdrawn",
                "channel": "web",
                "at": now,
            },
        )
        await tx.connection.execute(
            update(Profiles).where(Profiles.person_id == 4).values(name=None)
        )

        names = await perform(tx, HOA, NamesCommended(number))

        assert not isinstance(names, NoSuchReport)
        assert [(name.person, name.naming, name.name, name.tdp) for name in names] == [
            (1, Naming.NAMED, "bà Tên 1", "Xóm Chùa"),
            (2, Naming.ERASED, "", ""),
            (3, Naming.WITHDREW, "", ""),
            (4, Naming.NO_NAME, "", "Xóm Chùa"),
        ]
        rows = (await tx.connection.execute(select(Audit.actor, Audit.action, Audit.subject))).all()
        assert ("person:900", "names_seen", f"report:{number}") in rows
        assert await audit.verify(tx) is None


# ---------------------------------------------------------------- frozen


async def test_a_report_is_kept_exactly_as_it_was_made(ward: Database, now: datetime) -> None:
    async with ward.transaction(now) as tx:
        await put(tx, Tdps, tdp(1, "Xóm Chùa"))
        await somebody(tx, 1, "TB-01", tdp=1)
        kept = await made(tx)
        await tx.connection.execute(update(Tdps).values(name="Tên khác"))
        await somebody(tx, 2, "TB-01", tdp=1)

        again = await perform(tx, LAN, ReportOf(kept.report))

        assert again == kept
        assert kept.hash == hash_of(freeze(kept.figures))
        assert kept.figures.cut_off == now
        assert (kept.figures.ward, kept.figures.ward_code) == ("phường Trung Thành", "05899")


async def test_a_report_that_was_changed_in_the_database_is_not_shown(
    ward: Database, now: datetime
) -> None:
    async with ward.transaction(now) as tx:
        kept = await made(tx)
        figures = await tx.connection.scalar(select(Reports.figures))
        assert figures is not None
        figures["total_so_far"]["core"] += 1
        await tx.connection.execute(update(Reports).values(figures=figures))

        with pytest.raises(NotTheseFigures, match=f"report {kept.report} was changed"):
            await perform(tx, LAN, ReportOf(kept.report))


async def test_a_report_is_finished_once_by_somebody_with_a_name(
    ward: Database, now: datetime
) -> None:
    async with ward.transaction(now) as tx:
        await somebody(tx, 900)
        await put(tx, Members, {"person_id": 900, "name": "Trần Thị Hoa", "office": "VH-XH"})
        number = (await made(tx)).report

        assert await perform(tx, HOA, FinishReport(number)) == ReportFinished(number)
        assert await perform(tx, LAN, FinishReport(number)) == AlreadyFinal(number)
        assert await perform(tx, LAN, FinishReport(77)) == NoSuchReport(77)
        kept = await perform(tx, LAN, ReportOf(number))
        assert isinstance(kept, ReportKept)
        assert (kept.final_on, kept.final_by) == (date(2026, 11, 22), "Trần Thị Hoa")
        finished = (
            await tx.connection.execute(select(Audit.actor).where(Audit.action == "report_final"))
        ).all()
        assert [row.actor for row in finished] == ["person:900"]


async def test_the_list_shows_the_newest_report_first(ward: Database, now: datetime) -> None:
    async with ward.transaction(now) as tx:
        first = (await made(tx)).report
        second = (await made(tx)).report
        await perform(tx, LAN, FinishReport(first))

        entries = await perform(tx, LAN, ReportList())

        assert [(entry.report, entry.is_final) for entry in entries] == [
            (second, False),
            (first, True),
        ]
        assert entries[0].period == NOVEMBER
        assert await perform(tx, LAN, ReportOf(99)) == NoSuchReport(99)


@pytest.mark.parametrize(
    ("since", "until", "fault"),
    [
        (date(2026, 11, 14), date(2026, 10, 15), PeriodFault.REVERSED),
        (date(2026, 11, 23), date(2026, 12, 14), PeriodFault.NOT_YET),
        (date(2000, 1, 1), date(2026, 11, 14), PeriodFault.TOO_LONG),
    ],
)
async def test_there_is_no_report_of_days_that_make_no_period(
    ward: Database, now: datetime, since: date, until: date, fault: PeriodFault
) -> None:
    period = Period(PeriodKind.OWN, since, until)
    async with ward.transaction(now) as tx:
        assert await perform(tx, LAN, MakeReport(period)) == BadPeriod(fault)
        assert await perform(tx, LAN, SummaryOf(period)) == BadPeriod(fault)


async def test_a_period_that_is_not_over_is_counted_until_today(
    ward: Database, now: datetime
) -> None:
    async with ward.transaction(now) as tx:
        offer = await perform(tx, LAN, PeriodsOffered())
        current = next(
            one for one in offer.periods if one.kind is PeriodKind.MONTH and one.until > tx.today
        )
        await somebody(tx, 1, at=AFTER)

        figures = (await made(tx, period=current)).figures

        assert figures.total_in_period.registered == 1
        assert one(figures, "C1").counted_on == date(2026, 11, 22)


# ---------------------------------------------------------------- who may


async def test_the_summary_says_what_a_report_would(ward: Database, now: datetime) -> None:
    async with ward.transaction(now) as tx:
        await put(tx, Tdps, tdp(1, "Xóm Chùa"))
        await put(tx, Stated, stated("adults", 100, tdp_id=1))
        await somebody(tx, 1, "TB-01", tdp=1)
        figures = (await made(tx)).figures

        summary = await perform(tx, LAN, SummaryOf(NOVEMBER))

        assert isinstance(summary, Summary)
        assert (summary.indicators, summary.process) == (figures.indicators, figures.process)


async def test_a_head_is_told_of_the_own_tdp_alone(ward: Database, now: datetime) -> None:
    head = Actor("person:1", frozenset({Role.HEAD}), person=1, grants=(Grant(Role.HEAD, 2),))
    async with ward.transaction(now) as tx:
        await put(tx, Tdps, tdp(1, "Xóm Chùa"), tdp(2, "Tân Trung"))
        await somebody(tx, 1, tdp=1)
        await somebody(tx, 2, tdp=2)
        await somebody(tx, 3, tdp=2)

        lines = await perform(tx, head, MyTdps(NOVEMBER))

        assert not isinstance(lines, BadPeriod)
        assert [(line.name, line.so_far.reached) for line in lines] == [("Tân Trung", 2)]


def roles_with(tdp: int | None) -> Iterable[Actor]:
    for number, role in enumerate(Role, start=1):
        yield Actor(
            f"person:{number}",
            frozenset({Role.RESIDENT, role}),
            person=number,
            grants=(Grant(role, tdp),),
        )


async def allowed(tx: Tx, actor: Actor, request: Any) -> bool:
    try:
        await perform(tx, actor, request)
    except Forbidden:
        return False
    return True


async def test_who_reads_and_who_makes_reports_is_decided_by_role_and_reach(
    ward: Database, now: datetime
) -> None:
    readers = {Role.STAFF, Role.POLICE, Role.APPROVER, Role.OBSERVER, Role.ADMIN}
    makers = {Role.STAFF, Role.ADMIN}
    async with ward.transaction(now) as tx:
        number = (await made(tx)).report
        for requests, roles in (
            ((SummaryOf(NOVEMBER), ReportOf(number), ReportList()), readers),
            ((MakeReport(NOVEMBER), FinishReport(number), NamesCommended(number)), makers),
        ):
            for request in requests:
                who = {
                    role
                    for role, actor in zip(Role, roles_with(None), strict=True)
                    if await allowed(tx, actor, request)
                }
                assert who == roles, type(request).__name__
                scoped = [actor for actor in roles_with(1) if await allowed(tx, actor, request)]
                assert scoped == [], type(request).__name__


async def test_who_only_practises_makes_a_report_that_is_not_there_afterwards(
    ward: Database, now: datetime
) -> None:
    async with ward.transaction(now) as tx:
        answer = await perform(tx, replace(LAN, is_practice=True), MakeReport(NOVEMBER))

        assert isinstance(answer, ReportMade)
        assert await perform(tx, LAN, ReportList()) == ()
