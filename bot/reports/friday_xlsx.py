"""The Friday report's annex as a workbook: numbers as numbers, native charts, ready to be printed.

Pure: the same bytes for the same frozen report. A text is written as a text, so that nobody's name for a TDP
or a task can be run as a formula.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from textwrap import wrap
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from bot.reports import friday
from bot.reports._cells import Cell, Row, Table
from handlers import _periods, _printed
from handlers._requests.report import ReportFigures, ReportKept

A4 = 9
"""The paper's number in a worksheet."""
WIDTH = 110
"""Characters over the whole width of a sheet."""
FIRST_ROW = 4
"""Of a table: above it stand what it is about, the period and when the figures were read."""
LINE_PT = 15.75
NARROW = 1.15
"""Letters of this font in the width of one figure of the usual one."""
FONT = {"font_name": "Times New Roman", "font_size": 12}
IN_CELL = {"border": 1, "valign": "top", "text_wrap": True}
INTEGER, PERCENT, WHOLE_PERCENT = "#,##0", "0.00%", "0%"
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True, slots=True)
class _Book:
    """A workbook being written, with what stands above every sheet; formats are made once each."""

    book: Workbook
    kept: ReportKept
    formats: dict[tuple[tuple[str, Any], ...], Format]

    def form(self, **wanted: Any) -> Format:
        """A format with these properties."""
        key = tuple(sorted(wanted.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({**FONT, **wanted})
        return self.formats[key]


def as_xlsx(kept: ReportKept) -> bytes:
    """The report's annex as a .xlsx file."""
    figures, written = kept.figures, io.BytesIO()
    book = _Book(xlsxwriter.Workbook(written, OPTIONS), kept, {})
    book.book.set_properties(
        {
            "title": friday.subject(figures),
            "author": "",
            "created": figures.cut_off.astimezone(UTC).replace(tzinfo=None),
        }
    )
    _sheet(book, "Chỉ tiêu", friday.targets(figures))
    tdps = friday.tdps(figures)
    _chart_of_tdps(book, _sheet(book, "Theo tổ", tdps), tdps, figures)
    _sheet(book, "Theo đơn vị", friday.units(figures))
    _sheet(book, "Theo bài", friday.lessons(figures))
    _sheet(book, "Nhiệm vụ", friday.tasks(figures))
    _sheet(book, "Việc đã làm", friday.process(figures))
    _sheet(book, "Còn vướng mắc", friday.obstacles(figures))
    course = friday.course(figures)
    _chart_of_course(book, _sheet(book, "Qua các tháng", course), course)
    _sheet(book, "Cách tính", friday.definitions(figures))
    book.book.close()
    return written.getvalue()


# ---------------------------------------------------------------- sheets


def _sheet(book: _Book, name: str, table: Table) -> Worksheet:
    sheet: Worksheet = book.book.add_worksheet(name)
    _set_up(book, sheet, table)
    _above(book, sheet, table)
    head = book.form(bold=True, align="center", bg_color="#E7E6E6", **IN_CELL)
    for column, text in enumerate(table.heads):
        sheet.write_string(FIRST_ROW, column, text, head)
    widths = _widths(table)
    sheet.set_row(FIRST_ROW, _height(table.heads, widths))
    for number, row in enumerate(table.rows, start=FIRST_ROW + 1):
        _row(book, sheet, number, row, len(table.heads))
        if not row.heading:
            sheet.set_row(number, _height([cell.text for cell in row.cells], widths))
    below = FIRST_ROW + len(table.rows) + 2
    for number, note in enumerate(table.notes, start=below):
        sheet.write_string(number, 0, note, book.form(italic=True))
    return sheet


def _widths(table: Table) -> list[float]:
    """The columns' widths, in characters."""
    return [WIDTH * part / sum(table.widths) for part in table.widths]


def _height(texts: Sequence[str], widths: Sequence[float]) -> float:
    """How high a row must be for its longest text, in points: not every program finds out by itself."""
    lines = (
        len(wrap(text, max(1, int(width * NARROW))))
        for text, width in zip(texts, widths, strict=True)
    )
    return LINE_PT * max(1, *lines)


def _set_up(book: _Book, sheet: Worksheet, table: Table) -> None:
    """Make a sheet that prints on A4 as it is, its head on every page."""
    for column, width in enumerate(_widths(table)):
        sheet.set_column(column, column, width)
    sheet.set_paper(A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.8, right=0.6, top=0.8, bottom=0.8)
    sheet.repeat_rows(FIRST_ROW)
    sheet.freeze_panes(FIRST_ROW + 1, 1)
    marks = " – ".join(friday.marks(book.kept))
    sheet.set_header(f"&C&P/&N&R{marks}")


def _above(book: _Book, sheet: Worksheet, table: Table) -> None:
    """Say what it is a table of, and as of when."""
    figures = book.kept.figures
    marks = friday.marks(book.kept)
    said = (
        (
            (f"{' – '.join(marks)}. " if marks else "") + table.title,
            book.form(bold=True, font_size=14),
        ),
        (f"{friday.subject(figures)}, {figures.ward}", book.form(bold=True)),
        (
            f"({_periods.days(figures.period)}). {_printed.data_until(figures)}",
            book.form(italic=True),
        ),
    )
    for number, (text, form) in enumerate(said):
        sheet.write_string(number, 0, text, form)


def _row(book: _Book, sheet: Worksheet, number: int, row: Row, columns: int) -> None:
    if row.heading:
        form = book.form(bold=True, **IN_CELL)
        sheet.merge_range(number, 0, number, columns - 1, "", form)
        sheet.write_string(number, 0, row.cells[0].text, form)
        return
    for column, cell in enumerate(row.cells):
        _cell(book, sheet, number, column, cell, is_bold=row.total or cell.is_wrong)


def _cell(
    book: _Book, sheet: Worksheet, row: int, column: int, cell: Cell, *, is_bold: bool
) -> None:
    form = {**IN_CELL, "bold": is_bold}
    if cell.hundredths is not None:
        shown = WHOLE_PERCENT if cell.hundredths % 100 == 0 else PERCENT
        share = cell.hundredths / _printed.ALL
        sheet.write_number(row, column, share, book.form(num_format=shown, **form))
    elif cell.value is not None:
        sheet.write_number(row, column, cell.value, book.form(num_format=INTEGER, **form))
    else:
        sheet.write_string(row, column, cell.text, book.form(**form))


# ---------------------------------------------------------------- charts


def _chart_of_tdps(book: _Book, sheet: Worksheet, table: Table, figures: ReportFigures) -> None:
    """Progress per TDP: who takes part, and who passed all core lessons."""
    if not figures.tdps:
        return
    last = FIRST_ROW + len(figures.tdps)
    chart = book.book.add_chart({"type": "bar"})
    for column in (2, 8):
        chart.add_series(_series(sheet.name, table.heads[column], column, last))
    chart.set_title({"name": table.title, "name_font": {"size": 12}})
    chart.set_y_axis({"reverse": True})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 900, "height": 160 + 40 * len(figures.tdps)})
    sheet.insert_chart(last + len(table.notes) + 4, 0, chart)


def _chart_of_course(book: _Book, sheet: Worksheet, table: Table) -> None:
    """How far the ward had come, month by month."""
    if not table.rows:
        return
    last = FIRST_ROW + len(table.rows)
    chart = book.book.add_chart({"type": "line"})
    for column in (1, 2):
        chart.add_series(
            {**_series(sheet.name, table.heads[column], column, last), "marker": {"type": "circle"}}
        )
    chart.set_title({"name": table.title, "name_font": {"size": 12}})
    chart.set_y_axis({"min": 0})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 900, "height": 380})
    sheet.insert_chart(last + len(table.notes) + 4, 0, chart)


def _series(sheet: str, name: str, column: int, last: int) -> dict[str, Any]:
    """One column of a table as it stands in a chart, with the first one as its words."""
    first = FIRST_ROW + 1
    return {
        "name": name,
        "categories": [sheet, first, 0, last, 0],
        "values": [sheet, first, column, last, column],
        "data_labels": {"value": True},
    }
