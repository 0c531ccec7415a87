"""Lists of numbers, units, tasks and members: tried and taken over alike, once, whole or not at all."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text, update

from handlers._requests.invites import InvitePerson
from handlers._requests.lists import (
    CountLine,
    Fault,
    FigureLine,
    ImportList,
    ListImported,
    ListKind,
    ListLine,
    ListRefused,
    ListTried,
    MemberLine,
    Notice,
    Outcome,
    Remark,
    TaskLine,
    TryList,
    UnitLine,
)
from handlers._requests.person import Role
from handlers._requests.stated import StatedFigures, UnitKind
from handlers._requests.tasks import FinishTask
from storage import perform, tables_staff, tdps
from storage._database import Database
from storage._performers import Forbidden
from storage._tx import Tx
from storage.house import Actor
from storage.stated import stated_on
from storage.tables import Audit, Tdps, Units
from storage.tables_staff import Invites, Stated
from storage.tasks import tasks_on
from storage.tdps import TdpRow

LAN = Actor("person:7", frozenset({Role.STAFF}), "page", person=7)
BINH = Actor("os:binh", frozenset({Role.ADMIN}))
TODAY = date(2026, 11, 22)
OCTOBER = date(2026, 10, 30)
POLICE = "Công an phường"
OWN = (
    TdpRow("TT-01", "Tân Trung", "1", "Đông Cao", is_placeholder=False),
    TdpRow("TT-02", "Phù Lôi", "2", "Thuận Thành", is_placeholder=False),
)
SCHOOL = "Trường THCS Đông Cao"


def figure(row: int, key: str, place: str = "", value: int = 10, **more: object) -> FigureLine:
    line = FigureLine(row, key, place, value, OCTOBER, POLICE, "")
    return replace(line, **more)  # type: ignore[arg-type]


def count(row: int, name: str = SCHOOL, total: int = 100, **more: object) -> CountLine:
    line = CountLine(row, UnitKind.SCHOOL, name, total, None, OCTOBER, "Nhà trường", "")
    return replace(line, **more)  # type: ignore[arg-type]


def unit(row: int, name: str, kind: UnitKind = UnitKind.OFFICE, **more: object) -> UnitLine:
    return replace(UnitLine(row, kind, name, None, None), **more)  # type: ignore[arg-type]


def task(row: int, code: str, **more: object) -> TaskLine:
    line = TaskLine(row, code, f"Việc {code}", "Phòng VH-XH", "", TODAY, "")
    return replace(line, **more)  # type: ignore[arg-type]


def member(row: int, name: str, role: Role = Role.TEAM, **more: object) -> MemberLine:
    line = MemberLine(row, role, name, "Tổ công nghệ số", "TT-01", "", None)
    return replace(line, **more)  # type: ignore[arg-type]


LISTS: dict[ListKind, tuple[ListLine, ...]] = {
    ListKind.DENOMINATORS: (
        figure(2, "adults", "TT-01", 300),
        figure(3, "adults", "phù lôi", 400),
        figure(4, "vneid", value=500, document="12/CAP"),
        figure(5, "staff", "Phòng VH-XH", 11),
    ),
    ListKind.SCHOOLS: (count(2, taught=40), count(3, "Trường Tiểu học Tân Phú", 200)),
    ListKind.ENTERPRISES: (
        count(2, "May Hoa Ban", 400, kind=UnitKind.ENTERPRISE, taught=9),
        count(3, "Chè Tân Trung", 40, kind=UnitKind.COOPERATIVE),
        count(4, "Tạp hóa Lan", 2, kind=UnitKind.HOUSEHOLD, taught=0),
    ),
    ListKind.UNITS: (unit(2, "Phòng VH-XH"), unit(3, SCHOOL, UnitKind.SCHOOL)),
    ListKind.TASKS: (task(2, "1.1"), task(3, "1.2", due_on=None), task(4, "1.10")),
    ListKind.MEMBERS: (member(2, "Nguyễn Thị Lan"), member(3, "Dương Văn Sáu", Role.HEAD)),
}


async def try_(tx: Tx, kind: ListKind, *lines: ListLine, by: Actor = LAN) -> ListTried:
    found = await perform(tx, by, TryList(kind, lines))
    assert isinstance(found, ListTried), found
    return found


async def take(tx: Tx, kind: ListKind, *lines: ListLine, by: Actor = LAN) -> ListImported:
    done = await perform(tx, by, ImportList(kind, lines))
    assert isinstance(done, ListImported), done
    return done


async def everything(tx: Tx) -> list[object]:
    """All that these lists may change."""
    found = []
    for one in (Tdps, Units, Stated, tables_staff.Tasks, Invites):
        rows = await tx.connection.execute(select(one.__table__).order_by(one.id))
        found.append([tuple(row) for row in rows.all()])
    return found


@pytest_asyncio.fixture
async def tx(database: Database, now: datetime) -> AsyncIterator[Tx]:
    """A ward with two TDPs and an office."""
    async with database.transaction(now) as opened:
        await tdps.load_once(opened, OWN)
        await take(opened, ListKind.UNITS, unit(2, "Phòng VH-XH"))
        yield opened


# ---------------------------------------------------------------- every kind


@pytest.mark.parametrize("kind", LISTS, ids=lambda one: one.value)
async def test_a_try_writes_nothing_and_the_import_does_what_it_said_once(
    tx: Tx, kind: ListKind
) -> None:
    before = await everything(tx)
    shown = await try_(tx, kind, *LISTS[kind])
    assert await everything(tx) == before

    done = await perform(tx, LAN, ImportList(kind, LISTS[kind], shown.seal))

    assert isinstance(done, ListImported)
    assert (done.changes, done.notices) == (shown.changes, shown.notices)
    once = await everything(tx)
    assert once != before
    again = await take(tx, kind, *LISTS[kind])
    assert {one.outcome for one in again.changes} == {Outcome.SAME}
    assert (await everything(tx), again.invited) == (once, ())


@pytest.mark.parametrize("kind", ListKind, ids=lambda one: one.value)
@pytest.mark.parametrize("role", [one for one in Role if one not in {Role.STAFF, Role.ADMIN}])
async def test_only_staff_and_admin_try_and_take_over_lists(
    tx: Tx, kind: ListKind, role: Role
) -> None:
    somebody = Actor("person:8", frozenset({role}), person=8)
    rows = LISTS.get(kind, ())
    before = await everything(tx)

    for request in (TryList(kind, rows), ImportList(kind, rows)):
        with pytest.raises(Forbidden):
            await perform(tx, somebody, request)
    assert await everything(tx) == before


async def test_who_practises_sees_what_would_happen_and_writes_nothing(tx: Tx) -> None:
    before = await everything(tx)
    practising = replace(LAN, is_practice=True)

    done = await take(tx, ListKind.TASKS, *LISTS[ListKind.TASKS], by=practising)

    assert {one.outcome for one in done.changes} == {Outcome.NEW}
    assert await everything(tx) == before


async def test_an_import_is_one_line_of_the_audit_without_any_name(tx: Tx) -> None:
    await take(tx, ListKind.SCHOOLS, *LISTS[ListKind.SCHOOLS])

    row = (
        await tx.connection.execute(
            select(Audit.actor, Audit.subject, Audit.details)
            .where(Audit.action == "list_imported")
            .order_by(Audit.id.desc())
            .limit(1)
        )
    ).one()
    numbers = {"new": 2, "changed": 0, "ended": 0, "same": 0}
    assert tuple(row) == ("person:7", "list:schools", numbers)


@pytest.mark.parametrize("kind", LISTS, ids=lambda one: one.value)
async def test_two_who_take_over_one_list_at_once_write_it_once(
    database: Database, now: datetime, kind: ListKind
) -> None:
    async with database.transaction(now) as tx:
        await tdps.load_once(tx, OWN)
        await take(tx, ListKind.UNITS, unit(2, "Phòng VH-XH"))

    async def one() -> ListImported:
        async with database.transaction(now) as tx:
            return await take(tx, kind, *LISTS[kind])

    first, second = await asyncio.gather(one(), one())

    assert {change.outcome for change in second.changes} == {Outcome.SAME}
    assert Outcome.NEW in {change.outcome for change in first.changes}


# ---------------------------------------------------------------- numbers


async def test_numbers_are_told_of_tdps_units_and_the_ward(tx: Tx) -> None:
    await take(tx, ListKind.DENOMINATORS, *LISTS[ListKind.DENOMINATORS])

    assert [row.value for row in await stated_on(tx, "adults", TODAY)] == [300, 400]
    (vneid,) = await stated_on(tx, "vneid", TODAY)
    assert (vneid.tdp, vneid.unit, vneid.document) == (None, None, "12/CAP")
    (staff,) = await stated_on(tx, "staff", TODAY)
    assert (staff.unit is not None, staff.value) == (True, 11)


async def test_a_new_number_shows_the_one_it_follows(tx: Tx) -> None:
    await take(tx, ListKind.DENOMINATORS, figure(2, "adults", "TT-01", 300))

    later = figure(2, "adults", "TT-01", 310, as_of=date(2026, 11, 1))
    (change,) = (await take(tx, ListKind.DENOMINATORS, later)).changes

    assert (change.outcome, change.name) == (Outcome.CHANGED, "Người từ đủ 18 tuổi: Tân Trung")
    assert [(one.column, one.before, one.after) for one in change.cells] == [
        ("value", "300", "310"),
        ("as_of", "30/10/2026", "01/11/2026"),
    ]
    assert len(await perform(tx, LAN, StatedFigures("adults"))) == 2


async def test_an_older_number_than_known_is_taken_and_said(tx: Tx) -> None:
    await take(tx, ListKind.DENOMINATORS, figure(2, "vneid", value=500, document="2/CAP"))

    older = figure(2, "vneid", value=450, as_of=date(2026, 9, 1), document="1/CAP")
    done = await take(tx, ListKind.DENOMINATORS, older)

    (notice,) = done.notices
    assert (notice.remark, notice.beside) == (Remark.OLDER_THAN_KNOWN, "30/10/2026")
    assert [row.value for row in await stated_on(tx, "vneid", TODAY)] == [500]


async def test_more_taught_than_there_are_is_taken_and_flagged(tx: Tx) -> None:
    done = await take(tx, ListKind.SCHOOLS, count(2, total=100, taught=101))

    assert Notice(2, Remark.MORE_THAN_ALL, SCHOOL, 101, "100") in done.notices
    assert [row.value for row in await stated_on(tx, "pupils_taught", TODAY)] == [101]


async def test_a_school_nobody_knew_becomes_a_unit_and_a_likely_slip_is_said(tx: Tx) -> None:
    await take(tx, ListKind.SCHOOLS, count(2))

    same = await take(tx, ListKind.SCHOOLS, count(2, "TRUONG THCS DONG CAO"))
    slip = await try_(tx, ListKind.SCHOOLS, count(2, "Trường THCS Đông Caoo"))

    assert same.changes[0].outcome is Outcome.SAME
    assert Notice(2, Remark.LOOKS_LIKE, "Trường THCS Đông Caoo", 0, SCHOOL) in slip.notices
    schools = select(func.count()).select_from(Units).where(Units.kind == "school")
    assert await tx.connection.scalar(schools) == 1


async def test_what_was_not_said_is_not_zero(tx: Tx) -> None:
    await take(tx, ListKind.SCHOOLS, count(2, taught=None))

    assert await stated_on(tx, "pupils_taught", TODAY) == ()


async def test_workers_of_households_are_counted_apart_from_enterprises(tx: Tx) -> None:
    await take(tx, ListKind.ENTERPRISES, *LISTS[ListKind.ENTERPRISES])

    assert [one.value for one in await stated_on(tx, "workers", TODAY)] == [400, 40]
    assert [one.value for one in await stated_on(tx, "households_business", TODAY)] == [2]
    assert [one.value for one in await stated_on(tx, "households_business_taught", TODAY)] == [0]


# ---------------------------------------------------------------- units, tasks, members


async def test_a_unit_ends_when_the_list_says_so_and_stays_when_it_is_left_out(tx: Tx) -> None:
    await take(tx, ListKind.UNITS, unit(2, "Phòng Kinh tế"))

    done = await take(tx, ListKind.UNITS, unit(2, "Phòng Kinh tế", valid_to=OCTOBER))

    assert [(one.name, one.outcome) for one in done.changes] == [("Phòng Kinh tế", Outcome.ENDED)]
    assert Notice(0, Remark.NOT_IN_LIST, "Phòng VH-XH", 1) in done.notices


async def test_a_plan_keeps_its_order_and_what_is_done(tx: Tx) -> None:
    await take(tx, ListKind.TASKS, *LISTS[ListKind.TASKS])
    await perform(tx, LAN, FinishTask("1.2", OCTOBER, "xong"))

    changed = (task(2, "1.10"), task(3, "1.2", due_on=TODAY), task(4, "1.1"))
    done = await take(tx, ListKind.TASKS, *changed)

    assert [one.outcome for one in done.changes] == [Outcome.SAME, Outcome.CHANGED, Outcome.SAME]
    assert Notice(0, Remark.NEW_ORDER, number=2) in done.notices
    found = await tasks_on(tx, TODAY)
    assert [(one.code, one.place, one.done_on) for one in found] == [
        ("1.10", 1, None),
        ("1.2", 2, OCTOBER),
        ("1.1", 3, None),
    ]


async def test_a_few_more_tasks_go_to_the_end_of_the_plan(tx: Tx) -> None:
    await take(tx, ListKind.TASKS, *LISTS[ListKind.TASKS])

    done = await take(tx, ListKind.TASKS, task(2, "2.1"), task(3, "1.1"))

    assert Notice(0, Remark.NOT_IN_LIST, "1.2, 1.10", 2) in done.notices
    assert [one.code for one in await tasks_on(tx, TODAY)] == ["1.1", "1.2", "1.10", "2.1"]


async def test_each_member_gets_one_code_and_none_twice(tx: Tx) -> None:
    rows = LISTS[ListKind.MEMBERS]
    done = await take(tx, ListKind.MEMBERS, *rows)

    assert [(one.name, one.role, one.tdp_name) for one in done.invited] == [
        ("Nguyễn Thị Lan", Role.TEAM, "Tân Trung"),
        ("Dương Văn Sáu", Role.HEAD, "Tân Trung"),
    ]
    more = await take(tx, ListKind.MEMBERS, *rows, member(4, "Lê Văn Tám"))
    assert [one.name for one in more.invited] == ["Lê Văn Tám"]


@pytest.mark.parametrize("end", [{"revoked_at": True}, {"expires_at": True}], ids=str)
async def test_who_did_not_take_up_a_code_that_is_over_is_invited_anew(
    tx: Tx, end: dict[str, bool]
) -> None:
    await take(tx, ListKind.MEMBERS, member(2, "Lê Văn Tám"))
    await tx.connection.execute(update(Invites).values(dict.fromkeys(end, tx.now)))

    assert len((await take(tx, ListKind.MEMBERS, member(2, "Lê Văn Tám"))).invited) == 1


async def test_another_last_day_of_somebody_invited_changes_nothing_and_is_said(tx: Tx) -> None:
    end = date(2026, 12, 31)
    await take(tx, ListKind.MEMBERS, member(2, "Lan", ends_on=end), member(3, "Hoa"))

    again = await take(
        tx, ListKind.MEMBERS, member(2, "Lan", ends_on=date(2027, 6, 30)), member(3, "Hoa")
    )

    assert again.invited == ()
    assert again.notices == (Notice(2, Remark.OTHER_END, "Lan", beside="31/12/2026"),)


async def test_staff_invite_no_administrator_but_an_administrator_does(tx: Tx) -> None:
    row = member(2, "Trần Văn Bình", Role.ADMIN, tdp="")

    refused = await perform(tx, LAN, ImportList(ListKind.MEMBERS, (row,)))

    assert isinstance(refused, ListRefused)
    assert [one.fault for one in refused.problems] == [Fault.MAY_NOT_INVITE]
    assert len((await take(tx, ListKind.MEMBERS, row, by=BINH)).invited) == 1


async def test_what_a_list_lets_through_can_be_invited(tx: Tx) -> None:
    roles = [one for one in Role if one not in {Role.RESIDENT, Role.ADMIN}]
    for row, role in enumerate(roles, start=2):
        tried = await perform(tx, LAN, TryList(ListKind.MEMBERS, (member(row, "Lan", role),)))
        request = InvitePerson(role, "Lan", "", tdp=1)
        made = await perform(tx, LAN, request)
        assert isinstance(tried, ListTried) is (type(made).__name__ == "Invited")


# ---------------------------------------------------------------- what is refused

WRONG: list[tuple[ListKind, tuple[ListLine, ...], list[tuple[int, str, Fault, str]]]] = [
    (
        ListKind.DENOMINATORS,
        (
            figure(2, "adults", "TT-01"),
            figure(3, "adults", "Tân Trung"),
            figure(4, "adults", "TT-09"),
            figure(5, "pupils", "Trường"),
            figure(6, "staff", "Phòng VHXH"),
            figure(7, "vneid", "TT-01", document="2/CAP"),
            figure(8, "vneid", as_of=TODAY + timedelta(1), document="2/CAP"),
            figure(9, "vneid", as_of=date(2026, 9, 1)),
            figure(10, "workers"),
        ),
        [
            (3, "place", Fault.TWICE, "2"),
            (4, "place", Fault.UNKNOWN_TDP, "TT-01"),
            (5, "place", Fault.UNKNOWN_UNIT, ""),
            (6, "place", Fault.UNKNOWN_UNIT, "Phòng VH-XH"),
            (7, "place", Fault.WRONG_PLACE, ""),
            (8, "as_of", Fault.IN_FUTURE, ""),
            (9, "document", Fault.NO_DOCUMENT, ""),
            (10, "place", Fault.NEEDS_UNIT, ""),
        ],
    ),
    (
        ListKind.SCHOOLS,
        (count(2), count(3, taught=1), count(4, "B", as_of=date(2027, 1, 1))),
        [(3, "name", Fault.TWICE, "2"), (4, "as_of", Fault.IN_FUTURE, "")],
    ),
    (
        ListKind.UNITS,
        (unit(2, "A"), unit(3, "a"), unit(4, "B", valid_from=TODAY, valid_to=OCTOBER)),
        [(3, "name", Fault.TWICE, "2"), (4, "valid_to", Fault.ENDS_BEFORE_IT_BEGINS, "")],
    ),
    (ListKind.TASKS, (task(2, "1.a"), task(3, "1.A")), [(3, "code", Fault.TWICE, "2")]),
    (
        ListKind.MEMBERS,
        (
            member(2, "Lan"),
            member(3, "LAN"),
            member(4, "Sáu", tdp=""),
            member(5, "Tư", tdp="TT-011"),
            member(6, "Năm", Role.STAFF, tdp="", unit="Phòng VH XHH"),
            member(7, "Bảy", ends_on=date(2026, 11, 21)),
            member(8, "Tám", Role.STAFF),
        ),
        [
            (3, "name", Fault.TWICE, "2"),
            (4, "tdp", Fault.NEEDS_TDP, ""),
            (5, "tdp", Fault.UNKNOWN_TDP, "TT-01"),
            (6, "unit", Fault.UNKNOWN_UNIT, "Phòng VH-XH"),
            (7, "ends_on", Fault.ENDED, ""),
            (8, "tdp", Fault.WARD_WIDE, ""),
        ],
    ),
]


@pytest.mark.parametrize(("kind", "lines", "expected"), WRONG, ids=lambda one: str(one)[:40])
async def test_every_wrong_row_is_named_at_once_and_nothing_is_written(
    tx: Tx,
    kind: ListKind,
    lines: tuple[ListLine, ...],
    expected: list[tuple[int, str, Fault, str]],
) -> None:
    before = await everything(tx)

    refused = await perform(tx, LAN, ImportList(kind, lines))

    assert isinstance(refused, ListRefused)
    found = [(one.row, one.column, one.fault, one.meant) for one in refused.problems]
    assert found == expected
    assert await everything(tx) == before


# ---------------------------------------------------------------- laws

PLACES = st.sampled_from(["TT-01", "tt 02", ""])
WHEN = st.sampled_from([OCTOBER, date(2026, 9, 1), TODAY])
FIGURES = st.lists(
    st.builds(
        FigureLine,
        st.integers(2, 5000),
        st.just("adults"),
        PLACES,
        st.integers(0, 900),
        WHEN,
        st.just(POLICE),
        st.sampled_from(["", "12/CAP"]),
    ),
    min_size=1,
    max_size=6,
    unique_by=(lambda one: one.row, lambda one: (one.place, one.as_of)),
).map(tuple)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=FIGURES, second=FIGURES)
async def test_numbers_are_written_once_and_the_last_word_for_each_day_holds(
    tx: Tx, first: tuple[FigureLine, ...], second: tuple[FigureLine, ...]
) -> None:
    await tx.connection.execute(text("SAVEPOINT before"))
    try:
        for rows in (first, second):
            shown = await try_(tx, ListKind.DENOMINATORS, *rows)
            done = await take(tx, ListKind.DENOMINATORS, *rows)
            assert done.changes == shown.changes
            once = await everything(tx)
            again = await take(tx, ListKind.DENOMINATORS, *rows)
            assert {one.outcome for one in again.changes} == {Outcome.SAME}
            assert await everything(tx) == once
        said = {(one.place, one.as_of): one.value for one in (*first, *second)}
        latest = {place: max(day for at, day in said if at == place) for place, _ in said}
        wanted = sorted(said[place, day] for place, day in latest.items())
        assert sorted(row.value for row in await stated_on(tx, "adults", TODAY)) == wanted
    finally:
        await tx.connection.execute(text("ROLLBACK TO SAVEPOINT before"))
