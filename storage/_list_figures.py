"""Lists of stated numbers: one a row, or of each unit how many belong to it and how many were taught."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select

from handlers._requests.invites import Invited
from handlers._requests.lists import (
    CountLine,
    Fault,
    FigureLine,
    ListLine,
    Outcome,
    Remark,
)
from handlers._requests.stated import STATED, StatedKey, StatedRow, UnitKind
from lessons import fold
from storage._list_plan import Names, Plan, differing, printed
from storage._list_units import Key, Unit, add_units, known_units, remark_on_new, unit_key
from storage._tdp_names import all_units
from storage._told import Spot, spot, tell, told_before
from storage._tx import Tx
from storage.house import Actor
from storage.tables import Tdps
from storage.tdp import link_form

TOTAL_AND_TAUGHT = {
    UnitKind.SCHOOL: ("pupils", "pupils_taught"),
    UnitKind.ENTERPRISE: ("workers", "workers_taught"),
    UnitKind.COOPERATIVE: ("workers", "workers_taught"),
    UnitKind.HOUSEHOLD: ("households_business", "households_business_taught"),
}
"""Which two numbers are stated of a unit in one row."""
NEW = -1
"""Stands for the number of a unit that is not written down yet."""


@dataclass(slots=True)
class _Stated:
    """A row's numbers, each with the column it stands in; `unit` is one to be made first."""

    line: ListLine
    name: str
    rows: dict[str, StatedRow] = field(default_factory=dict)
    unit: Unit | None = None


# ---------------------------------------------------------------- one number a row


async def plan_figures(tx: Tx, by: Actor, lines: Sequence[FigureLine]) -> Plan:  # noqa: ARG001 - a planner's shape
    """Find out what a list of numbers changes."""
    plan = Plan()
    places = await _places(tx)
    found = []
    for line in lines:
        _in_time(plan, line, line.as_of, tx.today)
        key = STATED[line.key]
        if key.is_published and not line.document:
            plan.wrong(line, "document", Fault.NO_DOCUMENT)
        place = places.find(key, line.place)
        if isinstance(place, _NotThere):
            plan.wrong(line, "place", place.fault, line.place, place.near)
            continue
        tdp, unit, name = place
        row = StatedRow(line.key, tdp, unit, line.value, line.as_of, line.source, line.document)
        found.append(_Stated(line, f"{key.label}: {name}" if name else key.label, {"value": row}))
    await _finish(tx, plan, found)
    return plan


@dataclass(frozen=True, slots=True)
class _NotThere:
    """No place of that name; `near` may have been meant."""

    fault: Fault
    near: str = ""


@dataclass(frozen=True, slots=True)
class _Places:
    """Everything a number can be stated of: TDPs by code and by name, units by kind and name."""

    codes: Mapping[str, int]
    tdp_names: Mapping[str, tuple[int, ...]]
    labels: Mapping[int, str]
    units: Mapping[Key, Unit]
    near_tdp: Names
    near_unit: Mapping[tuple[UnitKind, ...], Names]

    def find(self, key: StatedKey, typed: str) -> tuple[int | None, int | None, str] | _NotThere:
        """Return the TDP, the unit and the name of what was typed; nothing typed is the whole ward."""
        if not typed:
            return (None, None, "") if key.of_ward else _NotThere(Fault.NEEDS_UNIT)
        if key.per_tdp:
            return self._tdp(typed)
        if key.units:
            return self._unit(key, typed)
        return _NotThere(Fault.WRONG_PLACE)

    def _tdp(self, typed: str) -> tuple[int | None, int | None, str] | _NotThere:
        named = self.tdp_names.get(fold(typed), ())
        number = self.codes.get(link_form(typed)) or (named[0] if len(named) == 1 else None)
        if number is None:
            return _NotThere(Fault.UNKNOWN_TDP, self.near_tdp.nearest(typed))
        return number, None, self.labels[number]

    def _unit(self, key: StatedKey, typed: str) -> tuple[int | None, int | None, str] | _NotThere:
        for kind in key.units:
            if unit := self.units.get(unit_key(kind, typed)):
                return None, unit.id, unit.name
        return _NotThere(Fault.UNKNOWN_UNIT, self.near_unit[key.units].nearest(typed))


async def _places(tx: Tx) -> _Places:
    rows = (await tx.connection.execute(select(Tdps.id, Tdps.code))).all()
    codes = {row.id: row.code for row in rows}
    tdps = await all_units(tx)
    names: dict[str, tuple[int, ...]] = {}
    for number, one in tdps.items():
        if one.exists_on(tx.today):
            for name in {fold(one.name), fold(one.label)}:
                names[name] = (*names.get(name, ()), number)
    labels = {number: one.label for number, one in tdps.items()}
    known = [label for number, label in labels.items() if names.get(fold(label)) == (number,)]
    units = await known_units(tx)
    return _Places(
        {link_form(code): number for number, code in codes.items()},
        names,
        labels,
        units,
        Names((*codes.values(), *known)),
        {
            kinds: Names(one.name for one in units.values() if one.kind in kinds)
            for kinds in {key.units for key in STATED.values()}
        },
    )


# ---------------------------------------------------------------- two numbers of each unit


async def plan_counts(tx: Tx, by: Actor, lines: Sequence[CountLine]) -> Plan:  # noqa: ARG001 - a planner's shape
    """Find out what a list of schools or enterprises changes; a unit nobody knew becomes one."""
    plan = Plan()
    known = await known_units(tx)
    new: dict[Key, Unit] = {}
    found = []
    for line in lines:
        _in_time(plan, line, line.as_of, tx.today)
        key = unit_key(line.kind, line.name)
        unit = known.get(key)
        if unit is None:
            unit = new.setdefault(key, Unit(line.kind, line.name, id=NEW - len(new)))
        found.append(_counted(line, unit))
    await _finish(tx, plan, found)
    rows = {one.unit.id: one.line.row for one in reversed(found) if one.unit}
    remark_on_new(plan, known, [(rows[one.id], one) for one in new.values()])
    return plan


def _counted(line: CountLine, unit: Unit) -> _Stated:
    total, taught = TOTAL_AND_TAUGHT[line.kind]
    whole = StatedRow(total, None, unit.id, line.total, line.as_of, line.source, line.document)
    rows = {"total": whole}
    if line.taught is not None:
        rows["taught"] = replace(whole, key=taught, value=line.taught)
    is_new = unit.id is not None and unit.id <= NEW
    return _Stated(line, unit.name, rows, unit if is_new else None)


# ---------------------------------------------------------------- what that changes


def _in_time(plan: Plan, line: ListLine, day: date, today: date) -> None:
    if day > today:
        plan.wrong(line, "as_of", Fault.IN_FUTURE, f"{day:%d/%m/%Y}")


async def _finish(tx: Tx, plan: Plan, found: Sequence[_Stated]) -> None:
    """Compare with what was told before, and make the plan's writing."""
    _once(plan, found)
    before = await told_before(tx, [row for one in found for row in one.rows.values()])
    told = [row for one in found for row in one.rows.values() if before.is_news(row)]
    news = set(told)
    for one in found:
        _compare(plan, one, news, before.latest)
    _flag(plan, found, before.latest)

    async def write(tx: Tx, by: Actor) -> tuple[Invited, ...]:
        made = {one.unit.id: one.unit for one in found if one.unit is not None}
        await add_units(tx, made.values())
        units = await known_units(tx) if made else {}
        ids = {number: units[unit_key(one.kind, one.name)].id for number, one in made.items()}
        await tell(tx, by, [replace(row, unit=ids.get(row.unit, row.unit)) for row in told])
        return ()

    plan.write = write


def _once(plan: Plan, found: Iterable[_Stated]) -> None:
    """A number of one place and one day may stand in the list once."""
    seen: dict[tuple[str, int | None, int | None, date], int] = {}
    for one in found:
        for column, row in one.rows.items():
            first = seen.setdefault((row.key, row.tdp, row.unit, row.as_of), one.line.row)
            if first != one.line.row and column != "taught":
                where = "name" if isinstance(one.line, CountLine) else "place"
                plan.wrong(one.line, where, Fault.TWICE, one.name, str(first))


def _compare(
    plan: Plan,
    one: _Stated,
    news: set[StatedRow],
    latest: Mapping[Spot, StatedRow],
) -> None:
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    is_older = False
    for column, row in one.rows.items():
        last = latest.get(spot(row))
        if row in news:
            after |= {column: row.value, "as_of": row.as_of, "source": row.source}
            after["document"] = row.document
        if row in news and last is not None:
            before |= {column: last.value, "as_of": last.as_of, "source": last.source}
            before["document"] = last.document
            is_older = is_older or last.as_of > row.as_of
    if not after:
        plan.change(one.line.row, Outcome.SAME, one.name)
        return
    outcome = Outcome.CHANGED if before else Outcome.NEW
    plan.change(one.line.row, outcome, one.name, differing(before, after))
    if is_older:
        plan.remark(
            one.line.row, Remark.OLDER_THAN_KNOWN, one.name, beside=printed(before["as_of"])
        )


def _flag(
    plan: Plan,
    found: Iterable[_Stated],
    latest: Mapping[Spot, StatedRow],
) -> None:
    """Note where a part is greater than its whole, of the list or known from before."""
    found = list(found)
    rows = [row for one in found for row in one.rows.values()]
    values = {where: row.value for where, row in latest.items()}
    values |= {spot(row): row.value for row in rows}
    for one in found:
        for row in one.rows.values():
            whole = STATED[row.key].part_of
            most = values.get((whole or "", row.tdp, row.unit))
            if most is not None and row.value > most:
                number, beside = row.value, str(most)
                plan.remark(one.line.row, Remark.MORE_THAN_ALL, one.name, number, beside)
