"""What is known of a platform's account: when it may send again, whether it is paused, what was learnt."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT reads alike on SQLite

from storage._tx import Tx
from storage._types import storable
from storage.tables import Accounts


@dataclass(frozen=True, slots=True)
class AccountState:
    """`held_until`: the platform asked for silence. `paused_at`: the account itself is at fault since then."""

    account: str
    held_until: datetime | None = None
    paused_at: datetime | None = None
    paused_reason: str | None = None
    known: Mapping[str, str] = field(default_factory=dict)


_ALL = select(
    Accounts.account,
    Accounts.held_until,
    Accounts.paused_at,
    Accounts.paused_reason,
    Accounts.known,
).order_by(Accounts.account)
_ONE = _ALL.where(Accounts.account == bindparam("of"))


async def states(tx: Tx) -> tuple[AccountState, ...]:
    """Return what is known of every account that ever had something to be remembered."""
    return tuple(AccountState(*row) for row in await tx.connection.execute(_ALL))


async def state(tx: Tx, account: str) -> AccountState:
    """Return what is known of one account ("telegram")."""
    row = (await tx.connection.execute(_ONE, {"of": account})).one_or_none()
    return AccountState(account) if row is None else AccountState(*row)


async def hold(tx: Tx, account: str, until: datetime) -> None:
    """Remember that nothing may be sent before then, so that a restart keeps to it too."""
    await _keep(tx, account, held_until=until)


async def pause(tx: Tx, account: str, reason: str) -> None:
    """Remember that the account itself is at fault; the first reason since it worked last stays."""
    if (await state(tx, account)).paused_at is None:
        await _keep(tx, account, paused_at=tx.now, paused_reason=storable(reason)[:200])


async def resume(tx: Tx, account: str) -> None:
    """Forget why the account was paused: it works."""
    await _keep(tx, account, paused_at=None, paused_reason=None)


async def learn(tx: Tx, account: str, learnt: Mapping[str, str]) -> Mapping[str, str]:
    """Add what a platform's answers taught; an empty value forgets. Returns all that is known now."""
    merged = {**(await state(tx, account)).known, **learnt}
    known = {name: value for name, value in merged.items() if value}
    await _keep(tx, account, known=known)
    return known


async def _keep(tx: Tx, account: str, **values: object) -> None:
    row = insert(Accounts).values({"account": account, "known": {}, **values})
    await tx.connection.execute(row.on_conflict_do_update(index_elements=["account"], set_=values))
