"""A day as people type it is a day, and anything else is none."""

from datetime import date

import pytest

from lessons.days import typed_day


@pytest.mark.parametrize(
    "typed",
    ["31/12/2026", "31-12-2026", "31.12.2026", " đến hết ngày 31 / 12 / 2026 ạ"],
)
def test_the_last_day_of_the_year_is_read_in_its_usual_forms(typed: str) -> None:
    assert typed_day(typed) == date(2026, 12, 31)


@pytest.mark.parametrize(
    "typed",
    ["", "31/12", "31/02/2027", "0/1/2027", "2026-12-31", "31/12/26", "cuối năm", "1/2/3/2026"],
)
def test_what_is_no_whole_day_is_none(typed: str) -> None:
    assert typed_day(typed) is None
