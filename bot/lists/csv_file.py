"""csv as it comes out of Excel on Vietnamese computers: UTF-8, UTF-16 or the old code page 1258; , ; or tab."""

import csv
import io

from bot.lists.sheets import (
    MAX_COLUMNS,
    MAX_FILLED_ROWS,
    CellValue,
    Odd,
    OddCell,
    Sheet,
    Unreadable,
)
from lessons import clean

_OLD = "cp1258"
"""Windows' code page for Vietnamese; its tones are letters of their own, which `clean` joins."""
_SEPARATORS = ";,\t"
_SAYS_SEPARATOR = "sep="


def read_csv(body: bytes) -> tuple[Sheet, ...]:
    """Return the rows of a csv file, once for each mark that may stand between its columns.

    Only one of them has the heads of a list: a text full of commas does not decide.

    Raises:
        Unreadable: its letters cannot be read, or its quotation marks do not match.
    """
    text = _text(body)
    if text.lstrip().lower().startswith(_SAYS_SEPARATOR):
        text = "\n" + text.lstrip().partition("\n")[2]  # the rows keep their numbers
    found = [_sheet(text, separator) for separator in _SEPARATORS if separator in text]
    sheets = tuple(sheet for sheet in found if sheet is not None)
    if found and not sheets:
        raise Unreadable(
            "Tệp CSV này có dấu ngoặc kép mở mà không đóng, hoặc một ô quá dài. "
            "Mở bằng Excel, lưu thành .xlsx rồi tải lên."
        )
    return sheets


def _text(body: bytes) -> str:
    is_wide = body.startswith((b"\xff\xfe", b"\xfe\xff"))
    for code in ("utf-16",) if is_wide else ("utf-8-sig", _OLD):
        try:
            return body.decode(code)
        except UnicodeDecodeError:
            continue
    raise Unreadable(
        "Không đọc được chữ trong tệp này. Mở bằng Excel, lưu thành .xlsx rồi tải lên."
    )


def _sheet(text: str, separator: str) -> Sheet | None:
    """The rows; None when this mark leaves quotation marks open."""
    rows = []
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        for number, line in enumerate(lines, start=1):
            values = tuple(_value(cell) for cell in line[:MAX_COLUMNS])
            if any(value is not None for value in values):
                rows.append((number, values))
            if len(rows) > MAX_FILLED_ROWS:
                break
    except csv.Error:
        return None
    return Sheet("CSV", tuple(rows))


def _value(cell: str) -> CellValue:
    text = clean(cell)
    if text.startswith("="):
        return OddCell(Odd.FORMULA, text)
    return text or None
