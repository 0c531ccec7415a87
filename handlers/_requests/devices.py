"""What the staff page shows of the one who is signed in: how they are called, and on which devices."""

from dataclasses import dataclass
from datetime import datetime

from handlers._effects import Deed, Fact


@dataclass(frozen=True, slots=True)
class MyCard:
    """How somebody with a role is called in full, and where they work; both "" once it was erased."""

    name: str
    office: str


@dataclass(frozen=True, slots=True)
class ReadMyCard(Fact[MyCard]):
    """How the one who asks is called."""


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that is signed in: “Chrome, Windows”; the moments are aware."""

    session: int
    name: str
    since: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class MyDevices(Fact[tuple[Device, ...]]):
    """The browsers on which the one who asks is signed in, the one used last first."""


@dataclass(frozen=True, slots=True)
class DeviceSignedOut:
    """That browser is signed out."""


@dataclass(frozen=True, slots=True)
class NoSuchDevice:
    """No browser of theirs with this number is signed in."""


@dataclass(frozen=True, slots=True)
class SignOutDevice(Deed[DeviceSignedOut | NoSuchDevice]):
    """Sign one browser of the one who asks out; `session` is its number in MyDevices."""

    session: int
