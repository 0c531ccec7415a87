"""How long Telegram finds a text, where a long one may be cut, and how choices are shown with it.

Lengths are counted in UTF-16 units, as Telegram counts entities; that is never less than characters.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

MAX_TEXT = 4096
"""“Text of the message to be sent, 1-4096 characters after entities parsing.”"""
MAX_CAPTION = 1024
"""“0-1024 characters after entities parsing.”"""
MAX_DATA_BYTES = 64
"""“Data to be sent in a callback query to the bot when the button is pressed, 1-64 bytes.”"""
MAX_BUTTONS = 100
"""So many buttons a message may have, as is commonly stated; the documentation names no number."""
BUTTONS_PER_ROW = 8
"""So many buttons a telephone shows beside each other."""
MAX_LABEL_CHARS = 28
"""A longer label is cut off on a narrow telephone, so it is listed in the text instead."""

_BREAKS = (("\n\n",), ("\n",), (". ", "! ", "? ", "… ", ".” ", "!” ", "?” "))
_BLANKS = (" ", "\n", "\t")
_ZWJ = "\u200d"
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")
_FLAG_LETTERS = ("\U0001f1e6", "\U0001f1ff")
_FLAG_TAGS = ("\U000e0020", "\U000e007f")


def units(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> tuple[str, ...]:
    """A text in pieces of at most `limit` units, which joined are the text again.

    A piece ends after a paragraph, else a line, a sentence, a word; inside a word only where it must,
    and then never inside a sequence that is read as one sign. A piece of nothing but blanks is left out:
    Telegram refuses an empty message.
    """
    pieces = []
    rest = text
    while units(rest) > limit:
        end = _end(rest, _fitting(rest, limit))
        pieces.append(rest[:end])
        rest = rest[end:]
    pieces.append(rest)
    return tuple(piece for piece in pieces if piece.strip())


def _fitting(text: str, limit: int) -> int:
    """How many characters of a text fit into `limit` units."""
    used = 0
    for index, sign in enumerate(text):
        used += 2 if sign > "\uffff" else 1
        if used > limit:
            return index
    return len(text)


def _end(text: str, most: int) -> int:
    """Where the first piece ends: not before its middle, if something better than a word ends later."""
    for marks in _BREAKS:
        if (found := _after_last(text, marks, most)) > most // 2:
            return found
    if found := _after_last(text, _BLANKS, most):
        return found
    return next((end for end in range(most, 0, -1) if not _is_joined(text, end)), most)


def _after_last(text: str, marks: Sequence[str], most: int) -> int:
    """The end of the last of the marks that stands whole before `most`; 0 when there is none."""
    places = [(text.rfind(mark, 0, most), mark) for mark in marks]
    return max((place + len(mark) for place, mark in places if place >= 0), default=0)


def _is_joined(text: str, at: int) -> bool:
    """Whether the characters before and after a place are read as one sign."""
    before, after = text[at - 1], text[at]
    if _ZWJ in (before, after) or unicodedata.category(after).startswith("M"):
        return True
    if _is_within(after, _SKIN_TONES) or _is_within(after, _FLAG_TAGS):
        return True
    if not _is_within(after, _FLAG_LETTERS):
        return False
    letters = 0
    while letters < at and _is_within(text[at - 1 - letters], _FLAG_LETTERS):
        letters += 1
    return letters % 2 == 1


def _is_within(sign: str, ends: tuple[str, str]) -> bool:
    first, last = ends
    return first <= sign <= last


# ---------------------------------------------------------------- choices


def with_choices(body: Mapping[str, Any]) -> dict[str, Any]:
    """A message as it is shown: `buttons` says which, and choices without words on them are in the text.

    buttons: "labels"    one button a line, “1. Học tiếp”
             "numbers"   the choices are listed in the text, the buttons are “1” “2” “3”
             absent      the choices, if any, are listed in the text and answered in words
    """
    shown = dict(body)
    choices: Sequence[Mapping[str, str]] = body.get("choices", ())
    if not choices:
        return shown
    text = body["text"]
    may_have_buttons = not body.get("several") and _fit_on_buttons(choices)
    is_short = all(len(choice["label"]) <= MAX_LABEL_CHARS for choice in choices)
    if may_have_buttons and is_short and text.strip():
        return {**shown, "buttons": "labels"}
    if may_have_buttons:
        shown["buttons"] = "numbers"
    listed = "\n".join(map(_line, choices))
    return {**shown, "text": f"{text}\n\n{listed}" if text.strip() else listed}


def keyboard(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """The inline keyboard of a message as `with_choices` left it."""
    choices: Sequence[Mapping[str, str]] = body.get("choices", ())
    match body.get("buttons"):
        case "labels":
            lines = [[_button(_line(choice), choice)] for choice in choices]
        case "numbers":
            buttons = [_button(choice["number"], choice) for choice in choices]
            starts = range(0, len(buttons), BUTTONS_PER_ROW)
            lines = [buttons[start : start + BUTTONS_PER_ROW] for start in starts]
        case _:
            return None
    return {"inline_keyboard": lines}


def _fit_on_buttons(choices: Sequence[Mapping[str, str]]) -> bool:
    sizes = [len(choice["tap"].encode()) for choice in choices]
    return len(choices) <= MAX_BUTTONS and all(0 < size <= MAX_DATA_BYTES for size in sizes)


def _line(choice: Mapping[str, str]) -> str:
    return f"{choice['number']}. {choice['label']}"


def _button(text: str, choice: Mapping[str, str]) -> dict[str, str]:
    return {"text": text, "callback_data": choice["tap"]}
