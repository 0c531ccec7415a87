"""Which lessons wait for a decision, and the decisions: by name and office, bound to what was read."""

from datetime import date

from sqlalchemy import func, select

from handlers._requests.approval import (
    DecideLesson,
    Decision,
    LessonChanged,
    LessonDecided,
    LessonRead,
    LessonsToDecide,
    LessonToDecide,
    LessonToRead,
    NoteMissing,
    NotNamed,
    Verdict,
)
from handlers._requests.lesson import NoSuchLesson
from handlers._requests.person import Role
from lessons import Lesson, clean
from storage import audit, duties
from storage._performers import performer
from storage._tx import Tx
from storage._verdicts import decisions, review_day, state_of, write
from storage.house import Actor
from storage.lesson import filled, nearest
from storage.tables import People
from storage.tables_staff import Members

DECIDERS = frozenset({Role.POLICE, Role.APPROVER, Role.ADMIN})
READERS = DECIDERS | {Role.STAFF}
LONGEST_NOTE = 500
WRITTEN_AS = {Verdict.APPROVED: "approved", Verdict.CHANGES: "sent_back"}
"""What the audit calls a decision."""


@performer(roles=READERS)
async def lessons_to_decide(
    tx: Tx,
    by: Actor,  # noqa: ARG001 - a performer's shape
    request: LessonsToDecide,  # noqa: ARG001 - same
) -> tuple[LessonToDecide, ...]:
    """List all lessons with where they stand."""
    decided = await decisions(tx)
    return tuple(
        LessonToDecide(
            lesson.id,
            lesson.title,
            state_of(lesson, theirs := decided.get(lesson.id, []), tx.today),
            theirs[-1] if theirs else None,
            _review_by(lesson),
        )
        for lesson in tx.house.content.lessons.values()
    )


@performer(roles=READERS)
async def lesson_to_read(
    tx: Tx,
    by: Actor,  # noqa: ARG001 - a performer's shape
    request: LessonToRead,
) -> LessonRead | NoSuchLesson:
    """Show one lesson as a resident would see it, with what was decided of it."""
    lesson = tx.house.content.lessons.get(request.lesson)
    if lesson is None:
        return NoSuchLesson(request.lesson, nearest(tx, request.lesson))
    decided = (await decisions(tx, lesson.id)).get(lesson.id, [])
    return LessonRead(
        filled(lesson, tx.house.values),
        lesson.content_hash,
        state_of(lesson, decided, tx.today),
        lesson.review_note,
        _review_by(lesson),
        tuple(reversed(decided)),
    )


@performer(roles=DECIDERS)
async def decide_lesson(
    tx: Tx, by: Actor, request: DecideLesson
) -> LessonDecided | LessonChanged | NotNamed | NoteMissing | NoSuchLesson:
    """Write a decision down, if the lesson still reads as it was shown."""
    lesson = tx.house.content.lessons.get(request.lesson)
    if lesson is None:
        return NoSuchLesson(request.lesson, nearest(tx, request.lesson))
    if lesson.content_hash != request.content_hash:
        return LessonChanged(lesson.id)
    note = clean(request.note)[:LONGEST_NOTE]
    if request.verdict is Verdict.CHANGES and not note:
        return NoteMissing()
    named = await _named(tx, by)
    if named is None:
        return NotNamed()
    decision = Decision(request.verdict, *named, tx.today, lesson.content_hash, note)
    await write(tx, by, lesson.id, decision)
    details = {"content_hash": lesson.content_hash}
    await audit.append(tx, by, WRITTEN_AS[request.verdict], f"lesson:{lesson.id}", details)
    await duties.of_lesson(tx, by, lesson)
    return LessonDecided(lesson.id, decision)


async def _named(tx: Tx, by: Actor) -> tuple[str, str] | None:
    """Name and office of the one who decides, by the ward's own list; who practises has the real one's."""
    if by.person is None:
        return None
    real = select(func.coalesce(People.practice_of, People.id)).where(People.id == by.person)
    found = await tx.connection.execute(
        select(Members.name, Members.office).where(Members.person_id == real.scalar_subquery())
    )
    row = found.one_or_none()
    return None if row is None else (row.name, row.office)


def _review_by(lesson: Lesson) -> date | None:
    return review_day(lesson) if lesson.review_by else None
