"""Being named when the ward praises people."""

from dataclasses import dataclass
from enum import Enum

from handlers._effects import Fact


@dataclass(frozen=True, slots=True)
class PraiseDue(Fact[bool]):
    """Whether to ask now if the ward may name them: all core lessons are passed, no answer was given yet."""


class Naming(Enum):
    """Whether somebody proposed for commendation may be named now."""

    NAMED = "named"
    NO_NAME = "no_name"  # they never said how they are called
    WITHDREW = "withdrew"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Commended:
    """Somebody proposed for commendation; `name` and `tdp` are empty unless they may be named."""

    person: int
    naming: Naming
    name: str
    tdp: str
