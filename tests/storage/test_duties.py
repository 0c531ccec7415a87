"""What the clock finds to do, day by day: opened once, closed when it is in order again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select, update
from sqlalchemy.engine import Engine

from handlers._requests.invites import Invited, InvitePerson, OpenInvites
from handlers._requests.items import CloseItem, Item, ItemKind, TeamItems
from handlers._requests.lesson import ApproveLesson
from handlers._requests.person import Role
from storage import duties, perform
from storage._database import Database
from storage._tx import Tx
from storage.house import Actor
from storage.items import open_item
from storage.tables import People
from storage.tables_staff import Grants, Invites, Reports, Tasks
from storage.tables_staff import TeamItems as Rows
from tests.storage.joining import invited, member

LAN = Actor("os:lan", frozenset({Role.ADMIN}))
LESSONS = ("TB-01", "AT-01", "DV-01", "TC-01", "AI-01")


async def approve_all(tx: Tx) -> None:
    for lesson in LESSONS:
        await perform(tx, LAN, ApproveLesson(lesson, "Nguyễn Văn A", "Phòng VH-XH"))


async def items(tx: Tx, *kinds: ItemKind) -> Sequence[Item]:
    return [item for item in await perform(tx, LAN, TeamItems()) if item.kind in kinds]


async def test_lessons_nobody_approved_are_asked_for_once_and_closed_when_they_are(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await duties.look(tx)
        await duties.look(tx)
        waiting = [item.subject for item in await items(tx, ItemKind.LESSON_WAITING)]
        await approve_all(tx)
        await duties.look(tx)

        assert sorted(waiting) == sorted(f"lesson:{one}" for one in LESSONS)
        assert await items(tx, ItemKind.LESSON_WAITING) == []


async def test_a_lesson_that_was_rewritten_asks_again_at_the_next_look(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await approve_all(tx)
        written = replace(tx.house.content.lessons["TB-01"], title="Tên mới")
        lessons = {**tx.house.content.lessons, "TB-01": written}
        tx.house = replace(tx.house, content=replace(tx.house.content, lessons=lessons))

        await duties.look(tx)

        (item,) = await items(tx, *ItemKind)
        assert (item.kind, item.about) == (ItemKind.LESSON_WAITING, "Tên mới")


async def test_a_review_that_is_near_has_its_day_and_one_that_is_over_is_late(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await approve_all(tx)
    seen = []
    for day in (date(2027, 5, 7), date(2027, 5, 8), date(2027, 5, 23)):
        async with database.transaction(datetime(day.year, day.month, day.day, tzinfo=UTC)) as tx:
            read = replace(tx.house.content.lessons["TB-01"], review_by="2027-05-22")
            lessons = {**tx.house.content.lessons, "TB-01": read}
            tx.house = replace(tx.house, content=replace(tx.house.content, lessons=lessons))
            await duties.look(tx)
            found = await items(tx, ItemKind.LESSON_REVIEW)
            seen.append([(item.due_on, item.is_late) for item in found])

    assert seen == [[], [(date(2027, 5, 22), False)], [(date(2027, 5, 22), True)]]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 12, 10), []),  # a Thursday; the office's month ends on Monday the 14th
        (date(2026, 12, 11), ["report:2026-12-14"]),
        (date(2026, 12, 14), ["report:2026-12-14"]),
        (date(2027, 1, 7), []),
        (date(2027, 1, 8), ["report:2027-01-14"]),  # the Friday before a Thursday
        (date(2027, 5, 14), ["report:2027-05-14"]),  # the 14th is a Friday itself
    ],
)
async def test_the_report_is_due_from_the_last_friday_of_the_offices_month(
    database: Database, day: date, expected: list[str]
) -> None:
    async with database.transaction(datetime(day.year, day.month, day.day, 5, tzinfo=UTC)) as tx:
        await duties.look(tx)

        assert [item.subject for item in await items(tx, ItemKind.REPORT_DUE)] == expected


async def test_a_report_that_is_done_is_not_asked_for_again_the_same_month(
    database: Database,
) -> None:
    friday = datetime(2026, 12, 11, 5, tzinfo=UTC)
    async with database.transaction(friday) as tx:
        await duties.look(tx)
        (item,) = await items(tx, ItemKind.REPORT_DUE)
        await perform(tx, LAN, CloseItem(item.id))
        await duties.look(tx)
        after = await items(tx, ItemKind.REPORT_DUE)
    async with database.transaction(friday + timedelta(days=30)) as tx:
        await duties.look(tx)
        next_month = await items(tx, ItemKind.REPORT_DUE)

    assert item.due_on == date(2026, 12, 14)
    assert after == []
    assert [one.subject for one in next_month] == ["report:2027-01-14"]


async def test_a_final_report_closes_what_asked_for_it(database: Database) -> None:
    async with database.transaction(datetime(2026, 12, 14, 5, tzinfo=UTC)) as tx:
        await duties.look(tx)
        row = {
            "kind": "month",
            "since": date(2026, 11, 15),
            "until": date(2026, 12, 14),
            "cut_off": tx.now,
            "figures": {},
            "hash": "0" * 64,
            "by": "person:1",
        }
        await tx.connection.execute(insert(Reports).values(**row))
        await duties.look(tx)
        as_draft = await items(tx, ItemKind.REPORT_DUE)
        await tx.connection.execute(update(Reports).values(final_at=tx.now, final_by="person:1"))
        await duties.look(tx)

        assert len(as_draft) == 1
        assert await items(tx, ItemKind.REPORT_DUE) == []


async def test_late_tasks_are_one_item_with_the_day_of_the_first_and_it_closes_by_itself(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        for code, due_on in (("1.1", date(2026, 11, 20)), ("1.2", date(2026, 11, 10)), ("2", None)):
            row = {"code": code, "place": 1, "content": "Mở lớp", "lead": "VH-XH", "together": ""}
            more = {"due_on": due_on, "result": "", "done_note": "", "changed_at": now, "by": "x"}
            await tx.connection.execute(insert(Tasks).values(**row, **more))
        await duties.look(tx)
        (late,) = await items(tx, ItemKind.TASKS_LATE)
        await tx.connection.execute(update(Tasks).values(done_on=date(2026, 11, 22)))
        await duties.look(tx)

        assert (late.due_on, late.is_late) == (date(2026, 11, 10), True)
        assert await items(tx, ItemKind.TASKS_LATE) == []


async def test_an_invite_that_nobody_took_up_is_told_once(
    database: Database, now: datetime
) -> None:
    def invite(number: int, over: timedelta, **more: object) -> dict[str, object]:
        row = {"id": number, "words_hash": f"{number}w", "token_hash": f"{number}t", "by": "x"}
        row |= {"role": "team", "office": "Tổ", "created_at": now, "expires_at": now - over}
        return row | {"used_at": None, "revoked_at": None} | more

    async with database.transaction(now) as tx:
        day = timedelta(days=1)
        rows = [
            invite(1, day),
            invite(2, day, used_at=now),
            invite(3, day, revoked_at=now),
            invite(4, -day),
            invite(5, day * 8),
        ]
        await tx.connection.execute(insert(Invites), rows)
        await duties.look(tx)
        (item,) = await items(tx, ItemKind.INVITE_OVER)
        await perform(tx, LAN, CloseItem(item.id))
        await duties.look(tx)

        assert item.subject == "invite:1"
        assert await items(tx, ItemKind.INVITE_OVER) == []


async def test_a_list_of_invites_that_is_over_is_looked_at_in_few_statements_every_hour(
    database: Database, now: datetime
) -> None:
    row = {"by": "os:lan", "role": "team", "office": "", "created_at": now, "expires_at": now}
    rows = [row | {"words_hash": f"{n}w", "token_hash": f"{n}t"} for n in range(100)]
    asked: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    async with database.transaction(now) as tx:
        await tx.connection.execute(insert(Invites), rows)
        await duties.look(tx)
        assert len(await items(tx, ItemKind.INVITE_OVER)) == 100
    async with database.transaction(now + timedelta(hours=1)) as tx:
        event.listen(Engine, "before_cursor_execute", note)
        try:
            await duties.look(tx)
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    assert 0 < len(asked) < 30


async def test_an_invite_whose_maker_lost_their_role_is_over_and_somebodys_work_again(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        staff = await member(tx, Role.STAFF, None, "staff")
        row = InvitePerson(Role.APPROVER, "Đỗ Văn Nam", "", list_key="row")
        made = await perform(tx, staff, row)
        kept = await invited(tx, Role.APPROVER)
        await duties.look(tx)
        assert await items(tx, ItemKind.INVITE_OVER) == []
        await tx.connection.execute(update(Grants).values(revoked_at=now))

        await duties.look(tx)

        assert isinstance(made, Invited)
        (item,) = await items(tx, ItemKind.INVITE_OVER)
        assert item.subject == f"invite:{made.invite}"
        assert [one.invite for one in await perform(tx, LAN, OpenInvites())] == [kept.invite]
        assert isinstance(await perform(tx, LAN, row), Invited)


async def test_a_wish_for_help_of_somebody_erased_is_closed(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        for number, erased_at in ((7, now), (8, None)):
            row = {"id": number, "created_at": now, "channel": "web", "erased_at": erased_at}
            await tx.connection.execute(insert(People).values(**row))
            await open_item(tx, "help_asked", f"person:{number}")

        await duties.look(tx)

        assert [item.subject for item in await items(tx, ItemKind.HELP_ASKED)] == ["person:8"]
        by = await tx.connection.scalars(select(Rows.done_by).where(Rows.done_at.is_not(None)))
        assert by.all() == ["clock"]
