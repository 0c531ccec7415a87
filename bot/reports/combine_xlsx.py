"""The workbook over many communes: totals, a sheet per indicator, who has not sent, what is wrong.

Pure: the same files and list make the same bytes. Texts are written as texts: no commune's name is ever run as
a formula, whatever it begins with.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from bot.reports.combine import Combined, Row, Total, span
from bot.reports.exchange import Figure
from bot.samples import TITLE
from handlers._requests.report import Measure

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
FONT = {"font_name": "Times New Roman", "font_size": 12}
A4 = 9
TOP = 4
"""Rows above a table: what it is, of which days, over how many."""
UNKNOWN = "chưa có số liệu"
WIDE_CHART = {"x_scale": 1.9, "y_scale": 1.3}
NEVER = datetime(2000, 1, 1, tzinfo=UTC)
"""What the file's properties say where no file that counts was made."""
Cell = str | int | float | date | None


class _Book:
    """A workbook being written."""

    def __init__(self, found: Combined) -> None:
        self.found = found
        self.written = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.written, OPTIONS)
        made = max((one.exchange.made_at for one in found.added), default=NEVER)
        self.book.set_properties({"author": "", "created": made.replace(tzinfo=None)})
        self.title = self._form(bold=True, font_size=14)
        self.plain = self._form()
        cell = {"border": 1, "valign": "top", "text_wrap": True}
        self.head = self._form(**cell, bold=True, align="center", bg_color="#E7EEF7")
        self.text = self._form(**cell)
        self.count = self._form(**cell, num_format="#,##0")
        self.share = self._form(**cell, num_format="0.00%")
        self.day = self._form(**cell, num_format="dd/mm/yyyy")

    def _form(self, **wanted: Any) -> Format:
        return self.book.add_format({**FONT, **wanted})

    def sheet(
        self, name: str, title: str, lines: Iterable[str], widths: Sequence[int]
    ) -> Worksheet:
        """A sheet with its title and what stands under it."""
        made = self.book.add_worksheet(name)
        made.set_paper(A4)
        made.set_landscape()
        made.fit_to_pages(1, 0)
        made.freeze_panes(TOP + 1, 0)
        made.repeat_rows(TOP)
        for column, width in enumerate(widths):
            made.set_column(column, column, width)
        made.write_string(0, 0, f"{TITLE}. {title}" if self.found.is_sample else title, self.title)
        for row, line in enumerate(lines, start=1):
            made.write_string(row, 0, line, self.plain)
        return made

    def table(
        self,
        sheet: Worksheet,
        heads: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        footer: Sequence[Cell] = (),
    ) -> None:
        """Heads and rows; a float is a share. What is filtered is all but the footer."""
        for column, head in enumerate(heads):
            sheet.write_string(TOP, column, head, self.head)
        for place, row in enumerate((*rows, footer), start=TOP + 1):
            for column, value in enumerate(row):
                self._write(sheet, place, column, value)
        sheet.autofilter(TOP, 0, TOP + max(1, len(rows)), len(heads) - 1)

    def _write(self, sheet: Worksheet, row: int, column: int, value: Cell) -> None:
        match value:
            case None:
                sheet.write_blank(row, column, None, self.text)
            case str():
                sheet.write_string(row, column, value, self.text)
            case date():
                at = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a day has no zone
                sheet.write_datetime(row, column, at, self.day)
            case float():
                sheet.write_number(row, column, value, self.share)
            case int():
                sheet.write_number(row, column, value, self.count)


def as_xlsx(found: Combined) -> bytes:
    """Return the workbook."""
    book = _Book(found)
    _summary(book)
    for total in found.totals:
        _indicator(book, total)
    _missing(book)
    _faults(book)
    if found.apart:
        _apart(book)
    book.book.close()
    return book.written.getvalue()


def _period(found: Combined) -> str:
    return "Kỳ: chưa có tệp nào dùng được" if found.days is None else f"Kỳ: {span(found.days)}"


# ---------------------------------------------------------------- totals


def _summary(book: _Book) -> None:
    found = book.found
    lines = (
        f"{_period(found)}. Mã cách tính: {found.definitions or UNKNOWN}.",
        f"Đã cộng {len(found.added)} trên {len(found.expected)} xã, phường; {len(found.missing)} nơi chưa có.",
        "Mỗi dòng chỉ cộng những nơi có đủ số; cột “Số nơi đã cộng” ghi là bao nhiêu nơi.",
    )
    title = "Tổng hợp số liệu bình dân học vụ số"
    sheet = book.sheet("Tổng hợp", title, lines, (8, 52, 12, 14, 14, 12, 12, 26))
    heads = (
        "Mã",
        "Chỉ tiêu",
        "Đơn vị tính",
        "Kết quả",
        "Tổng số",
        "Tỷ lệ",
        "Số nơi đã cộng",
        "Xem lại",
    )
    book.table(sheet, heads, [_total(total, found) for total in found.totals])
    _summary_chart(book, sheet)


def _total(total: Total, found: Combined) -> tuple[Cell, ...]:
    is_share = total.measure is Measure.SHARE
    share = _share(total.numerator, total.denominator)
    return (
        total.code,
        total.title,
        total.counted,
        UNKNOWN if total.numerator is None else total.numerator,
        total.denominator if is_share else "không có",
        share if share is not None else UNKNOWN if is_share else "không có",
        f"{len(total.added)}/{len(found.expected)}",
        _remark(share),
    )


def _share(numerator: int | None, denominator: int | None) -> float | None:
    return None if numerator is None or not denominator else numerator / denominator


def _remark(share: float | None) -> str:
    return "Trên 100%: kết quả hoặc tổng số sai" if share is not None and share > 1 else ""


def _summary_chart(book: _Book, sheet: Worksheet) -> None:
    rows = [
        TOP + 1 + place
        for place, total in enumerate(book.found.totals)
        if _share(total.numerator, total.denominator) is not None
    ]
    if not rows:
        return
    chart = book.book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "Tỷ lệ",
            "categories": _cells("Tổng hợp", rows, "A"),
            "values": _cells("Tổng hợp", rows, "F"),
            "data_labels": {"value": True, "num_format": "0.0%"},
        }
    )
    chart.set_title({"name": "Tỷ lệ theo chỉ tiêu"})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"num_format": "0%", "min": 0})
    sheet.insert_chart(TOP + len(book.found.totals) + 3, 0, chart, WIDE_CHART)


def _cells(sheet: str, rows: Sequence[int], column: str) -> str:
    """A range, or several single cells of one column."""
    parts = ",".join(f"'{sheet}'!${column}${row + 1}" for row in rows)
    return f"=({parts})" if len(rows) > 1 else f"={parts}"


# ---------------------------------------------------------------- a sheet per indicator


def _indicator(book: _Book, total: Total) -> None:
    found = book.found
    lines = (
        f"{_period(found)}. Đơn vị tính: {total.counted}.",
        f"Đã cộng số của {len(total.added)} trên {len(found.expected)} xã, phường.",
    )
    sheet = book.sheet(
        *(total.code, f"{total.code}. {total.title}", lines),
        (9, 30, 13, 13, 11, 34, 12, 34, 12, 24),
    )
    heads = (
        *("Mã", "Xã, phường", "Kết quả", "Tổng số", "Tỷ lệ"),
        *("Nguồn kết quả", "Ngày", "Nguồn tổng số", "Ngày", "Ghi chú"),
    )
    share = _share(total.numerator, total.denominator)
    both = (total.numerator, total.denominator, share)
    footer = ("", "Tổng cộng", *both, "", None, "", None, f"của {len(total.added)} nơi")
    book.table(sheet, heads, [_row(row) for row in total.rows], footer)
    if total.measure is Measure.SHARE and total.added:
        _indicator_chart(book, sheet, total)


def _row(row: Row) -> tuple[Cell, ...]:
    one, names = row.figure, (row.commune.code, row.commune.name)
    if one is None:
        return (*names, *(None,) * 7, "tệp không có chỉ tiêu này")
    share = _share(one.numerator, one.denominator)
    remarks = (
        _remark(share) if row.is_added else "chưa cộng: thiếu số",
        f"trong tệp ghi tên là {row.ward}, cần hỏi lại" if row.is_of_another_name else "",
    )
    return (
        *names,
        UNKNOWN if one.numerator is None else one.numerator,
        one.denominator,
        share,
        *_sources(one),
        "; ".join(filter(None, remarks)),
    )


def _sources(one: Figure) -> tuple[Cell, ...]:
    return one.counted_from, one.counted_on, one.source, one.as_of


def _indicator_chart(book: _Book, sheet: Worksheet, total: Total) -> None:
    last = TOP + len(total.rows)
    chart = book.book.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": total.code,
            "categories": [total.code, TOP + 1, 1, last, 1],
            "values": [total.code, TOP + 1, 4, last, 4],
        }
    )
    chart.set_title({"name": f"{total.code}: tỷ lệ từng nơi"})
    chart.set_legend({"none": True})
    chart.set_y_axis({"num_format": "0%", "min": 0})
    sheet.insert_chart(last + 4, 0, chart, {"x_scale": 2.6, "y_scale": 1.3})


# ---------------------------------------------------------------- what is not in it


def _missing(book: _Book) -> None:
    found = book.found
    lines = (_period(found), f"{len(found.missing)} trên {len(found.expected)} xã, phường.")
    sheet = book.sheet("Chưa gửi", "Nơi chưa có số liệu trong bảng", lines, (9, 40, 70))
    rows = [(one.commune.code, one.commune.name, one.reason) for one in found.missing]
    book.table(sheet, ("Mã", "Xã, phường", "Vì sao"), rows)


def _faults(book: _Book) -> None:
    found = book.found
    lines = (_period(found), f"{len(found.faults)} tệp không được cộng.")
    sheet = book.sheet("Lỗi", "Tệp không được cộng, và vì sao", lines, (34, 20, 9, 30, 80))
    rows = [(one.file, one.kind.value, one.code, one.ward, one.reason) for one in found.faults]
    book.table(sheet, ("Tệp", "Loại", "Mã", "Xã, phường", "Lý do"), rows)


def _apart(book: _Book) -> None:
    lines = (
        f"Mã cách tính của bảng: {book.found.definitions}. Các tệp dưới đây tính theo cách khác.",
        "Không so sánh, không cộng với các trang kia.",
    )
    sheet = book.sheet(
        *("Khác cách tính", "Số liệu tính theo cách khác", lines),
        (9, 30, 22, 8, 46, 13, 13, 11, 34),
    )
    heads = (
        "Mã",
        "Xã, phường",
        "Mã cách tính",
        "Chỉ tiêu",
        "Tên",
        "Kết quả",
        "Tổng số",
        "Tỷ lệ",
        "Tệp",
    )
    rows: list[Sequence[Cell]] = [
        (
            *(sent.code, sent.exchange.ward, str(sent.exchange.definitions), one.code, one.title),
            UNKNOWN if one.numerator is None else one.numerator,
            *(one.denominator, _share(one.numerator, one.denominator), sent.file),
        )
        for sent in book.found.apart
        for one in sent.exchange.indicators
    ]
    book.table(sheet, heads, rows)
