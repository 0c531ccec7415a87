"""What is written under a picture is read for alarms and for nothing else; the picture itself is not looked at."""

from collections.abc import Callable
from typing import Any

import pytest

from handlers._talk import Kind, Message
from tests.handlers.conftest import fits, shown

MONEY = "tôi vừa chuyển tiền cho kẻ lừa đảo rồi"


def said(message: Message | None) -> str:
    assert message is not None
    return shown(message)


@pytest.mark.parametrize("kind", [Kind.PICTURE, Kind.FILE, Kind.VOICE])
def test_a_caption_that_says_the_money_is_gone_brings_the_steps_where_nothing_was_open(
    talk: Callable[..., Any], kind: Kind
) -> None:
    chat = talk("")

    fits(
        "… Việc một: dừng lại, … [1 Đang xảy ra, hoặc vừa xảy ra] …",
        said(chat.hear(MONEY, kind=kind)),
    )


def test_at_a_choice_the_lane_comes_first_and_the_lesson_waits(talk: Callable[..., Any]) -> None:
    chat = talk("> học\n< …\n> 1\n< … Phần 1/5 …")

    fits("Việc một: dừng lại, …", said(chat.hear(MONEY, kind=Kind.PICTURE)))
    assert chat.talks.aside.name == "lesson"


def test_at_a_free_text_question_the_steps_are_added_and_the_question_stays(
    talk: Callable[..., Any],
) -> None:
    chat = talk("> đổi xưng hô\n< …\n> 2\n< … Nên gọi thế nào cho phải? …")

    fits("Việc một: … Nên gọi thế nào cho phải? …", said(chat.hear(MONEY, kind=Kind.PICTURE)))
    assert chat.talks.active.name == "naming"


@pytest.mark.parametrize("caption", ["", "1", "học", "DỪNG", "ảnh nhà tôi"])
def test_a_caption_answers_no_question_and_gives_no_command(
    talk: Callable[..., Any], caption: str
) -> None:
    chat = talk("> học\n< …\n> 1\n< … Phần 1/5 …")

    fits("Trợ lý chưa xem được ảnh, … [1 Tiếp]", said(chat.hear(caption, kind=Kind.PICTURE)))
    assert chat.talks.active.name == "lesson"
