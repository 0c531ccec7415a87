"""Family helpers: their own relatives, registered with the relative's own consent and taught on one phone."""

from dataclasses import dataclass

from handlers._effects import Deed, Fact


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody a family helper teaches: a number, and how they are called (“bà Lan”)."""

    relative: int
    called: str


@dataclass(frozen=True, slots=True)
class Family:
    """A helper's own relatives, in the order they were registered; `learning`: who learns on this phone now."""

    relatives: tuple[Relative, ...]
    learning: Relative | None


@dataclass(frozen=True, slots=True)
class NotFamily:
    """Nobody who teaches relatives holds this phone."""


@dataclass(frozen=True, slots=True)
class MyRelatives(Fact[Family | NotFamily]):
    """The relatives of the helper whose phone this is, also while one of them is learning on it."""


@dataclass(frozen=True, slots=True)
class RelativeRegistered:
    """The relative is a person of their own, with a consent of their own."""

    relative: int


@dataclass(frozen=True, slots=True)
class RegisterRelative(Deed[RelativeRegistered | NotFamily]):
    """Register a relative who has just said yes; `wording` is the phrase key of the text they were shown."""

    form: str | None
    name: str | None
    wording: str


@dataclass(frozen=True, slots=True)
class LearnsNow:
    """Whose phone it is from now on, until it is handed back."""

    called: str


@dataclass(frozen=True, slots=True)
class NoSuchRelative:
    """The helper has no such relative."""


@dataclass(frozen=True, slots=True)
class HandToRelative(Deed[LearnsNow | NoSuchRelative | NotFamily]):
    """From now on the relative learns on this phone: what is answered is theirs."""

    relative: int


@dataclass(frozen=True, slots=True)
class HandedBack:
    """The phone is its owner's again (`was_away`), or it was all along."""

    was_away: bool


@dataclass(frozen=True, slots=True)
class HandBack(Deed[HandedBack]):
    """“Học cho tôi”: the helper goes on for themselves."""


@dataclass(frozen=True, slots=True)
class RelativeLeft:
    """The helper no longer teaches them; what they learnt stays theirs."""


@dataclass(frozen=True, slots=True)
class LeaveRelative(Deed[RelativeLeft | NoSuchRelative | NotFamily]):
    """Stop teaching a relative."""

    relative: int
