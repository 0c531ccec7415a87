"""Which scheduled jobs ran, for the moments they were due."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT reads alike on SQLite

from storage._tx import Tx
from storage.tables import ClockRuns

REMEMBERED = timedelta(days=90)

_CLAIM = insert(ClockRuns).on_conflict_do_nothing().returning(ClockRuns.job)
_FORGET = delete(ClockRuns).where(
    ClockRuns.job == bindparam("of"),
    ClockRuns.ran_at < bindparam("cut", type_=ClockRuns.ran_at.type),
)


async def claim(tx: Tx, job: str, due_at: datetime, remembered: timedelta = REMEMBERED) -> bool:
    """Note that a job runs for a moment; False when it did already, here or in another process."""
    row = {"job": job, "due_at": due_at, "ran_at": tx.now}
    claimed = (await tx.connection.execute(_CLAIM, row)).scalar_one_or_none()
    if claimed is None:
        return False
    await tx.connection.execute(_FORGET, {"of": job, "cut": tx.now - remembered})
    return True
