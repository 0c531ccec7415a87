"""The report as messages for Zalo: plain, complete, none too long."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.reports.friday_text import LONGEST, _messages, as_text
from handlers._requests.report import ReportFigures, ReportKept

Keep = Callable[..., ReportKept]
NOVEMBER = """DỰ THẢO
Kết quả thực hiện phong trào “Bình dân học vụ số” tháng 11 năm 2026, phường Trung Thành
(từ 15/10/2026 đến 14/11/2026)

a) Cán bộ, công chức, viên chức và người lao động trong khu vực công
- A1. Người của cơ quan hoàn thành phần dành cho cán bộ: 31/42, đạt 73,81%

b) Học sinh từ cấp tiểu học
- B1. Học sinh được học ở trường: 402/417, đạt 96,40%"""


def test_the_first_message_begins_with_what_it_is_about(
    november: ReportFigures, keep: Keep
) -> None:
    first = as_text(keep(november))[0]

    assert first.startswith(NOVEMBER)


def test_the_text_names_late_tasks_missing_figures_and_the_moment(
    november: ReportFigures, keep: Keep
) -> None:
    text = "\n".join(as_text(keep(november, date(2026, 12, 6))))

    assert "DỰ THẢO" not in text
    assert "- Học xong một bài: 588 người, 1.176 lượt; lũy kế 3.360 người, 6.720 lượt" in text
    assert "- Nguyễn Hậu: 200/4.755, đạt 4,21%" in text
    assert "- 2.1 Mở lớp học tại nhà văn hóa (chủ trì: Phòng VH-XH): chậm 12 ngày" in text
    assert "Số liệu chốt lúc 16 giờ 30 ngày 05/12/2026." in text
    assert "1100000000001" not in text


def test_a_period_that_is_not_over_says_so(november: ReportFigures, keep: Keep) -> None:
    early = replace(november, cut_off=november.cut_off.replace(month=11, day=10))

    assert as_text(keep(early))[-1].endswith("kỳ báo cáo khi đó chưa kết thúc.")


def test_nobody_is_best_and_nothing_is_late_without_a_word(
    november: ReportFigures, keep: Keep
) -> None:
    text = "\n".join(as_text(keep(replace(november, best=(), tasks=()))))

    assert "làm tốt" not in text
    assert "chậm" not in text


@given(st.lists(st.text("ab \n", min_size=1, max_size=3000), max_size=6))
def test_every_message_is_short_enough_and_no_word_is_lost(paragraphs: list[str]) -> None:
    messages = list(_messages(paragraphs))

    assert all(0 < len(message) <= LONGEST for message in messages)
    words = "".join("".join(paragraphs).split())
    assert "".join("".join(messages).split()) == words
