"""What an outcome makes of a row: from the words of channels to the moves of storage/outbox.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.channels._calls import (
    Again,
    Blocked,
    Outcome,
    Rejected,
    Sent,
    Throttled,
    Undecided,
    Unreachable,
    Unusable,
    WindowClosed,
)
from storage import leases
from storage.leases import Leased, Settlement
from storage.outbox import Cause

CAUSES: Mapping[type[Outcome], Cause] = {
    Sent: Cause.ACCEPTED,
    Throttled: Cause.THROTTLED,
    Unreachable: Cause.UNREACHABLE,
    Undecided: Cause.UNDECIDED,
    Blocked: Cause.BLOCKED,
    WindowClosed: Cause.CLOSED,
    Rejected: Cause.REFUSED,
    Again: Cause.AGAIN,
    Unusable: Cause.UNUSABLE,
}
LONGEST = leases.LONGEST_DELAY.total_seconds()
DELAYS: tuple[float, ...] = tuple(min(15.0 * 2**n, LONGEST) for n in range(leases.ATTEMPTS))
"""How many seconds a row that reached nobody waits before its next attempt, by attempts made."""


@dataclass(frozen=True, slots=True)
class Done:
    """A row and what came of it."""

    row: Leased
    outcome: Outcome | None
    """None: handed back unsent."""
    at: float
    """When that was known, by the sender's monotonic clock."""

    @property
    def again_at(self) -> float | None:
        """When the row may go again, by the same clock; None where it does not wait for a time."""
        if isinstance(self.outcome, Throttled):
            return self.at + self.outcome.after
        if isinstance(self.outcome, Unreachable):
            return self.at + DELAYS[min(self.row.attempts, len(DELAYS) - 1)]
        return None

    def settlement(self, now: datetime, monotonic: float) -> Settlement:
        """What becomes of the row; `now` and `monotonic` are the same moment by two clocks."""
        row, again_at = self.row.id, self.again_at
        later = None if again_at is None else now + timedelta(seconds=again_at - monotonic)
        match self.outcome:
            case None:
                return Settlement(row, Cause.RELEASED)
            case Sent(platform_id):
                return Settlement(row, Cause.ACCEPTED, platform_id=platform_id)
            case Throttled():
                return Settlement(row, Cause.THROTTLED, not_before=later)
            case outcome:
                cause = CAUSES[type(outcome)]
                return Settlement(row, cause, not_before=later, reason=outcome.reason)
