import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from handlers._requests.person import Role
from storage import accounts, audit, leases, outbox, traffic
from storage._database import Database
from storage._tx import Tx
from storage.addresses import address_of
from storage.house import Actor
from storage.leases import LEASE, Settlement
from storage.outbox import Cause, Kind, State
from storage.tables import Addresses, Audit, Outbox
from storage.traffic import Decided, Hurdle, Standing, Traffic, Undecidable

MINUTE = timedelta(minutes=1)
LAN = Actor("os:lan", frozenset({Role.ADMIN}))


async def chat(tx: Tx, key: str) -> int:
    return (await address_of(tx, "telegram", key)).id


async def put(
    tx: Tx, key: str, kind: Kind = Kind.REPLY, account: str = "telegram", **when: datetime
) -> int:
    return await outbox.put(tx, account, await chat(tx, key), kind, {"text": "kín"}, **when)


async def settle(tx: Tx, cause: Cause, **more: datetime | str) -> tuple[int, ...]:
    """Lease what may leave now, and let all of it end so."""
    leased = [row.id for row in await leases.lease(tx, "telegram", "me", 32)]
    await leases.settle(tx, "me", [Settlement(row, cause, **more) for row in leased])
    return tuple(leased)


async def unknown(tx: Tx, *keys: str, kind: Kind = Kind.ANNOUNCEMENT) -> tuple[int, ...]:
    rows = [await put(tx, key, kind) for key in keys]
    assert await settle(tx, Cause.UNDECIDED, reason="ServerDisconnectedError") == tuple(rows)
    return tuple(rows)


async def states(tx: Tx, rows: Sequence[int]) -> list[State]:
    found = await tx.connection.execute(select(Outbox.id, Outbox.state).where(Outbox.id.in_(rows)))
    by_row = dict(found.all())
    return [State(by_row[row]) for row in rows]


async def mark(tx: Tx, key: str, **values: datetime) -> None:
    await tx.connection.execute(
        update(Addresses).where(Addresses.id == await chat(tx, key)).values(**values)
    )


async def trail(tx: Tx) -> list[tuple[str, str, str, dict]]:
    columns = (Audit.actor, Audit.action, Audit.subject, Audit.details)
    return [tuple(row) for row in await tx.connection.execute(select(*columns).order_by(Audit.id))]


# ---------------------------------------------------------------- looking


async def test_an_empty_outbox_has_no_accounts_and_nothing_unknown(
    database: Database, now: datetime
) -> None:
    async with database.reading(now) as tx:
        assert await traffic.traffic(tx) == Traffic((), ())


async def test_rows_are_counted_by_account_state_and_kind(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await put(tx, "lan")
        await settle(tx, Cause.ACCEPTED)
        for kind in (Kind.REMINDER, Kind.REPLY, Kind.REPLY):
            await put(tx, "lan", kind)
        await put(tx, "minh", account="web")

    async with database.reading(now) as tx:
        first, second = (await traffic.traffic(tx)).accounts

    assert (first.account.account, second.account.account) == ("telegram", "web")
    assert first.counts == {
        State.WAITING: {Kind.REPLY: 2, Kind.REMINDER: 1},
        State.SENT: {Kind.REPLY: 1},
    }
    assert list(first.counts) == [State.WAITING, State.SENT]
    assert second.counts == {State.WAITING: {Kind.REPLY: 1}}


async def test_the_oldest_waiting_row_says_since_when_and_what_went_wrong_last(
    database: Database, now: datetime
) -> None:
    later = now + MINUTE
    async with database.transaction(now) as tx:
        row = await put(tx, "lan", Kind.ALERT)
        await settle(tx, Cause.UNREACHABLE, reason="ClientConnectorError 111", not_before=later)
    async with database.transaction(later) as tx:
        await put(tx, "minh")

    async with database.reading(later) as tx:
        (account,) = (await traffic.traffic(tx)).accounts

    assert account.oldest == traffic.Oldest(row, Kind.ALERT, now, later, "ClientConnectorError 111")


async def test_a_row_under_way_is_overdue_once_its_lease_is_over(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await put(tx, "lan")
        await leases.lease(tx, "telegram", "me", 32)

    for at, overdue in ((now + LEASE - MINUTE, 0), (now + LEASE, 1)):
        async with database.reading(at) as tx:
            (account,) = (await traffic.traffic(tx)).accounts

        assert account.counts == {State.SENDING: {Kind.REPLY: 1}}
        assert (account.overdue, account.oldest) == (overdue, None)


async def test_an_account_that_is_held_or_paused_is_listed_without_any_row(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await accounts.pause(tx, "telegram", "401 Unauthorized")
        await accounts.hold(tx, "telegram", now + MINUTE)

    async with database.reading(now) as tx:
        (account,) = (await traffic.traffic(tx)).accounts

    assert account.account.paused_at == now
    assert account.account.held_until == now + MINUTE
    assert (account.counts, account.oldest) == ({}, None)


async def test_unknown_ends_say_why_and_those_for_a_person_come_first(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        (reply,) = await unknown(tx, "lan", kind=Kind.REPLY)
        push = await put(tx, "minh", Kind.ANNOUNCEMENT)
        await leases.lease(tx, "telegram", "killed", 32)
    over = now + LEASE
    async with database.transaction(over) as tx:
        await leases.lapse(tx, "telegram", "me")

    async with database.reading(over) as tx:
        first, second = (await traffic.traffic(tx)).unknown

    assert (first.row, first.why, first.reason) == (push, Cause.LEASE_OVER, None)
    assert (first.at, first.created_at, first.is_for_a_person) == (over, now, True)
    assert (second.row, second.why) == (reply, Cause.UNDECIDED)
    assert (second.at, second.reason) == (now, "ServerDisconnectedError")
    assert not second.is_for_a_person


async def test_a_lease_that_runs_out_after_a_failed_attempt_is_not_called_unanswered(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await put(tx, "lan", Kind.ANNOUNCEMENT)
        await settle(tx, Cause.UNREACHABLE, reason="ClientConnectorError", not_before=now)
        await leases.lease(tx, "telegram", "killed", 32)
    async with database.transaction(now + LEASE) as tx:
        await leases.lapse(tx, "telegram", "me")

        (end,) = (await traffic.traffic(tx)).unknown

    assert (end.why, end.reason) == (Cause.LEASE_OVER, None)


# ---------------------------------------------------------------- deciding


async def test_announcements_sent_again_by_hand_wait_once_more_and_the_audit_knows_who(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        rows = await unknown(tx, "lan", "minh", "hoa")

        found = await traffic.decide(tx, LAN, [rows[2], rows[0], rows[2]], is_sent_again=True)

        assert found == Decided((rows[0], rows[2]))
        assert await states(tx, rows) == [State.WAITING, State.UNKNOWN, State.WAITING]
        assert await trail(tx) == [("os:lan", "sent_again", "outbox", {"rows": [rows[0], rows[2]]})]
        assert await audit.verify(tx) is None


async def test_announcements_dropped_by_hand_are_never_sent_again(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        rows = await unknown(tx, "lan", "minh")

        assert await traffic.decide(tx, LAN, None, is_sent_again=False) == Decided(rows)
        assert await states(tx, rows) == [State.DROPPED, State.DROPPED]
        assert await leases.lease(tx, "telegram", "me", 32) == ()
        assert await trail(tx) == [("os:lan", "dropped", "outbox", {"rows": list(rows)})]


async def test_one_number_that_is_no_unknown_announcement_leaves_all_as_they_are(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        (push,) = await unknown(tx, "lan")
        (reply,) = await unknown(tx, "minh", kind=Kind.REPLY)
        waiting = await put(tx, "hoa", Kind.ANNOUNCEMENT)

        for is_sent_again in (True, False):
            found = await traffic.decide(
                tx, LAN, [push, reply, waiting, 9999, 0], is_sent_again=is_sent_again
            )

            assert found == Undecidable(
                (
                    Standing(reply, Kind.REPLY, State.UNKNOWN, None),
                    Standing(waiting, Kind.ANNOUNCEMENT, State.WAITING, None),
                ),
                (0, 9999),
            )
        assert await states(tx, (push, reply, waiting)) == [
            State.UNKNOWN,
            State.UNKNOWN,
            State.WAITING,
        ]
        assert await trail(tx) == []


async def test_nobody_who_said_stop_or_blocked_us_is_written_to_again(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        stopped, blocked, late = [
            await put(tx, key, Kind.ANNOUNCEMENT, **when)
            for key, when in (("lan", {}), ("minh", {}), ("hoa", {"valid_until": now + MINUTE}))
        ]
        await settle(tx, Cause.UNDECIDED, reason="TimeoutError")
        (fine,) = await unknown(tx, "nam")
        await mark(tx, "lan", stopped_at=now)
        await mark(tx, "minh", blocked_at=now)
    hurdles = {stopped: Hurdle.STOPPED, blocked: Hurdle.BLOCKED, late: Hurdle.EXPIRED}
    standing = tuple(
        Standing(row, Kind.ANNOUNCEMENT, State.UNKNOWN, hurdle) for row, hurdle in hurdles.items()
    )

    async with database.transaction(now + MINUTE) as tx:
        ends = (await traffic.traffic(tx)).unknown
        refused = await traffic.decide(tx, LAN, [*hurdles, fine], is_sent_again=True)
        again = await traffic.decide(tx, LAN, None, is_sent_again=True)
        dropped = await traffic.decide(tx, LAN, list(hurdles), is_sent_again=False)

        assert {end.row: end.hurdle for end in ends} == {**hurdles, fine: None}
        assert refused == Undecidable(standing, ())
        assert again == Decided((fine,), standing)
        assert dropped == Decided(tuple(hurdles))


async def test_with_nothing_unknown_all_is_nothing_and_the_audit_stays_silent(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await put(tx, "lan", Kind.ANNOUNCEMENT)

        assert await traffic.decide(tx, LAN, None, is_sent_again=True) == Decided(())
        assert await trail(tx) == []


async def test_more_rows_than_one_statement_takes_are_decided_together(
    database: Database, now: datetime
) -> None:
    number = 2 * traffic.BATCH + 1
    async with database.transaction(now) as tx:
        address = await chat(tx, "lan")
        row = {"account": "telegram", "address_id": address, "body": {}, "created_at": now}
        unsure = {"kind": Kind.ANNOUNCEMENT, "state": State.UNKNOWN.value, "settled_at": now}
        await tx.connection.execute(Outbox.__table__.insert(), [{**row, **unsure}] * number)
        rows = [end.row for end in (await traffic.traffic(tx)).unknown]

        assert len(rows) == number
        assert await traffic.decide(tx, LAN, rows, is_sent_again=False) == Decided(tuple(rows))
        assert set(await states(tx, rows)) == {State.DROPPED}


async def test_an_answer_that_comes_late_and_a_person_who_decides_never_both_win(
    database: Database, now: datetime
) -> None:
    async def decide() -> bool:
        async with database.transaction(now) as tx:
            return isinstance(await traffic.decide(tx, LAN, [row], is_sent_again=True), Decided)

    async def answer() -> bool:
        async with database.transaction(now) as tx:
            return await leases.accept_late(tx, row, "77")

    for number in range(10):
        async with database.transaction(now) as tx:
            (row,) = await unknown(tx, f"chat {number}")

        both = (decide(), answer()) if number % 2 else (answer(), decide())
        won = await asyncio.gather(*both)

        assert sorted(won) == [False, True]
        async with database.transaction(now) as tx:
            await outbox.cancel(tx, [row])
