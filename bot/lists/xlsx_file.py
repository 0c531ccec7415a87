"""xlsx by openpyxl, read-only. The package is looked through before anything of it is unpacked.

A formula is read by the value Excel left beside it, and is never evaluated here.
"""

import re
import struct
import warnings
import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, LargeZipFile, ZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from bot.lists.sheets import (
    MAX_COLUMNS,
    MAX_FILLED_ROWS,
    MAX_ROWS,
    CellValue,
    Merged,
    Odd,
    OddCell,
    Sheet,
    Unreadable,
)
from lessons import clean

MAX_UNPACKED_BYTES = 60 * 1024 * 1024
MAX_PARTS = 400
_BROKEN = (
    BadZipFile,
    LargeZipFile,
    InvalidFileException,
    ParseError,
    zlib.error,
    struct.error,
    SyntaxError,  # lxml's, of broken XML
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    OverflowError,
    NotImplementedError,  # a method of packing that zipfile does not know
    RuntimeError,  # a packed part with a password
)
"""What openpyxl and zipfile raise at a file that somebody, or a bad disk, has changed."""
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
_ROWS = re.compile(r"[0-9]+")
_DOCTYPE = re.compile(rb"<\0?!\0?D\0?O\0?C\0?T\0?Y\0?P\0?E")
"""In one byte a letter, and in two."""
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")


def read_xlsx(body: bytes) -> tuple[Sheet, ...]:
    """Return the sheets that are shown, hidden ones left out.

    Raises:
        Unreadable: it is no workbook, broken, or unpacks to far more than a list needs.
    """
    try:
        with ZipFile(BytesIO(body)) as package:
            _look_through(package)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that are not read
            return tuple(_sheets(body))
    except _BROKEN:
        raise Unreadable("Tệp Excel này bị hỏng. Mở tệp bằng Excel, lưu lại rồi tải lên.") from None


def _look_through(package: ZipFile) -> None:
    """Refuse what is no workbook, and what is made to fill a machine, before it is unpacked."""
    names = set(package.namelist())
    if "xl/workbook.bin" in names:
        raise Unreadable("Tệp này là .xlsb. Mở bằng Excel, lưu thành .xlsx rồi tải lên.")
    if "xl/workbook.xml" not in names:
        kind = "LibreOffice (.ods)" if "content.xml" in names else "Word hoặc loại khác"
        raise Unreadable(f"Tệp này là {kind}, không phải Excel. Lưu thành .xlsx rồi tải lên.")
    parts = package.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise Unreadable(
            "Tệp Excel này mở ra quá lớn so với một danh sách. "
            "Chép riêng danh sách sang một tệp mới rồi tải lên."
        )
    for part in parts:
        if part.filename.endswith((".xml", ".rels")) and _DOCTYPE.search(package.read(part)):
            raise Unreadable(
                "Tệp Excel này có phần không an toàn nên không được nhận. "
                "Chép danh sách sang một tệp mới rồi tải lên."
            )


def _sheets(body: bytes) -> Iterator[Sheet]:
    book = openpyxl.load_workbook(BytesIO(body), read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                source = _source(book, sheet)
                formulas = _formulas(body, sheet.title) if _FORMULA.search(source) else {}
                yield Sheet(clean(sheet.title), tuple(_rows(sheet, formulas)), _merged(source))
    finally:
        book.close()


def _source(book: Any, sheet: Any) -> bytes:
    """The sheet's own XML, for what a read-only openpyxl does not tell."""
    source: bytes = book._archive.read(sheet._worksheet_path)  # noqa: SLF001 - no public way to it
    return source


def _merged(source: bytes) -> tuple[Merged, ...]:
    found = []
    for cells in dict.fromkeys(one.decode() for one in _MERGED.findall(source)):
        first, last = sorted(int(number) for number in _ROWS.findall(cells))
        found.append(Merged(cells, first, last))
    return tuple(found)


def _formulas(body: bytes, title: str) -> dict[tuple[int, int], str]:
    """Where formulas stand, by row and column from 0: read once more, as they were typed."""
    book = openpyxl.load_workbook(BytesIO(body), read_only=True)
    try:
        return {
            (number, column): str(cell.value)
            for number, row in _cells(book[title])
            for column, cell in enumerate(row)
            if cell.data_type == "f"
        }
    finally:
        book.close()


def _cells(sheet: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Every row with its number; what the file says of its own size is not believed."""
    sheet.reset_dimensions()
    rows: Iterable[tuple[Any, ...]] = sheet.iter_rows(max_col=MAX_COLUMNS)
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise BadZipFile
        yield number, row


def _rows(
    sheet: Any, formulas: dict[tuple[int, int], str]
) -> Iterator[tuple[int, tuple[CellValue, ...]]]:
    filled, blank = 0, None
    for number, row in _cells(sheet):
        if row is blank:  # openpyxl fills gaps with one and the same row: up to a million times
            continue
        values = tuple(
            _value(cell, formulas.get((number, column))) for column, cell in enumerate(row)
        )
        if any(value is not None for value in values):
            filled += 1
            yield number, values
        else:
            blank = row
        if filled > MAX_FILLED_ROWS:  # the reader says how many a list may have
            return


def _value(cell: Any, formula: str | None) -> CellValue:
    value = cell.value
    if value is None:
        return None if formula is None else OddCell(Odd.FORMULA, formula)
    if cell.data_type == "e":
        return OddCell(Odd.ERROR, str(value))
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return clean(value) or None
    plain: CellValue = value
    return plain
