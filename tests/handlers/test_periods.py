"""The office's periods: from the 15th to the 14th, found for a day, named, and read back."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import _periods
from handlers._periods import OFFICE, calendar_month, current, latest, office_period
from handlers._requests.report import BadPeriod, Period, PeriodFault, PeriodKind

DAY = timedelta(days=1)
days = st.dates(date(2001, 1, 1), date(2099, 12, 31))
TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("kind", "number", "since", "until"),
    [
        (PeriodKind.MONTH, 1, date(2025, 12, 15), date(2026, 1, 14)),
        (PeriodKind.MONTH, 11, date(2026, 10, 15), date(2026, 11, 14)),
        (PeriodKind.QUARTER, 1, date(2025, 12, 15), date(2026, 3, 14)),
        (PeriodKind.QUARTER, 4, date(2026, 9, 15), date(2026, 12, 14)),
        (PeriodKind.HALF, 1, date(2025, 12, 15), date(2026, 6, 14)),
        (PeriodKind.HALF, 2, date(2026, 6, 15), date(2026, 12, 14)),
        (PeriodKind.YEAR, 1, date(2025, 12, 15), date(2026, 12, 14)),
    ],
)
def test_the_offices_periods_run_from_the_15th_to_the_14th(
    kind: PeriodKind, number: int, since: date, until: date
) -> None:
    assert office_period(kind, 2026, number) == Period(kind, since, until)


@pytest.mark.parametrize("month", range(1, 13))
def test_a_calendar_month_ends_on_the_day_before_the_next_one(month: int) -> None:
    found = calendar_month(2028, month)

    assert found.since == date(2028, month, 1)
    assert (found.until + DAY).day == 1
    assert found.until.month == month


@given(days, st.sampled_from(OFFICE))
def test_every_day_lies_in_one_period_and_behind_another_that_is_over(
    today: date, kind: PeriodKind
) -> None:
    now, done = current(kind, today), latest(kind, today)

    assert now.since <= today <= now.until
    assert done.until <= today
    assert done == now if today == now.until else done.until + DAY == now.since


@given(days)
def test_periods_that_are_offered_are_different_and_can_be_reported(today: date) -> None:
    offered = _periods.offered(today)

    assert len(set(offered)) == len(offered) >= 5
    assert offered[0] == latest(PeriodKind.MONTH, today)
    assert all(_periods.fault_of(one, today) is None for one in offered)


@given(days, days)
def test_a_periods_name_is_read_back_as_the_period(first: date, last: date) -> None:
    for period in (*_periods.offered(first), Period(PeriodKind.OWN, first, last)):
        assert _periods.named(_periods.code(period)) == period


def test_a_period_of_one_day_is_called_by_that_day() -> None:
    day = date(2026, 11, 23)

    assert _periods.full_title(Period(PeriodKind.OWN, day, day)) == "ngày 23/11/2026"


@given(st.sampled_from(PeriodKind), days, days)
def test_days_that_are_not_what_their_kind_promises_are_named_by_themselves(
    kind: PeriodKind, first: date, last: date
) -> None:
    period = Period(kind, first, last)

    found = _periods.named(_periods.code(period))

    assert found is not None
    assert (found.since, found.until) == (first, last)
    assert _periods.full_title(period).count(_periods.days(period)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "2026-13",
        "2026-Q5",
        "2026-H3",
        "2026-Q0",
        "1999-11",
        "2026-Q1-dl",
        "2026-02-30..2026-03-01",
        "26-11",
        "2026-11-20",
        "2026-1",
        "0001-01-01..0001-02-02",
        "2026-11-01..9999-12-31",
        "từ 1/1/0001 đến 2/2/0001",
    ],
)
def test_what_is_nobodys_name_is_no_period(text: str) -> None:
    assert _periods.named(text) is None
    assert _periods.said(text) is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("tháng 10/2026", "2026-10"),
        ("Tháng 9 năm 2026", "2026-09"),
        ("10/2026", "2026-10"),
        ("quý 4/2026", "2026-Q4"),
        ("Quý IV năm 2026", "2026-Q4"),
        ("quy iii 2026", "2026-Q3"),
        ("6 tháng đầu năm 2026", "2026-H1"),
        ("sáu tháng cuối 2026", "2026-H2"),
        ("năm 2026", "2026"),
        ("cả năm 2026", "2026"),
        ("2026-Q2", "2026-Q2"),
        ("từ 1/11/2026 đến 20/11/2026", "2026-11-01..2026-11-20"),
        ("15/10/2026 - 14/11/2026", "2026-10-15..2026-11-14"),
    ],
)
def test_a_period_is_understood_as_people_say_it(typed: str, code: str) -> None:
    assert _periods.said(typed) == _periods.named(code) is not None


@pytest.mark.parametrize(
    "typed", ["tháng 13/2026", "quý 5/2026", "31/2/2026 đến 1/3/2026", "hôm qua", "tháng này"]
)
def test_what_is_no_period_is_not_guessed_at(typed: str) -> None:
    assert _periods.said(typed) is None


@pytest.mark.parametrize(
    ("period", "title"),
    [
        (office_period(PeriodKind.MONTH, 2026, 11), "tháng 11 năm 2026"),
        (office_period(PeriodKind.QUARTER, 2026, 4), "quý IV năm 2026"),
        (office_period(PeriodKind.HALF, 2026, 1), "6 tháng đầu năm 2026"),
        (office_period(PeriodKind.HALF, 2026, 2), "6 tháng cuối năm 2026"),
        (office_period(PeriodKind.YEAR, 2026), "năm 2026"),
        (calendar_month(2026, 10), "tháng 10 năm 2026 (theo dương lịch)"),
        (
            Period(PeriodKind.OWN, date(2026, 11, 1), date(2026, 11, 20)),
            "từ 01/11/2026 đến 20/11/2026",
        ),
    ],
)
def test_a_period_has_the_name_that_stands_in_a_title(period: Period, title: str) -> None:
    assert _periods.title(period) == title


@pytest.mark.parametrize(
    ("since", "until", "fault"),
    [
        (date(2026, 11, 14), date(2026, 11, 13), PeriodFault.REVERSED),
        (date(2026, 11, 28), date(2026, 12, 14), PeriodFault.NOT_YET),
        (date(2021, 11, 1), date(2026, 11, 14), PeriodFault.TOO_LONG),
        (date(2026, 11, 27), date(2026, 12, 14), None),
        (date(2026, 11, 14), date(2026, 11, 14), None),
    ],
)
def test_days_that_make_no_period_are_told_apart(
    since: date, until: date, fault: PeriodFault | None
) -> None:
    found = _periods.fault_of(Period(PeriodKind.OWN, since, until), TODAY)

    assert found == (None if fault is None else BadPeriod(fault))


@given(days, days)
def test_the_months_before_a_period_end_on_the_14th_and_never_overlap(
    first: date, last: date
) -> None:
    ends = _periods.months_until(Period(PeriodKind.OWN, first, last), 6)

    assert len(ends) == 6
    assert ends[-1] == last
    assert list(ends) == sorted(set(ends))
    assert all(end.day == 14 for end in ends[:-1])


def test_a_file_is_named_without_dots_in_the_middle() -> None:
    assert (
        _periods.file_code(Period(PeriodKind.OWN, date(2026, 11, 1), date(2026, 11, 20)))
        == "2026-11-01-den-2026-11-20"
    )
