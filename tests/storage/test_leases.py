import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from storage import leases, messages, outbox
from storage._database import Database
from storage._erase import erase_address
from storage._tx import Tx
from storage.addresses import address_of
from storage.leases import LEASE, Settlement
from storage.outbox import Cause, Kind, State
from storage.tables import Outbox

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
WAITING_FOR_LOCKS = "SELECT count(*) FROM pg_locks WHERE NOT granted"


async def chat(tx: Tx, key: str = "someone") -> int:
    return (await address_of(tx, "telegram", key)).id


async def row_of(tx: Tx, row: int) -> Outbox:
    table = Outbox.__table__
    return (await tx.connection.execute(select(table).where(table.c.id == row))).one()


async def state_of(tx: Tx, row: int) -> State:
    return State((await row_of(tx, row)).state)


async def put(tx: Tx, key: str = "someone", kind: Kind = Kind.REPLY, **when: datetime) -> int:
    return await outbox.put(tx, "telegram", await chat(tx, key), kind, {"text": key}, **when)


async def lease(
    tx: Tx,
    owner: str = "me",
    window: int = 32,
    room: int | None = None,
    resting: Collection[int] = (),
) -> tuple[int, ...]:
    leased = await leases.lease(tx, "telegram", owner, window, room=room, resting=resting)
    return tuple(row.id for row in leased)


async def settle(
    tx: Tx, row: int, cause: Cause, owner: str = "me", **more: datetime | str | None
) -> State | None:
    return (await leases.settle(tx, owner, [Settlement(row, cause, **more)])).get(row)


async def leased_by(tx: Tx, owner: str, key: str) -> int:
    row = await put(tx, key)
    assert row in await lease(tx, owner)
    return row


async def history(tx: Tx, key: str = "someone") -> list[str]:
    return [one.body["text"] for one in await messages.since(tx, await chat(tx, key), 0)]


# ---------------------------------------------------------------- leasing


async def test_replies_leave_first_and_an_address_has_one_row_in_flight(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        push = await put(tx, "bác Lan", Kind.ANNOUNCEMENT)
        first = await put(tx, "bác Lan")
        second = await put(tx, "bác Lan")
        alert = await put(tx, "bác Minh", Kind.ALERT)

        assert await lease(tx) == (first, alert)
        assert await lease(tx) == ()
        assert await settle(tx, first, Cause.ACCEPTED) is State.SENT
        assert await lease(tx) == (second,)
        assert await settle(tx, second, Cause.ACCEPTED) is State.SENT
        assert await lease(tx) == (push,)


async def test_no_more_rows_than_the_window_are_in_flight(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        rows = [await put(tx, f"person {n}") for n in range(5)]

        assert await lease(tx, window=3) == tuple(rows[:3])
        assert await lease(tx, window=3) == ()
        await settle(tx, rows[0], Cause.ACCEPTED)
        assert await lease(tx, window=3) == (rows[3],)
        assert await lease(tx, window=1) == ()


async def test_no_more_rows_are_leased_than_there_is_room_for(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        rows = [await put(tx, f"person {n}") for n in range(6)]

        assert await lease(tx, room=0) == ()
        assert await lease(tx, room=-1) == ()
        assert await lease(tx, room=2) == tuple(rows[:2])
        assert await lease(tx, window=4, room=3) == tuple(rows[2:4])
        assert await lease(tx, window=4, room=3) == ()
        assert await lease(tx) == tuple(rows[4:])


async def test_an_address_that_rests_keeps_nobody_elses_place(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        tired = await put(tx, "bác Lan")
        others = [await put(tx, f"person {n}") for n in range(2)]
        resting = {await chat(tx, "bác Lan")}

        assert await leases.have_waiting(tx, resting)
        assert await lease(tx, room=2, resting=resting) == tuple(others)
        assert await lease(tx, resting=resting) == ()
        assert await lease(tx) == (tired,)
        assert not await leases.have_waiting(tx, resting)


async def test_a_lease_says_who_may_send_what_to_whom_until_when(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        row = await put(tx, kind=Kind.ALERT)
        (leased,) = await leases.lease(tx, "telegram", "me", 32)
        kept = await row_of(tx, row)

        assert leased == leases.Leased(
            row, await chat(tx), "someone", Kind.ALERT, {"text": "someone"}, 0
        )
        assert (kept.lease_owner, kept.lease_until) == ("me", now + LEASE)


async def test_owners_that_lease_at_once_share_the_rows_and_the_window(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        for n in range(6):
            await put(tx, f"person {n}")

    async def turn(owner: str) -> tuple[int, ...]:
        async with database.transaction(now) as tx:
            return await lease(tx, owner, window=4)

    found = await asyncio.gather(*(turn(f"owner {n}") for n in range(4)))

    assert sorted(map(len, found)) == [0, 0, 0, 4]


async def test_a_throttled_row_holds_back_the_later_ones_of_its_address(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        first, second = await put(tx), await put(tx)
        await lease(tx)
        at = now + 60 * SECOND

        assert await settle(tx, first, Cause.THROTTLED, not_before=at) is State.WAITING
        assert await lease(tx) == ()
        assert (await row_of(tx, first)).attempts == 0
    async with database.transaction(at) as tx:
        assert await lease(tx) == (first,)
        assert await state_of(tx, second) is State.WAITING


async def test_a_row_whose_validity_is_over_holds_nobody_back(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await put(tx, kind=Kind.ALERT, valid_until=now)
        reminder = await put(tx, kind=Kind.REMINDER)

        assert await lease(tx) == (reminder,)


# ---------------------------------------------------------------- leases that are over


async def test_a_lease_that_is_over_leaves_an_unknown_end_until_the_answer_comes(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        row = await put(tx)
        await lease(tx, "gone")
    async with database.transaction(now + LEASE - SECOND) as tx:
        assert await leases.lapse(tx, "telegram", "me") == 0
    async with database.transaction(now + LEASE) as tx:
        assert await leases.lapse(tx, "telegram", "me") == 1
        assert await state_of(tx, row) is State.UNKNOWN
        assert await settle(tx, row, Cause.REFUSED, "gone") is None
        assert await leases.accept_late(tx, row, "m77")
        assert not await leases.accept_late(tx, row, "m77")
        assert await settle(tx, row, Cause.ACCEPTED, "gone") is None
        assert await state_of(tx, row) is State.SENT
        assert await history(tx) == ["someone"]


async def test_nobodys_own_lease_is_over_while_they_live(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        mine, theirs = (
            await leased_by(tx, "me", "my chat"),
            await leased_by(tx, "gone", "their chat"),
        )
    async with database.transaction(now + DAY) as tx:  # the clock went forward
        assert await leases.lapse(tx, "telegram", "me") == 1
        assert await state_of(tx, mine) is State.SENDING
        assert await state_of(tx, theirs) is State.UNKNOWN
        assert await settle(tx, mine, Cause.ACCEPTED) is State.SENT


async def test_a_lease_from_before_the_clock_went_back_is_over(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now + DAY) as tx:
        mine, theirs = (
            await leased_by(tx, "me", "my chat"),
            await leased_by(tx, "gone", "their chat"),
        )
    async with database.transaction(now) as tx:
        assert await leases.lapse(tx, "telegram", "me") == 1
        assert await state_of(tx, mine) is State.SENDING
        assert await state_of(tx, theirs) is State.UNKNOWN


async def test_a_lease_by_a_clock_a_little_ahead_is_not_over(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now + 5 * SECOND) as tx:
        row = await leased_by(tx, "the other server", "someone")
    async with database.transaction(now) as tx:
        assert await leases.lapse(tx, "telegram", "me") == 0
        assert await state_of(tx, row) is State.SENDING


async def test_who_is_alone_ends_the_leases_of_the_dead_at_once(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        mine, theirs = (
            await leased_by(tx, "me", "my chat"),
            await leased_by(tx, "killed", "their chat"),
        )

        assert await leases.lapse(tx, "zalo_oa", "me", is_alone=True) == 0
        assert await leases.lapse(tx, "telegram", "me", is_alone=True) == 1
        assert await state_of(tx, mine) is State.SENDING
        assert await state_of(tx, theirs) is State.UNKNOWN


@pytest.mark.postgres
@pytest.mark.parametrize("template", ["postgres"], indirect=True)
async def test_who_speaks_keeps_no_message_to_them_from_being_settled(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        row = await put(tx)
        await lease(tx)

    async with database.transaction(now) as speaking:
        await address_of(speaking, "telegram", "someone")
        async with asyncio.timeout(10), database.transaction(now) as sending:
            assert await settle(sending, row, Cause.ACCEPTED) is State.SENT


@pytest.mark.postgres
@pytest.mark.parametrize("template", ["postgres"], indirect=True)
async def test_what_is_settled_while_somebody_is_erased_is_erased_too(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        row = await put(tx)
        await lease(tx)

    async def erase() -> None:
        async with database.transaction(now) as tx:
            await erase_address(tx, (await address_of(tx, "telegram", "someone")).id)

    async with asyncio.timeout(20):
        async with database.transaction(now) as sending:
            await settle(sending, row, Cause.ACCEPTED)
            erasing = asyncio.ensure_future(erase())
            async with database.transaction(now) as watching:
                while not (await watching.connection.execute(text(WAITING_FOR_LOCKS))).scalar_one():
                    pass
        await erasing

    async with database.transaction(now) as tx:
        assert await history(tx) == []


async def test_the_leases_of_another_account_are_let_alone(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        row = await leased_by(tx, "gone", "someone")
    async with database.transaction(now + DAY) as tx:
        assert await leases.lapse(tx, "zalo_oa", "me") == 0
        assert await state_of(tx, row) is State.SENDING
