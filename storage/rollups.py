"""Half months of events, added up per line: what figures of any length are read from in milliseconds.

A person counts once per half month, line and code, in the row that also names the half month in which they
did so before (storage/tables_staff.py, SlotCounts): the distinct people between two slots are one sum, and
the number of rows does not grow with the population.

    first build   `until` is the newest event; people are taken by their number, a batch at a time
    then          `mark` is the last event that is added up; whoever has a later one is counted anew up to
                  the end of the batch, and the difference to what they counted before is added

One transaction holds a batch, its rows and how far it came: a killed one leaves nothing, two at once wait for
each other. A person's whole history is counted at either end, so that being vouched for, or choosing a TDP,
changes what they counted for long ago. Readers write nothing: what has happened since the mark, a minute's
worth, is counted in their own transaction and added to what they read (`sums`, `rows`). When the rules change
(the core lessons, say) everything is added up anew.

Whoever reads while the first build is under way, or so much has happened that it would take longer than
counting it all (`LONGEST_TAIL`), is told None and counts the events themselves.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import (
    BigInteger,
    Row,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT reads alike on SQLite

from storage._histories import Cell, Happened, Line, Numbers, Rules, Somebody, merge
from storage._tx import Tx
from storage._types import dump
from storage.tables import Events, People, Settings
from storage.tables_staff import SlotCounts

R = TypeVar("R")
KEY = "figures"
MOST = 500
"""Events a batch, of as many people with ten times as many events: 0.1 s in which nobody else writes."""
IN_FIRST_BUILD = 8
"""So many times as many events of people who are taken one after the other take as long."""
LONGEST_TAIL = 20_000
TRIES = 3

EVENT = (
    Events.id,
    Events.at,
    Events.code,
    Events.tdp_id,
    Events.lesson_id,
    Events.attempt_no,
    Events.unit_id,
)
"""The columns of `Happened`."""
IS_REAL = and_(
    ~People.is_practice,
    or_(~People.is_sample, bindparam("counts_samples", type_=People.is_sample.type)),
)
"""Who may count: practice people never, made-up ones only where all are."""

_AFTER = bindparam("after", type_=BigInteger)
_UPTO = bindparam("upto", type_=BigInteger)
_HISTORIES = (
    select(Events.person_id, People.confirmed_at.is_not(None), *EVENT)
    .join_from(Events, People, Events.person_id == People.id)
    .where(IS_REAL)
    .order_by(Events.person_id, Events.id)
)
_OF_TOUCHED = _HISTORIES.where(
    Events.person_id.in_(select(Events.person_id).where(Events.id > _AFTER, Events.id <= _UPTO))
)
_OF_THESE = _HISTORIES.where(
    Events.person_id.in_(bindparam("people", expanding=True, type_=BigInteger))
)
_OF_RANGE = _HISTORIES.where(
    Events.person_id > bindparam("first", type_=BigInteger),
    Events.person_id <= bindparam("last", type_=BigInteger),
)
_LAST_OF_BATCH = (
    select(Events.person_id)
    .where(Events.person_id > bindparam("first", type_=BigInteger))
    .order_by(Events.person_id)
    .limit(1)
    .offset(bindparam("most"))
)
_LAST_PERSON = select(func.max(Events.person_id))
_NEWEST = select(func.max(Events.id))
_NEXT = (
    select(Events.id).where(Events.id > _AFTER).order_by(Events.id).limit(bindparam("most"))
).subquery()
_BATCH = select(func.max(_NEXT.c.id), func.count()).select_from(_NEXT)

_FIND = select(Settings.value).where(Settings.key == KEY)
_MAKE = insert(Settings).values(key=KEY, value="").on_conflict_do_nothing()
_KEEP = update(Settings).where(Settings.key == KEY).values(value=bindparam("now_at"))
_COLUMNS = ("dimension", "line", "code", "slot", "previous", "people", "visits")
_ADDING = insert(SlotCounts)
_ADD = _ADDING.on_conflict_do_update(
    index_elements=_COLUMNS[:5],
    set_={
        "people": SlotCounts.people + _ADDING.excluded["people"],
        "visits": SlotCounts.visits + _ADDING.excluded["visits"],
    },
)
_DROP = delete(SlotCounts).where(
    SlotCounts.dimension == bindparam("d"),
    SlotCounts.slot == bindparam("s"),
    SlotCounts.line == bindparam("l"),
    SlotCounts.code == bindparam("c"),
    SlotCounts.previous == bindparam("p"),
    SlotCounts.visits == 0,
)
_WITHIN = SlotCounts.slot.between(bindparam("first"), bindparam("last"))
_SUMS = (
    select(
        SlotCounts.dimension,
        SlotCounts.line,
        SlotCounts.code,
        func.sum(case((SlotCounts.previous < bindparam("first"), SlotCounts.people), else_=0)),
        func.sum(SlotCounts.visits),
    )
    .where(SlotCounts.dimension.in_(bindparam("dimensions", expanding=True)), _WITHIN)
    .group_by(SlotCounts.dimension, SlotCounts.line, SlotCounts.code)
)
_ROWS = select(SlotCounts.slot, SlotCounts.previous, SlotCounts.people, SlotCounts.visits).where(
    SlotCounts.dimension == bindparam("dimension"),
    SlotCounts.line == bindparam("line"),
    SlotCounts.code == bindparam("code"),
    SlotCounts.slot.in_(bindparam("slots", expanding=True)),
)


@dataclass(frozen=True, slots=True)
class _State:
    """How far it came. First build: `until` is the event it goes to, `person` the last one it has."""

    rules: str
    mark: int
    until: int | None = None
    person: int = 0


_STATE = TypeAdapter(_State)

# ---------------------------------------------------------------- adding up


async def catch_up(tx: Tx, most: int = MOST) -> bool:
    """Add up the next events, about `most` of them; returns whether there are more."""
    rules = Rules.of(tx.house)
    state = await _own_state(tx, rules)
    if state.until is not None:
        await _add(tx, *await _build(tx, rules, state, state.until, most * IN_FIRST_BUILD))
        return True
    upto, _ = (await tx.connection.execute(_BATCH, {"after": state.mark, "most": most})).one()
    if upto is None:
        return False
    changes = await _changes(tx, rules, state.mark, upto)
    await _add(tx, changes, replace(state, mark=upto))
    found = await tx.connection.execute(_BATCH, {"after": upto, "most": 1})
    return found.one()[0] is not None


async def _own_state(tx: Tx, rules: Rules) -> _State:
    """Return how far it came, for this transaction alone until its end; begins anew under other rules."""
    if tx.connection.dialect.name == "postgresql":  # no event below the newest one may still appear
        await tx.connection.execute(text("LOCK TABLE events IN SHARE MODE"))
    await tx.connection.execute(_MAKE)
    value = await tx.connection.scalar(_FIND.with_for_update())
    state = _STATE.validate_json(value) if value else None
    if state is not None and state.rules == rules.fingerprint:
        return state
    await tx.connection.execute(delete(SlotCounts))
    return _State(rules.fingerprint, 0, await tx.connection.scalar(_NEWEST) or 0)


async def _build(
    tx: Tx, rules: Rules, state: _State, until: int, most: int
) -> tuple[dict[Cell, Numbers], _State]:
    """Count the next people of the first build, whole ones; returns their rows and how far it came."""
    found = await tx.connection.scalar(_LAST_OF_BATCH, {"first": state.person, "most": most})
    last = found or await tx.connection.scalar(_LAST_PERSON) or state.person
    batch = {"first": state.person, "last": last, "upto": until}
    made: dict[Cell, Numbers] = {}
    for person in await _people(tx, rules, _OF_RANGE, batch):
        merge(made, person.adds(rules, until))
    reached = replace(state, person=last)
    return made, reached if found is not None else _State(state.rules, until)


async def _changes(tx: Tx, rules: Rules, after: int, upto: int) -> dict[Cell, Numbers]:
    """What the events behind `after` and up to `upto` change of what is added up until `after`."""
    made: dict[Cell, Numbers] = {}
    for person in await _people(tx, rules, _OF_TOUCHED, {"after": after, "upto": upto}):
        person.change(made, rules, after, upto)
    return {cell: one for cell, one in made.items() if any(one)}


async def _add(tx: Tx, changes: Mapping[Cell, Numbers], reached: _State) -> None:
    """Add to the rows, drop those that became nothing, and note how far it came.

    In the order of their key: no page of the table is looked for twice.
    """
    in_order = sorted(changes.items(), key=_in_table)
    rows = [dict(zip(_COLUMNS, (*cell, *one), strict=True)) for cell, one in in_order]
    if rows:
        await tx.connection.execute(_ADD, rows)
    if less := [cell for cell, one in in_order if one.visits < 0]:
        await tx.connection.execute(_DROP, [dict(zip("dlcsp", cell, strict=True)) for cell in less])
    await tx.connection.execute(_KEEP, {"now_at": dump(asdict(reached))})


def _in_table(change: tuple[Cell, Numbers]) -> tuple[str, int, str, str, int]:
    (dimension, line, code, slot, previous), _ = change
    return dimension, slot, line, code, previous


# ---------------------------------------------------------------- reading


async def sums(
    tx: Tx, dimensions: Collection[str], first: int, last: int
) -> dict[Line, Numbers] | None:
    """Return distinct confirmed people and visits between two slots, by line and code; None: count them.

    `dimensions` as they stand in the table, "" for everything. Lines without any visit are left out.
    """

    async def read(tail: Mapping[Cell, Numbers]) -> dict[Line, Numbers]:
        wanted = {"dimensions": list(dimensions), "first": first, "last": last}
        found = await tx.connection.execute(_SUMS, wanted)
        made = {(d, line, code): Numbers(int(n), int(v)) for d, line, code, n, v in found.all()}
        for (*line, slot, previous), more in tail.items():
            if line[0] in dimensions and first <= slot <= last:
                new = more if previous < first else Numbers(0, more.visits)
                merge(made, {(line[0], line[1], line[2]): new})
        return {line: one for line, one in made.items() if one.visits}

    return await _read(tx, read)


async def rows(tx: Tx, line: Line, slots: range) -> dict[Cell, Numbers] | None:
    """Return the rows of one line and code in some slots; None: count them."""

    async def read(tail: Mapping[Cell, Numbers]) -> dict[Cell, Numbers]:
        wanted = dict(zip(("dimension", "line", "code"), line, strict=True))
        found = await tx.connection.execute(_ROWS, wanted | {"slots": list(slots)})
        made = {(*line, slot, before): Numbers(n, v) for slot, before, n, v in found.all()}
        merge(made, {c: more for c, more in tail.items() if c[:3] == line and c[3] in slots})
        return {cell: one for cell, one in made.items() if one.visits}

    return await _read(tx, read)


async def _read(tx: Tx, read: Callable[[Mapping[Cell, Numbers]], Awaitable[R]]) -> R | None:
    """Read rows and what has happened since, as of one state of the rows: a writer may come between."""
    rules = Rules.of(tx.house)
    for _ in range(TRIES):
        value = await tx.connection.scalar(_FIND)
        state = _STATE.validate_json(value) if value else None
        if state is None or state.until is not None or state.rules != rules.fingerprint:
            return None
        batch = {"after": state.mark, "most": LONGEST_TAIL + 1}
        upto, number = (await tx.connection.execute(_BATCH, batch)).one()
        if number > LONGEST_TAIL:
            return None
        found = await read(await _tail(tx, rules, state.mark, upto) if number else {})
        if await tx.connection.scalar(_FIND) == value:
            return found
    return None


async def _tail(tx: Tx, rules: Rules, after: int, upto: int) -> Mapping[Cell, Numbers]:
    """What has happened since the rows were added up; worked out once for all who ask in a transaction."""
    key = (KEY, rules, after, upto)
    if key not in tx.known:
        tx.known[key] = await _changes(tx, rules, after, upto)
    found: Mapping[Cell, Numbers] = tx.known[key]
    return found


# ---------------------------------------------------------------- people


async def histories_of(tx: Tx, rules: Rules, people: Sequence[int]) -> list[Somebody]:
    """Return these people with their whole histories; those who never count are left out."""
    return await _people(tx, rules, _OF_THESE, {"people": people}) if people else []


async def _people(
    tx: Tx, rules: Rules, which: Select[*tuple[Any, ...]], batch: Mapping[str, object]
) -> list[Somebody]:
    """Return people with their whole histories."""
    found = await tx.connection.execute(which, {**batch, "counts_samples": rules.counts_samples})
    return [_somebody(person, list(theirs)) for person, theirs in groupby(found.all(), _person)]


def _person(row: Row[*tuple[Any, ...]]) -> int:
    person: int = row[0]
    return person


def _somebody(person: int, theirs: list[Row[*tuple[Any, ...]]]) -> Somebody:
    return Somebody(person, theirs[0][1], tuple(Happened(*row[2:]) for row in theirs))
