"""What was typed against what was meant: diacritics count where the writer typed any.

A text becomes `Spelt`: its folded words side by side with their marked spelling, in which the
tone stands last, so that *hoà* and *hòa*, NFC and NFD are one. “co” may be *có* or *cô*; “cỏ” is
neither.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from lessons.text import fold, repair


@dataclass(frozen=True, slots=True)
class Spelt:
    """The words of a text, folded (`bare`) and as typed (`marked`, None if nothing was marked)."""

    bare: tuple[str, ...]
    marked: tuple[str | None, ...]

    def between(self, start: int, end: int) -> "Spelt":
        """Return the words from `start` up to, not including, `end`."""
        return Spelt(self.bare[start:end], self.marked[start:end])

    def may_be(self, written: "Spelt") -> bool:
        """Tell whether this, as typed, can mean those words: no diacritic speaks against it."""
        return self.bare == written.bare and all(
            typed is None or typed == meant
            for typed, meant in zip(self.marked, written.marked, strict=True)
        )


# Folded words -> what they may mean: (key, the words as written).
Table = Mapping[tuple[str, ...], tuple[tuple[str, Spelt], ...]]
AS_WRITTEN = "as written"  # key of a droppable word that is dropped only with its diacritics

_TOKEN = re.compile("[0-9a-zđð\u0300-\u036f]+")
_TONE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_FINAL_Y = re.compile("(?<=^[hklmst])y|(?<=^qu)y")  # kỹ and kĩ, quý and quí are one word
_SHORT_FOR = {
    "ko": "khong", "k": "khong", "kg": "khong", "khg": "khong", "kh": "khong", "hok": "khong",
    "hong": "khong", "hem": "khong", "hk": "khong", "dc": "duoc", "j": "gi", "r": "roi",
    "vs": "voi", "ng": "nguoi", "trc": "truoc", "cb": "can bo", "bt": "biet", "tn": "tin nhan",
}  # fmt: skip
_LONGEST_SPELT = 400  # characters; what is longer answers no question


@lru_cache(maxsize=4096)
def spelt(text: str) -> Spelt:
    """Return the words of a text, keyboard leftovers repaired; a long text has none."""
    if len(text) > _LONGEST_SPELT:
        return Spelt((), ())
    raw = _TOKEN.findall(unicodedata.normalize("NFKD", text).casefold())
    pairs = [pair for token in raw for pair in _word(token, alone=len(raw) == 1)]
    return Spelt(tuple(bare for bare, _ in pairs), tuple(marked for _, marked in pairs))


def _word(token: str, *, alone: bool) -> Iterator[tuple[str, str | None]]:
    bare = fold(token)
    meant = _SHORT_FOR.get(bare, bare) if not alone else bare
    for word in repair(meant).split():
        marked = tone_last(token) if word == bare and not token.isascii() else None
        yield _FINAL_Y.sub("i", word), marked


def tone_last(token: str) -> str:
    """Return a decomposed word with its tone mark moved to the end: hoà and hòa are one."""
    tones = "".join(_TONE.findall(token))
    return _FINAL_Y.sub("i", _TONE.sub("", token)) + tones


def table(meanings: Iterable[tuple[str, str]]) -> Table:
    """Return a table from folded words to (key, words) for pairs of key and text."""
    rows: dict[tuple[str, ...], tuple[tuple[str, Spelt], ...]] = {}
    for key, text in meanings:
        words = spelt(text)
        if words.bare:
            rows[words.bare] = (*rows.get(words.bare, ()), (key, words))
    return rows


def look_up(typed: Spelt, meanings: Table) -> str | None:
    """Return the one key these words can mean; the exactly equal spelling wins, else None."""
    rows = meanings.get(typed.bare, ())
    exact = {key for key, words in rows if words.marked == typed.marked}
    keys = exact or {key for key, words in rows if typed.may_be(words)}
    return keys.pop() if len(keys) == 1 else None


def trimmed(typed: Spelt, droppable: Table) -> Iterator[Spelt]:
    """Yield the text, then what is left when droppable words go from its start or end."""
    longest = max(map(len, droppable), default=0)
    spans, seen = [(0, len(typed.bare))], set[tuple[int, int]]()
    while spans:
        start, end = spans.pop(0)
        if (start, end) in seen or start >= end:
            continue
        seen.add((start, end))
        yield typed.between(start, end)
        for size in range(1, min(longest, end - start - 1) + 1):
            if _may_drop(typed.between(start, start + size), droppable):
                spans.append((start + size, end))
            if _may_drop(typed.between(end - size, end), droppable):
                spans.append((start, end - size))


def _may_drop(part: Spelt, droppable: Table) -> bool:
    return any(
        part == words if key == AS_WRITTEN else part.may_be(words)
        for key, words in droppable.get(part.bare, ())
    )
