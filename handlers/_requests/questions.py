"""How hard the questions of the lessons are."""

from dataclasses import dataclass
from datetime import date

from handlers._effects import Fact


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """One question of a lesson: how often it was answered, and how often rightly.

    `number` counts from 1. `title` and `text` are those of today; `text` is "" where the lesson was changed
    since (`version` is not the one of today) or is gone.
    """

    lesson: str
    version: int
    title: str
    number: int
    text: str
    answered: int
    right: int


@dataclass(frozen=True, slots=True)
class Difficulties:
    """Questions from the hardest to the easiest.

    `since`, `until`: the half months that were counted, which reach beyond the days that were asked for
    where these cut one in two; None is open-ended.
    """

    questions: tuple[QuestionFigures, ...]
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Difficulty(Fact[Difficulties]):
    """How hard each question was between two local days; visitors without a name count as well."""

    since: date | None = None
    until: date | None = None
