"""The empty list that staff fill in: heads, one example row, a sheet of advice.

Every column is text, so that Excel turns no “1.2” into a day and no “01” into 1; days and numbers are read
as they are typed. Nothing anybody typed ever gets into it.
"""

from io import BytesIO

import xlsxwriter

from bot.lists.kinds import Column, Kind
from bot.lists.reading import EXAMPLE

SHEET = "Danh sách"
ADVICE = "Hướng dẫn"
_ROWS = 5001
_LONGEST_LIST = 255
"""Characters of a drop-down's words that Excel takes; longer ones come from the second sheet."""
_LISTS_COLUMN = 4


def template(kind: Kind) -> bytes:
    """Return the xlsx of a kind of list."""
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet(SHEET)
        head = book.add_format(
            {"bold": True, "bg_color": "#DCE9F5", "border": 1, "text_wrap": True}
        )
        example = book.add_format({"italic": True, "font_color": "#5F6B76", "num_format": "@"})
        typed = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        for place, column in enumerate(kind.columns):
            sheet.set_column(place, place, column.width, typed)
            sheet.write_string(0, place, column.head, head)
            sheet.write_string(1, place, _example(place, column), example)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        _advise(book, kind)
        _offer(book, sheet, kind)
    return made.getvalue()


def file_name(kind: Kind) -> str:
    """What the template is saved as: “mau-tdps.xlsx”."""
    return f"mau-{kind.kind.value}.xlsx"


def _example(place: int, column: Column) -> str:
    return f"{EXAMPLE} {column.example}".strip() if place == 0 else column.example


def _advise(book: xlsxwriter.Workbook, kind: Kind) -> None:
    """The second sheet: what belongs into each column."""
    sheet = book.add_worksheet(ADVICE)
    bold = book.add_format({"bold": True, "bg_color": "#DCE9F5", "border": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    title = book.add_format({"bold": True, "font_size": 14})
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 14)
    sheet.set_column(2, 2, 80)
    sheet.write_string(0, 0, kind.title, title)
    sheet.write_string(1, 0, kind.about)
    for row, advice in enumerate(_ADVICE, start=2):
        sheet.write_string(row, 0, advice)
    start = 3 + len(_ADVICE)
    for place, name in enumerate(("Cột", "Bắt buộc", "Ghi gì")):
        sheet.write_string(start, place, name, bold)
    for row, column in enumerate(kind.columns, start=start + 1):
        sheet.write_string(row, 0, column.head, wrapped)
        sheet.write_string(row, 1, "có" if column.is_needed else "không", wrapped)
        sheet.write_string(row, 2, column.hint, wrapped)


_ADVICE = (
    f"Điền vào trang “{SHEET}”. Dòng bắt đầu bằng “{EXAMPLE}” không được tính, xóa hay để lại đều được.",
    "Giữ nguyên tên các cột; không gộp ô. Ngày viết ngày/tháng/năm, số viết liền: 1234.",
    "Tải lên rồi hệ thống cho xem thử trước, chưa ghi gì. Tải lại cùng một tệp không sinh dòng trùng.",
)


def _offer(book: xlsxwriter.Workbook, sheet: xlsxwriter.workbook.Worksheet, kind: Kind) -> None:
    """Drop-downs for the columns of a few words."""
    advice = book.get_worksheet_by_name(ADVICE)
    for place, column in enumerate(kind.columns):
        if not column.options:
            continue
        source: list[str] | str = list(column.options)
        if len(",".join(column.options)) > _LONGEST_LIST:
            advice.write_column(0, _LISTS_COLUMN, column.options)
            letter = chr(ord("A") + _LISTS_COLUMN)
            source = f"='{ADVICE}'!${letter}$1:${letter}${len(column.options)}"
        sheet.data_validation(
            1,
            place,
            _ROWS,
            place,
            {
                "validate": "list",
                "source": source,
                "error_type": "warning",
                "error_title": "Chưa có trong danh sách",
                "error_message": "Chọn một dòng trong danh sách thả xuống.",
                "ignore_blank": True,
            },
        )
