"""How often somebody may do something: a token bucket for each name, in bounded memory."""

import time
from collections import OrderedDict
from collections.abc import Callable

MAX_NAMES = 20_000
"""Names remembered; beyond that the one longest silent is forgotten, and would start afresh."""


class Limit:
    """At most `per_minute` at once and on average; `clock` gives seconds that never run backwards."""

    def __init__(
        self,
        per_minute: int,
        max_names: int = MAX_NAMES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._capacity = float(per_minute)
        self._per_second = per_minute / 60
        self._max_names = max_names
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def __contains__(self, name: str) -> bool:
        return name in self._buckets

    def wait(self, name: str) -> float:
        """Take one token of `name`: 0 if there was one, else the seconds until there will be."""
        now = self._clock()
        tokens, at = self._buckets.pop(name, (self._capacity, now))
        tokens = min(self._capacity, tokens + (now - at) * self._per_second)
        missing = 1 - tokens
        self._buckets[name] = (tokens if missing > 0 else tokens - 1, now)
        if len(self._buckets) > self._max_names:
            self._buckets.popitem(last=False)
        return missing / self._per_second if missing > 0 else 0.0
