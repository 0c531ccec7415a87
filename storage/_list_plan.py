"""What taking a list over would do: read and decided first, written only if nothing is wrong with it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from rapidfuzz import fuzz, process

from handlers._requests.invites import Invited
from handlers._requests.lists import (
    Cell,
    Change,
    Fault,
    ListLine,
    Notice,
    Outcome,
    Problem,
    Remark,
)
from lessons import fold
from storage._tx import Tx
from storage.house import Actor

Write = Callable[[Tx, Actor], Awaitable[tuple[Invited, ...]]]
NEAR = 80
"""How much alike two folded names must be to be taken for one of which a letter is wrong (100: equal)."""
MOST_NAMES = 1000
"""Among more names none is looked for: 5,000 wrong rows would keep everybody waiting for seconds."""


async def write_nothing(tx: Tx, by: Actor) -> tuple[Invited, ...]:  # noqa: ARG001 - a writer's shape
    """Leave everything as it is."""
    return ()


@dataclass(slots=True)
class Plan:
    """What was found out about a list so far; `write` does it."""

    changes: list[Change] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    write: Write = write_nothing

    def wrong(
        self, line: ListLine, column: str, fault: Fault, given: str = "", meant: str = ""
    ) -> None:
        """Note a problem of a row."""
        self.problems.append(Problem(line.row, column, fault, given, meant))

    def remark(
        self, row: int, remark: Remark, given: str = "", number: int = 0, beside: str = ""
    ) -> None:
        """Note what is worth knowing."""
        self.notices.append(Notice(row, remark, given, number, beside))

    def change(self, row: int, outcome: Outcome, name: str, cells: Iterable[Cell] = ()) -> None:
        """Note what becomes of a row."""
        self.changes.append(Change(row, outcome, name, tuple(cells)))


def differing(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Cell, ...]:
    """The values that change, in the order of `after`; what is missing in `before` is nothing."""
    return tuple(
        Cell(column, printed(before.get(column)), printed(value))
        for column, value in after.items()
        if printed(before.get(column)) != printed(value)
    )


def printed(value: object) -> str:
    """A value as it is shown: a day as 22/11/2026, nothing as ""."""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return "" if value is None else str(value)


class Names:
    """Known names, found without marks and capitals."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_fold = {fold(name): name for name in names}

    def nearest(self, typed: str) -> str:
        """Return the name that was most likely meant, or "" where none is near or there are too many."""
        if len(self._by_fold) > MOST_NAMES:
            return ""
        found = process.extractOne(
            fold(typed), self._by_fold.keys(), scorer=fuzz.ratio, score_cutoff=NEAR
        )
        return self._by_fold[found[0]] if found else ""
