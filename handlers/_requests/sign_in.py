"""Signing in to the staff page by a link, and out of it everywhere."""

from dataclasses import dataclass

from handlers._effects import Deed


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link that opens the staff page once: `url` is the ward's page and `path`; it holds so many minutes."""

    path: str
    minutes: int
    url: str


@dataclass(frozen=True, slots=True)
class NotStaff:
    """They have no role that works for the ward."""


@dataclass(frozen=True, slots=True)
class OpenStaffPage(Deed[PageLink | NotStaff]):
    """Make a link to the staff page; an earlier one that was not opened is over."""


@dataclass(frozen=True, slots=True)
class SignedOut:
    """So many browsers were signed out; a link that was not opened yet is over."""

    sessions: int


@dataclass(frozen=True, slots=True)
class SignOutEverywhere(Deed[SignedOut]):
    """End every session of the one who asks."""
