"""`hocso report --period`: the Friday report made and printed without a browser."""

import io
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from bot.reports.exchange import read_exchange


def test_a_period_is_counted_frozen_and_printed_in_one_command(learnt, tmp_path: Path) -> None:
    docx, xlsx = tmp_path / "bc.docx", tmp_path / "pl.xlsx"

    done = learnt.call("report", "--period", "2025", "--docx", str(docx), "--xlsx", str(xlsx))

    assert (done.code, done.err) == (0, "")
    assert "Báo cáo số 1, bản dự thảo, năm 2025, từ 15/12/2024 đến 14/12/2025." in done.out
    text = "\n".join(
        paragraph.text for paragraph in Document(io.BytesIO(docx.read_bytes())).paragraphs
    )
    assert "II. KẾT QUẢ THEO 5 CHỈ TIÊU" in text
    assert load_workbook(io.BytesIO(xlsx.read_bytes())).sheetnames[0] == "Chỉ tiêu"


def test_a_report_that_was_made_is_printed_again_word_for_word(learnt, tmp_path: Path) -> None:
    learnt.call("report", "--period", "quý 4/2025", "--xlsx", str(tmp_path / "a.xlsx"))

    learnt.call("report", "--report", "1", "--xlsx", str(tmp_path / "b.xlsx"))

    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_period_is_counted_and_its_file_for_the_office_above_written_at_once(
    learnt, tmp_path: Path
) -> None:
    file = tmp_path / "05899.json"

    done = learnt.call("report", "--period", "2025-11", "--text", "--exchange", str(file))

    assert read_exchange(file.read_bytes()).period.until == date(2025, 11, 14)
    assert done.out.startswith("DỰ THẢO")
    assert "Đã ghi" in done.err


def test_what_everybody_may_read_is_marked_so_and_frozen_as_it_was(learnt, tmp_path: Path) -> None:
    public, own = (
        learnt.call("report", *more, "--text", "--docx", str(tmp_path / "bc.docx"))
        for more in (("--period", "2025-11", "--public"), ("--report", "1"))
    )

    assert public.out.startswith("DỰ THẢO – BẢN CÔNG KHAI\n")
    assert own.out.startswith("DỰ THẢO\n")


def test_a_report_that_is_asked_for_by_number_alone_is_told_of(learnt) -> None:
    learnt.call("report", "--period", "2025-11")

    done = learnt.call("report", "--report", "1")

    assert done.out == (
        "Báo cáo số 1, bản dự thảo, tháng 11 năm 2025, từ 15/10/2025 đến 14/11/2025.\n"
    )


def test_the_text_alone_goes_to_standard_output(learnt) -> None:
    done = learnt.call("report", "--period", "2025-11", "--text")

    assert done.out.startswith("DỰ THẢO\nKết quả thực hiện phong trào")
    assert "Báo cáo số 1" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--text",), "Ghi --period KỲ để lập báo cáo, hoặc --report SỐ."),
        (("--period", "2026-13"), "--period không nhận “2026-13”. Viết như 2026-11 (tháng)"),
        (("--period", "2025-11-20..2025-11-01"), "ngày đầu sau ngày cuối."),
        (("--period", "2099-11"), "chưa bắt đầu."),
        (("--report", "7", "--text"), "Không có báo cáo số 7."),
        (("--period", "2025-11", "--docx", "/nowhere/bc.docx"), "Không ghi được /nowhere/bc.docx"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(learnt, arguments: tuple[str, ...], said: str) -> None:
    done = learnt.call("report", *arguments)

    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1
