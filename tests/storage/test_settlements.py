"""What becomes of leased rows, one by one and in batches."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from storage import leases, messages, outbox
from storage._database import Database
from storage._tx import Tx
from storage.addresses import address_of, touch
from storage.leases import AGAINS, ATTEMPTS, LEASE, Settlement
from storage.outbox import TRANSITIONS, Cause, Kind, State
from storage.tables import Addresses, Messages, Outbox

SECOND = timedelta(seconds=1)

SETTLING = [
    cause
    for cause, (source, _) in TRANSITIONS.items()
    if source is State.SENDING and cause is not Cause.LEASE_OVER
]


async def chat(tx: Tx, key: str = "someone") -> int:
    return (await address_of(tx, "telegram", key)).id


async def row_of(tx: Tx, row: int) -> Outbox:
    table = Outbox.__table__
    return (await tx.connection.execute(select(table).where(table.c.id == row))).one()


async def state_of(tx: Tx, row: int) -> State:
    return State((await row_of(tx, row)).state)


async def put(tx: Tx, key: str = "someone", kind: Kind = Kind.REPLY, **when: datetime) -> int:
    return await outbox.put(tx, "telegram", await chat(tx, key), kind, {"text": key}, **when)


async def lease(tx: Tx, owner: str = "me", window: int = 32) -> tuple[int, ...]:
    return tuple(row.id for row in await leases.lease(tx, "telegram", owner, window))


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


async def blocked_at(tx: Tx, key: str = "someone") -> datetime | None:
    where = Addresses.id == await chat(tx, key)
    return await tx.connection.scalar(select(Addresses.blocked_at).where(where))


async def test_an_accepted_row_stands_in_the_history_with_the_platforms_number(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        row = await put(tx)
        (leased,) = await leases.lease(tx, "telegram", "me", 32)
        await settle(tx, row, Cause.ACCEPTED, platform_id="m77")
        kept = await row_of(tx, row)
        found = await messages.since(tx, leased.address_id, 0)

        assert (leased.key, leased.body, leased.kind) == ("someone", {"text": "someone"}, 0)
        assert (kept.platform_id, kept.settled_at, kept.lease_owner) == ("m77", now, None)
        assert [(one.is_from_bot, one.body, one.at) for one in found] == [
            (True, {"text": "someone"}, now)
        ]


async def test_an_accepted_row_carries_no_reason_of_an_earlier_try(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        row = await put(tx)
        await lease(tx)
        await settle(tx, row, Cause.UNREACHABLE, reason="no route", not_before=now)
        await lease(tx)
        await settle(tx, row, Cause.ACCEPTED)
        kept = await row_of(tx, row)

        assert (kept.reason, kept.not_before, kept.attempts) == (None, None, 1)


@pytest.mark.parametrize(
    ("cause", "state"),
    [
        (Cause.UNDECIDED, State.UNKNOWN),
        (Cause.BLOCKED, State.BLOCKED),
        (Cause.CLOSED, State.CLOSED),
        (Cause.REFUSED, State.REFUSED),
        (Cause.UNUSABLE, State.WAITING),
        (Cause.RELEASED, State.WAITING),
    ],
    ids=lambda one: one.value,
)
async def test_what_the_platform_said_decides_where_a_row_stands(
    database: Database, now: datetime, cause: Cause, state: State
) -> None:
    async with database.transaction(now) as tx:
        row = await put(tx)
        await lease(tx)

        assert await settle(tx, row, cause, reason="x" * 300) is state
        assert (await row_of(tx, row)).reason == "x" * 200


async def test_only_the_owner_of_the_lease_settles_a_row(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        row = await put(tx)
        await lease(tx, "me")

        for cause in SETTLING:
            assert await settle(tx, row, cause, "you") is None
        assert await state_of(tx, row) is State.SENDING
        assert await history(tx) == []


async def test_a_batch_settles_every_row_and_keeps_the_history_in_order(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        keys = [f"person {n}" for n in range(6)]
        rows = [await put(tx, key) for key in keys]
        await lease(tx)
        ends = [Cause.ACCEPTED, Cause.CLOSED, Cause.ACCEPTED, Cause.RELEASED, Cause.ACCEPTED]
        batch = [Settlement(row, end, f"m{row}") for row, end in zip(rows, ends, strict=False)]

        settled = await leases.settle(tx, "me", batch[::-1])

        expected = [TRANSITIONS[end][1] for end in ends] + [State.SENDING]
        assert settled == dict(zip(rows[:5], expected[:5], strict=True))
        assert [await state_of(tx, row) for row in rows] == expected
        assert [(await row_of(tx, row)).platform_id for row in rows] == [
            f"m{rows[0]}", None, f"m{rows[2]}", None, f"m{rows[4]}", None,
        ]  # fmt: skip
        kept = await tx.connection.execute(select(Messages.body).order_by(Messages.id))
        assert [body["text"] for (body,) in kept] == [keys[0], keys[2], keys[4]]


async def test_a_batch_settles_its_own_rows_and_takes_a_late_answer(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        lapsed = [await leased_by(tx, "me", key) for key in ("late", "late and refused")]
        tx.now += LEASE
        assert await leases.lapse(tx, "telegram", "you") == 2
        own, foreign = await leased_by(tx, "me", "own"), await leased_by(tx, "you", "foreign")
        ended = await leased_by(tx, "me", "ended")
        await settle(tx, ended, Cause.REFUSED)

        accepted = [Settlement(row, Cause.ACCEPTED, f"m{row}") for row in (own, foreign, ended)]
        late = Settlement(lapsed[0], Cause.ACCEPTED, "m0"), Settlement(lapsed[1], Cause.REFUSED)
        settled = await leases.settle(tx, "me", [*accepted, *late, Settlement(999, Cause.CLOSED)])

        assert settled == {own: State.SENT, lapsed[0]: State.SENT}
        assert await state_of(tx, foreign) is State.SENDING
        assert await state_of(tx, ended) is State.REFUSED
        assert await state_of(tx, lapsed[1]) is State.UNKNOWN
        assert (await row_of(tx, lapsed[0])).platform_id == "m0"
        assert await history(tx, "late") == ["late"]
        assert await history(tx, "foreign") == []


async def test_an_empty_batch_settles_nothing_at_all(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        row = await leased_by(tx, "me", "someone")

        assert await leases.settle(tx, "me", []) == {}
        assert await state_of(tx, row) is State.SENDING


@pytest.mark.parametrize(
    ("cause", "tries"), [(Cause.UNREACHABLE, ATTEMPTS), (Cause.AGAIN, AGAINS + 1)]
)
async def test_a_row_is_given_up_after_its_last_try(
    database: Database, now: datetime, cause: Cause, tries: int
) -> None:
    async with database.transaction(now) as tx:
        row = await put(tx)
        ends = []
        while await lease(tx):
            ends.append(await settle(tx, row, cause))

        assert ends == [State.WAITING] * (tries - 1) + [State.GAVE_UP]


@pytest.mark.parametrize("cause", [Cause.RELEASED, Cause.THROTTLED, Cause.UNUSABLE])
async def test_what_is_not_the_messages_fault_counts_no_attempt(
    database: Database, now: datetime, cause: Cause
) -> None:
    async with database.transaction(now) as tx:
        row = await put(tx)
        for _ in range(ATTEMPTS + AGAINS + 1):
            assert await lease(tx) == (row,)
            assert await settle(tx, row, cause) is State.WAITING
        kept = await row_of(tx, row)

        assert (kept.attempts, kept.agains, kept.settled_at) == (0, 0, None)


async def test_a_try_that_counts_is_shown_to_the_next_lease(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        row = await leased_by(tx, "me", "someone")
        await settle(tx, row, Cause.UNREACHABLE)
        (leased,) = await leases.lease(tx, "telegram", "me", 32)
        await settle(tx, row, Cause.AGAIN)
        kept = await row_of(tx, row)

        assert leased.attempts == 1
        assert (kept.attempts, kept.agains) == (1, 1)


# ---------------------------------------------------------------- blocked


async def test_who_blocked_us_gets_nothing_more_until_they_write(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        unknown = await put(tx, kind=Kind.ANNOUNCEMENT)
        assert await lease(tx) == (unknown,)
        await settle(tx, unknown, Cause.UNDECIDED)
        row = await leased_by(tx, "me", "someone")
        waiting = [await put(tx, kind=kind) for kind in Kind]
        elsewhere = await put(tx, "other")

        assert await settle(tx, row, Cause.BLOCKED) is State.BLOCKED
        assert [await state_of(tx, one) for one in waiting] == [State.CANCELLED] * 4
        assert await state_of(tx, unknown) is State.UNKNOWN
        assert await lease(tx) == (elsewhere,)
        assert (await blocked_at(tx), await blocked_at(tx, "other")) == (now, None)
    async with database.transaction(now + SECOND) as tx:
        await touch(tx, await chat(tx), "tôi đây")
        reply = await put(tx)

        assert await blocked_at(tx) is None
        assert await lease(tx) == (reply,)


async def test_a_foreign_word_of_a_block_marks_nobody(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        row, waiting = await leased_by(tx, "me", "someone"), await put(tx)

        assert await settle(tx, row, Cause.BLOCKED, "you") is None
        assert await blocked_at(tx) is None
        assert await state_of(tx, waiting) is State.WAITING


async def test_five_thousand_who_blocked_us_leave_nothing_waiting(
    database: Database, now: datetime
) -> None:
    many, batch = 5_000, 500
    async with database.transaction(now) as tx:
        chats = [
            {"channel": "telegram", "key": str(n), "created_at": now, "heard_at": now}
            for n in range(many)
        ]
        await tx.connection.execute(insert(Addresses), chats)
        ids = (await tx.connection.scalars(select(Addresses.id))).all()
        row = {"account": "telegram", "body": {"text": "x"}, "state": "waiting", "created_at": now}
        rows = [row | {"address_id": one, "kind": kind} for kind in (1, 2) for one in ids]
        await tx.connection.execute(insert(Outbox), rows)

    async with asyncio.timeout(120):
        for _ in range(many // batch):
            async with database.transaction(now) as tx:
                leased = await lease(tx, window=batch)
                blocked = [Settlement(one, Cause.BLOCKED, reason="blocked") for one in leased]
                assert len(await leases.settle(tx, "me", blocked)) == batch

    async with database.transaction(now) as tx:
        states = select(Outbox.state, func.count()).group_by(Outbox.state)
        assert dict((await tx.connection.execute(states)).all()) == {
            "blocked": many,
            "cancelled": many,
        }
        marked = select(func.count()).where(Addresses.blocked_at == now)
        assert await tx.connection.scalar(marked) == many
        assert await lease(tx) == ()


async def test_an_answer_and_the_end_of_its_lease_at_once_keep_one_message(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        rows = [await leased_by(tx, "gone", f"person {n}") for n in range(10)]

    async def answer(row: int) -> None:
        async with database.transaction(now + LEASE) as tx:
            assert await settle(tx, row, Cause.ACCEPTED, "gone", platform_id="m1") is State.SENT

    async def end() -> None:
        async with database.transaction(now + LEASE) as tx:
            await leases.lapse(tx, "telegram", "me")

    await asyncio.gather(*(answer(row) for row in rows[:5]), end(), *map(answer, rows[5:]))

    async with database.transaction(now) as tx:
        assert {await state_of(tx, row) for row in rows} == {State.SENT}
        assert [await history(tx, f"person {n}") for n in range(10)] == [
            [f"person {n}"] for n in range(10)
        ]
