"""What a ward's content is made of: lessons, their cards and questions, needs, contacts.

All values are immutable and hashable, and made once by `lessons.load`. How the files look is
described in lessons/README.md; `lessons/_lesson.py` reads them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from lessons.alarms import Lanes
from lessons.intents import Intents
from lessons.phrases import Phrases

LETTERS = "ABC"
AUDIENCES = ("cao_tuoi", "nguoi_dan", "ho_kd", "nguoi_lao_dong", "hoc_sinh", "can_bo")
CONFIDENCES = ("CONFIRMED", "BACKGROUND")
# Filled in from config on every text, so phrases may name them and no conversation passes them.
WARD_PLACEHOLDERS = frozenset({"ward", "bot", "unit", "commune"})


@dataclass(frozen=True, slots=True)
class Card:
    """One screen of a lesson; `image` and `audio` are file names, `image_alt` says what is seen."""

    text: str
    image: str | None = None
    image_alt: str | None = None
    audio: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One quiz question; `answer` is the position of the right option, counted from 0."""

    text: str
    options: tuple[str, ...]
    answer: int
    explain: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson with its quiz.

    `confidence` is CONFIRMED (found in a public source) or BACKGROUND; `review_by` is an ISO date.
    """

    id: str
    version: int
    title: str
    need: str
    audience: tuple[str, ...]
    skill: str
    level: int
    minutes: int
    objective: str
    confidence: str
    needs_review: bool
    review_note: str | None
    review_by: str | None
    cards: tuple[Card, ...]
    practice: str
    quiz: tuple[Question, ...]
    radio: str | None

    @property
    def content_hash(self) -> str:
        """Return the SHA-256 of everything a resident reads: what an approval is given for."""
        return _hash_of(self)


@lru_cache(maxsize=1024)
def _hash_of(lesson: Lesson) -> str:
    """Remembered: every offer of a lesson compares the hashes of all of them with what was approved."""
    read = {
        "id": lesson.id,
        "title": lesson.title,
        "minutes": lesson.minutes,
        "objective": lesson.objective,
        "cards": [[card.text, card.image, card.image_alt, card.audio] for card in lesson.cards],
        "practice": lesson.practice,
        "quiz": [[one.text, one.options, one.answer, one.explain] for one in lesson.quiz],
        "radio": lesson.radio,
    }
    canonical = json.dumps(read, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Need:
    """A reason people come to learn; its key is made of folded words, such as tien_qr."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A number or an address that lessons and phrases may name."""

    value: str
    use: str
    confidence: str
    needs_review: bool
    review_note: str | None


@dataclass(frozen=True, slots=True)
class Content:
    """Everything in a content folder.

    `lessons` stand in the recommended order. `ward_contacts` are the placeholders a lesson may
    carry, such as cong_an_phuong, each with what it is; the ward gives their values in its config.
    `code_words` are what codes of invites are made of.
    """

    lessons: Mapping[str, Lesson]
    phrases: Phrases
    intents: Intents
    alarms: Lanes
    contacts: tuple[Contact, ...]
    ward_contacts: Mapping[str, str]
    needs: tuple[Need, ...]
    code_words: tuple[str, ...] = ()
