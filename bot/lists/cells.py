"""What a cell says: a text, a code, a number, a day, one of a few words. What is not certain is not guessed.

"1.234"  "1,234"  "1 234"  "1234"  1234.0     one number: nothing here has a fraction
1.234 (a number in xlsx)                      not certain: Excel may have turned 1.234 into it
"1.234,00"  "1.234,000"                       one number as well: another mark behind groups is the decimal one
"30/6/2026"  "30-06-2026"  "2026-06-30"       one day; so are Excel's own days, also as a bare number
"30/6"  "6/2026"  "12/31/2026"                no day
"""

import calendar
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.lists.sheets import CellValue, Odd, OddCell
from handlers._requests.lists import Fault
from handlers._requests.stated import HIGHEST
from lessons import fold
from storage._list_plan import Names


@dataclass(frozen=True, slots=True)
class Bad:
    """Why a cell cannot be used, what stands there, and what may have been meant."""

    fault: Fault
    given: str = ""
    meant: str = ""


Read = Callable[[CellValue], Any]
"""Takes a cell that is not empty; returns its value, or Bad."""

_LONGEST = 30
"""Letters of a number or a day; whatever is longer is neither."""
EARLIEST, LATEST = date(1945, 9, 2), date(2100, 12, 31)
_EXCEL_DAYS = range(18_000, 74_000)  # 1949 to 2102
_EXCEL_BEGAN = date(1899, 12, 30)
_GROUPED = re.compile(r"(-?\d{1,3}([., ])\d{3}(?:\2\d{3})*)(?:(?!\2)[.,]0+)?")
_PLAIN = re.compile(r"-?\d+([.,]0+)?")
_FRACTION = re.compile(r"-?\d+[.,]\d+")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: 0{1,2}:00(?::00)?)?")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]0{1,2}:00(?::00)?)?")
_QUARTER = re.compile(r"(?:het |trong )?quy (iv|iii|ii|i|[1-4])(?: nam)? (\d{4})")
_MONTH = re.compile(r"(?:het |trong )?thang (\d{1,2})(?: nam)? (\d{4})")
_YEAR = re.compile(r"(?:het |trong |ca )?nam (\d{4})")
_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_ALL_ALONG = (
    "thuong xuyen",
    "hang nam",
    "hang thang",
    "hang tuan",
    "hang quy",
    "lien tuc",
    "ca nam",
)


def text(longest: int) -> Read:
    """Read a text of at most so many characters."""

    def read(value: CellValue) -> str | Bad:
        if isinstance(value, datetime | time | timedelta):
            return Bad(Fault.TURNED_INTO_A_DAY, shown(value))
        said = shown(value).removeprefix("'") if isinstance(value, str) else shown(value)
        if said.startswith("="):
            return Bad(Fault.FORMULA, said[:80])
        return said if len(said) <= longest else Bad(Fault.TOO_LONG, said[:40], str(longest))

    return read


def whole_number(value: CellValue) -> int | Bad:
    """Read how many: a whole number from 0 on."""
    if isinstance(value, datetime | time | timedelta):
        return Bad(Fault.TURNED_INTO_A_DAY, shown(value))
    number = _typed_number(value) if isinstance(value, str) else value
    if isinstance(number, Bad):
        return number
    if not isinstance(number, int | float) or not math.isfinite(number):
        return Bad(Fault.NOT_A_NUMBER, shown(value))
    if number != int(number):
        return Bad(Fault.NOT_WHOLE, shown(value), _without_marks(number))
    if number < 0:
        return Bad(Fault.NEGATIVE, shown(value)[:40])
    return int(number) if number <= HIGHEST else Bad(Fault.TOO_HIGH, shown(value)[:40])


def _typed_number(typed: str) -> int | Bad:
    plain = unicodedata.normalize("NFKC", typed).strip()
    if len(plain) > _LONGEST:
        return Bad(Fault.NOT_A_NUMBER, typed[:40])
    number = _whole(plain)
    if number is not None:
        return number
    if _FRACTION.fullmatch(plain):
        return Bad(Fault.NOT_WHOLE, typed[:40], re.sub(r"\D", "", plain))
    return Bad(Fault.NOT_A_NUMBER, typed[:40], _digits(plain))


def _whole(plain: str) -> int | None:
    """A whole number with or without marks between its groups."""
    if grouped := _GROUPED.fullmatch(plain):
        return int(re.sub(r"[., ]", "", grouped[1]))
    return int(re.split(r"[.,]", plain)[0]) if _PLAIN.fullmatch(plain) else None


def _digits(plain: str) -> str:
    """The number within “300 người”, if there is just one."""
    found = re.findall(r"\d[\d.,]*", plain)
    number = _whole(found[0].rstrip(".,")) if len(found) == 1 and "%" not in plain else None
    return "" if number is None else str(number)


def _without_marks(number: float) -> str:
    """What a number with three decimals may have been before Excel read the dot its own way: 1.234 is 1234."""
    thousands = round(number * 1000, 6)
    return str(int(thousands)) if thousands == int(thousands) and abs(number) < 1000 else ""  # noqa: PLR2004 - one group


def day(value: CellValue) -> date | Bad:
    """Read a day."""
    found = _day(value)
    if isinstance(found, date) and not EARLIEST <= found <= LATEST:
        return Bad(Fault.NO_SUCH_DAY, shown(value))
    return found


def _day(value: CellValue) -> date | Bad:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float):
        is_day = math.isfinite(value) and value == int(value) and int(value) in _EXCEL_DAYS
        return (
            _EXCEL_BEGAN + timedelta(days=int(value))
            if is_day
            else Bad(Fault.NOT_A_DAY, shown(value))
        )
    if not isinstance(value, str):
        return Bad(Fault.NOT_A_DAY, shown(value))
    typed = unicodedata.normalize("NFKC", value).strip()[: _LONGEST + 1]
    if typed.isdecimal() and int(typed) in _EXCEL_DAYS:
        return _EXCEL_BEGAN + timedelta(days=int(typed))
    for form, order in ((_DAY_FIRST, (2, 1, 0)), (_YEAR_FIRST, (0, 1, 2))):
        if found := form.fullmatch(typed):
            year, month, number = (int(found.groups()[place]) for place in order)
            return _date(year, month, number) or Bad(Fault.NO_SUCH_DAY, value[:40])
    return Bad(Fault.NOT_A_DAY, value[:40], _full_year(typed))


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _full_year(typed: str) -> str:
    """“30/6/26” with its century."""
    found = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2})", typed)
    return f"{found[1]}/{found[2]}/20{found[3]}" if found else ""


def deadline(value: CellValue) -> date | Bad | None:
    """Read until when: a day, “Quý II/2026”, “tháng 6/2026”, “năm 2026”; “thường xuyên” has none."""
    found = day(value)
    if isinstance(found, date) or not isinstance(value, str):
        return found
    folded = fold(value)
    if folded.startswith(_ALL_ALONG) and not any(letter.isdigit() for letter in folded):
        return None
    if quarter := _QUARTER.fullmatch(folded):
        number = _QUARTERS.get(quarter[1]) or int(quarter[1])
        end = _end_of(int(quarter[2]), number * 3)
    elif month := _MONTH.fullmatch(folded):
        end = _end_of(int(month[2]), int(month[1]))
    elif year := _YEAR.fullmatch(folded):
        end = _end_of(int(year[1]), 12)
    else:
        return (
            replace(found, fault=Fault.NOT_A_DEADLINE) if found.fault is Fault.NOT_A_DAY else found
        )
    return end or Bad(Fault.NO_SUCH_DAY, value[:40])


def _end_of(year: int, month: int) -> date | None:
    is_there = EARLIEST.year <= year <= LATEST.year and month in range(1, 13)
    return date(year, month, calendar.monthrange(year, month)[1]) if is_there else None


def choice(words: Mapping[str, Any]) -> Read:
    """Read one of a few words, with marks and capitals or without."""
    by_fold = {fold(word): value for word, value in words.items()}
    names = Names(words)

    def read(value: CellValue) -> Any:
        said = shown(value)
        found = by_fold.get(fold(said))
        return Bad(Fault.NOT_A_CHOICE, said[:60], names.nearest(said)) if found is None else found

    return read


def shown(value: CellValue) -> str:
    """A cell as people see it in their sheet."""
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.10g}"
    return value.text if isinstance(value, OddCell) else "" if value is None else str(value)


def odd(value: OddCell) -> Bad:
    """Why a cell without a value cannot be used."""
    return Bad(Fault.FORMULA if value.why is Odd.FORMULA else Fault.BROKEN_CELL, value.text[:80])
