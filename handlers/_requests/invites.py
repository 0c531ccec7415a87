"""Invites: a role somebody may take up once, by three words or by a QR code."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from handlers._effects import Deed, Fact
from handlers._requests.person import Role


@dataclass(frozen=True, slots=True)
class Invited:
    """An invite is open: the only moment at which its words and its token are known.

    `words` are such as “cáo núi chum”; `url` is what the QR code holds: the ward's page with the token in it.
    `expires_at` is in the ward's own time. `is_practice`: it was undone at once, and the words open nothing.
    """

    invite: int
    words: str
    token: str
    role: Role
    tdp_name: str | None
    name: str
    expires_at: datetime
    url: str
    is_practice: bool = False

    @property
    def opens_elsewhere(self) -> bool:
        """Whether the link leads here from a phone: without an https address of the ward it does not."""
        return self.url.startswith("https://")


class WhyNot(Enum):
    """What is in the way of an invite."""

    ROLE = "role"  # theirs do not let them invite to it, or nobody is invited to it
    PLACE = "place"  # no such TDP or unit today, or it is out of their reach, or the role needs one
    WARD_WIDE = "ward_wide"  # the role is one of the whole ward, and a TDP is named
    DAY = "day"  # the role would end before it began
    LONGER = "longer"  # the same role of theirs ends earlier
    NAME = "name"  # nobody is named, or in too many letters


@dataclass(frozen=True, slots=True)
class MayNotInvite:
    """Nobody was invited."""

    why: WhyNot


@dataclass(frozen=True, slots=True)
class AlreadyInvited:
    """This row of a list has an open invite, or its person has taken the role up."""

    invite: int


@dataclass(frozen=True, slots=True)
class InvitePerson(Deed[Invited | MayNotInvite | AlreadyInvited]):
    """Invite somebody to a role: in one TDP or in the whole ward, until `ends_on` (included) or for good.

    `unit` is the cơ quan, trường … they will belong to; without it `office` may name one. `list_key`: what
    tells this row of a list from all others, so that it is invited once.
    """

    role: Role
    name: str
    office: str
    tdp: int | None = None
    unit: int | None = None
    ends_on: date | None = None
    list_key: str | None = None


@dataclass(frozen=True, slots=True)
class OpenInvite:
    """An invite nobody has taken up yet; days are local."""

    invite: int
    role: Role
    tdp: int | None
    tdp_name: str | None
    name: str
    office: str
    created_on: date
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenInvites(Deed[tuple[OpenInvite, ...]]):
    """The open invites the one who asks may revoke, newest first; that names were seen is audited.

    `named`: those whose name holds this text, marks or not; `most`: so many at most.
    """

    named: str = ""
    most: int | None = None


@dataclass(frozen=True, slots=True)
class InviteRevoked:
    """Nobody can take it up any more."""

    invite: int


@dataclass(frozen=True, slots=True)
class NoSuchInvite:
    """No open invite of this number is theirs to revoke."""

    invite: int


@dataclass(frozen=True, slots=True)
class RevokeInvite(Deed[InviteRevoked | NoSuchInvite]):
    """Take an open invite back."""

    invite: int


# ---------------------------------------------------------------- taking one up


@dataclass(frozen=True, slots=True)
class InviteRead:
    """What an invite says to whoever holds its code."""

    role: Role
    tdp_name: str | None
    name: str
    office: str
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Joined:
    """They have the role from now on."""

    role: Role
    tdp_name: str | None
    name: str
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class WrongCode:
    """No invite can be taken up by this: unknown, used, revoked or over; nobody is told which."""


@dataclass(frozen=True, slots=True)
class LockedOut:
    """Too many wrong codes; words are read again after so many minutes."""

    minutes: int


@dataclass(frozen=True, slots=True)
class ReadInvite(Deed[InviteRead | WrongCode | LockedOut]):
    """Read the invite of a code, before it is taken up; a wrong one counts.

    `code`: the words as typed, or a QR code's token or link; None: that of the link they came by.
    """

    code: str | None = None


@dataclass(frozen=True, slots=True)
class TakeUp(Deed[Joined | WrongCode | LockedOut]):
    """Take an invite up: once, by whoever holds its code (as in `ReadInvite`)."""

    code: str | None = None


@dataclass(frozen=True, slots=True)
class CodesLocked(Fact[LockedOut | None]):
    """How long the one who asks has to wait for any code of theirs to be looked at; None: not at all."""


@dataclass(frozen=True, slots=True)
class InviteHere(Fact[bool]):
    """Whether the link that somebody came by carries an invite, be it over by now."""


@dataclass(frozen=True, slots=True)
class InvitePutAway:
    """The link they came by is forgotten; the invite stays open for whom it is meant."""


@dataclass(frozen=True, slots=True)
class NotMyInvite(Deed[InvitePutAway]):
    """“Không phải tôi”: the one who came by the link is not the one it names."""
