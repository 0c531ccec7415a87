"""What a copy must go through before it is a ward's database again.

The copy is of a night, the world has gone on. What the world may have had already does not leave again,
what nobody may have back does not come back, and what opened a door since is closed:

    outbox      out of date: expired; waiting, on its way, unknown: unknown, and no machine sends it again
    inbox       what waited was answered after the copy, as sure as a server lived: done, its words erased
    people      whoever was erased since is erased again
    sign-ins    sessions and links to the staff page are over: a link that was spent since would open again
    invites     open ones are revoked: one that was used since would work a second time
    accounts    paused until a message is accepted; what was learnt of them (file ids, tokens) is forgotten

What cannot be known is for people to look at: roles that were taken away since hold again, and so do consents
that were withdrawn and “DỪNG”.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select, update

from storage import accounts, audit, copies, outbox
from storage._erase import erase_person
from storage._tx import Tx
from storage.house import Actor
from storage.inbox import DONE, WAITING
from storage.tables import Accounts, Addresses, Inbox, People
from storage.tables_staff import Invites, Logins, Sessions

PAUSED = "dữ liệu vừa khôi phục từ bản sao"
BATCH = 500


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done to a copy, in rows; `erased`: people."""

    expired: int
    unknown: int
    handled: int
    erased: int
    signed_out: int
    invites: int
    paused: int


async def settle_copy(
    tx: Tx, by: Actor, copy_at: datetime, erased: Collection[int], platforms: Collection[str]
) -> Settled:
    """Make a copy of the moment `copy_at` fit to go on, in the caller's transaction; audited.

    `erased`: everybody who was erased, as far as the lists know. `platforms`: the accounts that the config
    names, besides those the copy knows.
    """
    expired, unknown = await outbox.restore(tx)
    settled = Settled(
        expired=expired,
        unknown=unknown,
        handled=await _forget_waiting(tx),
        erased=await _erase_again(tx, erased),
        signed_out=await _sign_out(tx),
        invites=await _revoke_invites(tx),
        paused=await _pause(tx, platforms),
    )
    await _drop_local(tx)
    await copies.was_restored(tx, copy_at)
    details = {"copy_at": copy_at.isoformat(), **asdict(settled)}
    await audit.append(tx, by, "restored", "database", details)
    tx.has_erased = True
    return settled


async def _forget_waiting(tx: Tx) -> int:
    waiting = update(Inbox).where(Inbox.state == WAITING).values(state=DONE, body=None)
    return (await tx.connection.execute(waiting)).rowcount


async def _erase_again(tx: Tx, erased: Collection[int]) -> int:
    found: list[int] = []
    numbers = sorted(erased)
    for start in range(0, len(numbers), BATCH):
        here = select(People.id).where(
            People.id.in_(numbers[start : start + BATCH]), People.erased_at.is_(None)
        )
        found += (await tx.connection.execute(here)).scalars().all()
    for person in found:
        await erase_person(tx, person, asking=None)
    return len(found)


async def _sign_out(tx: Tx) -> int:
    open_sessions = update(Sessions).where(
        Sessions.ended_at.is_(None), Sessions.expires_at > tx.now
    )
    ended = (await tx.connection.execute(open_sessions.values(ended_at=tx.now))).rowcount
    links = update(Logins).where(Logins.spent_at.is_(None), Logins.expires_at > tx.now)
    return ended + (await tx.connection.execute(links.values(expires_at=tx.now))).rowcount


async def _revoke_invites(tx: Tx) -> int:
    is_open = (
        Invites.used_at.is_(None),
        Invites.revoked_at.is_(None),
        Invites.expires_at > tx.now,
    )
    revoked = update(Invites).where(*is_open).values(revoked_at=tx.now, name=None)
    return (await tx.connection.execute(revoked)).rowcount


async def _pause(tx: Tx, platforms: Collection[str]) -> int:
    """Every account tries with one message whether it works; what it had learnt may be old."""
    await tx.connection.execute(update(Accounts).values(known={}))
    names = {one.account for one in await accounts.states(tx)} | set(platforms)
    for name in sorted(names):
        await accounts.pause(tx, name, PAUSED)
    return len(names)


async def _drop_local(tx: Tx) -> None:
    """Web and terminal have no sender that would decide what is unknown there."""
    local = select(Addresses.channel).where(Addresses.channel.in_(["web", "console"])).distinct()
    for name in (await tx.connection.execute(local)).scalars().all():
        await outbox.decide(tx, name)
