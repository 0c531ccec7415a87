"""Family helpers and their relatives: each relative is a person of their own, on the helper's phone.

the helper speaks -> HandToRelative -> the relative speaks -> HandBack -> the helper speaks
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update

from handlers._requests.consent import Purpose
from handlers._requests.person import Role, SetName
from handlers._requests.relatives import (
    Family,
    HandBack,
    HandedBack,
    HandToRelative,
    LearnsNow,
    LeaveRelative,
    MyRelatives,
    NoSuchRelative,
    NotFamily,
    RegisterRelative,
    Relative,
    RelativeLeft,
    RelativeRegistered,
)
from storage import audit
from storage._people import hand_back_all, hand_over, new_number, owner_behind
from storage._performers import performer
from storage._tx import Tx
from storage._who import who_is
from storage.consent import YES, keep_wording, write_answer
from storage.events import Code, record
from storage.house import Actor
from storage.person import write_name
from storage.roles import actor_of_person
from storage.tables import People, Profiles
from storage.tables_staff import Relatives


@performer
async def my_relatives(
    tx: Tx,
    by: Actor,
    request: MyRelatives,  # noqa: ARG001 - a performer's shape
) -> Family | NotFamily:
    """List the relatives of whoever's phone this is."""
    helper = await _helper(tx, by)
    if helper is None:
        return NotFamily()
    taught = await _relatives(tx, helper)
    speaking = (await who_is(tx, by)).person
    now = [Relative(one.id, one.called) for one in taught if one.person == speaking]
    return Family(
        tuple(Relative(one.id, one.called) for one in taught),
        now[0] if now else None,
    )


@performer
async def register_relative(
    tx: Tx, by: Actor, request: RegisterRelative
) -> RelativeRegistered | NotFamily:
    """Make a person of a relative who said yes, with their own consent; practising makes none that counts."""
    helper = await _helper(tx, by)
    if helper is None:
        return NotFamily()
    person = await new_number(tx, by.channel, is_practice=by.is_practice)
    await write_name(tx, person, SetName(request.form, request.name))
    wording = await keep_wording(tx, request.wording)
    await write_answer(tx, by, person, Purpose.SAVE, answer=YES, wording=wording)
    await record(tx, person, Code.REGISTERED)
    row = {"helper_id": helper, "person_id": person, "since": tx.now}
    relative = await tx.connection.scalar(insert(Relatives).values(row).returning(Relatives.id))
    assert relative is not None
    details = {"relative": relative}
    await audit.append(tx, by, "relative_registered", f"person:{person}", details)
    return RelativeRegistered(relative)


@performer
async def hand_to_relative(
    tx: Tx, by: Actor, request: HandToRelative
) -> LearnsNow | NoSuchRelative | NotFamily:
    """Let a relative learn on this phone."""
    helper = await _helper(tx, by)
    if helper is None or by.address is None:
        return NotFamily()
    found = [one for one in await _relatives(tx, helper) if one.id == request.relative]
    if not found:
        return NoSuchRelative()
    await hand_over(tx, by.address, found[0].person)
    return LearnsNow(found[0].called)


@performer
async def hand_back(tx: Tx, by: Actor, request: HandBack) -> HandedBack:  # noqa: ARG001 - a performer's shape
    """Let the helper speak again."""
    owner = await _owner_of_phone(tx, by)
    if owner is None or by.address is None:
        return HandedBack(was_away=False)
    await hand_over(tx, by.address, owner)
    return HandedBack(was_away=True)


@performer
async def leave_relative(
    tx: Tx, by: Actor, request: LeaveRelative
) -> RelativeLeft | NoSuchRelative | NotFamily:
    """Stop teaching a relative; a phone on which they learn is the helper's again."""
    helper = await _helper(tx, by)
    if helper is None:
        return NotFamily()
    found = [one for one in await _relatives(tx, helper) if one.id == request.relative]
    if not found:
        return NoSuchRelative()
    await hand_back_all(tx, found[0].person)
    await tx.connection.execute(
        update(Relatives).where(Relatives.id == request.relative).values(until=tx.now)
    )
    await audit.append(tx, by, "relative_left", f"relative:{request.relative}")
    return RelativeLeft()


async def _owner_of_phone(tx: Tx, by: Actor) -> int | None:
    """The helper behind the relative who speaks; None: nobody but the owner does."""
    person = (await who_is(tx, by)).person
    if person is None or by.address is None or by.is_practice:
        return None
    return await owner_behind(tx, by.address, person)


async def _helper(tx: Tx, by: Actor) -> int | None:
    """Whoever teaches relatives on this phone today; a practice twin has relatives of its own."""
    person = await _owner_of_phone(tx, by) or (await who_is(tx, by)).person
    if person is None:
        return None
    roles = (await actor_of_person(tx, person, by.channel)).roles
    return person if Role.FAMILY in roles else None


@dataclass(frozen=True, slots=True)
class _Taught:
    """A relative, with the number of the person they are."""

    id: int
    person: int
    called: str


async def _relatives(tx: Tx, helper: int) -> Sequence[_Taught]:
    found = await tx.connection.execute(
        select(Relatives.id, Relatives.person_id, Profiles.form, Profiles.name)
        .join_from(Relatives, People, People.id == Relatives.person_id)
        .outerjoin(Profiles, Profiles.person_id == Relatives.person_id)
        .where(
            Relatives.helper_id == helper,
            Relatives.until.is_(None),
            People.erased_at.is_(None),
        )
        .order_by(Relatives.id)
    )
    return [
        _Taught(relative, person, " ".join(part for part in (form, name) if part))
        for relative, person, form, name in found
    ]
