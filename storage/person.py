"""A person: where they stand, what is kept of them, and their rights over it."""

from datetime import datetime

from sqlalchemy import BigInteger, bindparam, func, select, update

from handlers._requests.person import (
    VOUCHING,
    Erased,
    EraseMe,
    ExportMine,
    MyData,
    MyFile,
    MySheet,
    MyStanding,
    NameSaved,
    NoSuchPerson,
    NothingKept,
    SetName,
    Standing,
    Vouch,
    Vouched,
)
from lessons import clean
from storage import audit
from storage._erase import erase_address, erase_person
from storage._own_copy import own_copy
from storage._performers import performer
from storage._tdp_names import all_units
from storage._tx import Tx
from storage._who import THEIR_ATTEMPTS, Keeping, Who, who_is
from storage.consent import agreed_purposes
from storage.events import Code, record
from storage.house import Actor
from storage.lesson import lessons_finished
from storage.tables import Attempts, People, Profiles, Residences

LONGEST_NAME = 80
LONGEST_FORM = 20

_ASKED = select(Profiles.asked_pushes_at, Profiles.asked_tdp_at, Profiles.asked_name_at).where(
    Profiles.person_id == bindparam("person", type_=BigInteger)
)
_LAST = select(func.max(Attempts.finished_at)).where(THEIR_ATTEMPTS)


@performer
async def my_standing(
    tx: Tx,
    by: Actor,
    request: MyStanding,  # noqa: ARG001 - a performer's shape
) -> Standing:
    """Tell where somebody stands; who declined is asked nothing more by itself in that visit."""
    who = await who_is(tx, by)
    asked = await tx.connection.execute(_ASKED, who.values)
    pushes, tdp, name = asked.one_or_none() or (None, None, None)
    is_nobody_to_ask = who.person is None and who.has_declined
    return Standing(
        is_kept=who.keeping is Keeping.KEPT,
        has_declined=who.has_declined,
        finished=await lessons_finished(tx, who),
        was_asked_pushes=is_nobody_to_ask or pushes is not None,
        was_asked_tdp=is_nobody_to_ask or tdp is not None,
        was_asked_name=is_nobody_to_ask or name is not None,
        is_new_day=await _is_new_day(tx, who),
    )


@performer
async def set_name(tx: Tx, by: Actor, request: SetName) -> NameSaved:
    """Keep how somebody wants to be called; what is None stays as it was."""
    who = await who_is(tx, by)
    if who.person is None or who.keeping is not Keeping.KEPT:
        return NameSaved(is_kept=False)
    await write_name(tx, who.person, request)
    return NameSaved(is_kept=True)


async def write_name(tx: Tx, person: int, request: SetName) -> None:
    """Write down how a person wants to be called."""
    given = {
        "form": request.form and clean(request.form)[:LONGEST_FORM],
        "name": request.name and clean(request.name)[:LONGEST_NAME],
    }
    changed = {part: value for part, value in given.items() if value}
    await tx.connection.execute(
        update(Profiles).where(Profiles.person_id == person).values(asked_name_at=tx.now, **changed)
    )


@performer
async def my_data(
    tx: Tx,
    by: Actor,
    request: MyData,  # noqa: ARG001 - a performer's shape
) -> MySheet | NothingKept:
    """Tell somebody what is kept of them; consents by their purpose."""
    who = await who_is(tx, by)
    if who.person is None:
        return NothingKept()
    found = await tx.connection.execute(
        select(Profiles.form, Profiles.name, People.created_at, Residences.tdp_id)
        .join_from(People, Profiles)
        .outerjoin(Residences, (Residences.person_id == People.id) & Residences.valid_to.is_(None))
        .where(People.id == who.person)
    )
    form, name, since, tdp = found.one()
    return MySheet(
        form,
        name,
        None if tdp is None else (await all_units(tx))[tdp].label,
        since.astimezone(tx.house.timezone).strftime("%d/%m/%Y"),
        await lessons_finished(tx, who),
        tuple(purpose.value for purpose in await agreed_purposes(tx, who.person)),
    )


@performer
async def export_mine(
    tx: Tx,
    by: Actor,
    request: ExportMine,  # noqa: ARG001 - a performer's shape
) -> MyFile | NothingKept:
    """Give somebody their own copy of everything kept."""
    who = await who_is(tx, by)
    return NothingKept() if who.person is None else MyFile(await own_copy(tx, who.person))


@performer
async def erase_me(
    tx: Tx,
    by: Actor,
    request: EraseMe,  # noqa: ARG001 - a performer's shape
) -> Erased | NothingKept:
    """Erase the one who is talking; who is no person yet loses what is held at the address."""
    who = await who_is(tx, by)
    tx.has_erased = True
    if who.person is None:
        if who.address is not None:
            await erase_address(tx, who.address)
        return NothingKept()
    await erase_person(tx, who.person, who.address)
    await audit.append(tx, by, "erased", f"person:{who.person}")
    return Erased()


@performer(roles=set(VOUCHING))
async def vouch(tx: Tx, by: Actor, request: Vouch) -> Vouched | NoSuchPerson:
    """Let a person count as người, their earlier results too; vouching again changes nothing.

    Who works for some TDPs alone vouches for who lives there. Who was erased, or only practises, is nobody
    that could be seen to be real.
    """
    lives_in = select(Residences.tdp_id).where(
        Residences.person_id == request.person, Residences.valid_to.is_(None)
    )
    if not by.reaches(await tx.connection.scalar(lives_in), *VOUCHING):
        return NoSuchPerson(request.person)
    is_they = (People.id == request.person, People.erased_at.is_(None), ~People.is_practice)
    confirmed = await tx.connection.execute(
        update(People).where(*is_they, People.confirmed_at.is_(None)).values(confirmed_at=tx.now)
    )
    if confirmed.rowcount == 0:
        found = await tx.connection.scalar(select(People.id).where(*is_they))
        return NoSuchPerson(request.person) if found is None else Vouched(request.person)
    await record(tx, request.person, Code.VOUCHED)
    details = {"by_name": request.by_name} if request.by_name else {}
    await audit.append(tx, by, "vouched", f"person:{request.person}", details)
    return Vouched(request.person)


async def _is_new_day(tx: Tx, who: Who) -> bool:
    """Tell whether the last finished lesson was on an earlier local day."""
    last = await tx.connection.scalar(_LAST, who.values)
    return isinstance(last, datetime) and last.astimezone(tx.house.timezone).date() < tx.today
