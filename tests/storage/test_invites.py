"""Invites: taken up once by words or a token, over in time, never guessed, never told apart when wrong."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update

from handlers._requests.figures import Dimension, FiguresBy
from handlers._requests.invites import (
    AlreadyInvited,
    CodesLocked,
    Invited,
    InviteHere,
    InvitePerson,
    InvitePutAway,
    InviteRead,
    InviteRevoked,
    Joined,
    LockedOut,
    MayNotInvite,
    NoSuchInvite,
    NotMyInvite,
    OpenInvites,
    ReadInvite,
    RevokeInvite,
    TakeUp,
    WhyNot,
    WrongCode,
)
from handlers._requests.person import MyStanding, Role
from handlers._requests.roles import INVITABLE, WARD_WIDE, RevokeRole, RoleRevoked
from lessons import fold
from storage import Forbidden, audit, perform
from storage._database import Database
from storage._secrets import INVITE_LINK
from storage._tx import Tx
from storage.addresses import came_by
from storage.events import Code, record
from storage.house import Actor
from storage.tables import (
    Addresses,
    AddressPeople,
    Audit,
    Events,
    People,
    Table,
    Tdps,
    UnitMembers,
    Units,
)
from storage.tables_staff import Grants, Invites, Members, TeamItems, WrongCodes
from storage.tdps import leave_those_over
from tests.storage.conftest import CODE_WORDS
from tests.storage.joining import LAN, audited, invited, member, new_tdp, somebody

WRONG = f"{CODE_WORDS[0]} {CODE_WORDS[0]} {CODE_WORDS[0]}"
"""Never drawn: the words of a code differ."""
HOUR = timedelta(hours=1)


async def new_unit(tx: Tx, name: str = "Trường THCS Trung Thành") -> int:
    made = await tx.connection.scalar(
        insert(Units).values(kind="school", name=name).returning(Units.id)
    )
    assert made is not None
    return made


async def everything(tx: Tx) -> str:
    """All rows of all tables as one text."""
    rows = [
        repr(tuple(row))
        for table in Table.metadata.sorted_tables
        for row in (await tx.connection.execute(select(table))).all()
    ]
    return "\n".join(rows)


# ---------------------------------------------------------------- taking one up


async def test_who_takes_an_invite_up_is_a_person_with_card_role_and_unit(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        unit, tdp = await new_unit(tx), await new_tdp(tx, "Tân Trung")
        until = date(2026, 12, 31)
        invite = await invited(tx, Role.TEAM, tdp, unit=unit, ends_on=until)

        read = await perform(tx, await somebody(tx), ReadInvite(invite.words))
        joined = await perform(tx, await somebody(tx), TakeUp(invite.words))

        by = await somebody(tx)
        assert read == InviteRead(Role.TEAM, "Tân Trung", "Nguyễn Thị Lan", "Phòng VH-XH", until)
        assert joined == Joined(Role.TEAM, "Tân Trung", "Nguyễn Thị Lan", until)
        assert by.roles == {Role.RESIDENT, Role.TEAM}
        assert by.reach(Role.TEAM) == {tdp}
        card = await tx.connection.execute(select(Members.person_id, Members.name, Members.office))
        assert card.all() == [(by.person, "Nguyễn Thị Lan", "Phòng VH-XH")]
        belongs = await tx.connection.execute(
            select(UnitMembers.person_id, UnitMembers.unit_id, UnitMembers.valid_from)
        )
        assert belongs.all() == [(by.person, unit, date(2026, 11, 22))]
        events = await tx.connection.execute(
            select(Events.code, Events.person_id, Events.unit_id).order_by(Events.id)
        )
        assert events.all() == [("vouched", by.person, None), ("unit", by.person, unit)]
        used = await tx.connection.execute(select(Invites.name, Invites.used_by, Invites.used_at))
        assert used.all() == [(None, by.person, now)]
        uses = await tx.connection.execute(
            select(AddressPeople.address_id, AddressPeople.person_id)
        )
        assert uses.all() == [(by.address, by.person)]


@pytest.mark.parametrize("dimension", [Dimension.TDP, Dimension.UNIT, Dimension.PERSON])
async def test_who_took_an_invite_up_is_in_no_figure_before_they_learn(
    database: Database, now: datetime, dimension: Dimension
) -> None:
    async with database.transaction(now) as tx:
        invite = await invited(tx, Role.STAFF, unit=await new_unit(tx))
        await perform(tx, await somebody(tx), TakeUp(invite.words))
        idle = await perform(tx, LAN, FiguresBy(dimension))

        await record(
            tx, (await somebody(tx)).person or 0, Code.STARTED, lesson="TB-01", attempt_no=1
        )

        learning = await perform(tx, LAN, FiguresBy(dimension))
        assert (idle.total.reached, learning.total.reached) == (0, 1)


async def test_being_invited_by_name_is_being_confirmed_but_no_consent_to_keep_results(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)

        assert await tx.connection.scalar(select(People.confirmed_at)) == now
        assert not (await perform(tx, by, MyStanding())).is_kept


async def test_every_step_is_audited_in_bare_numbers(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)
        other = await invited(tx, Role.STAFF)
        await perform(tx, by, RevokeInvite(other.invite))

        log, details = await audited(tx), await tx.connection.scalars(select(Audit.details))
        text = " ".join(str(one) for one in details)

        assert log == [
            ("os:lan", "invited", "invite:1"),
            (f"address:{by.address}", "joined", f"person:{by.person}"),
            ("os:lan", "invited", "invite:2"),
            (f"person:{by.person}", "invite_revoked", "invite:2"),
        ]
        assert "Lan" not in text
        assert "VH-XH" not in text
        assert await audit.verify(tx) is None


async def test_an_invite_opens_a_role_once(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        invite = await invited(tx, Role.STAFF)
        first = await perform(tx, await somebody(tx, "first"), TakeUp(invite.words))
        second = await perform(tx, await somebody(tx, "second"), TakeUp(invite.words))
        third = await perform(tx, await somebody(tx, "third"), TakeUp(invite.token))

        assert isinstance(first, Joined)
        assert (second, third) == (WrongCode(), WrongCode())
        assert await tx.connection.scalar(select(func.count()).select_from(Grants)) == 1


async def test_the_same_words_are_read_however_they_are_typed(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        invite = await invited(tx, Role.STAFF)
        by = await somebody(tx)

        for typed in (invite.words.upper(), f"Mã của tôi là: {invite.words} ạ", invite.url):
            assert isinstance(await perform(tx, by, ReadInvite(typed)), InviteRead), typed


async def test_an_office_that_is_a_unit_of_the_ward_makes_them_belong_to_it(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        unit = await new_unit(tx, "Phòng Văn hóa – Xã hội")
        await member(tx, Role.STAFF, None, office="phong van hoa xa hoi")

        assert await tx.connection.scalar(select(UnitMembers.unit_id)) == unit


async def test_a_known_person_takes_it_up_under_their_own_number(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        first = await member(tx, Role.STAFF)
        again = await member(tx, Role.APPROVER, None, name="Nguyễn Thị Ngọc Lan")

        assert again.person == first.person
        assert await tx.connection.scalar(select(Members.name)) == "Nguyễn Thị Ngọc Lan"


async def test_nothing_that_opens_a_role_stands_in_the_database(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        invite = await invited(tx, Role.STAFF, list_key="staff/nguyen thi lan")
        by = await somebody(tx)
        await came_by(tx, by.address or 0, f"{INVITE_LINK}{invite.token}")
        kept = await everything(tx)

        assert invite.token not in kept
        assert invite.words not in kept
        assert fold(invite.words) not in kept
        assert "nguyen thi lan" not in kept


# ---------------------------------------------------------------- by the link of a QR code


async def test_the_link_of_a_qr_code_is_enough_and_is_forgotten_when_it_was_used(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        invite = await invited(tx, Role.STAFF)
        by = await somebody(tx)
        before = await perform(tx, by, InviteHere())
        await came_by(tx, by.address or 0, f"{INVITE_LINK}{invite.token}")

        here = await perform(tx, by, InviteHere())
        read = await perform(tx, by, ReadInvite())
        joined = await perform(tx, by, TakeUp())

        assert (before, here) == (False, True)
        assert isinstance(read, InviteRead)
        assert isinstance(joined, Joined)
        assert not await perform(tx, by, InviteHere())
        assert await tx.connection.scalar(select(Addresses.came_by)) is None


async def test_who_is_not_meant_puts_the_link_away_and_the_invite_stays_open(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        invite = await invited(tx, Role.STAFF)
        by = await somebody(tx)
        await came_by(tx, by.address or 0, f"{INVITE_LINK}{invite.token}")

        assert await perform(tx, by, NotMyInvite()) == InvitePutAway()

        assert not await perform(tx, by, InviteHere())
        other = await somebody(tx, "second")
        assert isinstance(await perform(tx, other, TakeUp(invite.words)), Joined)


@pytest.mark.parametrize(
    ("payload", "is_here"),
    [
        ("moi-", True),
        ("moi-'; drop table", True),
        ("moi-" + "A" * 60, True),
        ("tdp-tt", False),
        ("", False),
    ],
)
async def test_any_other_link_opens_no_invite(
    database: Database, now: datetime, payload: str, is_here: bool
) -> None:
    async with database.transaction(now) as tx:
        await invited(tx, Role.STAFF)
        by = await somebody(tx)
        await came_by(tx, by.address or 0, payload)

        assert await perform(tx, by, InviteHere()) is is_here
        assert await perform(tx, by, TakeUp()) == WrongCode()
        assert await tx.connection.scalar(select(func.count()).select_from(WrongCodes)) == 0


# ---------------------------------------------------------------- who may invite


@pytest.mark.parametrize("own", [Role.HEAD, Role.STAFF, Role.ADMIN])
@pytest.mark.parametrize("role", Role)
async def test_a_role_invites_to_just_the_roles_it_looks_after(
    database: Database, now: datetime, own: Role, role: Role
) -> None:
    may = {
        Role.HEAD: {Role.TEAM, Role.FAMILY},
        Role.STAFF: set(INVITABLE) - {Role.ADMIN},
        Role.ADMIN: set(INVITABLE),
    }
    async with database.transaction(now) as tx:
        tdp = await new_tdp(tx, "Tân Trung")
        by = Actor("person:1", frozenset({own}))

        place = None if role in WARD_WIDE else tdp
        found = await perform(tx, by, InvitePerson(role, "Lan", "", place))

    assert isinstance(found, Invited) is (role in may[own])
    assert isinstance(found, Invited) or found == MayNotInvite(WhyNot.ROLE)


async def test_a_head_invites_to_their_own_tdps_alone(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        here, there = await new_tdp(tx, "Tân Trung"), await new_tdp(tx, "Phù Lôi")
        head = await member(tx, Role.HEAD, here, "head")

        own = await perform(tx, head, InvitePerson(Role.TEAM, "Nam", "", here))
        others = await perform(tx, head, InvitePerson(Role.TEAM, "Nam", "", there))
        everywhere = await perform(tx, head, InvitePerson(Role.FAMILY, "Nam", ""))

    assert isinstance(own, Invited)
    assert (others, everywhere) == (MayNotInvite(WhyNot.PLACE), MayNotInvite(WhyNot.PLACE))


@pytest.mark.parametrize("role", [Role.TEAM, Role.POLICE, Role.APPROVER, Role.OBSERVER])
async def test_all_others_may_not_even_ask(database: Database, now: datetime, role: Role) -> None:
    async with database.transaction(now) as tx:
        by = Actor("person:1", frozenset({Role.RESIDENT, role}))

        for request in (InvitePerson(Role.TEAM, "Lan", ""), OpenInvites(), RevokeInvite(1)):
            with pytest.raises(Forbidden):
                await perform(tx, by, request)


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (InvitePerson(Role.TEAM, "Lan", ""), WhyNot.PLACE),
        (InvitePerson(Role.HEAD, "Lan", ""), WhyNot.PLACE),
        (InvitePerson(Role.TEAM, "Lan", "", 999), WhyNot.PLACE),
        (InvitePerson(Role.STAFF, "Lan", "", 1), WhyNot.WARD_WIDE),
        (InvitePerson(Role.STAFF, "Lan", "", unit=999), WhyNot.PLACE),
        (InvitePerson(Role.STAFF, " \n ", ""), WhyNot.NAME),
        (InvitePerson(Role.STAFF, "L" * 81, ""), WhyNot.NAME),
        (InvitePerson(Role.STAFF, "Lan", "", ends_on=date(2026, 11, 21)), WhyNot.DAY),
    ],
)
async def test_what_is_in_the_way_of_an_invite_is_named(
    database: Database, now: datetime, request_: InvitePerson, why: WhyNot
) -> None:
    async with database.transaction(now) as tx:
        assert await perform(tx, LAN, request_) == MayNotInvite(why)
        assert await tx.connection.scalar(select(func.count()).select_from(Invites)) == 0


async def test_nobody_is_invited_into_a_tdp_that_is_gone(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        tdp = await new_tdp(tx, "Tân Trung")
        await tx.connection.execute(update(Tdps).values(valid_to=date(2026, 6, 30)))

        found = await perform(tx, LAN, InvitePerson(Role.TEAM, "Lan", "", tdp))

    assert found == MayNotInvite(WhyNot.PLACE)


async def test_a_role_with_a_last_day_is_given_to_nobody_for_longer(
    database: Database, now: datetime
) -> None:
    until = date(2026, 12, 31)
    async with database.transaction(now) as tx:
        tdp = await new_tdp(tx, "Tân Trung")
        by = await member(tx, Role.STAFF, ends_on=until)

        found = [
            await perform(tx, by, InvitePerson(role, "Nam", "", place, ends_on=day))
            for role, place, day in (
                (Role.STAFF, None, None),
                (Role.STAFF, None, date(2027, 1, 1)),
                (Role.STAFF, None, until),
                (Role.TEAM, tdp, None),
            )
        ]

        assert found[:2] == [MayNotInvite(WhyNot.LONGER)] * 2
        assert [isinstance(one, Invited) for one in found[2:]] == [True, True]
        another = await member(tx, Role.STAFF, key="another")
        assert isinstance(await perform(tx, another, InvitePerson(Role.STAFF, "Hà", "")), Invited)


# ---------------------------------------------------------------- who made it


async def made_by(tx: Tx, by: Actor, role: Role, tdp: int | None = None, **more: Any) -> Invited:
    found = await perform(tx, by, InvitePerson(role, "Đỗ Văn Nam", "", tdp, **more))
    assert isinstance(found, Invited), found
    return found


async def test_an_invite_opens_nothing_once_who_made_it_may_make_no_more(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        staff = await member(tx, Role.STAFF, None, "staff")
        await member(tx, Role.TEAM, await new_tdp(tx, "Tân Trung"), "staff")
        codes = [await made_by(tx, staff, Role.STAFF), await made_by(tx, staff, Role.APPROVER)]
        by_link = await somebody(tx, "by link")
        await came_by(tx, by_link.address or 0, f"{INVITE_LINK}{codes[0].token}")
        others = await invited(tx, Role.STAFF)
        assert await perform(tx, LAN, RevokeRole(1)) == RoleRevoked(1)

        by = await somebody(tx)
        answers = [
            await perform(tx, by, ReadInvite(codes[0].words)),
            await perform(tx, by, TakeUp(codes[0].token)),
            await perform(tx, by, TakeUp(codes[1].words)),
            await perform(tx, by_link, TakeUp()),
        ]

        assert answers == [WrongCode()] * 4
        assert isinstance(await perform(tx, by, TakeUp(others.words)), Joined)


async def test_an_invite_is_no_better_on_the_day_after_its_makers_last_one(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        head = await member(
            tx, Role.HEAD, await new_tdp(tx, "Tân Trung"), "head", ends_on=now.date()
        )
        first = await made_by(tx, head, Role.TEAM, 1)
        second = await made_by(tx, head, Role.TEAM, 1)
        assert isinstance(await perform(tx, await somebody(tx), TakeUp(first.words)), Joined)

    async with database.transaction(now + timedelta(days=1)) as tx:
        late = await somebody(tx, "late")
        assert await perform(tx, late, TakeUp(second.words)) == WrongCode()


async def test_nobody_joins_for_a_role_that_is_over_before_it_begins(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        invite = await invited(tx, Role.STAFF, ends_on=now.date())

    async with database.transaction(now + timedelta(days=1)) as tx:
        assert await perform(tx, await somebody(tx), TakeUp(invite.words)) == WrongCode()


async def test_an_invite_of_a_merged_tdp_still_opens_its_heir(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        old, heir = await new_tdp(tx, "Tân Trung"), await new_tdp(tx, "Phù Lôi")
        invite = await made_by(tx, await member(tx, Role.HEAD, old, "head"), Role.TEAM, old)
        yesterday = now.date() - timedelta(days=1)
        ended = update(Tdps).where(Tdps.id == old)
        await tx.connection.execute(ended.values(valid_to=yesterday, merged_into=heir))
        await leave_those_over(tx)

        joined = await perform(tx, await somebody(tx), TakeUp(invite.words))

        assert isinstance(joined, Joined)
        assert joined.tdp_name == "Phù Lôi"


# ---------------------------------------------------------------- lists


async def test_a_row_of_a_list_is_invited_once_and_anew_when_that_came_to_nothing(
    database: Database, now: datetime
) -> None:
    async def again(tx: Tx) -> Invited | AlreadyInvited | MayNotInvite:
        return await perform(tx, LAN, InvitePerson(Role.STAFF, "Lan", "", list_key="row"))

    async with database.transaction(now) as tx:
        first = await again(tx)
        assert isinstance(first, Invited)
        assert await again(tx) == AlreadyInvited(first.invite)
        await perform(tx, LAN, RevokeInvite(first.invite))
        second = await again(tx)
        assert isinstance(second, Invited)
        await perform(tx, await somebody(tx), TakeUp(second.words))
        assert await again(tx) == AlreadyInvited(second.invite)

    async with database.transaction(now + timedelta(days=30)) as tx:
        assert await again(tx) == AlreadyInvited(second.invite)
        await perform(tx, LAN, RevokeRole(1))
        third = await again(tx)
        assert isinstance(third, Invited)

    async with database.transaction(now + timedelta(days=60)) as tx:
        assert isinstance(await again(tx), Invited)


# ---------------------------------------------------------------- looking after them


async def test_open_invites_are_listed_within_reach_newest_first(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        here, there = await new_tdp(tx, "Tân Trung"), await new_tdp(tx, "Phù Lôi")
        head = await member(tx, Role.HEAD, here, "head")
        await invited(tx, Role.TEAM, here, name="Đỗ Văn Nam")
        await invited(tx, Role.TEAM, there, name="Vũ Thị Hoa")
        await invited(tx, Role.ADMIN, name="Trần Quản")

        own = await perform(tx, head, OpenInvites())
        all_of_them = await perform(tx, LAN, OpenInvites())
        found = await perform(tx, LAN, OpenInvites("hoa", 1))

        assert [(one.name, one.tdp_name) for one in own] == [("Đỗ Văn Nam", "Tân Trung")]
        assert [one.name for one in all_of_them] == ["Trần Quản", "Vũ Thị Hoa", "Đỗ Văn Nam"]
        assert [one.name for one in found] == ["Vũ Thị Hoa"]
        assert (await audited(tx))[-1] == ("os:lan", "names_seen", "invites")


async def test_a_revoked_invite_has_no_name_and_opens_nothing(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        here, there = await new_tdp(tx, "Tân Trung"), await new_tdp(tx, "Phù Lôi")
        head = await member(tx, Role.HEAD, here, "head")
        own, other = await invited(tx, Role.TEAM, here), await invited(tx, Role.TEAM, there)

        assert await perform(tx, head, RevokeInvite(own.invite)) == InviteRevoked(own.invite)
        assert await perform(tx, head, RevokeInvite(own.invite)) == NoSuchInvite(own.invite)
        assert await perform(tx, head, RevokeInvite(other.invite)) == NoSuchInvite(other.invite)

        assert await perform(tx, await somebody(tx), TakeUp(own.words)) == WrongCode()
        names = select(Invites.name).where(Invites.id == own.invite)
        assert await tx.connection.scalar(names) is None


# ---------------------------------------------------------------- guessing


async def test_five_wrong_codes_lock_an_address_for_an_hour(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        invite = await invited(tx, Role.STAFF)
        by = await somebody(tx)
        before = await perform(tx, by, CodesLocked())
        wrong = [await perform(tx, by, ReadInvite(WRONG)) for _ in range(5)]

        assert before is None
        assert wrong == [*[WrongCode()] * 4, LockedOut(60)]  # the fifth says so itself
        assert await perform(tx, by, CodesLocked()) == LockedOut(60)
        assert await perform(tx, by, ReadInvite(invite.words)) == LockedOut(60)
        assert await perform(tx, by, TakeUp(invite.token)) == LockedOut(60)
        other = await somebody(tx, "second")
        assert isinstance(await perform(tx, other, ReadInvite(invite.words)), InviteRead)

    async with database.transaction(now + timedelta(minutes=59, seconds=30)) as tx:
        assert await perform(tx, by, TakeUp(invite.words)) == LockedOut(1)
    async with database.transaction(now + HOUR) as tx:
        assert isinstance(await perform(tx, by, TakeUp(invite.words)), Joined)


async def test_a_lock_begins_with_the_fifth_of_an_hour_and_tries_do_not_make_it_longer(
    database: Database, now: datetime
) -> None:
    answers = []
    for minutes in (0, 15, 30, 45, 59, 70, 118):
        async with database.transaction(now + timedelta(minutes=minutes)) as tx:
            answers.append(await perform(tx, await somebody(tx), ReadInvite(WRONG)))
    async with database.transaction(now + timedelta(minutes=120)) as tx:
        after = await perform(tx, await somebody(tx), ReadInvite(WRONG))

    assert answers[:4] == [WrongCode()] * 4
    assert answers[4:] == [LockedOut(60), LockedOut(49), LockedOut(1)]
    assert after == WrongCode()


async def test_five_wrong_codes_over_more_than_an_hour_lock_nobody(
    database: Database, now: datetime
) -> None:
    for minutes in (0, 16, 32, 48, 64, 80):
        async with database.transaction(now + timedelta(minutes=minutes)) as tx:
            assert await perform(tx, await somebody(tx), ReadInvite(WRONG)) == WrongCode()


async def test_fifty_one_wrong_words_of_everybody_stop_words_but_no_qr_code(
    database: Database, now: datetime
) -> None:
    keys = count()
    async with database.transaction(now) as tx:
        invite, other = await invited(tx, Role.STAFF), await invited(tx, Role.STAFF)
        for _ in range(50):
            await perform(tx, await somebody(tx, f"guess {next(keys)}"), ReadInvite(WRONG))
        by = await somebody(tx, "honest")
        assert isinstance(await perform(tx, by, ReadInvite(invite.words)), InviteRead)
        assert await tx.connection.scalar(select(TeamItems.kind)) is None

        await perform(tx, await somebody(tx, "guess 51"), ReadInvite(WRONG))

        assert await perform(tx, by, TakeUp(invite.words)) == LockedOut(60)
        assert await perform(tx, by, CodesLocked()) is None  # a token of theirs is still looked at
        assert isinstance(await perform(tx, by, TakeUp(invite.token)), Joined)
        items = await tx.connection.execute(select(TeamItems.kind, TeamItems.subject))
        assert items.all() == [("codes_guessed", "ward")]

    async with database.transaction(now + HOUR) as tx:
        assert isinstance(await perform(tx, by, TakeUp(other.words)), Joined)


async def test_words_that_can_be_no_code_are_no_guess(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)
        for typed in ("", "cháu ơi mã ở đâu", CODE_WORDS[0], "0 1 2", "https://example.vn"):
            assert await perform(tx, by, ReadInvite(typed)) == WrongCode()

        assert await tx.connection.scalar(select(func.count()).select_from(WrongCodes)) == 0


async def test_a_guess_is_told_the_same_as_whoever_comes_too_late(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        expired, revoked, used = [await invited(tx, Role.STAFF) for _ in range(3)]
        await perform(tx, LAN, RevokeInvite(revoked.invite))
        await perform(tx, await somebody(tx, "quick"), TakeUp(used.words))

    async with database.transaction(now + timedelta(days=8)) as tx:
        by = await somebody(tx)
        answers = {
            await perform(tx, by, ReadInvite(code))
            for code in (expired.words, revoked.words, used.token, WRONG)
        }
        counted = await tx.connection.scalar(select(func.count()).select_from(WrongCodes))

    assert answers == {WrongCode()}
    assert counted == 4


async def test_an_invite_holds_through_the_last_of_its_days(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        invite = await invited(tx, Role.STAFF)

    async with database.transaction(invite.expires_at - timedelta(seconds=1)) as tx:
        last = await perform(tx, await somebody(tx), ReadInvite(invite.words))
    async with database.transaction(invite.expires_at) as tx:
        over = await perform(tx, await somebody(tx), ReadInvite(invite.words))

    assert f"{invite.expires_at:%d/%m/%Y %H:%M}" == "29/11/2026 23:59"
    assert isinstance(last, InviteRead)
    assert over == WrongCode()


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(number=st.integers(min_value=2, max_value=40))
async def test_no_two_invites_ever_have_the_same_words_or_token(
    database: Database, now: datetime, number: int
) -> None:
    async with database.transaction(now) as tx:
        made = [await invited(tx, Role.STAFF) for _ in range(number)]
        rows = await tx.connection.execute(select(Invites.words_hash, Invites.token_hash))
        hashes = rows.all()

    assert len({fold(one.words) for one in made}) == number
    assert len({one.token for one in made}) == number
    assert len({row.words_hash for row in hashes}) == len(hashes)
    assert all(len(set(one.words.split())) == 3 for one in made)


async def test_words_that_are_taken_are_drawn_again(database: Database, now: datetime) -> None:
    """A house with four words has 24 codes, so that a collision is certain long before the last."""

    async with database.transaction(now) as tx:
        small = replace(tx.house.content, code_words=("ba", "ca", "la", "na"))
        tx.house = replace(tx.house, content=small)

        made = [await invited(tx, Role.STAFF) for _ in range(24)]

    assert len({one.words for one in made}) == 24


async def test_a_person_without_an_address_cannot_join(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        with pytest.raises(LookupError, match="os:lan has no address"):
            await perform(tx, LAN, TakeUp("ba ca la"))
