"""The ward's figures: people and attempts, per TDP, lesson, unit or person, and how they went over time."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from handlers._effects import Fact


class Dimension(Enum):
    """What one line of a report stands for."""

    TDP = "tdp"
    LESSON = "lesson"
    PERSON = "person"
    UNIT = "unit"


class Count(Enum):
    """What is counted in a line; the value stands in storage and in addresses of the staff page.

    REACHED  they joined: the first time they registered, or opened, finished or passed a lesson; a role
             taken up, a unit's list, a TDP chosen or help asked for is not yet that
    CORE     all core lessons are passed, from the moment the last of them was
    STAFF    so many of the lessons for staff are passed (target a)
    """

    REGISTERED = "registered"
    STARTED = "started"
    COMPLETED = "finished"
    PASSED = "passed"
    PASSED_AT_ONCE = "passed_at_once"
    REACHED = "reached"
    CORE = "core"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Denominator:
    """How many there are, as somebody stated it: 36845 adults, “Công an phường”, 01/11/2026.

    `key` tells what they are: adults | staff | workers | pupils | …
    """

    value: int
    key: str
    source: str
    as_of: date

    @property
    def is_countable(self) -> bool:
        """Whether they may be counted here: pupils have no accounts, their school states who was taught."""
        return self.key != "pupils"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: people are distinct confirmed persons (người), the rest are events (lượt).

    `registered` người: agreed to have results kept. `started`, `completed`, `passed`, `passed_at_once`:
    người and lượt each; lượt hold confirmed, unconfirmed and nameless ones. `reached`, `core`, `staff`:
    người, as `Count` says. A line's key is the id of the TDP, lesson or unit, or the person's number,
    "" for “chưa rõ”; `label` is what is printed. `of` is what the line's people are a part of, where
    somebody stated it.
    """

    key: str
    label: str
    registered: int
    registered_visits: int
    started: int
    started_visits: int
    completed: int
    completed_visits: int
    passed: int
    passed_visits: int
    passed_at_once: int
    note: str = ""
    reached: int = 0
    core: int = 0
    staff: int = 0
    of: Denominator | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """A report: its lines and their total (distinct over all lines, not their sum)."""

    lines: tuple[Line, ...]
    total: Line


@dataclass(frozen=True, slots=True)
class FiguresBy(Fact[Figures]):
    """The figures between two local days, both included; None is open-ended.

    Who works for some TDPs alone is told of these, and the total is theirs together.
    """

    dimension: Dimension
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """What was counted between two local days, both included: distinct người, and lượt."""

    since: date
    until: date
    people: int
    visits: int


@dataclass(frozen=True, slots=True)
class Course:
    """One figure over time, oldest first; `has_months`: a point is a month (15th–14th), else half of one."""

    points: tuple[Point, ...]
    has_months: bool


@dataclass(frozen=True, slots=True)
class OverTime(Fact[Course]):
    """How one figure went: of a line, or (`dimension` None) of everything.

    Points are whole half months (1st–14th, 15th–end) or, over more than half a year, the office's months
    (15th–14th), of which the first and the last may be half a one. These two reach beyond `since` and
    `until` where those cut a half month in two. `since` None: from the first event on; `until` None: until
    today. At most ten years, and one to come.
    """

    count: Count
    dimension: Dimension | None = None
    key: str = ""
    since: date | None = None
    until: date | None = None
