"""May the ward name who learnt everything? Asked by itself, once; silence is a no."""

from collections.abc import Iterator
from typing import Any

import pytest

from handlers._effects import Request
from handlers._requests.consent import Agree, Decline, Purpose
from handlers._requests.person import MyStanding, Standing
from handlers._requests.praise import PraiseDue

KEPT = Standing(
    is_kept=True,
    has_declined=False,
    finished=12,
    was_asked_pushes=True,
    was_asked_tdp=True,
    was_asked_name=True,
    is_new_day=False,
)
LAST_LESSON = """
    > học
    < …
    > 1
    < …
    > tiếp
    < …
    > tiếp
    < …
    > tiếp
    < …
    > tiếp
    < …
    > xong
    < Câu 1/3: …
    > b
    < …
    > a
    < …
    > c
"""


def due_once() -> dict[type[Request[Any]], Any]:
    """The question is due until it is answered."""
    answers: Iterator[bool] = iter((True, False))
    return {MyStanding: KEPT, PraiseDue: lambda request: next(answers)}


@pytest.mark.parametrize(
    ("answer", "said", "request_type"),
    [
        ("đồng ý cho nêu tên", "Đã ghi là đồng ý.", Agree),
        ("1", "Đã ghi là đồng ý.", Agree),
        ("không", "Vâng, không nêu tên.", Decline),
        ("2", "Vâng, không nêu tên.", Decline),
    ],
)
def test_after_the_last_core_lesson_one_question_is_asked_and_learning_goes_on(
    talk, answer, said, request_type
):
    played = talk(LAST_LESSON, given=due_once())(f"""
        < … Đã học đủ các bài chính, … nêu tên trong báo cáo để biểu dương không? … [1 Đồng ý cho nêu tên] [2 Không nêu tên]
        > {answer}
        < {said} … Bài tiếp theo: …
    """)

    assert request_type(Purpose.PRAISE, "consent.praise") in played.asked


def test_a_word_that_is_only_close_to_yes_names_nobody(talk):
    played = talk(LAST_LESSON, given=due_once())("""
        > đồng
        < …
    """)

    assert not any(isinstance(one, Agree) for one in played.asked)


def test_who_has_lessons_left_is_not_asked(talk):
    played = talk(LAST_LESSON, given={MyStanding: KEPT})

    assert not any(isinstance(one, Agree | Decline) for one in played.asked)
    assert any(isinstance(one, PraiseDue) for one in played.asked)
