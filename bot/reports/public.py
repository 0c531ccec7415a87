"""Tables for the public: nobody can read, or work out, that one, two, three or four people did something.

A TDP with such a number anywhere in its line is put together with at least one more TDP, and with further ones
until every number of the group is 0 or at least 5. Totals stay as they are. Every published line is then a
sum of such groups, so is every total less some of the lines, and a group has at least two members: no
addition or subtraction leads back to one of them. Lessons and units are treated alike.

Where even all lines together hold a number from 1 to 4, the table has no lines, only its total. Lists of
people are never in it. Pure.

Where a line says how many there are, those who did not do something are such numbers as well.

What is told twice is grouped as it is told: units whose numbers make an indicator apart from those left out of
it. No question is told of a lesson that is part of a group, and no indicator that is one unit's small number.

Each table is safe by itself. Two tables of periods that overlap are two tables: whoever publishes both tells
more than either does.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, fields, replace
from datetime import date
from typing import TypeVar

from handlers._indicators import OF_WHOLE_WARD
from handlers._requests.figures import Denominator, Figures, Line
from handlers._requests.report import (
    Learning,
    LessonLine,
    Obstacle,
    ReportFigures,
    ReportKept,
    Stated,
    TdpLine,
    UnitLine,
)
from handlers._requests.stated import UnitKind

FLOOR = 5
"""The smallest number above 0 that may be read."""
Cells = tuple[int, ...]
INDICATORS = {
    UnitKind.OFFICE.value: "A1",
    UnitKind.SCHOOL.value: "B1",
    UnitKind.ENTERPRISE.value: "Đ1",
    UnitKind.COOPERATIVE.value: "Đ1",
    UnitKind.HOUSEHOLD.value: "Đ3",
}
"""In which indicator the numbers of a kind of unit are added up."""
Group = tuple[int, ...]
"""Positions of lines that are published as one."""
Groups = tuple[Group, ...]
"""Every line is in exactly one group; groups and what is in them stand in the lines' order."""
L = TypeVar("L")


def is_open(cells: Iterable[int]) -> bool:
    """Whether these numbers may stand in a line that everybody reads."""
    return all(cell == 0 or cell >= FLOOR for cell in cells)


def grouped(lines: Sequence[Cells], unnamed: Collection[int] = ()) -> Groups:
    """Return which lines are published together; none at all where no grouping hides every small number.

    `unnamed` lines (“chưa rõ”) are company for another one only when no named one is left. Deterministic:
    the smallest line that needs company comes first, and gets the one that leaves it the fewest small numbers.
    """
    waiting: list[Group] = [(n,) for n, cells in enumerate(lines) if not is_open(cells)]
    done: list[Group] = [(n,) for n, cells in enumerate(lines) if is_open(cells)]
    waiting.sort(key=lambda group: (group[0] in unnamed, sum(lines[group[0]]), group))
    while waiting:
        group, *waiting = waiting
        others = [*waiting, *done]
        if not others:
            return ()
        company = min(others, key=lambda other: _cost(lines, group, other, waiting, unnamed))
        (waiting if company in waiting else done).remove(company)
        joined = (*group, *company)
        if is_open(_sum(lines, joined)):
            done.append(joined)
        else:
            waiting.insert(0, joined)
    return tuple(sorted(tuple(sorted(group)) for group in done))


def _cost(
    lines: Sequence[Cells],
    group: Group,
    other: Group,
    waiting: Collection[Group],
    unnamed: Collection[int],
) -> tuple[bool, int, bool, int, int, Group]:
    """How little one group is wanted as company: what stays small, what is lost of a line that needs none."""
    together = _sum(lines, (*group, *other))
    small = sum(0 < cell < FLOOR for cell in together)
    is_unnamed = set(other) <= set(unnamed)
    return is_unnamed, small, other not in waiting, len(other), sum(together), other


def _sum(lines: Sequence[Cells], group: Iterable[int]) -> Cells:
    return tuple(map(sum, zip(*(lines[place] for place in group), strict=True)))


def _names(names: Sequence[str]) -> str:
    """What a line of several is called."""
    return names[0] if len(names) == 1 else f"Gộp {len(names)} dòng: {', '.join(names)}"


# ---------------------------------------------------------------- figures of the command line and the page

_COUNTS = tuple(one.name for one in fields(Line) if one.type is int)
_PEOPLE = tuple(name for name in _COUNTS if not name.endswith("_visits"))


def public_figures(figures: Figures) -> Figures:
    """Return a table of TDPs, lessons or units as it may be published; never one of people."""
    lines = figures.lines
    cells = [_counts(line) for line in lines]
    unnamed = [place for place, line in enumerate(lines) if not line.key]
    groups = grouped(cells, unnamed)
    whole = figures.total.of
    return Figures(
        tuple(_line([lines[place] for place in group], whole) for group in groups), figures.total
    )


def _counts(line: Line) -> Cells:
    """Every number of a line, and how many of those there are did not do it."""
    whole = None if line.of is None else line.of.value
    numbers = tuple(getattr(line, name) for name in _COUNTS)
    return (*numbers, *_others(whole, (getattr(line, name) for name in _PEOPLE)))


def _others(whole: int | None, parts: Iterable[int]) -> Cells:
    """How many are left of a whole, as far as they are too few; where nobody knows the whole, enough.

    More than enough is as good as enough: so these numbers weigh next to nothing when company is chosen.
    """
    return tuple(FLOOR if whole is None else min(FLOOR, max(0, whole - part)) for part in parts)


def _line(lines: Sequence[Line], whole: Denominator | None) -> Line:
    """Several lines as one. Those that are each a part of the whole ward are no share of it together."""
    if len(lines) == 1:
        return lines[0]
    counts = {name: sum(getattr(line, name) for line in lines) for name in _COUNTS}
    return replace(
        lines[0],
        key="+".join(line.key for line in lines),
        label=_names([line.label for line in lines]),
        note="",
        of=_denominator([None if line.of == whole else line.of for line in lines]),
        **counts,
    )


def _denominator(parts: Sequence[Denominator | None]) -> Denominator | None:
    """The number of all of them, if somebody stated that of each and of the same thing."""
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or len({part.key for part in known}) > 1:
        return None
    return Denominator(
        sum(part.value for part in known),
        known[0].key,
        _together(part.source for part in known),
        min(part.as_of for part in known),
    )


def _together(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))


# ---------------------------------------------------------------- the report of a period


def public_report(figures: ReportFigures) -> ReportFigures:
    """Return a report as it may be published; everything that prints a report prints this one as well.

    Its tables are grouped (a line of several has the number 0), nobody is named, and no single TDP or
    lesson that is part of a group is told of elsewhere.
    """
    tdps, lessons = _tdps(figures.tdps), _lessons(figures.lessons)
    alone = {line.name for line in tdps if line.id}
    taught_alone = {line.id for line in lessons}
    open_to_all = {one.code for one in figures.indicators if OF_WHOLE_WARD in one.note}
    withheld = _of_one_unit(figures.units, open_to_all)
    return replace(
        figures,
        indicators=tuple(
            one for one in figures.indicators if one.code not in withheld or one.numerator is None
        ),
        tdps=tdps,
        units=_units(figures.units, open_to_all),
        lessons=lessons,
        obstacles=tuple(
            one for one in figures.obstacles if one.lesson in taught_alone and _may_be_told(one)
        ),
        best=tuple(one for one in figures.best if one.name in alone),
        commended=(),
    )


def public_kept(kept: ReportKept) -> ReportKept:
    """The same of a frozen report, for whatever prints one; it is known by the hash of what was frozen."""
    return replace(kept, figures=public_report(kept.figures), is_public=True)


def _may_be_told(one: Obstacle) -> bool:
    return is_open((one.answered, one.right, one.answered - one.right))


def _learnt(line: TdpLine | LessonLine) -> Cells:
    """Every number of a line, and what was before the period: whoever has two can subtract."""
    within, so_far = astuple(line.in_period), astuple(line.so_far)
    before = (max(0, later - part) for later, part in zip(so_far, within, strict=True))
    return (*within, *so_far, *before)


def _left(line: TdpLine) -> Cells:
    """How many adults of a TDP do not take part, or have not passed all core lessons."""
    adults = None if line.adults is None else line.adults.value
    return _others(adults, (line.so_far.reached, line.so_far.core))


def _learning(parts: Iterable[Learning]) -> Learning:
    return Learning(*map(sum, zip(*map(astuple, parts), strict=True)))


def _tdps(lines: Sequence[TdpLine]) -> tuple[TdpLine, ...]:
    unnamed = [place for place, line in enumerate(lines) if line.id is None]
    return tuple(
        lines[group[0]] if len(group) == 1 else _tdp([lines[place] for place in group])
        for group in grouped([(*_learnt(line), *_left(line)) for line in lines], unnamed)
    )


def _tdp(lines: Sequence[TdpLine]) -> TdpLine:
    return TdpLine(
        0,
        _names([line.name for line in lines]),
        _stated([line.adults for line in lines]),
        _learning(line.in_period for line in lines),
        _learning(line.so_far for line in lines),
    )


def _lessons(lines: Sequence[LessonLine]) -> tuple[LessonLine, ...]:
    return tuple(
        lines[group[0]] if len(group) == 1 else _lesson([lines[place] for place in group])
        for group in grouped([_learnt(line) for line in lines])
    )


def _lesson(lines: Sequence[LessonLine]) -> LessonLine:
    return LessonLine(
        "+".join(line.id for line in lines),
        _names([line.title for line in lines]),
        _learning(line.in_period for line in lines),
        _learning(line.so_far for line in lines),
    )


def _units(lines: Sequence[UnitLine], open_to_all: Collection[str]) -> tuple[UnitLine, ...]:
    """Units whose numbers are added in one indicator are put together with each other."""
    counted = dict.fromkeys(_counted_as(line, open_to_all) for line in lines)
    found: list[UnitLine] = []
    for kind in counted:
        these = [line for line in lines if _counted_as(line, open_to_all) == kind]
        found += (
            these[group[0]] if len(group) == 1 else _unit([these[place] for place in group])
            for group in grouped([_taught(line) for line in these])
        )
    return tuple(found)


def _counted_as(line: UnitLine, open_to_all: Collection[str]) -> tuple[str, bool]:
    """The indicator of a unit's kind, and whether its numbers are in it.

    One without both is left out, but of an indicator in `open_to_all`, whose whole is not the units' own.
    """
    code = INDICATORS.get(line.kind, line.kind)
    has_both = line.taught is not None and line.total is not None
    return code, has_both or code in open_to_all


def _of_one_unit(lines: Sequence[UnitLine], open_to_all: Collection[str]) -> Collection[str]:
    """The indicators that are the small numbers of a single unit; where none has both, all are counted."""
    found = set()
    for code in INDICATORS.values():
        these = [line for line in lines if _counted_as(line, open_to_all)[0] == code]
        made_of = [line for line in these if _counted_as(line, open_to_all)[1]] or these
        if len(made_of) == 1 and not is_open(_taught(made_of[0])):
            found.add(code)
    return found


def _taught(line: UnitLine) -> Cells:
    """The two numbers of a unit, and how many of its people were not taught."""
    taught, total = (0 if one is None else one.value for one in (line.taught, line.total))
    has_both = line.taught is not None and line.total is not None
    return taught, total, max(0, total - taught) if has_both else 0


def _unit(lines: Sequence[UnitLine]) -> UnitLine:
    return replace(
        lines[0],
        id=0,
        name=_names([line.name for line in lines]),
        kind_name=", ".join(dict.fromkeys(line.kind_name for line in lines)),
        taught=_stated([line.taught for line in lines]),
        total=_stated([line.total for line in lines]),
    )


def _stated(parts: Sequence[Stated | None]) -> Stated | None:
    """What was stated of all of them together; None where it is missing of one."""
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    oldest: date = min(part.as_of for part in known)
    return Stated(
        sum(part.value for part in known),
        oldest,
        _together(part.source for part in known),
        _together(part.document for part in known),
    )
