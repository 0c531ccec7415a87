"""What a cell says, and what is not certain enough to be believed."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lists.cells import Bad, choice, day, deadline, shown, text, whole_number
from bot.lists.sheets import CellValue, Odd, OddCell
from handlers._requests.lists import Fault


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1234", 1234),
        ("1.234", 1234),
        ("1,234", 1234),
        ("1 234", 1234),
        ("1\u00a0234", 1234),
        ("25.736.104"[:6], 25736),
        ("1.234,0", 1234),
        ("1,234.00", 1234),
        ("1.234,000", 1234),
        ("12.345,0000", 12345),
        ("1.234.567,00", 1_234_567),
        ("0", 0),
        ("007", 7),
        ("１２", 12),
        (1234, 1234),
        (1234.0, 1234),
        (0, 0),
    ],
)
def test_a_number_is_read_however_it_is_grouped(cell: CellValue, number: int) -> None:
    assert whole_number(cell) == number


@pytest.mark.parametrize(
    ("cell", "bad"),
    [
        ("12,5", Bad(Fault.NOT_WHOLE, "12,5", "125")),
        ("1.23", Bad(Fault.NOT_WHOLE, "1.23", "123")),
        (12.5, Bad(Fault.NOT_WHOLE, "12.5", "12500")),
        (1.234, Bad(Fault.NOT_WHOLE, "1.234", "1234")),
        (1.2345, Bad(Fault.NOT_WHOLE, "1.2345", "")),
        ("300 người", Bad(Fault.NOT_A_NUMBER, "300 người", "300")),
        ("khoảng 1.200", Bad(Fault.NOT_A_NUMBER, "khoảng 1.200", "1200")),
        ("từ 3 đến 5", Bad(Fault.NOT_A_NUMBER, "từ 3 đến 5", "")),
        ("95%", Bad(Fault.NOT_A_NUMBER, "95%", "")),
        ("không có", Bad(Fault.NOT_A_NUMBER, "không có", "")),
        ("1234.567", Bad(Fault.NOT_WHOLE, "1234.567", "1234567")),
        ("-3", Bad(Fault.NEGATIVE, "-3")),
        (-3, Bad(Fault.NEGATIVE, "-3")),
        ("99999999", Bad(Fault.TOO_HIGH, "99999999")),
        (float("inf"), Bad(Fault.NOT_A_NUMBER, "inf")),
        (float("nan"), Bad(Fault.NOT_A_NUMBER, "nan")),
        ("9" * 5000, Bad(Fault.NOT_A_NUMBER, "9" * 40)),
        (datetime(2026, 1, 2), Bad(Fault.TURNED_INTO_A_DAY, "02/01/2026")),  # noqa: DTZ001 - Excel's
    ],
    ids=lambda one: str(one)[:30],
)
def test_what_is_not_surely_a_whole_number_is_refused_with_what_may_be_meant(
    cell: CellValue, bad: Bad
) -> None:
    assert whole_number(cell) == bad


@given(st.integers(0, 9_999_999))
def test_every_number_reads_back_plain_and_grouped_both_ways(number: int) -> None:
    for written in (str(number), f"{number:,}", f"{number:,}".replace(",", "."), number):
        assert whole_number(written) == number


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("30/6/2026", date(2026, 6, 30)),
        ("30/06/2026", date(2026, 6, 30)),
        ("30-6-2026", date(2026, 6, 30)),
        ("30.6.2026", date(2026, 6, 30)),
        ("2026-06-30", date(2026, 6, 30)),
        ("2026-06-30 00:00:00", date(2026, 6, 30)),
        (datetime(2026, 6, 30), date(2026, 6, 30)),  # noqa: DTZ001 - as openpyxl gives it
        (46203, date(2026, 6, 30)),
        ("46203", date(2026, 6, 30)),
    ],
    ids=str,
)
def test_a_day_is_read_as_people_and_excel_write_it(cell: CellValue, expected: date) -> None:
    assert day(cell) == expected


@pytest.mark.parametrize(
    ("cell", "bad"),
    [
        ("30/6", Bad(Fault.NOT_A_DAY, "30/6", "")),
        ("30/6/26", Bad(Fault.NOT_A_DAY, "30/6/26", "30/6/2026")),
        ("tháng 6", Bad(Fault.NOT_A_DAY, "tháng 6", "")),
        (2026, Bad(Fault.NOT_A_DAY, "2026")),
        (1.5, Bad(Fault.NOT_A_DAY, "1.5")),
        (time(3, 4), Bad(Fault.NOT_A_DAY, "03:04:00")),
        ("12/31/2026", Bad(Fault.NO_SUCH_DAY, "12/31/2026")),
        ("31/6/2026", Bad(Fault.NO_SUCH_DAY, "31/6/2026")),
        ("30/6/2206", Bad(Fault.NO_SUCH_DAY, "30/6/2206")),
        ("1/1/1900", Bad(Fault.NO_SUCH_DAY, "1/1/1900")),
    ],
    ids=str,
)
def test_what_is_no_full_day_of_this_age_is_refused(cell: CellValue, bad: Bad) -> None:
    assert day(cell) == bad


@given(st.dates(date(1945, 9, 2), date(2100, 12, 31)))
def test_every_day_reads_back_in_each_form(one: date) -> None:
    for written in (f"{one:%d/%m/%Y}", f"{one.day}-{one.month}-{one.year}", one.isoformat()):
        assert day(written) == one


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("30/11/2026", date(2026, 11, 30)),
        ("Quý II/2026", date(2026, 6, 30)),
        ("quý 4 năm 2026", date(2026, 12, 31)),
        ("Tháng 2/2028", date(2028, 2, 29)),
        ("năm 2026", date(2026, 12, 31)),
        ("Thường xuyên", None),
        ("Hằng tháng", None),
        ("hàng năm", None),
        ("sớm", Bad(Fault.NOT_A_DEADLINE, "sớm", "")),
        ("tháng 13/2026", Bad(Fault.NO_SUCH_DAY, "tháng 13/2026")),
        ("Quý II", Bad(Fault.NOT_A_DEADLINE, "Quý II", "")),
        ("thường xuyên đến 2026", Bad(Fault.NOT_A_DEADLINE, "thường xuyên đến 2026", "")),
    ],
    ids=str,
)
def test_until_when_is_read_as_plans_say_it(cell: str, expected: date | Bad | None) -> None:
    assert deadline(cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Tân Trung", "Tân Trung"),
        (1, "1"),
        (1.0, "1"),
        (1.2, "1.2"),
        ("'=1+1", Bad(Fault.FORMULA, "=1+1")),
        ("=1+1", Bad(Fault.FORMULA, "=1+1")),
        ("'01", "01"),
        ("x" * 21, Bad(Fault.TOO_LONG, "x" * 21, "20")),
        (datetime(2026, 2, 1), Bad(Fault.TURNED_INTO_A_DAY, "01/02/2026")),  # noqa: DTZ001 - Excel's
    ],
    ids=str,
)
def test_a_text_is_taken_as_it_stands_and_no_formula_is(
    cell: CellValue, expected: str | Bad
) -> None:
    assert text(20)(cell) == expected


def test_a_word_of_a_few_is_known_without_marks_and_a_slip_is_named() -> None:
    read = choice({"Cán bộ phường": 1, "Tổ trưởng": 2})

    assert (read("can bo  phuong"), read("TỔ TRƯỞNG")) == (1, 2)
    assert read("Tổ trưởngg") == Bad(Fault.NOT_A_CHOICE, "Tổ trưởngg", "Tổ trưởng")
    assert read("giám đốc") == Bad(Fault.NOT_A_CHOICE, "giám đốc", "")


def test_a_cell_is_shown_as_it_stands_in_the_sheet() -> None:
    assert [shown(one) for one in (None, 2.0, 2.5, "a", OddCell(Odd.ERROR, "#N/A"))] == [
        "",
        "2",
        "2.5",
        "a",
        "#N/A",
    ]
