"""Lessons: which may go out, who approved them, and how far somebody is."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from handlers._requests.consent import Agree, Purpose
from handlers._requests.lesson import (
    AnswerGiven,
    ApproveLesson,
    FinishQuiz,
    LessonApproved,
    LessonResult,
    LessonsAbout,
    LessonsNamed,
    LessonTitle,
    MyResults,
    NextLesson,
    NoMoreLessons,
    NoSuchLesson,
    NotOpen,
    OpenLesson,
    QuizDone,
    StartLesson,
    TakeLesson,
)
from handlers._requests.person import Role
from lessons import Card, Content
from storage import audit, perform
from storage._database import Database
from storage._tx import Tx
from storage.addresses import actor_of, address_of
from storage.house import Actor, House
from storage.tables import Approvals

LAN = Actor("os:lan", frozenset({Role.ADMIN}))
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


# ---------------------------------------------------------------- what may go out


async def test_a_lesson_not_approved_opens_for_trying_and_says_so(
    database: Database, now: datetime, content: Content
) -> None:
    async with database.transaction(now) as tx:
        lesson = content.lessons["TB-01"]

        opened = await perform(tx, await somebody(tx), TakeLesson("TB-01"))

        assert opened == OpenLesson(lesson, lesson.content_hash, is_approved=False)


async def test_on_a_public_channel_only_what_was_approved_as_it_reads_now_goes_out(
    database: Database, now: datetime, content: Content
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx, channel="zalo_oa")
        assert await perform(tx, by, TakeLesson("TB-01")) == NotOpen("TB-01")
        assert await perform(tx, by, NextLesson()) == NoMoreLessons()
        assert await perform(tx, by, LessonsAbout("dien_thoai")) == ()

        approved = await perform(tx, LAN, ApproveLesson("TB-01", "Nguyễn Thị A", "Phòng VH-XH"))

        lesson = content.lessons["TB-01"]
        assert approved == LessonApproved("TB-01", lesson.content_hash)
        assert await perform(tx, by, TakeLesson("TB-01")) == OpenLesson(
            lesson, lesson.content_hash, is_approved=True
        )
        title = LessonTitle("TB-01", lesson.title, 5)
        assert await perform(tx, by, NextLesson()) == title
        assert await perform(tx, by, LessonsAbout("dien_thoai")) == (title,)
        assert await perform(tx, by, LessonsNamed("công an")) == ()

        await tx.connection.execute(update(Approvals).values(content_hash=HASH))

        assert await perform(tx, by, TakeLesson("TB-01")) == NotOpen("TB-01")


async def test_a_lesson_that_does_not_exist_is_not_open(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        assert await perform(tx, await somebody(tx), TakeLesson("ZZ-99")) == NotOpen("ZZ-99")


async def test_a_lesson_goes_out_with_the_wards_own_words_and_the_hash_it_was_written_with(
    database: Database, now: datetime, content: Content, house: House
) -> None:
    written = replace(content.lessons["TB-01"], cards=(Card("Hỏi {ward} nhé."),))
    with_words = replace(house, content=replace(content, lessons={"TB-01": written}))
    async with database.transaction(now) as tx:
        tx.house = with_words

        opened = await perform(tx, await somebody(tx), TakeLesson("TB-01"))

        assert isinstance(opened, OpenLesson)
        assert opened.lesson.cards == (Card("Hỏi phường Trung Thành nhé."),)
        assert opened.content_hash == written.content_hash


async def test_an_approval_names_the_officer_and_stands_in_the_audit(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await perform(tx, LAN, ApproveLesson("AT-01", "Nguyễn Thị A", "Công an phường"))

        row = (await tx.connection.execute(select(Approvals.__table__))).one()
        assert (row.lesson_id, row.name, row.office) == ("AT-01", "Nguyễn Thị A", "Công an phường")
        assert (row.by, row.at) == ("os:lan", now)
        assert await audit.verify(tx) is None


@pytest.mark.parametrize(
    ("typed", "nearest"), [("TB-1", "TB-01"), ("tb-01", "TB-01"), ("XYZ", None)]
)
async def test_a_mistyped_lesson_is_not_approved_and_the_nearest_is_named(
    database: Database, now: datetime, typed: str, nearest: str | None
) -> None:
    async with database.transaction(now) as tx:
        result = await perform(tx, LAN, ApproveLesson(typed, "A", "B"))

        assert result == NoSuchLesson(typed, nearest)
        assert await number_of(tx, Approvals) == 0


@pytest.mark.parametrize("typed", ["mã QR", "ma qr", "quets ma qr", "trả tiền"])
async def test_a_lesson_is_found_by_a_typed_word(
    database: Database, now: datetime, typed: str
) -> None:
    async with database.transaction(now) as tx:
        found = await perform(tx, await somebody(tx), LessonsNamed(typed))

        assert found[0] == LessonTitle("TC-01", "Quét mã QR để trả tiền", 5)


# ---------------------------------------------------------------- how far somebody is


async def test_the_next_lesson_leaves_out_what_is_passed_and_goes_round(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await resident(tx)
        await take(tx, by, "TB-01")
        await take(tx, by, "AT-01", right=0)

        async def offered(after: str | None = None) -> str | None:
            next_ = await perform(tx, by, NextLesson(after))
            return next_.id if isinstance(next_, LessonTitle) else None

        assert await offered() == "AT-01"
        assert await offered(after="AT-01") == "DV-01"
        assert await offered(after="AI-01") == "AT-01"
        assert await offered(after="gone") == "AT-01"
        for lesson in ("AT-01", "DV-01", "TC-01", "AI-01"):
            await take(tx, by, lesson)
        assert await offered() is None


async def test_the_next_lesson_knows_what_an_undecided_person_passed(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)
        await take(tx, by, "TB-01")

        offered = await perform(tx, by, NextLesson())

        assert isinstance(offered, LessonTitle)
        assert offered.id == "AT-01"


async def test_results_are_one_line_a_lesson_newest_first_with_local_days(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now - timedelta(days=2)) as tx:
        by = await resident(tx)
        await take(tx, by, "TB-01", right=1)
        await take(tx, by, "TB-01")
    async with database.transaction(
        now + timedelta(hours=10)
    ) as tx:  # past midnight where the ward is
        await take(tx, by, "TB-01")
        await take(tx, by, "AT-01")
        await take(tx, by, "DV-01", right=0)
        await perform(tx, by, StartLesson("TC-01", 1, HASH))

        results = await perform(tx, by, MyResults())

        titles = tx.house.content.lessons
        assert set(results[:2]) == {
            LessonResult(titles["AT-01"].title, has_passed=True, is_at_once=True, day="23/11"),
            LessonResult(titles["DV-01"].title, has_passed=False, is_at_once=False, day="23/11"),
        }
        assert results[2:] == (
            LessonResult(titles["TB-01"].title, has_passed=True, is_at_once=False, day="20/11"),
        )


async def test_results_that_are_only_held_are_shown_too(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)
        await take(tx, by, "TB-01")

        assert [one.day for one in await perform(tx, by, MyResults())] == ["22/11"]
