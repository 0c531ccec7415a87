"""The ward's own numbers, and asking for a person."""

from dataclasses import dataclass

from handlers._effects import Deed, Fact


@dataclass(frozen=True, slots=True)
class WardNumber:
    """One contact of the ward as staff entered it; phone None reads “đến trụ sở …”."""

    name: str
    phone: str | None
    hours: str | None = None


@dataclass(frozen=True, slots=True)
class WardNumbers(Fact[tuple[WardNumber, ...]]):
    """The ward's contacts, in config order."""


@dataclass(frozen=True, slots=True)
class HelpNoted:
    """The wish stands in the record, where ward staff can see it; nobody is on call by chat yet."""


@dataclass(frozen=True, slots=True)
class AskForHelp(Deed[HelpNoted]):
    """Somebody agreed that the Tổ công nghệ số may know they want help. `about` is a code, never text."""

    about: str
