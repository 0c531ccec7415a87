"""The words of invite codes: a code is any three of them, “cáo núi chum”.

256 words make 16.7 million codes. They differ by pairs once folded, so that a code may be typed without
marks or in telex, and none is a word people are polite or ask for things with.
"""

from collections.abc import Sequence
from functools import lru_cache

from lessons._fields import Notes
from lessons._yaml import Item
from lessons.text import fold, repair

WORDS = 256
IN_A_CODE = 3


def read_code_words(item: Item, notes: Notes) -> tuple[str, ...]:
    """Read code_words.yaml; words that look alike without marks are a problem."""
    fields = notes.fields(item, "chữ của mã mời", ("words",))
    words = fields.texts("words")
    line = fields.line("words")
    if len(words) != WORDS:
        notes.wrong(line, f"mã mời cần đúng {WORDS} chữ, đang có {len(words)}. Thêm bớt cho đủ.")
    first: dict[str, str] = {}
    for word in words:
        plain = fold(word)
        if not plain.isalpha() or repair(plain) != plain:
            notes.wrong(line, f"chữ “{word}” không dùng trong mã được. Chọn một tiếng khác.")
        elif (same := first.setdefault(plain, word)) is not word:
            notes.wrong(line, f"chữ “{word}” bỏ dấu giống “{same}”. Thay một trong hai.")
    return words


def code_of(typed: str, words: Sequence[str]) -> str | None:
    """Return the code in what was typed, folded: “Mã của tôi là Cáo núi chum” is “cao nui chum”.

    None: it does not hold exactly three of the words.
    """
    known = _folded(tuple(words))
    found = [word for word in repair(fold(typed)).split() if word in known]
    return " ".join(found) if len(found) == IN_A_CODE else None


@lru_cache(maxsize=8)
def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(fold, words))
