"""Rules for one text: lengths, letters and signs, words that residents misunderstand."""

import unicodedata
from typing import Any

import pytest

from lessons import examine
from lessons.lint_texts import sentences, text_problems
from lessons.passages import Kind, Passage, Place

TB = "library/TB-01.yaml"


def passage(text: str, kind: Kind) -> Passage:
    return Passage(Place("a.yaml", 7, "TB-01"), kind, "thẻ 1", text)


def errors(text: str, kind: Kind = Kind.CARD) -> list[str]:
    return [one.text for one in text_problems(passage(text, kind)) if not one.is_warning]


def warnings(text: str, kind: Kind = Kind.CARD) -> list[str]:
    return [one.text for one in text_problems(passage(text, kind)) if one.is_warning]


def test_a_card_that_is_too_long_is_told_with_place_and_advice(folder: Any) -> None:
    long = "Chữ nhỏ quá thì mình chỉnh to lên được" + " nhé" * 51 + "."
    folder.replace(TB, "Chữ nhỏ quá thì mình chỉnh to lên được. Việc này không mất tiền.", long)

    first = examine(folder.path)[1][0]

    assert str(first) == (
        "lessons/library/TB-01.yaml dòng 15, bài TB-01: thẻ 1 dài 243 ký tự, tối đa 220. "
        "Cắt bớt hoặc tách thành hai thẻ."
    )


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        (Kind.TITLE, 80),
        (Kind.CARD, 220),
        (Kind.PRACTICE, 220),
        (Kind.QUESTION, 160),
        (Kind.OPTION, 70),
        (Kind.EXPLAIN, 220),
        (Kind.LABEL, 70),
        (Kind.CONSENT, 400),
        (Kind.MESSAGE, 2000),
    ],
)
def test_every_kind_of_text_has_its_own_limit(kind: Kind, limit: int) -> None:
    assert errors("a" * limit, kind) == []
    assert f"dài {limit + 1} ký tự, tối đa {limit}" in errors("a" * (limit + 1), kind)[0]


def test_a_third_sentence_is_too_many_for_a_card() -> None:
    assert errors("Mở Cài đặt. Tìm Màn hình. Kéo sang phải.") == [
        "thẻ 1 có 3 câu, tối đa 2. Cắt bớt hoặc tách thành hai thẻ."
    ]
    assert errors("Mở Cài đặt. Tìm Màn hình. Kéo sang phải.", Kind.EXPLAIN) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Thì gọi 113. Gửi trên VNeID không thay cho gọi.", 2),
        ("Địa chỉ là dichvucong.gov.vn. Gõ đúng như thế.", 2),
        ("Đuôi .gov.vn, ví dụ dichvucong.gov.vn.", 1),
        ("Tốn 1.500.000 đồng, tức 1,5 triệu.", 1),
        ("Bấm nút “Tiếp…” rồi chờ… một chút.", 1),
        ("Chờ một chút… Xong rồi.", 2),
        ("Hỏi: “Ai đấy?” Rồi cúp máy!", 2),
        ("1. Học\n2. Nghỉ", 2),
        ("1. Học một bài.", 1),
        ("", 0),
        ("…", 0),
    ],
)
def test_sentences_are_counted_as_a_reader_would(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_a_loudspeaker_text_lasts_at_most_ninety_seconds() -> None:
    assert errors("một hai ba bốn năm. " * 45, Kind.RADIO) == []
    assert errors("một hai ba bốn năm. " * 45 + "Hết.", Kind.RADIO) == [
        "thẻ 1 có 226 tiếng, tối đa 225. Cắt bớt, đọc loa không quá 90 giây."
    ]


def test_a_sentence_of_more_than_26_words_is_only_a_warning() -> None:
    long = " ".join(["tiếng"] * 27)

    assert errors(long) == []
    assert "có câu dài 27 tiếng" in warnings(long)[0]
    assert warnings(" ".join(["tiếng"] * 26)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (unicodedata.normalize("NFD", "Mở Cài đặt."), "viết bằng Unicode tổ hợp"),
        ("Mở\u200b Cài đặt.", "có ký tự ẩn U+200B"),
        ("Mở \u202eCài đặt.", "có ký tự ẩn U+202E"),
        ("Mở\tCài đặt.", "có ký tự ẩn U+0009"),
        ("Mở Cài đặt.\nTìm Màn hình.", "xuống dòng ở giữa"),
        ("KHÔNG ĐƯỢC CHUYỂN tiền.", "viết hoa cả cụm “KHÔNG ĐƯỢC CHUYỂN”"),
        ("Gọi {Công an}.", "có dấu ngoặc nhọn lẻ"),
        ("Gọi {cong_an_phuong.", "có dấu ngoặc nhọn lẻ"),
        ("✅ Đúng ✅", "có 2 hình biểu cảm, tối đa 1"),
    ],
)
def test_letters_that_do_harm_are_found(text: str, said: str) -> None:
    assert [said in one for one in errors(text)] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "Mã OTP, SMS, PIN thì giữ kín.",
        "Điều nào KHÔNG nên làm?",
        "UBND phường, MTTQ và VNeID.",
        "⚠️ Cúp máy ngay.",
        "Nóng 38 °C.",
        "Gọi {cong_an_phuong} nhé.",
    ],
)
def test_letters_that_do_no_harm_are_left_alone(text: str) -> None:
    assert errors(text) == []


@pytest.mark.parametrize("text", ["👍 Đồng ý", "A. Danh bạ", "1. Danh bạ", "b) Danh bạ"])
def test_an_option_is_words_only_without_its_own_number(text: str) -> None:
    assert len(errors(text, Kind.OPTION)) == 1


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("Học Số chào bà con.", "{bot}"),
        ("Bấm vào link này.", "đường dẫn"),
        ("Gõ URL vào ô.", "đường dẫn"),
        ("Kính chào quý khách.", "bà con"),
        ("Truy cập trang này.", "vào"),
        ("Phường triển khai việc này.", "làm"),
        ("Sai! Xem lại nhé.", "Chưa đúng"),
        ("Đang ở thẻ 3/5.", "phần 3/5"),
        ("Đang ở thẻ {part}/{parts}.", "phần 3/5"),
        ("Xem bài TB-01.", "tên bài"),
        ("Nối tài khoản nhé.", "Dùng chung một sổ học"),
    ],
)
def test_words_that_residents_misunderstand_are_refused(text: str, instead: str) -> None:
    assert [f"Viết “{instead}”" in one for one in errors(text)] == [True]


@pytest.mark.parametrize("text", ["Thiết bị bị hỏng.", "Bạn mở Cài đặt.", "Mở app ngân hàng."])
def test_words_of_offices_are_only_warned_about(text: str) -> None:
    assert errors(text) == []
    assert len(warnings(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Kẻ gian viết “Quý khách truy cập link sau”.",
        "Học bình dân học vụ số.",
        "Thẻ ngân hàng 3 năm.",
        "Hỏi bạn bè, người bạn, kết bạn.",
        "Cài từ App Store.",
        "Trả lời sai thì xem lại.",
    ],
)
def test_the_same_letters_in_other_words_are_left_alone(text: str) -> None:
    assert errors(text) + warnings(text) == []
