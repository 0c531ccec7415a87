"""What the database says of the doors: the TDPs of today, what is approved now, who approves today by name."""

from datetime import date, datetime

from sqlalchemy import insert, update

from handlers._requests.approval import DecideLesson, Verdict
from handlers._requests.invites import Invited, InvitePerson
from handlers._requests.person import Role
from storage import doors, perform
from storage._database import Database
from storage._tx import Tx
from storage.doors import Parts
from storage.house import Actor, Grant
from storage.tables import Tdps
from storage.tables_staff import Grants, Invites
from tests.opened import ADMIN, approver, open_doors


async def tdp(tx: Tx, code: str, **more: object) -> None:
    await tx.connection.execute(insert(Tdps).values(code=code, name=code, **more))


async def test_an_empty_database_has_nothing_of_what_the_doors_ask_for(
    database: Database, now: datetime
) -> None:
    async with database.reading(now) as tx:
        assert await doors.parts(tx) == Parts()


async def test_all_that_is_there_is_counted(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        await open_doors(tx)

        assert await doors.parts(tx) == Parts(1, 0, frozenset(tx.house.content.lessons), 3)


async def test_open_invites_of_approvers_are_counted_and_no_others(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        for role in (Role.APPROVER, Role.APPROVER, Role.APPROVER, Role.STAFF):
            made = await perform(tx, ADMIN, InvitePerson(role, "Trần Thị Hoa", "Công an phường"))
            assert isinstance(made, Invited)
        await tx.connection.execute(
            update(Invites).where(Invites.id == 1).values(expires_at=tx.now)
        )
        await tx.connection.execute(update(Invites).where(Invites.id == 2).values(used_at=tx.now))

        assert (await doors.parts(tx)).invited == 1


async def test_tdps_that_are_over_count_no_more_and_sample_names_are_told_apart(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await tdp(tx, "own")
        await tdp(tx, "over", valid_to=date(2026, 11, 21))
        await tdp(tx, "sample", is_placeholder=True)
        await tdp(tx, "sample over", is_placeholder=True, valid_to=date(2026, 11, 21))

        found = await doors.parts(tx)

    assert (found.tdps, found.placeholders) == (2, 1)


async def test_only_those_count_who_approve_today_and_have_a_name(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await approver(tx, 1)
        await approver(tx, 2, ends_on=date(2026, 11, 22))
        await approver(tx, 3, ends_on=date(2026, 11, 21))
        await approver(tx, 4, name="")
        await approver(tx, 5, erased_at=now)
        await approver(tx, 6)
        await tx.connection.execute(
            update(Grants).where(Grants.person_id == 6).values(revoked_at=now)
        )
        await tx.connection.execute(
            insert(Grants).values(person_id=1, role="approver", since=now, by="os:lan")
        )

        assert (await doors.parts(tx)).approvers == 2


async def test_a_lesson_taken_back_is_approved_no_more(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        await open_doors(tx)
        by = Actor(
            "person:900001",
            frozenset({Role.APPROVER}),
            person=900_001,
            grants=(Grant(Role.APPROVER),),
        )
        lesson = tx.house.content.lessons["TB-01"]
        await perform(tx, by, DecideLesson("TB-01", lesson.content_hash, Verdict.CHANGES, "Sửa số"))

        assert "TB-01" not in (await doors.parts(tx)).approved


async def test_who_practises_is_no_second_approver(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        await approver(tx, 1)
        await approver(tx, 2, practice_of=1, is_practice=True)

        assert (await doors.parts(tx)).approvers == 1
