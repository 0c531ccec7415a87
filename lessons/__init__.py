"""The knowledge: lessons, phrases, words with a meaning, and the rules over them.

Pure: nothing here opens a file (but `load`, once), asks for the time, or knows who is talking.

    content = load(Path("lessons"))
    content.lessons["TB-01"].cards[0].text
    content.phrases.render("learn.hello", {"ward": "phường Trung Thành"})
"""

from lessons._load import examine, load
from lessons.alarms import Lanes
from lessons.find import by_need, by_words
from lessons.intents import Intent, Intents
from lessons.phrases import (
    MissingPhraseError,
    MissingValueError,
    PhraseEntry,
    Phrases,
    fill,
    phrase_entry,
)
from lessons.problems import ContentError, Problem
from lessons.quiz import PassRule, Score, grade
from lessons.schema import (
    AUDIENCES,
    LETTERS,
    WARD_PLACEHOLDERS,
    Card,
    Contact,
    Content,
    Lesson,
    Need,
    Question,
)
from lessons.text import clean, fold

__all__ = [
    "AUDIENCES",
    "LETTERS",
    "WARD_PLACEHOLDERS",
    "Card",
    "Contact",
    "Content",
    "ContentError",
    "Intent",
    "Intents",
    "Lanes",
    "Lesson",
    "MissingPhraseError",
    "MissingValueError",
    "Need",
    "PassRule",
    "PhraseEntry",
    "Phrases",
    "Problem",
    "Question",
    "Score",
    "by_need",
    "by_words",
    "clean",
    "examine",
    "fill",
    "fold",
    "grade",
    "load",
    "phrase_entry",
]
