"""The ward's plan as a list: a task is known by its own number; what the list leaves out stays.

A list that holds every known task gives the plan its order; otherwise new ones go to its end.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from handlers._requests.invites import Invited
from handlers._requests.lists import Fault, Outcome, Remark, TaskLine
from storage._list_plan import Plan, differing
from storage._tx import Tx
from storage.house import Actor
from storage.tables_staff import Tasks

_KNOWN = select(
    Tasks.id,
    Tasks.code,
    Tasks.place,
    Tasks.content,
    Tasks.lead,
    Tasks.together,
    Tasks.due_on,
    Tasks.result,
).order_by(Tasks.place, Tasks.id)
_ADD = insert(Tasks)
_CHANGE = update(Tasks).where(Tasks.id == bindparam("of"))
_VALUES = ("content", "lead", "together", "due_on", "result")


async def plan_tasks(tx: Tx, by: Actor, lines: Sequence[TaskLine]) -> Plan:  # noqa: ARG001 - a planner's shape
    """Find out what the list changes."""
    plan = Plan()
    known = {row.code.casefold(): row for row in (await tx.connection.execute(_KNOWN)).all()}
    listed: dict[str, TaskLine] = {}
    for line in lines:
        if (other := listed.setdefault(line.code.casefold(), line)) is not line:
            plan.wrong(line, "code", Fault.TWICE, line.code, str(other.row))
    places = _places(known, listed)
    for key, line in listed.items():
        _compare(plan, known.get(key), line)
    rest = [row.code for key, row in known.items() if key not in listed]
    if rest:
        plan.remark(0, Remark.NOT_IN_LIST, ", ".join(rest), len(rest))
    moved = sum(1 for key, row in known.items() if places[key] != row.place)
    if moved:
        plan.remark(0, Remark.NEW_ORDER, number=moved)

    async def write(tx: Tx, by: Actor) -> tuple[Invited, ...]:
        stamp = {"changed_at": tx.now, "by": by.name}
        new = [_new(line, places[key]) | stamp for key, line in listed.items() if key not in known]
        if new:
            await tx.connection.execute(_ADD, new)
        changed = [
            {"of": known[key].id, "place": places[key], **_values(line), **stamp}
            for key, line in listed.items()
            if key in known and _differs(known[key], line, places[key])
        ]
        if changed:
            await tx.connection.execute(_CHANGE, changed)
        return ()

    plan.write = write
    return plan


def _places(known: Mapping[str, Any], listed: Mapping[str, TaskLine]) -> dict[str, int]:
    """Where each task stands in the plan."""
    if known.keys() <= listed.keys():
        return {key: place for place, key in enumerate(listed, start=1)}
    places = {key: int(row.place) for key, row in known.items()}
    end = max(places.values())
    new = [key for key in listed if key not in known]
    return places | {key: place for place, key in enumerate(new, start=end + 1)}


def _compare(plan: Plan, before: Any, line: TaskLine) -> None:
    cells = differing(_values(before) if before else {}, _values(line))
    outcome = Outcome.NEW if before is None else Outcome.CHANGED if cells else Outcome.SAME
    plan.change(line.row, outcome, f"{line.code} {line.content}", cells)


def _differs(before: Any, line: TaskLine, place: int) -> bool:
    return before.place != place or _values(before) != _values(line)


def _values(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _VALUES}


def _new(line: TaskLine, place: int) -> dict[str, Any]:
    return {"code": line.code, "place": place, **_values(line), "done_on": None, "done_note": ""}
