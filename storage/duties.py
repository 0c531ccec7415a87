"""What the clock finds to do: lessons to decide on, a report that is due, late tasks, invites nobody took up.

It opens what needs somebody and closes what does no longer. It reads first and writes only what changed,
so that it may look as often as it likes.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, timedelta

from sqlalchemy import func, select

from handlers._periods import current
from handlers._requests.approval import LessonState
from handlers._requests.items import ItemKind
from handlers._requests.report import PeriodKind
from lessons import Lesson
from storage._tx import Tx
from storage._verdicts import decisions, review_day, state_of
from storage.house import Actor
from storage.invites import let_unbacked_be_over
from storage.items import OF_LESSONS, close_item, open_item
from storage.tables import People
from storage.tables_staff import Invites, Reports, Tasks
from storage.tables_staff import TeamItems as Rows

CLOCK = Actor("clock", frozenset())
FRIDAY = 4
INVITES_LOOKED_AT = timedelta(days=7)
"""An invite that was over longer ago is nobody's work any more."""
KIND_OF = {
    LessonState.WAITING: ItemKind.LESSON_WAITING,
    LessonState.CHANGED: ItemKind.LESSON_WAITING,
    LessonState.REVIEW: ItemKind.LESSON_REVIEW,
    LessonState.MENDING: ItemKind.LESSON_TO_MEND,
}

Due = tuple[str, str]
"""Kind and subject of an item: ("lesson_review", "lesson:TB-01")."""


async def look(tx: Tx) -> None:
    """Open and close what today asks for."""
    await _settle(tx, CLOCK, OF_LESSONS, await _of_lessons(tx))
    await _settle(tx, CLOCK, {ItemKind.TASKS_LATE}, await _of_tasks(tx))
    await _report(tx)
    await let_unbacked_be_over(tx)
    await _invites(tx)
    await _erased(tx)


async def of_lesson(tx: Tx, by: Actor, lesson: Lesson) -> None:
    """Open and close what one lesson asks for, after somebody decided on it."""
    decided = (await decisions(tx, lesson.id)).get(lesson.id, [])
    wanted = dict(_of_state(lesson, state_of(lesson, decided, tx.today)))
    await _settle(tx, by, OF_LESSONS, wanted, subject=f"lesson:{lesson.id}")


# ---------------------------------------------------------------- what is wanted


async def _of_lessons(tx: Tx) -> Mapping[Due, date | None]:
    decided = await decisions(tx)
    return {
        due: by
        for lesson in tx.house.content.lessons.values()
        for due, by in _of_state(lesson, state_of(lesson, decided.get(lesson.id, []), tx.today))
    }


def _of_state(lesson: Lesson, state: LessonState) -> Iterator[tuple[Due, date | None]]:
    if state in KIND_OF:
        due_on = review_day(lesson) if state is LessonState.REVIEW else None
        yield (KIND_OF[state], f"lesson:{lesson.id}"), due_on


async def _of_tasks(tx: Tx) -> Mapping[Due, date | None]:
    """One item for the whole plan, due when the first late task was."""
    first = await tx.connection.scalar(
        select(func.min(Tasks.due_on)).where(Tasks.done_on.is_(None), Tasks.due_on < tx.today)
    )
    return {} if first is None else {(ItemKind.TASKS_LATE, "tasks"): first}


async def _settle(
    tx: Tx,
    by: Actor,
    kinds: frozenset[ItemKind] | set[ItemKind],
    wanted: Mapping[Due, date | None],
    *,
    subject: str | None = None,
) -> None:
    """Open what is wanted of these kinds and close what is not."""
    open_now = select(Rows.kind, Rows.subject).where(
        Rows.done_at.is_(None), Rows.kind.in_(sorted(kinds))
    )
    if subject is not None:
        open_now = open_now.where(Rows.subject == subject)
    found = {(row.kind, row.subject) for row in await tx.connection.execute(open_now)}
    for kind, about in sorted(found - set(wanted)):
        await close_item(tx, by, kind, about)
    for (kind, about), due_on in wanted.items():
        if (kind, about) not in found:
            await open_item(tx, kind, about, due_on=due_on)


# ---------------------------------------------------------------- what is opened once


async def _report(tx: Tx) -> None:
    """From the last Friday of the office's month on its report is due; a final one closes it."""
    until = current(PeriodKind.MONTH, tx.today).until
    friday = until - timedelta(days=(until.weekday() - FRIDAY) % 7)
    due = f"report:{until.isoformat()}"
    if tx.today >= friday and due not in await _ever_open(tx, ItemKind.REPORT_DUE):
        await open_item(tx, ItemKind.REPORT_DUE, due, due_on=until)
    for code in await _open_codes(tx, ItemKind.REPORT_DUE):
        final = select(Reports.id).where(
            Reports.until == date.fromisoformat(code), Reports.final_at.is_not(None)
        )
        if await tx.connection.scalar(final.limit(1)) is not None:
            await close_item(tx, CLOCK, ItemKind.REPORT_DUE, f"report:{code}")


async def _invites(tx: Tx) -> None:
    over = await tx.connection.execute(
        select(Invites.id, Invites.tdp_id).where(
            Invites.used_at.is_(None),
            Invites.revoked_at.is_(None),
            Invites.expires_at <= tx.now,
            Invites.expires_at > tx.now - INVITES_LOOKED_AT,
        )
    )
    before = await _ever_open(tx, ItemKind.INVITE_OVER)  # once: a whole list may be over
    for row in over.all():
        if (subject := f"invite:{row.id}") not in before:
            await open_item(tx, ItemKind.INVITE_OVER, subject, tdp=row.tdp_id)


async def _ever_open(tx: Tx, kind: ItemKind) -> AbstractSet[str]:
    """The subjects of all items of a kind, done or not: what is opened once is not opened again."""
    found = await tx.connection.scalars(select(Rows.subject).where(Rows.kind == kind.value))
    return set(found.all())


async def _erased(tx: Tx) -> None:
    """Nobody can be helped who was erased."""
    asking = [int(code) for code in await _open_codes(tx, ItemKind.HELP_ASKED)]
    gone = select(People.id).where(People.id.in_(asking), People.erased_at.is_not(None))
    for person in (await tx.connection.scalars(gone)).all():
        await close_item(tx, CLOCK, ItemKind.HELP_ASKED, f"person:{person}")


async def _open_codes(tx: Tx, kind: ItemKind) -> list[str]:
    """What stands behind the colon in the open items of a kind."""
    found = await tx.connection.scalars(
        select(Rows.subject).where(Rows.kind == kind.value, Rows.done_at.is_(None))
    )
    return [subject.partition(":")[2] for subject in found]
