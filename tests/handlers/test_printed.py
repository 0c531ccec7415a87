"""How figures are printed: dots, a comma, no share where none is known, and nothing capped in silence."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import _printed
from handlers._printed import UNKNOWN
from handlers._requests.report import Process, Stated, TaskLine, TaskState

HANOI = timezone(timedelta(hours=7))
counts = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1.000"),
        (25_736, "25.736"),
        (1_234_567, "1.234.567"),
        (None, UNKNOWN),
    ],
)
def test_numbers_have_dots_between_thousands(value: int | None, printed: str) -> None:
    assert _printed.number(value) == printed


@pytest.mark.parametrize(
    ("numerator", "denominator", "printed"),
    [
        (25_736, 36_845, "69,85%"),
        (1, 2, "50%"),
        (1, 3, "33,33%"),
        (2, 3, "66,67%"),
        (1, 800, "0,13%"),
        (0, 7, "0%"),
        (7, 7, "100%"),
        (36_844, 36_845, "99,99%"),
        (1, 36_845, "0,01%"),
        (36_846, 36_845, "100,01%"),
        (3_000, 2, "150.000%"),
    ],
)
def test_shares_have_a_comma_and_reach_their_ends_only_where_they_do(
    numerator: int, denominator: int, printed: str
) -> None:
    assert _printed.percent(numerator, denominator) == printed


@given(counts, counts.filter(bool))
def test_a_share_is_never_more_than_half_a_hundredth_off_but_at_its_ends(
    numerator: int, denominator: int
) -> None:
    found = _printed.hundredths(numerator, denominator)

    off = abs(found * denominator - numerator * _printed.ALL)
    assert 2 * off <= denominator or found in {1, _printed.ALL - 1, _printed.ALL + 1}
    assert (found == 0) == (numerator == 0)
    assert (found == _printed.ALL) == (numerator == denominator)
    assert (found > _printed.ALL) == (numerator > denominator)


@pytest.mark.parametrize(
    ("numerator", "denominator", "said"),
    [
        (25_736, 36_845, "25.736/36.845, đạt 69,85%"),
        (5, None, "5; tổng số và tỷ lệ: chưa có số liệu"),
        (None, 5, UNKNOWN),
        (None, None, UNKNOWN),
        (0, 0, "0/0; chưa có số liệu"),
        (3, 0, "3/0; tổng số là 0: cần kiểm tra lại số liệu"),
        (40, 36, "40/36; 111,11%, quá 100%: cần kiểm tra lại số liệu"),
    ],
)
def test_a_share_in_running_text_says_both_its_parts(
    numerator: int | None, denominator: int | None, said: str
) -> None:
    assert _printed.sentence(numerator, denominator) == said


@given(st.none() | counts, st.none() | counts)
def test_only_a_share_of_more_than_all_is_flagged_and_no_unknown_is_a_share(
    numerator: int | None, denominator: int | None
) -> None:
    found = _printed.share(numerator, denominator)

    if numerator is None or denominator is None or numerator == denominator == 0:
        assert (found.percent, found.is_wrong) == (UNKNOWN, False)
    else:
        assert found.is_wrong == (numerator > denominator)
        assert ("kiểm tra lại" in found.percent) == found.is_wrong


@pytest.mark.parametrize(
    ("people", "visits", "said"),
    [
        (35, 120, "35 người, 120 lượt"),
        (35, None, "35 người"),
        (None, 1_200, "1.200 lượt"),
        (None, None, UNKNOWN),
    ],
)
def test_people_and_times_are_told_apart(people: int | None, visits: int | None, said: str) -> None:
    assert _printed.counts(people, visits) == said


def test_a_figure_of_the_work_tells_the_period_and_then_everything_so_far() -> None:
    assert (
        _printed.process_sentence(Process("x", "Việc", 3, 5, 30, 50))
        == "3 người, 5 lượt; lũy kế 30 người, 50 lượt"
    )
    assert _printed.process_sentence(Process("x", "Việc", None, None, None, None)) == UNKNOWN
    assert _printed.process_sentence(Process("x", "Việc", None, None, 7, None)) == "7 người lũy kế"


@pytest.mark.parametrize(
    ("state", "late", "said"),
    [
        (TaskState.DONE, 0, "đã xong"),
        (TaskState.DONE_LATE, 3, "đã xong, chậm 3 ngày"),
        (TaskState.LATE, 1_200, "chậm 1.200 ngày"),
        (TaskState.OPEN, 0, "chưa đến hạn"),
        (TaskState.ALL_ALONG, 0, "thường xuyên"),
    ],
)
def test_how_a_task_stands_is_said_in_words(state: TaskState, late: int, said: str) -> None:
    task = TaskLine("1", "Việc", "", "", None, "", None, "", state, late)

    assert _printed.task_state(task) == said


def test_where_a_number_comes_from_names_document_and_day() -> None:
    with_document = Stated(5, date(2026, 11, 1), "Công an phường", "CV 12/CAP")

    assert _printed.stated_from(with_document) == "Công an phường, CV 12/CAP, ngày 01/11/2026"
    assert (
        _printed.stated_from(Stated(5, date(2026, 11, 1), "Nhà trường", ""))
        == "Nhà trường, ngày 01/11/2026"
    )
    by_its_day = Stated(5, date(2026, 11, 1), "Công an phường", "12/BC-CAP ngày 01/11/2026")
    assert _printed.stated_from(by_its_day) == "Công an phường, 12/BC-CAP ngày 01/11/2026"
    assert _printed.stated_from(None) == ""


def test_a_moment_is_printed_by_its_own_clock() -> None:
    assert _printed.moment(datetime(2026, 12, 5, 9, 5, tzinfo=HANOI)) == "9 giờ 05 ngày 05/12/2026"
