"""The list of communes that are expected to send: code and name, from xlsx or csv; and an empty one."""

import io
import re

import xlsxwriter

from bot.lists.cells import shown
from bot.lists.files import read_file
from bot.lists.sheets import CellValue, Sheet, Unreadable
from bot.reports.combine import Commune
from bot.reports.figures import BOM
from lessons import fold

HEADS = ("Mã", "Tên xã, phường")
_CODE_HEADS = re.compile(r"(ma|code)( .*)?")
_NAME_HEADS = re.compile(r"(ten|name)( .*)?|xa|phuong|xa phuong|don vi")
_DIGITS = 5


class NotTheList(ValueError):
    """The list cannot be used; the message says where and why."""


def read_communes(body: bytes) -> tuple[Commune, ...]:
    """Return the communes of a list, in its order.

    Raises:
        NotTheList: it is no such list, a code or name is wrong, or a code stands twice.
    """
    try:
        sheets = read_file(body)
    except Unreadable as error:
        raise NotTheList(str(error)) from None
    for sheet in sheets:
        for place, (_, cells) in enumerate(sheet.rows):
            columns = _columns(cells)
            if columns is not None:
                return _communes(sheet, place + 1, *columns)
    raise NotTheList("Không thấy hai cột “Mã” và “Tên xã, phường”. Xem tệp mẫu: --mau TỆP")


def _columns(cells: tuple[CellValue, ...]) -> tuple[int, int] | None:
    heads = [fold(shown(cell)) for cell in cells]
    code = next((place for place, head in enumerate(heads) if _CODE_HEADS.fullmatch(head)), None)
    name = next((place for place, head in enumerate(heads) if _NAME_HEADS.fullmatch(head)), None)
    return None if code is None or name is None else (code, name)


def _communes(sheet: Sheet, begin: int, code: int, name: int) -> tuple[Commune, ...]:
    found: dict[str, Commune] = {}
    for number, cells in sheet.rows[begin:]:
        one = Commune(_code(_cell(cells, code), number), shown(_cell(cells, name)))
        if not one.name:
            raise NotTheList(f"Dòng {number}: mã {one.code} chưa có tên.")
        if one.code in found:
            raise NotTheList(f"Dòng {number}: mã {one.code} đã có ở dòng trên. Mỗi mã một dòng.")
        found[one.code] = one
    if not found:
        raise NotTheList("Danh sách chưa có xã, phường nào.")
    return tuple(found.values())


def _cell(cells: tuple[CellValue, ...], place: int) -> CellValue:
    return cells[place] if place < len(cells) else None


def _code(value: CellValue, number: int) -> str:
    """A code of five digits; Excel takes the zeros in front away."""
    typed = shown(value).lstrip("'")
    if not (typed.isdecimal() and typed.isascii() and len(typed) <= _DIGITS):
        raise NotTheList(f"Dòng {number}: mã “{typed[:20]}” không phải 5 chữ số, ví dụ 05899.")
    return typed.zfill(_DIGITS)


def template_xlsx() -> bytes:
    """An empty list whose first column keeps the zeros in front."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    sheet = book.add_worksheet("Danh sách")
    sheet.set_column(0, 0, 12, book.add_format({"num_format": "@"}))
    sheet.set_column(1, 1, 40)
    bold = book.add_format({"bold": True})
    for column, head in enumerate(HEADS):
        sheet.write_string(0, column, head, bold)
    book.close()
    return written.getvalue()


def template_csv() -> bytes:
    """The same as csv."""
    return f'{BOM}{HEADS[0]},"{HEADS[1]}"\r\n'.encode()
