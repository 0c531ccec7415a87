"""Attempts: kept under a person, held under an address, or only counted; graded once."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from handlers._requests.consent import Agree, Decline, Purpose, Withdraw
from handlers._requests.lesson import (
    AnswerGiven,
    FinishQuiz,
    MyResults,
    QuizDone,
    Started,
    StartLesson,
)
from lessons import PassRule
from storage import perform
from storage._database import Database
from storage._tx import Tx
from storage.addresses import actor_of, address_of
from storage.house import Actor
from storage.tables import Answers, Attempts, Completions, DailyCounts, Events, People

SAVE = Agree(Purpose.SAVE, "consent.save")
HASH = "0" * 64


def answers(right: int, of: int = 3) -> tuple[AnswerGiven, ...]:
    return tuple(AnswerGiven(n, 0 if n < right else 1, n < right) for n in range(of))


async def somebody(tx: Tx, key: str = "first", channel: str = "web") -> Actor:
    return await actor_of(tx, await address_of(tx, channel, key))


async def resident(tx: Tx) -> Actor:
    await perform(tx, await somebody(tx), SAVE)
    return await somebody(tx)


async def take(tx: Tx, by: Actor, lesson: str, right: int = 3) -> QuizDone:
    started = await perform(tx, by, StartLesson(lesson, 1, HASH))
    return await perform(tx, by, FinishQuiz(started.attempt, lesson, answers(right), started.rule))


async def number_of(tx: Tx, table: type) -> int:
    return await tx.connection.scalar(select(func.count()).select_from(table)) or 0


async def counts(tx: Tx) -> dict[str, int]:
    rows = await tx.connection.execute(select(DailyCounts.code, DailyCounts.count))
    return dict(rows.all())


async def test_an_undecided_persons_attempt_is_held_under_the_address_alone(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)

        done = await take(tx, by, "TB-01", right=2)

        assert done == QuizDone(2, 3, has_passed=True, is_at_once=True, finished=1)
        row = (await tx.connection.execute(select(Attempts.__table__))).one()
        assert (row.person_id, row.address_id, row.right, row.has_passed) == (
            None,
            by.address,
            2,
            True,
        )
        assert await number_of(tx, Events) == 0
        assert await counts(tx) == {}


async def test_a_decliners_attempt_is_a_nameless_count_and_nothing_else(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)
        await perform(tx, by, Decline(Purpose.SAVE, "consent.save"))

        started = await perform(tx, by, StartLesson("TB-01", 1, HASH))
        done = await perform(tx, by, FinishQuiz(0, "TB-01", answers(1), started.rule))
        again = await take(tx, by, "TB-01")

        assert started == Started(0, PassRule(2, 3))
        assert done == QuizDone(1, 3, has_passed=False, is_at_once=False, finished=1)
        assert again.has_passed
        for table in (Attempts, Answers, Events, People):
            assert await number_of(tx, table) == 0, table
        assert await counts(tx) == {"started": 2, "finished": 2, "passed": 1}


async def test_a_residents_attempt_is_kept_with_answers_events_and_completion(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await resident(tx)

        done = await take(tx, by, "TB-01")

        assert done == QuizDone(3, 3, has_passed=True, is_at_once=True, finished=1)
        row = (await tx.connection.execute(select(Attempts.__table__))).one()
        assert (row.person_id, row.address_id, row.lesson_version) == (by.person, None, 1)
        assert (row.rule_right, row.rule_of, row.content_hash) == (2, 3, HASH)
        kept = await tx.connection.execute(
            select(Answers.question, Answers.option, Answers.is_right).order_by(Answers.question)
        )
        assert kept.all() == [(0, 0, True), (1, 0, True), (2, 0, True)]
        events = await tx.connection.execute(
            select(Events.code, Events.attempt_no, Events.right, Events.of).order_by(Events.id)
        )
        assert events.all() == [
            ("registered", None, None, None),
            ("started", 1, None, None),
            ("finished", 1, 3, 3),
            ("passed", 1, 3, 3),
        ]
        completed = (await tx.connection.execute(select(Completions.__table__))).one()
        assert (completed.finished_at, completed.passed_at, completed.is_at_once) == (
            now,
            now,
            True,
        )


async def test_a_repeated_finish_is_told_the_same_and_writes_nothing(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await resident(tx)
        started = await perform(tx, by, StartLesson("TB-01", 1, HASH))
        finish = FinishQuiz(started.attempt, "TB-01", answers(3), started.rule)
        first = await perform(tx, by, finish)

    async with database.transaction(now + timedelta(minutes=5)) as tx:
        changed = replace(finish, answers=answers(0))

        assert await perform(tx, by, finish) == first
        assert await perform(tx, by, changed) == first

        assert await number_of(tx, Events) == 4
        assert await number_of(tx, Answers) == 3
        assert await tx.connection.scalar(select(Attempts.finished_at)) == now
        assert await counts(tx) == {}


async def test_a_lesson_passed_in_the_second_attempt_is_not_passed_at_once(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await resident(tx)

        first = await take(tx, by, "TB-01", right=1)
        started = await perform(tx, by, StartLesson("TB-01", 1, HASH, is_retry=True))
        second = await perform(
            tx, by, FinishQuiz(started.attempt, "TB-01", answers(3), started.rule)
        )
        third = await take(tx, by, "TB-01", right=0)

        assert [one.has_passed for one in (first, second, third)] == [False, True, False]
        assert not second.is_at_once
        completed = (await tx.connection.execute(select(Completions.__table__))).one()
        assert (completed.passed_at, completed.is_at_once) == (now, False)
        numbers = await tx.connection.scalars(
            select(Events.attempt_no).where(Events.code == "finished").order_by(Events.id)
        )
        assert numbers.all() == [1, 2, 3]


async def test_a_lesson_passed_once_stays_passed_at_once_after_a_worse_attempt(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await resident(tx)

        await take(tx, by, "TB-01")
        await take(tx, by, "TB-01", right=0)

        completed = (await tx.connection.execute(select(Completions.__table__))).one()
        assert (completed.passed_at, completed.is_at_once) == (now, True)
        assert (await perform(tx, by, MyResults()))[0].is_at_once


async def test_the_rule_grows_with_the_number_of_questions(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await resident(tx)
        started = await perform(tx, by, StartLesson("TB-01", 1, HASH))

        done = await perform(
            tx, by, FinishQuiz(started.attempt, "TB-01", answers(3, of=5), started.rule)
        )

        assert (done.right, done.of, done.has_passed) == (3, 5, False)


async def test_nobody_finishes_somebody_elses_attempt(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        started = await perform(tx, await resident(tx), StartLesson("TB-01", 1, HASH))
        held = await perform(tx, await somebody(tx, "held"), StartLesson("TB-01", 1, HASH))
        other = await somebody(tx, "other")

        for attempt in (started.attempt, held.attempt, 999):
            await perform(tx, other, FinishQuiz(attempt, "TB-01", answers(3), started.rule))

        finished = await tx.connection.scalars(select(Attempts.finished_at))
        assert finished.all() == [None, None]
        assert await counts(tx) == {"finished": 3, "passed": 3}


async def test_an_attempt_begun_before_the_yes_was_taken_back_stays_as_it_was(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await resident(tx)
        started = await perform(tx, by, StartLesson("TB-01", 1, HASH))
        await perform(tx, by, Withdraw(Purpose.SAVE))

        done = await perform(tx, by, FinishQuiz(started.attempt, "TB-01", answers(3), started.rule))

        assert done.has_passed
        assert await tx.connection.scalar(select(Attempts.finished_at)) is None
        assert await counts(tx) == {"finished": 1, "passed": 1}


async def test_a_practice_person_without_keeping_adds_to_no_count(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await resident(tx)
        await perform(tx, by, Withdraw(Purpose.SAVE))
        await tx.connection.execute(update(People).values(is_practice=True))

        await take(tx, by, "TB-01")

        assert await counts(tx) == {}
