"""Stated numbers: kept as they were said, one after the other, and found for a day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from handlers._requests.person import Role
from handlers._requests.stated import (
    HIGHEST,
    STATED,
    STATED_KEYS,
    FigureFault,
    FigureRefused,
    FigureStated,
    Place,
    StatedFigures,
    StatedKey,
    StatedLine,
    StatedPlaces,
    StatedRow,
    StateFigure,
    UnitKind,
)
from lessons import clean
from storage import audit
from storage._performers import performer
from storage._tdp_names import all_units, units_of_today
from storage._told import UNITS, Told, Where, holding, is_valid, tell, told, where
from storage._tx import Tx
from storage.house import Actor
from storage.tables import Units

LONGEST_SOURCE = 160
LONGEST_DOCUMENT = 80


async def stated_on(tx: Tx, key: str, day: date) -> tuple[StatedRow, ...]:
    """Return the number of every place that existed on a day: the latest one stated for a day not after it.

    At most one row per TDP, per unit and for the whole ward (`tdp` and `unit` None); the ward's own row
    stands beside those of its TDPs or units and is never to be added to them. What was merged into a TDP
    is in its row: then the value is a sum, `as_of` its oldest day, source and document all of them.
    """
    return tuple(_sum(place, parts) for place, parts in await holding(tx, key, day))


@performer(roles={Role.STAFF, Role.ADMIN})
async def state_figure(tx: Tx, by: Actor, request: StateFigure) -> FigureStated | FigureRefused:
    """Write a number down after all others; just what is the latest already is not written twice."""
    row = StatedRow(
        request.key,
        request.tdp,
        request.unit,
        request.value,
        request.as_of,
        clean(request.source)[:LONGEST_SOURCE],
        clean(request.document)[:LONGEST_DOCUMENT],
    )
    fault = await _fault(tx, row)
    if fault is not None:
        return FigureRefused(fault)
    is_new = await tell(tx, by, [row]) > 0
    if is_new:
        details = {"value": row.value, "as_of": row.as_of.isoformat()}
        details |= {"tdp": row.tdp, "unit": row.unit}
        await audit.append(tx, by, "stated", f"stated:{row.key}", details)
    return FigureStated(is_new, await _exceeded(tx, row))


@performer(roles={Role.STAFF, Role.ADMIN})
async def stated_figures(
    tx: Tx,
    by: Actor,  # noqa: ARG001 - a performer's shape
    request: StatedFigures,
) -> tuple[StatedLine, ...]:
    """List what holds today, or everything ever stated of one kind."""
    names = await _names(tx)
    if request.key is not None:
        ever = await told(tx, request.key, date.max)
        return tuple(_line(tx, one, names) for one in reversed(ever))
    lines: list[StatedLine] = []
    for key in STATED_KEYS:
        held = await holding(tx, key.key, tx.today)
        lines += [_line(tx, one, names) for _, parts in held for one in parts]
    return tuple(_flagged(lines))


@performer(roles={Role.STAFF, Role.ADMIN})
async def stated_places(
    tx: Tx,
    by: Actor,  # noqa: ARG001 - a performer's shape
    request: StatedPlaces,  # noqa: ARG001 - same
) -> tuple[Place, ...]:
    """List of what a number can be stated."""
    kinds = {kind.value: kind for kind in UnitKind}
    units = (await tx.connection.execute(UNITS)).all()
    return (
        *(Place(one.label, tdp=one.id) for one in await units_of_today(tx)),
        *(
            Place(row.name, unit=row.id, kind=kinds[row.kind])
            for row in units
            if row.kind in kinds and is_valid(row.valid_from, row.valid_to, tx.today)
        ),
    )


def _sum(place: Where, parts: Sequence[Told]) -> StatedRow:
    rows = [one.row for one in parts]
    first = rows[0]
    if len(rows) == 1:
        return replace(first, tdp=place[0], unit=place[1])
    return StatedRow(
        first.key,
        *place,
        sum(row.value for row in rows),
        min(row.as_of for row in rows),
        "; ".join(dict.fromkeys(row.source for row in rows)),
        "; ".join(dict.fromkeys(row.document for row in rows if row.document)),
    )


# ---------------------------------------------------------------- may it be said


async def _fault(tx: Tx, row: StatedRow) -> FigureFault | None:
    key = STATED.get(row.key)
    if key is None:
        return FigureFault.NO_SUCH_KEY
    if not 0 <= row.value <= HIGHEST:
        return FigureFault.NOT_A_COUNT
    if row.as_of > tx.today:
        return FigureFault.IN_FUTURE
    if not row.source:
        return FigureFault.NO_SOURCE
    if not await _fits(tx, key, row):
        return FigureFault.NEEDS_UNIT if _is_of_ward(row) else FigureFault.WRONG_PLACE
    return FigureFault.NO_DOCUMENT if key.is_published and not row.document else None


def _is_of_ward(row: StatedRow) -> bool:
    return row.tdp is None and row.unit is None


async def _fits(tx: Tx, key: StatedKey, row: StatedRow) -> bool:
    """Tell whether numbers of this kind are told of such a place, and it is there."""
    if _is_of_ward(row):
        return key.of_ward
    if row.unit is None:
        return key.per_tdp and row.tdp in await all_units(tx)
    found = await tx.connection.scalar(select(Units.kind).where(Units.id == row.unit))
    return row.tdp is None and found in {kind.value for kind in key.units}


async def _exceeded(tx: Tx, row: StatedRow) -> int | None:
    """The number that this one is a part of, where it is greater than that."""
    whole = STATED[row.key].part_of
    if whole is None:
        return None
    rows = await stated_on(tx, whole, tx.today)
    return _less_than(row.value, where(row), {where(one): one.value for one in rows})


def _less_than(value: int, place: Where, wholes: Mapping[Where, int]) -> int | None:
    """The number of a place, where it is less than a part of it; for the ward, of all its places."""
    whole = wholes.get(place)
    if whole is None and place == (None, None) and wholes:
        whole = sum(wholes.values())
    return whole if whole is not None and whole < value else None


# ---------------------------------------------------------------- as it is listed


async def _names(tx: Tx) -> Mapping[Where, str]:
    names: dict[Where, str] = {(None, None): ""}
    for number, one in (await all_units(tx)).items():
        names[number, None] = one.label
    for row in (await tx.connection.execute(UNITS)).all():
        names[None, row.id] = row.name
    return names


def _line(tx: Tx, one: Told, names: Mapping[Where, str]) -> StatedLine:
    row, at = one.row, one.at.astimezone(tx.house.timezone).date()
    place = names[where(row)]
    return StatedLine(
        row.key,
        row.tdp,
        row.unit,
        place,
        row.value,
        row.as_of,
        row.source,
        row.document,
        at,
        one.by,
    )


def _flagged(lines: Sequence[StatedLine]) -> Iterator[StatedLine]:
    """The lines, marked where a part is greater than its whole."""
    wholes: dict[str, dict[Where, int]] = {}
    for line in lines:
        wholes.setdefault(line.key, {})[line.tdp, line.unit] = line.value
    for line in lines:
        values = wholes.get(STATED[line.key].part_of or "", {})
        yield replace(line, more_than=_less_than(line.value, (line.tdp, line.unit), values))
