"""Attempts and what follows from them, in the three ways results are treated.

Kept results stand under the person with their events and completions. Held ones stand under the
address alone until somebody decides: then they become the person's with their own times
(`keep_held`), or are counted without a name and deleted (`forget_held`).
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT reads alike on SQLite

from storage._tx import Tx
from storage.events import Code, count, record
from storage.tables import Answers, Attempts, Completions, Residences


async def attempt_number(tx: Tx, owner: int, attempt: int, lesson: str) -> int:
    """Return which of a person's attempts at a lesson this is, from 1."""
    number = await tx.connection.scalar(
        select(func.count()).where(
            Attempts.person_id == owner, Attempts.lesson_id == lesson, Attempts.id <= attempt
        )
    )
    return int(number or 0)


async def record_finish(
    tx: Tx,
    person: int,
    lesson: str,
    number: int,
    *,
    right: int,
    of: int,
    has_passed: bool,
    at: datetime,
) -> None:
    """Record that a person finished (and passed) an attempt, and their completion of the lesson."""
    for code in (Code.FINISHED, Code.PASSED) if has_passed else (Code.FINISHED,):
        await record(tx, person, code, at=at, lesson=lesson, attempt_no=number, right=right, of=of)
    await _complete(tx, person, lesson, at, has_passed=has_passed, is_at_once=number == 1)


async def _complete(
    tx: Tx, person: int, lesson: str, at: datetime, *, has_passed: bool, is_at_once: bool
) -> None:
    lives_in = select(Residences.tdp_id).where(
        Residences.person_id == person, Residences.valid_to.is_(None)
    )
    await tx.connection.execute(
        insert(Completions)
        .values(
            person_id=person,
            lesson_id=lesson,
            finished_at=at,
            passed_at=at if has_passed else None,
            is_at_once=has_passed and is_at_once,
            tdp_id=lives_in.limit(1).scalar_subquery(),
        )
        .on_conflict_do_nothing(index_elements=["person_id", "lesson_id"])
    )
    if has_passed:
        await tx.connection.execute(
            update(Completions)
            .where(
                Completions.person_id == person,
                Completions.lesson_id == lesson,
                Completions.passed_at.is_(None),
            )
            .values(passed_at=at, is_at_once=is_at_once)
        )


async def keep_held(tx: Tx, address: int, person: int) -> None:
    """Give the attempts held at an address to the person who said yes, each with its own times."""
    theirs = Attempts.address_id == address, Attempts.person_id.is_(None)
    held = await tx.connection.execute(
        select(Attempts.__table__).where(*theirs).order_by(Attempts.id)
    )
    rows = held.all()
    await tx.connection.execute(
        update(Attempts).where(*theirs).values(person_id=person, address_id=None)
    )
    for row in rows:
        number = await attempt_number(tx, person, row.id, row.lesson_id)
        await record(
            tx, person, Code.STARTED, at=row.started_at, lesson=row.lesson_id, attempt_no=number
        )
        if row.finished_at is not None:
            await record_finish(
                tx,
                person,
                row.lesson_id,
                number,
                right=row.right,
                of=row.of,
                has_passed=row.has_passed,
                at=row.finished_at,
            )


async def forget_held(tx: Tx, addresses: Collection[int]) -> None:
    """Delete the attempts held at these addresses; only nameless counts of their days remain."""
    await _forget(tx, Attempts.address_id.in_(addresses))


async def forget_overdue(tx: Tx, cut: datetime) -> None:
    """Delete what has been held since before `cut`, wherever its address still talks."""
    await _forget(tx, Attempts.started_at <= cut)


async def _forget(tx: Tx, which: ColumnElement[bool]) -> None:
    theirs = which, Attempts.address_id.is_not(None), Attempts.person_id.is_(None)
    held = await tx.connection.execute(
        select(
            Attempts.lesson_id, Attempts.started_at, Attempts.finished_at, Attempts.has_passed
        ).where(*theirs)
    )
    counts: Counter[tuple[datetime, str, str]] = Counter()
    for lesson, started_at, finished_at, has_passed in held.all():
        counts[_midday(tx, started_at), Code.STARTED.value, lesson] += 1
        if finished_at is not None:
            counts[_midday(tx, finished_at), Code.FINISHED.value, lesson] += 1
            counts[_midday(tx, finished_at), Code.PASSED.value, lesson] += bool(has_passed)
    for (at, code, lesson), number in sorted(
        counts.items()
    ):  # one order: no two wait for each other
        if number:
            await count(tx, Code(code), lesson, at=at, number=number)
    ids = select(Attempts.id).where(*theirs)
    await tx.connection.execute(delete(Answers).where(Answers.attempt_id.in_(ids)))
    await tx.connection.execute(delete(Attempts).where(*theirs))


def _midday(tx: Tx, moment: datetime) -> datetime:
    """The middle of a moment's local day: one key for everything of that day."""
    local = moment.astimezone(tx.house.timezone)
    return local.replace(hour=12, minute=0, second=0, microsecond=0)
