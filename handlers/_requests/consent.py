"""Consents: one record per purpose, each with the wording that was shown."""

from dataclasses import dataclass
from enum import Enum

from handlers._effects import Deed, Fact


class Purpose(Enum):
    """What a person may agree to; none by default, each on its own."""

    SAVE = "save"
    ALERTS = "alerts"
    NOTICES = "notices"
    REMINDERS = "reminders"
    TEAM = "team"
    PRAISE = "praise"


PUSHES = (Purpose.ALERTS, Purpose.NOTICES, Purpose.REMINDERS)
"""The purposes that let the ward write first."""


@dataclass(frozen=True, slots=True)
class ConsentSaved:
    """The answer stands in the record."""


@dataclass(frozen=True, slots=True)
class Agree(Deed[ConsentSaved]):
    """A yes to one purpose. `wording` is the phrase key of the text that was shown.

    The first yes makes a person of an address; a yes to SAVE records what was held, with its own times.
    """

    purpose: Purpose
    wording: str


@dataclass(frozen=True, slots=True)
class Decline(Deed[ConsentSaved]):
    """A no to one purpose. A no to SAVE deletes what was held; nothing about the person is kept."""

    purpose: Purpose
    wording: str


@dataclass(frozen=True, slots=True)
class Withdraw(Deed[ConsentSaved]):
    """Take a yes back; not retroactive."""

    purpose: Purpose


@dataclass(frozen=True, slots=True)
class MyConsents(Fact[tuple[Purpose, ...]]):
    """The purposes agreed to and not withdrawn, in the order of `Purpose`."""


@dataclass(frozen=True, slots=True)
class PushesStopped:
    """No push goes out to this person any more (`had_any`: some would have)."""

    had_any: bool


@dataclass(frozen=True, slots=True)
class StopPushes(Deed[PushesStopped]):
    """“DỪNG”: every push stops at once; withdraws all push purposes."""
