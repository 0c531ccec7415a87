"""Practising: an address speaks as a twin of its person, who is never counted and holds the person's roles.

What the twin learns stands under its own number; what it does for the ward is undone (storage/_performers.py).
"""

from sqlalchemy import select

from handlers._requests.person import WARD_ROLES
from handlers._requests.practice import (
    NotForYou,
    PracticeOver,
    Practising,
    StartPractice,
    StopPractice,
)
from storage._people import hand_over, new_number, real_person
from storage._performers import performer
from storage._sessions import end_sessions_of
from storage._tx import Tx
from storage._who import who_is
from storage.house import Actor
from storage.tables import People


@performer
async def start_practice(
    tx: Tx,
    by: Actor,
    request: StartPractice,  # noqa: ARG001 - a performer's shape
) -> Practising | NotForYou:
    """Let the twin speak here; it is made at the first time."""
    person = (await who_is(tx, by)).person
    if person is None or by.address is None or not by.roles.intersection(WARD_ROLES):
        return NotForYou()
    if await real_person(tx, person) == person:
        await hand_over(tx, by.address, await _twin(tx, by, person))
    return Practising()


@performer
async def stop_practice(
    tx: Tx,
    by: Actor,
    request: StopPractice,  # noqa: ARG001 - a performer's shape
) -> PracticeOver:
    """Let the person themselves speak here again; pages that were opened for practising are closed."""
    person = (await who_is(tx, by)).person
    real = None if person is None else await real_person(tx, person)
    if person is None or real is None or real == person or by.address is None:
        return PracticeOver(was_on=False)
    await end_sessions_of(tx, [person])
    await hand_over(tx, by.address, real)
    return PracticeOver(was_on=True)


async def _twin(tx: Tx, by: Actor, person: int) -> int:
    known = await tx.connection.scalar(
        select(People.id).where(People.practice_of == person, People.erased_at.is_(None)).limit(1)
    )
    if known is not None:
        return int(known)
    return await new_number(tx, by.channel, is_practice=True, practice_of=person)
