"""A person as conversations see them, what is kept of them, and their rights over it."""

from dataclasses import dataclass
from enum import Enum

from handlers._effects import Deed, Fact


class Role(Enum):
    """What somebody is to the ward; decides what they may do.

    FAMILY   registers and teaches their own relatives, sees nobody else
    TEAM     of the Tổ công nghệ số cộng đồng      HEAD      tổ trưởng: both within their TDPs
    STAFF    Phòng VH-XH, Trung tâm Dịch vụ tổng hợp
    POLICE   Công an phường                        APPROVER  decides what lessons go out
    OBSERVER MTTQ and others: figures only         ADMIN     installs and keeps the system
    """

    RESIDENT = "resident"
    FAMILY = "family"
    TEAM = "team"
    HEAD = "head"
    STAFF = "staff"
    POLICE = "police"
    APPROVER = "approver"
    OBSERVER = "observer"
    ADMIN = "admin"


WARD_ROLES = (
    Role.TEAM,
    Role.HEAD,
    Role.STAFF,
    Role.POLICE,
    Role.APPROVER,
    Role.OBSERVER,
    Role.ADMIN,
)
"""The roles of those who work for the ward: they may open the staff page and practise."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is talking, as a snapshot for wording only: requests decide by what is true at their moment.

    `form` is the form of address (“bà”, “bác” …), `name` what they call themselves, `tdp` its name.
    """

    form: str | None = None
    name: str | None = None
    tdp: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands: which questions were asked already, and how far they are.

    `is_kept`: agreed to have results saved. `has_declined`: said no within this visit. `finished`:
    lessons finished (a decliner's and an undecided one's are those still held, 24 h at most).
    `was_asked_pushes`, `was_asked_tdp`, `was_asked_name`: need not be asked by itself again.
    """

    is_kept: bool
    has_declined: bool
    finished: int
    was_asked_pushes: bool
    was_asked_tdp: bool
    was_asked_name: bool
    is_new_day: bool


@dataclass(frozen=True, slots=True)
class MyStanding(Fact[Standing]):
    """Where the one who is talking stands."""


@dataclass(frozen=True, slots=True)
class NameSaved:
    """The form of address and the name were kept (`is_kept`), or only used in this visit's words."""

    is_kept: bool


@dataclass(frozen=True, slots=True)
class SetName(Deed[NameSaved]):
    """How somebody wants to be called; None leaves that part out. Both None: asked and skipped."""

    form: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class MySheet:
    """What is kept of a person, for reading aloud. Dates are local days, “22/11/2026”."""

    form: str | None
    name: str | None
    tdp: str | None
    since: str
    lessons: int
    consents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NothingKept:
    """Nothing is kept of this person beyond the talk, 24 hours at most."""


@dataclass(frozen=True, slots=True)
class MyData(Fact[MySheet | NothingKept]):
    """What is kept of the one who is talking."""


@dataclass(frozen=True, slots=True)
class MyFile:
    """Everything kept of a person, as JSON text."""

    json: str


@dataclass(frozen=True, slots=True)
class ExportMine(Fact[MyFile | NothingKept]):
    """The person's own copy of everything kept."""


@dataclass(frozen=True, slots=True)
class Erased:
    """Name, address, talks, messages are gone; the bare number's counts stand."""


@dataclass(frozen=True, slots=True)
class EraseMe(Deed[Erased | NothingKept]):
    """Erase the one who is talking."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """The person counts as người from now on, their earlier results too."""

    person: int


@dataclass(frozen=True, slots=True)
class NoSuchPerson:
    """Nobody within reach has this number, or they were erased."""

    person: int


VOUCHING = (Role.TEAM, Role.HEAD, Role.STAFF, Role.ADMIN)
"""Who knows people well enough to say that they are real."""


@dataclass(frozen=True, slots=True)
class Vouch(Deed[Vouched | NoSuchPerson]):
    """A member vouches that this number is one real resident.

    `by_name` is for who acts for somebody else, at the command line; else the audit knows who it was.
    """

    person: int
    by_name: str = ""
