"""Invites: three words and a token, each of which opens a role once.

    open -> used | revoked | over       `expires_at` decides what is over; nobody is told which it was

An invite is no better than who made it: once they could not make it any more, it opens nothing, and the
clock lets it be over.
What holds no three of the words and no token is no guess, and is not counted as one (storage/_guesses.py).
"""

import re
import secrets
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT reads alike on SQLite

from handlers._requests.invites import (
    AlreadyInvited,
    CodesLocked,
    Invited,
    InviteHere,
    InvitePerson,
    InvitePutAway,
    InviteRead,
    InviteRevoked,
    Joined,
    LockedOut,
    MayNotInvite,
    NoSuchInvite,
    NotMyInvite,
    OpenInvite,
    OpenInvites,
    ReadInvite,
    RevokeInvite,
    TakeUp,
    WhyNot,
    WrongCode,
)
from handlers._requests.person import Role
from handlers._requests.roles import LOOKED_AFTER_BY, PLACED, WARD_WIDE
from lessons import fold
from lessons.codes import IN_A_CODE, code_of
from storage import audit
from storage._guesses import count_wrong, locked_out
from storage._joining import join
from storage._performers import performer
from storage._secrets import INVITE_LINK, TOKEN_CHARS, new_token, sealed
from storage._tdp_names import all_units
from storage._tx import Tx
from storage.house import Actor
from storage.roles import (
    actor_of_person,
    are_looked_after,
    is_held,
    last_day,
    looks_after,
    tdp_name,
)
from storage.tables import Addresses, Units
from storage.tables_staff import Grants, Invites

LONGEST_NAME = 80
LONGEST_OFFICE = 160
WORDS, TOKEN, ROW = "words", "invite", "list"
"""The kinds of what is sealed here."""
_TOKEN = re.compile(rf"(?<![A-Za-z0-9_-])(?:{INVITE_LINK})?([A-Za-z0-9_-]{{{TOKEN_CHARS}}})$")
_CHANCE = secrets.SystemRandom()


# ---------------------------------------------------------------- inviting


@performer(roles=set(LOOKED_AFTER_BY))
async def invite_person(
    tx: Tx, by: Actor, request: InvitePerson
) -> Invited | MayNotInvite | AlreadyInvited:
    """Open an invite; its words and its token are known in the answer alone."""
    name = " ".join(request.name.split())
    why = await _why_not(tx, by, request, name)
    if why is not None:
        return MayNotInvite(why)
    earlier = await _earlier(tx, request)
    if earlier is not None:
        return AlreadyInvited(earlier)
    unit = request.unit or await _unit_called(tx, request.office)
    invite, words, token = await _open(tx, by, request, name, unit)
    details = {"role": request.role.value, "tdp": request.tdp, "unit": unit}
    await audit.append(tx, by, "invited", f"invite:{invite}", details)
    return Invited(
        invite=invite,
        words=words,
        token=token,
        role=request.role,
        tdp_name=tdp_name(await all_units(tx), request.tdp),
        name=name,
        expires_at=_end(tx),
        url=f"{tx.house.page_url}/?moi={token}",
        is_practice=by.is_practice,
    )


async def _why_not(tx: Tx, by: Actor, request: InvitePerson, name: str) -> WhyNot | None:
    looked_after = {role for own in by.roles for role in LOOKED_AFTER_BY.get(own, ())}
    if request.role not in looked_after:
        return WhyNot.ROLE
    if not 0 < len(name) <= LONGEST_NAME:
        return WhyNot.NAME
    if request.role in WARD_WIDE and request.tdp is not None:
        return WhyNot.WARD_WIDE
    if not await _has_place(tx, by, request):
        return WhyNot.PLACE
    if request.ends_on is not None and request.ends_on < tx.today:
        return WhyNot.DAY
    last = await last_day(tx, by, request.role)
    is_longer = last is not None and (request.ends_on is None or request.ends_on > last)
    return WhyNot.LONGER if is_longer else None


async def _has_place(tx: Tx, by: Actor, request: InvitePerson) -> bool:
    """Whether the TDP and the unit exist today, within reach."""
    if request.tdp is None:
        is_there = request.role not in PLACED
    else:
        found = (await all_units(tx)).get(request.tdp)
        is_there = found is not None and found.exists_on(tx.today)
    if request.unit is not None:
        is_there = is_there and request.unit in await _units(tx)
    return is_there and looks_after(by, request.role, request.tdp)


async def _units(tx: Tx) -> dict[int, str]:
    """The units of today by number, with their folded names."""
    is_valid = and_(
        or_(Units.valid_from.is_(None), Units.valid_from <= tx.today),
        or_(Units.valid_to.is_(None), Units.valid_to >= tx.today),
    )
    found = await tx.connection.execute(select(Units.id, Units.name).where(is_valid))
    return {row.id: fold(row.name) for row in found}


async def _unit_called(tx: Tx, office: str) -> int | None:
    """The one unit of today with the name of an office."""
    called = fold(office)
    found = [unit for unit, name in (await _units(tx)).items() if called and name == called]
    return found[0] if len(found) == 1 else None


async def _earlier(tx: Tx, request: InvitePerson) -> int | None:
    """The invite of the same row of a list, if it is open or its role is still held."""
    if request.list_key is None:
        return None
    is_still_held = select(Grants.id).where(
        Grants.person_id == Invites.used_by,
        Grants.role == Invites.role,
        Grants.tdp_id.is_not_distinct_from(Invites.tdp_id),
        is_held(tx.today),
    )
    return await tx.connection.scalar(
        select(Invites.id).where(
            Invites.list_key == sealed(tx.house, ROW, request.list_key),
            or_(_is_open(tx), is_still_held.exists()),
        )
    )


async def _open(
    tx: Tx, by: Actor, request: InvitePerson, name: str, unit: int | None
) -> tuple[int, str, str]:
    """Draw words and a token that no other invite ever had."""
    row = {
        "role": request.role.value,
        "tdp_id": request.tdp,
        "unit_id": unit,
        "name": name,
        "office": " ".join(request.office.split())[:LONGEST_OFFICE],
        "ends_on": request.ends_on,
        "list_key": request.list_key and sealed(tx.house, ROW, request.list_key),
        "created_at": tx.now,
        "by": by.name,
        "expires_at": _end(tx),
    }
    while True:
        words, token = _CHANCE.sample(tx.house.content.code_words, IN_A_CODE), new_token()
        hashes = {
            "words_hash": sealed(tx.house, WORDS, " ".join(map(fold, words))),
            "token_hash": sealed(tx.house, TOKEN, token),
        }
        opening = insert(Invites).values(row | hashes).on_conflict_do_nothing()
        invite = await tx.connection.scalar(opening.returning(Invites.id))
        if invite is not None:
            return invite, " ".join(words), token


def _end(tx: Tx) -> datetime:
    """The last second of the last local day."""
    last = tx.today + timedelta(days=tx.house.staff.invite_days)
    return datetime.combine(last, time(23, 59, 59), tx.house.timezone)


def _is_open(tx: Tx) -> ColumnElement[bool]:
    return and_(
        Invites.used_at.is_(None), Invites.revoked_at.is_(None), Invites.expires_at > tx.now
    )


# ---------------------------------------------------------------- looking after them


@performer(roles=set(LOOKED_AFTER_BY), counts_in_practice=True)
async def open_invites(tx: Tx, by: Actor, request: OpenInvites) -> tuple[OpenInvite, ...]:
    """List open invites; that their names were seen is written down, also of who practises."""
    rows = await tx.connection.execute(
        select(Invites.__table__)
        .where(_is_open(tx), are_looked_after(by, Invites.role, Invites.tdp_id))
        .order_by(Invites.id.desc())
    )
    wanted, units = fold(request.named), await all_units(tx)
    shown = [row for row in rows if wanted in fold(row.name or "")][: request.most]
    if shown:
        await audit.append(tx, by, "names_seen", "invites", {"rows": len(shown)})
    return tuple(
        OpenInvite(
            row.id,
            Role(row.role),
            row.tdp_id,
            tdp_name(units, row.tdp_id),
            row.name or "",
            row.office,
            _local_day(tx, row.created_at),
            row.expires_at,
        )
        for row in shown
    )


def _local_day(tx: Tx, moment: datetime) -> date:
    return moment.astimezone(tx.house.timezone).date()


@performer(roles=set(LOOKED_AFTER_BY))
async def revoke_invite(tx: Tx, by: Actor, request: RevokeInvite) -> InviteRevoked | NoSuchInvite:
    """Take an open invite back; its name goes."""
    revoked = await tx.connection.execute(
        update(Invites)
        .where(
            Invites.id == request.invite,
            _is_open(tx),
            are_looked_after(by, Invites.role, Invites.tdp_id),
        )
        .values(revoked_at=tx.now, name=None)
    )
    if revoked.rowcount == 0:
        return NoSuchInvite(request.invite)
    await audit.append(tx, by, "invite_revoked", f"invite:{request.invite}")
    return InviteRevoked(request.invite)


# ---------------------------------------------------------------- taking one up


@performer
async def read_invite(tx: Tx, by: Actor, request: ReadInvite) -> InviteRead | WrongCode | LockedOut:
    """Say what an invite is for to whoever holds its code."""
    found = await _opened_by(tx, by, request.code)
    if isinstance(found, WrongCode | LockedOut):
        return found
    place = tdp_name(await all_units(tx), found.tdp_id)
    return InviteRead(Role(found.role), place, found.name or "", found.office, found.ends_on)


@performer
async def take_up(tx: Tx, by: Actor, request: TakeUp) -> Joined | WrongCode | LockedOut:
    """Give the role to whoever holds the code; the name leaves the invite for their own card."""
    found = await _opened_by(tx, by, request.code)
    if isinstance(found, WrongCode | LockedOut):
        return found
    person = await join(tx, by, found)
    await tx.connection.execute(
        update(Invites)
        .where(Invites.id == found.id, _is_open(tx))
        .values(used_at=tx.now, used_by=person, name=None)
    )
    await _forget_link(tx, by)
    place = tdp_name(await all_units(tx), found.tdp_id)
    return Joined(Role(found.role), place, found.name or "", found.ends_on)


@performer
async def codes_locked(
    tx: Tx,
    by: Actor,
    request: CodesLocked,  # noqa: ARG001 - a performer's shape
) -> LockedOut | None:
    """Tell of a lock of their own; everybody's stops words alone, so a token is still worth asking for."""
    return None if by.address is None else await locked_out(tx, by.address, are_words=False)


@performer
async def invite_here(tx: Tx, by: Actor, request: InviteHere) -> bool:  # noqa: ARG001 - a performer's shape
    """Tell whether the link of this address carries an invite."""
    return await _seal_here(tx, by) is not None


@performer
async def not_my_invite(
    tx: Tx,
    by: Actor,
    request: NotMyInvite,  # noqa: ARG001 - a performer's shape
) -> InvitePutAway:
    """Forget which invite the link of this address carried."""
    await _forget_link(tx, by)
    return InvitePutAway()


async def _opened_by(tx: Tx, by: Actor, code: str | None) -> Row[Any] | WrongCode | LockedOut:
    """The open invite of a code; what could be a guess is counted, and not looked at while locked."""
    if by.address is None:
        raise LookupError(f"{by.name} has no address that could join")
    if code is None:
        seal = await _seal_here(tx, by)
        found = seal and await _with_seal(tx, Invites.token_hash == seal)
        return found or WrongCode()
    token = _TOKEN.search(code.strip())
    words = None if token else code_of(code, tx.house.content.code_words)
    if token is None and words is None:
        return WrongCode()
    locked = await locked_out(tx, by.address, are_words=words is not None)
    if locked is not None:
        return locked
    is_it = (
        Invites.token_hash == sealed(tx.house, TOKEN, token[1])
        if token
        else Invites.words_hash == sealed(tx.house, WORDS, words or "")
    )
    found = await _with_seal(tx, is_it)
    if found is None:
        await count_wrong(tx, by.address)
        return await locked_out(tx, by.address, are_words=words is not None) or WrongCode()
    return found


async def _with_seal(tx: Tx, is_it: ColumnElement[bool]) -> Row[Any] | None:
    """The open invite that is meant, for this transaction alone until its end."""
    rows = await tx.connection.execute(
        select(Invites.__table__).where(is_it, _is_open(tx)).with_for_update()
    )
    found = rows.one_or_none()
    if found is None:
        return None
    stands = await _stands(tx, found.by, found.role, found.tdp_id, found.ends_on)
    return found if stands else None


async def _stands(tx: Tx, by: str, role: str, tdp: int | None, ends_on: date | None) -> bool:
    """Whether who made such an invite could still make it."""
    if ends_on is not None and ends_on < tx.today:
        return False
    maker = by.removeprefix("person:")
    if maker == by:
        return True  # the command line, which nobody can take away
    return looks_after(await actor_of_person(tx, int(maker), "web"), Role(role), tdp)


async def let_unbacked_be_over(tx: Tx) -> None:
    """End the open invites that who made them could not make any more."""
    sorts = Invites.by, Invites.role, Invites.tdp_id, Invites.ends_on
    found = await tx.connection.execute(select(*sorts).where(_is_open(tx)).distinct())
    for sort in found.all():
        if not await _stands(tx, *sort):
            alike = [
                column.is_not_distinct_from(value)
                for column, value in zip(sorts, sort, strict=True)
            ]
            await tx.connection.execute(
                update(Invites).where(_is_open(tx), *alike).values(expires_at=tx.now)
            )


async def _seal_here(tx: Tx, by: Actor) -> str | None:
    """The seal of the invite whose link brought this address here."""
    carried = await tx.connection.scalar(
        select(Addresses.came_by).where(Addresses.id == by.address)
    )
    is_invite = carried is not None and carried.startswith(INVITE_LINK)
    return carried.removeprefix(INVITE_LINK) if carried and is_invite else None


async def _forget_link(tx: Tx, by: Actor) -> None:
    await tx.connection.execute(
        update(Addresses)
        .where(Addresses.id == by.address, Addresses.came_by.startswith(INVITE_LINK))
        .values(came_by=None)
    )
