"""The lines of a report: per TDP, per unit, per lesson, and which TDPs did best.

A TDP that was merged away by the period's end has its line added to that of its heir: who joined, or passed
the last core lesson, did so in one TDP alone, and visits are events. Only people who finished lessons in both
within the same period stand in the sum twice.

A name that came with the software is no TDP once the ward has its own: what was recorded there is nobody's.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from fractions import Fraction

from sqlalchemy import or_, select

from handlers._indicators import ON_THE_SYSTEM
from handlers._requests.figures import Dimension, Figures, FiguresBy, Line
from handlers._requests.report import (
    BestTdp,
    Learning,
    LessonLine,
    Period,
    Stated,
    TdpLine,
    UnitLine,
)
from handlers._requests.stated import UNIT_WORDS, StatedRow, UnitKind
from storage._performers import perform
from storage._tdp_names import all_units
from storage._tx import Tx
from storage.house import Actor, Grant
from storage.stated import stated_on
from storage.tables import Tdps, Units
from storage.tdps import only_names

PLACES = 3
"""So many places there are among the best TDPs; a place may be shared."""
ENOUGH_PEOPLE = 5
"""Fewer people than these are no achievement of a TDP to speak of."""
TAUGHT = {
    UnitKind.SCHOOL: ("pupils_taught", "pupils"),
    UnitKind.ENTERPRISE: ("workers_taught", "workers"),
    UnitKind.COOPERATIVE: ("workers_taught", "workers"),
    UnitKind.HOUSEHOLD: ("households_business_taught", "households_business"),
}
"""What the units of a kind state: how many were taught, and of how many. Offices state the second alone."""
NOTHING = Learning(*(0 for _ in fields(Learning)))
KINDS = (UnitKind.OFFICE, *TAUGHT)
"""The kinds of units a target speaks of, in the order of the targets."""


def stated(row: StatedRow) -> Stated:
    """A stated number without its place."""
    return Stated(row.value, row.as_of, row.source, row.document)


def learning(line: Line) -> Learning:
    """What a line of the figures says of learning."""
    return Learning(*(getattr(line, one.name) for one in fields(Learning)))


def added(lines: Iterable[Learning]) -> Learning:
    """Several lines as one."""
    sums = [0] * len(fields(Learning))
    for line in lines:
        sums = [
            had + getattr(line, one.name) for had, one in zip(sums, fields(Learning), strict=True)
        ]
    return Learning(*sums)


async def tdp_lines_between(tx: Tx, by: Actor, period: Period) -> tuple[TdpLine, ...]:
    """The lines of TDPs alone, as the one who asks is told of them; of theirs with all that went into them."""
    day = min(period.until, tx.today)
    by = _with_parts(by, await _heirs(tx, day))
    now = await perform(tx, by, FiguresBy(Dimension.TDP, period.since, period.until))
    so_far = await perform(tx, by, FiguresBy(Dimension.TDP, None, period.until))
    return await tdp_lines(tx, now, so_far, day)


def _with_parts(by: Actor, heirs: Mapping[int, int]) -> Actor:
    """Somebody with their roles also in the TDPs that were merged into theirs."""
    parts = [
        Grant(grant.role, part)
        for grant in by.grants
        for part, heir in heirs.items()
        if heir == grant.tdp != part
    ]
    return replace(by, grants=(*by.grants, *parts))


async def tdp_lines(tx: Tx, now: Figures, so_far: Figures, day: date) -> tuple[TdpLine, ...]:
    """A line for every TDP that existed on a day, then for what is known of no TDP."""
    units = await all_units(tx)
    heirs = await _heirs(tx, day)
    adults = {row.tdp: stated(row) for row in await stated_on(tx, "adults", day)}
    within, before = _by_heir(now, heirs), _by_heir(so_far, heirs)
    lines = [
        TdpLine(
            number,
            unit.label,
            adults.get(number),
            added(within.get(number, ())),
            added(before.get(number, ())),
        )
        for number, unit in units.items()
        if heirs.get(number) == number and (unit.exists_on(day) or number in before)
    ]
    if None in before or None in within:
        name = next((one.label for one in (*so_far.lines, *now.lines) if not one.key), "chưa rõ")
        lines.append(
            TdpLine(None, name, None, added(within.get(None, ())), added(before.get(None, ())))
        )
    return tuple(lines)


def _by_heir(figures: Figures, heirs: Mapping[int, int]) -> Mapping[int | None, list[Learning]]:
    """What was learnt in what every TDP had become; in one that came later, it is nobody's yet (None)."""
    found: dict[int | None, list[Learning]] = {}
    for line in figures.lines:
        if (learnt := learning(line)) != NOTHING:
            heir = heirs.get(int(line.key)) if line.key else None
            found.setdefault(heir, []).append(learnt)
    return found


async def _heirs(tx: Tx, day: date) -> Mapping[int, int]:
    """The TDP that every TDP had become by a day; one that is still there is its own heir.

    One that came later has none, nor has a mere name that did not go into a TDP of that day. One that is gone
    without an heir stands for itself and for what went into it, so that nothing is lost.
    """
    names = await only_names(tx)
    rows = await tx.connection.execute(
        select(Tdps.id, Tdps.valid_from, Tdps.valid_to, Tdps.merged_into)
    )
    tdps = {row.id: row for row in rows.all()}
    found: dict[int, int] = {}
    for number, row in tdps.items():
        if row.valid_from is not None and row.valid_from > day:
            continue
        heir, passed = number, {number}
        while (gone := tdps[heir]).id in names or (gone.valid_to and gone.valid_to < day):
            into = gone.merged_into
            if into is None or into not in tdps:
                break
            if into in passed:  # merged in a circle
                heir = number
                break
            heir = into
            passed.add(into)
        begins = tdps[heir].valid_from
        if heir not in names and (begins is None or begins <= day):
            found[number] = heir
    return found


async def unit_lines(tx: Tx, by: Actor, period: Period, day: date) -> tuple[UnitLine, ...]:
    """Every unit of the day whose people a target speaks of."""
    figures = await perform(tx, by, FiguresBy(Dimension.UNIT, None, period.until))
    staff = {int(line.key): line.staff for line in figures.lines if line.key}
    keys = {"staff", *(key for pair in TAUGHT.values() for key in pair)}
    told = {
        (key, row.unit): stated(row)
        for key in sorted(keys)
        for row in await stated_on(tx, key, day)
        if row.unit is not None
    }
    rows = await tx.connection.execute(
        select(Units.id, Units.kind, Units.name)
        .where(
            Units.kind.in_([kind.value for kind in KINDS]),
            or_(Units.valid_from.is_(None), Units.valid_from <= day),
            or_(Units.valid_to.is_(None), Units.valid_to >= day),
        )
        .order_by(Units.name, Units.id)
    )
    lines = []
    for number, kind_value, name in rows.all():
        kind = UnitKind(kind_value)
        taught_key, total_key = TAUGHT.get(kind, ("", "staff"))
        counted = Stated(staff.get(number, 0), day, ON_THE_SYSTEM, "")
        taught = counted if kind is UnitKind.OFFICE else told.get((taught_key, number))
        lines.append(
            UnitLine(
                number, name, kind.value, UNIT_WORDS[kind], taught, told.get((total_key, number))
            )
        )
    return tuple(sorted(lines, key=lambda one: KINDS.index(UnitKind(one.kind))))


async def lesson_lines(tx: Tx, by: Actor, period: Period) -> tuple[LessonLine, ...]:
    """One line per lesson: within the period, and from the beginning until its end."""
    now = await perform(tx, by, FiguresBy(Dimension.LESSON, period.since, period.until))
    so_far = await perform(tx, by, FiguresBy(Dimension.LESSON, None, period.until))
    within = {line.key: learning(line) for line in now.lines}
    return tuple(
        LessonLine(line.key, line.label, within.get(line.key, added(())), learning(line))
        for line in so_far.lines
        if line.key
    )


def best_tdps(lines: Sequence[TdpLine]) -> tuple[tuple[BestTdp, ...], bool]:
    """The TDPs where most passed all core lessons, and whether by share: wherever any share is known."""
    good = [one for one in lines if one.id is not None and one.so_far.core >= ENOUGH_PEOPLE]
    shared = [
        BestTdp(one.name, one.so_far.core, one.adults.value)
        for one in good
        if one.adults is not None and one.adults.value >= one.so_far.core
    ]
    if shared:
        return tuple(_first_places(shared, lambda one: Fraction(one.core, one.adults or 1))), True
    return tuple(
        _first_places([BestTdp(one.name, one.so_far.core, None) for one in good], _core)
    ), False


def _core(one: BestTdp) -> Fraction:
    return Fraction(one.core)


def _first_places(
    found: Sequence[BestTdp], measure: Callable[[BestTdp], Fraction]
) -> list[BestTdp]:
    """Those of the first places; who is equal to the last of them is in as well."""
    ordered = sorted(found, key=measure, reverse=True)
    last = measure(ordered[PLACES - 1]) if len(ordered) >= PLACES else Fraction(0)
    return [one for one in ordered if measure(one) >= last]
