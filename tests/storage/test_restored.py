"""A copy is taken up again: what the world may have had stays where it is, what is gone stays gone."""

from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from handlers._requests.consent import Agree, Purpose
from handlers._requests.person import Role, SetName
from storage import accounts, audit, copies, inbox, outbox, perform
from storage._database import Database
from storage._tx import Tx
from storage.addresses import actor_of, address_of
from storage.house import Actor
from storage.outbox import Kind, State
from storage.restored import PAUSED, settle_copy
from storage.tables import Audit, Inbox, Outbox, People, Profiles
from storage.tables_staff import Invites, Logins, Sessions

LAN = Actor("os:lan", frozenset({Role.ADMIN}))
HOUR = timedelta(hours=1)


async def resident(tx: Tx, key: str) -> int:
    await perform(
        tx,
        await actor_of(tx, await address_of(tx, "web", key)),
        Agree(Purpose.SAVE, "consent.save"),
    )
    by = await actor_of(tx, await address_of(tx, "web", key))
    assert by.person is not None
    await perform(tx, by, SetName("bà", "Lan"))
    return by.person


async def test_whoever_was_erased_since_is_erased_again_and_nobody_else(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        gone, stays = await resident(tx, "gone"), await resident(tx, "stays")
    async with database.transaction(now + HOUR) as tx:
        settled = await settle_copy(tx, LAN, now, {gone, 999}, ())
        named = (await tx.connection.execute(select(Profiles.person_id))).scalars().all()
        erased = await tx.connection.scalar(select(People.erased_at).where(People.id == gone))

    assert settled.erased == 1
    assert (list(named), erased) == ([stays], now + HOUR)
    assert tx.has_erased


async def test_a_thousand_erased_people_are_looked_for_in_few_statements(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        gone = await resident(tx, "gone")
        settled = await settle_copy(tx, LAN, now, {*range(1200), gone}, ())

    assert settled.erased == 1


async def test_what_had_come_in_before_the_copy_is_not_answered_a_second_time(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        here = (await address_of(tx, "web", "somebody")).id
        await inbox.take_in(tx, "web", "7", here, {"text": "học"})
        settled = await settle_copy(tx, LAN, now, (), ())

        assert settled.handled == 1
        assert await inbox.waiting(tx) == ()
        assert await tx.connection.scalar(select(Inbox.body)) is None
        assert await inbox.take_in(tx, "web", "7", here, {"text": "học"}) is None


async def test_on_the_web_nothing_stays_unknown_that_nobody_would_decide(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        here = (await address_of(tx, "web", "somebody")).id
        await outbox.put(tx, "web", here, Kind.REPLY, {"text": "Chào"})
        await outbox.put(tx, "web", here, Kind.ANNOUNCEMENT, {"text": "Mời họp"})
        await settle_copy(tx, LAN, now, (), ())
        states = (await tx.connection.execute(select(Outbox.state).order_by(Outbox.id))).scalars()

        assert list(states) == [State.DROPPED.value, State.UNKNOWN.value]
        assert await outbox.deliver_local(tx, "web") == ()


async def test_every_account_is_paused_and_what_it_had_learnt_forgotten(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await accounts.learn(tx, "zalo_oa", {"refresh": "old", "photo:1": "7"})
        settled = await settle_copy(tx, LAN, now, (), {"telegram"})
        found = {one.account: one for one in await accounts.states(tx)}

    assert settled.paused == 2
    assert {one.paused_reason for one in found.values()} == {PAUSED}
    assert found["zalo_oa"].known == {}


async def test_sessions_links_and_open_invites_are_over(database: Database, now: datetime) -> None:
    later = now + HOUR
    async with database.transaction(now) as tx:
        person = await resident(tx, "officer")
        link = {"person_id": person, "created_at": now, "expires_at": later}
        spent = await tx.connection.scalar(
            insert(Logins).values(token_hash="a", spent_at=now, **link).returning(Logins.id)
        )
        await tx.connection.execute(insert(Logins).values(token_hash="b", **link))
        session = {**link, "seen_at": now, "device": "Chrome", "login_id": spent}
        await tx.connection.execute(insert(Sessions).values(token_hash="c", **session))
        invite = {"role": "team", "office": "Tổ", "created_at": now, "by": "os:lan"}
        await tx.connection.execute(
            insert(Invites).values(
                words_hash="d", token_hash="e", name="Lan", expires_at=later, **invite
            )
        )
        settled = await settle_copy(tx, LAN, now, (), ())
        ended = await tx.connection.scalar(select(Sessions.ended_at))
        links = await tx.connection.execute(select(Logins.expires_at).order_by(Logins.id))
        row = (await tx.connection.execute(select(Invites.revoked_at, Invites.name))).one()

    assert (settled.signed_out, settled.invites) == (2, 1)
    assert ended == now
    assert list(links.scalars()) == [later, now]
    assert tuple(row) == (now, None)


async def test_that_it_was_restored_is_written_down_and_the_chain_holds(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now + HOUR) as tx:
        await copies.failed(tx, "before the copy")
        await settle_copy(tx, LAN, now, (), ())
        row = (await tx.connection.execute(select(Audit.action, Audit.details))).one()

        assert row.action == "restored"
        assert row.details["copy_at"] == now.isoformat()
        assert await audit.verify(tx) is None
        assert await copies.restored(tx) == copies.Restored(now, now + HOUR)
        assert (await copies.last(tx), await copies.failure(tx)) == (None, None)


async def test_rows_of_unknown_end_in_the_copy_never_go_again_either(
    database: Database, now: datetime
) -> None:
    """The one before may have sent them again after the copy was made."""
    async with database.transaction(now) as tx:
        here = (await address_of(tx, "telegram", "7")).id
        await outbox.put(tx, "telegram", here, Kind.ALERT, {"text": "Cảnh báo"})
        await tx.connection.execute(update(Outbox).values(state=State.UNKNOWN.value))
        await settle_copy(tx, LAN, now, (), ())
        await outbox.decide(tx, "telegram")

        assert await tx.connection.scalar(select(Outbox.state)) == State.DROPPED.value
