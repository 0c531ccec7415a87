"""What pages read of a posted form."""

from datetime import date

import pytest

from bot.web.staff._forms import Form, whole_number


def form(**texts: str) -> Form:
    return Form(texts, {})


def test_a_field_is_one_line_without_blanks_around_it() -> None:
    assert form(name="  Nguyễn \n Thị   Lan ")["name"] == "Nguyễn Thị Lan"
    assert form(note=" một\nhai ").lines("note") == "một\nhai"
    assert form()["name"] == ""
    assert form().file("list") is None


NUMBERS = [("12", 12), ("0", 0), (" 7 ", 7), ("", None), ("-1", None), ("1.5", None), ("²", None)]
MORE_NUMBERS = [("٣", None), ("9" * 15, 10**15 - 1), ("9" * 16, None), ("1e3", None)]


@pytest.mark.parametrize(("typed", "number"), [*NUMBERS, *MORE_NUMBERS])
def test_only_a_whole_number_a_row_can_hold_is_a_number(typed: str, number: int | None) -> None:
    assert form(tdp=typed).number("tdp") == number
    assert whole_number(typed.strip()) == number


DAYS = [
    ("2026-12-31", date(2026, 12, 31)),
    ("31/12/2026", date(2026, 12, 31)),
    ("1/2/2027", date(2027, 2, 1)),
    ("31/02/2027", None),
    ("mai", None),
    ("", None),
]


@pytest.mark.parametrize(("typed", "found"), DAYS)
def test_a_day_is_read_as_browsers_send_it_and_as_people_type_it(
    typed: str, found: date | None
) -> None:
    assert form(ends_on=typed).day("ends_on") == found
