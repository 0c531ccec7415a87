"""The people behind a number are exactly those that were counted, seen as the role allows, and on record."""

import runpy
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from handlers._requests.behind import PEOPLE_A_PAGE, Page, PeopleBehind
from handlers._requests.figures import Count, Dimension, FiguresBy
from handlers._requests.person import Role
from storage import Forbidden, audit, behind, perform
from storage._database import Database
from storage._tx import Tx
from storage.behind import masked
from storage.house import Actor, Grant
from storage.tables import Audit, Consents, Events, People, Profiles, Residences

ward = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("histories.py"))))
LAN = Actor("os:lan", frozenset({Role.ADMIN}))


@pytest.fixture
def database(database: Database) -> Database:
    """A ward whose core lessons are taught here."""
    database.house = ward.of_core(database.house)
    return database


def works(role: Role, *tdps: int, is_practice: bool = False) -> Actor:
    grants = tuple(Grant(role, tdp) for tdp in tdps) or (Grant(role),)
    roles = frozenset({Role.RESIDENT, role})
    return Actor("person:9", roles, "page", person=9, grants=grants, is_practice=is_practice)


def passed(person: int, tdp: int | None = 1, lesson: str = "TB-01", day: int = 2) -> object:
    return ward.Event(person, "passed", (day - 1) * 24, tdp, None, lesson, 1)


async def all_pages(tx: Tx, by: Actor, request: PeopleBehind) -> list[int]:
    """The people of every page, in order."""
    people: list[int] = []
    after: int | None = 0
    while after is not None:
        page = await perform(
            tx,
            by,
            PeopleBehind(
                request.dimension,
                request.key,
                request.count,
                request.since,
                request.until,
                is_visits=request.is_visits,
                after=after,
            ),
        )
        people += [one.person for one in page.people]
        after = page.after
    return people


@given(
    steps=ward.steps, period=ward.slot_ends(), count=st.sampled_from(Count), is_head=st.booleans()
)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_behind_every_number_stand_as_many_people_as_it_says(
    database: Database, now: datetime, *, steps: list, period: tuple, count: Count, is_head: bool
) -> None:
    by = works(Role.HEAD, 1, 3) if is_head else LAN
    field = "completed" if count is Count.COMPLETED else count.value
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        for step in ward.happening(steps):
            await ward.happen(tx, step)

        for dimension in ward.ADDED:
            figures = await perform(tx, by, FiguresBy(dimension, *period))
            for line in figures.lines:
                people = await all_pages(tx, by, PeopleBehind(dimension, line.key, count, *period))
                assert len(set(people)) == len(people) == getattr(line, field)
                assert people == sorted(people)
        people = await all_pages(tx, by, PeopleBehind(None, "", count, *period))
        assert len(people) == getattr(figures.total, field)


async def many(tx: Tx, number: int, *, confirmed: bool = True) -> None:
    """So many people who have all passed a lesson in the first TDP."""
    await ward.empty_ward(tx)
    people = [
        {
            "id": n,
            "created_at": tx.now,
            "channel": "web",
            "confirmed_at": tx.now if confirmed else None,
        }
        for n in range(100, 100 + number)
    ]
    await tx.connection.execute(insert(People), people)
    events = [
        {
            "at": ward.BEGIN,
            "code": "passed",
            "person_id": n,
            "tdp_id": 1,
            "lesson_id": "TB-01",
            "attempt_no": 1,
        }
        for n in range(100, 100 + number)
    ]
    await tx.connection.execute(insert(Events), events)


@pytest.mark.parametrize("number", [0, 1, PEOPLE_A_PAGE, PEOPLE_A_PAGE + 1, 260])
@pytest.mark.parametrize(("dimension", "key"), [(Dimension.TDP, "1"), (None, "")])
async def test_pages_follow_each_other_without_a_gap_and_end(
    database: Database, now: datetime, number: int, dimension: Dimension | None, key: str
) -> None:
    request = PeopleBehind(dimension, key, Count.PASSED)
    async with database.transaction(now) as tx:
        if number:
            await many(tx, number)
        else:
            await ward.empty_ward(tx)

        first = await perform(tx, LAN, request)
        people = await all_pages(tx, LAN, request)

        assert len(first.people) == min(number, PEOPLE_A_PAGE)
        assert (first.after is None) == (number <= PEOPLE_A_PAGE)
        assert people == list(range(100, 100 + number))


async def test_few_among_many_are_found_a_stretch_of_people_at_a_time(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await many(tx, behind.WALK + 20)
        last = 100 + behind.WALK + 19
        await ward.happen(tx, passed(last, lesson="AT-01"))
        request = PeopleBehind(None, "", Count.CORE)

        first = await perform(tx, LAN, request)

        assert first == Page((), 99 + behind.WALK)  # one of the six others was looked at as well
        assert await all_pages(tx, LAN, request) == [last]


async def test_who_is_not_confirmed_stands_behind_visits_alone_and_says_so(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await many(tx, 1, confirmed=False)
        people = PeopleBehind(Dimension.TDP, "1", Count.PASSED)
        visits = PeopleBehind(Dimension.TDP, "1", Count.PASSED, is_visits=True)

        assert (await perform(tx, LAN, people)).people == ()
        (one,) = (await perform(tx, LAN, visits)).people

        assert (one.person, one.times, one.is_confirmed) == (100, 1, False)


async def named(tx: Tx, person: int, name: str, tdp: int | None, *, agreed: bool) -> None:
    """Somebody with a name and a home; whether the team may know them."""
    await ward.happen(tx, passed(person))
    await tx.connection.execute(insert(Profiles), {"person_id": person, "name": name})
    home = {"person_id": person, "tdp_id": tdp, "valid_from": tx.now}
    await tx.connection.execute(insert(Residences), home)
    answer = {"person_id": person, "purpose": "team", "channel": "web", "at": tx.now}
    said = ["no", "yes"] if agreed else ["yes", "withdrawn"]
    await tx.connection.execute(insert(Consents), [answer | {"answer": one} for one in said])


FULL, HIDDEN = "Nguyễn Thị Lan", "N… T… L…"


@pytest.mark.parametrize(
    ("by", "agreed", "lives_in", "shown"),
    [
        (works(Role.STAFF), False, 2, FULL),
        (works(Role.ADMIN), False, None, FULL),
        (works(Role.POLICE), True, 1, HIDDEN),
        (works(Role.APPROVER), True, 1, HIDDEN),
        (works(Role.HEAD, 1), True, 1, FULL),
        (works(Role.TEAM, 1), True, 1, FULL),
        (works(Role.HEAD, 1), False, 1, HIDDEN),
        (works(Role.HEAD, 1), True, 2, HIDDEN),  # moved away since
        (works(Role.TEAM, 1), True, None, HIDDEN),
        (works(Role.STAFF, 2), True, 1, None),  # staff of another TDP alone
    ],
)
async def test_a_name_is_in_full_or_masked_by_role_and_by_what_the_person_agreed_to(
    database: Database,
    now: datetime,
    *,
    by: Actor,
    agreed: bool,
    lives_in: int | None,
    shown: str | None,
) -> None:
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        await named(tx, 1, FULL, lives_in, agreed=agreed)

        page = await perform(tx, by, PeopleBehind(None, "", Count.PASSED))

        assert [one.name for one in page.people] == ([] if shown is None else [shown])


async def test_an_erased_person_is_shown_as_erased_and_nothing_else(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        await ward.happen(tx, passed(1))
        await tx.connection.execute(update(People).where(People.id == 1).values(erased_at=now))

        (one,) = (await perform(tx, LAN, PeopleBehind(None, "", Count.PASSED))).people

        assert (one.person, one.name, one.tdp, one.is_erased) == (1, None, "", True)
        assert one.last_on == date(2026, 10, 2)


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.FAMILY, Role.OBSERVER])
async def test_who_may_see_numbers_at_most_sees_nobody_behind_them(
    database: Database, now: datetime, role: Role
) -> None:
    async with database.transaction(now) as tx:
        with pytest.raises(Forbidden):
            await perform(tx, works(role), PeopleBehind(None, "", Count.PASSED))


@pytest.mark.parametrize("key", ["2", "", "x"])
async def test_a_head_sees_nobody_of_another_tdp_whatever_line_is_asked_for(
    database: Database, now: datetime, key: str
) -> None:
    head = works(Role.HEAD, 1)
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        await ward.happen(tx, passed(1, 2))
        await ward.happen(tx, passed(6, 2))
        with pytest.raises(Forbidden):
            await perform(tx, head, PeopleBehind(Dimension.TDP, key, Count.PASSED))

        for dimension, line in ((None, ""), (Dimension.LESSON, "TB-01"), (Dimension.UNIT, "")):
            request = PeopleBehind(dimension, line, Count.PASSED)
            assert (await perform(tx, head, request)).people == ()


@pytest.mark.parametrize("key", ["9" * 24, "٣", "-1"])
@pytest.mark.parametrize("dimension", [Dimension.TDP, Dimension.UNIT])
async def test_behind_what_is_no_number_of_a_place_stands_nobody(
    database: Database, now: datetime, dimension: Dimension, key: str
) -> None:
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        await ward.happen(tx, passed(1, 2))

        assert (await perform(tx, LAN, PeopleBehind(dimension, key, Count.PASSED))).people == ()


@pytest.mark.parametrize("is_practice", [False, True])
async def test_every_look_is_written_down_with_its_number_and_without_a_name(
    database: Database, now: datetime, is_practice: bool
) -> None:
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        await named(tx, 1, FULL, 1, agreed=True)

        await perform(
            tx,
            works(Role.STAFF, is_practice=is_practice),
            PeopleBehind(Dimension.TDP, "1", Count.PASSED, date(2026, 10, 1), date(2026, 10, 14)),
        )

        row = (await tx.connection.execute(select(Audit.__table__))).mappings().one()
        assert (row["actor"], row["action"], row["subject"]) == (
            "person:9",
            "people_seen",
            "figures:tdp:1",
        )
        assert row["details"]["count"] == "passed"
        assert (row["details"]["since"], row["details"]["shown"]) == ("2026-10-01", 1)
        assert "Lan" not in str(dict(row))
        assert await audit.verify(tx) is None


@given(st.text())
def test_of_a_masked_name_only_first_letters_can_be_read(name: str) -> None:
    words = name.split()

    shown = masked(name).split()

    assert [word[0] for word in shown] == [word[0] for word in words]
    assert all(word[1:] == "…" for word in shown)
