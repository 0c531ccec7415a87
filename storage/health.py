"""Whether what is stored is well: how old, how much, how far behind. Numbers and times only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, text

from storage import accounts, copies, inbox, outbox, rollups
from storage._tx import Tx
from storage.accounts import AccountState
from storage.copies import FailedCopy, LastCopy, Restored
from storage.tables import ClockRuns, Events, Inbox, Messages, Outbox, Settings

_NEWEST = (
    select(func.max(Events.at)),
    select(func.max(Messages.at)),
    select(func.max(Inbox.received_at)),
    select(func.max(ClockRuns.ran_at)),
)
_RAN = select(func.max(ClockRuns.ran_at)).where(ClockRuns.job == bindparam("of"))
_WAITS = (Outbox.state == outbox.State.WAITING.value,)
_DUE = func.coalesce(Outbox.not_before, Outbox.created_at)
_OLDEST = select(Outbox.account, func.min(_DUE)).where(*_WAITS).group_by(Outbox.account)
_WAITING = (
    select(Outbox.account, Outbox.kind, func.count())
    .where(*_WAITS)
    .group_by(Outbox.account, Outbox.kind)
)
_INBOX = select(Inbox.state, func.count()).where(Inbox.state != inbox.DONE).group_by(Inbox.state)
_LAST_EVENT = select(func.max(Events.id))
_FIGURES = select(Settings.value).where(Settings.key == bindparam("of"))
_PAGES = text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
_BYTES = text("SELECT pg_database_size(current_database())")


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database says of itself.

    `newest`: the last moment anything in it happened. `oldest`: per account, since when a row waits that may
    leave. `waiting`: rows by account and kind. `behind`: events that are not added up yet. `size`: bytes.
    """

    newest: datetime | None
    purged_at: datetime | None
    oldest: Mapping[str, datetime]
    waiting: Mapping[tuple[str, outbox.Kind], int]
    inbox_waiting: int
    inbox_parked: int
    accounts: tuple[AccountState, ...]
    copy: LastCopy | None
    copy_failed: FailedCopy | None
    restored: Restored | None
    size: int
    behind: int = 0


async def stored(tx: Tx) -> Stored:
    """Return how the database is doing; some milliseconds, all of it from indexes or small tables."""
    newest = [await tx.connection.scalar(one) for one in _NEWEST]
    counted = (await tx.connection.execute(_INBOX)).all()
    states = {state: number for state, number in counted}  # noqa: C416 - rows are no pairs to mypy
    oldest = (await tx.connection.execute(_OLDEST)).all()
    waiting = (await tx.connection.execute(_WAITING)).all()
    is_sqlite = tx.connection.dialect.name == "sqlite"
    return Stored(
        newest=max((at for at in newest if at is not None), default=None),
        purged_at=await tx.connection.scalar(_RAN, {"of": "purge"}),
        oldest={account: at for account, at in oldest if at <= tx.now},
        waiting={(account, outbox.Kind(kind)): number for account, kind, number in waiting},
        inbox_waiting=states.get(inbox.WAITING, 0),
        inbox_parked=states.get(inbox.PARKED, 0),
        accounts=await accounts.states(tx),
        copy=await copies.last(tx),
        copy_failed=await copies.failure(tx),
        restored=await copies.restored(tx),
        size=int(await tx.connection.scalar(_PAGES if is_sqlite else _BYTES) or 0),
        behind=await _behind(tx),
    )


async def _behind(tx: Tx) -> int:
    """How many events came after the last one that storage/rollups.py has added up."""
    newest = await tx.connection.scalar(_LAST_EVENT) or 0
    state = await tx.connection.scalar(_FIGURES, {"of": rollups.KEY})
    return int(newest) - (int(json.loads(state)["mark"]) if state else 0)
