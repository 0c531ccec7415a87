"""Finding a lesson by what it is needed for, or by words somebody typed."""

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein

from lessons.schema import Lesson
from lessons.text import clean, fold

MOST = 8  # lessons shown for typed words: as many as a message offers
_MOST_WORDS = 12  # of what somebody typed
_SHORTEST_WORD = 2
_SHORTEST_MISSPELT = 5  # letters; shorter words are one letter away from too many others


def by_need(lessons: Iterable[Lesson], need: str) -> tuple[Lesson, ...]:
    """Return the lessons for a need, in the order given, which is the recommended one."""
    return tuple(lesson for lesson in lessons if lesson.need == need)


def by_words(lessons: Iterable[Lesson], typed: str) -> tuple[Lesson, ...]:
    """Return at most eight lessons that have a typed word in title, objective or need.

    Those with more of the words come first; then those where the words stand together, where they
    stand in the title, where they were typed with the same diacritics; then the recommended order.
    Diacritics are not needed, and a word of five letters or more may be one slip of a finger off.
    """
    wanted = [word for word in fold(typed).split() if len(word) >= _SHORTEST_WORD][:_MOST_WORDS]
    marked = clean(typed).lower()
    ranked = [(_rank(_Searched.of(lesson), wanted, marked), lesson) for lesson in lessons]
    found = [pair for pair in ranked if pair[0][0]]
    found.sort(key=lambda pair: pair[0], reverse=True)  # stable: equals keep their order
    return tuple(lesson for _, lesson in found[:MOST])


@dataclass(frozen=True, slots=True)
class _Searched:
    """What of a lesson is searched, folded, and as it is written."""

    title: frozenset[str]
    words: frozenset[str]
    folded: str
    written: str

    @classmethod
    def of(cls, lesson: Lesson) -> "_Searched":
        """A need's key is made of its folded words (tien_qr), so its title is searched with it."""
        title, objective = fold(lesson.title), fold(lesson.objective)
        folded = f"{title} | {objective} | {fold(lesson.need)}"
        written = f"{lesson.title} | {lesson.objective}".lower()
        return cls(frozenset(title.split()), frozenset(folded.split()), folded, written)


def _rank(searched: _Searched, wanted: list[str], marked: str) -> tuple[int, bool, int, bool]:
    return (
        sum(_is_in(word, searched.words) for word in wanted),
        f" {' '.join(wanted)} " in f" {searched.folded} ",
        sum(_is_in(word, searched.title) for word in wanted),
        marked in searched.written,
    )


def _is_in(word: str, words: frozenset[str]) -> bool:
    if word in words:
        return True
    return len(word) >= _SHORTEST_MISSPELT and any(
        len(other) >= _SHORTEST_MISSPELT
        and DamerauLevenshtein.distance(word, other, score_cutoff=1) <= 1
        for other in words
    )
