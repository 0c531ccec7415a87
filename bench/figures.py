"""How long the ward's figures take, up to 1,000,000 people and 10,000,000 events on SQLite.

A made-up ward is written straight into a file: people of two years, who join, choose a TDP, take lessons,
move, are vouched for; a few finish all core lessons. Then everything is measured through the product's own
doors, each size in a process of its own. What is read from half months is held against a count of the events.

    python bench/figures.py                       125,000 to 1,000,000 people
    python bench/figures.py --people 20000        one size
"""

import argparse
import asyncio
import multiprocessing
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bot.config import Config  # noqa: E402 - bench is no package: the tree comes onto the path first
from bot.house import make_house, read_content  # noqa: E402
from handlers._requests.behind import PeopleBehind  # noqa: E402
from handlers._requests.figures import (  # noqa: E402
    Count,
    Dimension,
    FiguresBy,
    OverTime,
)
from handlers._requests.person import Role  # noqa: E402
from storage import perform, rollups  # noqa: E402
from storage._database import Database  # noqa: E402
from storage._recount import Days, recount  # noqa: E402
from storage._tx import Tx  # noqa: E402
from storage.house import Actor, House  # noqa: E402
from storage.slots import around  # noqa: E402
from storage.tables_staff import SlotCounts  # noqa: E402

SIZES = (125_000, 250_000, 500_000, 1_000_000)
TDPS, UNITS, MONTHS = 100, 200, 24
BEGIN = datetime(2024, 12, 15, tzinfo=UTC)
NOW = BEGIN + timedelta(days=730)
MONTH = (date(2026, 10, 15), date(2026, 11, 14))
YEAR = (date(2025, 12, 15), date(2026, 12, 14))
NEW = 1000
"""Events that are caught up with."""
FIRST_BUILD = 5000
"""Ten times the batches of a running server: nobody waits for the writer."""
A_PAGE, EVERYTHING = 1.0, 10.0
"""Seconds within which a ward's page and all of a report are to be there."""
LAN = Actor("os:lan", frozenset({Role.ADMIN}))
SPREAD = 0x9E3779B1
MASK = (1 << 40) - 1

EVENT = (
    "INSERT INTO {} (at, code, person_id, tdp_id, lesson_id, attempt_no, unit_id)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
COLUMNS = "at, code, person_id, tdp_id, lesson_id, attempt_no, unit_id"
Row = tuple[Any, ...]

# ---------------------------------------------------------------- a made-up ward


DAYS = tuple(f"{BEGIN + timedelta(days=day):%Y-%m-%d}" for day in range(1200))
TIMES = tuple(f" {minute // 60:02}:{minute % 60:02}:00.000000" for minute in range(24 * 60))


def moment(minutes: float) -> str:
    """A moment as SQLite holds it, to the minute."""
    day, minute = divmod(int(minutes), 24 * 60)
    return DAYS[day] + TIMES[minute]


def life(chance: random.Random, person: int, lessons: Sequence[str]) -> Iterator[Row]:
    """What happens to one person: about ten events, of a few many more."""
    minute = chance.random() * 60 * 24 * 700
    tdp = int(chance.random() * TDPS) + 1
    unit = int(chance.random() * UNITS) + 1 if chance.random() < 0.1 else None
    here: int | None = None
    yield moment(minute), "registered", person, here, None, None, unit
    draw = chance.random()
    number = len(lessons) if draw < 0.03 else int(draw * 5.9)
    moves = chance.random() < 0.03
    for place, lesson in enumerate(lessons[:number]):
        minute += 5 + chance.random() * 60 * 24 * (12 if number == len(lessons) else 60)
        attempt = 1 if chance.random() < 0.8 else 2
        yield moment(minute), "started", person, here, lesson, attempt, unit
        yield moment(minute + 4), "finished", person, here, lesson, attempt, unit
        if chance.random() < 0.9:
            yield moment(minute + 4), "passed", person, here, lesson, attempt, unit
        if place == 0 or (place == 1 and moves):
            here = tdp + place
            yield moment(minute + 5), "tdp", person, here, None, None, unit
    if person % 5 and chance.random() < 0.2:
        yield moment(minute + 9000), "vouched", person, here, None, None, unit


def fill(file: Path, people: int, lessons: Sequence[str], seed: int) -> int:
    """Write the ward, its events in the order of time; returns how many there are."""
    chance = random.Random(seed)
    numbers = [(n * SPREAD * 977) & MASK for n in range(1, people + 1)]
    database = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "temp_store=FILE"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("BEGIN")
    database.execute(f"CREATE TABLE lives ({COLUMNS})")
    database.executemany(
        "INSERT INTO tdps (id, code, name, is_placeholder) VALUES (?, ?, ?, 0)",
        [(n, f"T{n}", f"Tổ {n}") for n in range(1, TDPS + 2)],
    )
    database.executemany(
        "INSERT INTO units (id, kind, name) VALUES (?, 'office', ?)",
        [(n, f"Cơ quan {n}") for n in range(1, UNITS + 1)],
    )
    database.executemany(
        "INSERT INTO people (id, created_at, channel, is_practice, is_sample, confirmed_at)"
        " VALUES (?, ?, 'web', 0, 0, ?)",
        ((n, moment(0), None if n % 5 == 0 else moment(0)) for n in numbers),
    )
    lives = (event for person in numbers for event in life(chance, person, lessons))
    database.executemany(EVENT.format("lives"), lives)
    in_time = f"SELECT {COLUMNS} FROM lives ORDER BY at"  # noqa: S608 - our own names
    for statement in (
        f"INSERT INTO events ({COLUMNS}) {in_time}",
        "DROP TABLE lives",
        "COMMIT",
        "ANALYZE",
    ):
        database.execute(statement)
    (events,) = database.execute("SELECT count(*) FROM events").fetchone()
    database.close()
    return int(events)


def append(file: Path, lessons: Sequence[str], seed: int) -> None:
    """Let a thousand more things happen to people of every kind."""
    chance = random.Random(seed)
    database = sqlite3.connect(file)
    ((most,),) = database.execute("SELECT max(id) FROM people")
    rows = []
    for _ in range(NEW):
        ((person,),) = database.execute(
            "SELECT id FROM people WHERE id >= ? ORDER BY id LIMIT 1", [chance.randrange(most)]
        )
        lesson = chance.choice(lessons)
        rows.append((moment(1_050_000), "passed", person, 1, lesson, 1, None))
    database.executemany(EVENT.format("events"), rows)
    database.commit()
    database.close()


# ---------------------------------------------------------------- measured


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock, and of the processor: other work beside it makes the first one longer."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        """Both: “0.31 s (0.29)”."""
        return f"{self.wall:.2f} s ({self.cpu:.2f})"


class Watch:
    """Measures from when it is made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def took(self) -> Took:
        """So long until now."""
        return Took(time.perf_counter() - self._wall, time.process_time() - self._cpu)


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured for one size; `slot_rows` is how many rows the half months take."""

    people: int
    events: int
    slot_rows: int
    took: Mapping[str, Took]
    rss_mb: float
    file_mb: float
    is_equal: bool

    @property
    def is_sound(self) -> bool:
        """Whether figures are exact, and come in the time that was promised."""
        pages = [self.took[name].cpu for name in PAGES]
        return self.is_equal and max(pages) < A_PAGE and self.took["everything"].cpu < EVERYTHING


async def added_up(database: Database, most: int) -> float:
    """Catch up; returns the processor's seconds of the longest batch."""
    longest, has_more = 0.0, True
    while has_more:
        batch = Watch()
        async with database.transaction(NOW) as tx:
            has_more = await rollups.catch_up(tx, most)
        longest = max(longest, batch.took().cpu)
    return longest


async def everything(tx: Tx) -> None:
    """All that a report reads: every dimension of the period and from the beginning, and twelve courses."""
    for since in (MONTH[0], None):
        for dimension in (Dimension.TDP, Dimension.LESSON, Dimension.UNIT):
            await perform(tx, LAN, FiguresBy(dimension, since, MONTH[1]))
    for count in Count:
        await perform(tx, LAN, OverTime(count, None, "", *YEAR))
    for tdp in (1, 2, 3, 4):
        await perform(tx, LAN, OverTime(Count.PASSED, Dimension.TDP, str(tdp)))


def figures_of(days: tuple[date, date]) -> Callable[[Tx], Awaitable[object]]:
    """A ward's page: every TDP in a period."""
    return lambda tx: perform(tx, LAN, FiguresBy(Dimension.TDP, *days))


READ: Mapping[str, Callable[[Tx], Awaitable[object]]] = {
    "month": figures_of(MONTH),
    "year": figures_of(YEAR),
    "everything": everything,
    "seven days": figures_of((date(2026, 11, 3), date(2026, 11, 9))),
}
BEHIND = {
    "people of a TDP": PeopleBehind(Dimension.TDP, "7", Count.PASSED, *MONTH),
    "people of none": PeopleBehind(Dimension.TDP, "", Count.STARTED, *YEAR),
    "people of a lesson": PeopleBehind(Dimension.LESSON, "AT-39", Count.PASSED, *YEAR),
    "people of a unit": PeopleBehind(Dimension.UNIT, "9", Count.STAFF),
    "people of the ward": PeopleBehind(None, "", Count.CORE, *MONTH),
}


PAGES = ("month", "year", *BEHIND)


async def is_equal(database: Database) -> bool:
    """Whether half months and a count of the events themselves say the same, to the last digit."""
    async with database.reading(NOW) as tx:
        read = await rollups.sums(tx, ("tdp",), *around(*MONTH))
        counted = await recount(tx, Dimension.TDP, Days.of(tx, *MONTH))
    return read == {("tdp", *key): one for key, one in counted.items()}


async def measure(house: House, folder: Path, people: int, seed: int) -> Found:
    """Make a ward of a size and measure everything."""
    file, lessons = folder / "ward.db", house.core.core
    took: dict[str, Took] = {}
    url = f"sqlite:///{file}"
    await (await Database.open(url, house)).close()
    watch = Watch()
    events = fill(file, people, lessons, seed)
    took["made in"] = watch.took()
    database = await Database.open(url, house)
    try:
        watch = Watch()
        longest = await added_up(database, FIRST_BUILD)
        took["first build"] = watch.took()
        took["its longest batch"] = Took(longest, longest)
        append(file, lessons, seed)
        watch = Watch()
        await added_up(database, rollups.MOST)
        took[f"{NEW:,} more"] = watch.took()
        append(file, lessons, seed + 1)  # a tail that readers count themselves
        for name, read in READ.items():
            async with database.reading(NOW) as tx:
                watch = Watch()
                await read(tx)
                took[name] = watch.took()
        for name, request in BEHIND.items():
            async with database.transaction(NOW) as tx:
                watch = Watch()
                await perform(tx, LAN, request)
                took[name] = watch.took()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        async with database.reading(NOW) as tx:
            rows = await tx.connection.scalar(select(func.count()).select_from(SlotCounts))
        size = file.stat().st_size / 1e6
        return Found(people, events, rows or 0, took, peak, size, await is_equal(database))
    finally:
        await database.close()


def run(people: int, seed: int) -> Found:
    """One size, in this process."""
    config = Config()
    house = make_house(config, read_content(config))
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(measure(house, Path(folder), people, seed))


def show(found: Found) -> None:
    """One line for docs/benchmarks.md: seconds by the clock, and in brackets those of the processor."""
    took = " | ".join(f"{name} {one}" for name, one in found.took.items())
    print(
        f"| {found.people:,} people, {found.events:,} events, {found.slot_rows:,} rows | {took}"
        f" | {found.rss_mb:.0f} MB, file {found.file_mb:,.0f} MB"
        f" | {'equal' if found.is_equal else 'NOT EQUAL'} |",
        flush=True,
    )


def run_alone(people: int, seed: int) -> Found:
    """One size in a process of its own, whose memory is its own, and its line."""
    with multiprocessing.get_context("spawn").Pool(1) as process:
        found = process.apply(run, (people, seed))
    show(found)
    return found


def main() -> int:
    """Measure the sizes that are asked for."""
    given = argparse.ArgumentParser()
    given.add_argument("--people", type=int, nargs="*", default=SIZES)
    given.add_argument("--seed", type=int, default=1)
    wanted = given.parse_args()
    found = [run_alone(people, wanted.seed) for people in wanted.people]
    return 0 if all(one.is_sound for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
