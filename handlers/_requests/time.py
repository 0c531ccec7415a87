"""The only clock of a conversation."""

from dataclasses import dataclass
from datetime import datetime

from handlers._effects import Fact


@dataclass(frozen=True, slots=True)
class Now(Fact[datetime]):
    """The moment of this turn: UTC, aware."""
