"""The ward's figures, from events, people and daily counts alone.

người     distinct confirmed people (Zalo, or somebody vouched for them)
lượt      events of confirmed and unconfirmed people, and what nameless visitors did
registered · started · completed · passed
          the events of these codes (completed: `finished`)
passed_at_once
          distinct confirmed people who passed a lesson in their first attempt at it
reached · core · staff
          distinct confirmed people who came to it within the period, at the moment they did

Practice people never count, made-up ones only where all are; erased people stay in. An event without a TDP
counts for the first TDP its person chose, if that was later (lessons taken before the question); else it
is “chưa rõ”. Units likewise. Days are local, both ends included.

Whole half months are read from storage/rollups.py; everything else is counted by storage/_recount.py. Whoever
works for some TDPs alone sees what counts for these, and nothing of nameless visitors: nobody knows where
they live.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Select, func, select

from handlers._requests.figures import (
    Course,
    Dimension,
    Figures,
    FiguresBy,
    OverTime,
    Point,
)
from handlers._requests.person import WARD_ROLES, Role
from storage import rollups
from storage._denominators import denominators
from storage._histories import COUNTED, Cell, Numbers
from storage._lines import NOBODY, empty, filled, known_lines
from storage._performers import Forbidden, performer
from storage._recount import Days, recount
from storage._tx import Tx
from storage.house import Actor
from storage.slots import A_YEAR, around, first_day, last_day, slot_on, slots_of
from storage.tables import DailyCounts, Events

UNKNOWN = "chưa rõ"
NO_UNIT = "không thuộc đơn vị nào"
TOTAL = "Tổng"
MOST_HALVES = 12
"""Points of half a month; a longer time is told in months."""
LONGEST = 10 * A_YEAR
"""So many half months of a course are looked at."""

_FIRST_EVENT = select(func.min(Events.at))
_FIRST_DAY = select(func.min(DailyCounts.day))

Cells = dict[tuple[str, str], Numbers]
"""By line key and code."""


@performer(roles=set(WARD_ROLES))
async def figures_by(tx: Tx, by: Actor, request: FiguresBy) -> Figures:
    """Count one report; every TDP and unit of today and every lesson has its line, with zeros too."""
    tdps = by.reach(*WARD_ROLES)
    if request.dimension is Dimension.PERSON and by.reach(Role.STAFF, Role.ADMIN) is not None:
        raise Forbidden(by, request)
    if tdps is None:
        cells, total = await _of_ward(tx, request)
    else:
        cells, total = await _of_tdps(tx, request, tdps)
    lines = await known_lines(tx, request.dimension, {key for key, _ in cells})
    if request.dimension is Dimension.TDP and tdps is not None:
        lines = [line for line in lines if line.key in {str(tdp) for tdp in tdps}]
    if any(key == "" for key, _ in cells):
        unknown = NO_UNIT if request.dimension is Dimension.UNIT else UNKNOWN
        lines = [*lines, empty("", unknown)]
    of = await denominators(tx, request.dimension, request.until or tx.today, tdps)
    everywhere = of.everything if request.dimension is Dimension.LESSON else None
    return Figures(
        tuple(
            replace(filled(line, cells), of=of.lines.get(line.key, everywhere)) for line in lines
        ),
        replace(filled(empty("", TOTAL), total), of=of.everything),
    )


async def _of_ward(tx: Tx, request: FiguresBy) -> tuple[Cells, Cells]:
    """Count the lines of a report and their total, nameless visitors among them."""
    found = await _added_up(tx, request)
    if found is None:
        days = Days.of(tx, request.since, request.until)
        found = (await recount(tx, request.dimension, days), await recount(tx, None, days))
    cells, total = found
    for (lesson, code), visits in (await _nameless(tx, request.since, request.until)).items():
        line = lesson if request.dimension is Dimension.LESSON else ""
        for into, key in ((cells, line), (total, "")):
            had = into.get((key, code), NOBODY)
            into[key, code] = Numbers(had.people, had.visits + visits)
    return cells, total


async def _of_tdps(tx: Tx, request: FiguresBy, tdps: Collection[int]) -> tuple[Cells, Cells]:
    """Count what counts for these TDPs; the total of a single one is its line."""
    days = Days.of(tx, request.since, request.until)
    found = await _added_up(tx, request) if request.dimension is Dimension.TDP else None
    if found is None:
        cells = await recount(tx, request.dimension, days, tdps)
    else:
        wanted = {str(tdp) for tdp in tdps}
        cells = {(key, code): one for (key, code), one in found[0].items() if key in wanted}
    if request.dimension is Dimension.TDP and len(tdps) == 1:
        return cells, {("", code): one for (_, code), one in cells.items()}
    return cells, await recount(tx, None, days, tdps)


async def _added_up(tx: Tx, request: FiguresBy) -> tuple[Cells, Cells] | None:
    """The lines and their total from half months; None where these do not serve."""
    slots = slots_of(request.since, request.until)
    if slots is None or request.dimension is Dimension.PERSON:
        return None
    found = await rollups.sums(tx, ("", request.dimension.value), *slots)
    if found is None:
        return None
    cells = {(line, code): one for (of, line, code), one in found.items() if of}
    return cells, {(line, code): one for (of, line, code), one in found.items() if not of}


async def _nameless(
    tx: Tx, since: date | None, until: date | None
) -> Mapping[tuple[str, str], int]:
    """What nameless visitors did, by lesson and code."""
    counted = select(DailyCounts.lesson_id, DailyCounts.code, func.sum(DailyCounts.count))
    found = await tx.connection.execute(
        _on_days(counted, since, until).group_by(DailyCounts.lesson_id, DailyCounts.code)
    )
    return {(lesson, code): int(visits) for lesson, code, visits in found.all()}


def _on_days(
    counted: Select[*tuple[Any, ...]], since: date | None, until: date | None
) -> Select[*tuple[Any, ...]]:
    counted = counted.where(DailyCounts.code.in_(sorted(COUNTED)))
    if since is not None:
        counted = counted.where(DailyCounts.day >= since)
    return counted if until is None else counted.where(DailyCounts.day <= until)


# ---------------------------------------------------------------- over time


@performer(roles=set(WARD_ROLES))
async def over_time(tx: Tx, by: Actor, request: OverTime) -> Course:
    """Tell how one figure went, in half months or the office's months."""
    tdps = by.reach(*WARD_ROLES)
    if request.dimension is Dimension.PERSON:
        raise Forbidden(by, request)
    if request.dimension is Dimension.TDP and not by.reaches(_number(request.key), *WARD_ROLES):
        raise Forbidden(by, request)
    first, last = await _slots(tx, request)
    has_months = last - first >= MOST_HALVES
    steps = _steps(range(first, last + 1), has_months=has_months)
    found = await _rows_of(tx, request, range(first, last + 1)) if tdps is None else None
    nameless = await _nameless_slots(tx, request) if tdps is None else {}
    points = []
    for begin, end in steps:
        if found is None:
            days = Days.of(tx, first_day(begin), last_day(end))
            counted = await recount(tx, request.dimension, days, tdps)
            numbers = counted.get((request.key, request.count.value), NOBODY)
        else:
            numbers = _between(found, begin, end)
        visits = sum(n for slot, n in nameless.items() if begin <= slot <= end)
        points.append(
            Point(first_day(begin), last_day(end), numbers.people, numbers.visits + visits)
        )
    return Course(tuple(points), has_months=has_months)


def _steps(slots: range, *, has_months: bool) -> list[tuple[int, int]]:
    """The first and the last slot of each point; a month is the office's, which begins with a second half."""
    if not has_months:
        return [(slot, slot) for slot in slots]
    months = [list(month) for _, month in groupby(slots, key=lambda slot: (slot + 1) // 2)]
    return [(month[0], month[-1]) for month in months]


def _number(key: str) -> int | None:
    return int(key) if key.isdecimal() else None


async def _slots(tx: Tx, request: OverTime) -> tuple[int, int]:
    """The first and the last slot to be told of: from the first thing that happened until today.

    None lies more than a year ahead; of a longer time than `LONGEST` the last of it.
    """
    first, last = around(request.since, request.until or tx.today)
    last = min(last, slot_on(tx.today) + A_YEAR)
    if request.since is None:
        event = await tx.connection.scalar(_FIRST_EVENT)
        days = [await tx.connection.scalar(_FIRST_DAY)]
        days += [event.astimezone(tx.house.timezone).date()] if event is not None else []
        first = slot_on(min((day for day in days if day is not None), default=tx.today))
    return max(first, last - LONGEST + 1), last


async def _rows_of(tx: Tx, request: OverTime, slots: range) -> Mapping[Cell, Numbers] | None:
    dimension = "" if request.dimension is None else request.dimension.value
    return await rollups.rows(tx, (dimension, request.key, request.count.value), slots)


def _between(found: Mapping[Cell, Numbers], begin: int, end: int) -> Numbers:
    """Distinct people and visits of some slots."""
    here = [(before, one) for (*_, slot, before), one in found.items() if begin <= slot <= end]
    people = sum(one.people for before, one in here if before < begin)
    return Numbers(people, sum(one.visits for _, one in here))


async def _nameless_slots(tx: Tx, request: OverTime) -> Mapping[int, int]:
    """What nameless visitors did of this, by slot: in the total, for a lesson, or where nobody lives."""
    if request.dimension is Dimension.LESSON:
        where = DailyCounts.lesson_id == request.key
    elif request.key:
        return {}
    else:
        where = DailyCounts.lesson_id.is_not(None)
    found = await tx.connection.execute(
        select(DailyCounts.day, func.sum(DailyCounts.count))
        .where(DailyCounts.code == request.count.value, DailyCounts.code.in_(COUNTED), where)
        .group_by(DailyCounts.day)
    )
    slots: dict[int, int] = {}
    for day, visits in found.all():
        slots[slot_on(day)] = slots.get(slot_on(day), 0) + int(visits)
    return slots
