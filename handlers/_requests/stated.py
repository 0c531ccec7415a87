"""Numbers that somebody states: who lives, works and learns where, with source, document and day.

Nothing here is ever computed from what people do with the bot. A number is never changed, only
followed by a later one.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from handlers._effects import Deed, Fact

HIGHEST = 10_000_000
"""No ward has more of anything: a higher number is a slip of the finger."""


class UnitKind(Enum):
    """What a unit people belong to is; the value stands in the database."""

    OFFICE = "office"
    SCHOOL = "school"
    ENTERPRISE = "enterprise"
    COOPERATIVE = "cooperative"
    HOUSEHOLD = "household"
    ASSOCIATION = "association"
    UNION = "union"


UNIT_WORDS = {
    UnitKind.OFFICE: "Cơ quan",
    UnitKind.SCHOOL: "Trường học",
    UnitKind.ENTERPRISE: "Doanh nghiệp",
    UnitKind.COOPERATIVE: "Hợp tác xã",
    UnitKind.HOUSEHOLD: "Hộ kinh doanh",
    UnitKind.ASSOCIATION: "Chi hội",
    UnitKind.UNION: "Đoàn thể",
}
"""What each kind of unit is called in lists."""


@dataclass(frozen=True, slots=True)
class StatedKey:
    """One kind of stated number: told per TDP, per unit of one of `units`, or for the whole ward at once.

    `part_of`: the number it may not well exceed, of the same place; more is flagged, not refused. `of_ward`:
    may be told for the whole ward; what is never counted so is refused. `is_published`: nothing without its
    document.
    """

    key: str
    label: str
    per_tdp: bool = False
    units: tuple[UnitKind, ...] = ()
    part_of: str | None = None
    of_ward: bool = True
    is_published: bool = False

    @property
    def is_of_ward(self) -> bool:
        """Told for the whole ward and never otherwise."""
        return not self.per_tdp and not self.units


_FIRMS = (UnitKind.ENTERPRISE, UnitKind.COOPERATIVE)
_HOUSEHOLDS = (UnitKind.HOUSEHOLD,)
_SCHOOLS = (UnitKind.SCHOOL,)
STATED_KEYS = (
    StatedKey("adults", "Người từ đủ 18 tuổi", per_tdp=True),
    StatedKey("staff", "Cán bộ, công chức, viên chức, người lao động", units=(UnitKind.OFFICE,)),
    StatedKey("pupils", "Học sinh", units=_SCHOOLS, of_ward=False),
    StatedKey(
        "pupils_taught", "Học sinh đã được học", units=_SCHOOLS, part_of="pupils", of_ward=False
    ),
    StatedKey("workers", "Lao động doanh nghiệp, HTX", units=_FIRMS, of_ward=False),
    StatedKey(
        "workers_taught",
        "Lao động doanh nghiệp, HTX đã được học",
        units=_FIRMS,
        part_of="workers",
        of_ward=False,
    ),
    StatedKey("households_business", "Lao động hộ kinh doanh", units=_HOUSEHOLDS, of_ward=False),
    StatedKey(
        "households_business_taught",
        "Lao động hộ kinh doanh đã được học",
        units=_HOUSEHOLDS,
        part_of="households_business",
        of_ward=False,
    ),
    StatedKey(
        "vneid", "Người được xác nhận đạt phổ cập trên VNeID", part_of="adults", is_published=True
    ),  # the published number; never computed
)
"""Every kind of number that can be stated, in the order of the targets a–đ they serve."""
STATED = {one.key: one for one in STATED_KEYS}


@dataclass(frozen=True, slots=True)
class StatedRow:
    """What was stated of one place and holds on a day: 25736 of TDP 4, “Công an phường”, 01/11/2026.

    `document` is the number and day of the paper it stands in, or "". `tdp` and `unit` both None: the
    whole ward.
    """

    key: str
    tdp: int | None
    unit: int | None
    value: int
    as_of: date
    source: str
    document: str


class FigureFault(Enum):
    """Why a stated number is refused."""

    NO_SUCH_KEY = "no_such_key"
    NOT_A_COUNT = "not_a_count"
    IN_FUTURE = "in_future"
    NO_SOURCE = "no_source"
    NO_DOCUMENT = "no_document"
    WRONG_PLACE = "wrong_place"
    NEEDS_UNIT = "needs_unit"


@dataclass(frozen=True, slots=True)
class FigureRefused:
    """Nothing was written."""

    fault: FigureFault


@dataclass(frozen=True, slots=True)
class FigureStated:
    """The number stands. `is_new` False: just that was stated already.

    `more_than`: the number of the same place that it should not exceed, where it does.
    """

    is_new: bool
    more_than: int | None = None


@dataclass(frozen=True, slots=True)
class StateFigure(Deed[FigureStated | FigureRefused]):
    """Somebody states a number for a TDP, a unit or (both None) the whole ward."""

    key: str
    value: int
    as_of: date
    source: str
    document: str = ""
    tdp: int | None = None
    unit: int | None = None


@dataclass(frozen=True, slots=True)
class StatedLine:
    """A stated number as it is listed. `place`: “Tân Trung”, “Trường THCS Đông Cao”, "" for the ward.

    `more_than`: the number it exceeds although it is a part of it, else None. `at` is the local day it
    was entered on, `by` who did ("person:123", "os:lan").
    """

    key: str
    tdp: int | None
    unit: int | None
    place: str
    value: int
    as_of: date
    source: str
    document: str
    at: date
    by: str
    more_than: int | None = None


@dataclass(frozen=True, slots=True)
class StatedFigures(Fact[tuple[StatedLine, ...]]):
    """The number of every place that holds today; with a key, all that was ever stated of it, newest first."""

    key: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A TDP or unit of today that a number can be stated of; exactly one of `tdp`, `unit` is given."""

    name: str
    tdp: int | None = None
    unit: int | None = None
    kind: UnitKind | None = None


@dataclass(frozen=True, slots=True)
class StatedPlaces(Fact[tuple[Place, ...]]):
    """The TDPs and units of today, in the order of their lists."""
