"""Whether somebody is asked if they may be named: once, after every core lesson, and never in practice."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import insert, update

from handlers._requests.consent import Agree, Decline, MyConsents, Purpose, Withdraw
from handlers._requests.person import Role
from handlers._requests.praise import PraiseDue
from storage import perform
from storage._database import Database
from storage._tx import Tx
from storage.addresses import actor_of, address_of
from storage.house import Actor, CoreLessons
from storage.tables import Completions, People

CORE = ("TB-01", "AT-01")
YES = Agree(Purpose.PRAISE, "consent.praise")
NO = Decline(Purpose.PRAISE, "consent.praise")


@pytest.fixture
def ward(database: Database) -> Database:
    database.house = replace(database.house, core=CoreLessons(CORE, (), 80))
    return database


async def somebody(tx: Tx, key: str) -> Actor:
    return await actor_of(tx, await address_of(tx, "web", key))


async def learner(tx: Tx, *passed: str, finished: tuple[str, ...] = ()) -> Actor:
    """Somebody who agreed to have results kept, and passed these lessons."""
    await perform(tx, await somebody(tx, "lan"), Agree(Purpose.SAVE, "consent.save"))
    by = await somebody(tx, "lan")
    for lesson in (*passed, *finished):
        row = {
            "person_id": by.person,
            "lesson_id": lesson,
            "finished_at": tx.now,
            "is_at_once": True,
        }
        passed_at = tx.now if lesson in passed else None
        await tx.connection.execute(insert(Completions).values(row | {"passed_at": passed_at}))
    return by


async def test_the_question_is_due_after_the_last_core_lesson_until_it_is_answered(
    ward: Database, now: datetime
) -> None:
    async with ward.transaction(now) as tx:
        by = await learner(tx, *CORE)

        assert await perform(tx, by, PraiseDue())
        await perform(tx, by, YES)
        assert not await perform(tx, by, PraiseDue())
        assert Purpose.PRAISE in await perform(tx, by, MyConsents())


@pytest.mark.parametrize("answer", [NO, YES])
async def test_an_answer_is_never_asked_for_again_even_when_it_was_taken_back(
    ward: Database, now: datetime, answer: Agree | Decline
) -> None:
    async with ward.transaction(now) as tx:
        by = await learner(tx, *CORE)
        await perform(tx, by, answer)
        await perform(tx, by, Withdraw(Purpose.PRAISE))

        assert not await perform(tx, by, PraiseDue())
        assert Purpose.PRAISE not in await perform(tx, by, MyConsents())


async def test_one_lesson_that_is_not_passed_is_one_too_few(ward: Database, now: datetime) -> None:
    async with ward.transaction(now) as tx:
        by = await learner(tx, CORE[0], finished=CORE[1:])

        assert not await perform(tx, by, PraiseDue())


async def test_who_practises_has_nothing_kept_or_is_nobody_is_not_asked(
    ward: Database, now: datetime
) -> None:
    async with ward.transaction(now) as tx:
        by = await learner(tx, *CORE)
        assert not await perform(tx, await somebody(tx, "stranger"), PraiseDue())
        assert not await perform(tx, Actor("os:lan", frozenset({Role.ADMIN})), PraiseDue())
        await perform(tx, by, Withdraw(Purpose.SAVE))
        assert not await perform(tx, by, PraiseDue())
        await perform(tx, by, Agree(Purpose.SAVE, "consent.save"))
        await tx.connection.execute(update(People).values(is_practice=True))

        assert not await perform(tx, by, PraiseDue())


async def test_a_ward_without_core_lessons_asks_nobody(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        by = await learner(tx, *CORE)

        assert not await perform(tx, by, PraiseDue())
