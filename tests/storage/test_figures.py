"""The ward's figures equal a recount, whatever happened."""

import random
import runpy
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from handlers._requests.figures import (
    Count,
    Denominator,
    Dimension,
    Figures,
    FiguresBy,
    Line,
    OverTime,
    Point,
)
from handlers._requests.person import Role
from storage import Forbidden, perform, rollups
from storage._database import Database
from storage._tx import Tx
from storage.house import Actor, Grant
from storage.tables import DailyCounts, Events, People, Profiles, Settings, Tdps, Units
from storage.tables_staff import Stated

LAN = Actor("os:lan", frozenset({Role.ADMIN}))
ward = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("histories.py"))))
recount = ward.recount

LESSONS = ("TB-01", "AT-01", "DV-01", "XX-99")  # the last one is no longer taught
CODES = (
    "registered",
    "tdp",
    "unit",
    "started",
    "finished",
    "passed",
    "vouched",
    "erased",
    "help_asked",
)
MIDNIGHT = datetime(2026, 11, 21, 17, tzinfo=UTC)  # 00:00 of the 22nd where the ward is
VOUCHED = 52


async def put(tx: Tx, table: type, rows: Iterable[dict[str, Any]]) -> None:
    if rows := list(rows):
        await tx.connection.execute(insert(table), rows)


def person(
    number: int, at: datetime, kind: str = "vouched", erased_at: datetime | None = None
) -> dict[str, Any]:
    return {
        "id": number,
        "created_at": at,
        "channel": "web",
        "is_practice": kind == "practice",
        "is_sample": kind == "sample",
        "confirmed_at": None if kind == "unvouched" else at,
        "erased_at": erased_at,
    }


def happened(number: int, code: str, at: datetime, **more: Any) -> dict[str, Any]:
    row = {"tdp_id": None, "lesson_id": None, "attempt_no": None, "right": None, "of": None}
    return row | {"person_id": number, "code": code, "at": at} | more


def tdp(number: int, name: str, **more: Any) -> dict[str, Any]:
    row = {"former_ward": None, "valid_to": None, "is_placeholder": False}
    return row | {"id": number, "code": str(number), "name": name} | more


async def random_ward(tx: Tx, chance: random.Random) -> None:
    """Fill the tables with people of every kind and events as no clean life would make them."""
    for table in (Settings, Events, DailyCounts, Profiles, People, Tdps, Units):
        await tx.connection.execute(delete(table))
    await put(tx, Tdps, [tdp(number, f"Tổ {number}") for number in (1, 2, 3)])
    await put(tx, Units, [{"id": n, "kind": "office", "name": f"Cơ quan {n}"} for n in (1, 2)])
    others = ["unvouched", "practice", "sample", "erased"] * 3
    kinds = dict(enumerate(["vouched"] * VOUCHED + others, start=1))
    erased = {number for number, kind in kinds.items() if kind == "erased" or chance.random() < 0.1}
    await put(
        tx,
        People,
        (
            person(number, MIDNIGHT, kind, MIDNIGHT if number in erased else None)
            for number, kind in kinds.items()
        ),
    )
    await put(tx, Events, (random_event(chance, len(kinds)) for _ in range(chance.randrange(600))))
    days = {(date(2026, 11, chance.randrange(18, 27)), chance.choice(LESSONS)) for _ in range(9)}
    await put(
        tx,
        DailyCounts,
        (
            {"day": day, "code": code, "lesson_id": lesson, "count": chance.randrange(1, 9)}
            for day, lesson in sorted(days)
            for code in chance.sample(("started", "finished", "passed", "help_asked"), 2)
        ),
    )


def random_event(chance: random.Random, people: int) -> dict[str, Any]:
    code = chance.choice(CODES)
    minutes = chance.choice([chance.randrange(-6000, 6000), chance.choice((-1440, -1, 0, 1, 1440))])
    is_learning = code in ("started", "finished", "passed")
    return happened(
        chance.randint(1, people),
        code,
        MIDNIGHT + timedelta(minutes=minutes),
        tdp_id=chance.choice((None, 1, 2, 3)),
        lesson_id=chance.choice(LESSONS) if is_learning else None,
        attempt_no=chance.choice((1, 1, 2, 3)) if is_learning else None,
        unit_id=chance.choice((None, None, 1, 2)),
    )


async def exported(tx: Tx, table: type) -> list[dict[str, Any]]:
    rows = (await tx.connection.execute(select(table.__table__))).mappings()  # type: ignore[attr-defined]
    return [dict(row) for row in rows]


def numbers(line: Line) -> dict[str, int]:
    return {name: value for name, value in asdict(line).items() if isinstance(value, int)}


def assert_equal(figures: Figures, lines: dict[str, dict[str, int]], total: dict[str, int]) -> None:
    nothing = dict.fromkeys(total, 0)
    assert numbers(figures.total) == total
    assert {line.key: numbers(line) for line in figures.lines} == {
        line.key: lines.get(line.key, nothing) for line in figures.lines
    }
    assert set(lines) <= {line.key for line in figures.lines}


days = st.none() | st.dates(date(2026, 11, 17), date(2026, 11, 27))


@given(seed=st.integers(0, 2**32), since=days, until=days)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_every_figure_equals_a_recount_of_the_exported_rows(
    database: Database, now: datetime, seed: int, since: date | None, until: date | None
) -> None:
    database.house = ward.of_core(database.house)
    async with database.transaction(now) as tx:
        await random_ward(tx, random.Random(seed))
        rows = [await exported(tx, table) for table in (People, Events, DailyCounts)]

        for dimension in Dimension:
            figures = await perform(tx, LAN, FiguresBy(dimension, since, until))

            expected = recount(
                *rows,
                by=dimension.value,
                timezone="Asia/Ho_Chi_Minh",
                since=since,
                until=until,
                **ward.GOALS,
            )
            assert_equal(figures, *expected)


async def test_an_empty_ward_has_lines_of_zeros_and_nothing_unknown(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await put(tx, Tdps, [tdp(1, "Xóm Chùa"), tdp(2, "Cũ", valid_to=date(2025, 1, 1))])

        by_tdp = await perform(tx, LAN, FiguresBy(Dimension.TDP))
        by_lesson = await perform(tx, LAN, FiguresBy(Dimension.LESSON))
        by_person = await perform(tx, LAN, FiguresBy(Dimension.PERSON))

        assert [line.label for line in by_tdp.lines] == ["Xóm Chùa"]
        assert [line.key for line in by_lesson.lines] == list(tx.house.content.lessons)
        assert by_person.lines == ()
        for figures in (by_tdp, by_lesson, by_person):
            assert set(numbers(figures.total).values()) == {0}


async def test_lessons_taken_before_the_tdp_was_chosen_count_for_it_and_later_ones_for_no_guess(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await put(tx, Tdps, [tdp(1, "Xóm Chùa"), tdp(2, "Tân Trung")])
        await put(tx, People, [person(7, now), person(8, now)])
        later = [now + timedelta(minutes=minutes) for minutes in range(5)]
        await put(
            tx,
            Events,
            [
                happened(7, "started", later[0], lesson_id="TB-01", attempt_no=1),
                happened(7, "tdp", later[1], tdp_id=1),
                happened(7, "tdp", later[2], tdp_id=2),
                happened(7, "tdp", later[3]),  # moved away
                happened(7, "started", later[4], lesson_id="TB-01", attempt_no=2),
                happened(8, "started", later[0], lesson_id="TB-01", attempt_no=1),
            ],
        )

        figures = await perform(tx, LAN, FiguresBy(Dimension.TDP))

        started = {line.label: (line.started, line.started_visits) for line in figures.lines}
        assert started == {"Xóm Chùa": (1, 1), "Tân Trung": (0, 0), "chưa rõ": (2, 2)}
        assert (figures.total.started, figures.total.started_visits) == (2, 3)


async def test_the_total_counts_a_person_once_who_stands_in_two_lines(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await put(tx, People, [person(7, now)])
        taken = [
            happened(7, "passed", now, lesson_id=lesson, attempt_no=1) for lesson in LESSONS[:2]
        ]
        await put(tx, Events, taken)

        figures = await perform(tx, LAN, FiguresBy(Dimension.LESSON))

        assert [line.passed_at_once for line in figures.lines] == [1, 1, 0, 0, 0]
        total = figures.total
        assert (total.passed, total.passed_visits, total.passed_at_once) == (1, 2, 1)


async def test_people_are_listed_by_name_with_what_must_be_known_about_them(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await put(
            tx,
            People,
            [
                person(1, now),
                person(2, now, "unvouched"),
                person(3, now, erased_at=now),
                person(4, now, "unvouched", now),
                person(5, now, "practice"),
                person(6, now),
            ],
        )
        await put(tx, Profiles, [{"person_id": 1, "name": "Đào"}, {"person_id": 2, "name": "Bình"}])
        await put(tx, Events, [happened(number, "registered", now) for number in range(1, 6)])

        figures = await perform(tx, LAN, FiguresBy(Dimension.PERSON))

        assert [(line.key, line.label, line.note, line.registered) for line in figures.lines] == [
            ("2", "Bình", "chưa xác nhận", 0),
            ("1", "Đào", "", 1),
            ("3", "số 3", "đã xóa", 1),
            ("4", "số 4", "chưa xác nhận, đã xóa", 0),
        ]


@pytest.mark.parametrize(
    ("since", "until", "visits"),
    [
        (date(2026, 11, 22), date(2026, 11, 22), 4),
        (date(2026, 11, 23), None, 1),
        (None, date(2026, 11, 21), 1),
        (None, None, 6),
        (date(2026, 11, 23), date(2026, 11, 22), 0),
    ],
)
async def test_days_are_local_and_both_ends_are_included(
    database: Database, now: datetime, since: date | None, until: date | None, visits: int
) -> None:
    minute = timedelta(minutes=1)
    times = [MIDNIGHT - minute, MIDNIGHT, MIDNIGHT + timedelta(days=1) - minute]
    async with database.transaction(now) as tx:
        await put(tx, People, [person(7, now)])
        await put(tx, Events, [happened(7, "started", at, lesson_id="TB-01") for at in times])
        await put(tx, Events, [happened(7, "started", times[-1] + minute, lesson_id="TB-01")])
        nameless = {"code": "started", "lesson_id": "TB-01", "count": 2}
        await put(tx, DailyCounts, [{"day": date(2026, 11, 22), **nameless}])

        figures = await perform(tx, LAN, FiguresBy(Dimension.TDP, since, until))

        assert figures.total.started_visits == visits


# ---------------------------------------------------------------- who sees what


def works(role: Role, *tdps: int) -> Actor:
    """Somebody of the ward, for some TDPs or (none given) all of it."""
    grants = tuple(Grant(role, tdp) for tdp in tdps) or (Grant(role),)
    return Actor("person:9", frozenset({Role.RESIDENT, role}), "page", person=9, grants=grants)


EVERYWHERE = (Role.STAFF, Role.POLICE, Role.APPROVER, Role.OBSERVER, Role.ADMIN)


@given(
    seed=st.integers(0, 2**32),
    tdps=st.sets(st.integers(1, 3), min_size=1, max_size=2),
    period=st.tuples(days, days) | ward.slot_ends(),
    is_added_up=st.booleans(),
)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_who_works_for_some_tdps_is_told_what_counts_for_these_and_nothing_else(
    database: Database,
    now: datetime,
    *,
    seed: int,
    tdps: set[int],
    period: tuple,
    is_added_up: bool,
) -> None:
    database.house = ward.of_core(database.house)
    async with database.transaction(now) as tx:
        await random_ward(tx, random.Random(seed))
        while is_added_up and await rollups.catch_up(tx, 200):
            pass

        for dimension in ward.ADDED:
            figures = await perform(tx, works(Role.HEAD, *tdps), FiguresBy(dimension, *period))

            again = await ward.expected(tx, dimension, *period, tdps)
            assert ward.told(figures) == ward.without_nothing(again)
            if dimension is Dimension.TDP:
                assert {line.key for line in figures.lines} == {str(tdp) for tdp in tdps}


@pytest.mark.parametrize("role", EVERYWHERE)
async def test_whose_role_holds_everywhere_is_told_of_the_whole_ward(
    database: Database, now: datetime, role: Role
) -> None:
    async with database.transaction(now) as tx:
        await random_ward(tx, random.Random(7))

        for dimension in ward.ADDED:
            told = await perform(tx, works(role), FiguresBy(dimension))
            assert told == await perform(tx, LAN, FiguresBy(dimension))


@pytest.mark.parametrize("role", Role)
async def test_only_staff_and_admin_are_told_of_people_one_by_one(
    database: Database, now: datetime, role: Role
) -> None:
    async with database.reading(now) as tx:
        if role in (Role.STAFF, Role.ADMIN):
            assert (await perform(tx, works(role), FiguresBy(Dimension.PERSON))).lines == ()
        else:
            with pytest.raises(Forbidden):
                await perform(tx, works(role), FiguresBy(Dimension.PERSON))


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.FAMILY])
async def test_residents_and_family_helpers_are_told_no_figures(
    database: Database, now: datetime, role: Role
) -> None:
    async with database.reading(now) as tx:
        with pytest.raises(Forbidden):
            await perform(tx, works(role), FiguresBy(Dimension.TDP))
        with pytest.raises(Forbidden):
            await perform(tx, works(role), OverTime(Count.PASSED))


# ---------------------------------------------------------------- shares


def stated(key: str, value: int, day: int, **where: int) -> dict[str, Any]:
    row = {"tdp_id": None, "unit_id": None, "document": "", "by": "os:lan", "at": MIDNIGHT}
    as_of = date(2026, 11, day)
    return row | {"key": key, "value": value, "as_of": as_of, "source": "Công an phường"} | where


async def test_a_line_carries_the_latest_number_that_was_stated_until_the_end_of_the_period(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await put(tx, Tdps, [tdp(1, "Tân Trung"), tdp(2, "Phù Lôi")])
        await put(
            tx,
            Stated,
            [stated("adults", value, day, tdp_id=1) for value, day in ((80, 1), (90, 9), (95, 20))],
        )

        figures = await perform(tx, LAN, FiguresBy(Dimension.TDP, until=date(2026, 11, 14)))

        told = Denominator(90, "adults", "Công an phường", date(2026, 11, 9))
        assert [line.of for line in figures.lines] == [told, None]
        assert figures.total.of is None  # the other TDP's is missing


async def test_the_total_is_set_against_all_tdps_together_or_what_was_stated_of_the_ward(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await put(tx, Tdps, [tdp(1, "Tân Trung"), tdp(2, "Phù Lôi")])
        rows = [stated("adults", 80, 1, tdp_id=1), stated("adults", 70, 3, tdp_id=2)]
        await put(tx, Stated, rows)

        together = Denominator(150, "adults", "Công an phường", date(2026, 11, 1))
        assert (await perform(tx, LAN, FiguresBy(Dimension.TDP))).total.of == together
        head = await perform(tx, works(Role.HEAD, 2), FiguresBy(Dimension.LESSON))
        assert {line.of and line.of.value for line in (*head.lines, head.total)} == {70}

        await put(tx, Stated, [stated("adults", 160, 5)])

        whole = Denominator(160, "adults", "Công an phường", date(2026, 11, 5))
        assert (await perform(tx, LAN, FiguresBy(Dimension.TDP))).total.of == whole
        by_lesson = await perform(tx, LAN, FiguresBy(Dimension.LESSON))
        assert {line.of for line in by_lesson.lines} == {whole}


async def test_a_unit_is_set_against_its_own_staff_pupils_or_workers(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        kinds = {1: ("office", "UBND"), 2: ("school", "THCS"), 3: ("enterprise", "May")}
        await put(tx, Units, [{"id": n, "kind": k, "name": name} for n, (k, name) in kinds.items()])
        rows = [
            stated("staff", 30, 1, unit_id=1),
            stated("pupils", 400, 1, unit_id=2),
            stated("pupils_taught", 100, 2, unit_id=2),
        ]
        await put(tx, Stated, rows)

        figures = await perform(tx, LAN, FiguresBy(Dimension.UNIT))

        told = {line.label: line.of and (line.of.key, line.of.value) for line in figures.lines}
        assert told == {"May": None, "UBND": ("staff", 30), "THCS": ("pupils", 400)}
        assert figures.total.of is None


# ---------------------------------------------------------------- over time


@given(
    steps=ward.steps,
    period=st.tuples(st.none() | st.dates(date(2026, 9, 20), date(2026, 12, 20)), days),
    count=st.sampled_from(Count),
    of=st.sampled_from(
        [
            (None, ""),
            (Dimension.TDP, "1"),
            (Dimension.TDP, ""),
            (Dimension.UNIT, "2"),
            (Dimension.LESSON, "AT-01"),
        ]
    ),
    is_added_up=st.booleans(),
)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_every_point_of_a_course_equals_a_recount_of_its_days(
    database: Database,
    now: datetime,
    *,
    steps: list,
    period: tuple,
    count: Count,
    of: tuple,
    is_added_up: bool,
) -> None:
    database.house = ward.of_core(database.house)
    dimension, key = of
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        for step in steps[: len(steps) // 2]:
            if not isinstance(step, ward.Add):
                await ward.happen(tx, step)
        while is_added_up and await rollups.catch_up(tx, 7):
            pass
        for step in steps[len(steps) // 2 :]:
            if not isinstance(step, ward.Add):
                await ward.happen(tx, step)

        course = await perform(tx, LAN, OverTime(count, dimension, key, *period))

        name = "completed" if count is Count.COMPLETED else count.value
        for point in course.points:
            lines, total = await ward.expected(
                tx, dimension or Dimension.TDP, point.since, point.until
            )
            line = total if dimension is None else lines.get(key, {})
            assert point.people == line.get(name, 0)
            if f"{name}_visits" in total:
                assert point.visits == line.get(f"{name}_visits", 0)
        last = period[1] or tx.today
        assert course.points or (period[0] or tx.today) > last
        if course.points:
            assert period[0] is None or course.points[0].since <= period[0]
            assert last <= course.points[-1].until


async def test_half_a_year_is_told_in_half_months_and_a_year_in_months(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        half = OverTime(Count.PASSED, since=date(2026, 6, 15), until=date(2026, 12, 14))
        year = OverTime(Count.PASSED, since=date(2025, 12, 15), until=date(2026, 12, 14))

        halves, months = await perform(tx, LAN, half), await perform(tx, LAN, year)

        assert (len(halves.points), halves.has_months) == (12, False)
        assert (len(months.points), months.has_months) == (12, True)
        assert months.points[0] == Point(date(2025, 12, 15), date(2026, 1, 14), 0, 0)


@pytest.mark.parametrize("since", [date(2025, 12, 1), date(2025, 12, 15), date(2026, 1, 1)])
async def test_a_month_over_time_is_always_the_offices_wherever_the_course_begins(
    database: Database, now: datetime, since: date
) -> None:
    async with database.transaction(now) as tx:
        course = await perform(tx, LAN, OverTime(Count.PASSED, None, "", since, date(2026, 10, 31)))

        assert course.has_months
        assert course.points[0].since == since
        assert (course.points[-1].since, course.points[-1].until) == (
            date(2026, 10, 15),
            date(2026, 10, 31),
        )
        days = {(point.since.day, point.until.day) for point in course.points[1:-1]}
        assert days == {(15, 14)}


async def test_a_head_is_told_how_their_own_tdp_went_and_no_other(
    database: Database, now: datetime
) -> None:
    head = works(Role.HEAD, 1)
    async with database.transaction(now) as tx:
        await ward.empty_ward(tx)
        for tdp_id in (1, 2):
            await put(tx, Events, [happened(1, "passed", MIDNIGHT, tdp_id=tdp_id)])

        own = await perform(tx, head, OverTime(Count.PASSED, Dimension.TDP, "1"))
        total = await perform(tx, head, OverTime(Count.PASSED))

        assert own.points == total.points
        assert sum(point.visits for point in own.points) == 1
        for other in (
            OverTime(Count.PASSED, Dimension.TDP, "2"),
            OverTime(Count.PASSED, Dimension.TDP),
        ):
            with pytest.raises(Forbidden):
                await perform(tx, head, other)
