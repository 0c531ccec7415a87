"""Half months: from the 1st to the 14th, and from the 15th to the end, in the ward's own time.

The office's periods run from the 15th to the 14th and the calendar's from the 1st to the last day: both are
whole slots, so what is added up per slot serves either. A slot's number is year * 24 + (month - 1) * 2, and
one more for the second half: 2026-11-22 lies in slot 48645.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

FIRST_HALF = 14
"""Its last day."""
A_YEAR = 24
BEFORE_ALL, AFTER_ALL = 0, 10_000 * A_YEAR
"""Below and above every slot there can be: for periods that are open on one side."""


def slot_of(moment: datetime, timezone: ZoneInfo) -> int:
    """Return the slot a moment (aware) lies in."""
    return slot_on(moment.astimezone(timezone))


def slot_on(day: date) -> int:
    """Return the slot of a local day."""
    return day.year * A_YEAR + (day.month - 1) * 2 + (day.day > FIRST_HALF)


def first_day(slot: int) -> date:
    """Return the first day of a slot."""
    year, half = divmod(slot, A_YEAR)
    return date(year, half // 2 + 1, FIRST_HALF + 1 if half % 2 else 1)


def last_day(slot: int) -> date:
    """Return the last day of a slot."""
    return date.max if slot + 1 == AFTER_ALL else first_day(slot + 1) - timedelta(days=1)


def slots_of(since: date | None, until: date | None) -> tuple[int, int] | None:
    """Return the first and the last slot of a period; None where it is not made of whole slots.

    A period that ends before it begins holds no slot: the first one is above the last.
    """
    first, last = around(since, until)
    is_whole = (since is None or first_day(first) == since) and (
        until is None or last_day(last) == until
    )
    return (first, last) if is_whole else None


def around(since: date | None, until: date | None) -> tuple[int, int]:
    """Return the first and the last slot that a period touches."""
    return (
        BEFORE_ALL if since is None else slot_on(since),
        AFTER_ALL if until is None else slot_on(until),
    )
