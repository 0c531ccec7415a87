"""What goes out: one row = one accepted request = one platform message.

    waiting -> sending                      leased (owner, until), at most `window` rows per account,
                                            committed before the first byte
    sending -> sent                         settled by the lease's owner
    unknown -> sent                         the answer came late
    sending -> waiting                      throttled: not before then, no attempt counted
                                            unreachable: no byte left us, attempt + 1
                                            again: surely not accepted; no attempt counted, at most twice
                                            unusable: the account is at fault, not the message
    sending -> gave_up                      unreachable or again once too often
    sending -> unknown                      undecided: bytes left, no readable answer; or the lease is over
    sending -> blocked | closed | refused   the platform said so, for good
    waiting -> cancelled | expired          by a person | validity over
    unknown -> waiting | dropped            reply: once, unless they wrote since; alert: once;
                                            announcement: a person decides; reminder: dropped
    waiting -> sent                         a local account (web, console): readable is sent

Rows of one address leave strictly in order (kind, then number), one at a time. Whatever becomes `sent`
stands in the person's history in the same commit. Platforms have no idempotency key: what may or may not
have been sent is a visible state, never sent again in silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from sqlalchemy.orm import aliased

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
    TOO_OFTEN = "too often"
    UNDECIDED = "undecided"
    LEASE_OVER = "lease over"
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
    Cause.TOO_OFTEN: (State.SENDING, State.GAVE_UP),
    Cause.UNDECIDED: (State.SENDING, State.UNKNOWN),
    Cause.LEASE_OVER: (State.SENDING, State.UNKNOWN),
    Cause.BLOCKED: (State.SENDING, State.BLOCKED),
    Cause.CLOSED: (State.SENDING, State.CLOSED),
    Cause.REFUSED: (State.SENDING, State.REFUSED),
    Cause.CANCELLED: (State.WAITING, State.CANCELLED),
    Cause.EXPIRED: (State.WAITING, State.EXPIRED),
    Cause.SENT_AGAIN: (State.UNKNOWN, State.WAITING),
    Cause.DROPPED: (State.UNKNOWN, State.DROPPED),
}
"""Every move there is. All statements below are made from it; nothing else writes `state`."""

ATTEMPTS = 5
AGAINS = 2


class Kind(IntEnum):
    """What a row is; the lower goes first."""

    REPLY = 0
    ALERT = 1
    ANNOUNCEMENT = 2
    REMINDER = 3


@dataclass(frozen=True, slots=True)
class Leased:
    """A row that its lease's owner may send now; `key` is the platform's own id of the chat."""

    id: int
    address_id: int
    key: str
    kind: Kind
    body: Mapping[str, Any]
    attempts: int


# ---------------------------------------------------------------- statements


def _move(cause: Cause) -> Update:
    """An UPDATE that only a row in the right state can feel."""
    source, target = TRANSITIONS[cause]
    moved = update(Outbox).where(Outbox.state == source.value).values(state=target.value)
    if target is State.SENDING:
        return moved
    settled_at = null() if target is State.WAITING else bindparam("now")
    return moved.values(lease_owner=None, lease_until=None, settled_at=settled_at)


def _settlement(cause: Cause) -> Update:
    """A move that only the lease's owner can make; returns what the history needs."""
    moved = _move(cause).where(
        Outbox.id == bindparam("row"), Outbox.lease_owner == bindparam("owner")
    )
    if cause is Cause.UNREACHABLE:
        moved = moved.where(Outbox.attempts + 1 < ATTEMPTS).values(attempts=Outbox.attempts + 1)
    if cause is Cause.AGAIN:
        moved = moved.where(Outbox.agains < AGAINS).values(agains=Outbox.agains + 1)
    return moved.values(
        not_before=bindparam("not_until"), reason=bindparam("why"), platform_id=bindparam("theirs")
    ).returning(Outbox.address_id, Outbox.body)


_NOW = bindparam("now", type_=Outbox.created_at.type)
_IS_DUE = or_(Outbox.not_before.is_(None), Outbox.not_before <= _NOW)
_IS_VALID = or_(Outbox.valid_until.is_(None), Outbox.valid_until > _NOW)
_OF_ACCOUNT = Outbox.account == bindparam("of")
_THESE = Outbox.id.in_(bindparam("ids", expanding=True))
_EARLIER = aliased(Outbox)
_IS_ALONE = ~exists().where(
    _EARLIER.address_id == Outbox.address_id, _EARLIER.state == State.SENDING.value
)
_IS_FIRST = ~exists().where(
    _EARLIER.address_id == Outbox.address_id,
    _EARLIER.state == State.WAITING.value,
    or_(_EARLIER.valid_until.is_(None), _EARLIER.valid_until > _NOW),
    or_(
        _EARLIER.kind < Outbox.kind,
        and_(_EARLIER.kind == Outbox.kind, _EARLIER.id < Outbox.id),
    ),
)
_HAVE_WRITTEN_SINCE = exists().where(
    Addresses.id == Outbox.address_id, Addresses.heard_at > Outbox.created_at
)

_PUT = insert(Outbox).returning(Outbox.id)
_READABLE = (
    _move(Cause.READABLE)
    .where(_OF_ACCOUNT, _IS_DUE, _IS_VALID)
    .returning(Outbox.kind, Outbox.id, Outbox.address_id, Outbox.body)
)
_ONE_LEASES = select(func.pg_advisory_xact_lock(func.hashtext(bindparam("of"))))
_IN_FLIGHT = select(func.count()).where(_OF_ACCOUNT, Outbox.state == State.SENDING.value)
_HEADS = (
    select(Outbox.id, Outbox.address_id, Addresses.key, Outbox.kind, Outbox.body, Outbox.attempts)
    .join(Addresses, Addresses.id == Outbox.address_id)
    .where(_OF_ACCOUNT, Outbox.state == State.WAITING.value, _IS_DUE, _IS_VALID)
    .where(_IS_ALONE, _IS_FIRST)
    .order_by(Outbox.kind, Outbox.id)
    .limit(bindparam("room"))
)
_LEASE = (
    _move(Cause.LEASED)
    .where(_THESE)
    .values(lease_owner=bindparam("owner"), lease_until=bindparam("until"))
    .returning(Outbox.id)
)
_SETTLE: Mapping[Cause, Update] = {
    cause: _settlement(cause)
    for cause, (source, _) in TRANSITIONS.items()
    if source is State.SENDING and cause is not Cause.LEASE_OVER
}
_LATE = (
    _move(Cause.ACCEPTED_LATE)
    .where(Outbox.id == bindparam("row"))
    .values(platform_id=bindparam("theirs"))
    .returning(Outbox.address_id, Outbox.body)
)
_LAPSE = _move(Cause.LEASE_OVER).where(Outbox.lease_until <= _NOW)
_CANCEL = _move(Cause.CANCELLED).where(_THESE)
_EXPIRE = _move(Cause.EXPIRED).where(Outbox.valid_until <= _NOW)
_SEND_AGAIN = _move(Cause.SENT_AGAIN).values(is_resent=true())
_MAY_GO_AGAIN = and_(
    Outbox.is_resent == false(),
    or_(
        Outbox.kind == Kind.ALERT,
        and_(Outbox.kind == Kind.REPLY, ~_HAVE_WRITTEN_SINCE),
    ),
)
_DECIDE_AGAIN = _SEND_AGAIN.where(_MAY_GO_AGAIN)
_DECIDE_DROP = _move(Cause.DROPPED).where(Outbox.kind != Kind.ANNOUNCEMENT)
_PERSON_AGAIN = _SEND_AGAIN.where(_THESE, Outbox.kind == Kind.ANNOUNCEMENT)
_PERSON_DROP = _move(Cause.DROPPED).where(_THESE, Outbox.kind == Kind.ANNOUNCEMENT)


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
    return await _count(tx, _CANCEL, ids=list(ids))


async def expire(tx: Tx) -> int:
    """End the waiting of rows whose validity is over; returns how many."""
    return await _count(tx, _EXPIRE)


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


# ---------------------------------------------------------------- network accounts


async def lease(
    tx: Tx, account: str, owner: str, until: datetime, window: int
) -> tuple[Leased, ...]:
    """Lease what may be sent now: commit before the first byte leaves.

    At most `window` rows of the account are in flight, at most one of an address; none of them while
    an earlier one of its address waits.
    """
    if tx.connection.dialect.name == "postgresql":
        await tx.connection.execute(_ONE_LEASES, {"of": account})
    in_flight = (await tx.connection.execute(_IN_FLIGHT, {"of": account})).scalar_one()
    if in_flight >= window:
        return ()
    wanted = {"of": account, "now": tx.now, "room": window - in_flight}
    heads = await tx.connection.execute(_HEADS, wanted)
    rows = [Leased(i, at, key, Kind(kind), body, n) for i, at, key, kind, body, n in heads]
    if not rows:
        return ()
    lease = {"ids": [row.id for row in rows], "owner": owner, "until": until}
    leased = set((await tx.connection.execute(_LEASE, lease)).scalars())
    return tuple(row for row in rows if row.id in leased)


async def settle(
    tx: Tx,
    row: int,
    owner: str,
    cause: Cause,
    *,
    platform_id: str | None = None,
    not_before: datetime | None = None,
    reason: str | None = None,
) -> State | None:
    """Say what became of a leased row; only its lease's owner can.

    `cause` is one that leads away from sending (KeyError for any other); `platform_id` goes with ACCEPTED,
    `not_before` with those that wait again; of `reason` 200 characters are kept. Returns where the row
    stands now (GAVE_UP after the last try), or None when the lease was not the owner's any more.
    """
    values = {
        "row": row,
        "owner": owner,
        "now": tx.now,
        "not_until": not_before,
        "why": reason and reason[:200],
        "theirs": platform_id,
    }
    found = (await tx.connection.execute(_SETTLE[cause], values)).one_or_none()
    if found is None and cause in {Cause.UNREACHABLE, Cause.AGAIN}:
        cause = Cause.TOO_OFTEN
        found = (await tx.connection.execute(_SETTLE[cause], values)).one_or_none()
    if found is None:
        return None
    if cause is Cause.ACCEPTED:
        await messages.add(tx, found.address_id, True, found.body)
    return TRANSITIONS[cause][1]


async def lapse(tx: Tx) -> int:
    """Move rows whose lease is over to unknown; returns how many."""
    return await _count(tx, _LAPSE)


async def accept_late(tx: Tx, row: int, platform_id: str) -> bool:
    """Take an answer that came after the lease was over; False when the row was decided already."""
    values = {"row": row, "now": tx.now, "theirs": platform_id}
    found = (await tx.connection.execute(_LATE, values)).one_or_none()
    if found is None:
        return False
    await messages.add(tx, found.address_id, True, found.body)
    return True


async def decide(tx: Tx) -> int:
    """Decide what may be decided without a person; returns how many rows moved.

    A reply goes once more unless they wrote since, an alert goes once more, a reminder is dropped.
    """
    again = await _count(tx, _DECIDE_AGAIN)
    return again + await _count(tx, _DECIDE_DROP)


async def decide_by_hand(tx: Tx, ids: Sequence[int], *, is_sent_again: bool) -> int:
    """Send announcements of unknown end again, or drop them, as a person decided; returns how many."""
    return await _count(tx, _PERSON_AGAIN if is_sent_again else _PERSON_DROP, ids=list(ids))


async def _count(tx: Tx, moved: Update, **values: Any) -> int:
    return (await tx.connection.execute(moved, {"now": tx.now, **values})).rowcount
