"""People with roles, made the way they are made in a ward: invited, and then joining at an address."""

from typing import Any

from sqlalchemy import insert, select

from handlers._requests.invites import Invited, InvitePerson, Joined, TakeUp
from handlers._requests.person import Role
from handlers._requests.roles import WARD_WIDE
from storage import perform
from storage._tx import Tx
from storage.addresses import actor_of, address_of
from storage.house import Actor
from storage.tables import Audit, Tdps

LAN = Actor("os:lan", frozenset({Role.ADMIN}))


async def somebody(tx: Tx, key: str = "first", channel: str = "web") -> Actor:
    """Whoever speaks at an address now."""
    return await actor_of(tx, await address_of(tx, channel, key))


async def invited(tx: Tx, role: Role, tdp: int | None = None, **more: Any) -> Invited:
    """An open invite, by the command line."""
    given = {"name": "Nguyễn Thị Lan", "office": "Phòng VH-XH", **more}
    found = await perform(tx, LAN, InvitePerson(role, tdp=tdp, **given))
    assert isinstance(found, Invited), found
    return found


async def member(
    tx: Tx, role: Role, tdp: int | None = None, key: str = "first", **more: Any
) -> Actor:
    """Somebody who was invited and has joined."""
    invite = await invited(tx, role, tdp, **more)
    joined = await perform(tx, await somebody(tx, key), TakeUp(invite.words))
    assert isinstance(joined, Joined), joined
    return await somebody(tx, key)


async def place_of(tx: Tx, role: Role) -> int | None:
    """Where a role holds: a new TDP, or None for the whole ward."""
    return None if role in WARD_WIDE else await new_tdp(tx, "Tân Trung")


async def new_tdp(tx: Tx, name: str) -> int:
    """A TDP of today."""
    made = await tx.connection.scalar(
        insert(Tdps).values(code=name, name=name, is_placeholder=False).returning(Tdps.id)
    )
    assert made is not None
    return made


async def audited(tx: Tx) -> list[tuple[str, str, str]]:
    """Who did what to whom, oldest first."""
    rows = await tx.connection.execute(
        select(Audit.actor, Audit.action, Audit.subject).order_by(Audit.id)
    )
    return [tuple(row) for row in rows]
