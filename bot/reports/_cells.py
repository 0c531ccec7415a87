"""Tables as they are before they are drawn: on paper, in a sheet, on a page.

A cell holds what is printed, and beside it the number itself where it is one, so that a sheet gets numbers.
"""

from dataclasses import dataclass

from handlers import _printed
from handlers._printed import UNKNOWN


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: its text, and where it is a number that number.

    `hundredths` is a share in hundredths of a per cent (6985 is “69,85%”). `is_wrong`: to be looked at.
    """

    text: str
    value: int | None = None
    hundredths: int | None = None
    is_wrong: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it stands on the right, below others of its kind."""
        return self.value is not None or self.hundredths is not None


@dataclass(frozen=True, slots=True)
class Row:
    """One row. A `heading` has one cell, over the whole width; a `total` stands out."""

    cells: tuple[Cell, ...]
    heading: bool = False
    total: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its title, heads with their widths (parts of the whole), rows, and lines below it."""

    title: str
    heads: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


def words(text: str) -> Cell:
    """A cell of text."""
    return Cell(text)


def count(value: int | None) -> Cell:
    """A cell with a number, or with “chưa có số liệu”."""
    return Cell(_printed.number(value), value)


def shares(numerator: int | None, denominator: int | None) -> tuple[Cell, Cell, Cell]:
    """A share as three cells: how many, of how many, how much of it."""
    found = _printed.share(numerator, denominator)
    is_known = found.percent != UNKNOWN and bool(denominator)
    part = _printed.hundredths(numerator or 0, denominator or 1) if is_known else None
    return (
        Cell(found.numerator, numerator),
        Cell(found.denominator, denominator),
        Cell(found.percent, hundredths=None if found.is_wrong else part, is_wrong=found.is_wrong),
    )


def capital(text: str) -> str:
    """A text with its first letter large."""
    return text[:1].upper() + text[1:]
