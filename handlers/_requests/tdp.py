"""TDPs (tổ dân phố, the smallest unit of a ward; xóm, thôn, bản elsewhere) and who lives where."""

from dataclasses import dataclass
from enum import Enum

from handlers._effects import Deed, Fact


@dataclass(frozen=True, slots=True)
class Tdp:
    """One unit as offered to a resident: “Tân Trung (Đông Cao)” where the name alone is not enough."""

    id: int
    name: str
    former_ward: str | None = None


@dataclass(frozen=True, slots=True)
class TdpsNamed(Fact[tuple[Tdp, ...]]):
    """The units of today whose name, number or former ward fit what was typed; at most 6, best first."""

    typed: str


@dataclass(frozen=True, slots=True)
class TdpCameBy(Fact[Tdp | None]):
    """The unit of today whose poster or link brought the one who speaks here; None: none, or not surely one."""


@dataclass(frozen=True, slots=True)
class TdpCoded(Fact[Tdp | None]):
    """The unit of today with this code, as lists and links write it; None: there is none."""

    code: str


class Elsewhere(Enum):
    """Living in no unit of the list."""

    UNKNOWN = "unknown"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class TdpSaved:
    """Where somebody lives was kept."""

    name: str | None


@dataclass(frozen=True, slots=True)
class NotKept:
    """This person has not agreed to have anything kept."""


@dataclass(frozen=True, slots=True)
class SetTdp(Deed[TdpSaved | NotKept]):
    """Somebody lives in this unit from today on; None: `elsewhere` says why not."""

    tdp: int | None
    elsewhere: Elsewhere | None = None
