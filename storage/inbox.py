"""What came in from outside: every event once, in order, until it is handled or parked.

take_in -> waiting -> done      the body is erased, the event's id stays 7 days
                   -> parked    handling it failed: the body stays, for whoever looks into it
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT reads alike on SQLite

from storage._tx import Tx
from storage.tables import Inbox

WAITING, DONE, PARKED = "waiting", "done", "parked"


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One event that waits, as its channel understood it: `body` is such as {"text": "học"}."""

    id: int
    channel: str
    event_id: str
    body: Mapping[str, Any]
    received_at: datetime


_TAKE_IN = insert(Inbox).on_conflict_do_nothing().returning(Inbox.id)
_WAITING = (
    select(Inbox.address_id)
    .where(Inbox.state == WAITING, Inbox.address_id.is_not(None))
    .group_by(Inbox.address_id)
    .order_by(func.min(Inbox.id))
)
_ROWS = (
    select(Inbox.id, Inbox.channel, Inbox.event_id, Inbox.body, Inbox.received_at)
    .where(Inbox.state == WAITING, Inbox.address_id == bindparam("a"))
    .order_by(Inbox.id)
)
_THESE = update(Inbox).where(Inbox.id.in_(bindparam("ids", expanding=True)), Inbox.state == WAITING)
_DONE = _THESE.values(state=DONE, body=None)
_PARK = _THESE.values(state=PARKED, error_id=bindparam("error"))


async def take_in(
    tx: Tx, channel: str, event_id: str, address_id: int | None, body: Mapping[str, Any]
) -> int | None:
    """Keep an event until it is handled; returns its number, or None when it was seen before."""
    row = {
        "channel": channel,
        "event_id": event_id,
        "address_id": address_id,
        "body": body,
        "state": WAITING,
        "received_at": tx.now,
    }
    taken: int | None = (await tx.connection.execute(_TAKE_IN, row)).scalar_one_or_none()
    return taken


async def waiting(tx: Tx) -> tuple[int, ...]:
    """Return the addresses that something waits for, whoever waited longest first."""
    return tuple(row.address_id for row in await tx.connection.execute(_WAITING))


async def rows(tx: Tx, address_id: int) -> tuple[InboxRow, ...]:
    """Return what waits for an address, in the order it came in."""
    return tuple(InboxRow(*row) for row in await tx.connection.execute(_ROWS, {"a": address_id}))


async def done(tx: Tx, ids: Sequence[int]) -> None:
    """Mark events as handled and erase what they said."""
    await tx.connection.execute(_DONE, {"ids": list(ids)})


async def park(tx: Tx, ids: Sequence[int], error_id: str) -> None:
    """Put events aside that could not be handled, with the number under which the log says why."""
    await tx.connection.execute(_PARK, {"ids": list(ids), "error": error_id})
