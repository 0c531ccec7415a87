"""Who comes to a made-up ward, when, and what for: the lives that are then told.

Those who work for the ward come first and learn everything; of all others most take a few lessons, some
none after the first, some all. Registrations rise over the months, more in weeks of a campaign.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from handlers._requests.person import Role
from handlers._requests.stated import UnitKind
from handlers._requests.tdp import Elsewhere
from storage.sample_lives import Leaving, Plan
from storage.sample_names import somebody
from storage.sample_places import TDPS, UNITS

FEWEST, MOST = 100, 200_000
"""How many people a sample may have."""
NUMBER_BITS = 40
_CAMPAIGNS = (3, 17, 30, 31, 44, 52)
"""Weeks of the story in which more come."""
_FULL = 0.9
"""How much of a unit may have come."""
_FIRMS = (UnitKind.ENTERPRISE, UnitKind.COOPERATIVE, UnitKind.HOUSEHOLD)


@dataclass(frozen=True, slots=True)
class Duty:
    """What somebody is to the ward; TDPs and units by their numbers from 1."""

    role: Role
    office: str
    tdp: int | None = None
    unit: int | None = None


def _of(unit: int, role: Role, title: str = "") -> Duty:
    name = UNITS[unit - 1].name
    return Duty(role, f"{title}, {name}" if title else name, unit=unit)


_OFFICES = (
    _of(5, Role.ADMIN, "Quản trị hệ thống"),
    _of(2, Role.STAFF, "Chuyên viên"),
    _of(2, Role.APPROVER, "Trưởng phòng"),
    _of(6, Role.APPROVER, "Phó Trưởng Công an phường"),
    _of(1, Role.APPROVER, "Phó Chủ tịch UBND phường"),
    _of(6, Role.POLICE, "Cán bộ"),
    _of(7, Role.OBSERVER, "Ủy viên"),
    _of(2, Role.STAFF, "Chuyên viên"),
    _of(5, Role.STAFF, "Viên chức"),
    _of(6, Role.POLICE, "Cán bộ"),
)
"""The admin is the first person there is, a member of staff the second."""


def duties(people: int) -> tuple[Duty, ...]:
    """What the first people are to the ward: every office, then the TDPs' heads, then two members each."""
    heads = (Duty(Role.HEAD, f"Tổ trưởng, {one.name}", tdp) for tdp, one in _TDPS)
    team = (
        Duty(Role.TEAM, f"Tổ công nghệ số, {one.name}", tdp) for _ in "12" for tdp, one in _TDPS
    )
    return (*_OFFICES, *heads, *team)[: people // 2]


_TDPS = tuple(enumerate(TDPS, start=1))


def plans(chance: random.Random, people: int, days: int, grown: Sequence[int]) -> Iterator[Plan]:
    """Lay down the lives of a ward's people, in the order in which they come; `grown` adults live per TDP."""
    numbers = _numbers(chance, people)
    working = duties(people)
    places = _Places(chance, grown)
    for number, duty in zip(numbers, working, strict=False):
        yield _working(chance, number, duty, places)
    weights = list(accumulate(_pull(day, days) for day in range(days)))
    rest = numbers[len(working) :]
    for number, day in zip(rest, sorted(_days(chance, weights, len(rest))), strict=True):
        yield _coming(chance, number, day, places)


def _numbers(chance: random.Random, people: int) -> list[int]:
    """Random numbers of 13 digits, each once."""
    found: dict[int, None] = {}
    while len(found) < people:
        found[(1 << NUMBER_BITS) + chance.getrandbits(NUMBER_BITS)] = None
    return list(found)


def _pull(day: int, days: int) -> float:
    """How many come on a day, beside others."""
    is_campaign = day // 7 in _CAMPAIGNS
    is_weekend = day % 7 in {5, 6}
    return (0.2 + day / days) * (2.4 if is_campaign else 1) * (0.7 if is_weekend else 1)


def _days(chance: random.Random, weights: Sequence[float], people: int) -> list[int]:
    return chance.choices(range(len(weights)), cum_weights=weights, k=people)


class _Places:
    """Where people live and work; no unit gets more of them than it has."""

    def __init__(self, chance: random.Random, grown: Sequence[int]) -> None:
        self._chance = chance
        self._weights = list(accumulate(grown))
        self._left = [int(unit.size * _FULL) for unit in UNITS]

    def home(self) -> int:
        """A TDP, the larger the more often."""
        (tdp,) = self._chance.choices(range(1, len(TDPS) + 1), cum_weights=self._weights)
        return tdp

    def at(self, unit: int | None) -> int | None:
        """The unit, if it still has room."""
        if unit is None or self._left[unit - 1] == 0:
            return None
        self._left[unit - 1] -= 1
        return unit

    def some(self, *kinds: UnitKind) -> int | None:
        """A unit of these kinds, the larger the more often, if that one still has room."""
        weights = [one.size if one.kind in kinds else 0 for one in UNITS]
        (unit,) = self._chance.choices(range(1, len(UNITS) + 1), weights)
        return self.at(unit)


def _working(chance: random.Random, number: int, duty: Duty, places: _Places) -> Plan:
    """Somebody who works for the ward: there from the first weeks on, and through with the lessons."""
    is_office = duty.tdp is None
    return Plan(
        number=number,
        called=somebody(chance),
        day=0 if duty.role is Role.ADMIN else chance.randrange(1, 8 if is_office else 45),
        home=duty.tdp or places.home(),
        elsewhere=None,
        takes=chance.randint(18, 26),
        skill=chance.uniform(0.05, 0.2),
        vouched_after=0 if duty.role is Role.ADMIN else 1,
        unit=places.at(duty.unit),
    )


def _coming(chance: random.Random, number: int, day: int, places: _Places) -> Plan:
    """Anybody else."""
    home, elsewhere = _home(chance, places)
    leaves = chance.random()
    leaving = Leaving.ERASES if leaves < 0.017 else Leaving.WITHDRAWS if leaves < 0.045 else None
    works = chance.random()
    unit = places.some(UnitKind.OFFICE) if works < 0.06 else None
    if 0.06 <= works < 0.2:
        unit = places.some(*_FIRMS)
    is_officer = unit is not None and UNITS[unit - 1].kind is UnitKind.OFFICE
    return Plan(
        number=number,
        called=somebody(chance),
        day=day,
        home=home,
        elsewhere=elsewhere,
        takes=chance.randint(12, 24) if is_officer else _takes(chance),
        skill=chance.triangular(-0.28, 0.18, 0.04),
        vouched_after=chance.randint(1, 40) if chance.random() < 0.72 else None,
        moves_after=chance.randint(20, 300) if chance.random() < 0.05 else None,
        moves_to=places.home(),
        stops_after=chance.randint(5, 120) if chance.random() < 0.05 else None,
        leaves_after=chance.randint(1, 90) if leaving else None,
        leaving=leaving,
        unit=unit,
        asks_for_help=chance.random() < 0.1,
    )


def _home(chance: random.Random, places: _Places) -> tuple[int | None, Elsewhere | None]:
    """Where they say they live: a TDP, “không rõ”, “ở nơi khác”, or no answer at all."""
    said = chance.random()
    if said < 0.9:
        return places.home(), None
    if said < 0.97:
        return None, Elsewhere.UNKNOWN if said < 0.94 else Elsewhere.OUTSIDE
    return None, None


def _takes(chance: random.Random) -> int:
    """How many lessons somebody takes after the first one."""
    zeal = chance.random()
    if zeal < 0.22:
        return 0
    if zeal < 0.68:
        return chance.randint(1, 4)
    return chance.randint(5, 12) if zeal < 0.9 else chance.randint(14, 26)
