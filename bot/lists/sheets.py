"""A file as somebody uploaded it, as sheets of plain cells; whatever it is, one clear sentence when it is not.

    sheets = read_file("tdp.xlsx", body)      raises Unreadable

What is taken: xlsx, xlsm (macros are never run) and csv as Excel writes them. What is told apart, because the
advice differs: old .xls, a file with a password, .ods, .xlsb, PDF, a web page that is only called .xls.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum

MAX_BYTES = 3 * 1024 * 1024
"""A list of 5.000 rows has about 300 kB."""
MAX_COLUMNS = 60
MAX_ROWS = 1_048_576
"""What one sheet of Excel can hold; blank ones at its end cost nothing."""
MAX_FILLED_ROWS = 20_000


class Odd(Enum):
    """Why a cell has no value."""

    FORMULA = "formula"  # its result is not in the file
    ERROR = "error"  # #N/A, #REF!


@dataclass(frozen=True, slots=True)
class OddCell:
    """A cell without a value that can be used; `text` is what stands there."""

    why: Odd
    text: str


CellValue = str | int | float | datetime | date | time | timedelta | OddCell | None
"""A text is cleaned (NFC, no blanks around it) and never empty; a day is a datetime in xlsx."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells that are one: “A3:B3”, from row `first` to row `last`."""

    cells: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its rows that hold something, each with its number in the spreadsheet."""

    name: str
    rows: tuple[tuple[int, tuple[CellValue, ...]], ...]
    merged: tuple[Merged, ...] = ()


class Unreadable(Exception):
    """The file cannot be used; the message says what it is and what to do."""


def size(number: int) -> str:
    """A number of bytes as people say it: 3 MB."""
    return f"{number / 1024 / 1024:.1f} MB".replace(".0 ", " ").replace(".", ",")
