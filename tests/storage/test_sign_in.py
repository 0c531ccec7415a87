"""Signing in: a link opens one session once, a peek spends nothing, and its owner is told in the chat."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from handlers._requests.person import WARD_ROLES, EraseMe, Role
from handlers._requests.practice import StartPractice, StopPractice
from handlers._requests.sign_in import (
    NotStaff,
    OpenStaffPage,
    PageLink,
    SignedOut,
    SignOutEverywhere,
)
from storage import audit, perform, sign_in
from storage._database import Database
from storage._tx import Tx
from storage.house import Actor
from storage.sign_in import LinkState, NewSession
from storage.tables import Outbox, Table
from storage.tables_staff import Grants, Logins, Sessions
from tests.storage.joining import audited, member, place_of, somebody

MINUTES = 10
DEVICE = "Chrome, Windows"


async def link(tx: Tx, by: Actor) -> str:
    """The token of a new link."""
    made = await perform(tx, by, OpenStaffPage())
    assert isinstance(made, PageLink)
    return made.path.partition("?m=")[2]


async def entered(tx: Tx, by: Actor) -> NewSession:
    """A browser of theirs that is signed in."""
    spent = await sign_in.spend(tx, await link(tx, by), DEVICE)
    assert isinstance(spent, NewSession)
    return spent


async def told(tx: Tx) -> list[tuple[str, int, str]]:
    """What was put into chats: account, address, text."""
    rows = await tx.connection.execute(
        select(Outbox.account, Outbox.address_id, Outbox.body).order_by(Outbox.id)
    )
    return [(row.account, row.address_id, row.body["text"]) for row in rows]


# ---------------------------------------------------------------- the link


@pytest.mark.parametrize("role", Role)
async def test_only_who_works_for_the_ward_is_given_a_link(
    database: Database, now: datetime, role: Role
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)
        if role is not Role.RESIDENT:
            by = await member(tx, role, await place_of(tx, role))

        made = await perform(tx, by, OpenStaffPage())

    assert isinstance(made, PageLink) is (role in WARD_ROLES)
    assert isinstance(made, PageLink) or made == NotStaff()


async def test_a_link_names_the_wards_own_page_and_how_long_it_holds(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        made = await perform(tx, await member(tx, Role.STAFF), OpenStaffPage())

    assert isinstance(made, PageLink)
    assert made.path.startswith("/can-bo/vao?m=")
    assert made.url == f"http://127.0.0.1:8080{made.path}"
    assert made.minutes == MINUTES


async def test_peeking_spends_nothing_however_often_a_messenger_looks(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        token = await link(tx, await member(tx, Role.STAFF))

    async with database.reading(now) as tx:  # in which a write would fail
        states = {await sign_in.peek(tx, token) for _ in range(3)}
    async with database.transaction(now) as tx:
        opened = await sign_in.spend(tx, token, DEVICE)
        after = await sign_in.peek(tx, token)

    assert states == {LinkState.OPEN}
    assert isinstance(opened, NewSession)
    assert after == "spent"


async def test_a_link_opens_one_session_and_its_owner_is_told_where(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)
        token = await link(tx, by)

        opened = await sign_in.spend(tx, token, DEVICE)

        assert isinstance(opened, NewSession)
        assert opened.person == by.person
        assert opened.expires_at == now + timedelta(hours=12)
        assert await told(tx) == [
            ("web", by.address, "Trang cán bộ vừa được mở trên Chrome, Windows.")
        ]
        assert by.address in tx.wakes
        found = await sign_in.session_of(tx, opened.cookie)
        assert found is not None
        assert (found.person, found.device, found.created_at) == (by.person, DEVICE, now)
        assert (await audited(tx))[-2:] == [
            (f"person:{by.person}", "link_made", "login:1"),
            (f"person:{by.person}", "signed_in", "session:1"),
        ]


async def test_a_stolen_link_is_refused_on_the_second_device_audited_and_told(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)
        token = await link(tx, by)
        await sign_in.spend(tx, token, DEVICE)

    async with database.transaction(now) as tx:
        again = await sign_in.spend(tx, token, "Safari, iPhone")

        assert again is LinkState.SPENT
        assert await tx.connection.scalar(select(func.count()).select_from(Sessions)) == 1
        assert (await audited(tx))[-1] == (f"person:{by.person}", "link_refused", "login:1")
        assert (await told(tx))[-1] == ("web", by.address, "Đường dẫn vừa bị mở lại lần nữa.")


async def test_a_link_is_over_after_its_minutes(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        token = await link(tx, await member(tx, Role.STAFF))

    async with database.transaction(now + timedelta(minutes=MINUTES)) as tx:
        assert await sign_in.peek(tx, token) == "over"
        assert await sign_in.spend(tx, token, DEVICE) is LinkState.OVER
        assert (await audited(tx))[-1][1] == "link_refused"
        assert await told(tx) == []


async def test_a_newer_link_ends_the_one_nobody_opened(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)
        first, second = await link(tx, by), await link(tx, by)

        assert await sign_in.peek(tx, first) == "replaced"
        assert await sign_in.peek(tx, second) == "open"
        assert await sign_in.spend(tx, first, DEVICE) is LinkState.REPLACED


async def test_an_unknown_link_is_refused_and_audited_under_nobodys_name(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        assert await sign_in.peek(tx, "A" * 24) == "unknown"
        assert await sign_in.spend(tx, "A" * 24, DEVICE) is LinkState.UNKNOWN
        assert await audited(tx) == [("web", "link_refused", "login:unknown")]


async def test_a_link_of_somebody_whose_role_has_ended_opens_nothing(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        token = await link(tx, await member(tx, Role.STAFF))
        await tx.connection.execute(update(Grants).values(revoked_at=now))

        assert await sign_in.peek(tx, token) == "over"
        assert await sign_in.spend(tx, token, DEVICE) is LinkState.OVER
        assert await tx.connection.scalar(select(func.count()).select_from(Sessions)) == 0


async def test_no_link_and_no_cookie_stands_in_the_database(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        token = await link(tx, await member(tx, Role.STAFF))
        opened = await sign_in.spend(tx, token, DEVICE)
        assert isinstance(opened, NewSession)
        kept = [
            repr(tuple(row))
            for table in Table.metadata.sorted_tables
            for row in (await tx.connection.execute(select(table))).all()
        ]

        assert not [row for row in kept if token in row or opened.cookie in row]
        assert opened.cookie not in repr(opened)


async def test_every_session_has_a_cookie_of_its_own(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)
        first, second = await entered(tx, by), await entered(tx, by)

        assert first.cookie != second.cookie
        assert await sign_in.session_of(tx, first.cookie) is not None
        assert await sign_in.session_of(tx, "") is None


async def test_an_address_that_is_gone_by_now_is_told_nothing(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        token = await link(tx, await member(tx, Role.STAFF))
        await tx.connection.execute(update(Logins).values(address_id=999))

        assert isinstance(await sign_in.spend(tx, token, DEVICE), NewSession)
        assert await told(tx) == []


# ---------------------------------------------------------------- the session


async def test_a_session_ends_by_itself_after_its_hours(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        opened = await entered(tx, await member(tx, Role.STAFF))

    async with database.reading(now + timedelta(hours=12, seconds=-1)) as tx:
        assert await sign_in.session_of(tx, opened.cookie) is not None
    async with database.reading(now + timedelta(hours=12)) as tx:
        assert await sign_in.session_of(tx, opened.cookie) is None


async def test_a_session_notes_once_a_minute_that_it_is_in_use(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        opened = await entered(tx, await member(tx, Role.STAFF))

    seen = []
    for seconds in (59, 60, 100, 120):
        async with database.transaction(now + timedelta(seconds=seconds)) as tx:
            await sign_in.session_of(tx, opened.cookie)
            noted = await tx.connection.scalar(select(Sessions.seen_at))
            assert noted is not None
            seen.append((noted - now).total_seconds())
    async with database.reading(now + timedelta(seconds=999)) as tx:
        assert await sign_in.session_of(tx, opened.cookie) is not None

    assert seen == [0, 60, 60, 120]


async def test_a_session_is_void_with_the_last_role_for_the_ward(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await member(tx, Role.STAFF, ends_on=now.date())
        opened = await entered(tx, await member(tx, Role.FAMILY))

    async with database.reading(now + timedelta(hours=8)) as tx:
        assert await sign_in.session_of(tx, opened.cookie) is not None
    async with database.reading(now + timedelta(hours=10)) as tx:  # the next local day
        assert await sign_in.session_of(tx, opened.cookie) is None


async def test_signing_out_everywhere_ends_sessions_and_unopened_links(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)
        first, second = await entered(tx, by), await entered(tx, by)
        unopened = await link(tx, by)
        others = await entered(tx, await member(tx, Role.STAFF, None, "other"))

        assert await perform(tx, by, SignOutEverywhere()) == SignedOut(2)

        assert await sign_in.session_of(tx, first.cookie) is None
        assert await sign_in.session_of(tx, second.cookie) is None
        assert await sign_in.peek(tx, unopened) == "over"
        assert await sign_in.session_of(tx, others.cookie) is not None
        assert await perform(tx, by, SignOutEverywhere()) == SignedOut(0)
        assert await audit.verify(tx) is None


async def test_who_was_never_signed_in_signs_out_of_nothing(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        assert await perform(tx, await somebody(tx), SignOutEverywhere()) == SignedOut(0)
        assert await audited(tx) == []


async def test_one_session_may_be_ended_alone(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)
        first, second = await entered(tx, by), await entered(tx, by)
        found = await sign_in.session_of(tx, first.cookie)
        assert found is not None

        await sign_in.end(tx, found.id)
        await sign_in.end(tx, found.id)

        assert await sign_in.session_of(tx, first.cookie) is None
        assert await sign_in.session_of(tx, second.cookie) is not None
        assert [one[1] for one in await audited(tx)].count("signed_out") == 1


async def test_erasing_a_person_ends_their_sessions_and_links(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)
        opened, unopened = await entered(tx, by), await link(tx, by)

        await perform(tx, by, EraseMe())

        assert await sign_in.session_of(tx, opened.cookie) is None
        assert await sign_in.peek(tx, unopened) == "over"
        assert await tx.connection.scalar(select(func.count()).select_from(Logins)) == 2


# ---------------------------------------------------------------- while practising


async def test_a_link_asked_for_while_practising_opens_a_page_on_which_nothing_counts(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)
        await perform(tx, by, StartPractice())
        twin = await somebody(tx)

        opened = await entered(tx, twin)

        assert opened.person == twin.person != by.person
        await perform(tx, twin, StopPractice())
        assert await sign_in.session_of(tx, opened.cookie) is None


async def test_signing_out_everywhere_reaches_the_practice_pages_too(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.STAFF)
        own = await entered(tx, by)
        await perform(tx, by, StartPractice())
        twin = await somebody(tx)
        practised = await entered(tx, twin)

        assert await perform(tx, twin, SignOutEverywhere()) == SignedOut(2)

        assert await sign_in.session_of(tx, own.cookie) is None
        assert await sign_in.session_of(tx, practised.cookie) is None
