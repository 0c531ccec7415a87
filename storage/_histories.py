"""What one person's events count for: the figures' rules, person by person.

visits  every event of the codes below
reached the first of these: to take up a role, be put on a unit's list, say where one lives or ask for help
        is not to learn
core    the moment at which the last of the core lessons was passed for the first time; `staff` likewise,
        once so many of the lessons for staff are passed
TDP     the event's own; without one, the first TDP the person chose, if that was later; else unknown
unit    likewise: the first unit they came to

storage/_recount.py says the same in SQL, and tests hold the two against each other.
"""

import json
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from operator import attrgetter
from typing import NamedTuple, Self, TypeVar
from zoneinfo import ZoneInfo

from handlers._requests.figures import Count, Dimension
from storage.events import Code
from storage.house import House
from storage.slots import slot_of

VERSION = 2
"""Of the rules above: goes up with them, and everything is added up anew."""
COUNTED = frozenset(
    {Code.REGISTERED.value, Code.STARTED.value, Code.FINISHED.value, Code.PASSED.value}
)
TDP, UNIT, LESSON = Dimension.TDP.value, Dimension.UNIT.value, Dimension.LESSON.value
CHOSE_TDP, CAME_TO_UNIT, PASSED = Code.TDP.value, Code.UNIT.value, Code.PASSED.value
VOUCHED = Code.VOUCHED.value
AT_ONCE, REACHED = Count.PASSED_AT_ONCE.value, Count.REACHED.value
NEVER = -1
"""The slot before somebody's first one."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a ward may set for itself, as far as figures depend on it."""

    timezone: ZoneInfo
    core: frozenset[str]
    staff: frozenset[str]
    staff_needed: int
    counts_samples: bool

    @classmethod
    def of(cls, house: House) -> Self:
        """The rules of a ward."""
        staff = frozenset(house.core.staff)
        return cls(
            house.timezone,
            frozenset(house.core.core),
            staff,
            -(-len(staff) * house.core.staff_percent // 100),
            house.is_sample,
        )

    @property
    def goals(self) -> tuple[tuple[str, frozenset[str], int], ...]:
        """What can be come to once: so many of these lessons passed."""
        return (
            (Count.CORE.value, self.core, len(self.core)),
            (Count.STAFF.value, self.staff, self.staff_needed),
        )

    @property
    def fingerprint(self) -> str:
        """The same for the same rules: what was added up by others is of no use."""
        told = [VERSION, self.timezone.key, sorted(self.core), sorted(self.staff)]
        return sha256(
            json.dumps([*told, self.staff_needed, self.counts_samples]).encode()
        ).hexdigest()[:16]


class Happened(NamedTuple):
    """An event as figures see it."""

    id: int
    at: datetime
    code: str
    tdp: int | None
    lesson: str | None
    attempt: int | None
    unit: int | None


class Counted(NamedTuple):
    """Something that counts, and where: `tdp` and `unit` are "" where unknown, `lesson` where there is none."""

    at: datetime
    code: str
    tdp: str
    lesson: str
    unit: str


class Numbers(NamedTuple):
    """Confirmed people and visits: of a cell, or what it has more than before."""

    people: int
    visits: int


Line = tuple[str, str, str]
"""A dimension ("" for everything), a line's key in it, and what is counted."""
Cell = tuple[str, str, str, int, int]
"""A row of the slots' table: a line, a slot, and the slot before it in which the same person was there."""


_by_time = attrgetter("at", "id")


def counted(events: Iterable[Happened], rules: Rules) -> list[Counted]:
    """Return what one person's events count for, in the order of their time."""
    in_order = sorted(events, key=_by_time)
    tdp = _first(
        (event.at, event.tdp)
        for event in in_order
        if event.code == CHOSE_TDP and event.tdp is not None
    )
    unit = _first(
        (event.at, event.unit)
        for event in in_order
        if event.code == CAME_TO_UNIT and event.unit is not None
    )
    found = []
    for event, code, lesson in _counting(in_order, rules):
        its_tdp = _line(event.tdp, event.at, tdp)
        its_unit = _line(event.unit, event.at, unit)
        found.append(Counted(event.at, code, its_tdp, lesson, its_unit))
    return found


def _first(places: Iterator[tuple[datetime, int]]) -> tuple[datetime, int] | None:
    return next(places, None)


def _line(own: int | None, at: datetime, first: tuple[datetime, int] | None) -> str:
    if own is None and first is not None and at <= first[0]:
        own = first[1]
    return "" if own is None else str(own)


def _counting(in_order: Sequence[Happened], rules: Rules) -> Iterator[tuple[Happened, str, str]]:
    """The events that count, as what, and of which lesson."""
    passed = []
    theirs = [event for event in in_order if event.code in COUNTED]
    for event in theirs:
        lesson = event.lesson or ""
        yield event, event.code, lesson
        if event.code == PASSED:
            passed.append(event)
            if event.attempt == 1:
                yield event, AT_ONCE, lesson
    if theirs:
        yield theirs[0], REACHED, ""
    for code, lessons, needed in rules.goals:
        if 0 < needed <= len(passed) and (event_of := _nth(passed, lessons, needed)):
            yield event_of, code, ""


def _nth(passed: Sequence[Happened], lessons: frozenset[str], needed: int) -> Happened | None:
    """The event by which so many different ones of these lessons were passed."""
    seen = set()
    for event in passed:
        if event.lesson in lessons:
            seen.add(event.lesson)
            if len(seen) == needed:
                return event
    return None


def cells(
    found: Iterable[Counted],
    rules: Rules,
    *,
    is_confirmed: bool,
    only: Container[Line] | None = None,
) -> dict[Cell, Numbers]:
    """Return what one person adds to the slots' table, or to `only` these lines of it."""
    slots: dict[Line, list[int]] = {}
    for one in found:
        slot = slot_of(one.at, rules.timezone)
        for line in lines_of(one):
            if line in slots:
                slots[line].append(slot)
            elif only is None or line in only:
                slots[line] = [slot]
    people = int(is_confirmed)
    once = Numbers(people, 1)
    made = {}
    for line, theirs in slots.items():
        if len(theirs) == 1:
            made[(*line, theirs[0], NEVER)] = once
            continue
        visits: dict[int, int] = {}
        for slot in theirs:
            visits[slot] = visits.get(slot, 0) + 1
        previous = NEVER
        for slot, number in sorted(visits.items()):
            made[(*line, slot, previous)] = once if number == 1 else Numbers(people, number)
            previous = slot
    return made


def lines_of(one: Counted) -> tuple[Line, ...]:
    """The lines in which something counts."""
    everywhere = (("", "", one.code), (TDP, one.tdp, one.code), (UNIT, one.unit, one.code))
    return (*everywhere, (LESSON, one.lesson, one.code)) if one.lesson else everywhere


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person with all of their events, by number."""

    id: int
    is_confirmed: bool
    events: tuple[Happened, ...]

    def adds(self, rules: Rules, upto: int) -> dict[Cell, Numbers]:
        """What their events up to this one add to the slots' table."""
        is_confirmed = self._is_confirmed(upto)
        return cells(self._counted(rules, upto), rules, is_confirmed=is_confirmed)

    def change(self, into: dict[Cell, Numbers], rules: Rules, after: int, upto: int) -> None:
        """Add to `into` what their events behind `after` and up to `upto` change in the table."""
        had, have = self._counted(rules, after), self._counted(rules, upto)
        was, is_now = self._is_confirmed(after), self._is_confirmed(upto)
        changed = None
        if was == is_now:
            before, now = Counter(had), Counter(have)
            changed = {line for one in (before - now) + (now - before) for line in lines_of(one)}
        for cell, one in cells(had, rules, is_confirmed=was, only=changed).items():
            merge(into, {cell: Numbers(-one.people, -one.visits)})
        merge(into, cells(have, rules, is_confirmed=is_now, only=changed))

    def _counted(self, rules: Rules, upto: int) -> list[Counted]:
        return counted([event for event in self.events if event.id <= upto], rules)

    def _is_confirmed(self, upto: int) -> bool:
        """Who was vouched for is confirmed from that event on, who was made confirmed from the start."""
        vouched = next((one.id for one in self.events if one.code == VOUCHED), 0)
        return self.is_confirmed and vouched <= upto


K = TypeVar("K", Cell, Line)


def merge(into: dict[K, Numbers], more: Mapping[K, Numbers]) -> None:
    """Add numbers to those that are there."""
    for key, one in more.items():
        had = into.get(key)
        into[key] = one if had is None else Numbers(had[0] + one[0], had[1] + one[1])
