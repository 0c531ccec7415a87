"""The lines of a report: what they are called, in which order, and what stands in them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from handlers._requests.figures import Count, Dimension, Line
from lessons import fold
from storage._histories import Numbers, Rules
from storage._recount import is_real
from storage._tdp_names import all_units
from storage._tx import Tx
from storage.tables import People, Profiles, Units

UNCONFIRMED = "chưa xác nhận"
ERASED = "đã xóa"
NOBODY = Numbers(0, 0)


async def known_lines(tx: Tx, dimension: Dimension, keys: set[str]) -> list[Line]:
    """Name the lines of a report, in its order, with nothing counted yet."""
    match dimension:
        case Dimension.TDP:
            tdps = (await all_units(tx)).values()
            return [
                empty(str(tdp.id), tdp.label)
                for tdp in tdps
                if tdp.exists_on(tx.today) or str(tdp.id) in keys
            ]
        case Dimension.LESSON:
            return _lesson_lines(tx, keys)
        case Dimension.UNIT:
            return await _unit_lines(tx, keys)
        case Dimension.PERSON:
            return await _people_lines(tx, keys)


def _lesson_lines(tx: Tx, keys: set[str]) -> list[Line]:
    lessons = tx.house.content.lessons
    gone = sorted(keys - set(lessons) - {""})
    return [
        *(empty(lesson.id, lesson.title) for lesson in lessons.values()),
        *(empty(lesson, lesson) for lesson in gone),
    ]


async def _unit_lines(tx: Tx, keys: set[str]) -> list[Line]:
    """Name the units of today, and those of former days that have something counted, by kind and name."""
    found = await tx.connection.execute(
        select(Units.id, Units.name, Units.valid_from, Units.valid_to, Units.kind)
    )
    units = [
        row
        for row in found.all()
        if str(row.id) in keys
        or (
            (row.valid_from is None or row.valid_from <= tx.today)
            and (row.valid_to is None or tx.today <= row.valid_to)
        )
    ]
    units.sort(key=lambda row: (row.kind, fold(row.name), row.id))
    return [empty(str(row.id), row.name) for row in units]


async def _people_lines(tx: Tx, keys: set[str]) -> list[Line]:
    """Name the people of a report: by name, then those without one by number."""
    found = await tx.connection.execute(
        select(People.id, People.confirmed_at, People.erased_at, Profiles.name)
        .outerjoin_from(People, Profiles)
        .where(is_real(Rules.of(tx.house)))
    )
    people = [row for row in found.all() if str(row.id) in keys]
    people.sort(key=lambda row: (row.name is None, fold(row.name or ""), row.id))
    return [
        empty(str(row.id), row.name or f"số {row.id}", _note(row.confirmed_at, row.erased_at))
        for row in people
    ]


def _note(confirmed_at: datetime | None, erased_at: datetime | None) -> str:
    notes = [UNCONFIRMED] * (confirmed_at is None) + [ERASED] * (erased_at is not None)
    return ", ".join(notes)


def empty(key: str, label: str, note: str = "") -> Line:
    """A line with nothing in it."""
    return Line(key, label, 0, 0, 0, 0, 0, 0, 0, 0, 0, note)


def filled(line: Line, cells: Mapping[tuple[str, str], Numbers]) -> Line:
    """Fill a line with what was counted for its key."""
    found = {count: cells.get((line.key, count.value), NOBODY) for count in Count}
    people = {count: numbers.people for count, numbers in found.items()}
    visits = {count: numbers.visits for count, numbers in found.items()}
    return replace(
        line,
        registered=people[Count.REGISTERED],
        registered_visits=visits[Count.REGISTERED],
        started=people[Count.STARTED],
        started_visits=visits[Count.STARTED],
        completed=people[Count.COMPLETED],
        completed_visits=visits[Count.COMPLETED],
        passed=people[Count.PASSED],
        passed_visits=visits[Count.PASSED],
        passed_at_once=people[Count.PASSED_AT_ONCE],
        reached=people[Count.REACHED],
        core=people[Count.CORE],
        staff=people[Count.STAFF],
    )
