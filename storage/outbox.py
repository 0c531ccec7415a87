"""What goes out: one row = one accepted request = one platform message.

    waiting -> sending                      leased (owner, until), at most `window` rows per account,
                                            committed before the first byte
    sending -> sent                         settled by the lease's owner
    unknown -> sent                         the answer came late
    sending -> waiting                      throttled: not before then, no attempt counted
                                            unreachable: no byte left us, attempt + 1
                                            again: surely not accepted; no attempt counted, at most twice
                                            unusable: the account is at fault, not the message
                                            released: handed back by its owner, no byte left us
    sending -> gave_up                      unreachable or again once too often
    sending -> unknown                      undecided: bytes left, no readable answer; or the lease is over
    sending -> blocked | closed | refused   the platform said so, for good
    waiting -> unknown                      restored: the row stands in a copy that was taken up again
    waiting -> cancelled | expired          by a person (also one who blocked us) | validity over
    unknown -> waiting | dropped            reply: once, unless they wrote since; alert: once;
                                            announcement: a person decides; reminder: dropped
    waiting -> sent                         a local account (web, console): readable is sent

Rows of one address leave strictly in order (kind, then number), one at a time. Whatever becomes `sent`
stands in the person's history in the same commit. Platforms have no idempotency key: what may or may not
have been sent is a visible state, never sent again in silence.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum, IntEnum
from typing import Any

from sqlalchemy import (
    Update,
    and_,
    bindparam,
    exists,
    false,
    func,
    insert,
    null,
    or_,
    select,
    true,
    update,
)

from storage import messages
from storage._tx import Tx
from storage.tables import Addresses, Outbox


class State(Enum):
    """Where a row stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"
    CLOSED = "closed"
    REFUSED = "refused"
    GAVE_UP = "gave_up"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    DROPPED = "dropped"


class Cause(Enum):
    """What moves a row."""

    LEASED = "leased"
    READABLE = "readable"
    ACCEPTED = "accepted"
    ACCEPTED_LATE = "accepted late"
    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"
    AGAIN = "again"
    UNUSABLE = "unusable"
    RELEASED = "released"
    TOO_OFTEN = "too often"
    UNDECIDED = "undecided"
    LEASE_OVER = "lease over"
    RESTORED = "restored"
    BLOCKED = "blocked"
    CLOSED = "closed"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    SENT_AGAIN = "sent again"
    DROPPED = "dropped"


TRANSITIONS: Mapping[Cause, tuple[State, State]] = {
    Cause.LEASED: (State.WAITING, State.SENDING),
    Cause.READABLE: (State.WAITING, State.SENT),
    Cause.ACCEPTED: (State.SENDING, State.SENT),
    Cause.ACCEPTED_LATE: (State.UNKNOWN, State.SENT),
    Cause.THROTTLED: (State.SENDING, State.WAITING),
    Cause.UNREACHABLE: (State.SENDING, State.WAITING),
    Cause.AGAIN: (State.SENDING, State.WAITING),
    Cause.UNUSABLE: (State.SENDING, State.WAITING),
    Cause.RELEASED: (State.SENDING, State.WAITING),
    Cause.TOO_OFTEN: (State.SENDING, State.GAVE_UP),
    Cause.UNDECIDED: (State.SENDING, State.UNKNOWN),
    Cause.LEASE_OVER: (State.SENDING, State.UNKNOWN),
    Cause.RESTORED: (State.WAITING, State.UNKNOWN),
    Cause.BLOCKED: (State.SENDING, State.BLOCKED),
    Cause.CLOSED: (State.SENDING, State.CLOSED),
    Cause.REFUSED: (State.SENDING, State.REFUSED),
    Cause.CANCELLED: (State.WAITING, State.CANCELLED),
    Cause.EXPIRED: (State.WAITING, State.EXPIRED),
    Cause.SENT_AGAIN: (State.UNKNOWN, State.WAITING),
    Cause.DROPPED: (State.UNKNOWN, State.DROPPED),
}
"""Every move there is. All statements below are made from it; nothing else writes `state`."""


AFTER_RESTORE = "restored"
"""The reason of a row whose end nobody knows because the database is a copy that was taken up again."""


class Kind(IntEnum):
    """What a row is; the lower goes first."""

    REPLY = 0
    ALERT = 1
    ANNOUNCEMENT = 2
    REMINDER = 3


# ---------------------------------------------------------------- statements


def move(cause: Cause) -> Update:
    """An UPDATE that only a row in the right state can feel."""
    source, target = TRANSITIONS[cause]
    moved = update(Outbox).where(Outbox.state == source.value).values(state=target.value)
    if target is State.SENDING:
        return moved
    settled_at = null() if target is State.WAITING else bindparam("now")
    return moved.values(lease_owner=None, lease_until=None, settled_at=settled_at)


NOW = bindparam("now", type_=Outbox.created_at.type)
IS_DUE = or_(Outbox.not_before.is_(None), Outbox.not_before <= NOW)
IS_VALID = or_(Outbox.valid_until.is_(None), Outbox.valid_until > NOW)
OF_ACCOUNT = Outbox.account == bindparam("of")
THESE = Outbox.id.in_(bindparam("ids", expanding=True))
_HAVE_WRITTEN_SINCE = exists().where(
    Addresses.id == Outbox.address_id, Addresses.heard_at > Outbox.created_at
)

_PUT = insert(Outbox).returning(Outbox.id)
_READABLE = (
    move(Cause.READABLE)
    .where(OF_ACCOUNT, IS_DUE, IS_VALID)
    .returning(Outbox.kind, Outbox.id, Outbox.address_id, Outbox.body)
)
_OPEN = select(func.count()).where(
    OF_ACCOUNT, Outbox.state.in_([State.WAITING.value, State.SENDING.value])
)
_CANCEL = move(Cause.CANCELLED).where(THESE)
_CANCEL_ALL = move(Cause.CANCELLED).where(Outbox.address_id == bindparam("of_address"))
_EXPIRE = move(Cause.EXPIRED).where(OF_ACCOUNT, Outbox.valid_until <= NOW)
_AS_IF_RESENT = {"is_resent": true(), "reason": AFTER_RESTORE}
_EXPIRE_ALL = move(Cause.EXPIRED).where(Outbox.valid_until <= NOW)
_RESTORE = (
    move(Cause.RESTORED).values(_AS_IF_RESENT),
    move(Cause.LEASE_OVER).values(_AS_IF_RESENT),
)
_NEVER_AGAIN = update(Outbox).where(Outbox.state == State.UNKNOWN.value).values(is_resent=true())
_SEND_AGAIN = move(Cause.SENT_AGAIN).where(OF_ACCOUNT).values(is_resent=true())
_MAY_GO_AGAIN = and_(
    Outbox.is_resent == false(),
    or_(
        Outbox.kind == Kind.ALERT,
        and_(Outbox.kind == Kind.REPLY, ~_HAVE_WRITTEN_SINCE),
    ),
)
_DECIDE_AGAIN = _SEND_AGAIN.where(_MAY_GO_AGAIN)
_DECIDE_DROP = move(Cause.DROPPED).where(OF_ACCOUNT, Outbox.kind != Kind.ANNOUNCEMENT)
_PERSON_AGAIN = (
    move(Cause.SENT_AGAIN).values(is_resent=true()).where(THESE, Outbox.kind == Kind.ANNOUNCEMENT)
)
_PERSON_DROP = move(Cause.DROPPED).where(THESE, Outbox.kind == Kind.ANNOUNCEMENT)


# ---------------------------------------------------------------- putting in


async def put(
    tx: Tx,
    account: str,
    address_id: int,
    kind: Kind,
    body: Mapping[str, Any],
    *,
    not_before: datetime | None = None,
    valid_until: datetime | None = None,
) -> int:
    """Put one message into the outbox of an account ("web", "telegram"); returns the row's number."""
    row = {
        "account": account,
        "address_id": address_id,
        "kind": kind,
        "body": body,
        "state": State.WAITING.value,
        "not_before": not_before,
        "valid_until": valid_until,
        "created_at": tx.now,
    }
    tx.wakes.add(address_id)
    return int((await tx.connection.execute(_PUT, row)).scalar_one())


async def cancel(tx: Tx, ids: Sequence[int]) -> int:
    """Cancel rows that still wait; returns how many."""
    return await moved_rows(tx, _CANCEL, ids=list(ids))


async def cancel_all(tx: Tx, address_id: int) -> int:
    """Cancel all that waits for an address, e.g. of somebody who blocked us; returns how many."""
    return await moved_rows(tx, _CANCEL_ALL, of_address=address_id)


async def expire(tx: Tx, account: str) -> int:
    """End the waiting of an account's rows whose validity is over; returns how many."""
    return await moved_rows(tx, _EXPIRE, of=account)


# ---------------------------------------------------------------- local accounts


async def deliver_local(tx: Tx, account: str) -> tuple[int, ...]:
    """Move what waits for a local account into its people's histories: readable is sent.

    Returns the addresses that have something new to read; they are woken after the commit.
    """
    found = await tx.connection.execute(_READABLE, {"of": account, "now": tx.now})
    rows = sorted(found, key=lambda row: (row.kind, row.id))
    for row in rows:
        await messages.add(tx, row.address_id, True, row.body)
    return tuple(dict.fromkeys(row.address_id for row in rows))


# ---------------------------------------------------------------- unknown ends


async def decide(tx: Tx, account: str) -> int:
    """Decide what may be decided without a person; returns how many rows of the account moved.

    A reply goes once more unless they wrote since, an alert goes once more, a reminder is dropped.
    """
    again = await moved_rows(tx, _DECIDE_AGAIN, of=account)
    return again + await moved_rows(tx, _DECIDE_DROP, of=account)


async def restore(tx: Tx) -> tuple[int, int]:
    """In a copy that was taken up again, let nothing leave of what may have left since it was made.

    What is out of date expires; all else that waits or was on its way is unknown, and no machine sends it
    again. Returns how many of either.
    """
    expired = await moved_rows(tx, _EXPIRE_ALL)
    unknown = sum([await moved_rows(tx, one) for one in _RESTORE])
    await moved_rows(tx, _NEVER_AGAIN)
    return expired, unknown


async def open_rows(tx: Tx, account: str) -> int:
    """Return how many rows of an account wait or are on their way."""
    return int((await tx.connection.execute(_OPEN, {"of": account})).scalar_one())


async def decide_by_hand(tx: Tx, ids: Sequence[int], *, is_sent_again: bool) -> int:
    """Send announcements of unknown end again, or drop them, as a person decided; returns how many."""
    return await moved_rows(tx, _PERSON_AGAIN if is_sent_again else _PERSON_DROP, ids=list(ids))


async def moved_rows(tx: Tx, moved: Update, **values: Any) -> int:
    """Make one kind of move now; returns how many rows felt it."""
    return (await tx.connection.execute(moved, {"now": tx.now, **values})).rowcount
