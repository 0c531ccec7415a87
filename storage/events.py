"""What happened, as bare facts: figures are derived from these rows and from nothing else.

An event carries the TDP its person lives in at that moment, and the unit they belong to, and is never
rewritten. What nameless visitors do is only counted, per local day. Who confirms a person later than they
were made records VOUCHED, who puts a person into a unit UNIT: figures that were added up follow these.
"""

from datetime import datetime
from enum import Enum

from sqlalchemy import BigInteger, bindparam, insert, or_, select
from sqlalchemy.dialects import postgresql  # its ON CONFLICT reads alike on SQLite

from storage._tx import Tx
from storage.tables import DailyCounts, Events, Residences, UnitMembers


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
    UNIT = "unit"


_PERSON = bindparam("person_id", type_=BigInteger)
_TODAY = bindparam("today", type_=UnitMembers.valid_from.type)
_LIVES_IN = (
    select(Residences.tdp_id)
    .where(Residences.person_id == _PERSON, Residences.valid_to.is_(None))
    .limit(1)
)
_BELONGS_TO = (
    select(UnitMembers.unit_id)
    .where(
        UnitMembers.person_id == _PERSON,
        UnitMembers.valid_from <= _TODAY,
        or_(UnitMembers.valid_to.is_(None), UnitMembers.valid_to >= _TODAY),
    )
    .order_by(UnitMembers.id)
    .limit(1)
)
_RECORD = insert(Events).values(
    {
        column: bindparam(column, type_=Events.__table__.c[column].type)
        for column in ("at", "code", "person_id", "lesson_id", "attempt_no", "right", "of")
    }
    | {"tdp_id": _LIVES_IN.scalar_subquery(), "unit_id": _BELONGS_TO.scalar_subquery()}
)


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
    row = {
        "at": at or tx.now,
        "code": code.value,
        "person_id": person,
        "lesson_id": lesson,
        "attempt_no": attempt_no,
        "right": right,
        "of": of,
    }
    await tx.connection.execute(_RECORD, row | {"today": tx.today})


async def count(
    tx: Tx, code: Code, lesson: str = "", *, at: datetime | None = None, number: int = 1
) -> None:
    """Add to what nameless visitors did on the local day of `at` (now unless given)."""
    day = (at or tx.now).astimezone(tx.house.timezone).date()
    adding = postgresql.insert(DailyCounts).values(
        day=day, code=code.value, lesson_id=lesson, count=number
    )
    await tx.connection.execute(
        adding.on_conflict_do_update(
            index_elements=["day", "code", "lesson_id"],
            set_={"count": DailyCounts.count + adding.excluded["count"]},
        )
    )
