"""Files as people upload them, built in memory."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pytest


@pytest.fixture(scope="session")
def xlsx() -> Callable[..., bytes]:
    """Make a workbook: rows of the first sheet, ranges to merge, more sheets by name, hidden ones."""

    def make(
        rows: Sequence[Sequence[Any]],
        merged: Sequence[str] = (),
        sheets: dict[str, Sequence[Sequence[Any]]] | None = None,
        hidden: Sequence[str] = (),
    ) -> bytes:
        book = openpyxl.Workbook()
        first = book.active
        first.title = "Danh sách"
        for row in rows:
            first.append(row)
        for cells in merged:
            first.merge_cells(cells)
        for name, more in (sheets or {}).items():
            other = book.create_sheet(name)
            for row in more:
                other.append(row)
        for name in hidden:
            book[name].sheet_state = "hidden"
        made = io.BytesIO()
        book.save(made)
        return made.getvalue()

    return make


@pytest.fixture(scope="session")
def csv_text() -> Callable[..., str]:
    """Make the text of a csv file."""

    def make(rows: Sequence[Sequence[Any]], separator: str = ";") -> str:
        made = io.StringIO()
        csv.writer(made, delimiter=separator).writerows(rows)
        return made.getvalue()

    return make
