"""Practising: the twin holds the person's roles, is never counted, and what it does for the ward is undone."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from handlers._effects import Deed
from handlers._requests.consent import (
    Agree,
    Decline,
    MyConsents,
    Purpose,
    PushesStopped,
    StopPushes,
)
from handlers._requests.figures import Dimension, FiguresBy
from handlers._requests.invites import Invited, InvitePerson, ReadInvite, WrongCode
from handlers._requests.lesson import AnswerGiven, FinishQuiz, StartLesson
from handlers._requests.person import Erased, EraseMe, MyStanding, Role, Vouch
from handlers._requests.practice import (
    NotForYou,
    PracticeOver,
    Practising,
    StartPractice,
    StopPractice,
)
from handlers._requests.roles import RevokeRole, RolesHeld
from storage import _performers, perform, purge
from storage._database import Database
from storage._performers import performer
from storage._tx import Tx
from storage.house import Actor
from storage.tables import Addresses, Audit, DailyCounts, Events, People, Settings
from storage.tables_staff import Grants, Invites
from tests.storage.joining import LAN, audited, member, somebody


async def practising(tx: Tx, by: Actor) -> Actor:
    """Their twin, speaking at the same address."""
    assert await perform(tx, by, StartPractice()) == Practising()
    assert by.address is not None
    return await somebody(tx)


async def pass_lesson(tx: Tx, by: Actor) -> None:
    await perform(tx, by, Agree(Purpose.SAVE, "consent.save"))
    await take_and_pass(tx, by)


async def take_and_pass(tx: Tx, by: Actor) -> None:
    started = await perform(tx, by, StartLesson("TB-01", 1, "0" * 64))
    right = tuple(AnswerGiven(n, 0, is_right=True) for n in range(3))
    await perform(tx, by, FinishQuiz(started.attempt, "TB-01", right, started.rule))


async def test_a_twin_has_the_roles_and_is_somebody_else(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)

        twin = await practising(tx, by)

        assert twin.person != by.person
        assert twin.roles == by.roles
        assert twin.is_practice
        row = await tx.connection.execute(
            select(People.is_practice, People.practice_of).where(People.id == twin.person)
        )
        assert row.one() == (True, by.person)


async def test_stopping_gives_the_address_back_and_the_same_twin_comes_again(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)
        twin = await practising(tx, by)
        assert await perform(tx, twin, StartPractice()) == Practising()

        assert await perform(tx, twin, StopPractice()) == PracticeOver(was_on=True)

        back = await somebody(tx)
        assert (back.person, back.is_practice) == (by.person, False)
        assert await perform(tx, back, StopPractice()) == PracticeOver(was_on=False)
        assert (await practising(tx, back)).person == twin.person


@pytest.mark.parametrize("role", [None, Role.FAMILY])
async def test_only_who_works_for_the_ward_practises(
    database: Database, now: datetime, role: Role | None
) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, role) if role else await somebody(tx)

        assert await perform(tx, by, StartPractice()) == NotForYou()
        assert await perform(tx, by, StopPractice()) == PracticeOver(was_on=False)


async def test_what_a_twin_learns_adds_to_no_figure(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)
        before = await perform(tx, LAN, FiguresBy(Dimension.LESSON))
        twin = await practising(tx, by)

        await pass_lesson(tx, twin)

        assert (await perform(tx, twin, MyStanding())).finished == 1
        assert await perform(tx, LAN, FiguresBy(Dimension.LESSON)) == before
        await perform(tx, twin, StopPractice())
        assert (await perform(tx, await somebody(tx), MyStanding())).finished == 0


async def test_what_a_twin_learns_before_a_yes_or_a_no_is_counted_neither_by_name_nor_without(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)
        twin = await practising(tx, by)
        await take_and_pass(tx, twin)
        assert not (await perform(tx, twin, MyStanding())).has_declined
        await perform(tx, twin, StopPractice())

        await perform(tx, await somebody(tx), Agree(Purpose.SAVE, "consent.save"))

        assert (await perform(tx, await somebody(tx), MyStanding())).finished == 0
        await take_and_pass(tx, await practising(tx, await somebody(tx)))
    async with database.transaction(now + timedelta(days=2)) as tx:
        await purge.purge(tx)

        assert (await perform(tx, LAN, FiguresBy(Dimension.LESSON))).total.passed == 0
        assert (await tx.connection.scalars(select(DailyCounts.code))).all() == []


@pytest.mark.parametrize("deed", [Agree, Decline])
async def test_what_a_twin_decides_takes_nothing_of_the_persons_own_held_lessons(
    database: Database, now: datetime, deed: type[Agree | Decline]
) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)
        await take_and_pass(tx, by)
        twin = await practising(tx, by)

        await perform(tx, twin, deed(Purpose.SAVE, "consent.save"))

        await perform(tx, twin, StopPractice())
        back = await somebody(tx)
        assert not (await perform(tx, back, MyStanding())).has_declined
        await perform(tx, back, Agree(Purpose.SAVE, "consent.save"))
        assert (await perform(tx, back, MyStanding())).finished == 1


async def test_stopping_messages_while_practising_stops_none_of_the_persons_own(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)
        await perform(tx, by, Agree(Purpose.ALERTS, "consent.alerts"))
        twin = await practising(tx, by)
        await perform(tx, twin, Agree(Purpose.ALERTS, "consent.alerts"))

        assert await perform(tx, twin, StopPushes()) == PushesStopped(had_any=True)

        assert await tx.connection.scalar(select(Addresses.stopped_at)) is None
        await perform(tx, twin, StopPractice())
        assert await perform(tx, await somebody(tx), MyConsents()) == (Purpose.ALERTS,)
        await perform(tx, await somebody(tx), StopPushes())
        twin = await practising(tx, await somebody(tx))
        await perform(tx, twin, Agree(Purpose.ALERTS, "consent.alerts"))
        assert await tx.connection.scalar(select(Addresses.stopped_at)) == now


async def test_what_a_twin_does_for_the_ward_is_answered_and_undone(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.ADMIN)
        twin = await practising(tx, by)
        log = await audited(tx)

        made = await perform(tx, twin, InvitePerson(Role.STAFF, "Nam", "Phòng"))
        await perform(tx, twin, Vouch(by.person or 0, "Lan"))
        await perform(tx, twin, RevokeRole(1))

        assert isinstance(made, Invited)
        assert made.is_practice
        assert await perform(tx, await somebody(tx, "other"), ReadInvite(made.words)) == WrongCode()
        assert await tx.connection.scalar(select(func.count()).select_from(Invites)) == 1
        held = select(Grants.id).where(Grants.revoked_at.is_(None))
        assert await tx.connection.scalar(held) is not None
        assert await audited(tx) == log
        assert Role.ADMIN in (await somebody(tx)).roles


async def test_seeing_names_is_written_down_even_of_who_only_practises(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        twin = await practising(tx, await member(tx, Role.ADMIN))

        await perform(tx, twin, RolesHeld())

        assert (await audited(tx))[-1] == (f"person:{twin.person}", "names_seen", "roles")


class Break(Deed[None]):
    """Something for the ward that writes and then fails."""


async def test_a_deed_that_fails_while_practising_leaves_the_transaction_usable(
    database: Database, now: datetime
) -> None:
    async def broken(tx: Tx, by: Actor, request: Break) -> None:
        await tx.connection.execute(insert(Settings).values(key="broken", value=""))
        raise ValueError("half way")

    performer(roles={Role.ADMIN})(broken)
    try:
        async with database.transaction(now) as tx:
            twin = await practising(tx, await member(tx, Role.ADMIN))

            with pytest.raises(ValueError, match="half way"):
                await perform(tx, twin, Break())

            assert await tx.connection.scalar(select(Settings.key)) is None
            await pass_lesson(tx, twin)
    finally:
        del _performers._BY_REQUEST[Break]

    async with database.reading(now) as tx:
        codes = (await tx.connection.scalars(select(Events.code))).all()
        assert "passed" in codes


async def test_erasing_while_practising_forgets_the_twin_alone(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)
        twin = await practising(tx, by)

        assert await perform(tx, twin, EraseMe()) == Erased()

        back = await somebody(tx)
        assert (back.person, back.roles) == (by.person, by.roles)
        assert (await practising(tx, back)).person not in {twin.person, by.person}


async def test_erasing_a_person_erases_their_twin_too(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)
        twin = await practising(tx, by)
        await perform(tx, twin, StopPractice())

        await perform(tx, await somebody(tx), EraseMe())

        erased = select(func.count()).where(People.erased_at.is_not(None))
        assert await tx.connection.scalar(erased) == 2
        assert (await somebody(tx)).person is None
        assert await tx.connection.scalar(select(func.count()).select_from(Audit)) == 3
