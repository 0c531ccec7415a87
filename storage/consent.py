"""Consents: an answer is never changed, only followed by a later one; the latest decides.

The first yes to anything makes a person of an address. Until then a no leaves no trace but the
moment it was said, which is needed so as not to ask again in the same visit.
"""

from collections.abc import Iterable

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT reads alike on SQLite

from handlers._requests.consent import (
    PUSHES,
    Agree,
    ConsentSaved,
    Decline,
    MyConsents,
    Purpose,
    PushesStopped,
    StopPushes,
    Withdraw,
)
from storage._learning import forget_held, keep_held
from storage._people import new_person
from storage._performers import performer
from storage._tx import Tx
from storage._who import Who, who_is
from storage.events import Code, record
from storage.house import Actor
from storage.tables import Addresses, Consents, Events, Profiles, Wordings

YES, NO, WITHDRAWN = "yes", "no", "withdrawn"


@performer
async def agree(tx: Tx, by: Actor, request: Agree) -> ConsentSaved:
    """Record a yes; make the person if there is none yet."""
    who = await who_is(tx, by)
    person = who.person or await new_person(tx, by)
    await write_answer(
        tx,
        by,
        person,
        request.purpose,
        answer=YES,
        wording=await keep_wording(tx, request.wording),
    )
    if request.purpose is Purpose.SAVE:
        await _begin_keeping(tx, who, person)
    if request.purpose in PUSHES:
        await _set_address(tx, who, stopped_at=None)
        await _pushes_asked(tx, person)
    return ConsentSaved()


@performer
async def decline(tx: Tx, by: Actor, request: Decline) -> ConsentSaved:
    """Record a no of a person; of somebody who is none, only when they said it."""
    who = await who_is(tx, by)
    if request.purpose is Purpose.SAVE and who.address is not None and who.is_counted:
        await forget_held(tx, [who.address])
        await _set_address(tx, who, declined_at=tx.now)
    if who.person is None:
        return ConsentSaved()
    had_agreed = request.purpose in await agreed_purposes(tx, who.person)
    await write_answer(
        tx,
        by,
        who.person,
        request.purpose,
        answer=NO,
        wording=await keep_wording(tx, request.wording),
    )
    if had_agreed and request.purpose is Purpose.SAVE:
        await record(tx, who.person, Code.WITHDREW)
    if request.purpose in PUSHES:
        await _pushes_asked(tx, who.person)
    return ConsentSaved()


@performer
async def withdraw(tx: Tx, by: Actor, request: Withdraw) -> ConsentSaved:
    """Take a yes back from now on."""
    who = await who_is(tx, by)
    if who.person is not None:
        await _withdraw(tx, by, who.person, [request.purpose])
    return ConsentSaved()


@performer
async def my_consents(
    tx: Tx,
    by: Actor,
    request: MyConsents,  # noqa: ARG001 - a performer's shape
) -> tuple[Purpose, ...]:
    """List what the one who asks has agreed to."""
    who = await who_is(tx, by)
    return () if who.person is None else await agreed_purposes(tx, who.person)


@performer
async def stop_pushes(
    tx: Tx,
    by: Actor,
    request: StopPushes,  # noqa: ARG001 - a performer's shape
) -> PushesStopped:
    """Stop every push at once, at every address of the person."""
    who = await who_is(tx, by)
    await _set_address(tx, who, stopped_at=tx.now)
    if who.person is None:
        return PushesStopped(had_any=False)
    if who.is_counted:
        theirs = Addresses.current_person_id == who.person
        await tx.connection.execute(update(Addresses).where(theirs).values(stopped_at=tx.now))
    await _pushes_asked(tx, who.person)
    return PushesStopped(had_any=await _withdraw(tx, by, who.person, PUSHES))


async def agreed_purposes(tx: Tx, person: int) -> tuple[Purpose, ...]:
    """Return the purposes whose latest answer is yes, in the order of `Purpose`."""
    answers = await tx.connection.execute(
        select(Consents.purpose, Consents.answer)
        .where(Consents.person_id == person)
        .order_by(Consents.id)
    )
    latest = {purpose: answer for purpose, answer in answers.all()}  # noqa: C416 - rows, not pairs
    return tuple(purpose for purpose in Purpose if latest.get(purpose.value) == YES)


async def _withdraw(tx: Tx, by: Actor, person: int, purposes: Iterable[Purpose]) -> bool:
    agreed = await agreed_purposes(tx, person)
    taken_back = [purpose for purpose in purposes if purpose in agreed]
    for purpose in taken_back:
        await write_answer(tx, by, person, purpose, answer=WITHDRAWN, wording=None)
    if Purpose.SAVE in taken_back:
        await record(tx, person, Code.WITHDREW)
    return bool(taken_back)


async def write_answer(
    tx: Tx, by: Actor, person: int, purpose: Purpose, *, answer: str, wording: str | None
) -> None:
    """Add an answer, unless the latest one says the same to the same wording."""
    latest = await tx.connection.execute(
        select(Consents.answer, Consents.wording_hash)
        .where(Consents.person_id == person, Consents.purpose == purpose.value)
        .order_by(Consents.id.desc())
        .limit(1)
    )
    if latest.one_or_none() == (answer, wording):
        return
    await tx.connection.execute(
        insert(Consents).values(
            person_id=person,
            purpose=purpose.value,
            answer=answer,
            wording_hash=wording,
            channel=by.channel,
            at=tx.now,
        )
    )


async def keep_wording(tx: Tx, key: str) -> str:
    """Keep the text that was shown, so that it can be shown again; return its hash."""
    phrases = tx.house.content.phrases
    entry, wording = phrases.entry(key), phrases.wording_hash(key)
    left_open = {name: f"{{{name}}}" for name in entry.placeholders}
    await tx.connection.execute(
        insert(Wordings)
        .values(
            hash=wording,
            key=key,
            version=entry.version,
            text=phrases.render(key, left_open | dict(tx.house.values)),
        )
        .on_conflict_do_nothing(index_elements=["hash"])
    )
    return wording


async def _begin_keeping(tx: Tx, who: Who, person: int) -> None:
    has_registered = await tx.connection.scalar(
        select(exists().where(Events.person_id == person, Events.code == Code.REGISTERED.value))
    )
    if not has_registered:
        await record(tx, person, Code.REGISTERED)
    await _set_address(tx, who, declined_at=None)
    if who.address is not None and who.is_counted:
        await keep_held(tx, who.address, person)


async def _set_address(tx: Tx, who: Who, **values: object) -> None:
    """Note something at the address that speaks; who only practises there changes nothing of it."""
    if who.address is not None and who.is_counted:
        await tx.connection.execute(
            update(Addresses).where(Addresses.id == who.address).values(**values)
        )


async def _pushes_asked(tx: Tx, person: int) -> None:
    await tx.connection.execute(
        update(Profiles).where(Profiles.person_id == person).values(asked_pushes_at=tx.now)
    )
