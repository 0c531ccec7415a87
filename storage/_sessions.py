"""Ending what is signed in: needed wherever a role or a person goes."""

from collections.abc import Collection

from sqlalchemy import select, update

from storage._tx import Tx
from storage.tables import People
from storage.tables_staff import Logins, Sessions


async def end_sessions(tx: Tx, person: int) -> int:
    """End every session of a person and their practice twin, and links not opened yet; returns how many."""
    twins = await tx.connection.scalars(select(People.id).where(People.practice_of == person))
    return await end_sessions_of(tx, [person, *twins])


async def end_sessions_of(tx: Tx, people: Collection[int]) -> int:
    """End every session of these people, and links not opened yet; returns how many sessions ended."""
    await tx.connection.execute(
        update(Logins)
        .where(Logins.person_id.in_(people), Logins.spent_at.is_(None), Logins.expires_at > tx.now)
        .values(expires_at=tx.now)
    )
    ended = await tx.connection.execute(
        update(Sessions)
        .where(
            Sessions.person_id.in_(people),
            Sessions.ended_at.is_(None),
            Sessions.expires_at > tx.now,
        )
        .values(ended_at=tx.now)
    )
    return ended.rowcount
