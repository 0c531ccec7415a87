"""What stands on a Telegram screen is compared with what a local channel shows: the same words, the same choices."""

from pathlib import Path

import pytest

from bot.channels import telegram
from tests.fakes.telegram import Accepted, Seen
from tests.journeys.conftest import shown
from tests.journeys.telegram_line import button, read

LONG = "Hỏi về một tin nhắn hay một cuộc gọi lạ"
BODIES = {
    "buttons with words": ("Muốn làm gì?", ["Học", "Nghỉ"], False),
    "buttons with numbers": ("Muốn làm gì?\n\nChọn một dòng.", [LONG, "Nghỉ"], False),
    "choices in words": ("Đã học gì?\n\n1. Nhiều mục", ["Zalo", "VNeID"], True),
    "no choices": ("Vâng.\n\nNghỉ nhé.", [], False),
    "too long for one message": ("Đọc kỹ. " * 900, ["Học", "Nghỉ"], False),
}


def body_of(text: str, labels: list[str], *, is_several: bool) -> dict:
    choices = [
        {"number": str(n), "label": label, "tap": f"t:1:{n}"}
        for n, label in enumerate(labels, start=1)
    ]
    more = {"choices": choices, "question": "t:1"} if labels else {}
    return {"text": text, **more, **({"several": True} if is_several else {})}


def on_screen(body: dict) -> list[Seen]:
    calls = [telegram.build("7", row, {}, Path()) for row in telegram.rows(body)]
    return [
        Seen.of(Accepted(n, 0.0, 7, call.method, dict(call.parameters), n, 1), {})
        for n, call in enumerate(calls, start=1)
    ]


@pytest.mark.parametrize("case", BODIES)
def test_a_message_reads_on_telegram_as_it_does_on_local_channels(case):
    text, labels, is_several = BODIES[case]
    body = body_of(text, labels, is_several=is_several)

    assert read(on_screen(body)) == shown(body)


@pytest.mark.parametrize("case", ["buttons with words", "buttons with numbers"])
def test_a_number_in_brackets_is_the_button_of_that_choice(case):
    text, labels, is_several = BODIES[case]
    seen = on_screen(body_of(text, labels, is_several=is_several))

    label = button(seen, "[2]")

    assert label is not None
    assert seen[-1].data(label) == "t:1:2"
    assert button(seen, "[3]") is None
    assert button(seen, "2") is None
