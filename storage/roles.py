"""Who is what to the ward: read in every transaction, so that a role that is taken away is gone at once."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute

from handlers._requests.person import Role
from handlers._requests.roles import (
    LOOKED_AFTER_BY,
    Holder,
    LastAdmin,
    MyRoles,
    NoSuchRole,
    RevokeRole,
    RoleHeld,
    RoleRevoked,
    RolesHeld,
)
from lessons import fold
from storage import audit
from storage._people import real_person
from storage._performers import performer
from storage._sessions import end_sessions
from storage._tdp_names import Unit, all_units
from storage._tx import Tx
from storage.house import Actor, Grant
from storage.tables import People
from storage.tables_staff import Grants, Members

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
_PLACE = {role.value: place for place, role in enumerate(Role)}


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


# ---------------------------------------------------------------- who looks after which


def is_held(today: date) -> ColumnElement[bool]:
    """The condition for grants that hold on a local day."""
    return and_(Grants.revoked_at.is_(None), or_(Grants.ends_on.is_(None), Grants.ends_on >= today))


def looks_after(by: Actor, role: Role, tdp: int | None) -> bool:
    """Whether somebody may invite to this role in this TDP (None: the whole ward), and take it away."""
    return any(
        role in looked_after and by.reaches(tdp, own)
        for own, looked_after in LOOKED_AFTER_BY.items()
        if own in by.roles
    )


async def last_day(tx: Tx, by: Actor, role: Role) -> date | None:
    """The last day of somebody's own role: they give it to nobody for longer. None: no end, or not theirs."""
    ends = await tx.connection.scalars(
        select(Grants.ends_on).where(
            Grants.person_id == by.person, Grants.role == role.value, is_held(tx.today)
        )
    )
    days = ends.all()
    return None if None in days else max((day for day in days if day), default=None)


def are_looked_after(
    by: Actor, role: InstrumentedAttribute[str], tdp: InstrumentedAttribute[int | None]
) -> ColumnElement[bool]:
    """The same as a condition over rows with a role and a TDP."""
    ways: list[ColumnElement[bool]] = [false()]
    for own, looked_after in LOOKED_AFTER_BY.items():
        if own not in by.roles:
            continue
        is_one = role.in_([one.value for one in looked_after])
        tdps = by.reach(own)
        ways.append(is_one if tdps is None else and_(is_one, tdp.in_(sorted(tdps))))
    return or_(*ways)


# ---------------------------------------------------------------- reading


@performer
async def my_roles(
    tx: Tx,
    by: Actor,
    request: MyRoles,  # noqa: ARG001 - a performer's shape
) -> tuple[RoleHeld, ...]:
    """List the roles of the one who asks; who practises holds the real one's."""
    if by.person is None:
        return ()
    found = await tx.connection.execute(
        select(Grants.id, Grants.role, Grants.tdp_id, Grants.since, Grants.ends_on)
        .where(Grants.person_id == await real_person(tx, by.person), is_held(tx.today))
        .order_by(Grants.id)
    )
    units = await all_units(tx)
    return tuple(
        RoleHeld(
            row.id,
            _KNOWN[row.role],
            row.tdp_id,
            tdp_name(units, row.tdp_id),
            row.since.astimezone(tx.house.timezone).date(),
            row.ends_on,
        )
        for row in found
        if row.role in _KNOWN
    )


@performer(roles=set(LOOKED_AFTER_BY), counts_in_practice=True)
async def roles_held(tx: Tx, by: Actor, request: RolesHeld) -> tuple[Holder, ...]:
    """List who holds what; that their names were seen is written down, also of who practises."""
    found = await tx.connection.execute(
        select(Grants.__table__, Members.name, Members.office)
        .join_from(Grants, Members, Members.person_id == Grants.person_id, isouter=True)
        .where(is_held(tx.today), are_looked_after(by, Grants.role, Grants.tdp_id))
    )
    units, wanted = await all_units(tx), fold(request.named)
    rows = [row for row in found if wanted in fold(row.name or "") and row.role in _KNOWN]
    rows.sort(key=lambda row: (_PLACE[row.role], fold(row.name or ""), row.id))
    shown = rows[: request.most]
    if shown:
        await audit.append(tx, by, "names_seen", "roles", {"rows": len(shown)})
    return tuple(
        Holder(
            row.id,
            row.person_id,
            row.name,
            row.office or "",
            _KNOWN[row.role],
            row.tdp_id,
            tdp_name(units, row.tdp_id),
            row.since.astimezone(tx.house.timezone).date(),
            row.ends_on,
        )
        for row in shown
    )


def tdp_name(units: Mapping[int, Unit], tdp: int | None) -> str | None:
    """Return how a TDP is called where it is named beside a role."""
    return None if tdp is None else units[tdp].label


# ---------------------------------------------------------------- taking away


@performer(roles=set(LOOKED_AFTER_BY))
async def revoke_role(
    tx: Tx, by: Actor, request: RevokeRole
) -> RoleRevoked | NoSuchRole | LastAdmin:
    """Take a role away from now on, and sign its holder out."""
    is_theirs = are_looked_after(by, Grants.role, Grants.tdp_id)
    row = (
        await tx.connection.execute(
            select(Grants.person_id, Grants.role, Grants.tdp_id).where(
                Grants.id == request.grant, is_held(tx.today), is_theirs
            )
        )
    ).one_or_none()
    if row is None:
        return NoSuchRole(request.grant)
    if row.role == Role.ADMIN.value and not await _other_admins(tx, row.person_id):
        return LastAdmin()
    taken = await tx.connection.execute(
        update(Grants)
        .where(Grants.id == request.grant, Grants.revoked_at.is_(None))
        .values(revoked_at=tx.now)
    )
    if taken.rowcount == 0:
        return NoSuchRole(request.grant)
    await end_sessions(tx, row.person_id)
    details = {"grant": request.grant, "role": row.role, "tdp": row.tdp_id}
    await audit.append(tx, by, "role_revoked", f"person:{row.person_id}", details)
    return RoleRevoked(request.grant)


async def _other_admins(tx: Tx, person: int) -> bool:
    """Whether somebody else looks after the ward; two who revoke each other at once follow each other."""
    admins = await tx.connection.scalars(
        select(Grants.person_id)
        .where(Grants.role == Role.ADMIN.value, is_held(tx.today))
        .order_by(Grants.id)
        .with_for_update()
    )
    return any(one != person for one in admins.all())
