"""Roles: what somebody holds today, where, who may take it away, and that it is gone at once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from handlers._requests.person import Role
from handlers._requests.roles import (
    INVITABLE,
    LastAdmin,
    MyRoles,
    NoSuchRole,
    RevokeRole,
    RoleRevoked,
    RolesHeld,
)
from handlers._requests.sign_in import OpenStaffPage, PageLink
from storage import Forbidden, audit, perform, sign_in
from storage._database import Database
from storage._tx import Tx
from storage.house import Actor, Grant
from storage.roles import looks_after
from storage.tables_staff import Grants
from tests.storage.joining import LAN, audited, member, new_tdp, place_of, somebody

ALL_BUT_ADMIN = set(INVITABLE) - {Role.ADMIN}


async def grant_of(tx: Tx, by: Actor) -> int:
    (held,) = await perform(tx, by, MyRoles())
    return held.grant


# ---------------------------------------------------------------- what is held


async def test_somebody_may_hold_several_roles_in_several_places(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        here, there = await new_tdp(tx, "Tân Trung"), await new_tdp(tx, "Phù Lôi")
        await member(tx, Role.TEAM, here)
        await member(tx, Role.HEAD, there)
        by = await member(tx, Role.APPROVER)

        held = await perform(tx, by, MyRoles())

    assert by.roles == {Role.RESIDENT, Role.TEAM, Role.HEAD, Role.APPROVER}
    assert by.reach(Role.TEAM) == {here}
    assert by.reach(Role.TEAM, Role.HEAD) == {here, there}
    assert by.reach(Role.APPROVER) is None
    assert [(one.role, one.tdp_name) for one in held] == [
        (Role.TEAM, "Tân Trung"),
        (Role.HEAD, "Phù Lôi"),
        (Role.APPROVER, None),
    ]


async def test_a_role_holds_through_its_last_day_and_no_longer(
    database: Database, now: datetime
) -> None:
    last = now.date() + timedelta(days=2)
    async with database.transaction(now) as tx:
        await member(tx, Role.STAFF, ends_on=last)

    held = []
    for days in (0, 2, 3):
        async with database.transaction(now + timedelta(days=days)) as tx:
            by = await somebody(tx)
            held.append((Role.STAFF in by.roles, len(await perform(tx, by, MyRoles()))))

    assert held == [(True, 1), (True, 1), (False, 0)]


async def test_a_role_that_an_older_version_does_not_know_gives_nothing(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await member(tx, Role.STAFF)
        await tx.connection.execute(update(Grants).values(role="mayor"))

        by = await somebody(tx)

        assert by.roles == {Role.RESIDENT}
        assert await perform(tx, by, MyRoles()) == ()


async def test_taking_the_same_role_up_again_leaves_one_that_counts(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await member(tx, Role.STAFF, ends_on=now.date())
        by = await member(tx, Role.STAFF)

        held = await perform(tx, by, MyRoles())

    assert [(one.role, one.ends_on) for one in held] == [(Role.STAFF, None)]


# ---------------------------------------------------------------- where a role reaches


@pytest.mark.parametrize(
    ("grants", "reach"),
    [
        ((), None),
        ((Grant(Role.HEAD, 1), Grant(Role.HEAD, 2)), {1, 2}),
        ((Grant(Role.HEAD, 1), Grant(Role.HEAD, None)), None),
        ((Grant(Role.TEAM, 7), Grant(Role.HEAD, 1)), {1}),
    ],
)
def test_a_role_reaches_as_far_as_its_grants_say(grants, reach) -> None:
    by = Actor("person:1", frozenset({Role.TEAM, Role.HEAD}), grants=grants)

    assert by.reach(Role.HEAD) == reach
    assert by.reach(Role.ADMIN) == set()
    assert not by.reaches(1, Role.ADMIN)
    assert by.reaches(3, Role.HEAD) is (reach is None)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("own", Role)
@pytest.mark.parametrize("tdp", [1, 2, None])
def test_everybody_looks_after_just_the_roles_of_the_table(own, role, tdp) -> None:
    """The table: head: team and family of the own TDP; staff: all but admin; admin: all."""
    by = Actor("person:1", frozenset({Role.RESIDENT, own}), grants=(Grant(own, 1),))
    whole = Actor("person:1", frozenset({Role.RESIDENT, own}), grants=(Grant(own, None),))
    table = {
        Role.HEAD: {Role.TEAM, Role.FAMILY},
        Role.STAFF: ALL_BUT_ADMIN,
        Role.ADMIN: set(INVITABLE),
    }

    assert looks_after(whole, role, tdp) is (role in table.get(own, set()))
    assert looks_after(by, role, tdp) is (role in table.get(own, set()) and tdp == 1)


# ---------------------------------------------------------------- who is what


async def test_who_holds_what_is_listed_within_reach_and_that_is_written_down(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        here, there = await new_tdp(tx, "Tân Trung"), await new_tdp(tx, "Phù Lôi")
        head = await member(tx, Role.HEAD, here, "head", name="Lê Văn Tổ")
        staff = await member(tx, Role.STAFF, None, "staff", name="Phan Thị Huệ")
        await member(tx, Role.TEAM, here, "team", name="Đỗ Văn Nam")
        await member(tx, Role.TEAM, there, "other", name="Vũ Thị Hoa")
        await member(tx, Role.ADMIN, None, "admin", name="Trần Quản")

        seen = {
            by: [(one.name, one.role, one.tdp_name) for one in await perform(tx, by, RolesHeld())]
            for by in (head, staff, LAN)
        }
        log = await audited(tx)

    assert seen[head] == [("Đỗ Văn Nam", Role.TEAM, "Tân Trung")]
    assert [name for name, *_ in seen[staff]] == [
        "Đỗ Văn Nam",
        "Vũ Thị Hoa",
        "Lê Văn Tổ",
        "Phan Thị Huệ",
    ]
    assert len(seen[LAN]) == 5
    assert log[-3:] == [(by.name, "names_seen", "roles") for by in (head, staff, LAN)]


async def test_people_are_found_by_part_of_a_name_without_marks(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await member(tx, Role.STAFF, None, "one", name="Đỗ Văn Nam")
        await member(tx, Role.STAFF, None, "two", name="Vũ Thị Hoa")

        named = await perform(tx, LAN, RolesHeld("do van"))
        first = await perform(tx, LAN, RolesHeld(most=1))

    assert [one.name for one in named] == ["Đỗ Văn Nam"]
    assert [one.name for one in first] == ["Đỗ Văn Nam"]


@pytest.mark.parametrize("role", [Role.TEAM, Role.POLICE, Role.OBSERVER, Role.APPROVER])
async def test_who_looks_after_nobody_sees_no_list_of_people(
    database: Database, now: datetime, role: Role
) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, role, await place_of(tx, role))

        for request in (RolesHeld(), RevokeRole(1)):
            with pytest.raises(Forbidden):
                await perform(tx, by, request)


# ---------------------------------------------------------------- taking away


async def test_a_revoked_role_is_gone_in_the_next_transaction_and_its_sessions_end(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)
        link = await perform(tx, by, OpenStaffPage())
        assert isinstance(link, PageLink)
        entered = await sign_in.spend(tx, link.path.partition("=")[2], "Chrome, Windows")
        assert isinstance(entered, sign_in.NewSession)
        unopened = await perform(tx, by, OpenStaffPage())
        assert isinstance(unopened, PageLink)
        grant = await grant_of(tx, by)

    async with database.transaction(now) as tx:
        assert await perform(tx, LAN, RevokeRole(grant)) == RoleRevoked(grant)

    async with database.transaction(now) as tx:
        assert (await somebody(tx)).roles == {Role.RESIDENT}
        assert await sign_in.session_of(tx, entered.cookie) is None
        assert await sign_in.peek(tx, unopened.path.partition("=")[2]) == "over"
        assert (await audited(tx))[-1] == ("os:lan", "role_revoked", f"person:{by.person}")
        assert await audit.verify(tx) is None
        assert await perform(tx, LAN, RevokeRole(grant)) == NoSuchRole(grant)


async def test_nobody_revokes_beyond_their_reach(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        here, there = await new_tdp(tx, "Tân Trung"), await new_tdp(tx, "Phù Lôi")
        head = await member(tx, Role.HEAD, here, "head")
        staff = await member(tx, Role.STAFF, None, "staff")
        theirs = await grant_of(tx, await member(tx, Role.TEAM, there, "team"))
        admins = await grant_of(tx, await member(tx, Role.ADMIN, None, "admin"))

        assert await perform(tx, head, RevokeRole(theirs)) == NoSuchRole(theirs)
        assert await perform(tx, head, RevokeRole(await grant_of(tx, staff))) == NoSuchRole(
            await grant_of(tx, staff)
        )
        assert await perform(tx, staff, RevokeRole(admins)) == NoSuchRole(admins)
        assert (
            await tx.connection.scalar(select(Grants.id).where(Grants.revoked_at.is_not(None)))
            is None
        )


async def test_the_last_admin_stays_and_one_of_two_may_go(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        first = await member(tx, Role.ADMIN, None, "first")
        own = await grant_of(tx, first)
        assert await perform(tx, first, RevokeRole(own)) == LastAdmin()
        assert await perform(tx, LAN, RevokeRole(own)) == LastAdmin()

        second = await member(tx, Role.ADMIN, None, "second")

        assert await perform(tx, second, RevokeRole(own)) == RoleRevoked(own)
        left = await grant_of(tx, second)
        assert await perform(tx, second, RevokeRole(left)) == LastAdmin()


async def test_an_admin_whose_role_has_ended_does_not_stand_in_for_the_last_one(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        own = await grant_of(tx, await member(tx, Role.ADMIN, None, "first"))
        await member(tx, Role.ADMIN, None, "second", ends_on=now.date())

    async with database.transaction(now + timedelta(days=1)) as tx:
        assert await perform(tx, LAN, RevokeRole(own)) == LastAdmin()
