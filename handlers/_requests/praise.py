"""Being named when the ward praises people."""

from dataclasses import dataclass

from handlers._effects import Fact


@dataclass(frozen=True, slots=True)
class PraiseDue(Fact[bool]):
    """Whether to ask now if the ward may name them: all core lessons are passed, no answer was given yet."""
