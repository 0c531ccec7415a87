"""A period's figures counted by the database from the events themselves: any days, any TDPs, no short cut.

The rules are those of storage/_histories.py. This is what is asked where half months do not make up the
period or the rollups are not there yet, for those who see some TDPs alone, and by the tests of the other way.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    and_,
    case,
    func,
    literal,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from handlers._requests.figures import Count, Dimension
from storage._histories import COUNTED, Numbers, Rules
from storage._tx import Tx
from storage.events import Code
from storage.tables import Events, People

_OTHER = aliased(Events)
_ANY = (Events.id, Events.at, Events.person_id, Events.tdp_id, Events.unit_id)


@dataclass(frozen=True, slots=True)
class Days:
    """A period of local days as moments: from `begin` on, before `end`; None is open."""

    begin: datetime | None
    end: datetime | None

    @classmethod
    def of(cls, tx: Tx, since: date | None, until: date | None) -> "Days":
        """The moments between two local days, both included."""
        after = None if until is None or until == date.max else until + timedelta(days=1)
        return cls(_midnight(tx, since), _midnight(tx, after))

    @property
    def are_all(self) -> bool:
        """Whether they have neither beginning nor end."""
        return self.begin is None and self.end is None

    def hold(self, at: datetime) -> bool:
        """Whether a moment is one of them."""
        return (self.begin is None or self.begin <= at) and (self.end is None or at < self.end)

    def of_column(self, at: ColumnElement[datetime]) -> list[ColumnElement[bool]]:
        """The same as conditions."""
        begun = [] if self.begin is None else [at >= self.begin]
        return begun if self.end is None else [*begun, at < self.end]


def _midnight(tx: Tx, day: date | None) -> datetime | None:
    """The moment a local day begins; None for the first of all days, before which nothing can be told."""
    if day is None or day == date.min:
        return None
    return datetime.combine(day, time(), tx.house.timezone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose events need be looked at: those of people who did anything within the period, for these TDPs."""

    days: Days
    tdps: Collection[int] | None

    @property
    def of_tdps(self) -> list[ColumnElement[bool]]:
        """Only what concerns the TDPs, for events that lie within the period anyway."""
        return _Whose(Days(None, None), self.tdps).conditions

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """The same as conditions on events."""
        here = select(_OTHER.person_id)
        found: list[ColumnElement[bool]] = []
        if self.tdps is not None:
            found.append(Events.person_id.in_(here.where(_OTHER.tdp_id.in_(self.tdps))))
        if not self.days.are_all:
            within = self.days.of_column(_OTHER.at.expression)
            found.append(Events.person_id.in_(here.where(*within)))
        return found


def is_real(rules: Rules) -> ColumnElement[bool]:
    """Who may count: practice people never, made-up ones only where all are."""
    return (
        ~People.is_practice
        if rules.counts_samples
        else and_(~People.is_practice, ~People.is_sample)
    )


async def recount(
    tx: Tx, dimension: Dimension | None, days: Days, tdps: Collection[int] | None = None
) -> dict[tuple[str, str], Numbers]:
    """Count people and visits of every line and code; dimension None: all in one line, "".

    `tdps`: only what counts for these TDPs. Nameless visitors are not among them.
    """
    rules = Rules.of(tx.house)
    made: dict[tuple[str, str], Numbers] = {}
    whose = _Whose(days, tdps)
    for source in (_visits(whose), _milestones(rules, whose)):
        found = await tx.connection.execute(_numbers(source, dimension, rules, whose))
        for line, code, people, visits, at_once, at_once_visits in found.all():
            key = "" if line is None else str(line)
            made[key, code] = Numbers(int(people), int(visits))
            if at_once_visits:
                once = Numbers(int(at_once), int(at_once_visits))
                made[key, Count.PASSED_AT_ONCE.value] = once
    return made


def _numbers(source: CTE, dimension: Dimension | None, rules: Rules, whose: _Whose) -> Select[Any]:
    """Count the people and visits of each line and code."""
    one = _of_each(source, dimension, whose).subquery()
    is_confirmed = People.confirmed_at.is_not(None)
    return (
        select(
            one.c.line,
            one.c.code,
            _number_of(is_confirmed),
            func.sum(one.c.visits),
            _number_of(and_(is_confirmed, one.c.at_once > 0)),
            func.sum(one.c.at_once),
        )
        .join_from(one, People, one.c.person_id == People.id)
        .where(is_real(rules))
        .group_by(one.c.line, one.c.code)
    )


def _of_each(source: CTE, dimension: Dimension | None, whose: _Whose) -> Select[Any]:
    """One row per line, code and person, so that people are told apart before anything is added."""
    its_tdp = func.coalesce(source.c.tdp_id, _first(source, Code.TDP, _OTHER.tdp_id))
    lines: Mapping[Dimension | None, ColumnElement[Any]] = {
        None: literal_column("NULL"),
        Dimension.TDP: its_tdp,
        Dimension.LESSON: source.c.lesson_id,
        Dimension.PERSON: source.c.person_id,
        Dimension.UNIT: func.coalesce(source.c.unit_id, _first(source, Code.UNIT, _OTHER.unit_id)),
    }
    placed = select(
        lines[dimension].label("line"), source.c.code, source.c.person_id, source.c.at_once
    )
    if dimension is Dimension.LESSON:
        placed = placed.where(source.c.lesson_id.is_not(None))
    if whose.tdps is not None:
        placed = placed.where(its_tdp.in_(whose.tdps))
    one = placed.subquery()
    times = func.count().label("visits"), func.sum(one.c.at_once).label("at_once")
    keys = one.c.line, one.c.code, one.c.person_id
    return select(*keys, *times).group_by(*keys)


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _first(source: CTE, code: Code, place: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """The first TDP its person chose, or unit they came to, if that was later than something of `source`.

    Looked up for each thing that has none of its own: joined to all of them, SQLite compares all with all.
    """
    theirs = (
        _OTHER.person_id == source.c.person_id,
        _OTHER.code == code.value,
        place.is_not(None),
    )
    first = select(place).where(*theirs).order_by(_OTHER.at, _OTHER.id).limit(1)
    since = select(func.min(_OTHER.at)).where(*theirs)
    at = since.correlate(source).scalar_subquery()
    return case((source.c.at <= at, first.correlate(source).scalar_subquery()))


def _in_time() -> ColumnElement[int]:
    """The place of an event among those of its person, from 1."""
    return func.row_number().over(partition_by=Events.person_id, order_by=(Events.at, Events.id))


def _visits(whose: _Whose) -> CTE:
    """Everything of the codes that count as they are."""
    is_at_once = and_(Events.code == Code.PASSED.value, Events.attempt_no == 1)
    return (
        select(
            *_ANY, Events.code, Events.lesson_id, case((is_at_once, 1), else_=0).label("at_once")
        )
        .where(
            Events.code.in_(sorted(COUNTED)),
            *whose.days.of_column(Events.at.expression),
            *whose.of_tdps,
        )
        .cte("visits")
    )


def _milestones(rules: Rules, whose: _Whose) -> CTE:
    """What people come to once."""
    reached = (
        select(*_ANY, _in_time().label("place"))
        .where(Events.code.in_(sorted(COUNTED)), *whose.conditions)
        .subquery()
    )
    found = [_at_place(reached, 1, Count.REACHED.value, whose.days)]
    for code, lessons, needed in rules.goals:
        if needed:
            found.append(_at_place(_passed(lessons, whose), needed, code, whose.days))
    return union_all(*found).cte("milestones")


def _passed(lessons: Collection[str], whose: _Whose) -> Any:
    """Each of these lessons when it was passed for the first time, numbered per person."""
    of_lesson = func.row_number().over(
        partition_by=(Events.person_id, Events.lesson_id), order_by=(Events.at, Events.id)
    )
    times = (
        select(*_ANY, of_lesson.label("time"))
        .where(
            Events.code == Code.PASSED.value,
            Events.lesson_id.in_(sorted(lessons)),
            *whose.conditions,
        )
        .subquery()
    )
    place = func.row_number().over(
        partition_by=times.c.person_id, order_by=(times.c.at, times.c.id)
    )
    return select(*times.c, place.label("place")).where(times.c.time == 1).subquery()


def _at_place(numbered: Any, place: int, code: str, days: Days) -> Select[Any]:
    own = [numbered.c[column.key] for column in _ANY]
    return select(
        *own,
        literal(code).label("code"),
        null().label("lesson_id"),
        literal_column("0").label("at_once"),
    ).where(numbered.c.place == place, *days.of_column(numbered.c.at))
