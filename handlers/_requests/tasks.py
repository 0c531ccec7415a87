"""The tasks of the ward's own plan: what, who leads, until when, what came of it."""

from dataclasses import dataclass
from datetime import date

from handlers._effects import Deed, Fact


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the plan as it stands on a day.

    `code` is the plan's own number (“1.2”), `place` its order in the plan from 1. `due_on` None: all
    along. `days_late`: days past `due_on` until that day, or until it was done; 0 in time.
    """

    code: str
    place: int
    content: str
    lead: str
    together: str
    due_on: date | None
    result: str
    done_on: date | None
    done_note: str
    days_late: int

    @property
    def is_done(self) -> bool:
        """Somebody said it is done."""
        return self.done_on is not None

    @property
    def is_late(self) -> bool:
        """Not done, and its day has passed."""
        return self.done_on is None and self.days_late > 0


@dataclass(frozen=True, slots=True)
class Tasks(Fact[tuple[Task, ...]]):
    """Every task as of today: late ones first, then by their day, those without one, those done."""


@dataclass(frozen=True, slots=True)
class TaskFinished:
    """The task is done, on that day."""

    code: str
    done_on: date


@dataclass(frozen=True, slots=True)
class TaskReopened:
    """The task is to be done again."""

    code: str


@dataclass(frozen=True, slots=True)
class NoSuchTask:
    """The plan has no task with this number."""

    code: str


@dataclass(frozen=True, slots=True)
class NotYetDone:
    """The day lies in the future: a task is done when it is done."""

    done_on: date


@dataclass(frozen=True, slots=True)
class FinishTask(Deed[TaskFinished | NoSuchTask | NotYetDone]):
    """Somebody says that a task is done; saying it again changes day and note."""

    code: str
    done_on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReopenTask(Deed[TaskReopened | NoSuchTask]):
    """Somebody takes back that a task is done."""

    code: str
