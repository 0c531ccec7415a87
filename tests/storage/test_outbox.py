from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from storage import leases, messages, outbox
from storage._database import Database
from storage._tx import Tx
from storage.addresses import address_of, touch
from storage.leases import AGAINS, ATTEMPTS, Settlement
from storage.outbox import TRANSITIONS, Cause, Kind, State
from storage.tables import Messages, Outbox

MINUTE = timedelta(minutes=1)


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


async def test_a_local_reply_is_readable_in_the_same_commit(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        here, there = await chat(tx), await chat(tx, "other")
        push = await outbox.put(tx, "web", here, Kind.REMINDER, {"text": "Mời học tiếp"})
        reply = await outbox.put(tx, "web", here, Kind.REPLY, {"text": "Chào bà con!"})
        foreign = await outbox.put(tx, "telegram", there, Kind.REPLY, {"text": "không phải"})
        served = await outbox.deliver_local(tx, "web")
        history = await messages.since(tx, here, 0)

        assert served == (here,)
        assert here in tx.wakes
        assert [one.body["text"] for one in history] == ["Chào bà con!", "Mời học tiếp"]
        assert [await state_of(tx, row) for row in (push, reply)] == [State.SENT, State.SENT]
        assert await state_of(tx, foreign) is State.WAITING
        assert await outbox.deliver_local(tx, "web") == ()


async def test_a_local_push_waits_for_its_time_and_not_beyond_it(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        here = await chat(tx)
        later = await outbox.put(
            tx, "web", here, Kind.REMINDER, {"text": "a"}, not_before=now + MINUTE
        )
        late = await outbox.put(tx, "web", here, Kind.REMINDER, {"text": "b"}, valid_until=now)

        assert await outbox.deliver_local(tx, "web") == ()
        assert await outbox.expire(tx, "web") == 1
        assert [await state_of(tx, row) for row in (later, late)] == [State.WAITING, State.EXPIRED]


async def unknown(tx: Tx, kind: Kind, key: str = "someone") -> int:
    row = await put(tx, key, kind)
    await lease(tx)
    await leases.settle(tx, "me", [Settlement(row, Cause.UNDECIDED)])
    return row


@pytest.mark.parametrize(
    ("kind", "once", "twice"),
    [
        (Kind.REPLY, State.WAITING, State.DROPPED),
        (Kind.ALERT, State.WAITING, State.DROPPED),
        (Kind.ANNOUNCEMENT, State.UNKNOWN, State.UNKNOWN),
        (Kind.REMINDER, State.DROPPED, State.DROPPED),
    ],
    ids=lambda one: one.name.lower(),
)
async def test_an_unknown_end_is_decided_by_what_was_sent(
    database: Database, now: datetime, kind: Kind, once: State, twice: State
) -> None:
    async with database.transaction(now) as tx:
        row = await unknown(tx, kind)
        await outbox.decide(tx, "telegram")
        assert await state_of(tx, row) is once
        await lease(tx)
        await leases.settle(tx, "me", [Settlement(row, Cause.UNDECIDED)])
        await outbox.decide(tx, "telegram")

        assert await state_of(tx, row) is twice


async def test_a_reply_of_unknown_end_is_dropped_when_they_wrote_since(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        row = await unknown(tx, Kind.REPLY)
    async with database.transaction(now + MINUTE) as tx:
        await touch(tx, await chat(tx), "sao rồi?")
        assert await outbox.decide(tx, "telegram") == 1

        assert await state_of(tx, row) is State.DROPPED


@pytest.mark.parametrize(("again", "state"), [(True, State.WAITING), (False, State.DROPPED)])
async def test_a_person_decides_about_an_announcement_of_unknown_end(
    database: Database, now: datetime, again: bool, state: State
) -> None:
    async with database.transaction(now) as tx:
        reply = await unknown(tx, Kind.REPLY, "other")
        row = await unknown(tx, Kind.ANNOUNCEMENT)

        assert await outbox.decide_by_hand(tx, [row, reply], is_sent_again=again) == 1
        assert await state_of(tx, row) is state


async def test_only_what_still_waits_can_be_cancelled(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        first, second = await put(tx), await put(tx)
        await lease(tx)

        assert await outbox.cancel(tx, [first, second]) == 1
        assert await state_of(tx, first) is State.SENDING
        assert await state_of(tx, second) is State.CANCELLED


def test_every_state_is_reached_and_every_end_is_an_end() -> None:
    moves = set(TRANSITIONS.values())

    assert {target for _, target in moves} == set(State)
    assert {source for source, _ in moves} == {State.WAITING, State.SENDING, State.UNKNOWN}
    assert set(TRANSITIONS) == set(Cause)


async def test_all_that_waits_for_an_address_is_cancelled_and_nothing_else(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        flying = await put(tx)
        await lease(tx)
        rows = [await put(tx, kind=kind) for kind in Kind]
        other = await put(tx, "other")

        assert await outbox.cancel_all(tx, await chat(tx)) == 4
        assert [await state_of(tx, row) for row in rows] == [State.CANCELLED] * 4
        assert [await state_of(tx, row) for row in (flying, other)] == [
            State.SENDING,
            State.WAITING,
        ]


async def test_what_waits_or_is_on_its_way_is_open_and_nothing_else(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        assert await outbox.open_rows(tx, "telegram") == 0
        await unknown(tx, Kind.REPLY, "unknown")
        first = await put(tx)
        await put(tx)
        await lease(tx)

        assert await outbox.open_rows(tx, "telegram") == 2
        assert await outbox.open_rows(tx, "web") == 0
        await leases.settle(tx, "me", [Settlement(first, Cause.ACCEPTED)])
        assert await outbox.open_rows(tx, "telegram") == 1


async def test_one_accounts_upkeep_lets_the_others_rows_alone(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        expired = await put(tx, "other", valid_until=now)
        row = await unknown(tx, Kind.REMINDER)

        assert await outbox.decide(tx, "zalo_oa") == 0
        assert await outbox.expire(tx, "zalo_oa") == 0
        assert await state_of(tx, row) is State.UNKNOWN
        assert await state_of(tx, expired) is State.WAITING


# ---------------------------------------------------------------- a copy taken up again


async def test_in_a_restored_copy_no_machine_sends_again_what_may_have_left(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        flying = await put(tx, "flying")
        await lease(tx)
        undecided = await unknown(tx, Kind.ALERT, "undecided")
        waiting = [await put(tx, kind.name, kind) for kind in Kind]
        late = await put(tx, "late", Kind.ALERT, valid_until=now)

        assert await outbox.restore(tx) == (1, 5)
        await outbox.decide(tx, "telegram")

        states = [await state_of(tx, row) for row in (flying, undecided, *waiting, late)]
        assert Counter(states) == {State.DROPPED: 5, State.UNKNOWN: 1, State.EXPIRED: 1}
        assert await lease(tx) == ()
        assert (await row_of(tx, waiting[Kind.ANNOUNCEMENT])).reason == outbox.AFTER_RESTORE


# ---------------------------------------------------------------- any order of acts

SETTLING = [
    cause
    for cause, (source, _) in TRANSITIONS.items()
    if source is State.SENDING and cause is not Cause.LEASE_OVER
]
KEYS = ["bác Lan", "bác Minh"]
ACTS = {"put": 5, "lease": 6, "settle": 8, "lapse": 2, "decide": 3, "expire": 1}
ACTS |= {
    "deliver_local": 1,
    "late": 1,
    "cancel": 1,
    "cancel all": 1,
    "by hand": 1,
    "touch": 1,
    "clock": 1,
    "restore": 1,
}
Made = set[tuple[State, State] | Cause]


async def act(tx: Tx, random: Random, rows: list[int]) -> Collection[Cause]:
    """Do anything that anybody can do, rather often to the rows under way; returns what was settled."""
    owner, key = random.choice(["me", "you"]), random.choice(KEYS)
    match random.choices(list(ACTS), list(ACTS.values()))[0]:
        case "put":
            await put(tx, key, random.choice(list(Kind)), valid_until=tx.now + 3 * MINUTE)
        case "lease":
            await lease(tx, owner, random.randint(1, 3))
        case "settle":
            return await settle_some(tx, random, owner, rows[:4])
        case "lapse":
            await lapse(tx, owner)
        case "touch":
            await touch(tx, await chat(tx, key), "học")
        case "clock":
            tx.now += random.choice([-10, -1, 1, 10]) * MINUTE
        case "restore":
            await outbox.restore(tx)
        case "decide" | "expire" | "deliver_local" as upkeep:
            await getattr(outbox, upkeep)(tx, "telegram")
        case by_hand:
            await act_by_hand(tx, random, by_hand, random.choice(rows[:3]))
    return ()


async def act_by_hand(tx: Tx, random: Random, deed: str, row: int) -> None:
    match deed:
        case "late":
            await leases.accept_late(tx, row, "m1")
        case "cancel":
            await outbox.cancel(tx, [row])
        case "cancel all":
            await outbox.cancel_all(tx, await chat(tx, random.choice(KEYS)))
        case "by hand":
            await outbox.decide_by_hand(tx, [row], is_sent_again=random.random() < 0.5)


async def settle_some(tx: Tx, random: Random, owner: str, rows: Sequence[int]) -> Collection[Cause]:
    """Settle some rows in one batch, whoever has them; returns the causes that moved one."""
    some = random.sample(rows, random.randint(1, len(rows)))
    batch = [Settlement(row, random.choice(SETTLING)) for row in some]
    before = await look(tx)
    settled = await leases.settle(tx, owner, batch)
    after = await look(tx)
    for one in batch:
        state, has_moved = before[one.row].state, one.row in settled
        is_theirs = state == "sending" and before[one.row].lease_owner == owner
        is_late = state == "unknown" and one.cause is Cause.ACCEPTED
        assert has_moved == (is_theirs or is_late)
        assert after[one.row].state == (settled[one.row].value if has_moved else state) or (
            state == "waiting" and after[one.row].state == "cancelled"
        )
    blocked = {before[row].address_id for row, state in settled.items() if state is State.BLOCKED}
    assert not [row for row in after.values() if waits_for(row, blocked)]
    return [one.cause for one in batch if one.row in settled]


def waits_for(row: Outbox, addresses: Collection[int]) -> bool:
    return row.state == "waiting" and row.address_id in addresses


async def lapse(tx: Tx, owner: str) -> None:
    """End leases as somebody who lives; their own stay."""
    before = await look(tx)
    await leases.lapse(tx, "telegram", owner)
    after = await look(tx)
    mine = [row for row, was in before.items() if was.lease_owner == owner]
    assert all(after[row].state == "sending" for row in mine)


async def look(tx: Tx) -> Mapping[int, Outbox]:
    """All rows, those first that an answer may still come for."""
    rows = (await tx.connection.execute(select(Outbox.__table__))).all()
    rank = {"sending": 0, "unknown": 1, "waiting": 2}
    return {row.id: row for row in sorted(rows, key=lambda row: rank.get(row.state, 3))}


def moves(
    before: Mapping[int, Outbox], after: Mapping[int, Outbox]
) -> Iterator[tuple[State, State]]:
    for row, now in after.items():
        was = State(before[row].state) if row in before else State.WAITING
        if now.state != was.value:
            yield was, State(now.state)
        is_open = now.state in {"waiting", "sending"}
        assert (now.state == "sending") == (now.lease_owner is not None)
        assert (now.lease_owner is None) == (now.lease_until is None)
        assert (now.settled_at is None) == is_open


async def check_rest(tx: Tx, rows: Mapping[int, Outbox]) -> None:
    in_flight = Counter(row.address_id for row in rows.values() if row.state == "sending")
    sent = Counter(row.address_id for row in rows.values() if row.state == "sent")
    history = Counter((await tx.connection.execute(select(Messages.address_id))).scalars())
    assert all(count == 1 for count in in_flight.values())
    assert in_flight.total() <= 3
    assert history == sent
    assert all(row.attempts < ATTEMPTS and row.agains <= AGAINS for row in rows.values())


async def live(database: Database, now: datetime, random: Random, acts: int) -> Made:
    """Let anything happen to an outbox; returns the moves that were made, and what settled one."""
    made: Made = set()
    async with database.transaction(now) as tx:
        await tx.connection.execute(delete(Outbox))
        await tx.connection.execute(delete(Messages))
        await put(tx)
        before = await look(tx)
        for _ in range(acts):
            tx.now += MINUTE / 4
            made |= set(await act(tx, random, list(before)))
            after = await look(tx)
            made |= set(moves(before, after))
            await check_rest(tx, after)
            before = after
    return made


@given(random=st.randoms(use_true_random=True))
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_no_order_of_acts_makes_an_illegal_move(
    database: Database, now: datetime, random: Random
) -> None:
    made = await live(database, now, random, 60)

    assert made <= set(TRANSITIONS.values()) | set(SETTLING)


async def test_a_long_life_makes_every_move_there_is(database: Database, now: datetime) -> None:
    made = await live(database, now, Random(2), 900)

    assert made == set(TRANSITIONS.values()) | set(SETTLING)
