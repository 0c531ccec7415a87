"""Decisions on lessons: by name and office from the ward's list, bound to what was read, the latest counts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from handlers._requests.approval import (
    DecideLesson,
    Decision,
    LessonChanged,
    LessonDecided,
    LessonRead,
    LessonState,
    LessonsToDecide,
    LessonToDecide,
    LessonToRead,
    NoteMissing,
    NotNamed,
    Verdict,
)
from handlers._requests.items import ItemKind, TeamItems
from handlers._requests.lesson import (
    ApproveLesson,
    LessonsAbout,
    NoSuchLesson,
    NotOpen,
    OpenLesson,
    TakeLesson,
)
from handlers._requests.person import Role
from lessons import Lesson
from lessons.schema import Card
from storage import Forbidden, audit, perform
from storage._database import Database
from storage._tx import Tx
from storage.house import Actor, Grant
from storage.tables import Audit, People
from storage.tables_staff import Members

LAN = Actor("os:lan", frozenset({Role.ADMIN}))
STRANGER = Actor("address:1", frozenset({Role.RESIDENT}), "zalo_oa", None)
HOA = 11
OTHER = "f" * 64


def acting(role: Role, person: int | None = HOA) -> Actor:
    grants = () if role is Role.RESIDENT else (Grant(role),)
    return Actor("person:11", frozenset({Role.RESIDENT, role}), person=person, grants=grants)


async def chi_hoa(tx: Tx) -> Actor:
    """Chị Hoa of Công an phường, who decides."""
    await tx.connection.execute(
        insert(People).values(id=HOA, created_at=tx.now, channel="web", confirmed_at=tx.now)
    )
    await tx.connection.execute(
        insert(Members).values(person_id=HOA, name="Trần Thị Hoa", office="Công an phường")
    )
    return acting(Role.POLICE)


def rewrite(tx: Tx, lesson: Lesson, **changed: object) -> Lesson:
    """The lesson as it reads from now on in this transaction's house."""
    written = replace(lesson, **changed)  # type: ignore[arg-type]
    lessons = {**tx.house.content.lessons, lesson.id: written}
    tx.house = replace(tx.house, content=replace(tx.house.content, lessons=lessons))
    return written


async def state(tx: Tx, lesson: str = "TB-01") -> LessonState:
    listed = await perform(tx, LAN, LessonsToDecide())
    return next(one.state for one in listed if one.id == lesson)


async def open_kinds(tx: Tx) -> list[ItemKind]:
    return [item.kind for item in await perform(tx, LAN, TeamItems())]


def decide(tx: Tx, verdict: Verdict = Verdict.APPROVED, note: str = "") -> DecideLesson:
    lesson = tx.house.content.lessons["TB-01"]
    return DecideLesson("TB-01", lesson.content_hash, verdict, note)


async def test_an_approval_has_name_and_office_of_the_wards_list_and_opens_the_lesson(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await chi_hoa(tx)
        today = tx.house.content.lessons["TB-01"].content_hash
        before = await perform(tx, STRANGER, TakeLesson("TB-01"))

        decided = await perform(tx, by, decide(tx))

        approved = Decision(
            Verdict.APPROVED, "Trần Thị Hoa", "Công an phường", date(2026, 11, 22), today, ""
        )
        assert before == NotOpen("TB-01")
        assert decided == LessonDecided("TB-01", approved)
        assert isinstance(await perform(tx, STRANGER, TakeLesson("TB-01")), OpenLesson)
        assert [one.id for one in await perform(tx, STRANGER, LessonsAbout("dien_thoai"))] == [
            "TB-01"
        ]
        audited = await tx.connection.execute(
            select(Audit.actor, Audit.action, Audit.subject, Audit.details)
        )
        assert audited.all() == [("person:11", "approved", "lesson:TB-01", {"content_hash": today})]
        assert await audit.verify(tx) is None


async def test_changes_after_an_approval_take_the_lesson_back_and_a_later_approval_opens_it_again(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await chi_hoa(tx)
        seen = []
        for verdict in (Verdict.APPROVED, Verdict.CHANGES, Verdict.APPROVED, Verdict.CHANGES):
            await perform(tx, by, decide(tx, verdict, "Đổi số điện thoại"))
            is_open = isinstance(await perform(tx, STRANGER, TakeLesson("TB-01")), OpenLesson)
            seen.append((is_open, await state(tx)))

    approved, mending = (True, LessonState.APPROVED), (False, LessonState.MENDING)
    assert seen == [approved, mending, approved, mending]


async def test_a_lesson_that_was_rewritten_in_between_is_not_decided_but_shown_again(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await chi_hoa(tx)
        shown = decide(tx)
        rewrite(tx, tx.house.content.lessons["TB-01"], cards=(Card("Phần một, viết lại."),))

        assert await perform(tx, by, shown) == LessonChanged("TB-01")
        assert await state(tx) is LessonState.WAITING


async def test_an_approved_lesson_that_is_rewritten_is_closed_to_residents_and_asks_again(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await chi_hoa(tx)
        await perform(tx, by, decide(tx))
        rewrite(tx, tx.house.content.lessons["TB-01"], title="Chỉnh chữ thật to")

        assert await state(tx) is LessonState.CHANGED
        assert await perform(tx, STRANGER, TakeLesson("TB-01")) == NotOpen("TB-01")
        await perform(tx, by, decide(tx))
        assert await state(tx) is LessonState.APPROVED


async def test_a_rewritten_lesson_that_is_put_back_as_it_was_is_approved_as_it_was(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await chi_hoa(tx)
        await perform(tx, by, decide(tx))
        before = tx.house.content.lessons["TB-01"]
        after = rewrite(tx, before, title="Chỉnh chữ thật to")
        await perform(tx, by, decide(tx, Verdict.CHANGES, "Tên cũ hay hơn"))
        rewrite(tx, after, title=before.title)

        assert await state(tx) is LessonState.APPROVED


async def test_what_has_to_change_must_be_said_when_a_lesson_is_sent_back(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await chi_hoa(tx)

        assert await perform(tx, by, decide(tx, Verdict.CHANGES, "  ")) == NoteMissing()
        assert await state(tx) is LessonState.WAITING


@pytest.mark.parametrize("person", [12, None], ids=["no member", "the command line"])
async def test_nobody_without_a_name_in_the_wards_list_decides(
    database: Database, now: datetime, person: int | None
) -> None:
    async with database.transaction(now) as tx:
        by = acting(Role.ADMIN, person)

        assert await perform(tx, by, decide(tx)) == NotNamed()
        assert await state(tx) is LessonState.WAITING


async def test_a_lesson_that_does_not_exist_is_neither_shown_nor_decided(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await chi_hoa(tx)

        assert await perform(tx, by, LessonToRead("TB-O1")) == NoSuchLesson("TB-O1", "TB-01")
        asked = DecideLesson("TB-O1", OTHER, Verdict.APPROVED)
        assert await perform(tx, by, asked) == NoSuchLesson("TB-O1", "TB-01")


async def test_a_lesson_is_read_as_a_resident_would_see_it_with_its_whole_history(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await chi_hoa(tx)
        lesson = rewrite(
            tx,
            tx.house.content.lessons["TB-01"],
            cards=(Card("Hỏi {ward}."),),
            needs_review=True,
            review_note="Hỏi lại số của phường.",
        )
        await perform(tx, by, decide(tx, Verdict.CHANGES, "Thêm số điện thoại"))
        await perform(tx, by, decide(tx))

        read = await perform(tx, by, LessonToRead("TB-01"))

        assert isinstance(read, LessonRead)
        assert read.lesson.cards == (Card("Hỏi phường Trung Thành."),)
        assert read.content_hash == lesson.content_hash
        assert read.review_note == "Hỏi lại số của phường."
        assert [(one.verdict, one.note) for one in read.history] == [
            (Verdict.APPROVED, ""),
            (Verdict.CHANGES, "Thêm số điện thoại"),
        ]


async def test_the_list_keeps_the_recommended_order_and_says_who_decided_last(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await chi_hoa(tx)
        await perform(tx, LAN, ApproveLesson("AT-01", "Nguyễn Văn A", "Phòng VH-XH"))
        await perform(tx, by, decide(tx, Verdict.CHANGES, "Viết ngắn hơn"))

        listed = await perform(tx, by, LessonsToDecide())

        assert [one.id for one in listed] == list(tx.house.content.lessons)
        assert all(isinstance(one, LessonToDecide) for one in listed)
        assert [(one.state, one.last and one.last.name) for one in listed[:3]] == [
            (LessonState.MENDING, "Trần Thị Hoa"),
            (LessonState.APPROVED, "Nguyễn Văn A"),
            (LessonState.WAITING, None),
        ]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-15, LessonState.APPROVED),
        (-14, LessonState.REVIEW),
        (0, LessonState.REVIEW),
        (200, LessonState.REVIEW),
    ],
)
async def test_a_lesson_asks_to_be_read_again_from_two_weeks_before_its_day_on(
    database: Database, now: datetime, days: int, expected: LessonState
) -> None:
    review_by = date(2027, 5, 22)
    then = datetime(2027, 5, 22, 3, tzinfo=UTC) + timedelta(days=days)
    async with database.transaction(now) as tx:
        by = await chi_hoa(tx)
        await perform(tx, by, decide(tx))
    async with database.transaction(then) as tx:
        rewrite(tx, tx.house.content.lessons["TB-01"], review_by=review_by.isoformat())

        found = await state(tx)
        again = await perform(tx, by, decide(tx))

        assert found is expected
        assert isinstance(again, LessonDecided)
        if days >= -14:
            assert await state(tx) is LessonState.APPROVED


async def test_a_decision_closes_what_asked_for_it_and_sending_back_asks_who_writes(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await chi_hoa(tx)
        seen = []
        for verdict in (Verdict.CHANGES, Verdict.APPROVED):
            await perform(tx, by, decide(tx, verdict, "Viết ngắn hơn"))
            seen.append(await open_kinds(tx))

    assert seen == [[ItemKind.LESSON_TO_MEND], []]


ALLOWED = {
    LessonsToDecide: {Role.STAFF, Role.POLICE, Role.APPROVER, Role.ADMIN},
    LessonToRead: {Role.STAFF, Role.POLICE, Role.APPROVER, Role.ADMIN},
    DecideLesson: {Role.POLICE, Role.APPROVER, Role.ADMIN},
}


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
@pytest.mark.parametrize(
    "asked",
    [LessonsToDecide(), LessonToRead("TB-01"), DecideLesson("TB-01", OTHER, Verdict.APPROVED)],
    ids=lambda asked: type(asked).__name__,
)
async def test_only_those_who_approve_decide_and_staff_may_look(
    database: Database,
    now: datetime,
    role: Role,
    asked: LessonsToDecide | LessonToRead | DecideLesson,
) -> None:
    async with database.transaction(now) as tx:
        if role in ALLOWED[type(asked)]:
            assert await perform(tx, acting(role), asked) is not None
            return
        with pytest.raises(Forbidden):
            await perform(tx, acting(role), asked)
