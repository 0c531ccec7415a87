"""What the people of a line are a part of: numbers that somebody stated, with source and day."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from handlers._requests.figures import Denominator, Dimension
from handlers._requests.stated import STATED_KEYS, StatedRow
from storage._tdp_names import all_units
from storage._tx import Tx
from storage.stated import stated_on
from storage.tdps import only_names

ADULTS = "adults"


@dataclass(frozen=True, slots=True)
class Denominators:
    """By line key; `everything` is that of the total."""

    lines: Mapping[str, Denominator] = field(default_factory=dict)
    everything: Denominator | None = None


async def denominators(
    tx: Tx, dimension: Dimension, day: date, tdps: Collection[int] | None
) -> Denominators:
    """Find what holds on a day; `tdps`: the total is that of these TDPs together, else of the ward.

    Units have no total: whoever works in one office may have a child in a school.
    """
    if dimension is Dimension.PERSON:
        return Denominators()
    if dimension is Dimension.UNIT:
        return Denominators(await _of_units(tx, day))
    rows = await stated_on(tx, ADULTS, day)
    lines = {str(row.tdp): _of(row) for row in rows if row.tdp is not None}
    ward = next((row for row in rows if row.tdp is None and row.unit is None), None)
    if ward is not None and tdps is None:
        everything: Denominator | None = _of(ward)
    else:
        existing = [unit.id for unit in (await all_units(tx)).values() if unit.exists_on(day)]
        names = await only_names(tx)
        counted = [tdp for tdp in (tdps or existing) if tdp not in names]
        everything = _sum([lines.get(str(tdp)) for tdp in counted])
    return Denominators(lines if dimension is Dimension.TDP else {}, everything)


async def _of_units(tx: Tx, day: date) -> dict[str, Denominator]:
    """Every unit's own number: staff of an office, pupils of a school, workers of an enterprise."""
    found = {}
    for stated in STATED_KEYS:
        if stated.units and stated.part_of is None:
            rows = await stated_on(tx, stated.key, day)
            found.update({str(row.unit): _of(row) for row in rows if row.unit is not None})
    return found


def _of(row: StatedRow) -> Denominator:
    return Denominator(row.value, row.key, row.source, row.as_of)


def _sum(parts: Sequence[Denominator | None]) -> Denominator | None:
    """All of them together, as of the oldest day; None where one is missing."""
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        return None
    sources = dict.fromkeys(part.source for part in known)
    return Denominator(
        sum(part.value for part in known),
        ADULTS,
        "; ".join(sources),
        min(part.as_of for part in known),
    )
