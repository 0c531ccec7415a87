"""What needs somebody: opened once, seen by role and TDP, closed once, and names only for who goes there."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from handlers._requests.consent import Agree, Purpose, Withdraw
from handlers._requests.help import AskForHelp
from handlers._requests.items import (
    CloseItem,
    ItemClosed,
    ItemKind,
    NoSuchItem,
    NotKnown,
    SeeWhoAsked,
    TeamItems,
    WhoAsked,
)
from handlers._requests.person import EraseMe, Role, SetName
from handlers._requests.tdp import SetTdp
from storage import Forbidden, perform
from storage._database import Database
from storage._tx import Tx
from storage.addresses import actor_of, address_of, find
from storage.house import Actor, Grant
from storage.items import close_item, open_item
from storage.tables import Audit, People, Tdps
from storage.tables_staff import TeamItems as Rows

HERE, THERE = 1, 2
STAFF = Actor("person:1", frozenset({Role.RESIDENT, Role.STAFF}), grants=(Grant(Role.STAFF),))
KINDS = {
    Role.STAFF: set(ItemKind),
    Role.ADMIN: set(ItemKind),
    Role.POLICE: {ItemKind.CODES_GUESSED, ItemKind.LESSON_WAITING, ItemKind.LESSON_REVIEW},
    Role.APPROVER: {ItemKind.LESSON_WAITING, ItemKind.LESSON_REVIEW},
    Role.TEAM: {ItemKind.HELP_ASKED},
    Role.HEAD: {ItemKind.HELP_ASKED, ItemKind.INVITE_OVER},
}


def acting(role: Role, tdp: int | None = None) -> Actor:
    return Actor("person:9", frozenset({Role.RESIDENT, role}), grants=(Grant(role, tdp),))


async def two_tdps(tx: Tx) -> None:
    for number, name in ((HERE, "Phú Lợi"), (THERE, "Tân Trung")):
        row = {"id": number, "code": f"T{number}", "name": name}
        await tx.connection.execute(insert(Tdps).values(**row))


async def asked_for_help(tx: Tx) -> Actor:
    """Bà Lan of Phú Lợi, who wants help and lets the team know."""
    by = await actor_of(tx, await address_of(tx, "web", "lan"))
    for purpose in (Purpose.SAVE, Purpose.TEAM):
        await perform(tx, by, Agree(purpose, f"consent.{purpose.value}"))
    known = await find(tx, "web", "lan")
    assert known is not None
    by = await actor_of(tx, known)
    await perform(tx, by, SetTdp(HERE))
    await perform(tx, by, SetName("bà", "Lan"))
    await perform(tx, by, AskForHelp("meet_staff"))
    return by


async def kinds_seen(tx: Tx, by: Actor) -> Collection[ItemKind]:
    return {item.kind for item in await perform(tx, by, TeamItems())}


async def test_the_same_need_is_opened_once_until_it_is_closed(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        first = await open_item(tx, "health", "health:disk")
        again = await open_item(tx, "health", "health:disk")
        closed = await close_item(tx, STAFF, "health", "health:disk")
        once_more = await open_item(tx, "health", "health:disk")

        assert (first, again, closed, once_more) == (True, False, True, True)
        assert len((await tx.connection.scalars(select(Rows.id))).all()) == 2
        assert not await close_item(tx, STAFF, "health", "health:clock")


async def test_a_kind_that_nobody_explains_cannot_be_opened(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        with pytest.raises(ValueError, match="bored"):
            await open_item(tx, "bored", "person:1")


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
async def test_every_role_sees_the_kinds_that_are_theirs_and_no_others(
    database: Database, now: datetime, role: Role
) -> None:
    async with database.transaction(now) as tx:
        await two_tdps(tx)
        for kind in ItemKind:
            await open_item(tx, kind, f"{kind.value}:1", tdp=HERE)

        if role not in KINDS:
            with pytest.raises(Forbidden):
                await perform(tx, acting(role), TeamItems())
            return
        assert await kinds_seen(tx, acting(role)) == KINDS[role]


@pytest.mark.parametrize("role", [Role.TEAM, Role.HEAD], ids=lambda role: role.value)
async def test_who_works_in_one_tdp_sees_and_closes_nothing_of_another(
    database: Database, now: datetime, role: Role
) -> None:
    async with database.transaction(now) as tx:
        await two_tdps(tx)
        await open_item(tx, "help_asked", "person:7", tdp=HERE)
        await open_item(tx, "help_asked", "person:8", tdp=None)
        numbers = (await tx.connection.scalars(select(Rows.id))).all()
        foreign = acting(role, THERE)

        assert await perform(tx, foreign, TeamItems()) == ()
        for number in numbers:
            assert await perform(tx, foreign, CloseItem(number)) == NoSuchItem()
            assert await perform(tx, foreign, SeeWhoAsked(number)) == NoSuchItem()
        own = await perform(tx, acting(role, HERE), TeamItems())
        assert [item.subject for item in own] == ["person:7"]
        assert [item.tdp for item in own] == ["Phú Lợi"]


async def test_late_needs_come_first_then_the_most_urgent_then_the_newest(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await open_item(tx, "report_due", "report:2026-11-14", due_on=date(2026, 11, 21))
        await open_item(tx, "report_due", "report:2026-12-14", due_on=date(2026, 11, 22))
        await open_item(tx, "lesson_waiting", "lesson:TB-01")
        await open_item(tx, "help_asked", "person:1")
    async with database.transaction(now + timedelta(days=1)) as tx:
        await open_item(tx, "help_asked", "person:2")
        items = await perform(tx, STAFF, TeamItems())

    assert [item.subject for item in items] == [
        "report:2026-12-14",
        "report:2026-11-14",
        "person:2",
        "person:1",
        "lesson:TB-01",
    ]
    assert [item.is_late for item in items] == [True, True, False, False, False]
    assert [item.about for item in items] == [
        "2026-12-14",
        "2026-11-14",
        "",
        "",
        "Chỉnh chữ to cho dễ đọc",
    ]


async def test_a_need_is_closed_once_and_the_record_says_by_whom(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await open_item(tx, "help_asked", "person:7")
        (item,) = await perform(tx, STAFF, TeamItems())

        closed = await perform(tx, STAFF, CloseItem(item.id))
        again = await perform(tx, STAFF, CloseItem(item.id))

        assert (closed, again) == (ItemClosed(), NoSuchItem())
        assert await perform(tx, STAFF, TeamItems()) == ()
        rows = await tx.connection.execute(select(Rows.done_by, Rows.done_at))
        assert rows.all() == [("person:1", now)]
        audited = await tx.connection.execute(select(Audit.action, Audit.subject))
        assert audited.all() == [("item_closed", f"item:{item.id}")]


@pytest.mark.parametrize("kind", ["health", "lesson_waiting", "lesson_review", "tasks_late"])
async def test_what_closes_by_itself_cannot_be_ticked_off(
    database: Database, now: datetime, kind: str
) -> None:
    async with database.transaction(now) as tx:
        await open_item(tx, kind, "it:1")
        (item,) = await perform(tx, STAFF, TeamItems())

        assert not item.may_close
        assert await perform(tx, STAFF, CloseItem(item.id)) == NoSuchItem()


async def test_a_wish_for_help_reaches_the_team_of_that_tdp_and_seeing_the_name_is_audited(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await two_tdps(tx)
        by = await asked_for_help(tx)
        team = acting(Role.TEAM, HERE)
        (item,) = await perform(tx, team, TeamItems())

        seen = await perform(tx, team, SeeWhoAsked(item.id))

        assert by.person is not None
        assert seen == WhoAsked(by.person, "bà", "Lan", "Phú Lợi", "web")
        audited = await tx.connection.execute(
            select(Audit.actor, Audit.subject).where(Audit.action == "seen_name")
        )
        assert audited.all() == [("person:9", f"person:{by.person}")]


async def test_a_name_that_was_seen_while_practising_is_written_down_all_the_same(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await two_tdps(tx)
        by = await asked_for_help(tx)
        twin = replace(acting(Role.TEAM, HERE), is_practice=True)
        (item,) = await perform(tx, twin, TeamItems())

        seen = await perform(tx, twin, SeeWhoAsked(item.id))

        assert isinstance(seen, WhoAsked)
        named = await tx.connection.execute(
            select(Audit.subject).where(Audit.action == "seen_name")
        )
        assert named.all() == [(f"person:{by.person}",)]


async def test_a_wish_for_help_of_who_only_practises_bothers_nobody(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await two_tdps(tx)
        by = await asked_for_help(tx)
        (item,) = await perform(tx, STAFF, TeamItems())
        await perform(tx, STAFF, CloseItem(item.id))
        await tx.connection.execute(
            update(People).where(People.id == by.person).values(is_practice=True)
        )

        await perform(tx, by, AskForHelp("meet_staff"))

        assert await perform(tx, STAFF, TeamItems()) == ()


@pytest.mark.parametrize("gone", [Withdraw(Purpose.TEAM), EraseMe()], ids=["withdrew", "erased"])
async def test_nobody_learns_the_name_of_who_took_their_yes_back(
    database: Database, now: datetime, gone: Any
) -> None:
    async with database.transaction(now) as tx:
        await two_tdps(tx)
        by = await asked_for_help(tx)
        (item,) = await perform(tx, STAFF, TeamItems())
        await perform(tx, by, gone)

        assert await perform(tx, STAFF, SeeWhoAsked(item.id)) == NotKnown()
        assert (
            await tx.connection.scalars(select(Audit.id).where(Audit.action == "seen_name"))
        ).all() == []
