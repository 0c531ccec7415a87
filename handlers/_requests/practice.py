"""“Tập thử”: everything works, nothing counts; the one who practises is a twin of the person."""

from dataclasses import dataclass

from handlers._effects import Deed


@dataclass(frozen=True, slots=True)
class Practising:
    """The address speaks as a practice person from now on."""


@dataclass(frozen=True, slots=True)
class NotForYou:
    """Only those who work for the ward practise."""


@dataclass(frozen=True, slots=True)
class StartPractice(Deed[Practising | NotForYou]):
    """Switch this address to the practice twin of the one who speaks."""


@dataclass(frozen=True, slots=True)
class PracticeOver:
    """The address speaks as the person again (`was_on`), or did all along."""

    was_on: bool


@dataclass(frozen=True, slots=True)
class StopPractice(Deed[PracticeOver]):
    """Switch this address back."""
