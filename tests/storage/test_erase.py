"""Erasing: nothing personal is left anywhere, and no total changes."""

import json
from datetime import date, datetime

from sqlalchemy import func, insert, select, update

from handlers._requests.consent import Agree, MyConsents, Purpose
from handlers._requests.figures import Dimension, FiguresBy
from handlers._requests.lesson import AnswerGiven, FinishQuiz, StartLesson
from handlers._requests.person import (
    Erased,
    EraseMe,
    ExportMine,
    MyData,
    MyFile,
    MyStanding,
    NothingKept,
    Role,
    SetName,
    Vouch,
)
from handlers._requests.relatives import RegisterRelative
from handlers._requests.sign_in import OpenStaffPage, PageLink
from handlers._requests.tdp import SetTdp
from storage import audit, perform, sign_in
from storage._database import Database
from storage._own_copy import own_copy
from storage._tx import Tx
from storage.addresses import actor_of, address_of
from storage.house import Actor
from storage.tables import (
    Addresses,
    AddressPeople,
    Attempts,
    Audit,
    DailyCounts,
    Events,
    Inbox,
    Messages,
    Outbox,
    People,
    Profiles,
    Residences,
    Table,
    Talks,
    Tdps,
    UnitMembers,
    Units,
)
from storage.tables_staff import Grants, Members, Relatives
from tests.storage.joining import member

LAN = Actor("os:lan", frozenset({Role.ADMIN}))
CANARY = "Hoàng-Yến-canary"


async def somebody(tx: Tx, key: str = "first", channel: str = "web") -> Actor:
    return await actor_of(tx, await address_of(tx, channel, key))


async def resident(tx: Tx, key: str = "first") -> Actor:
    await perform(tx, await somebody(tx, key), Agree(Purpose.SAVE, "consent.save"))
    return await somebody(tx, key)


async def pass_lesson(tx: Tx, by: Actor, lesson: str = "TB-01") -> None:
    started = await perform(tx, by, StartLesson(lesson, 1, "0" * 64))
    right = tuple(AnswerGiven(n, 0, is_right=True) for n in range(3))
    await perform(tx, by, FinishQuiz(started.attempt, lesson, right, started.rule))


async def new_tdp(tx: Tx, name: str = "Xóm Chùa") -> int:
    made = await tx.connection.scalar(
        insert(Tdps).values(code=name, name=name, is_placeholder=False).returning(Tdps.id)
    )
    assert made is not None
    return made


async def number_of(tx: Tx, table: type) -> int:
    return await tx.connection.scalar(select(func.count()).select_from(table)) or 0


async def put_canaries(tx: Tx, by: Actor, other: int) -> None:
    """Put a canary into every personal field of a person with two addresses."""
    await perform(tx, by, SetName(CANARY[:20], CANARY))
    await perform(tx, by, SetTdp(await new_tdp(tx)))
    unit = await tx.connection.scalar(
        insert(Units).values(kind="htx", name="HTX").returning(Units.id)
    )
    await tx.connection.execute(
        insert(UnitMembers).values(person_id=by.person, unit_id=unit, valid_from=date(2026, 1, 1))
    )
    await tx.connection.execute(
        insert(AddressPeople).values(address_id=other, person_id=by.person, since=tx.now)
    )
    await tx.connection.execute(
        update(Addresses).values(
            last_text=CANARY, came_by=CANARY, blocked_at=tx.now, current_person_id=by.person
        )
    )
    for place, address in enumerate((by.address, other)):
        of_address = {"address_id": address}
        await tx.connection.execute(
            insert(Talks).values(
                slot="active", person_id=by.person, talk=CANARY, updated_at=tx.now, **of_address
            )
        )
        await tx.connection.execute(
            insert(Messages).values(
                is_from_bot=False, body={"text": CANARY}, event_id=CANARY, at=tx.now, **of_address
            )
        )
        await tx.connection.execute(
            insert(Outbox).values(
                account="web",
                kind=0,
                body={"text": CANARY},
                state="sent",
                attempts=0,
                platform_id=CANARY,
                reason=CANARY,
                created_at=tx.now,
                **of_address,
            )
        )
        await tx.connection.execute(
            insert(Inbox).values(
                channel="web",
                event_id=str(place),
                body={"text": CANARY},
                state="parked" if address == by.address else "waiting",
                received_at=tx.now,
                **of_address,
            )
        )


async def tables_with(tx: Tx, text: str) -> list[str]:
    """Return the tables in which some row holds a text."""
    found = []
    for table in Table.metadata.sorted_tables:
        rows = (await tx.connection.execute(select(table))).all()
        if any(text in repr(tuple(row)) for row in rows):
            found.append(table.name)
    return found


async def test_after_erasing_no_row_of_any_table_holds_anything_personal(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await resident(tx)
        await pass_lesson(tx, by)
        other = await somebody(tx, CANARY)
        assert other.address is not None
        await put_canaries(tx, by, other.address)
        assert len(await tables_with(tx, CANARY)) == 6

    async with database.transaction(now) as tx:
        assert await perform(tx, by, EraseMe()) == Erased()
        assert tx.has_erased

    async with database.transaction(now) as tx:
        assert await tables_with(tx, CANARY) == []
        for table in (Profiles, Residences, UnitMembers, AddressPeople, Talks, Messages, Outbox):
            assert await number_of(tx, table) == 0, table
        left = await tx.connection.execute(
            select(
                Addresses.id,
                Addresses.current_person_id,
                Addresses.last_text,
                Addresses.came_by,
                Addresses.blocked_at,
            )
        )
        assert left.all() == [(by.address, None, None, None, None)]
        assert await tx.connection.scalar(select(People.erased_at)) == now
        assert await number_of(tx, Attempts) == 1
        codes = (await tx.connection.scalars(select(Events.code).order_by(Events.id))).all()
        assert codes[-1] == "erased"
        audited = await tx.connection.execute(select(Audit.action, Audit.subject))
        assert audited.all() == [("erased", f"person:{by.person}")]
        assert await audit.verify(tx) is None
        assert await perform(tx, by, MyConsents()) == ()
        assert await perform(tx, by, MyData()) == NothingKept()


async def test_erasing_leaves_the_totals_of_every_report_unchanged(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await resident(tx)
        await pass_lesson(tx, by)
        await perform(tx, by, SetTdp(await new_tdp(tx)))
        await pass_lesson(tx, by, "AT-01")
        assert by.person is not None
        await perform(tx, LAN, Vouch(by.person, "Lan"))
        await pass_lesson(tx, await resident(tx, "second"))
        reports = [FiguresBy(dimension) for dimension in Dimension]
        before = [await perform(tx, LAN, report) for report in reports]

        await perform(tx, by, EraseMe())

        after = [await perform(tx, LAN, report) for report in reports]
        assert [one.total for one in after] == [one.total for one in before]
        assert after[:2] == before[:2]
        assert {line.note for line in after[2].lines} == {"đã xóa", "chưa xác nhận"}


async def test_who_comes_back_after_erasing_is_somebody_new(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await resident(tx)
        await perform(tx, by, EraseMe())
        assert not (await perform(tx, by, MyStanding())).is_kept

        again = await resident(tx)

        assert again.address == by.address
        assert again.person not in (None, by.person)


async def test_an_event_still_waiting_keeps_its_text_until_it_is_handled(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await resident(tx)
        await tx.connection.execute(
            insert(Inbox).values(
                channel="web",
                event_id="1",
                address_id=by.address,
                body={"text": "học"},
                state="waiting",
                received_at=now,
            )
        )

        await perform(tx, by, EraseMe())

        assert await tx.connection.scalar(select(Inbox.body)) == {"text": "học"}


async def test_a_shared_phones_other_person_stays_when_an_earlier_one_is_erased(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        grandmother = await resident(tx, "own phone")
        son = await resident(tx, "shared phone")
        await perform(tx, son, SetName("anh", "Nam"))
        await tx.connection.execute(
            insert(AddressPeople).values(
                address_id=son.address, person_id=grandmother.person, since=now, until=now
            )
        )
        await tx.connection.execute(
            insert(Messages).values(
                address_id=son.address, is_from_bot=False, body={"text": CANARY}, at=now
            )
        )

        assert await perform(tx, grandmother, EraseMe()) == Erased()

        assert await number_of(tx, Messages) == 0
        assert (await tx.connection.scalars(select(Profiles.name))).all() == ["Nam"]
        assert (await perform(tx, son, MyStanding())).is_kept


async def test_a_stranger_who_erases_loses_what_was_held(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)
        await pass_lesson(tx, by)
        await tx.connection.execute(
            insert(Messages).values(
                address_id=by.address, is_from_bot=False, body={"text": CANARY}, at=now
            )
        )

        assert await perform(tx, by, EraseMe()) == NothingKept()

        assert tx.has_erased
        assert await tables_with(tx, CANARY) == []
        assert await number_of(tx, Attempts) == 0
        assert await number_of(tx, DailyCounts) == 3


async def test_erasing_ends_every_role_and_leaves_no_name_of_a_member(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.ADMIN, None, "first", name=CANARY, office=CANARY)
        await member(tx, Role.FAMILY, None, "first", name=CANARY)
        await perform(tx, await somebody(tx), RegisterRelative("bà", "Lan", "consent.save"))
        assert await tables_with(tx, CANARY) == ["invites", "members"]

        await perform(tx, await somebody(tx), EraseMe())

        assert await tables_with(tx, CANARY) == [
            "invites"
        ]  # the office of an invite is no person's
        assert await number_of(tx, Members) == 0
        assert await number_of(tx, Relatives) == 0
        grants = await tx.connection.execute(select(Grants.person_id, Grants.revoked_at))
        assert grants.all() == [(by.person, now), (by.person, now)]
        assert (await somebody(tx)).roles == {Role.RESIDENT}
        assert await audit.verify(tx) is None


async def test_who_is_taught_by_family_reads_so_in_their_own_copy(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        helper = await member(tx, Role.FAMILY, None, "first")
        await perform(tx, await somebody(tx), RegisterRelative("bà", "Lan", "consent.save"))
        relative = await tx.connection.scalar(select(Relatives.person_id))
        assert helper.person is not None
        assert relative is not None

        taught = json.loads(await own_copy(tx, relative))
        teaching = json.loads(await own_copy(tx, helper.person))

    assert [one["until"] for one in taught["taught_by_family"]] == [None]
    assert (taught["relatives"], teaching["taught_by_family"]) == ([], [])
    assert str(helper.person) not in json.dumps(taught["taught_by_family"])


async def test_the_last_admin_may_be_erased_like_anybody(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.ADMIN)

        assert await perform(tx, by, EraseMe()) == Erased()

        assert (await somebody(tx)).roles == {Role.RESIDENT}


async def test_a_role_is_theirs_to_read_in_their_own_copy(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.TEAM, await new_tdp(tx, "Tân Trung"), office="Tổ công nghệ")
        link = await perform(tx, by, OpenStaffPage())
        assert isinstance(link, PageLink)
        await sign_in.spend(tx, link.path.partition("=")[2], "Chrome, Windows")

        copy = await perform(tx, by, ExportMine())

        assert isinstance(copy, MyFile)
        kept = json.loads(copy.json)
        assert [(one["role"], one["tdp"]) for one in kept["roles"]] == [("team", "Tân Trung")]
        assert kept["member"] == [{"name": "Nguyễn Thị Lan", "office": "Tổ công nghệ"}]
        assert [one["device"] for one in kept["sign_ins"]] == ["Chrome, Windows"]
        assert "token_hash" not in copy.json
        assert "os:lan" not in copy.json
