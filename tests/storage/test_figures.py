"""The ward's figures equal a recount, whatever happened."""

import random
import runpy
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from handlers._requests.figures import Dimension, Figures, FiguresBy, Line
from handlers._requests.person import Role
from storage import perform
from storage._database import Database
from storage._tx import Tx
from storage.house import Actor
from storage.tables import DailyCounts, Events, People, Profiles, Tdps

LAN = Actor("os:lan", frozenset({Role.ADMIN}))
recount = runpy.run_path(str(Path(__file__).with_name("recount.py")))["recount"]

LESSONS = ("TB-01", "AT-01", "DV-01", "XX-99")  # the last one is no longer taught
CODES = ("registered", "tdp", "started", "finished", "passed", "vouched", "erased", "help_asked")
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
    for table in (Events, DailyCounts, Profiles, People, Tdps):
        await tx.connection.execute(delete(table))
    await put(tx, Tdps, [tdp(number, f"Tổ {number}") for number in (1, 2, 3)])
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
    async with database.transaction(now) as tx:
        await random_ward(tx, random.Random(seed))
        rows = [await exported(tx, table) for table in (People, Events, DailyCounts)]

        for dimension in Dimension:
            figures = await perform(tx, LAN, FiguresBy(dimension, since, until))

            expected = recount(
                *rows, by=dimension.value, timezone="Asia/Ho_Chi_Minh", since=since, until=until
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
