"""The template: what staff fill in is what is read back, and Excel cannot spoil it on the way."""

import io
import re
import zipfile

import openpyxl
import pytest

from bot.lists.kinds import KINDS, Kind
from bot.lists.reading import read_list
from bot.lists.template import ADVICE, SHEET, file_name, template
from handlers._requests.lists import Fault

TEXT = 49
"""The number format “@” of the file format itself."""


@pytest.fixture(params=KINDS.values(), ids=lambda one: one.kind.value)
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


def opened(kind: Kind) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(template(kind)))


def test_a_template_just_downloaded_is_a_list_without_rows(kind: Kind) -> None:
    found = read_list(kind, template(kind))

    assert [one.fault for one in found.problems] == [Fault.NO_ROWS]
    assert found.ignored == ()


def test_a_row_filled_in_like_the_example_is_read(kind: Kind) -> None:
    book = opened(kind)
    for place, column in enumerate(kind.columns, start=1):
        book[SHEET].cell(3, place).value = column.example or None
    made = io.BytesIO()
    book.save(made)

    found = read_list(kind, made.getvalue())

    assert found.problems == ()
    assert [one.row for one in found.lines] == [3]


def test_every_column_is_text_so_that_excel_turns_nothing_into_days(kind: Kind) -> None:
    book = opened(kind)
    with zipfile.ZipFile(io.BytesIO(template(kind))) as package:
        columns = re.findall(rb'<col [^>]*style="(\d+)"', package.read("xl/worksheets/sheet1.xml"))

    assert columns
    assert {book._cell_styles[int(style)].numFmtId for style in columns} == {TEXT}
    for place, column in enumerate(kind.columns, start=1):
        assert book[SHEET].cell(1, place).value == column.head
        assert book[SHEET].cell(2, place).number_format == "@"


def test_the_second_sheet_explains_every_column(kind: Kind) -> None:
    advice = opened(kind)[ADVICE]
    lines = {row[0]: row[1:3] for row in advice.iter_rows(values_only=True) if row[0]}

    for column in kind.columns:
        assert lines[column.head] == ("có" if column.is_needed else "không", column.hint)


def test_columns_of_a_few_words_offer_them(kind: Kind) -> None:
    book = opened(kind)
    offered = {
        str(one.sqref).split(":")[0]: one for one in book[SHEET].data_validations.dataValidation
    }

    for place, column in enumerate(kind.columns):
        cell = f"{chr(ord('A') + place)}2"
        assert (cell in offered) is bool(column.options)
        if column.options:
            source = offered[cell].formula1
            words = (
                source.strip('"').split(",") if source.startswith('"') else referred(book, source)
            )
            assert tuple(words) == column.options


def referred(book: openpyxl.Workbook, source: str) -> list[str]:
    """The cells that a drop-down takes its words from."""
    sheet, _, cells = source.lstrip("=").rpartition("!")
    return [row[0].value for row in book[sheet.strip("'")][cells.replace("$", "")]]


def test_a_template_is_saved_under_its_kind(kind: Kind) -> None:
    assert file_name(kind) == f"mau-{kind.kind.value}.xlsx"
