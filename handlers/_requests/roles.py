"""Who is what to the ward, and who may say so.

invites, lists, revokes    head: team and family of their own TDPs · staff: all but admin · admin: all
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from handlers._effects import Deed, Fact
from handlers._requests.person import WARD_ROLES, Role

INVITABLE = (Role.FAMILY, *WARD_ROLES)
LOOKED_AFTER_BY: Mapping[Role, tuple[Role, ...]] = MappingProxyType(
    {
        Role.HEAD: (Role.TEAM, Role.FAMILY),
        Role.STAFF: tuple(role for role in INVITABLE if role is not Role.ADMIN),
        Role.ADMIN: INVITABLE,
    }
)
"""The roles that each role invites to, lists and revokes: a head's only within their TDPs."""
PLACED = frozenset({Role.TEAM, Role.HEAD})
"""The roles that hold in one TDP, never without."""
WARD_WIDE = frozenset(WARD_ROLES) - PLACED
"""The roles that hold in the whole ward, never in one TDP alone."""


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role of the one who asks, with the TDP it holds in (None: the whole ward); days are local."""

    grant: int
    role: Role
    tdp: int | None
    tdp_name: str | None
    since: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class MyRoles(Fact[tuple[RoleHeld, ...]]):
    """The roles the one who asks holds today, oldest first; being a resident is none."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with a role; `name` is None once it was erased."""

    grant: int
    person: int
    name: str | None
    office: str
    role: Role
    tdp: int | None
    tdp_name: str | None
    since: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class RolesHeld(Deed[tuple[Holder, ...]]):
    """Who holds the roles the one who asks looks after, by role and name; that names were seen is audited.

    `named`: those whose name holds this text, marks or not; `most`: so many at most.
    """

    named: str = ""
    most: int | None = None


@dataclass(frozen=True, slots=True)
class RoleRevoked:
    """The role is gone from the next transaction on, and every session of its holder has ended."""

    grant: int


@dataclass(frozen=True, slots=True)
class NoSuchRole:
    """No role of this number is held today and looked after by the one who asks."""

    grant: int


@dataclass(frozen=True, slots=True)
class LastAdmin:
    """A ward without anybody who looks after it could not be mended from within."""


@dataclass(frozen=True, slots=True)
class RevokeRole(Deed[RoleRevoked | NoSuchRole | LastAdmin]):
    """Take a role away."""

    grant: int
