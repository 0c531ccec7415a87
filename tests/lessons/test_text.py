"""Vietnamese text as it arrives: what is kept, what is folded, what is repaired."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.text import clean, fold, has_marks, is_pasted, repair, words

VIETNAMESE = (
    "aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ 12"
)
TEXTS = (
    st.text()
    | st.text(VIETNAMESE + VIETNAMESE.upper())
    | st.text("a\u0301\u200b\u200d👩💻\ufe0f\n \t=\u0338")
)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  học  bài \t nhé ", "học bài nhé"),
        (unicodedata.normalize("NFD", "Tổ dân phố Đông Cao"), "Tổ dân phố Đông Cao"),
        ("h\u200bọ\u200cc\ufeff", "học"),
        ("\u202eđảo\u202c", "đảo"),
        ("a\u200db", "ab"),
        ("👩\u200d💻 học", "👩\u200d💻 học"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
        ("một\r\nhai\rba\u2028bốn", "một\nhai\nba\nbốn"),
        ("một \n\n\n\n hai", "một\n\nhai"),
        ("\x00\x07có\x1b\x7f\ud800", "có"),
        ("\u00a0học\u3000bài\u00a0", "học bài"),
        ("", ""),
        (" \u200b ", ""),
    ],
)
def test_stored_text_is_composed_and_without_invisible_characters(typed: str, stored: str) -> None:
    assert clean(typed) == stored


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Kiểm tra LỪA ĐẢO!", "kiem tra lua dao"),
        ("ðúng", "dung"),
        ("ＴＤＰ　５", "tdp 5"),
        ("2️⃣", "2"),
        ("2️⃣3️⃣", "2 3"),
        ("①", "1"),
        ("ﬁ", "fi"),
        ("e\u0323\u0302", "e"),
        ("e\u0301\u0302", "e"),
        ("học\u200bbài", "hocbai"),
        ("hoà – hòa", "hoa hoa"),
        ("🙂", ""),
        ("مرحبا 2", "2"),
    ],
)
def test_folding_leaves_only_plain_words_and_digits(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "marked"),
    [("dừng", True), ("đ", True), (unicodedata.normalize("NFD", "cỏ"), True), ("cô", True),
     ("dung", False), ("", False), ("2️⃣", False), ("🙂", False), ("ñandú", True)],
)  # fmt: skip
def test_vietnamese_diacritics_are_seen_in_any_form(text: str, marked: bool) -> None:
    assert has_marks(text) is marked


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hocj baif", "hoc bai"),
        ("hojc baif", "hoc bai"),
        ("gawpj cans booj", "gap can bo"),
        ("kie6m3 tra lu7a2 d9a3o", "kiem tra lua dao"),
        ("kieemr tra luwaf ddaor", "kiem tra lua dao"),
        ("tieeps tucj", "tiep tuc"),
        ("tienef", "tien"),
        ("dduwngf nhawns tin", "dung nhan tin"),
        ("nguowif truwowngf", "nguoi truong"),
        ("muoons cheets", "muon chet"),
        ("khoong", "khong"),
        ("cos", "co"),
        ("to5", "to 5"),
        ("tdp12 khu3 xom7 ngo1 bai2 lop4", "tdp 12 khu 3 xom 7 ngo 1 bai 2 lop 4"),
        ("as or max sos ok", "as or max sos ok"),
        ("next stop test facebook wifi otp", "next stop test facebook wifi otp"),
        ("500k 3tr b2 k12", "500k 3tr b2 k12"),
        ("hoc bai", "hoc bai"),
        ("", ""),
    ],
)
def test_keyboard_leftovers_are_repaired_and_english_is_not(typed: str, meant: str) -> None:
    assert repair(typed) == meant


@pytest.mark.parametrize(
    ("text", "pasted"),
    [
        ("tôi muốn học bài tiếp theo", False),
        ("một hai ba bốn năm sáu bảy tám chín mười mười-một mười-hai", False),
        ("một hai ba bốn năm sáu bảy tám chín mười mười-một mười-hai mười-ba", True),
        ("xem https://vi.example", True),
        ("vào bit.ly/abc nhé", True),
        ("dichvucong-gov (chấm) com", True),
        ("tin này của shop.vn à", True),
        ("xong rồi.có học nữa không", False),
        ("học bài 1.tôi chưa hiểu", False),
    ],
)
def test_long_texts_and_texts_with_links_count_as_pasted(text: str, pasted: bool) -> None:
    assert is_pasted(text) is pasted


def test_words_of_a_folded_text_are_its_tokens() -> None:
    assert words("hoc bai 2") == ["hoc", "bai", "2"]
    assert words("") == []


@given(TEXTS)
def test_cleaning_a_clean_text_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(TEXTS)
def test_clean_text_can_always_be_encoded(text: str) -> None:
    assert clean(text).encode().decode() == unicodedata.normalize("NFC", clean(text))


@given(TEXTS)
def test_folding_a_folded_text_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXTS)
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))

    assert fold(composed) == fold(decomposed) == fold(text)


@given(TEXTS)
def test_folded_text_holds_only_plain_words(text: str) -> None:
    assert all(word.isascii() and word.isalnum() for word in fold(text).split(" ") if word)


@given(st.text(VIETNAMESE))
def test_repairing_twice_is_repairing_once(text: str) -> None:
    once = repair(fold(text))

    assert repair(once) == once


@given(st.lists(st.sampled_from(["học", "lừa", "đảo", "tiếng", "người", "trường", "khuỷu"])))
def test_words_that_are_vietnamese_are_never_repaired(some: list[str]) -> None:
    folded = fold(" ".join(some))

    assert repair(folded) == folded
