"""What was decided of the lessons, and where each of them stands by that today."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import insert, select

from handlers._requests.approval import Decision, LessonState, Verdict
from lessons import Lesson
from storage._tx import Tx
from storage.house import Actor
from storage.tables import Approvals

REMIND = timedelta(days=14)
"""So long before its review_by a lesson is to be read again."""

_LATEST = select(Approvals.content_hash, Approvals.verdict).order_by(Approvals.id)
_ALL = select(
    Approvals.lesson_id,
    Approvals.verdict,
    Approvals.name,
    Approvals.office,
    Approvals.at,
    Approvals.content_hash,
    Approvals.note,
).order_by(Approvals.id)


async def approved_hashes(tx: Tx) -> frozenset[str]:
    """Return the readings whose latest verdict is “approved”: those may go out on public channels."""
    rows = (await tx.connection.execute(_LATEST)).all()
    latest = {row.content_hash: row.verdict for row in rows}
    return frozenset(one for one, verdict in latest.items() if verdict == Verdict.APPROVED.value)


async def decisions(tx: Tx, lesson: str | None = None) -> dict[str, list[Decision]]:
    """Return what was decided, oldest first, by lesson; of one lesson alone where it is named."""
    wanted = _ALL if lesson is None else _ALL.where(Approvals.lesson_id == lesson)
    found: dict[str, list[Decision]] = {}
    for row in await tx.connection.execute(wanted):
        decision = Decision(
            Verdict(row.verdict),
            row.name,
            row.office,
            row.at.astimezone(tx.house.timezone).date(),
            row.content_hash,
            row.note,
        )
        found.setdefault(row.lesson_id, []).append(decision)
    return found


async def write(tx: Tx, by: Actor, lesson: str, decision: Decision) -> None:
    """Write a decision down; it is of this moment."""
    row = {
        "lesson_id": lesson,
        "content_hash": decision.content_hash,
        "name": decision.name,
        "office": decision.office,
        "by": by.name,
        "at": tx.now,
        "verdict": decision.verdict.value,
        "note": decision.note,
    }
    await tx.connection.execute(insert(Approvals).values(**row))


def state_of(lesson: Lesson, decided: Sequence[Decision], today: date) -> LessonState:
    """Where a lesson stands by its decisions (oldest first): those of its present reading come first."""
    of_this = [one for one in decided if one.content_hash == lesson.content_hash]
    if not of_this:
        was_approved = any(one.verdict is Verdict.APPROVED for one in decided)
        return LessonState.CHANGED if was_approved else LessonState.WAITING
    if of_this[-1].verdict is Verdict.CHANGES:
        return LessonState.MENDING
    asks_on = None if lesson.review_by is None else review_day(lesson) - REMIND
    is_due = asks_on is not None and today >= asks_on > of_this[-1].day
    return LessonState.REVIEW if is_due else LessonState.APPROVED


def review_day(lesson: Lesson) -> date:
    """The day by which a lesson is to be read again; the far end of time where it names none."""
    return date.fromisoformat(lesson.review_by) if lesson.review_by else date.max
