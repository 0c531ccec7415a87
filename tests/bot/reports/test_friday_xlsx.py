"""The annex: numbers as numbers, native charts, nothing that runs, ready for A4."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.reports.friday_xlsx import as_xlsx
from handlers._requests.report import ReportFigures, ReportKept

Keep = Callable[..., ReportKept]
SHEETS = [
    "Chỉ tiêu",
    "Theo tổ",
    "Theo đơn vị",
    "Theo bài",
    "Nhiệm vụ",
    "Việc đã làm",
    "Còn vướng mắc",
    "Qua các tháng",
    "Cách tính",
]
EVIL = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    '=HYPERLINK("http://x.example")',
    "http://x.example",
    "123",
    "\t=1",
]


def opened(kept: ReportKept) -> Any:
    return load_workbook(io.BytesIO(as_xlsx(kept)))


def test_every_sheet_says_its_period_its_moment_and_that_it_is_a_draft(
    november: ReportFigures, keep: Keep
) -> None:
    book = opened(keep(november))

    assert book.sheetnames == SHEETS
    for sheet in book.worksheets:
        assert str(sheet["A1"].value).startswith("DỰ THẢO. ")
        assert (
            sheet["A2"].value
            == "Kết quả thực hiện phong trào “Bình dân học vụ số” tháng 11 năm 2026, phường Trung Thành"
        )
        assert "Số liệu chốt lúc 16 giờ 30 ngày 05/12/2026" in str(sheet["A3"].value)


def test_a_final_report_of_real_people_has_no_marks(november: ReportFigures, keep: Keep) -> None:
    final = opened(keep(november, date(2026, 12, 6)))
    sample = opened(keep(replace(november, is_sample=True), date(2026, 12, 6)))

    assert final["Chỉ tiêu"]["A1"].value == "Kết quả theo 5 chỉ tiêu"
    assert sample["Chỉ tiêu"]["A1"].value == "DỮ LIỆU MẪU. Kết quả theo 5 chỉ tiêu"


def test_counts_and_shares_are_numbers_that_can_be_worked_with(
    november: ReportFigures, keep: Keep
) -> None:
    sheet = opened(keep(november))["Theo tổ"]

    assert [cell.value for cell in sheet[6]][:4] == ["Tân Trung (Đông Cao)", 3751, 200, 0.0533]
    assert [cell.number_format for cell in sheet[6]][1:4] == ["#,##0", "#,##0", "0.00%"]


@pytest.mark.parametrize("text", EVIL)
def test_no_text_is_ever_a_formula_a_link_or_a_number(
    november: ReportFigures, keep: Keep, text: str
) -> None:
    tdps = (replace(november.tdps[0], name=text),)
    tasks = (replace(november.tasks[0], content=text, lead=text),)
    units = (replace(november.units[0], name=text, kind_name=text),)
    figures = replace(november, ward=text, tdps=tdps, tasks=tasks, units=units, unit_word=text)

    book = opened(keep(figures))

    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)
    assert [cell.data_type for cell in cells if cell.value == text] != []


def test_progress_per_tdp_and_over_time_are_native_charts(
    november: ReportFigures, keep: Keep
) -> None:
    book = zipfile.ZipFile(io.BytesIO(as_xlsx(keep(november))))

    charts = [name for name in book.namelist() if name.startswith("xl/charts/chart")]
    texts = "".join(book.read(name).decode() for name in charts)
    assert len(charts) == 2
    assert "'Theo tổ'!$C$6:$C$11" in texts
    assert "'Qua các tháng'!$B$6:$B$11" in texts


def test_every_sheet_prints_on_a4_with_its_head_on_every_page(
    november: ReportFigures, keep: Keep
) -> None:
    for sheet in opened(keep(november)).worksheets:
        setup = sheet.page_setup
        assert (int(setup.paperSize), setup.orientation) == (9, "landscape")
        assert (setup.fitToWidth or 1, setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows == "$5:$5"


def test_a_report_of_nothing_makes_a_workbook_without_charts(
    november: ReportFigures, keep: Keep
) -> None:
    empty = replace(
        november,
        tdps=(),
        units=(),
        lessons=(),
        obstacles=(),
        tasks=(),
        best=(),
        course=(),
        process=(),
    )

    book = zipfile.ZipFile(io.BytesIO(as_xlsx(keep(empty))))

    assert not [name for name in book.namelist() if "chart" in name]
