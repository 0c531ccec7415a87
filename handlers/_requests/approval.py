"""What the ward's officers decide of a lesson, as it reads at that moment (its content hash)."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from handlers._effects import Deed, Fact
from handlers._requests.lesson import NoSuchLesson
from lessons import Lesson


class Verdict(Enum):
    """What somebody decided of one reading of a lesson; the latest verdict counts."""

    APPROVED = "approved"
    CHANGES = "changes"


class LessonState(Enum):
    """Where a lesson stands with the ward as it reads now.

    WAITING  nobody decided yet                    CHANGED   approved once, and rewritten since
    REVIEW   approved; to be read again by a day that is near or over
    MENDING  sent back with what has to change     APPROVED  nothing to do
    """

    WAITING = "waiting"
    CHANGED = "changed"
    REVIEW = "review"
    MENDING = "mending"
    APPROVED = "approved"


TO_DECIDE = (LessonState.WAITING, LessonState.CHANGED, LessonState.REVIEW)
"""An officer's turn; otherwise it is the turn of who writes the lessons, or nobody's."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One verdict: who, from which office, on which local day, of which reading."""

    verdict: Verdict
    name: str
    office: str
    day: date
    content_hash: str
    note: str


@dataclass(frozen=True, slots=True)
class LessonToDecide:
    """A lesson in the list; `last` is the latest decision on any of its readings, `review_by` its own day."""

    id: str
    title: str
    state: LessonState
    last: Decision | None
    review_by: date | None


@dataclass(frozen=True, slots=True)
class LessonsToDecide(Fact[tuple[LessonToDecide, ...]]):
    """Every lesson in recommended order, with where it stands."""


@dataclass(frozen=True, slots=True)
class LessonRead:
    """A lesson as a resident would see it, the ward's own values filled in.

    `content_hash` is that of the lesson as written; `review_note` what its writer asks to be looked at;
    `history` the decisions, newest first.
    """

    lesson: Lesson
    content_hash: str
    state: LessonState
    review_note: str | None
    review_by: date | None
    history: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class LessonToRead(Fact[LessonRead | NoSuchLesson]):
    """One lesson for somebody who decides on it."""

    lesson: str


@dataclass(frozen=True, slots=True)
class LessonDecided:
    """The decision stands, with the name and office of the one who made it."""

    lesson: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class LessonChanged:
    """The lesson does not read any more as it was shown: nothing was decided."""

    lesson: str


@dataclass(frozen=True, slots=True)
class NotNamed:
    """The one who decides has no name and office in the ward's own list: nothing was decided."""


@dataclass(frozen=True, slots=True)
class NoteMissing:
    """Sent back without a word about what has to change: nothing was decided."""


@dataclass(frozen=True, slots=True)
class DecideLesson(Deed[LessonDecided | LessonChanged | NotNamed | NoteMissing | NoSuchLesson]):
    """Approve a lesson as it was shown (`content_hash`), or send it back with a note (≤ 500 characters).

    Name and office are those of the ward's list of members, never typed.
    """

    lesson: str
    content_hash: str
    verdict: Verdict
    note: str = ""
