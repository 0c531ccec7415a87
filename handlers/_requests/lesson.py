"""Lessons as they are offered and taken, and what comes of a quiz."""

from dataclasses import dataclass

from handlers._effects import Deed, Fact
from lessons import Lesson, PassRule


@dataclass(frozen=True, slots=True)
class OpenLesson:
    """A lesson as it stands now, the ward's own values filled in.

    `content_hash` is that of the lesson as written. `is_approved` False: “Bản dùng thử, phường chưa duyệt”.
    """

    lesson: Lesson
    content_hash: str
    is_approved: bool


@dataclass(frozen=True, slots=True)
class NotOpen:
    """No such lesson, or not approved and this is a public channel."""

    lesson: str


@dataclass(frozen=True, slots=True)
class TakeLesson(Fact[OpenLesson | NotOpen]):
    """The lesson with this id, whole: it stays in the talk's journal while it is being taken."""

    lesson: str


@dataclass(frozen=True, slots=True)
class LessonTitle:
    """A lesson in a list."""

    id: str
    title: str
    minutes: int


@dataclass(frozen=True, slots=True)
class LessonsAbout(Fact[tuple[LessonTitle, ...]]):
    """The open lessons for one need, in recommended order."""

    need: str


@dataclass(frozen=True, slots=True)
class LessonsNamed(Fact[tuple[LessonTitle, ...]]):
    """The open lessons that fit a typed word, best first, at most 6."""

    typed: str


@dataclass(frozen=True, slots=True)
class NoMoreLessons:
    """Every open lesson is passed."""


@dataclass(frozen=True, slots=True)
class NextLesson(Fact[LessonTitle | NoMoreLessons]):
    """The next lesson to offer: recommended order, those passed left out, after `after` where given."""

    after: str | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """A lesson was begun. `attempt` is 0 where nothing is kept; `rule` is frozen for this attempt."""

    attempt: int
    rule: PassRule


@dataclass(frozen=True, slots=True)
class StartLesson(Deed[Started]):
    """Somebody begins a lesson (or its quiz once more: `is_retry`)."""

    lesson: str
    version: int
    content_hash: str
    is_retry: bool = False


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """One quiz answer; question and option are 0-based."""

    question: int
    option: int
    is_right: bool


@dataclass(frozen=True, slots=True)
class QuizDone:
    """What came of an attempt. `is_at_once`: passed in the first attempt ever. `finished`: lessons so far."""

    right: int
    of: int
    has_passed: bool
    is_at_once: bool
    finished: int


@dataclass(frozen=True, slots=True)
class FinishQuiz(Deed[QuizDone]):
    """All questions of an attempt are answered."""

    attempt: int
    lesson: str
    answers: tuple[AnswerGiven, ...]
    rule: PassRule


@dataclass(frozen=True, slots=True)
class LessonResult:
    """A finished lesson in somebody's own list; `day` is local, “22/11”."""

    title: str
    has_passed: bool
    is_at_once: bool
    day: str


@dataclass(frozen=True, slots=True)
class MyResults(Fact[tuple[LessonResult, ...]]):
    """The lessons somebody finished, newest first (held ones too, within 24 h)."""


@dataclass(frozen=True, slots=True)
class LessonApproved:
    """The approval stands, bound to the content's hash."""

    lesson: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class NoSuchLesson:
    """No lesson has this id; `nearest` may have been meant."""

    lesson: str
    nearest: str | None


@dataclass(frozen=True, slots=True)
class ApproveLesson(Deed[LessonApproved | NoSuchLesson]):
    """A named officer approves a lesson as it reads today."""

    lesson: str
    name: str
    office: str
