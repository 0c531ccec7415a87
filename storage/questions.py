"""How hard the questions of lessons are: every answer is counted per half month, and nobody's name with it.

Counted when a quiz is finished, for people and for visitors without a name alike; never for who practises,
for made-up people only where all are. A quiz that is finished twice (the same attempt) counts once.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT reads alike on SQLite

from handlers._requests.lesson import AnswerGiven
from handlers._requests.person import Role
from handlers._requests.questions import Difficulties, Difficulty, QuestionFigures
from lessons import fill
from storage._performers import performer
from storage._tx import Tx
from storage.house import Actor
from storage.slots import AFTER_ALL, BEFORE_ALL, around, first_day, last_day, slot_of
from storage.tables_staff import QuestionCounts

ROLES = (Role.STAFF, Role.POLICE, Role.APPROVER, Role.OBSERVER, Role.ADMIN)

_COUNTING = insert(QuestionCounts)
_COUNT = _COUNTING.on_conflict_do_update(
    index_elements=["slot", "lesson_id", "lesson_version", "question"],
    set_={
        "answered": QuestionCounts.answered + _COUNTING.excluded["answered"],
        "right": QuestionCounts.right + _COUNTING.excluded["right"],
    },
)
_SUMS = (
    select(
        QuestionCounts.lesson_id,
        QuestionCounts.lesson_version,
        QuestionCounts.question,
        func.sum(QuestionCounts.answered).label("answered"),
        func.sum(QuestionCounts.right).label("right"),
    )
    .where(QuestionCounts.slot.between(bindparam("first"), bindparam("last")))
    .group_by(QuestionCounts.lesson_id, QuestionCounts.lesson_version, QuestionCounts.question)
)


async def count_answers(tx: Tx, lesson: str, version: int, answers: Sequence[AnswerGiven]) -> None:
    """Add the answers of one finished quiz."""
    slot = slot_of(tx.now, tx.house.timezone)
    rows = [
        {
            "slot": slot,
            "lesson_id": lesson,
            "lesson_version": version,
            "question": answer.question,
            "answered": 1,
            "right": int(answer.is_right),
        }
        for answer in sorted(
            answers, key=lambda one: one.question
        )  # one order: no two wait for each other
    ]
    if rows:
        await tx.connection.execute(_COUNT, rows)


@performer(roles=set(ROLES))
async def difficulty(
    tx: Tx,
    by: Actor,  # noqa: ARG001 - a performer's shape
    request: Difficulty,
) -> Difficulties:
    """List the questions that were answered, the hardest first."""
    first, last = around(request.since, request.until)
    found = await tx.connection.execute(_SUMS, {"first": first, "last": last})
    questions = [_figures(tx, row) for row in found.all()]
    questions.sort(
        key=lambda one: (one.right / one.answered, -one.answered, one.lesson, one.number)
    )
    return Difficulties(tuple(questions), *_days(first, last))


def _days(first: int, last: int) -> tuple[date | None, date | None]:
    return (
        None if first == BEFORE_ALL else first_day(first),
        None if last == AFTER_ALL else last_day(last),
    )


def _figures(tx: Tx, row: Row[*tuple[Any, ...]]) -> QuestionFigures:
    lesson = tx.house.content.lessons.get(row.lesson_id)
    is_today = lesson is not None and lesson.version == row.lesson_version
    text = ""
    if lesson is not None and is_today and row.question < len(lesson.quiz):
        text = fill(lesson.quiz[row.question].text, tx.house.values)
    return QuestionFigures(
        row.lesson_id,
        row.lesson_version,
        row.lesson_id if lesson is None else fill(lesson.title, tx.house.values),
        row.question + 1,
        text,
        int(row.answered),
        int(row.right),
    )
