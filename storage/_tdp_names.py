"""How the units of a ward are called: by name, and by former ward where a name is not unique."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from lessons import fold
from storage._tx import Tx
from storage.tables import Tdps


@dataclass(frozen=True, slots=True)
class Unit:
    """One row of the ward's list; `needs_former_ward`: another unit of today has the same name."""

    id: int
    name: str
    number: str | None
    former_ward: str | None
    valid_from: date | None
    valid_to: date | None
    needs_former_ward: bool = False

    @property
    def label(self) -> str:
        """The name as it is shown: “Tân Trung (Đông Cao)” where the name alone is not enough."""
        return f"{self.name} ({self.former_ward})" if self.needs_former_ward else self.name

    def exists_on(self, day: date) -> bool:
        """Tell whether the unit is valid on a local day, both ends included."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


async def all_units(tx: Tx) -> Mapping[int, Unit]:
    """Return every unit the ward ever had, in the order of its list."""
    columns = Tdps.id, Tdps.name, Tdps.number, Tdps.former_ward, Tdps.valid_from, Tdps.valid_to
    rows = (await tx.connection.execute(select(*columns).order_by(Tdps.id))).all()
    return {unit.id: unit for unit in _told_apart(tx.today, [Unit(*row) for row in rows])}


async def units_of_today(tx: Tx) -> tuple[Unit, ...]:
    """Return the units that are valid today, in the order of the ward's list."""
    return tuple(unit for unit in (await all_units(tx)).values() if unit.exists_on(tx.today))


def _told_apart(today: date, units: Iterable[Unit]) -> Iterable[Unit]:
    """Mark units whose name does not tell them apart from another one of today."""
    units = list(units)
    names = Counter(fold(unit.name) for unit in units if unit.exists_on(today))
    for unit in units:
        others = names[fold(unit.name)] - unit.exists_on(today)
        needs = others > 0 and unit.former_ward is not None
        yield Unit(
            unit.id,
            unit.name,
            unit.number,
            unit.former_ward,
            unit.valid_from,
            unit.valid_to,
            needs,
        )
