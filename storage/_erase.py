"""Erasing: everything personal goes, the bare number's facts stand.

Consents, events, attempts, completions and audit keep the number, codes and times, so totals stay
what they were and the audit chain still verifies. On SQLite `secure_delete` overwrites what is
deleted; the shell shrinks the log after the commit (`Tx.has_erased`).
"""

from collections.abc import Collection

from sqlalchemy import delete, or_, select, update

from storage._learning import forget_held
from storage._people import hand_back_all
from storage._sessions import end_sessions
from storage._tx import Tx
from storage.events import Code, record
from storage.tables import (
    Addresses,
    AddressPeople,
    Inbox,
    Messages,
    Outbox,
    People,
    Profiles,
    Residences,
    Talks,
    UnitMembers,
)
from storage.tables_staff import Grants, Members, Relatives


async def erase_person(tx: Tx, person: int, asking: int | None) -> None:
    """Erase a person; `asking` is the address they speak from, which stays as a stranger's.

    An address at which they stood in for its owner (a relative, a practice twin) is the owner's again.
    """
    twins = await tx.connection.scalars(
        select(People.id).where(People.practice_of == person, People.erased_at.is_(None))
    )
    for twin in twins.all():
        await erase_person(tx, twin, asking)
    await hand_back_all(tx, person)
    await record(tx, person, Code.ERASED)
    await _end_roles(tx, person)
    own, shared = await _addresses_of(tx, person)
    await forget_held(tx, own)
    for table in (Profiles, Residences, UnitMembers, AddressPeople, Members):
        await tx.connection.execute(delete(table).where(table.person_id == person))
    await tx.connection.execute(delete(Talks).where(Talks.person_id == person))
    await _empty(tx, own)
    await tx.connection.execute(delete(Messages).where(Messages.address_id.in_(shared)))
    await _leave_addresses(tx, own, asking)
    await tx.connection.execute(update(People).where(People.id == person).values(erased_at=tx.now))


async def _end_roles(tx: Tx, person: int) -> None:
    """End what they were to the ward and to their family; codes and times stand."""
    await end_sessions(tx, person)
    await tx.connection.execute(
        update(Grants)
        .where(Grants.person_id == person, Grants.revoked_at.is_(None))
        .values(revoked_at=tx.now)
    )
    is_theirs = or_(Relatives.helper_id == person, Relatives.person_id == person)
    await tx.connection.execute(delete(Relatives).where(is_theirs))


async def erase_address(tx: Tx, address: int) -> None:
    """Erase what is held at an address nobody has agreed anything for."""
    await forget_held(tx, [address])
    await _empty(tx, [address])
    await _leave_addresses(tx, [address], address)


async def _addresses_of(tx: Tx, person: int) -> tuple[list[int], list[int]]:
    """Return the addresses that are theirs alone now, and those somebody else uses by now."""
    used = select(AddressPeople.address_id).where(AddressPeople.person_id == person)
    found = await tx.connection.execute(
        select(Addresses.id, Addresses.current_person_id).where(
            or_(Addresses.current_person_id == person, Addresses.id.in_(used))
        )
    )
    rows = found.all()
    own = [row.id for row in rows if row.current_person_id in (None, person)]
    return own, [row.id for row in rows if row.id not in own]


async def _empty(tx: Tx, addresses: Collection[int]) -> None:
    """Take talks, messages and texts from addresses; an event still waiting loses its when handled.

    The outbox before the history: what is settled at this moment comes into the history first.
    """
    for table in (Talks, Outbox, Messages):
        await tx.connection.execute(delete(table).where(table.address_id.in_(addresses)))
    await tx.connection.execute(
        update(Inbox)
        .where(Inbox.address_id.in_(addresses), Inbox.state != "waiting")
        .values(body=None)
    )


async def _leave_addresses(tx: Tx, addresses: Collection[int], asking: int | None) -> None:
    """Delete addresses; the one that is speaking stays, so that it can be answered."""
    gone = [address for address in addresses if address != asking]
    await tx.connection.execute(
        update(Inbox).where(Inbox.address_id.in_(gone)).values(body=None, state="done")
    )
    await tx.connection.execute(delete(AddressPeople).where(AddressPeople.address_id.in_(gone)))
    await tx.connection.execute(delete(Addresses).where(Addresses.id.in_(gone)))
    await tx.connection.execute(
        update(Addresses)
        .where(Addresses.id == asking, Addresses.id.in_(addresses))
        .values(current_person_id=None, last_text=None, blocked_at=None, came_by=None)
    )
