"""A day as people type it."""

import re
from datetime import date

_DAY = re.compile(r"\D*(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{4})\D*")


def typed_day(text: str) -> date | None:
    """Return the day in “31/12/2026”, “đến 31-12-2026” or “31.12.2026”; None when there is none."""
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    day, month, year = map(int, found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None
