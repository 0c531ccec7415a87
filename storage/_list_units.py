"""Lists of units: cơ quan, trường, doanh nghiệp … One is known by its kind and its name, marks or not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, insert, select, update

from handlers._requests.invites import Invited
from handlers._requests.lists import Fault, Outcome, Remark, UnitLine
from handlers._requests.stated import UnitKind
from lessons import fold
from storage._list_plan import Names, Plan, differing
from storage._tx import Tx
from storage.house import Actor
from storage.tables import Units

LOOKED_AT = 200
"""So many new names are compared with all known ones; beyond that a list is a first one."""

_KNOWN = select(Units.id, Units.kind, Units.name, Units.valid_from, Units.valid_to).order_by(
    Units.id
)
_ADD = insert(Units)
_CHANGE = update(Units).where(Units.id == bindparam("of"))

Key = tuple[UnitKind, str]
"""A unit's kind and folded name."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it is, or (id None) as it will be."""

    kind: UnitKind
    name: str
    valid_from: date | None = None
    valid_to: date | None = None
    id: int | None = None

    def is_over_on(self, day: date) -> bool:
        """Tell whether its last day has passed."""
        return self.valid_to is not None and self.valid_to < day


def unit_key(kind: UnitKind, name: str) -> Key:
    """What tells a unit from all others."""
    return (kind, fold(name))


async def known_units(tx: Tx) -> dict[Key, Unit]:
    """Return every unit by its key; of two with one name, the one that lasts longer."""
    kinds = {kind.value: kind for kind in UnitKind}
    found: dict[Key, Unit] = {}
    for row in (await tx.connection.execute(_KNOWN)).all():
        if row.kind in kinds:
            one = Unit(kinds[row.kind], row.name, row.valid_from, row.valid_to, row.id)
            other = found.get(unit_key(one.kind, one.name))
            if other is None or other.is_over_on(one.valid_to or date.max):
                found[unit_key(one.kind, one.name)] = one
    return found


async def add_units(tx: Tx, units: Iterable[Unit]) -> None:
    """Write new units down."""
    new = [
        {
            "kind": one.kind.value,
            "name": one.name,
            "valid_from": one.valid_from,
            "valid_to": one.valid_to,
        }
        for one in units
    ]
    if new:
        await tx.connection.execute(_ADD, new)


def remark_on_new(plan: Plan, known: Mapping[Key, Unit], new: Sequence[tuple[int, Unit]]) -> None:
    """Note which new names look like a known one: one letter may be wrong."""
    by_kind: dict[UnitKind, Names] = {
        kind: Names(one.name for one in known.values() if one.kind is kind) for kind in UnitKind
    }
    for row, one in new[:LOOKED_AT]:
        near = by_kind[one.kind].nearest(one.name)
        if near:
            plan.remark(row, Remark.LOOKS_LIKE, one.name, beside=near)


async def plan_units(tx: Tx, by: Actor, lines: Sequence[UnitLine]) -> Plan:  # noqa: ARG001 - a planner's shape
    """Find out what a list of units changes; what it leaves out stays."""
    plan = Plan()
    known = await known_units(tx)
    listed: dict[Key, UnitLine] = {}
    for line in lines:
        key = unit_key(line.kind, line.name)
        if (other := listed.setdefault(key, line)) is not line:
            plan.wrong(line, "name", Fault.TWICE, line.name, str(other.row))
        if line.valid_from and line.valid_to and line.valid_to < line.valid_from:
            given = f"{line.valid_to:%d/%m/%Y}"
            plan.wrong(line, "valid_to", Fault.ENDS_BEFORE_IT_BEGINS, given)
    wanted = {key: _wanted(line, known.get(key)) for key, line in listed.items()}
    for key, line in listed.items():
        _compare(plan, line.row, known.get(key), wanted[key], tx.today)
    new = [(listed[key].row, one) for key, one in wanted.items() if one.id is None]
    remark_on_new(plan, known, new)
    _those_left_out(plan, known, wanted, tx.today)
    changed = [one for key, one in wanted.items() if known.get(key) != one]

    async def write(tx: Tx, by: Actor) -> tuple[Invited, ...]:  # noqa: ARG001 - a writer's shape
        await add_units(tx, (one for one in changed if one.id is None))
        values = [
            {
                "of": one.id,
                "name": one.name,
                "valid_from": one.valid_from,
                "valid_to": one.valid_to,
            }
            for one in changed
            if one.id is not None
        ]
        if values:
            await tx.connection.execute(_CHANGE, values)
        return ()

    plan.write = write
    return plan


def _wanted(line: UnitLine, before: Unit | None) -> Unit:
    """The unit as the list wants it: listed without an end it exists."""
    begun = line.valid_from or (before.valid_from if before else None)
    return Unit(line.kind, line.name, begun, line.valid_to, before.id if before else None)


def _compare(plan: Plan, row: int, before: Unit | None, after: Unit, today: date) -> None:
    cells = differing(_values(before) if before else {}, _values(after))
    if before is None:
        plan.change(row, Outcome.NEW, after.name, cells)
    elif not cells:
        plan.change(row, Outcome.SAME, after.name)
    else:
        ends = after.valid_to is not None and after.valid_to != before.valid_to
        plan.change(row, Outcome.ENDED if ends else Outcome.CHANGED, after.name, cells)
        if before.is_over_on(today) and not after.is_over_on(today):
            plan.remark(row, Remark.IS_OPEN_AGAIN, after.name)


def _values(one: Unit) -> dict[str, object]:
    return {"name": one.name, "valid_from": one.valid_from, "valid_to": one.valid_to}


def _those_left_out(
    plan: Plan, known: Mapping[Key, Unit], wanted: Mapping[Key, Unit], today: date
) -> None:
    """Units of the kinds that the list names, but not named by it."""
    kinds = {one.kind for one in wanted.values()}
    rest = [
        one.name
        for key, one in known.items()
        if key not in wanted and one.kind in kinds and not one.is_over_on(today)
    ]
    if rest:
        plan.remark(0, Remark.NOT_IN_LIST, ", ".join(rest), len(rest))
