"""Leases of the road out: who may send which row until when, and what became of it.

The states and all moves between them: storage/outbox.py. Leases and settlements are grouped by whoever
sends: one commit for many rows. What a platform accepted stands in its people's histories in the same commit.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Insert,
    Integer,
    TableValuedAlias,
    Text,
    Update,
    and_,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from storage import addresses, messages
from storage._tx import Tx
from storage._types import storable
from storage.outbox import (
    IS_DUE,
    IS_VALID,
    NOW,
    OF_ACCOUNT,
    TRANSITIONS,
    Cause,
    Kind,
    State,
    cancel_all,
    move,
    moved_rows,
)
from storage.tables import Addresses, Messages, Outbox

ATTEMPTS = 10
"""So often nobody is reached before a row gives up; its delays add up to two hours."""
AGAINS = 2
LEASE = timedelta(seconds=90)
"""Longer than any request may take with what waits before it."""
LONGEST_DELAY = timedelta(hours=1)
"""No row that reached nobody waits longer for its next attempt."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a leased row: `cause` leads away from sending; `not_before` where it waits again."""

    row: int
    cause: Cause
    platform_id: str | None = None
    not_before: datetime | None = None
    reason: str | None = None


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


def _settlement(cause: Cause) -> Update:
    """A move that only the lease's owner can make; returns what the history needs."""
    moved = move(cause).where(
        Outbox.id == bindparam("row"), Outbox.lease_owner == bindparam("owner")
    )
    if cause is Cause.UNREACHABLE:
        moved = moved.where(Outbox.attempts + 1 < ATTEMPTS).values(attempts=Outbox.attempts + 1)
    if cause is Cause.AGAIN:
        moved = moved.where(Outbox.agains < AGAINS).values(agains=Outbox.agains + 1)
    return moved.values(not_before=bindparam("not_until"), reason=bindparam("why")).returning(
        Outbox.address_id
    )


_EARLIER = aliased(Outbox)
_IS_ALONE = ~exists().where(
    _EARLIER.address_id == Outbox.address_id, _EARLIER.state == State.SENDING.value
)
_WILL_GO = or_(
    and_(
        _EARLIER.state == State.WAITING.value,
        or_(_EARLIER.valid_until.is_(None), _EARLIER.valid_until > NOW),
    ),
    and_(
        _EARLIER.state == State.UNKNOWN.value,
        _EARLIER.is_resent == false(),
        _EARLIER.kind <= Kind.ALERT,
    ),
)
"""An unknown reply or alert may go once more, and not behind what was said after it."""
_IS_FIRST = ~exists().where(
    _EARLIER.address_id == Outbox.address_id,
    _WILL_GO,
    or_(
        _EARLIER.kind < Outbox.kind,
        and_(_EARLIER.kind == Outbox.kind, _EARLIER.id < Outbox.id),
    ),
)
_IS_DUE = or_(
    IS_DUE,  # or it was put off by a clock that was ahead of ours
    and_(Outbox.attempts > 0, Outbox.not_before > bindparam("latest", type_=NOW.type)),
)
_ONE_LEASES = select(func.pg_advisory_xact_lock(func.hashtext(bindparam("of"))))
_FLYING = aliased(Outbox)
_FREE = bindparam("window", type_=Integer) - (
    select(func.count())
    .where(_FLYING.account == bindparam("of"), _FLYING.state == State.SENDING.value)
    .scalar_subquery()
)
_ROOM = bindparam("room", type_=Integer)
_HEADS = (
    select(Outbox.id)
    .where(OF_ACCOUNT, Outbox.state == State.WAITING.value, _IS_DUE, IS_VALID)
    .where(_IS_ALONE, _IS_FIRST)
    .where(Outbox.address_id.not_in(bindparam("resting", expanding=True)))
    .order_by(Outbox.kind, Outbox.id)
    .limit(case((_FREE < 0, 0), (_FREE < _ROOM, _FREE), else_=_ROOM))
)
_ANY_WAITS = (
    select(Outbox.id)
    .where(
        Outbox.address_id.in_(bindparam("these", expanding=True)),
        Outbox.state == State.WAITING.value,
    )
    .limit(1)
)
_LEASE = (
    move(Cause.LEASED)
    .where(Outbox.id.in_(_HEADS))
    .values(lease_owner=bindparam("owner"), lease_until=bindparam("until"))
    .returning(
        Outbox.id,
        Outbox.address_id,
        select(Addresses.key).where(Addresses.id == Outbox.address_id).scalar_subquery(),
        Outbox.kind,
        Outbox.body,
        Outbox.attempts,
    )
    .execution_options(synchronize_session=False)
)
_SETTLE: Mapping[Cause, Update] = {
    cause: _settlement(cause)
    for cause, (source, _) in TRANSITIONS.items()
    if source is State.SENDING and cause not in {Cause.LEASE_OVER, Cause.ACCEPTED}
}


def _accepting(each: Callable[[], TableValuedAlias]) -> tuple[Update, Insert]:
    """Two statements for many rows: move what is the owner's, and put rows into the histories.

    `each` makes the rows (key, value) of a JSON object: {row: the platform's id}. A list of numbers as
    parameters would have to be written into the statement anew every time: it cost as much as the rest.
    """
    theirs, moved = each(), each()
    platform_id = select(theirs.c.value).where(theirs.c.key == cast(Outbox.id, Text))
    accept = (
        move(Cause.ACCEPTED)
        .where(
            Outbox.id.in_(select(cast(moved.c.key, BigInteger))),
            Outbox.lease_owner == bindparam("owner"),
        )
        .values(platform_id=platform_id.scalar_subquery(), not_before=None, reason=None)
        .returning(Outbox.id)
    )
    sent = each()
    said = (
        select(Outbox.address_id, true(), Outbox.body, NOW)
        .where(Outbox.id.in_(select(cast(sent.c.key, BigInteger))))
        .order_by(Outbox.id)
    )
    columns = ["address_id", "is_from_bot", "body", "at"]
    return accept, insert(Messages).from_select(columns, said)


_ACCEPT = {
    "sqlite": _accepting(
        lambda: func.json_each(bindparam("theirs")).table_valued("key", "value").alias()
    ),
    "postgresql": _accepting(
        lambda: (
            func.jsonb_each_text(cast(bindparam("theirs"), JSONB))
            .table_valued("key", "value")
            .alias()
        )
    ),
}
_LATE = (
    move(Cause.ACCEPTED_LATE)
    .where(Outbox.id == bindparam("row"))
    .values(platform_id=bindparam("theirs"))
    .returning(Outbox.address_id, Outbox.body)
)
_LAPSE = (
    move(Cause.LEASE_OVER)
    .where(
        OF_ACCOUNT,
        Outbox.lease_owner != bindparam("owner"),
        or_(Outbox.lease_until <= NOW, Outbox.lease_until > bindparam("latest", type_=NOW.type)),
    )
    .values(reason=None)
)
_ORPHANED = (
    move(Cause.LEASE_OVER)
    .where(OF_ACCOUNT, Outbox.lease_owner != bindparam("owner"))
    .values(reason=None)
)

_RELEASE = move(Cause.RELEASED).where(
    OF_ACCOUNT,
    Outbox.lease_owner == bindparam("owner"),
    Outbox.id.not_in(bindparam("known", expanding=True)),
)

# ---------------------------------------------------------------- leasing and settling


async def lease(
    tx: Tx,
    account: str,
    owner: str,
    window: int,
    *,
    room: int | None = None,
    resting: Collection[int] = (),
) -> tuple[Leased, ...]:
    """Lease what may be sent now, at most `room` rows, for LEASE: commit before the first byte leaves.

    At most `window` rows of the account are in flight, at most one of an address; none of them while
    an earlier one of its address waits, and none of an address that is `resting`.
    """
    if tx.connection.dialect.name == "postgresql":
        await tx.connection.execute(_ONE_LEASES, {"of": account})
    wanted = {
        "of": account,
        "now": tx.now,
        "latest": tx.now + 2 * LONGEST_DELAY,
        "window": window,
        "room": window if room is None else max(room, 0),
        "resting": list(resting),
        "owner": owner,
        "until": tx.now + LEASE,
    }
    found = await tx.connection.execute(_LEASE, wanted)
    rows = [Leased(i, at, key, Kind(kind), body, n) for i, at, key, kind, body, n in found]
    return tuple(sorted(rows, key=lambda row: (row.kind, row.id)))


async def have_waiting(tx: Tx, address_ids: Collection[int]) -> bool:
    """Return whether anything waits for one of these addresses."""
    found = await tx.connection.execute(_ANY_WAITS, {"these": list(address_ids)})
    return found.first() is not None


async def settle(tx: Tx, owner: str, done: Sequence[Settlement]) -> Mapping[int, State]:
    """Say what became of leased rows; only their lease's owner can.

    Returns where each row stands now (GAVE_UP after the last try); a row whose lease was not the owner's
    any more is left out, unless its late answer says that it was accepted.
    """
    accepted = {one.row: one.platform_id for one in done if one.cause is Cause.ACCEPTED}
    settled = await _accept(tx, owner, accepted) if accepted else {}
    for one in done:
        if one.row not in settled and (state := await _settle(tx, owner, one)):
            settled[one.row] = state
    return settled


async def _accept(tx: Tx, owner: str, accepted: Mapping[int, str | None]) -> dict[int, State]:
    """Move accepted rows, all at once, and put them into their people's histories."""
    accept, remember = _ACCEPT[tx.connection.dialect.name]
    wanted = {"theirs": json.dumps(accepted), "owner": owner, "now": tx.now}
    ours = list((await tx.connection.execute(accept, wanted)).scalars())
    if ours:
        sent = json.dumps(dict.fromkeys(ours))
        await tx.connection.execute(remember, {"theirs": sent, "now": tx.now})
    return dict.fromkeys(ours, State.SENT)


async def _settle(tx: Tx, owner: str, one: Settlement) -> State | None:
    cause = one.cause
    if cause is Cause.ACCEPTED:  # not ours any more: the answer came late
        is_sent = await accept_late(tx, one.row, one.platform_id)
        return State.SENT if is_sent else None
    values = {
        "row": one.row,
        "owner": owner,
        "now": tx.now,
        "not_until": one.not_before,
        "why": one.reason and storable(one.reason)[:200],
    }
    found = (await tx.connection.execute(_SETTLE[cause], values)).one_or_none()
    if found is None and cause in {Cause.UNREACHABLE, Cause.AGAIN}:
        cause = Cause.TOO_OFTEN
        found = (await tx.connection.execute(_SETTLE[cause], values)).one_or_none()
    if found is None:
        return None
    if cause is Cause.BLOCKED:
        await addresses.block(tx, found.address_id)
        await cancel_all(tx, found.address_id)
    return TRANSITIONS[cause][1]


async def lapse(tx: Tx, account: str, owner: str, *, is_alone: bool = False) -> int:
    """Move rows whose lease is over to unknown; returns how many. `owner` is alive: it knows about its own.

    A lease that ends much later than any made now was made before the clock went back: it is over too.
    (A little later it may well end: another server's clock is ahead, or `now` is from before a wait.)
    `is_alone`: nobody but `owner` can send. Whoever else has a lease is dead, and it is over at once.
    """
    if is_alone:
        return await moved_rows(tx, _ORPHANED, of=account, owner=owner)
    return await moved_rows(tx, _LAPSE, of=account, owner=owner, latest=tx.now + 2 * LEASE)


async def release(tx: Tx, account: str, owner: str, known: Collection[int]) -> int:
    """Hand back what the owner has leased without knowing it: a commit was made and its answer lost."""
    return await moved_rows(tx, _RELEASE, of=account, owner=owner, known=list(known))


async def accept_late(tx: Tx, row: int, platform_id: str | None) -> bool:
    """Take an answer that came after the lease was over; False when the row was decided already."""
    values = {"row": row, "now": tx.now, "theirs": platform_id}
    found = (await tx.connection.execute(_LATE, values)).one_or_none()
    if found is None:
        return False
    await messages.add(tx, found.address_id, True, found.body)
    return True
