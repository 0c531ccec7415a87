"""Who is what to the ward: read in every transaction, so that a role that is taken away is gone at once."""

from sqlalchemy import BigInteger, and_, bindparam, func, or_, select

from handlers._requests.person import Role
from storage._tx import Tx
from storage.house import Actor, Grant
from storage.tables import People
from storage.tables_staff import Grants

_IS_HELD = and_(
    Grants.person_id == func.coalesce(People.practice_of, People.id),
    Grants.revoked_at.is_(None),
    or_(Grants.ends_on.is_(None), Grants.ends_on >= bindparam("today", type_=Grants.ends_on.type)),
)
_HELD = (
    select(People.practice_of, Grants.role, Grants.tdp_id)
    .join_from(People, Grants, _IS_HELD, isouter=True)
    .where(People.id == bindparam("person", type_=BigInteger))
)
_KNOWN = {role.value: role for role in Role}


async def actor_of_person(tx: Tx, person: int, channel: str, address: int | None = None) -> Actor:
    """Return a person as they act now, with the roles they hold today; who practises holds the real one's."""
    rows = (await tx.connection.execute(_HELD, {"person": person, "today": tx.today})).all()
    grants = tuple(Grant(_KNOWN[row.role], row.tdp_id) for row in rows if row.role in _KNOWN)
    return Actor(
        f"person:{person}",
        frozenset({Role.RESIDENT, *(grant.role for grant in grants)}),
        channel,
        address,
        person,
        grants,
        is_practice=any(row.practice_of is not None for row in rows),
    )
