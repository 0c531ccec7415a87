"""The ward's figures: people and attempts, per TDP, lesson or person."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from handlers._effects import Fact


class Dimension(Enum):
    """What one line of a report stands for."""

    TDP = "tdp"
    LESSON = "lesson"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: people are distinct vouched persons (người), the rest are events (lượt).

    `registered` người: agreed to have results kept. `started`, `completed`, `passed`, `passed_at_once`:
    người and lượt each; lượt hold vouched, unvouched and nameless ones. A line's key is the TDP's id,
    the lesson's id or the person's number, "" for “chưa rõ”; `label` is what is printed.
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


@dataclass(frozen=True, slots=True)
class Figures:
    """A report: its lines and their total (distinct over all lines, not their sum)."""

    lines: tuple[Line, ...]
    total: Line


@dataclass(frozen=True, slots=True)
class FiguresBy(Fact[Figures]):
    """The figures between two local days, both included; None is open-ended."""

    dimension: Dimension
    since: date | None = None
    until: date | None = None
