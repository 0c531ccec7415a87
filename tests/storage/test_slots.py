"""Half months: every day lies in one, and the office's and the calendar's periods are made of them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.slots import (
    AFTER_ALL,
    BEFORE_ALL,
    around,
    first_day,
    last_day,
    slot_of,
    slot_on,
    slots_of,
)

WARD = ZoneInfo("Asia/Ho_Chi_Minh")
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(DAYS)
def test_every_day_lies_between_the_ends_of_its_own_slot(day: date) -> None:
    slot = slot_on(day)

    assert first_day(slot) <= day <= last_day(slot)
    assert slot_on(first_day(slot)) == slot_on(last_day(slot)) == slot
    assert slot_on(last_day(slot) + timedelta(days=1)) == slot + 1


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 14, 16, 59, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2026, 11, 14, 17, 0, tzinfo=UTC), date(2026, 11, 15)),
        (datetime(2026, 12, 31, 17, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_a_moment_lies_in_the_slot_of_its_local_day(moment: datetime, day: date) -> None:
    assert first_day(slot_of(moment, WARD)) == day


PERIODS = [
    (date(2026, 10, 15), date(2026, 11, 14), 2),  # the office's month
    (date(2026, 9, 15), date(2026, 12, 14), 6),  # its quarter
    (date(2025, 12, 15), date(2026, 12, 14), 24),  # its year
    (date(2026, 2, 1), date(2026, 2, 28), 2),
    (date(2024, 2, 15), date(2024, 2, 29), 1),
    (date(2026, 11, 15), date(2026, 11, 14), 0),  # ends before it begins
]


@pytest.mark.parametrize(("since", "until", "number"), PERIODS)
def test_periods_of_the_office_and_the_calendar_are_whole_slots(
    since: date, until: date, number: int
) -> None:
    found = slots_of(since, until)

    assert found is not None
    assert found[1] - found[0] + 1 == number


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (date(2026, 11, 2), date(2026, 11, 14)),
        (date(2026, 11, 1), date(2026, 11, 13)),
        (date(2024, 2, 15), date(2024, 2, 28)),
        (date(2026, 11, 16), None),
        (None, date(2026, 11, 29)),
    ],
)
def test_a_period_that_cuts_a_slot_in_two_is_not_made_of_them(
    since: date | None, until: date | None
) -> None:
    assert slots_of(since, until) is None


def test_a_period_open_on_both_sides_holds_every_slot_there_can_be() -> None:
    assert slots_of(None, None) == around(None, None) == (BEFORE_ALL, AFTER_ALL)
    assert last_day(slot_on(date.max)) == date.max
    assert BEFORE_ALL < slot_on(date.min) < slot_on(date.max) < AFTER_ALL
