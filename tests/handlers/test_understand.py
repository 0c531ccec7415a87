"""What outranks what, and that no input at any kind of question is ever an exception."""

import random
from pathlib import Path

import pytest
import yaml

from handlers._dialogue import Talks
from handlers._requests.consent import StopPushes
from handlers._talk import Heard, Kind, Tap

WRITTEN = Path(__file__).parents[1] / "data" / "scam_messages.yaml"
KINDS_OF_QUESTION = {
    "choice": ["xin chào"],
    "card": ["xin chào", "1"],
    "quiz": ["xin chào", "1", "1", "1", "1", "1", "1"],
    "several": ["xin chào", "2"],
    "consent": ["nhận tin"],
    "consent to save": ["xin chào", "1", "1", "1", "1", "1", "1", "2", "1", "3"],
    "free text or choice": ["đổi xưng hô", "2"],
    "tdp": ["đổi xưng hô", "1"],
    "erase": ["thông tin của tôi", "4"],
    "money lane": ["tôi lỡ chuyển tiền cho bọn lừa đảo rồi"],
    "self-harm lane": ["tôi muốn chết quá"],
    "danger lane": ["nhà tôi đang cháy"],
    "nothing open": [],
}


def nonsense() -> list[str]:
    """300 inputs nobody should send, the same in every run."""
    chance = random.Random(20261122)
    fixed = [
        "", " ", "\n", "\0", "\u202eabc", "a" * 100_000, "ế" * 3000, "e\u0302\u0301" * 500,
        "👨‍👩‍👧‍👦" * 50, "🏳️‍🌈", "'; DROP TABLE people; --", "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>", "{ward}", "{0}", "%s%s%n", "${jndi:ldap://x}", "../../etc/passwd",
        "t:0:agree", "0:0:0", ":::", "١", "²", "½", "１", "2️⃣", "-1", "0", "00", "999999999999", "1e5",
        "NaN", "null", "None", "true", "\ud800", "\ufeff1", "\u200b2\u200b", "1\u0301", "…", "?", "？？",
    ]  # fmt: skip
    alphabet = (
        "aăâeêioôơuưyđ 0123456789.,:;!?<>/\\'\"{}[]()*&^%$#@~`\t\n\u200f\u0300ậỹ中字ไทยعربي😀🇻🇳"
    )
    while len(fixed) < 300:
        length = chance.choice([1, 2, 3, 5, 8, 20, 60, 200])
        fixed.append("".join(chance.choice(alphabet) for _ in range(length)))
    return fixed


@pytest.mark.parametrize("before", KINDS_OF_QUESTION.values(), ids=KINDS_OF_QUESTION)
def test_nonsense_is_answered_kindly_at_every_kind_of_question(new_chat, before):
    for text in nonsense():
        chat = new_chat()
        for one in before:
            chat.hear(one)
        answer = chat.hear(text)

        assert answer is not None, repr(text)
        assert answer.text.strip()
        assert chat.hear("học") is not None


@pytest.mark.parametrize("before", KINDS_OF_QUESTION.values(), ids=KINDS_OF_QUESTION)
def test_foreign_buttons_never_answer_and_never_fail(new_chat, before):
    for payload in ("x:0:agree", "1a:0:1", "1b:1:yes", "9:9999:@staff", "t:0:'; --"):
        chat = new_chat()
        for one in before:
            chat.hear(one)
        journal = chat.talks.active.journal if chat.talks.active else ()
        chat.send(Heard("Đồng ý", chat.at, tap=Tap.read(payload)))
        chat.send(Heard("", chat.at, Kind.FILE))

        assert not chat.talks.active or chat.talks.active.journal[: len(journal)] == journal


def scam_messages() -> list[str]:
    """Messages residents paste: our own written ones, scams and honest notices."""
    return [one["text"] for one in yaml.safe_load(WRITTEN.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    "before", [["đổi xưng hô", "2"], ["đổi xưng hô", "1"], ["tìm bài"]], ids=str
)
def test_a_pasted_message_never_interrupts_and_never_stops_anything(new_chat, before):
    for text in scam_messages():
        chat = new_chat()
        for one in before:
            chat.hear(one)
        name = chat.talks.active.name
        chat.hear(text)

        assert chat.talks.active.name == name, text
        assert not any(isinstance(one, StopPushes) for one in chat.asked), text


def test_a_self_report_at_a_free_text_question_adds_the_steps_and_stays(talk):
    talk("""
        > đổi xưng hô
        < …
        > 2
        < Nên gọi thế nào cho phải? …
        > tôi lỡ chuyển tiền cho bọn lừa đảo rồi
        < Việc một: … Việc năm: … Nên gọi thế nào cho phải? …
    """)


def test_danger_outranks_a_lesson_and_the_lesson_waits(talk):
    chat = talk("""
        > xin chào
        < …
        > 1
        < … Phần 1/5 …
        > cháy nhà rồi cứu với
        < 📞 Cần công an đến ngay: gọi 113. Cháy, mắc kẹt, đuối nước: gọi 114. …
        > học
        < Đang ở phần 1/5, … [1 Học tiếp] [2 Đọc lại từ đầu] [3 Bài khác]
    """)

    assert isinstance(chat.talks, Talks)


def test_an_answer_equal_to_an_offered_choice_is_an_answer_and_no_alarm(talk):
    talk("""
        > hỏi tin lạ
        < …
        > 1
        < …
        > Lỡ làm rồi
        < Việc một: …
    """)


def test_commands_typed_without_marks_work_in_a_lesson(talk):
    talk("""
        > xin chào
        < …
        > 1
        < …
        > gawpj cans booj
        < Đây là những nơi …
    """)


def test_a_number_typed_under_an_older_question_does_not_answer_the_new_one(talk):
    chat = talk("""
        > xin chào
        < …
        > 1
        < … Phần 1/5 …
    """)
    old = chat.message.question
    chat.hear("tiếp")

    late = chat.send(Heard("1", chat.at, seen=old))
    fresh = chat.send(Heard("1", chat.at, seen=chat.message.question))

    assert late.text.startswith("Câu vừa trả lời")
    assert "Phần 2/5" in late.text
    assert "Phần 3/5" in fresh.text


@pytest.mark.parametrize("before", KINDS_OF_QUESTION.values(), ids=KINDS_OF_QUESTION)
def test_a_changed_message_is_noted_and_the_question_stays(new_chat, before):
    chat = new_chat()
    for one in before:
        chat.hear(one)
    stood = chat.talks.active
    answer = chat.hear("", kind=Kind.EDITED)

    if stood is not None:
        assert answer.text == (
            "Tin đã sửa thì trợ lý không đọc lại được. Bà con cần đổi gì thì nhắn một tin mới nhé."
        )
        assert chat.talks.active.journal == stood.journal


def test_a_changed_message_never_answers_a_question_with_one_choice(talk):
    chat = talk("""
        > xin chào
        < …
        > 1
        < … Phần 1/5 …
    """)
    chat.hear("", kind=Kind.EDITED)

    assert "Phần 2/5" in chat.hear("tiếp").text


def test_a_command_of_a_messenger_is_never_taken_for_a_name(talk):
    talk("""
        > đổi xưng hô
        < …
        > 2
        < Nên gọi thế nào cho phải? …
        > /start
        < … [1 …] …
    """)
