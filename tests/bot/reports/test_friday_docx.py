"""The report on paper: the office's form, what staff still write, and what must stand on every page."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from bot.reports.friday_docx import as_docx, long_day
from bot.reports.public import public_kept
from handlers._requests.praise import Commended, Naming
from handlers._requests.report import Learning, Period, PeriodKind, ReportFigures, ReportKept

Keep = Callable[..., ReportKept]
FEW = Learning(*[1] * 10)


def opened(kept: ReportKept, form: Any, names: tuple[Commended, ...] | None = None) -> Any:
    return Document(io.BytesIO(as_docx(kept, form, names)))


def lines(document: Any) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


def everything(document: Any) -> str:
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*lines(document), *cells])


def headers(document: Any) -> str:
    kinds = ("first_page_header", "header")
    return "\n".join(
        paragraph.text
        for section in document.sections
        for kind in kinds
        for paragraph in getattr(section, kind).paragraphs
    )


def test_the_page_is_a4_with_the_margins_and_letters_of_an_office(
    november: ReportFigures, keep: Keep, form: Any
) -> None:
    document = opened(keep(november), form)

    first, annex = document.sections
    edges = (first.page_width, first.page_height, first.top_margin, first.bottom_margin)
    assert [round(edge / Mm(1)) for edge in edges] == [210, 297, 20, 20]
    assert round(first.left_margin / Mm(1)) == 30
    assert 15 <= round(first.right_margin / Mm(1)) <= 20
    assert annex.orientation == WD_ORIENT.LANDSCAPE
    normal = document.styles["Normal"].font
    assert (normal.name, normal.size.pt) == ("Times New Roman", 14)


def test_above_the_text_stand_state_office_number_place_and_day(
    november: ReportFigures, keep: Keep, form: Any
) -> None:
    left, right = opened(keep(november), form).tables[0].rows[0].cells

    assert [paragraph.text for paragraph in left.paragraphs if paragraph.text] == [
        "UBND PHƯỜNG TRUNG THÀNH",
        "PHÒNG VĂN HÓA - XÃ HỘI",
        "Số:          /BC-VHXH",
    ]
    state, freedom, _, place = right.paragraphs
    assert (state.text, state.runs[0].bold) == ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", True)
    assert (freedom.text, freedom.runs[0].bold) == ("Độc lập - Tự do - Hạnh phúc", True)
    assert place.text == "Trung Thành, ngày 05 tháng 12 năm 2026"
    assert place.runs[0].italic
    assert {paragraph.alignment for paragraph in right.paragraphs} == {WD_ALIGN_PARAGRAPH.CENTER}


@pytest.mark.parametrize(
    ("day", "printed"),
    [
        (date(2026, 12, 5), "ngày 05 tháng 12 năm 2026"),
        (date(2026, 1, 15), "ngày 15 tháng 01 năm 2026"),
        (date(2026, 2, 9), "ngày 09 tháng 02 năm 2026"),
        (date(2026, 3, 10), "ngày 10 tháng 3 năm 2026"),
    ],
)
def test_days_below_ten_and_the_first_two_months_have_a_leading_zero(
    day: date, printed: str
) -> None:
    assert long_day(day) == printed


def test_the_six_parts_follow_each_other_and_below_are_recipients_and_signer(
    november: ReportFigures, keep: Keep, form: Any
) -> None:
    document = opened(keep(november), form)

    said = lines(document)
    parts = [
        line.partition(".")[0]
        for line in said
        if line[:3].strip(". ") in {"I", "II", "III", "IV", "V", "VI"}
    ]
    assert parts == ["I", "II", "III", "IV", "V", "VI"]
    assert said[said.index("BÁO CÁO") + 1].startswith("Kết quả thực hiện phong trào")
    (end,) = [line for line in said if line.startswith("Trên đây là báo cáo kết quả thực hiện")]
    assert end.endswith("./.")
    assert said.count("(Kèm theo Báo cáo số          /BC-VHXH ngày      tháng      năm      )") == 3
    left, right = (
        next(table for table in document.tables if "Nơi nhận:" in table.rows[0].cells[0].text)
        .rows[0]
        .cells
    )
    assert [paragraph.text for paragraph in left.paragraphs] == [
        "Nơi nhận:",
        "- Như trên;",
        "- Lưu: VT, VHXH.",
    ]
    assert [paragraph.text for paragraph in right.paragraphs if paragraph.text] == [
        "TRƯỞNG PHÒNG",
        "Nguyễn Thị Lan",
    ]


def test_a_draft_of_made_up_people_says_so_on_every_page(
    november: ReportFigures, keep: Keep, form: Any
) -> None:
    draft = opened(keep(replace(november, is_sample=True)), form)
    final = opened(keep(november, date(2026, 12, 6)), form)

    assert headers(draft).count("DỰ THẢO – DỮ LIỆU MẪU") >= 2
    assert "DỰ THẢO" not in headers(final) + everything(final)


def test_pages_are_numbered_from_the_second_on(
    november: ReportFigures, keep: Keep, form: Any
) -> None:
    first = opened(keep(november), form).sections[0]

    assert first.different_first_page_header_footer
    assert "PAGE" in first.header._element.xml
    assert "PAGE" not in first.first_page_header._element.xml


def test_late_tasks_missing_figures_and_wrong_ones_are_named(
    november: ReportFigures, keep: Keep, form: Any
) -> None:
    said = "\n".join(lines(opened(keep(november), form)))

    assert "2.1 Mở lớp học tại nhà văn hóa (chủ trì: Phòng VH-XH): chậm 12 ngày." in said
    assert ", đã quá hạn)." in said.partition("V. NHIỆM VỤ KỲ TỚI")[2]
    assert "Chưa có số liệu của chỉ tiêu: C3, D1, D2, Đ3." in said
    assert "Số liệu cần kiểm tra lại (kết quả lớn hơn tổng số): Đ1." in said
    assert "A1: Chưa tính Trạm y tế vì chưa có số biên chế." in said


def test_of_a_done_task_without_a_note_the_expected_result_is_told(
    november: ReportFigures, keep: Keep, form: Any
) -> None:
    plain = replace(november, tasks=tuple(replace(one, done_note="") for one in november.tasks))

    (done, *_) = [one for one in plain.tasks if one.done_on is not None]
    assert f"Kết quả, ngày {done.done_on:%d/%m/%Y}" in everything(opened(keep(plain), form))


def test_names_are_printed_only_when_they_are_handed_in(
    november: ReportFigures, keep: Keep, form: Any, names: tuple[Commended, ...]
) -> None:
    with_names = lines(opened(keep(november), form, names))
    without = lines(opened(keep(november), form))

    assert "1. bà Lan, Xóm Chùa." in with_names
    assert "2. đã xóa." in with_names
    assert "3. không đồng ý nêu tên." in with_names
    counted = (
        "Cá nhân đề nghị biểu dương: 3 người học đủ bài cốt lõi trong kỳ và đồng ý được nêu tên."
    )
    assert counted in without
    assert not any("bà Lan" in line for line in without)


def test_who_never_gave_a_name_is_listed_by_number(
    november: ReportFigures, keep: Keep, form: Any
) -> None:
    nobody = (Commended(1_100_000_000_001, Naming.NO_NAME, "", "Xóm Chùa"),)

    assert "1. chưa ghi tên (người số 1100000000001)." in lines(
        opened(keep(november), form, nobody)
    )


def test_a_report_of_nothing_is_still_a_report(
    november: ReportFigures, keep: Keep, form: Any
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
        commended=(),
    )

    said = "\n".join(lines(opened(keep(empty), form)))

    assert "Chưa có tổ dân phố nào có từ 5 người học đủ bài cốt lõi." in said
    assert "[Chưa có danh mục nhiệm vụ của kế hoạch trong hệ thống.]" in said


def test_below_every_table_stand_where_its_numbers_come_from_and_when_they_were_read(
    november: ReportFigures, keep: Keep, form: Any
) -> None:
    said = lines(opened(keep(november), form))

    until = [line for line in said if line.startswith("Số liệu chốt lúc 16 giờ 30 ngày 05/12/2026")]
    assert len(until) == 7  # targets, work, tasks, obstacles; TDPs, units, definitions
    assert said.count("Nguồn: đếm trên hệ thống.") == 3
    assert "Nguồn: kế hoạch của phường, do cán bộ cập nhật." in said
    ages = "Kết quả tính người từ 16 tuổi (tự khai), tổng số tính người từ đủ 18 tuổi."
    assert said.count(ages) == 1  # of TDPs; of the targets with their codes in front


@pytest.mark.parametrize(
    ("until", "note"),
    [
        (date(2026, 11, 14), ""),
        (date(2026, 11, 10), "Câu trả lời đếm theo nửa tháng: từ 15/10/2026 đến 14/11/2026."),
    ],
)
def test_answers_of_days_beyond_the_period_are_said_to_be_counted(
    november: ReportFigures, keep: Keep, form: Any, until: date, note: str
) -> None:
    period = Period(PeriodKind.OWN, date(2026, 10, 15), until)

    said = lines(opened(keep(replace(november, period=period)), form))

    assert [line for line in said if line.startswith("Câu trả lời đếm")] == ([note] if note else [])


def test_everybodys_report_says_what_it_is_and_not_that_nobody_did_well(
    november: ReportFigures, keep: Keep, form: Any
) -> None:
    few = replace(november, tdps=tuple(replace(one, in_period=FEW) for one in november.tdps))

    document = opened(public_kept(keep(few)), form)

    said = "\n".join(lines(document))
    assert "Chưa có tổ dân phố nào" not in said
    assert "biểu dương." not in said
    assert "Bản công khai: nơi nào, đơn vị nào, bài nào có số từ 1 đến 4 thì gộp" in said
    assert headers(document).count("BẢN CÔNG KHAI") >= 2


def test_a_single_addressee_and_a_signer_of_two_lines_have_their_form(
    november: ReportFigures, keep: Keep, form: Any
) -> None:
    other = form.model_copy(
        update={"addressees": ("UBND phường",), "signer_title": "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH"}
    )

    document = opened(keep(november), other)

    assert "Kính gửi: UBND phường." in lines(document)
    right = (
        next(table for table in document.tables if "Nơi nhận:" in table.rows[0].cells[0].text)
        .rows[0]
        .cells[1]
    )
    assert [line.text for line in right.paragraphs][:2] == ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]


def test_the_file_says_the_reports_own_moment_and_nothing_of_this_computer(
    november: ReportFigures, keep: Keep, form: Any
) -> None:
    properties = opened(keep(november), form).core_properties

    assert properties.created == properties.modified == datetime(2026, 12, 5, 9, 30, 5, tzinfo=UTC)
    assert (properties.author, properties.last_modified_by) == ("", "")


def test_what_no_document_may_hold_is_left_out_and_the_rest_stays(
    november: ReportFigures, keep: Keep, form: Any
) -> None:
    odd = replace(november.tasks[0], content="Việc\x0b một\x00\x1f <b>")

    assert "Việc một <b>" in everything(opened(keep(replace(november, tasks=(odd,))), form))
