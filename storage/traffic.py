"""What stands in the outbox, for whoever looks after it, and what a person decides of it.

Numbers, kinds, states, times and reasons; never a text, a name or a platform's key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import Row, func, select

from storage import accounts, audit, outbox
from storage._tx import Tx
from storage.accounts import AccountState
from storage.house import Actor
from storage.outbox import NOW, THESE, Cause, Kind, State
from storage.tables import Addresses, Outbox

BATCH = 1000
"""Row numbers in one statement: both databases take some 32,000 values."""


class Hurdle(Enum):
    """Why an announcement of unknown end cannot go again; it can only be dropped."""

    EXPIRED = "expired"
    STOPPED = "stopped"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Oldest:
    """The row of an account that waits longest; `reason`: why it did not leave the last time."""

    row: int
    kind: Kind
    since: datetime
    not_before: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class AccountTraffic:
    """What stands in the outbox of one account: {State.WAITING: {Kind.REPLY: 3}}; only what occurs.

    `overdue`: so many rows are under way though their lease is over, and no server has looked yet.
    """

    account: AccountState
    counts: Mapping[State, Mapping[Kind, int]] = field(default_factory=dict)
    oldest: Oldest | None = None
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class UnknownEnd:
    """A row that may or may not have been accepted; unknown since `at`.

    `why`: LEASE_OVER, RESTORED or UNDECIDED, the last with the sender's own `reason`.
    """

    row: int
    account: str
    address: int
    kind: Kind
    created_at: datetime
    at: datetime
    why: Cause
    reason: str | None
    hurdle: Hurdle | None

    @property
    def is_for_a_person(self) -> bool:
        """Whether somebody has to decide; all others storage/outbox.py decides by itself."""
        return self.kind is Kind.ANNOUNCEMENT


@dataclass(frozen=True, slots=True)
class Traffic:
    """All accounts by name, and all unknown ends: those for a person first."""

    accounts: tuple[AccountTraffic, ...]
    unknown: tuple[UnknownEnd, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A row as it is when somebody wants to decide it."""

    row: int
    kind: Kind
    state: State
    hurdle: Hurdle | None


@dataclass(frozen=True, slots=True)
class Decided:
    """These rows were decided; `left`: of all there are, these cannot go again."""

    rows: tuple[int, ...]
    left: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True)
class Undecidable:
    """Nothing was changed: these rows are not a person's to decide so, or do not exist."""

    rows: tuple[Standing, ...]
    missing: tuple[int, ...]


# ---------------------------------------------------------------- statements

_COUNTS = select(Outbox.account, Outbox.state, Outbox.kind, func.count()).group_by(
    Outbox.account, Outbox.state, Outbox.kind
)
_OVERDUE = (
    select(Outbox.account, func.count())
    .where(Outbox.state == State.SENDING.value, Outbox.lease_until <= NOW)
    .group_by(Outbox.account)
)
_FIRST = (
    select(func.min(Outbox.id)).where(Outbox.state == State.WAITING.value).group_by(Outbox.account)
)
_OLDEST = select(
    Outbox.account, Outbox.id, Outbox.kind, Outbox.created_at, Outbox.not_before, Outbox.reason
).where(Outbox.id.in_(_FIRST))
_UNKNOWN = (
    select(
        Outbox.id,
        Outbox.account,
        Outbox.address_id,
        Outbox.kind,
        Outbox.created_at,
        Outbox.settled_at,
        Outbox.not_before,
        Outbox.reason,
        Outbox.valid_until,
        Addresses.stopped_at,
        Addresses.blocked_at,
    )
    .join(Addresses, Addresses.id == Outbox.address_id)
    .where(Outbox.state == State.UNKNOWN.value)
    .order_by(Outbox.id)
)
_STANDING = (
    select(
        Outbox.id,
        Outbox.kind,
        Outbox.state,
        Outbox.valid_until,
        Addresses.stopped_at,
        Addresses.blocked_at,
    )
    .join(Addresses, Addresses.id == Outbox.address_id)
    .order_by(Outbox.id)
    .with_for_update(of=Outbox)  # a late answer may arrive while somebody decides
)
_OF_THESE = _STANDING.where(THESE)
_FOR_A_PERSON = _STANDING.where(
    Outbox.state == State.UNKNOWN.value, Outbox.kind == Kind.ANNOUNCEMENT
)


# ---------------------------------------------------------------- looking


async def traffic(tx: Tx) -> Traffic:
    """Return what stands in the outbox now, account by account."""
    known = {state.account: state for state in await accounts.states(tx)}
    counts = await _counts(tx)
    oldest = await _oldest(tx)
    overdue = dict((await tx.connection.execute(_OVERDUE, {"now": tx.now})).all())
    return Traffic(
        tuple(
            AccountTraffic(
                known.get(name, AccountState(name)),
                counts.get(name, {}),
                oldest.get(name),
                overdue.get(name, 0),
            )
            for name in sorted({*known, *counts})
        ),
        await _unknown(tx),
    )


async def _counts(tx: Tx) -> Mapping[str, Mapping[State, Mapping[Kind, int]]]:
    found = {
        (account, State(state), Kind(kind)): number
        for account, state, kind, number in await tx.connection.execute(_COUNTS)
    }
    counts: dict[str, dict[State, dict[Kind, int]]] = {}
    for account, state, kind in sorted(found, key=lambda key: (key[0], _ORDER[key[1]], key[2])):
        of_state = counts.setdefault(account, {}).setdefault(state, {})
        of_state[kind] = found[account, state, kind]
    return counts


_ORDER = {state: n for n, state in enumerate(State)}


async def _oldest(tx: Tx) -> Mapping[str, Oldest]:
    return {
        row.account: Oldest(row.id, Kind(row.kind), row.created_at, row.not_before, row.reason)
        for row in await tx.connection.execute(_OLDEST)
    }


async def _unknown(tx: Tx) -> tuple[UnknownEnd, ...]:
    rows = await tx.connection.execute(_UNKNOWN)
    ends = [_end(row, tx.now) for row in rows]
    return tuple(sorted(ends, key=lambda end: (not end.is_for_a_person, end.row)))


def _end(row: Row[*tuple[Any, ...]], now: datetime) -> UnknownEnd:
    why = _why(row.reason)
    return UnknownEnd(
        row=row.id,
        account=row.account,
        address=row.address_id,
        kind=Kind(row.kind),
        created_at=row.created_at,
        at=row.settled_at or row.created_at,
        why=why,
        reason=row.reason if why is Cause.UNDECIDED else None,
        hurdle=_hurdle(row, now),
    )


def _why(reason: str | None) -> Cause:
    if reason is None:  # a lease that runs out leaves none
        return Cause.LEASE_OVER
    return Cause.RESTORED if reason == outbox.AFTER_RESTORE else Cause.UNDECIDED


def _hurdle(row: Row[*tuple[Any, ...]], now: datetime) -> Hurdle | None:
    if row.stopped_at is not None:
        return Hurdle.STOPPED
    if row.blocked_at is not None:
        return Hurdle.BLOCKED
    if row.valid_until is not None and row.valid_until <= now:
        return Hurdle.EXPIRED
    return None


# ---------------------------------------------------------------- deciding


async def decide(
    tx: Tx, by: Actor, ids: Sequence[int] | None, *, is_sent_again: bool
) -> Decided | Undecidable:
    """Send announcements of unknown end again, or drop them; the audit keeps who decided which.

    `ids` None: all there are. Either all of `ids` are decided or none.
    """
    rows = await _standing(tx, ids)
    wrong = tuple(row for row in rows if not _is_decidable(row, is_sent_again=is_sent_again))
    if ids is not None:
        missing = tuple(dict.fromkeys(ids).keys() - {row.row for row in rows})
        if wrong or missing:
            return Undecidable(wrong, tuple(sorted(missing)))
    done = tuple(row.row for row in rows if row not in wrong)
    for start in range(0, len(done), BATCH):
        part = done[start : start + BATCH]
        await outbox.decide_by_hand(tx, part, is_sent_again=is_sent_again)
    if done:
        action = "sent_again" if is_sent_again else "dropped"
        await audit.append(tx, by, action, "outbox", {"rows": list(done)})
    return Decided(done, wrong)


async def _standing(tx: Tx, ids: Sequence[int] | None) -> tuple[Standing, ...]:
    """The rows somebody speaks of, kept as they are until the transaction is over."""
    if ids is None:
        found = list(await tx.connection.execute(_FOR_A_PERSON))
    else:
        wanted, found = sorted(set(ids)), []
        for start in range(0, len(wanted), BATCH):
            part = wanted[start : start + BATCH]
            found += await tx.connection.execute(_OF_THESE, {"ids": part})
    return tuple(
        Standing(row.id, Kind(row.kind), State(row.state), _hurdle(row, tx.now)) for row in found
    )


def _is_decidable(row: Standing, *, is_sent_again: bool) -> bool:
    is_theirs = row.state is State.UNKNOWN and row.kind is Kind.ANNOUNCEMENT
    return is_theirs and not (is_sent_again and row.hurdle)
