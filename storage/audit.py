"""Who did what, chained: each row's hash covers its content and the hash of the row before it.

A row that is changed, taken out of the middle or slipped in breaks the chain; `verify` names it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from hashlib import sha256
from typing import Any

from sqlalchemy import RowMapping, insert, select, text

from storage._tx import Tx
from storage.house import Actor
from storage.tables import Audit

FIRST = "0" * 64
"""What the first row has before it."""
PAGE = 1000
"""Rows that are checked at a time."""


async def append(
    tx: Tx, by: Actor, action: str, subject: str, details: Mapping[str, Any] | None = None
) -> None:
    """Write down what `by` did to `subject` ("person:123", "lesson:TB-01"): numbers and codes."""
    if tx.connection.dialect.name == "postgresql":  # two writers would chain to the same row
        await tx.connection.execute(text("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE"))
    last = await tx.connection.scalar(select(Audit.hash).order_by(Audit.id.desc()).limit(1))
    row = {
        "at": tx.now,
        "actor": by.name,
        "action": action,
        "subject": subject,
        "details": dict(details or {}),
    }
    (linked,) = chained([row], last or FIRST)
    await tx.connection.execute(insert(Audit).values(**linked))


def chained(
    rows: Iterable[Mapping[str, Any]], previous: str = FIRST
) -> Iterator[Mapping[str, Any]]:
    """Link rows (at, actor, action, subject, details) to the hash before them, each to the one before it."""
    for row in rows:
        linked = {**row, "previous_hash": previous}
        previous = _hash(linked)
        yield {**linked, "hash": previous}


async def verify(tx: Tx, page: int = PAGE) -> int | None:
    """Return the number of the first row that does not fit its chain, or None when all do."""
    previous, last = FIRST, 0
    while rows := await _rows_after(tx, last, page):
        for row in rows:
            if row["previous_hash"] != previous or row["hash"] != _hash(dict(row)):
                return int(row["id"])
            previous, last = row["hash"], row["id"]
    return None


async def _rows_after(tx: Tx, last: int, number: int) -> Sequence[RowMapping]:
    page = select(Audit.__table__).where(Audit.id > last).order_by(Audit.id).limit(number)
    return (await tx.connection.execute(page)).mappings().all()


def _hash(row: Mapping[str, Any]) -> str:
    """The hash of a row over all of its columns but its number and this one."""
    at = row["at"].astimezone(UTC).isoformat()
    rest = [row[name] for name in ("previous_hash", "actor", "action", "subject", "details")]
    canonical = json.dumps([at, *rest], sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()
