"""What an answer means: tables of what people type and which offer it names."""

import timeit
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.answers import Offer, exact, exact_many, is_unsure, near

POLITE = ("ạ", "a", "à", "dạ", "vâng", "nhé", "nha", "với", "đi", "em ơi", "cháu ơi", "cô ơi")
POLITE += ("cháu", "con", "bác", "cô", "cô ạ", "cháu ạ", "bác ạ", "cháu nhé")
YES = ("có", "vâng", "dạ", "ừ", "ok", "đồng ý", "đúng", "đúng rồi", "phải")
NO = ("không", "ko", "k", "thôi", "không đồng ý", "chưa")
YES_NO = (Offer("yes", "Có", YES), Offer("no", "Không", NO))
QUIZ = (
    Offer("a", "Đọc mã cho họ"),
    Offer("b", "Cúp máy, gọi lại số đã lưu"),
    Offer("c", "Chuyển tiền"),
)
PUSHES = (
    Offer("scam", "Cảnh báo lừa đảo"),
    Offer("ward", "Thông báo của phường"),
    Offer("learn", "Nhắc học"),
    Offer("none", "Không nhận tin nào", ("không nhận",), alone=True),
)
NEXT = (Offer("next", "Tiếp", ("tiếp tục", "👍", ">")), Offer("back", "Quay lại", ("0", "lui")))


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("1", "yes"), ("2.", "no"), ("2)", "no"), ("(1)", "yes"), ("2️⃣", "no"), ("２", "no"),
        ("số hai", "no"), ("so 2", "no"), ("so2", "no"), ("câu 2", "no"), ("chọn 2", "no"),
        ("cái 2", "no"), ("tôi chọn số 1", "yes"), ("ý thứ nhất", "yes"), ("cái đầu", "yes"),
        ("cái đầu tiên", "yes"), ("cái cuối", "no"), ("câu cuối cùng", "no"), ("hai", "no"),
        ("hai nhé", "no"), ("một", "yes"), ("b", "no"), ("A", "yes"), ("1 a", "yes"),
        ("1ạ", "yes"), ("2nhé", "no"), ("cô ơi 2 nhé", "no"), ("1\n1", "yes"), ("1 👍", "yes"),
        ("có", "yes"), ("CÓ", "yes"), ("co", "yes"), ("cos", "yes"), ("vang a", "yes"),
        ("dạ có", "yes"), ("da khong", "no"), ("không ạ", "no"), ("ko", "no"), ("khoong", "no"),
        ("cô ơi có ạ", "yes"), ("dung", "yes"), ("đúng", "yes"), ("dung roi", "yes"),
        ("dong y", "yes"), ("đồng í", None), ("đồng ý nhé", "yes"), ("Không đồng ý", "no"),
        ("cỏ", None), ("cô", None), ("đừng", None), ("dừng", None), ("dùng", None), ("Dũng", None),
        ("khong hieu", None), ("khong biet", None), ("khong thay nut", None), ("chua thay", None),
        ("co nguoi goi", None), ("co khong", None), ("tôi 70 tuổi", None), ("1 triệu", None),
        ("3", None), ("0", None), ("12", None), ("bà", None), ("", None), ("   ", None),
        ("👍", None), ("1 2", None), ("a" * 100_000, None), ("1" * 5000, None),
    ],
)  # fmt: skip
def test_one_of_two_answers_is_named_in_many_ways(typed: str, key: str | None) -> None:
    assert exact(typed, YES_NO, POLITE) == key


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("a", "a"), ("A.", "a"), ("b)", "b"), ("câu b", "b"), ("đáp án C", "c"), ("chọn c", "c"),
        ("em chọn b", "b"), ("b nhé", "b"), ("a ạ", "a"), ("2", "b"), ("1 ạ", "a"), ("ba", "c"),
        ("cúp máy, gọi lại số đã lưu", "b"), ("CUP MAY GOI LAI SO DA LUU", "b"),
        ("chuyeern tieenf", "c"),
        ("a a", None), ("b a", None), ("1 a", None), ("d", None), ("bà", None), ("c và b", None),
    ],
)  # fmt: skip
def test_at_a_quiz_a_letter_is_always_a_letter(typed: str, key: str | None) -> None:
    assert exact(typed, QUIZ, POLITE, lettered=True) == key


@pytest.mark.parametrize(
    ("typed", "key"),
    [("👍", "next"), ("👍🏻", "next"), ("❤️", None), (">", "next"), ("0", "back"), ("tiep", "next"),
     ("tieeps tucj", "next"), ("lui", "back"), ("2", "back")],
)  # fmt: skip
def test_signs_and_zero_count_where_they_are_offered(typed: str, key: str | None) -> None:
    assert exact(typed, NEXT, POLITE) == key


def test_two_offers_that_fold_alike_are_told_apart_by_diacritics_only() -> None:
    offers = (Offer("off", "Tắt"), Offer("all", "Tất"))

    assert exact("tắt", offers, POLITE) == "off"
    assert exact("tất", offers, POLITE) == "all"
    assert exact("tat", offers, POLITE) is None


def test_old_and_new_spellings_of_a_word_are_one() -> None:
    offers = (Offer("1", "Hoà"), Offer("2", "Quý"), Offer("3", "Đọc kỹ hơn"))

    assert exact("hòa", offers, POLITE) == "1"
    assert exact("quí", offers, POLITE) == "2"
    assert exact("đọc kĩ hơn", offers, POLITE) == "3"
    assert exact("doc ki hon", offers, POLITE) == "3"


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("1 3", "scam learn"), ("1,3", "scam learn"), ("3 1 1", "scam learn"), ("13", "scam learn"),
        ("1 và 3", "scam learn"), ("cả 1 lẫn 3", "scam learn"), ("một, ba", "scam learn"),
        ("số 1 và số 2", "scam ward"), ("chọn 1 2 nhé", "scam ward"), ("1 rồi 2", "scam ward"),
        ("1-3", "scam ward learn"), ("từ 1 đến 3", "scam ward learn"), ("2", "ward"),
        ("hết", "scam ward learn"), ("tat ca a", "scam ward learn"), ("cả ba", "scam ward learn"),
        ("nhắc học", "learn"), ("cảnh báo lừa đảo và nhắc học", "scam learn"),
        ("canh bao lua dao, nhac hoc", "scam learn"), ("4", "none"), ("không nhận", "none"),
        ("1 4", None), ("cả hai", None), ("1 5", None), ("5", None), ("0", None), ("1 triệu", None),
        ("tôi 70 tuổi", None), ("nhắc học và gì đó", None), ("", None),
    ],
)  # fmt: skip
def test_several_answers_are_read_from_one_message(typed: str, keys: str | None) -> None:
    assert exact_many(typed, PUSHES, POLITE) == (tuple(keys.split()) if keys else None)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("cảnh báo", "scam"), ("canh bao lua dap", "scam"), ("nừa đảo", "scam"),
        ("thong bap cua phuong", "ward"), ("thông báo phường", "ward"), ("nhac hocc", "learn"),
        ("khong nhan tin nao ca", "none"), ("cho tôi cảnh báo lừa đảo", "scam"),
        ("nhận tin", None), ("không nhắc học", None), ("khong nhan thong bao", None), ("tin", None),
        ("cảnh báo và nhắc học", None), ("hom nay troi dep qua", None), ("", None), ("👍", None),
        ("thông báo của phường là để làm gì thế cháu ơi", None),
    ],
)  # fmt: skip
def test_a_near_answer_is_guessed_when_it_can_be_only_one(typed: str, key: str | None) -> None:
    assert near(typed, PUSHES, POLITE) == key


def test_a_guess_never_turns_a_refusal_into_a_consent() -> None:
    offers = (Offer("yes", "Đồng ý nhận tin"), Offer("no", "Không đồng ý nhận tin"))

    assert near("khong dong y nhan", offers, POLITE) == "no"
    assert near("khong dong yy nhan tin", offers, POLITE) == "no"
    assert near("dong yy nhan tin", offers, POLITE) == "yes"
    assert near("khong muon nhan tin", offers, POLITE) is None


@pytest.mark.parametrize(
    ("typed", "unsure"),
    [
        ("không biết", True), ("khong biet", True), ("chịu", True), ("quên rồi", True),
        ("em quên mất rồi ạ", True), ("tôi không biết", True), ("bà chịu thôi", True), ("?", True),
        ("không nhớ", True), ("khoong bieets", True), ("k biet", True),
        ("không", False), ("không hiểu", False), ("không biết chuyển tiền", False), ("", False),
        ("biết rồi", False),
    ],
)  # fmt: skip
def test_not_knowing_is_no_answer_of_its_own(typed: str, unsure: bool) -> None:
    words = ("không biết", "chịu", "chịu thôi", "quên rồi", "quên mất rồi", "không nhớ", "?")

    assert is_unsure(typed, words, POLITE) is unsure


@given(st.text(max_size=60))
def test_any_text_is_answered_without_an_error(text: str) -> None:
    for offers in (YES_NO, QUIZ, PUSHES):
        assert exact(text, offers, POLITE) in {None, *(offer.key for offer in offers)}
        assert near(text, offers, POLITE) in {None, *(offer.key for offer in offers)}
        assert set(exact_many(text, offers, POLITE) or ()) <= {offer.key for offer in offers}


@given(st.sampled_from(YES_NO + QUIZ + PUSHES), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_a_label_names_its_offer_in_every_unicode_form(offer: Offer, form: str) -> None:
    offers = next(group for group in (YES_NO, QUIZ, PUSHES) if offer in group)

    assert exact(unicodedata.normalize(form, offer.label), offers, POLITE) == offer.key  # type: ignore[arg-type]


@given(st.text(max_size=40))
def test_an_answer_does_not_depend_on_the_unicode_form(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))

    assert exact(composed, PUSHES, POLITE) == exact(decomposed, PUSHES, POLITE)


def test_a_plain_number_is_decided_at_once() -> None:
    tries = 20_000

    seconds = min(timeit.repeat(lambda: exact("1", YES_NO, POLITE), number=tries, repeat=5))

    assert seconds / tries < 3e-6


def test_a_very_long_answer_costs_nothing(tmp_path: Path) -> None:
    text = "cảnh báo " * 12_000

    seconds = min(timeit.repeat(lambda: near(text, PUSHES, POLITE), number=1, repeat=3))

    assert seconds < 0.05
