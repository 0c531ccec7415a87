"""What taking an invite up writes: a person, their card, their role, the unit they belong to."""

from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.dialects import postgresql  # its ON CONFLICT reads alike on SQLite

from storage import audit
from storage._people import new_person, real_person
from storage._tx import Tx
from storage._who import who_is
from storage.events import Code, record
from storage.house import Actor
from storage.roles import is_held
from storage.tables import People, UnitMembers
from storage.tables_staff import Grants, Members


async def join(tx: Tx, by: Actor, invite: Row[Any]) -> int:
    """Give the one who speaks what an invite (a row of `invites`) holds; returns their number.

    Whoever somebody with a name invited by name is confirmed: they count as người.
    """
    who = await who_is(tx, by)
    person = await new_person(tx, by) if who.person is None else await real_person(tx, who.person)
    await _confirm(tx, person)
    await _write_card(tx, person, invite)
    grant = await _grant(tx, person, invite)
    if invite.unit_id is not None:
        await _enter_unit(tx, person, invite.unit_id)
    details = {
        "invite": invite.id,
        "grant": grant,
        "role": invite.role,
        "tdp": invite.tdp_id,
        "unit": invite.unit_id,
    }
    await audit.append(tx, by, "joined", f"person:{person}", details)
    return person


async def _confirm(tx: Tx, person: int) -> None:
    confirmed = await tx.connection.execute(
        update(People)
        .where(People.id == person, People.confirmed_at.is_(None), ~People.is_practice)
        .values(confirmed_at=tx.now)
    )
    if confirmed.rowcount:
        await record(tx, person, Code.VOUCHED)


async def _write_card(tx: Tx, person: int, invite: Row[Any]) -> None:
    card = {"name": invite.name or "", "office": invite.office}
    await tx.connection.execute(
        postgresql.insert(Members)
        .values(person_id=person, **card)
        .on_conflict_do_update(index_elements=["person_id"], set_=card)
    )


async def _grant(tx: Tx, person: int, invite: Row[Any]) -> int:
    """Write the role down; the same one held already ends in its favour."""
    is_same = (
        Grants.person_id == person,
        Grants.role == invite.role,
        Grants.tdp_id.is_not_distinct_from(invite.tdp_id),
        is_held(tx.today),
    )
    await tx.connection.execute(update(Grants).where(*is_same).values(revoked_at=tx.now))
    made = await tx.connection.scalar(
        insert(Grants)
        .values(
            person_id=person,
            role=invite.role,
            tdp_id=invite.tdp_id,
            since=tx.now,
            ends_on=invite.ends_on,
            by=invite.by,
        )
        .returning(Grants.id)
    )
    assert made is not None
    return int(made)


async def _enter_unit(tx: Tx, person: int, unit: int) -> None:
    is_in = (
        UnitMembers.person_id == person,
        UnitMembers.unit_id == unit,
        UnitMembers.valid_to.is_(None),
    )
    if await tx.connection.scalar(select(UnitMembers.id).where(*is_in).limit(1)) is not None:
        return
    await tx.connection.execute(
        insert(UnitMembers).values(person_id=person, unit_id=unit, valid_from=tx.today)
    )
    await record(tx, person, Code.UNIT)
