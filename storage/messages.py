"""The history a person can read back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select

from storage._tx import Tx
from storage.tables import Messages


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message: `n` grows, and is never given twice. `body` is such as {"text": "Chào bà con!"}."""

    n: int
    is_from_bot: bool
    body: Mapping[str, Any]
    event_id: str | None
    at: datetime


_ADD = insert(Messages).returning(Messages.id)
_SINCE = (
    select(Messages.id, Messages.is_from_bot, Messages.body, Messages.event_id, Messages.at)
    .where(Messages.address_id == bindparam("a"), Messages.id > bindparam("after"))
    .order_by(Messages.id)
    .limit(bindparam("limit"))
)

_LATEST = (
    select(Messages.id, Messages.address_id).order_by(Messages.id.desc()).limit(bindparam("limit"))
)


async def add(
    tx: Tx, address_id: int, is_from_bot: bool, body: Mapping[str, Any], event_id: str | None = None
) -> int:
    """Add a message to an address' history and wake who waits there; returns its number."""
    row = {
        "address_id": address_id,
        "is_from_bot": is_from_bot,
        "body": body,
        "event_id": event_id,
        "at": tx.now,
    }
    tx.wakes.add(address_id)
    return int((await tx.connection.execute(_ADD, row)).scalar_one())


async def since(tx: Tx, address_id: int, after: int, limit: int = 200) -> tuple[MessageRow, ...]:
    """Return the messages of an address with a number above `after`, oldest first."""
    wanted = {"a": address_id, "after": after, "limit": limit}
    return tuple(MessageRow(*row) for row in await tx.connection.execute(_SINCE, wanted))


async def latest(tx: Tx, limit: int) -> Mapping[int, int]:
    """Return the newest messages of all addresses: {number: address}."""
    rows = await tx.connection.execute(_LATEST, {"limit": limit})
    return {row.id: row.address_id for row in rows}
