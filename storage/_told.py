"""The rows of stated numbers: all that was told, what holds on a day, and writing more of it down.

A TDP that was merged away has its number counted for its heir until somebody states a later one there:

    own number of the heir is later than the merge    it alone
    it is older, or the heir came with the merge      added to those of the TDPs that went into it
    a part of that sum was never stated               nobody knows
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, insert, select

from handlers._requests.stated import STATED, StatedRow
from storage._tx import Tx
from storage.house import Actor
from storage.tables import Tdps, Units
from storage.tables_staff import Stated
from storage.tdps import only_names

_TOLD = (
    select(
        Stated.key,
        Stated.tdp_id,
        Stated.unit_id,
        Stated.value,
        Stated.as_of,
        Stated.source,
        Stated.document,
        Stated.at,
        Stated.by,
    )
    .where(
        Stated.key == bindparam("of", type_=Stated.key.type),
        Stated.as_of <= bindparam("day", type_=Stated.as_of.type),
    )
    .order_by(Stated.as_of, Stated.id)
)
_TDPS = select(
    Tdps.id, Tdps.valid_from, Tdps.valid_to, Tdps.merged_into, Tdps.is_placeholder
).order_by(Tdps.id)
UNITS = select(Units.id, Units.kind, Units.name, Units.valid_from, Units.valid_to).order_by(
    Units.kind, Units.name, Units.id
)
"""Every unit there ever was."""
_TELL = insert(Stated)

Where = tuple[int | None, int | None]
"""A TDP's and a unit's number; both None: the whole ward."""
Spot = tuple[str, int | None, int | None]
"""What is told, and of where."""


@dataclass(frozen=True, slots=True)
class Told:
    """A row of the table."""

    row: StatedRow
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class _Tdp:
    """A TDP and the time it exists; `parts` are the TDPs that were merged into it."""

    valid_from: date | None
    valid_to: date | None
    parts: tuple[int, ...] = ()

    def exists_on(self, day: date) -> bool:
        return is_valid(self.valid_from, self.valid_to, day)

    def came_after(self, part: "_Tdp") -> bool:
        """Whether it is new with a merge, so that it is nothing but what went into it."""
        ended = part.valid_to
        return ended is not None and self.valid_from is not None and self.valid_from > ended


@dataclass(frozen=True, slots=True)
class ToldBefore:
    """What was told of some kinds: `latest` of each place, and the last word for each of its days."""

    latest: Mapping[Spot, StatedRow]
    by_day: Mapping[tuple[Spot, date], StatedRow]

    def is_news(self, row: StatedRow) -> bool:
        """Tell whether a row is anything but the last word for its place and day."""
        return self.by_day.get((spot(row), row.as_of)) != row


async def told_before(tx: Tx, rows: Iterable[StatedRow]) -> ToldBefore:
    """Return what was told of the kinds of these rows, and of those they are a part of."""
    keys = {row.key for row in rows}
    keys |= {whole for key in keys if (whole := STATED[key].part_of)}
    found = [one.row for key in sorted(keys) for one in await told(tx, key, date.max)]
    return ToldBefore(
        {spot(row): row for row in found}, {(spot(row), row.as_of): row for row in found}
    )


async def tell(tx: Tx, by: Actor, rows: Sequence[StatedRow]) -> int:
    """Write checked numbers down, but those that say nothing new; returns how many."""
    before = await told_before(tx, rows)
    new = [
        {
            "key": row.key,
            "tdp_id": row.tdp,
            "unit_id": row.unit,
            "value": row.value,
            "as_of": row.as_of,
            "source": row.source,
            "document": row.document,
            "by": by.name,
            "at": tx.now,
        }
        for row in rows
        if before.is_news(row)
    ]
    if new:
        await tx.connection.execute(_TELL, new)
    return len(new)


# ---------------------------------------------------------------- what holds on a day


async def told(tx: Tx, key: str, day: date) -> list[Told]:
    """All rows of a kind until a day, the oldest first."""
    rows = (await tx.connection.execute(_TOLD, {"of": key, "day": day})).all()
    return [Told(StatedRow(*row[:7]), row.at, row.by) for row in rows]


async def holding(tx: Tx, key: str, day: date) -> list[tuple[Where, list[Told]]]:
    """Every place that exists on a day, with the rows its number is the sum of; mere names are none."""
    latest = {where(one.row): one for one in await told(tx, key, day)}
    tdps, names = await _tdps(tx, day), await only_names(tx)
    units = (await tx.connection.execute(UNITS)).all()
    alive = {row.id for row in units if is_valid(row.valid_from, row.valid_to, day)}
    found: list[tuple[Where, list[Told]]] = []
    if whole := latest.get((None, None)):
        found.append(((None, None), [whole]))
    for number, tdp in tdps.items():
        is_there = number not in names and tdp.exists_on(day)
        if is_there and (parts := _parts(number, tdps, latest, set())):
            found.append(((number, None), parts))
    found += [(place, [one]) for place, one in latest.items() if place[1] in alive]
    return found


async def _tdps(tx: Tx, day: date) -> Mapping[int, _Tdp]:
    """Every TDP, with those that were merged into it before a day; sample names held nobody."""
    rows = (await tx.connection.execute(_TDPS)).all()
    parts: dict[int, list[int]] = {}
    for row in rows:
        if row.merged_into and row.valid_to and row.valid_to < day and not row.is_placeholder:
            parts.setdefault(row.merged_into, []).append(row.id)
    return {
        row.id: _Tdp(row.valid_from, row.valid_to, tuple(parts.get(row.id, ()))) for row in rows
    }


def _parts(
    number: int, tdps: Mapping[int, _Tdp], latest: Mapping[Where, Told], passed: set[int]
) -> list[Told]:
    """The rows that a TDP's number is the sum of; none: nobody knows it."""
    if number in passed:  # merged in a circle
        return []
    passed.add(number)
    own, tdp = latest.get((number, None)), tdps[number]
    merged = [
        part
        for part in tdp.parts
        if own is None or own.row.as_of <= (tdps[part].valid_to or date.min)
    ]
    if own is None and not (merged and all(tdp.came_after(tdps[part]) for part in merged)):
        return []
    below = [_parts(part, tdps, latest, passed) for part in merged]
    if not all(below):
        return []
    return [*([own] if own else []), *(one for found in below for one in found)]


def where(row: StatedRow) -> Where:
    """Of where a row tells."""
    return (row.tdp, row.unit)


def spot(row: StatedRow) -> Spot:
    """What a row tells, and of where."""
    return (row.key, row.tdp, row.unit)


def is_valid(valid_from: date | None, valid_to: date | None, day: date) -> bool:
    """Tell whether a stretch of days, both ends included, holds a day."""
    return (valid_from is None or valid_from <= day) and (valid_to is None or day <= valid_to)
