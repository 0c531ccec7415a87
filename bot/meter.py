"""What a running server counts of itself, for /metrics and the health page: plain numbers, nothing personal.

Counting is on the path of every turn: a dictionary's entry and a list's, no lock, no library. What monitors
read is made of it when they ask (bot/metrics.py).
"""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Upper bounds of the classes that the lengths of turns fall into, in seconds; the last class has none."""


def _classes() -> list[int]:
    return [0] * (len(BOUNDS) + 1)


@dataclass(slots=True)
class Meter:
    """The counters of one process.

    `came_in`, `said`: messages by channel. `sent`: rows by account and outcome (“telegram”, “sent”).
    `turns`: how many took how long, by class; `seconds`: all of them together. `failed`: turns that raised.
    `skew_seconds`: so much is this machine's clock ahead of a platform's; None: no platform said.
    """

    came_in: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    sent: Counter[tuple[str, str]] = field(default_factory=Counter)
    turns: list[int] = field(default_factory=_classes)
    seconds: float = 0.0
    failed: int = 0
    skew_seconds: float | None = None

    def turn(self, channel: str, seconds: float) -> None:
        """A message of a channel was handled."""
        self.came_in[channel] += 1
        self.turns[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    def told(self, account: str, outcome: object) -> None:
        """A platform answered, or did not: one row's outcome."""
        self.sent[account, type(outcome).__name__.lower()] += 1
