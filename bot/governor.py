"""How fast an account may send. Sans-IO: every function is given the moment, in seconds that never run back.

    at most `allowed` calls in any second     the times of the last calls are kept; the next waits for the
                                              oldest of them to be a second ago, and for its even share
    the platform said “too fast”              nothing until it said, exactly; then a tenth slower, and one
                                              call a second more after every quiet half minute
    nobody is reached, or nobody answers      a pause of 1, 2, 4 … 30 s, until the first answer

After a restart the last second counts as fully used: no burst.
"""

import math
from collections import deque
from collections.abc import Collection

from bot.channels._calls import Limits

MARGIN_SECONDS = 0.015
"""Calls reach the platform a little earlier or later than they leave."""
CATCH_UP = 1.25
"""So much faster than its even share may follow who is late."""
SLOWER = 0.9
QUIET_SECONDS = 30.0
MAX_PAUSE_SECONDS = 30.0
OUTAGE = 3
"""So many calls in a row without an answer are an outage."""


class Governor:
    """The pace of one account; `now` at its making is when it begins to count."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits = limits
        self._is_free = math.isinf(limits.per_second)
        self._most = 0 if self._is_free else max(1, math.floor(limits.per_second))
        self._allowed = self._most
        self._left: deque[float] = deque([now] * self._most, maxlen=self._most or None)
        self._held_until = now
        self._slower_at = -math.inf
        self._failures = 0
        self._rests: dict[int, float] = {}

    # ------------------------------------------------------------ asking

    def wait(self, now: float) -> float:
        """Return the seconds until the next call may leave; 0 or less: now."""
        return max(self._held_until, self._next()) - now

    def room(self, now: float, seconds: float, most: int) -> int:
        """Return how many calls may leave within so many seconds, at most `most`."""
        until = now + seconds
        if self._is_free:
            return most if self._held_until <= until else 0
        count = 0
        at = max(now, self._held_until, self._next())
        while count < min(most, self._allowed) and at <= until:
            count += 1
            at = max(at + self._share(), self._free_again(count))
        return count

    def resting(self, now: float) -> Collection[int]:
        """Return the chats that were written to too short a time ago."""
        over = [chat for chat, until in self._rests.items() if until <= now]
        for chat in over:
            del self._rests[chat]
        return self._rests.keys()

    def rest_over(self, now: float) -> float:
        """Return the seconds until the first resting chat may be written to again; 0 when none rests."""
        return min(self._rests.values(), default=now) - now

    def _next(self) -> float:
        """When the next call may leave, if nothing holds it."""
        if self._is_free:
            return -math.inf
        return max(self._free_again(0), self._left[-1] + self._share())

    def _free_again(self, ahead: int) -> float:
        """When the second is over that is full once `ahead` more have left."""
        return self._left[ahead - self._allowed] + 1.0 + MARGIN_SECONDS

    def _share(self) -> float:
        return 1 / (self._allowed * CATCH_UP)

    # ------------------------------------------------------------ being told

    def left(self, now: float) -> None:
        """A call leaves."""
        if not self._is_free:
            self._left.append(now)
            self._recover(now)

    def answered(self, chat: int, now: float) -> None:
        """The platform took a message for a chat."""
        self._failures = 0
        self.rest(chat, now)

    def rest(self, chat: int, now: float) -> None:
        """A message for a chat was taken, or may have been."""
        if self._limits.seconds_per_chat > 0:
            self._rests[chat] = now + self._limits.seconds_per_chat

    def throttled(self, after: float, now: float) -> None:
        """The platform said “too fast”: silence for so many seconds."""
        self._failures = 0
        if now >= self._held_until:  # the calls that were on their way get the same answer
            self._allowed = max(1, math.floor(self._allowed * SLOWER))
            self._slower_at = now + after
        self.hold(after, now)

    def failed(self, now: float, *, is_sure: bool) -> None:
        """Nobody was reached (`is_sure`), or a call got no answer: pause, the longer the more in a row.

        A lost answer or two is nothing; the third in a row is an outage.
        """
        if now < self._held_until:  # calls of the same outage that were on their way
            return
        self._failures = max(self._failures + 1, OUTAGE if is_sure else 0)
        if self.is_failing:
            self.hold(min(2.0 ** min(self._failures - OUTAGE, 10), MAX_PAUSE_SECONDS), now)

    @property
    def is_failing(self) -> bool:
        """Whether the last calls came to nothing: one call at a time shows when that is over."""
        return self._failures >= OUTAGE

    def hold(self, seconds: float, now: float) -> None:
        """Send nothing for so many seconds."""
        self._held_until = max(self._held_until, now + seconds)

    def held_for(self, now: float) -> float:
        """Return for how many seconds nothing may leave, however slowly; 0 or less: something may."""
        return self._held_until - now

    def is_held(self, now: float) -> bool:
        """Whether nothing may leave now, however slowly."""
        return self.held_for(now) > 0

    def _recover(self, now: float) -> None:
        while self._allowed < self._most and now - self._slower_at >= QUIET_SECONDS:
            self._allowed += 1
            self._slower_at += QUIET_SECONDS
