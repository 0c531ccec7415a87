"""The words of lessons/intents.yaml: what whole messages ask for, and what they must not."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from lessons.answers import Offer, exact, intent_of, is_unsure
from lessons.intents import Intent, Intents
from lessons.text import clean, fold

FILE = Path(__file__).parents[2] / "lessons" / "intents.yaml"


def read(document: dict[str, Any]) -> Intents:
    return Intents(
        conversations=tuple(
            Intent(name, talk["title"], tuple(talk["words"]))
            for name, talk in document["conversations"].items()
        ),
        word_sets={name: tuple(words) for name, words in document["word_sets"].items()},
        polite=tuple(document["polite"]),
        marked=frozenset(document["marked"]),
    )


INTENTS = read(yaml.safe_load(FILE.read_text(encoding="utf-8")))
SETS = INTENTS.word_sets


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("học", "learn"), ("hoc bai", "learn"), ("hocj baif", "learn"), ("HỌC", "learn"),
        ("cho tôi học bài tiếp theo với", "learn"), ("bác ơi cho tôi học", "learn"),
        ("tôi muốn học tiếp", "learn"), ("hoc tiep di chau", "learn"),
        ("tìm bài", "find"), ("cho bà bài khác", "find"),
        ("hỏi tin lạ", "scam_check"), ("kiem tra lua dao", "scam_check"), ("nua dao", "scam_check"),
        ("kie6m3 tra lu7a2 d9a3o", "scam_check"), ("tin nay co lua dao khong", "scam_check"),
        ("gặp cán bộ", "meet_staff"), ("gawpj cans booj", "meet_staff"), ("gap cb", "meet_staff"),
        ("tôi muốn gặp cán bộ", "meet_staff"), ("gap can bp", "meet_staff"),
        ("nghỉ", "rest"), ("nghi", "rest"), ("thôi", "rest"), ("mai học", "rest"), ("bận", "rest"),
        ("để sau nhé", "rest"), ("tôi không muốn học nữa", "rest"), ("thoi a", "rest"),
        ("DỪNG", "stop"), ("dừng lại", "stop"), ("dung lai", "stop"), ("dung nhan tin", "stop"),
        ("đừng nhắn nữa", "stop"), ("dung nhan nua", "stop"), ("không nhận nữa", "stop"),
        ("ko nhan tin nua", "stop"), ("stop", "stop"), ("STOP", "stop"), ("phiền quá", "stop"),
        ("hủy", "stop"), ("huỷ", "stop"), ("huy dang ky", "stop"), ("tat thong bao", "stop"),
        ("dung hoc", "stop"), ("xoa ten toi", "stop"), ("đừng nhắn tin cho tôi nữa", "stop"),
        ("dduwngf nhawns nuwax", "stop"), ("dừng\u200b lại", "stop"), ("dừng ạ", "stop"),
        ("khong muon nhan tin nua", "stop"), ("thôi đừng nhắn nữa cháu ơi", "stop"),
        ("dung", "stop_maybe"), ("DUNG", "stop_maybe"), ("dung a", "stop_maybe"),
        ("nhận tin", "subscribe"), ("dang ky nhan tin", "subscribe"), ("bật lại", "subscribe"),
        ("kết quả", "progress"), ("ket qua", "progress"), ("học được mấy bài rồi", "progress"),
        ("thông tin của tôi", "my_data"), ("thong tin cua tooi", "my_data"),
        ("xóa dữ liệu của tôi", "my_data"), ("đổi tổ dân phố", "settings"),
        ("gọi tôi là bà", "settings"), ("trợ giúp", "help"), ("menu", "help"),
        ("không biết bấm vào đâu", "help"), ("bắt đầu", "welcome"), ("/start", "welcome"),
        ("xin chào", "welcome"), ("chào cháu nhé", "welcome"), ("A lô", "welcome"),
    ],
)  # fmt: skip
def test_a_whole_message_asks_for_its_conversation(typed: str, name: str) -> None:
    assert intent_of(typed, INTENTS) == name


@pytest.mark.parametrize(
    "typed",
    [
        "dung roi", "đúng rồi", "dùng", "Dũng", "Thời", "thoi", "ban", "tim", "từ từ", "tôi 70 tuổi",
        "dung nhan tinn", "dừng chân ở đây một lát rồi đi tiếp nhé các bác", "bài này nói về dừng xe",
        "xem https://hoc.example", "thông báo", "đông cao", "1", "có", "👍", "", "học sinh lớp 5",
    ],
)  # fmt: skip
def test_other_messages_ask_for_nothing(typed: str) -> None:
    assert intent_of(typed, INTENTS) is None


@pytest.mark.parametrize("talk", INTENTS.conversations, ids=lambda talk: talk.name)
def test_every_trigger_finds_its_own_conversation(talk: Intent) -> None:
    spoken = [word for word in (talk.title, *talk.words) if len(fold(word).split()) <= 8]

    assert {word: intent_of(word, INTENTS) for word in spoken} == dict.fromkeys(spoken, talk.name)


@pytest.mark.parametrize("talk", INTENTS.conversations, ids=lambda talk: talk.name)
def test_every_longer_trigger_works_without_diacritics(talk: Intent) -> None:
    spoken = [fold(word) for word in talk.words if 1 < len(fold(word).split()) <= 8]

    assert {word: intent_of(word, INTENTS) for word in spoken} == dict.fromkeys(spoken, talk.name)


def test_no_trigger_stands_under_two_conversations() -> None:
    counted = Counter(
        word
        for talk in INTENTS.conversations
        for word in {clean(word).lower() for word in (talk.title, *talk.words)}
    )

    assert [word for word, times in counted.items() if times > 1] == []


def test_yes_and_no_share_no_word_in_any_spelling() -> None:
    yes, no = ({fold(word) for word in SETS[name]} for name in ("yes", "no"))

    assert yes & no == set()


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("vâng", "yes"), ("da", "yes"), ("u", "yes"), ("oke", "yes"), ("chuẩn rồi", "yes"),
        ("dung vay", "yes"), ("được ạ", "yes"), ("có cháu ạ", "yes"), ("da vang", "yes"),
        ("hông", "no"), ("kg", "no"), ("chưa", "no"), ("dạ không ạ", "no"), ("k", "no"),
        ("khong hieu", None), ("khong biet", None), ("co nguoi goi", None), ("chua thay", None),
        ("dừng", None), ("dùng", None), ("cỏ", None), ("có không", None),
    ],
)  # fmt: skip
def test_yes_and_no_are_heard_in_their_usual_forms(typed: str, key: str | None) -> None:
    offers = (Offer("yes", "Đồng ý", SETS["yes"]), Offer("no", "Để sau", SETS["no"]))

    assert exact(typed, offers, INTENTS.polite) == key


@pytest.mark.parametrize(
    ("typed", "unsure"),
    [("khong biet", True), ("chịu rồi cháu ạ", True), ("bà quên mất rồi", True), ("có", False),
     ("câu hai", False), ("bác không nhớ", True), ("không biết gọi ai", False)],
)  # fmt: skip
def test_not_knowing_is_heard_in_its_usual_forms(typed: str, unsure: bool) -> None:
    assert is_unsure(typed, SETS["unsure"], INTENTS.polite) is unsure


def test_a_thumb_stands_among_the_signs_of_approval() -> None:
    assert {"👍", "❤", "👌"} <= set(SETS["like"])


def test_every_word_is_written_in_composed_form() -> None:
    words = [word for group in SETS.values() for word in group] + list(INTENTS.polite)

    assert [word for word in words if clean(word) != word] == []
