"""Lives of a small ward as lists of steps, and the figures they must come to, for tests that add up."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from runpy import run_path
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from handlers._requests.figures import Dimension, Figures, Line
from storage._tx import Tx
from storage.house import CoreLessons, House
from storage.tables import DailyCounts, Events, People, Settings, Tdps, Units
from storage.tables_staff import SlotCounts

recount = run_path(str(Path(__file__).with_name("recount.py")))["recount"]

CORE = CoreLessons(core=("TB-01", "AT-01"), staff=("TB-01", "AT-01", "DV-01"), staff_percent=60)
GOALS = {"core": CORE.core, "staff": CORE.staff, "staff_needed": 2}
"""The same for the recount: 60 % of three lessons are two."""
LESSONS = ("TB-01", "AT-01", "DV-01", "XX-99")
BEGIN = datetime(2026, 9, 30, 17, tzinfo=UTC)  # 00:00 of 1 October where the ward is
HOURS = 24 * 75
KINDS = ("zalo", "web", "web", "web", "practice", "sample")
ADDED = (Dimension.TDP, Dimension.LESSON, Dimension.UNIT)


@dataclass(frozen=True, slots=True)
class Event:
    """Something happens to somebody, hours after the beginning: events do not come in the order of time."""

    person: int
    code: str
    hours: int
    tdp: int | None
    unit: int | None
    lesson: str | None
    attempt: int | None


@dataclass(frozen=True, slots=True)
class Vouch:
    """Somebody is confirmed, if they are not yet."""

    person: int


@dataclass(frozen=True, slots=True)
class Erase:
    """Somebody is erased; their events stay."""

    person: int


@dataclass(frozen=True, slots=True)
class Add:
    """A batch is added up."""

    most: int


Step = Event | Vouch | Erase | Add
persons = st.integers(1, len(KINDS))
places = st.sampled_from((None, None, 1, 2, 3))
hours = st.integers(0, HOURS) | st.sampled_from((0, 24 * 14 - 1, 24 * 14, 24 * 31))
lived = st.builds(
    Event,
    persons,
    st.sampled_from(("registered", "tdp", "unit", "help_asked", "withdrew", "erased")),
    hours,
    places,
    places,
    st.none(),
    st.none(),
)
learnt = st.builds(
    Event,
    persons,
    st.sampled_from(("started", "finished", "passed", "passed", "passed")),
    hours,
    places,
    places,
    st.sampled_from(LESSONS),
    st.sampled_from((1, 2)),
)
steps = st.lists(
    lived
    | learnt
    | st.builds(Vouch, persons)
    | st.builds(Erase, persons)
    | st.builds(Add, st.integers(1, 8)),
    max_size=40,
)


def slot_ends() -> st.SearchStrategy[tuple[date | None, date | None]]:
    """Periods of whole half months, open ones too, a few of them empty."""
    firsts = [date(2026, month, day) for month in (10, 11, 12) for day in (1, 15)]
    lasts = [first - timedelta(days=1) for first in [*firsts[1:], date(2027, 1, 1)]]
    return st.tuples(st.none() | st.sampled_from(firsts), st.none() | st.sampled_from(lasts))


def of_core(house: House, *, is_sample: bool = False) -> House:
    """The same ward with core lessons that exist here."""
    return replace(house, core=CORE, is_sample=is_sample)


async def empty_ward(tx: Tx) -> None:
    """Three TDPs, three units, six people of every kind, visits without a name, and nothing happened."""
    for table in (SlotCounts, Settings, Events, DailyCounts, People, Units, Tdps):
        await tx.connection.execute(delete(table))
    places = [
        {"id": n, "code": str(n), "name": f"Tổ {n}", "is_placeholder": False} for n in (1, 2, 3)
    ]
    await tx.connection.execute(insert(Tdps), places)
    units = [{"id": n, "kind": "office", "name": f"Cơ quan {n}"} for n in (1, 2, 3)]
    await tx.connection.execute(insert(Units), units)
    people = [
        {
            "id": number,
            "created_at": BEGIN,
            "channel": "web",
            "is_practice": kind == "practice",
            "is_sample": kind == "sample",
            "confirmed_at": None if kind == "web" else BEGIN,
            "erased_at": None,
        }
        for number, kind in enumerate(KINDS, start=1)
    ]
    await tx.connection.execute(insert(People), people)
    nameless = [
        {"day": date(2026, 10, 14), "code": "started", "lesson_id": "TB-01", "count": 3},
        {"day": date(2026, 10, 15), "code": "passed", "lesson_id": "AT-01", "count": 2},
        {"day": date(2026, 10, 15), "code": "help_asked", "lesson_id": "", "count": 9},
    ]
    await tx.connection.execute(insert(DailyCounts), nameless)


async def happen(tx: Tx, step: Event | Vouch | Erase) -> None:
    """Let a step happen as the product would write it down."""
    match step:
        case Event():
            await _record(tx, step.code, step)
        case Vouch():
            confirmed = await tx.connection.execute(
                update(People)
                .where(People.id == step.person, People.confirmed_at.is_(None))
                .values(confirmed_at=tx.now)
            )
            if confirmed.rowcount:
                await _record(tx, "vouched", Event(step.person, "", HOURS, None, None, None, None))
        case Erase():
            await tx.connection.execute(
                update(People).where(People.id == step.person).values(erased_at=tx.now)
            )


async def _record(tx: Tx, code: str, event: Event) -> None:
    await tx.connection.execute(
        insert(Events).values(
            at=BEGIN + timedelta(hours=event.hours),
            code=code,
            person_id=event.person,
            tdp_id=event.tdp,
            unit_id=event.unit,
            lesson_id=event.lesson,
            attempt_no=event.attempt,
        )
    )


async def exported(tx: Tx, table: type) -> list[dict[str, Any]]:
    rows = (await tx.connection.execute(select(table.__table__))).mappings()  # type: ignore[attr-defined]
    return [dict(row) for row in rows]


async def expected(
    tx: Tx,
    dimension: Dimension,
    since: date | None,
    until: date | None,
    only_tdps: Collection[int] | None = None,
) -> tuple[Mapping[str, Mapping[str, int]], Mapping[str, int]]:
    """What a plain loop over the rows makes of them."""
    rows = [await exported(tx, table) for table in (People, Events, DailyCounts)]
    lines, total = recount(
        *rows,
        by=dimension.value,
        timezone="Asia/Ho_Chi_Minh",
        since=since,
        until=until,
        **GOALS,
        counts_samples=tx.house.is_sample,
        only_tdps=None if only_tdps is None else [str(tdp) for tdp in only_tdps],
    )
    return lines, total


def numbers(line: Line) -> dict[str, int]:
    return {name: value for name, value in asdict(line).items() if isinstance(value, int)}


def told(figures: Figures) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """The lines that hold anything, and the total."""
    lines = {line.key: numbers(line) for line in figures.lines}
    return {key: line for key, line in lines.items() if any(line.values())}, numbers(figures.total)


def without_nothing(
    counted: tuple[Mapping[str, Mapping[str, int]], Mapping[str, int]],
) -> tuple[dict[str, Mapping[str, int]], Mapping[str, int]]:
    lines, total = counted
    return {key: line for key, line in lines.items() if any(line.values())}, total


def happening(found: Iterable[Step]) -> list[Event | Vouch | Erase]:
    return [step for step in found if not isinstance(step, Add)]
