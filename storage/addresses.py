"""Where people are talked to, and who is talking there."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT reads alike on SQLite

from handlers._requests.person import Person, Role
from storage._secrets import sealed_payload
from storage._tx import Tx
from storage.house import Actor
from storage.roles import actor_of_person
from storage.tables import Addresses, People, Profiles, Residences, Tdps

LAST_TEXT_CHARS = 200
LONGEST_PAYLOAD = 64


@dataclass(frozen=True, slots=True)
class Address:
    """One chat of one channel; `key` is the channel's id, or the hash of a web visitor's secret."""

    id: int
    channel: str
    key: str
    person: int | None
    heard_at: datetime
    declined_at: datetime | None
    stopped_at: datetime | None
    last_text: str | None


_COLUMNS = (
    Addresses.id,
    Addresses.channel,
    Addresses.key,
    Addresses.current_person_id,
    Addresses.heard_at,
    Addresses.declined_at,
    Addresses.stopped_at,
    Addresses.last_text,
)
_IS_IT = (Addresses.channel == bindparam("c")) & (Addresses.key == bindparam("k"))
_FIND = select(*_COLUMNS).where(_IS_IT)
# FOR NO KEY UPDATE: rows that refer to an address may be written while somebody speaks there (FOR UPDATE let
# the road out and the intake wait for each other). SQLite has one writer at a time and leaves it out.
_LOCK = _FIND.with_for_update(key_share=True)
_LOCK_BY_ID = (
    select(*_COLUMNS).where(Addresses.id == bindparam("i")).with_for_update(key_share=True)
)
_LOCK_PERSON = (
    select(People.id)
    .where(People.id == select(Addresses.current_person_id).where(_IS_IT).scalar_subquery())
    .with_for_update(key_share=True)
)
_MAKE = insert(Addresses).on_conflict_do_nothing().returning(*_COLUMNS)
_TOUCH = update(Addresses).where(Addresses.id == bindparam("i"))
_SNAPSHOT = (
    select(Profiles.form, Profiles.name, Tdps.name.label("tdp"))
    .select_from(People)
    .outerjoin(Profiles, Profiles.person_id == People.id)
    .outerjoin(Residences, (Residences.person_id == People.id) & Residences.valid_to.is_(None))
    .outerjoin(Tdps, Tdps.id == Residences.tdp_id)
    .where(People.id == bindparam("p"))
)


async def address_of(tx: Tx, channel: str, key: str) -> Address:
    """Return the address, made when it is new, for this transaction alone until its end.

    PostgreSQL locks the person's row and then the address', always in this order, so that turns of
    one person from two addresses follow each other.
    """
    wanted = {"c": channel, "k": key}
    if tx.connection.dialect.name == "postgresql":
        await tx.connection.execute(_LOCK_PERSON, wanted)
    row = (await tx.connection.execute(_LOCK, wanted)).one_or_none()
    if row is None:
        new = {"channel": channel, "key": key, "created_at": tx.now, "heard_at": tx.now}
        row = (await tx.connection.execute(_MAKE, new)).one_or_none()
    if row is None:  # somebody else made it just now
        row = (await tx.connection.execute(_LOCK, wanted)).one()
    return Address(*row)


async def find(tx: Tx, channel: str, key: str) -> Address | None:
    """Return the address if it is known; locks nothing."""
    row = (await tx.connection.execute(_FIND, {"c": channel, "k": key})).one_or_none()
    return None if row is None else Address(*row)


async def touch(tx: Tx, address_id: int, last_text: str | None) -> None:
    """Note that somebody was heard here now, and the beginning of what they said."""
    text = last_text and last_text.replace("\0", "")[:LAST_TEXT_CHARS]
    heard = {"i": address_id, "heard_at": tx.now, "last_text": text, "blocked_at": None}
    await tx.connection.execute(_TOUCH, heard)


async def block(tx: Tx, address_id: int) -> None:
    """Note that the platform does not let us write there: blocked, deactivated, gone."""
    await tx.connection.execute(_TOUCH, {"i": address_id, "blocked_at": tx.now})


async def unblock(tx: Tx, address_id: int) -> None:
    """Note that they came back."""
    await tx.connection.execute(_TOUCH, {"i": address_id, "blocked_at": None})


async def came_by(tx: Tx, address_id: int, payload: str) -> None:
    """Note what the deep link carried that somebody came by, of an invite its seal; a later one replaces it."""
    carried = sealed_payload(tx.house, payload.replace("\0", "")[:LONGEST_PAYLOAD])
    await tx.connection.execute(_TOUCH, {"i": address_id, "came_by": carried})


async def actor_of(tx: Tx, address: Address) -> Actor:
    """Return who acts when this address speaks: everybody is a resident, some are more."""
    if address.person is None:
        roles = frozenset({Role.RESIDENT})
        return Actor(f"address:{address.id}", roles, address.channel, address.id)
    return await actor_of_person(tx, address.person, address.channel, address.id)


async def snapshot(tx: Tx, actor: Actor) -> Person:
    """Return how the one who acts is called and where they live, for wording."""
    if actor.person is None:
        return Person()
    row = (await tx.connection.execute(_SNAPSHOT, {"p": actor.person})).one_or_none()
    return Person() if row is None else Person(*row)


async def locked(tx: Tx, address_id: int) -> Address:
    """Return an address by its number as it is now, for this transaction alone until its end."""
    row = await tx.connection.execute(_LOCK_BY_ID, {"i": address_id})
    return Address(*row.one())
