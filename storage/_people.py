"""How people come to be, and who speaks at an address: its owner, a practice twin, or a relative of theirs."""

import secrets

from sqlalchemy import insert as plain_insert
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT reads alike on SQLite

from storage._tx import Tx
from storage.house import Actor
from storage.tables import Addresses, AddressPeople, People, Profiles
from storage.tables_staff import Relatives

_ID_BITS = 40


async def new_person(tx: Tx, by: Actor) -> int:
    """Make a person of the address that speaks."""
    if by.address is None:
        raise LookupError(f"{by.name} has no address, so there is nobody who could agree")
    is_confirmed = by.channel in tx.house.confirming_channels
    person = await new_number(tx, by.channel, is_confirmed=is_confirmed)
    await hand_over(tx, by.address, person)
    return person


async def new_number(
    tx: Tx,
    channel: str,
    *,
    is_confirmed: bool = False,
    is_practice: bool = False,
    practice_of: int | None = None,
) -> int:
    """Make a person who has no address yet: a random number of 13 digits that nobody has."""
    while True:
        taken = await tx.connection.scalar(
            insert(People)
            .values(
                id=(1 << _ID_BITS) + secrets.randbits(_ID_BITS),
                created_at=tx.now,
                channel=channel,
                is_practice=is_practice,
                practice_of=practice_of,
                is_sample=tx.house.is_sample,
                confirmed_at=tx.now if is_confirmed else None,
            )
            .on_conflict_do_nothing(index_elements=["id"])
            .returning(People.id)
        )
        if taken is not None:
            await tx.connection.execute(plain_insert(Profiles).values(person_id=taken))
            return int(taken)


async def hand_over(tx: Tx, address: int, person: int) -> None:
    """From now on this person speaks at the address."""
    used = AddressPeople.address_id == address
    await tx.connection.execute(
        update(AddressPeople).where(used, AddressPeople.until.is_(None)).values(until=tx.now)
    )
    await tx.connection.execute(
        plain_insert(AddressPeople).values(address_id=address, person_id=person, since=tx.now)
    )
    await tx.connection.execute(
        update(Addresses).where(Addresses.id == address).values(current_person_id=person)
    )


async def real_person(tx: Tx, person: int) -> int:
    """Return who practises as this person, or the person themselves."""
    practises = await tx.connection.scalar(select(People.practice_of).where(People.id == person))
    return person if practises is None else int(practises)


async def owner_behind(tx: Tx, address: int, person: int) -> int | None:
    """Return whose address it is while their practice twin or a relative of theirs speaks there; else None."""
    real = await real_person(tx, person)
    if real != person:
        return real
    used = select(AddressPeople.person_id).where(AddressPeople.address_id == address)
    helper = await tx.connection.scalar(
        select(Relatives.helper_id)
        .where(
            Relatives.person_id == person,
            Relatives.until.is_(None),
            Relatives.helper_id.in_(used),
        )
        .order_by(Relatives.id.desc())
        .limit(1)
    )
    return None if helper is None else int(helper)


async def hand_back_all(tx: Tx, person: int) -> None:
    """Give every address at which this person stands in for its owner back to them."""
    theirs = select(Addresses.id).where(Addresses.current_person_id == person)
    for address in (await tx.connection.scalars(theirs.order_by(Addresses.id))).all():
        owner = await owner_behind(tx, address, person)
        if owner is not None:
            await hand_over(tx, address, owner)
