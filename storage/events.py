"""What happened, as bare facts: figures are derived from these rows and from nothing else.

An event carries the TDP its person lives in at that moment and is never rewritten. What nameless
visitors do is only counted, per local day.
"""

from datetime import datetime
from enum import Enum

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT reads alike on SQLite

from storage._tx import Tx
from storage.tables import DailyCounts, Events, Residences


class Code(Enum):
    """What can happen to a person."""

    REGISTERED = "registered"
    TDP = "tdp"
    STARTED = "started"
    FINISHED = "finished"
    PASSED = "passed"
    VOUCHED = "vouched"
    WITHDREW = "withdrew"
    ERASED = "erased"
    HELP_ASKED = "help_asked"


async def record(
    tx: Tx,
    person: int,
    code: Code,
    *,
    at: datetime | None = None,
    lesson: str | None = None,
    attempt_no: int | None = None,
    right: int | None = None,
    of: int | None = None,
) -> None:
    """Record an event of a person, now unless it happened earlier (`at`)."""
    lives_in = select(Residences.tdp_id).where(
        Residences.person_id == person, Residences.valid_to.is_(None)
    )
    await tx.connection.execute(
        insert(Events).values(
            at=at or tx.now,
            code=code.value,
            person_id=person,
            tdp_id=lives_in.limit(1).scalar_subquery(),
            lesson_id=lesson,
            attempt_no=attempt_no,
            right=right,
            of=of,
        )
    )


async def count(
    tx: Tx, code: Code, lesson: str = "", *, at: datetime | None = None, number: int = 1
) -> None:
    """Add to what nameless visitors did on the local day of `at` (now unless given)."""
    day = (at or tx.now).astimezone(tx.house.timezone).date()
    adding = insert(DailyCounts).values(day=day, code=code.value, lesson_id=lesson, count=number)
    await tx.connection.execute(
        adding.on_conflict_do_update(
            index_elements=["day", "code", "lesson_id"],
            set_={"count": DailyCounts.count + adding.excluded["count"]},
        )
    )
