"""“Duyệt bài”: read as residents will see it, then one of two exact answers, with name, day and reading."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from handlers._requests.approval import (
    DecideLesson,
    Decision,
    LessonChanged,
    LessonDecided,
    LessonRead,
    LessonState,
    LessonsToDecide,
    LessonToDecide,
    LessonToRead,
    NotNamed,
    Verdict,
)
from handlers._requests.lesson import NoSuchLesson
from handlers._requests.person import Role
from handlers._talk import Book

HASH = "0a1b2c3d" + "e" * 56
NEWER = "9f8e7d6c" + "e" * 56
DAY = date(2026, 11, 22)
READING = """
    > duyệt bài
    < … Có 1 bài chờ duyệt. Chọn một bài để đọc. [1 Chỉnh chữ to, tiếng to cho dễ dùng (chưa ai duyệt)]
    > 1
    < Bài “Chỉnh chữ to, tiếng to cho dễ dùng”, mã bản 0a1b2c3d (sửa một chữ là mã này đổi). … Mục tiêu: Tự chỉnh được … Khoảng 5 phút. … Phần 1/5 … [1 Tiếp]
    > tiếp
    < … Phần 2/5 … [1 Tiếp]
    > 1
    < … Phần 3/5 … [1 Tiếp]
    > 1
    < … Phần 4/5 … [1 Tiếp]
    > 1
    < … Phần 5/5: làm thử … [1 Tiếp]
    > 1
    < Lời đọc trên loa: Kính thưa bà con, … [1 Tiếp]
    > 1
    < Câu 1/3: Muốn chữ trên điện thoại to hơn, … A. Danh bạ B. Cài đặt C. Máy ảnh Đáp án: B. Cài đặt thường … Câu 3/3: … Hết bài “Chỉnh chữ to, tiếng to cho dễ dùng”. … [1 Duyệt] [2 Cần sửa]
"""


def listed(*states: LessonState) -> tuple[LessonToDecide, ...]:
    titles = ("Chỉnh chữ to, tiếng to cho dễ dùng", "Bài hai", "Bài ba", "Bài bốn", "Bài năm")
    return tuple(
        LessonToDecide(f"TB-0{n}", title, state, None, None)
        for n, (title, state) in enumerate(zip(titles, states, strict=False), start=1)
    )


@pytest.fixture
def given(book: Book) -> dict[type, Any]:
    """What the ward answers: TB-01 waits, and Chị Hoa decides."""
    lesson = book.content.lessons["TB-01"]

    def decided(asked: DecideLesson) -> LessonDecided:
        by = Decision(
            asked.verdict, "Trần Thị Hoa", "Công an phường", DAY, asked.content_hash, asked.note
        )
        return LessonDecided(asked.lesson, by)

    return {
        LessonsToDecide: listed(LessonState.WAITING, LessonState.APPROVED, LessonState.MENDING),
        LessonToRead: LessonRead(lesson, HASH, LessonState.WAITING, None, None, ()),
        DecideLesson: decided,
    }


def decided_on(played: Any) -> list[DecideLesson]:
    return [one for one in played.asked if isinstance(one, DecideLesson)]


def test_a_lesson_is_read_to_its_end_and_approved_with_name_day_and_reading(
    talk: Callable[..., Any], given: dict[type, Any]
) -> None:
    played = talk(READING, given, Role.APPROVER)("""
        > 1
        < Đã duyệt bài “Chỉnh chữ to, tiếng to cho dễ dùng”: Trần Thị Hoa, Công an phường, ngày 22/11/2026, mã bản 0a1b2c3d. Còn 1 bài chờ. …
    """)

    assert decided_on(played) == [DecideLesson("TB-01", HASH, Verdict.APPROVED)]


def test_sending_a_lesson_back_asks_what_has_to_change_in_one_sentence(
    talk: Callable[..., Any], given: dict[type, Any]
) -> None:
    played = talk(READING, given, Role.POLICE)("""
        > 2
        < Cần sửa chỗ nào? …
        > Phần 2: đổi số điện thoại của công an
        < Đã ghi bài “Chỉnh chữ to, tiếng to cho dễ dùng” cần sửa: Trần Thị Hoa, … mã bản 0a1b2c3d. …
    """)

    note = "Phần 2: đổi số điện thoại của công an"
    assert decided_on(played) == [DecideLesson("TB-01", HASH, Verdict.CHANGES, note)]


@pytest.mark.parametrize("said", ["được", "ok", "có", "duyt", "👍", "duyệt bài này đi"])
def test_nothing_but_an_exact_answer_approves_a_lesson(
    talk: Callable[..., Any], given: dict[type, Any], said: str
) -> None:
    played = talk(READING, given, Role.ADMIN)(f"""
        > {said}
        < …
    """)

    assert decided_on(played) == []


def test_a_lesson_that_was_rewritten_while_it_was_read_is_shown_again(
    talk: Callable[..., Any], given: dict[type, Any]
) -> None:
    readings = iter([given[LessonToRead], replace(given[LessonToRead], content_hash=NEWER)])
    given[LessonToRead] = lambda _: next(readings)
    given[DecideLesson] = LessonChanged("TB-01")

    talk(READING, given, Role.APPROVER)("""
        > duyệt
        < Bài này vừa được sửa trong lúc đọc nên chưa ghi gì. Mời đọc lại bản mới: … mã bản 9f8e7d6c (sửa một chữ là mã này đổi). … Phần 1/5 … [1 Tiếp]
    """)


def test_who_has_no_name_in_the_wards_list_is_told_whom_to_ask(
    talk: Callable[..., Any], given: dict[type, Any]
) -> None:
    given[DecideLesson] = NotNamed()

    talk(READING, given, Role.APPROVER)("""
        > 1
        < Chưa ghi được, vì danh sách cán bộ chưa có họ tên …
    """)


@pytest.mark.parametrize("state", [LessonState.WAITING, LessonState.CHANGED, LessonState.REVIEW])
def test_a_lesson_is_chosen_by_its_title_alone(
    talk: Callable[..., Any], given: dict[type, Any], state: LessonState
) -> None:
    given[LessonsToDecide] = listed(state, state)

    talk(
        """
        > duyệt bài
        < … Có 2 bài chờ duyệt. …
        > Chỉnh chữ to, tiếng to cho dễ dùng
        < Bài “Chỉnh chữ to, tiếng to cho dễ dùng”, mã bản 0a1b2c3d …
        """,
        given,
        Role.APPROVER,
    )


def test_many_lessons_are_offered_a_few_at_a_time_each_with_why_it_waits(
    talk: Callable[..., Any], given: dict[type, Any]
) -> None:
    waits, rewritten, review = LessonState.WAITING, LessonState.CHANGED, LessonState.REVIEW
    given[LessonsToDecide] = listed(waits, rewritten, review, waits, waits)

    talk(
        """
        > duyệt bài
        < … Có 5 bài chờ duyệt. … [2 Bài hai (đã sửa sau khi duyệt)] [3 Bài ba (đến hạn xem lại)] [4 Xem bài khác]
        > 4
        < Có 5 bài chờ duyệt. … [1 Bài bốn (chưa ai duyệt)] [2 Bài năm (chưa ai duyệt)] [3 Xem bài khác]
        > xem bài khác
        < … [1 Chỉnh chữ to, tiếng to cho dễ dùng (chưa ai duyệt)] …
        > 0
        < … [1 Bài bốn (chưa ai duyệt)] …
        """,
        given,
        Role.APPROVER,
    )


def test_the_reader_is_told_what_to_look_at_and_what_was_decided_before(
    talk: Callable[..., Any], given: dict[type, Any]
) -> None:
    before = Decision(Verdict.CHANGES, "Lê Văn Tám", "Phòng VH-XH", DAY, NEWER, "Sửa số")
    given[LessonToRead] = replace(
        given[LessonToRead], review_note="Số ở phần 2 phải gọi thử.", history=(before,)
    )

    talk(
        """
        > duyệt bài
        < …
        > 1
        < … Người soạn bài nhờ xem kỹ: Số ở phần 2 phải gọi thử. Lần trước: Lê Văn Tám, Phòng VH-XH, đã ghi “cần sửa” ngày 22/11/2026. … Phần 1/5 …
        """,
        given,
        Role.APPROVER,
    )


def test_a_lesson_taken_out_of_the_library_meanwhile_is_said_to_be_gone(
    talk: Callable[..., Any], given: dict[type, Any]
) -> None:
    given[LessonToRead] = NoSuchLesson("TB-01", None)

    talk(
        """
        > duyệt bài
        < …
        > 1
        < Bài này không còn nữa. …
        """,
        given,
        Role.APPROVER,
    )


def test_where_nothing_waits_it_is_said_at_once(
    talk: Callable[..., Any], given: dict[type, Any]
) -> None:
    given[LessonsToDecide] = listed(LessonState.APPROVED, LessonState.MENDING)

    talk("> duyệt bài\n< … Không có bài nào chờ duyệt.", given, Role.APPROVER)


@pytest.mark.parametrize(
    "role",
    [role for role in Role if role not in {Role.APPROVER, Role.POLICE, Role.ADMIN}],
    ids=lambda role: role.value,
)
def test_nobody_else_is_shown_the_lessons_that_wait(
    talk: Callable[..., Any], given: dict[type, Any], role: Role
) -> None:
    played = talk("> duyệt bài\n< … Việc này chỉ dành cho người được phường mời. …", given, role)

    assert played.asked == []
