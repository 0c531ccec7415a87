"""Every finished quiz counts its answers once, whoever took it; the hardest question comes first."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from handlers._requests.consent import Agree, Decline, Purpose
from handlers._requests.lesson import AnswerGiven, FinishQuiz, StartLesson
from handlers._requests.person import Role
from handlers._requests.questions import Difficulties, Difficulty, QuestionFigures
from lessons import PassRule
from storage import Forbidden, perform
from storage._database import Database
from storage._tx import Tx
from storage.addresses import address_of
from storage.house import Actor
from storage.tables import People
from storage.tables_staff import QuestionCounts

LAN = Actor("os:lan", frozenset({Role.ADMIN}))
RULE = PassRule(2, 3)


def given(*are_right: bool) -> tuple[AnswerGiven, ...]:
    return tuple(AnswerGiven(n, 0 if right else 1, right) for n, right in enumerate(are_right))


async def visitor(tx: Tx, key: str = "first") -> Actor:
    address = await address_of(tx, "web", key)
    return Actor(f"address:{address.id}", frozenset({Role.RESIDENT}), "web", address.id)


async def take(tx: Tx, by: Actor, *are_right: bool, lesson: str = "TB-01", version: int = 1) -> int:
    started = await perform(tx, by, StartLesson(lesson, version, "hash"))
    await perform(tx, by, FinishQuiz(started.attempt, lesson, given(*are_right), RULE))
    return started.attempt


async def counted(tx: Tx) -> list[tuple[str, int, int, int]]:
    rows = await tx.connection.execute(
        select(
            QuestionCounts.lesson_id,
            QuestionCounts.question,
            QuestionCounts.answered,
            QuestionCounts.right,
        ).order_by(QuestionCounts.lesson_id, QuestionCounts.question)
    )
    return [tuple(row) for row in rows.all()]


@pytest.mark.parametrize("said", ["nothing", "yes", "no"])
async def test_answers_count_whether_or_not_results_are_kept(
    database: Database, now: datetime, said: str
) -> None:
    async with database.transaction(now) as tx:
        by = await visitor(tx)
        if said == "yes":
            await perform(tx, by, Agree(Purpose.SAVE, "consent.save"))
        if said == "no":
            await perform(tx, by, Decline(Purpose.SAVE, "consent.save"))

        await take(tx, by, True, False, True)
        await take(tx, by, True, True, False)

        assert await counted(tx) == [("TB-01", 0, 2, 2), ("TB-01", 1, 2, 1), ("TB-01", 2, 2, 1)]


async def test_a_quiz_that_is_finished_twice_counts_once(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        by = await visitor(tx)
        attempt = await take(tx, by, True, False, True)

        await perform(tx, by, FinishQuiz(attempt, "TB-01", given(True, False, True), RULE))

        assert [row[2] for row in await counted(tx)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("kind", "is_sample_ward", "counts"),
    [
        ("is_practice", False, False),
        ("is_practice", True, False),
        ("is_sample", False, False),
        ("is_sample", True, True),
    ],
)
async def test_practice_never_counts_and_made_up_people_only_among_their_like(
    database: Database, now: datetime, kind: str, is_sample_ward: bool, counts: bool
) -> None:
    database.house = replace(database.house, is_sample=is_sample_ward)
    async with database.transaction(now) as tx:
        by = await visitor(tx)
        await perform(tx, by, Agree(Purpose.SAVE, "consent.save"))
        await tx.connection.execute(update(People).values({kind: True}))

        await take(tx, by, True, False, True)

        assert bool(await counted(tx)) == counts


async def put(tx: Tx, lesson: str, question: int, *numbers: int) -> None:
    """A row: answered, rightly, in which slot."""
    answered, right, slot = numbers
    await tx.connection.execute(
        insert(QuestionCounts).values(
            slot=slot,
            lesson_id=lesson,
            lesson_version=1,
            question=question,
            answered=answered,
            right=right,
        )
    )


NOVEMBER = 2026 * 24 + 20


async def test_questions_are_listed_from_the_hardest_with_todays_words(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await put(tx, "TB-01", 0, 10, 9, NOVEMBER)
        await put(tx, "TB-01", 1, 10, 2, NOVEMBER)
        await put(tx, "TB-01", 1, 10, 4, NOVEMBER + 1)
        await put(tx, "XX-99", 2, 4, 2, NOVEMBER)

        found = await perform(tx, LAN, Difficulty())

        title = "Chỉnh chữ to cho dễ đọc"
        assert found == Difficulties(
            (
                QuestionFigures("TB-01", 1, title, 2, "Câu 2?", 20, 6),
                QuestionFigures("XX-99", 1, "XX-99", 3, "", 4, 2),
                QuestionFigures("TB-01", 1, title, 1, "Câu 1?", 10, 9),
            ),
            None,
            None,
        )


async def test_a_question_of_a_lesson_that_was_changed_since_has_no_text(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await visitor(tx)
        await take(tx, by, True, version=7)
        await take(tx, by, False, version=1)

        found = await perform(tx, LAN, Difficulty())

        assert [(one.version, one.text, one.right) for one in found.questions] == [
            (1, "Câu 1?", 0),
            (7, "", 1),
        ]


async def test_half_months_that_a_period_touches_are_counted_whole_and_named(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        for slot in (NOVEMBER - 1, NOVEMBER, NOVEMBER + 1):
            await put(tx, "TB-01", 0, 1, 1, slot)

        found = await perform(tx, LAN, Difficulty(date(2026, 11, 9), date(2026, 11, 12)))

        assert [one.answered for one in found.questions] == [1]
        assert (found.since, found.until) == (date(2026, 11, 1), date(2026, 11, 14))


async def test_an_answer_counts_in_the_half_month_of_its_local_day(
    database: Database, now: datetime
) -> None:
    before_midnight = now.replace(day=14, hour=16, minute=59)
    for moment in (before_midnight, before_midnight + timedelta(minutes=1)):
        async with database.transaction(moment) as tx:
            await take(tx, await visitor(tx), True)

    async with database.reading(now) as tx:
        slots = await tx.connection.scalars(select(QuestionCounts.slot))
        assert sorted(slots.all()) == [NOVEMBER, NOVEMBER + 1]


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.FAMILY, Role.TEAM, Role.HEAD])
async def test_only_who_sees_the_whole_ward_is_told_how_hard_its_questions_are(
    database: Database, now: datetime, role: Role
) -> None:
    async with database.reading(now) as tx:
        with pytest.raises(Forbidden):
            await perform(tx, Actor("person:9", frozenset({role}), "page"), Difficulty())
