"""A message as Telegram gets it: cut, with its buttons, as calls."""

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels import telegram
from bot.channels._calls import Attachment, Call
from bot.channels._telegram_text import MAX_CAPTION, MAX_TEXT, cut, units


def is_one_sign(text, at):
    return (
        unicodedata.combining(text[at]) != 0
        or "\ufe0f" in text[at]
        or "\u200d" in text[at - 1 : at + 1]
        or "\U0001f3fb" <= text[at] <= "\U0001f3ff"
    )


ALPHABET = st.sampled_from(
    [
        "a",
        "ế",
        "e\u0302\u0301",
        " ",
        "\n",
        "\n\n",
        ". ",
        "😀",
        "👍🏽",
        "👩‍👧",
        "❤️",
        "🇻🇳",
        "từ ",
        "x" * 20,
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(ALPHABET, max_size=60).map("".join), st.integers(12, 60))
def test_cut_pieces_fit_lose_nothing_and_break_no_sign(text, limit):
    pieces = cut(text, limit)
    ends = [sum(map(len, pieces[: n + 1])) for n in range(len(pieces) - 1)]

    assert all(0 < units(piece) <= limit and piece.strip() for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    if "".join(pieces) == text:
        assert not any(is_one_sign(text, end) for end in ends)
        assert not any(
            text[:end].count("\U0001f1fb") > text[:end].count("\U0001f1f3") for end in ends
        )
    else:
        assert any(not piece.strip() for piece in text.splitlines()) or text != text.strip()


CUT = {
    "a paragraph before a line": ("một\n\nhai ba\nbốn năm", 14, ("một\n\nhai ba\n", "bốn năm")),
    "a paragraph in the second half": ("một hai ba\n\nbốn năm", 14, ("một hai ba\n\n", "bốn năm")),
    "a line": ("một hai\nba bốn năm", 12, ("một hai\n", "ba bốn năm")),
    "a sentence": ("Một hai. Ba bốn năm", 12, ("Một hai. ", "Ba bốn năm")),
    "a word": ("một hai ba bốn", 8, ("một hai ", "ba bốn")),
    "a long word": ("a" * 10, 4, ("aaaa", "aaaa", "aa")),
    "a sign of two units": ("😀😀😀", 3, ("😀", "😀", "😀")),
    "a family": ("abc👩‍👧", 5, ("abc", "👩‍👧")),
    "a hand with its colour": ("abc👍🏽", 5, ("abc", "👍🏽")),
    "a flag of tags": ("a\U0001f3f4\U000e0067\U000e007f", 6, ("a", "\U0001f3f4\U000e0067\U000e007f")),
    "two flags": ("🇻🇳🇻🇳", 6, ("🇻🇳", "🇻🇳")),
    "a letter with its marks": ("abce\u0302\u0301d", 5, ("abc", "e\u0302\u0301d")),
    "nothing but blanks": (" \n ", 2, ()),
    "blanks longer than a message": ("a" + " " * 9 + "b", 4, ("a   ", "  b")),
    "nothing": ("", 4, ()),
}  # fmt: skip


@pytest.mark.parametrize("case", CUT)
def test_a_long_text_is_cut_where_it_hurts_least(case):
    text, limit, pieces = CUT[case]

    assert cut(text, limit) == pieces


# ---------------------------------------------------------------- what goes out


def choices(*labels, taps=None):
    return [
        {"number": str(n), "label": label, "tap": taps[n - 1] if taps else f"t:3:o{n}"}
        for n, label in enumerate(labels, start=1)
    ]


def built(body, known=None, media=Path("media")):
    return [telegram.build("7", row, known or {}, media) for row in telegram.rows(body)]


def texts(calls):
    return [call.parameters.get("text", call.parameters.get("caption")) for call in calls]


def labels(call):
    lines = call.parameters["reply_markup"]["inline_keyboard"]
    return [[button["text"] for button in line] for line in lines]


def test_a_plain_message_is_one_call_without_any_markup():
    (call,) = built({"text": "<b>Chào</b> *bà con* https://a.vn"})

    assert call == Call(
        "sendMessage",
        {
            "chat_id": 7,
            "text": "<b>Chào</b> *bà con* https://a.vn",
            "link_preview_options": {"is_disabled": True},
        },
    )


def test_short_choices_are_buttons_one_a_line():
    (call,) = built({"text": "Tiếp?", "choices": choices("Học tiếp", "a" * 28), "question": "t:3"})

    assert labels(call) == [["1. Học tiếp"], ["2. " + "a" * 28]]
    assert call.parameters["text"] == "Tiếp?"
    assert call.parameters["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "t:3:o1"


def test_long_choices_are_listed_and_their_numbers_are_buttons():
    (call,) = built({"text": "Câu 1", "choices": choices("a" * 29, *"bcdefghi")})

    assert call.parameters["text"].startswith("Câu 1\n\n1. " + "a" * 29 + "\n2. b\n3. c")
    assert labels(call) == [list("12345678"), ["9"]]


NO_BUTTONS = {
    "several may be chosen": {"text": "Chọn", "several": True, "choices": choices("một", "hai")},
    "a button would carry too much": {
        "text": "Chọn",
        "choices": choices("một", "hai", taps=["t:1:a", "t:1:" + "ế" * 31]),
    },
    "a button would carry nothing": {
        "text": "Chọn",
        "choices": choices("một", "hai", taps=["", "t:1:a"]),
    },
}


@pytest.mark.parametrize("case", NO_BUTTONS)
def test_choices_that_fit_no_button_are_answered_in_words(case):
    (call,) = built(NO_BUTTONS[case])

    assert call.parameters["text"] == "Chọn\n\n1. một\n2. hai"
    assert "reply_markup" not in call.parameters


def test_choices_without_a_text_are_listed_so_that_the_message_is_not_empty():
    (call,) = built({"text": "", "choices": choices("Có", "Không")})

    assert call.parameters["text"] == "1. Có\n2. Không"
    assert labels(call) == [["1", "2"]]


def test_more_choices_than_buttons_are_only_listed():
    (call,) = built({"text": "Chọn", "choices": choices(*["a"] * 101)})

    assert "reply_markup" not in call.parameters


def test_the_end_of_a_split_message_carries_the_question():
    body = {"text": "từ " * 3000, "choices": choices("Có"), "question": "t:3", "placeholder": "?"}
    *before, last = telegram.rows(body)

    assert len(before) == 2
    assert all(row.keys() == {"text"} for row in before)
    assert last["question"] == "t:3"
    assert last["choices"] == body["choices"]
    assert "".join(row["text"] for row in [*before, last]) == body["text"]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(ALPHABET, max_size=40).map("".join),
    st.lists(st.text("abcế 😀", min_size=1, max_size=40), max_size=12),
    st.integers(1, 300),
    st.booleans(),
    st.booleans(),
)
def test_nothing_of_a_message_is_lost_in_its_rows(part, names, times, is_several, has_image):
    text = (part * times).strip()
    body = {"text": text, "several": is_several, **({"choices": choices(*names)} if names else {})}
    if has_image:
        body["image"] = {"src": "a.png", "alt": "ảnh"}
    made = telegram.rows(body)
    whole = "".join(row["text"] for row in made)

    assert whole.startswith(text) or not text.strip()
    if whole != text:
        assert whole.split() == [
            *text.split(),
            *(
                word
                for c in body.get("choices", ())
                for word in f"{c['number']}. {c['label']}".split()
            ),
        ]
    assert all(units(row["text"]) <= (MAX_CAPTION if "image" in row else MAX_TEXT) for row in made)
    assert [row for row in made if "choices" in row] == (list(made[-1:]) if names else [])
    assert all(row["text"].strip() or "image" in row for row in made)


IMAGE = {"src": "co-chu.png", "alt": "Màn hình"}


def test_a_picture_carries_a_short_text_and_stands_before_a_long_one(tmp_path):
    (one,) = built({"text": "Phần 1", "image": IMAGE, "choices": choices("Tiếp")}, media=tmp_path)
    picture, *rest = built({"text": "từ " * 400, "image": IMAGE}, media=tmp_path)

    assert one.method == "sendPhoto"
    assert one.parameters["caption"] == "Phần 1"
    assert labels(one) == [["1. Tiếp"]]
    assert one.attachment == Attachment("photo", "co-chu.png", "image/png", tmp_path / "co-chu.png")
    assert picture.parameters == {"chat_id": 7}
    assert [call.method for call in rest] == ["sendMessage"]


def test_listed_choices_count_when_a_caption_is_measured():
    body = {"text": "a" * 1000, "image": IMAGE, "choices": choices("b" * 30)}

    assert [call.method for call in built(body)] == ["sendPhoto", "sendMessage"]


def test_a_picture_alone_is_one_call_without_a_caption():
    (call,) = built({"text": "", "image": IMAGE})

    assert call.parameters == {"chat_id": 7}


def test_sound_comes_before_the_text_and_a_file_after_it():
    file = {"name": "thong-tin.json", "mime": "application/json", "text": '{"ten": "Lan"}'}
    calls = built({"text": "Của bà đây", "audio": "tb-01.mp3", "file": file})

    assert [call.method for call in calls] == ["sendAudio", "sendMessage", "sendDocument"]
    assert calls[0].attachment.mime == "audio/mpeg"
    assert calls[2].attachment == Attachment(
        "document", "thong-tin.json", "application/json", file["text"].encode()
    )
    assert calls[2].upload is None


def test_an_empty_message_is_no_row_at_all():
    assert telegram.rows({"text": " \n"}) == ()
    assert telegram.rows({"text": "", "file": {"name": "a", "mime": "b", "text": ""}}) == ()


def test_a_file_that_is_there_already_goes_by_its_id_until_it_is_changed(tmp_path):
    file = tmp_path / "co-chu.png"
    file.write_bytes(b"one")
    (first,) = built({"text": "", "image": IMAGE}, media=tmp_path)
    known = {first.upload: "ID1"}

    (again,) = built({"text": "", "image": IMAGE}, known, tmp_path)
    (forgotten,) = built({"text": "", "image": IMAGE}, {first.upload: ""}, tmp_path)
    file.write_bytes(b"mended")
    os.utime(file, ns=(1, 1))
    (mended,) = built({"text": "", "image": IMAGE}, known, tmp_path)

    assert again.parameters == {"chat_id": 7, "photo": "ID1"}
    assert again.attachment is None
    assert again.upload == first.upload
    assert forgotten == first
    assert mended.attachment is not None
    assert mended.upload != first.upload
