"""The tasks of the ward's own plan: staff see who is late, and say what is done."""

from datetime import date

from sqlalchemy import bindparam, select, update

from handlers._requests.person import Role
from handlers._requests.tasks import (
    FinishTask,
    NoSuchTask,
    NotYetDone,
    ReopenTask,
    Task,
    TaskFinished,
    TaskReopened,
    Tasks,
)
from lessons import clean
from storage import audit, tables_staff
from storage._performers import performer
from storage._tx import Tx
from storage.house import Actor

LONGEST_NOTE = 500

_ROWS = tables_staff.Tasks
_ALL = select(
    _ROWS.code,
    _ROWS.place,
    _ROWS.content,
    _ROWS.lead,
    _ROWS.together,
    _ROWS.due_on,
    _ROWS.result,
    _ROWS.done_on,
    _ROWS.done_note,
).order_by(_ROWS.place, _ROWS.id)
_SET = update(_ROWS).where(_ROWS.code == bindparam("of", type_=_ROWS.code.type)).returning(_ROWS.id)


async def tasks_on(tx: Tx, day: date) -> tuple[Task, ...]:
    """Return every task in the plan's order, with how late each is on a local day."""
    rows = (await tx.connection.execute(_ALL)).all()
    return tuple(Task(*row, days_late=_days_late(row.due_on, row.done_on, day)) for row in rows)


@performer(roles={Role.STAFF, Role.ADMIN})
async def tasks(tx: Tx, by: Actor, request: Tasks) -> tuple[Task, ...]:  # noqa: ARG001 - a performer's shape
    """List the plan's tasks, those first that need somebody."""
    return tuple(sorted(await tasks_on(tx, tx.today), key=_urgency))


@performer(roles={Role.STAFF, Role.ADMIN})
async def finish_task(
    tx: Tx, by: Actor, request: FinishTask
) -> TaskFinished | NoSuchTask | NotYetDone:
    """Note on which day a task was done, and what is worth saying of it."""
    if request.done_on > tx.today:
        return NotYetDone(request.done_on)
    note = clean(request.note)[:LONGEST_NOTE]
    if not await _set(tx, by, request.code, request.done_on, note):
        return NoSuchTask(request.code)
    await audit.append(
        tx, by, "task_done", f"task:{request.code}", {"on": request.done_on.isoformat()}
    )
    return TaskFinished(request.code, request.done_on)


@performer(roles={Role.STAFF, Role.ADMIN})
async def reopen_task(tx: Tx, by: Actor, request: ReopenTask) -> TaskReopened | NoSuchTask:
    """Take back that a task is done."""
    if not await _set(tx, by, request.code, None, ""):
        return NoSuchTask(request.code)
    await audit.append(tx, by, "task_reopened", f"task:{request.code}")
    return TaskReopened(request.code)


async def _set(tx: Tx, by: Actor, code: str, done_on: date | None, note: str) -> bool:
    changed = _SET.values(done_on=done_on, done_note=note, changed_at=tx.now, by=by.name)
    found = await tx.connection.execute(changed, {"of": code})
    return found.one_or_none() is not None


def _days_late(due_on: date | None, done_on: date | None, day: date) -> int:
    """Days from the last one in time to when it was done, or to the day that is looked at."""
    return 0 if due_on is None else max(0, ((done_on or day) - due_on).days)


def _urgency(task: Task) -> tuple[bool, bool, date, int]:
    """Open ones first, by their day: so the latest come first, those without a day last."""
    return (task.is_done, task.due_on is None, task.due_on or date.max, task.place)
