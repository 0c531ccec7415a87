"""Answers that count: “2”, “số hai”, “câu b”, “cái cuối”, “1, 3”, “cả hai”, “1 đến 3”."""

import re
from collections.abc import Iterable

from lessons._spelling import Spelt, spelt

_DIGITS = ("một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")
_VALUES = {spelt(word).bare[0]: number for number, word in enumerate(_DIGITS, start=1)}
_VALUES |= {"tu": 4, "thu nhat": 1, "thu nhi": 2}
_LETTERS = "abcdefgh"

# Every word these answers are made of: a diacritic that none of them has makes it another word
# (“bà” is not three).
_SPELLINGS = frozenset(
    marked
    for word in (
        *(*_DIGITS, "bẩy", "tư", "nhất", "nhì", "nhị", "đầu", "tiên", "cuối", "cùng", "giữa"),
        *("số", "câu", "cái", "ý", "mục", "phần", "đáp", "án", "phương", "lựa", "chọn", "dòng"),
        *("thứ", "lấy", "bấm", "nhấn", "là", "trả", "lời", "ô", "điều", "việc", "bài", "loại"),
        *("cả", "lẫn", "và", "với", "rồi", "đến", "tới", "trên", "dưới"),
    )
    for marked in spelt(word).marked
    if marked is not None
)
_SPEAKERS = frozenset(("toi", "em", "con", "chau", "bac", "ba", "ong", "minh", "tui", "cu"))
_CHOOSING = frozenset(("chon", "lay", "bam", "nhan", "tra"))

_VERB = "(?:(?:chon|lay|bam|nhan|tra loi|la) )*"
_NOUN = "(?:(?:so|cau|cai|y|muc|phan|o|dong|dieu|viec|bai|dap an|phuong an|lua chon|thu) )*"
_VALUE = "[0-9]{1,2}|" + "|".join(sorted(_VALUES, key=len, reverse=True))
_NUMBER = re.compile(f"{_VERB}{_NOUN}({_VALUE})")
_LETTER = re.compile(f"{_VERB}{_NOUN}([{_LETTERS}])")
_EDGE = re.compile(
    f"{_VERB}(?:cai|cau|y|muc|phan|dong|dieu) "
    "(?:(dau|dau tien|tren cung)|(giua)|(cuoi|cuoi cung|duoi cung))"
)
_AND = "(?: (?:va|voi|lan|cung|ca|roi) | |$)"
_SEVERAL = re.compile(f"(?:ca (?=.* ))?(?:{_VERB}{_NOUN}(?:{_VALUE}){_AND})+")
_RANGE = re.compile(f"(?:tu )?{_NOUN}({_VALUE}) (?:den|toi) {_NOUN}({_VALUE})")
_DASHED = re.compile(r"\s*([1-9])\s*[-–—]\s*([1-9])\s*")  # the dashes people type
_EVERY = re.compile(f"{_VERB}ca ({_VALUE})(?: (?:cai|cau|y|muc|phan|dieu|loai|tin|viec))?")
_TOKEN = re.compile(f"\\b(?:{_VALUE})\\b")


def number_in(words: Spelt, count: int) -> int | None:
    """Return the position 1..count that a whole answer names by a number, else None."""
    text = _counting_text(words)
    if edge := _EDGE.fullmatch(text):
        middle = count // 2 + 1 if count % 2 else None
        return 1 if edge[1] else count if edge[3] else middle
    found = _NUMBER.fullmatch(text)
    number = _value(found[1]) if found else 0
    return number if 0 < number <= count else None


def letter_in(words: Spelt, count: int) -> int | None:
    """Return the position 1..count that a whole answer names by a letter, else None."""
    found = _LETTER.fullmatch(_counting_text(words))
    position = _LETTERS.index(found[1]) + 1 if found else 0
    return position if 0 < position <= count else None


def numbers_in(text: str, words: Spelt, count: int) -> tuple[int, ...] | None:
    """Return the positions that a whole answer names, ascending; None when it is no such answer.

    One number out of range makes it None: the answer was not meant as it was read.
    """
    wanted = sorted(set(_range_in(text, words) or _listed(words, count)))
    return tuple(wanted) if wanted and wanted[0] > 0 and wanted[-1] <= count else None


def every_one_in(words: Spelt) -> int | None:
    """Return n for “cả n” (“cả hai”, “cả 3 cái”), else None."""
    found = _EVERY.fullmatch(_counting_text(words))
    return _value(found[1]) if found else None


def _listed(words: Spelt, count: int) -> Iterable[int]:
    text = _counting_text(words)
    if not _SEVERAL.fullmatch(text) or _EVERY.fullmatch(text):
        return ()
    tokens = _TOKEN.findall(text)
    if len(tokens) == 1 and tokens[0].isdigit() and int(tokens[0]) > count:
        return [int(digit) for digit in tokens[0]]  # “13” where there are fewer: 1 and 3
    return [_value(token) for token in tokens]


def _range_in(text: str, words: Spelt) -> Iterable[int]:
    ends = words.between(1, len(words.bare)) if words.bare[:1] == ("tu",) else words
    found = _DASHED.fullmatch(text) or _RANGE.fullmatch(_counting_text(ends))
    return range(_value(found[1]), _value(found[2]) + 1) if found else ()


def _value(token: str) -> int:
    return int(token) if token.isdigit() else _VALUES[token]


def _counting_text(words: Spelt) -> str:
    """Return the folded words, “tôi” before “chọn” left out; nothing if other words are there."""
    told = words
    if len(words.bare) > 1 and words.bare[0] in _SPEAKERS and words.bare[1] in _CHOOSING:
        told = words.between(1, len(words.bare))
    if all(marked is None or marked in _SPELLINGS for marked in told.marked):
        return " ".join(told.bare)
    return ""
