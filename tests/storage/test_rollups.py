"""What is added up half month by half month equals what is counted at once, whenever it is added up."""

import asyncio
import runpy
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Row, func, insert, select, update

from handlers._requests.behind import PeopleBehind
from handlers._requests.figures import Count, Dimension, FiguresBy
from handlers._requests.person import Role
from storage import _histories, perform, rollups
from storage._database import Database
from storage._tx import Tx
from storage.house import Actor, House
from storage.slots import AFTER_ALL, BEFORE_ALL
from storage.tables import Events, Settings
from storage.tables_staff import SlotCounts

ward = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("histories.py"))))
LAN = Actor("os:lan", frozenset({Role.ADMIN}))
ALL = (BEFORE_ALL, AFTER_ALL)


@pytest.fixture
def database(database: Database) -> Database:
    """A ward whose core lessons are taught here."""
    database.house = ward.of_core(database.house)
    return database


async def catch_up(tx: Tx, most: int = 5) -> None:
    while await rollups.catch_up(tx, most):
        pass


async def stored(tx: Tx) -> list[Row]:
    found = await tx.connection.execute(
        select(SlotCounts.__table__).order_by(*SlotCounts.__table__.primary_key)
    )
    return list(found.all())


async def numbers_of(tx: Tx, code: str) -> set[tuple[int, int]]:
    return {(row.people, row.visits) for row in await stored(tx) if row.code == code}


async def is_read(tx: Tx) -> bool:
    """Whether figures are read from what was added up."""
    return await rollups.sums(tx, ("",), *ALL) is not None


async def assert_right(tx: Tx, since: date | None, until: date | None) -> None:
    for dimension in ward.ADDED:
        figures = await perform(tx, LAN, FiguresBy(dimension, since, until))
        again = await ward.expected(tx, dimension, since, until)
        assert ward.told(figures) == ward.without_nothing(again)


@given(steps=ward.steps, period=ward.slot_ends(), data=st.data())
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_figures_equal_a_recount_whenever_what_happened_is_added_up(
    database: Database, now: datetime, steps: list, period: tuple, data: st.DataObject
) -> None:
    is_sample = data.draw(st.booleans(), "a sample ward")
    database.house = ward.of_core(database.house, is_sample=is_sample)
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        for step in steps:
            if isinstance(step, ward.Add):
                await rollups.catch_up(tx, step.most)
            else:
                await ward.happen(tx, step)

        await assert_right(tx, *period)

        await catch_up(tx)
        assert await is_read(tx)
        await assert_right(tx, *period)


@given(steps=ward.steps)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_rows_are_the_same_whether_added_up_step_by_step_or_at_once(
    database: Database, now: datetime, steps: list
) -> None:
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        for step in steps:
            if isinstance(step, ward.Add):
                await rollups.catch_up(tx, step.most)
            else:
                await ward.happen(tx, step)
        await catch_up(tx, 3)
        step_by_step = await stored(tx)

        await ward.empty_ward(tx)
        for step in ward.happening(steps):
            await ward.happen(tx, step)
        await catch_up(tx, 1000)

        assert await stored(tx) == step_by_step


def passed(person: int, lesson: str, day: int, **more: object) -> object:
    values = {"tdp": None, "unit": None, "attempt": 1, **more}
    return ward.Event(person, "passed", (day - 1) * 24, lesson=lesson, **values)


async def test_figures_are_right_while_the_first_build_is_under_way(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        for person in (1, 2, 3, 4):
            for day in range(1, 10):
                await ward.happen(tx, passed(person, "TB-01", day))
        assert await rollups.catch_up(tx, 1)
        await ward.happen(tx, passed(1, "AT-01", 20))
        await ward.happen(tx, ward.Vouch(2))

        assert not await is_read(tx)
        await assert_right(tx, None, None)

        await catch_up(tx, 1)
        assert await is_read(tx)
        await assert_right(tx, None, None)


async def test_who_is_vouched_for_counts_in_every_half_month_they_were_here(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        for day in (2, 3, 20, 40):
            await ward.happen(tx, passed(2, "TB-01", day, tdp=1))
        await catch_up(tx)
        assert await numbers_of(tx, "passed") == {
            (0, 2),
            (0, 1),
        }

        await ward.happen(tx, ward.Vouch(2))
        await catch_up(tx)

        assert await numbers_of(tx, "passed") == {
            (1, 2),
            (1, 1),
        }


async def test_a_tdp_chosen_later_takes_what_was_counted_nowhere(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        await ward.happen(tx, passed(1, "TB-01", 2))
        await catch_up(tx)
        assert {row.line for row in await stored(tx) if row.dimension == "tdp"} == {""}

        await ward.happen(tx, ward.Event(1, "tdp", 24 * 30, 3, None, None, None))
        await catch_up(tx)

        assert {row.line for row in await stored(tx) if row.dimension == "tdp"} == {"3"}


async def test_a_day_without_events_adds_nothing_and_writes_nothing(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        await ward.happen(tx, passed(1, "TB-01", 2))
        await catch_up(tx)
        before = await stored(tx)

        assert not await rollups.catch_up(tx)

        assert await stored(tx) == before


async def test_rows_are_added_up_anew_once_the_core_lessons_are_others(
    database: Database, now: datetime, house: House
) -> None:
    database.house = house
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        await ward.happen(tx, passed(1, "TB-01", 2))
        await ward.happen(tx, passed(1, "AT-01", 3))
        await catch_up(tx)
        assert "core" not in {row.code for row in await stored(tx)}
    database.house = ward.of_core(house)
    async with database.transaction(now) as tx:
        assert not await is_read(tx)
        await assert_right(tx, None, None)

        await catch_up(tx)

        assert await is_read(tx)
        assert {row.code for row in await stored(tx)} >= {"core", "staff", "reached"}
        await assert_right(tx, None, None)


async def test_rows_of_other_rules_of_counting_are_added_up_anew(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        await ward.happen(tx, passed(1, "TB-01", 2))
        with monkeypatch.context() as before:
            before.setattr(_histories, "VERSION", _histories.VERSION - 1)
            await catch_up(tx)
            await tx.connection.execute(update(SlotCounts).values(people=7))
            assert await is_read(tx)

        assert not await is_read(tx)
        await assert_right(tx, None, None)

        await catch_up(tx)
        assert await is_read(tx)
        await assert_right(tx, None, None)


@pytest.mark.parametrize("is_added_up", [False, True])
async def test_who_took_up_a_role_and_nothing_else_is_reached_by_nothing_until_they_learn(
    database: Database, now: datetime, *, is_added_up: bool
) -> None:
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        await ward.happen(tx, ward.Vouch(2))
        for number, code in enumerate(("unit", "tdp", "help_asked", "withdrew", "erased")):
            await ward.happen(tx, ward.Event(2, code, number, 1, 1, None, None))
        if is_added_up:
            await catch_up(tx)
            assert await stored(tx) == []

        for dimension in ward.ADDED:
            idle = await perform(tx, LAN, FiguresBy(dimension))
            assert idle.total.reached == sum(line.reached for line in idle.lines) == 0

        await ward.happen(tx, ward.Event(2, "registered", 24 * 20, 1, 1, None, None))

        joined = await perform(tx, LAN, FiguresBy(Dimension.TDP, date(2026, 10, 15), None))
        assert (joined.total.reached, joined.lines[0].reached) == (1, 1)
        behind = await perform(tx, LAN, PeopleBehind(Dimension.TDP, "1", Count.REACHED))
        assert [(one.person, one.last_on) for one in behind.people] == [(2, date(2026, 10, 21))]


async def test_a_long_tail_is_counted_and_not_added_up_by_a_reader(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        await catch_up(tx)
        row = {"at": now, "code": "started", "person_id": 1, "lesson_id": "TB-01"}
        await tx.connection.execute(insert(Events), [row] * rollups.LONGEST_TAIL)
        assert await is_read(tx)

        await tx.connection.execute(insert(Events), [row])

        assert not await is_read(tx)
        figures = await perform(tx, LAN, FiguresBy(Dimension.TDP))
        assert figures.total.started_visits == rollups.LONGEST_TAIL + 4  # three of them nameless


async def test_a_catch_up_that_is_undone_is_done_again(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        for person in (1, 2):
            await ward.happen(tx, passed(person, "TB-01", 2))
        await catch_up(tx)
        await ward.happen(tx, passed(1, "AT-01", 20))

    async def killed() -> None:
        async with database.transaction(now) as tx:
            assert not await rollups.catch_up(tx)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        await killed()

    async with database.transaction(now) as tx:
        await catch_up(tx)

        await assert_right(tx, None, None)


async def test_two_databases_that_catch_up_at_once_count_everything_once(
    database: Database, database_url: str, now: datetime
) -> None:
    other = await Database.open(database_url, database.house)
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        await catch_up(tx)
        for day in range(1, 41):
            await ward.happen(tx, passed(1 + day % 4, "TB-01", day))

    async def run(one: Database) -> None:
        has_more = True
        while has_more:
            async with one.transaction(now) as tx:
                has_more = await rollups.catch_up(tx, 3)

    await asyncio.gather(run(database), run(other), run(other), run(database))
    await other.close()

    async with database.transaction(now) as tx:
        await assert_right(tx, None, None)
        visits = await tx.connection.scalar(
            select(func.sum(SlotCounts.visits)).where(
                SlotCounts.dimension == "", SlotCounts.code == "passed"
            )
        )
        assert visits == 40


@pytest.mark.parametrize("kind", ["vouched", "late"])
async def test_readers_see_what_happened_a_moment_ago_without_writing(
    database: Database, now: datetime, kind: str
) -> None:
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        await ward.happen(tx, passed(2, "TB-01", 2))
        await catch_up(tx)
        await ward.happen(
            tx,
            ward.Vouch(2)
            if kind == "vouched"
            else ward.Event(2, "tdp", 24 * 9, 1, None, None, None),
        )
        before = await stored(tx)

    async with database.reading(now) as tx:
        assert await is_read(tx)
        await assert_right(tx, None, None)
        assert await stored(tx) == before


async def test_a_reader_that_is_overtaken_by_a_writer_reads_again(
    database: Database, database_url: str, now: datetime
) -> None:
    """On PostgreSQL every statement of a writing transaction sees what others have just committed."""
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        await ward.happen(tx, passed(1, "TB-01", 2))
        await catch_up(tx)
    reads = []

    async def overtaken(tail: object) -> object:
        reads.append(tail)
        if len(reads) == 1:
            await tx.connection.execute(
                update(Settings).where(Settings.key == rollups.KEY).values(value=moved)
            )
        return tail

    async with database.transaction(now) as tx:
        value = await tx.connection.scalar(select(Settings.value))
        moved = str(value).replace('"mark":1', '"mark":0').replace("}", " }")

        await rollups._read(tx, overtaken)

        assert len(reads) == 2
