"""The ward's figures, counted by the database from events, people and daily counts alone.

người     distinct confirmed people (Zalo, or somebody vouched for them)
lượt      events of confirmed and unconfirmed people, and what nameless visitors did
registered · started · completed · passed
          the events of these codes (completed: `finished`)
passed_at_once
          distinct confirmed people who passed a lesson in their first attempt at it

Practice people and sample data never count; erased people stay in. An event without a TDP counts
for the first TDP its person chose, if that was later (lessons taken before the question); else it
is “chưa rõ”. Days are local, both ends included.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal_column, select

from handlers._requests.figures import Dimension, Figures, FiguresBy, Line
from handlers._requests.person import Role
from lessons import fold
from storage._performers import performer
from storage._tdp_names import all_units
from storage._tx import Tx
from storage.events import Code
from storage.house import Actor
from storage.tables import DailyCounts, Events, People, Profiles

UNKNOWN = "chưa rõ"
TOTAL = "Tổng"
UNCONFIRMED = "chưa xác nhận"
ERASED = "đã xóa"

_COUNTED = (Code.REGISTERED, Code.STARTED, Code.FINISHED, Code.PASSED)
_IS_CONFIRMED = People.confirmed_at.is_not(None)
_IS_REAL = and_(~People.is_practice, ~People.is_sample)


@dataclass(frozen=True, slots=True)
class _Cell:
    """One code within one line."""

    people: int = 0
    visits: int = 0
    at_once: int = 0


_Cells = dict[tuple[str, str], _Cell]
"""By line key and code."""


@performer(roles={Role.ADMIN})
async def figures_by(tx: Tx, by: Actor, request: FiguresBy) -> Figures:  # noqa: ARG001 - a performer's shape
    """Count one report; every TDP of today and every lesson has its line, with zeros too."""
    total = await _people_cells(tx, request, None)
    nameless = await _nameless_cells(tx, request)
    cells = await _people_cells(tx, request, request.dimension)
    for (lesson, code), cell in nameless.items():
        _add(cells, lesson if request.dimension is Dimension.LESSON else "", code, cell)
        _add(total, "", code, cell)
    known = await _known_lines(tx, request.dimension, {key for key, _ in cells})
    lines = [_line(line, cells) for line in known]
    if any(key == "" for key, _ in cells):
        lines.append(_line(_empty("", UNKNOWN), cells))
    return Figures(tuple(lines), _line(_empty("", TOTAL), total))


async def _people_cells(tx: Tx, request: FiguresBy, dimension: Dimension | None) -> _Cells:
    """Count what people did; dimension None: all in one line."""
    each = _events_of_each(tx, request, dimension).subquery()
    found = await tx.connection.execute(
        select(
            each.c.line,
            each.c.code,
            _number_of(_IS_CONFIRMED),
            func.sum(each.c.visits),
            _number_of(and_(_IS_CONFIRMED, each.c.at_once == 1)),
        )
        .join_from(each, People, each.c.person_id == People.id)
        .where(_IS_REAL)
        .group_by(each.c.line, each.c.code)
    )
    return {
        ("" if line is None else str(line), code): _Cell(int(people), int(visits), int(at_once))
        for line, code, people, visits, at_once in found.all()
    }


def _events_of_each(tx: Tx, request: FiguresBy, dimension: Dimension | None) -> Select[Any]:
    """One row per line, code and person, so that people are told apart before anything is added."""
    first = (
        select(Events.person_id, Events.tdp_id, Events.at, _order_of_tdps().label("place"))
        .where(Events.code == Code.TDP.value, Events.tdp_id.is_not(None))
        .subquery()
    )
    lines: Mapping[Dimension | None, ColumnElement[Any]] = {
        None: literal_column("NULL"),
        Dimension.TDP: func.coalesce(
            Events.tdp_id, case((Events.at <= first.c.at, first.c.tdp_id))
        ),
        Dimension.LESSON: Events.lesson_id.expression,
        Dimension.PERSON: Events.person_id.expression,
    }
    line = lines[dimension].label("line")
    is_at_once = case((Events.attempt_no == 1, 1), else_=0)
    each = select(
        line,
        Events.code,
        Events.person_id,
        func.count().label("visits"),
        func.max(is_at_once).label("at_once"),
    ).where(Events.code.in_([code.value for code in _COUNTED]), *_within(tx, request))
    if dimension is Dimension.LESSON:
        each = each.where(Events.lesson_id.is_not(None))
    if dimension is Dimension.TDP:
        each = each.outerjoin(
            first, and_(first.c.person_id == Events.person_id, first.c.place == 1)
        )
    keys = [Events.code, Events.person_id]
    return each.group_by(*keys) if dimension is None else each.group_by(lines[dimension], *keys)


def _order_of_tdps() -> ColumnElement[int]:
    """The place of an event among the TDPs its person chose, from 1."""
    return func.row_number().over(partition_by=Events.person_id, order_by=(Events.at, Events.id))


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _within(tx: Tx, request: FiguresBy) -> list[ColumnElement[bool]]:
    """The moments between two local days, both included."""
    conditions = []
    if request.since is not None:
        conditions.append(Events.at >= _midnight(tx, request.since))
    if request.until is not None:
        conditions.append(Events.at < _midnight(tx, request.until + timedelta(days=1)))
    return conditions


def _midnight(tx: Tx, day: date) -> datetime:
    return datetime.combine(day, time(), tx.house.timezone).astimezone(UTC)


async def _nameless_cells(tx: Tx, request: FiguresBy) -> _Cells:
    """What nameless visitors did, by lesson."""
    counted = select(DailyCounts.lesson_id, DailyCounts.code, func.sum(DailyCounts.count)).where(
        DailyCounts.code.in_([code.value for code in _COUNTED])
    )
    if request.since is not None:
        counted = counted.where(DailyCounts.day >= request.since)
    if request.until is not None:
        counted = counted.where(DailyCounts.day <= request.until)
    found = await tx.connection.execute(counted.group_by(DailyCounts.lesson_id, DailyCounts.code))
    return {(lesson, code): _Cell(visits=int(visits)) for lesson, code, visits in found.all()}


def _add(cells: _Cells, key: str, code: str, more: _Cell) -> None:
    cell = cells.get((key, code), _Cell())
    cells[key, code] = replace(cell, visits=cell.visits + more.visits)


async def _known_lines(tx: Tx, dimension: Dimension, keys: set[str]) -> Iterable[Line]:
    """Name the lines of a report, in its order, with nothing counted yet."""
    if dimension is Dimension.TDP:
        units = (await all_units(tx)).values()
        return [
            _empty(str(unit.id), unit.label)
            for unit in units
            if unit.exists_on(tx.today) or str(unit.id) in keys
        ]
    if dimension is Dimension.LESSON:
        lessons = tx.house.content.lessons
        gone = sorted(keys - set(lessons) - {""})
        return [
            *(_empty(lesson.id, lesson.title) for lesson in lessons.values()),
            *(_empty(lesson, lesson) for lesson in gone),
        ]
    return await _people_lines(tx, keys)


async def _people_lines(tx: Tx, keys: set[str]) -> Iterable[Line]:
    """Name the people of a report: by name, then those without one by number."""
    found = await tx.connection.execute(
        select(People.id, People.confirmed_at, People.erased_at, Profiles.name)
        .outerjoin_from(People, Profiles)
        .where(_IS_REAL)
    )
    people = [row for row in found.all() if str(row.id) in keys]
    people.sort(key=lambda row: (row.name is None, fold(row.name or ""), row.id))
    return [
        _empty(str(row.id), row.name or f"số {row.id}", _note(row.confirmed_at, row.erased_at))
        for row in people
    ]


def _note(confirmed_at: datetime | None, erased_at: datetime | None) -> str:
    notes = [UNCONFIRMED] * (confirmed_at is None) + [ERASED] * (erased_at is not None)
    return ", ".join(notes)


def _empty(key: str, label: str, note: str = "") -> Line:
    return Line(key, label, 0, 0, 0, 0, 0, 0, 0, 0, 0, note)


def _line(line: Line, cells: _Cells) -> Line:
    """Fill a line with what was counted for its key."""
    registered, started, completed, passed = (
        cells.get((line.key, code.value), _Cell()) for code in _COUNTED
    )
    return Line(
        line.key,
        line.label,
        registered.people,
        registered.visits,
        started.people,
        started.visits,
        completed.people,
        completed.visits,
        passed.people,
        passed.visits,
        passed.at_once,
        line.note,
    )
