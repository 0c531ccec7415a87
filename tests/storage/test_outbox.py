from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from storage import messages, outbox
from storage._database import Database
from storage._tx import Tx
from storage.addresses import address_of, touch
from storage.outbox import AGAINS, ATTEMPTS, TRANSITIONS, Cause, Kind, State
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
    leased = await outbox.lease(tx, "telegram", owner, tx.now + MINUTE, window)
    return tuple(row.id for row in leased)


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
        assert await outbox.expire(tx) == 1
        assert [await state_of(tx, row) for row in (later, late)] == [State.WAITING, State.EXPIRED]


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
        assert await outbox.settle(tx, first, "me", Cause.ACCEPTED) is State.SENT
        assert await lease(tx) == (second,)
        assert await outbox.settle(tx, second, "me", Cause.ACCEPTED) is State.SENT
        assert await lease(tx) == (push,)


async def test_no_more_rows_than_the_window_are_in_flight(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        rows = [await put(tx, f"person {n}") for n in range(5)]

        assert await lease(tx, window=3) == tuple(rows[:3])
        assert await lease(tx, window=3) == ()
        await outbox.settle(tx, rows[0], "me", Cause.ACCEPTED)
        assert await lease(tx, window=3) == (rows[3],)


async def test_a_throttled_row_holds_back_the_later_ones_of_its_address(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        first, second = await put(tx), await put(tx)
        await lease(tx)
        at = now + MINUTE

        assert await outbox.settle(tx, first, "me", Cause.THROTTLED, not_before=at) is State.WAITING
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


async def test_an_accepted_row_stands_in_the_history_with_the_platforms_number(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        row = await put(tx)
        (leased,) = await outbox.lease(tx, "telegram", "me", now + MINUTE, 32)
        await outbox.settle(tx, row, "me", Cause.ACCEPTED, platform_id="m77")
        kept = await row_of(tx, row)
        history = await messages.since(tx, leased.address_id, 0)

        assert (leased.key, leased.body, leased.kind) == ("someone", {"text": "someone"}, 0)
        assert (kept.platform_id, kept.settled_at, kept.lease_owner) == ("m77", now, None)
        assert [(one.is_from_bot, one.body) for one in history] == [(True, {"text": "someone"})]


@pytest.mark.parametrize(
    ("cause", "state"),
    [
        (Cause.UNDECIDED, State.UNKNOWN),
        (Cause.BLOCKED, State.BLOCKED),
        (Cause.CLOSED, State.CLOSED),
        (Cause.REFUSED, State.REFUSED),
        (Cause.UNUSABLE, State.WAITING),
    ],
    ids=lambda one: one.value,
)
async def test_what_the_platform_said_decides_where_a_row_stands(
    database: Database, now: datetime, cause: Cause, state: State
) -> None:
    async with database.transaction(now) as tx:
        row = await put(tx)
        await lease(tx)

        assert await outbox.settle(tx, row, "me", cause, reason="x" * 300) is state
        assert (await row_of(tx, row)).reason == "x" * 200


async def test_only_the_owner_of_the_lease_settles_a_row(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        row = await put(tx)
        await lease(tx, "me")

        assert await outbox.settle(tx, row, "you", Cause.ACCEPTED) is None
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
            ends.append(await outbox.settle(tx, row, "me", cause))

        assert ends == [State.WAITING] * (tries - 1) + [State.GAVE_UP]


async def test_a_lease_that_is_over_leaves_an_unknown_end_until_the_answer_comes(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        row = await put(tx)
        await lease(tx)
        assert await outbox.lapse(tx) == 0
    async with database.transaction(now + MINUTE) as tx:
        assert await outbox.lapse(tx) == 1
        assert await state_of(tx, row) is State.UNKNOWN
        assert await outbox.settle(tx, row, "me", Cause.ACCEPTED) is None
        assert await outbox.accept_late(tx, row, "m77")
        assert not await outbox.accept_late(tx, row, "m77")
        assert await state_of(tx, row) is State.SENT
        assert len(await messages.since(tx, await chat(tx), 0)) == 1


async def unknown(tx: Tx, kind: Kind, key: str = "someone") -> int:
    row = await put(tx, key, kind)
    await lease(tx)
    await outbox.settle(tx, row, "me", Cause.UNDECIDED)
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
        await outbox.decide(tx)
        assert await state_of(tx, row) is once
        await lease(tx)
        await outbox.settle(tx, row, "me", Cause.UNDECIDED)
        await outbox.decide(tx)

        assert await state_of(tx, row) is twice


async def test_a_reply_of_unknown_end_is_dropped_when_they_wrote_since(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        row = await unknown(tx, Kind.REPLY)
    async with database.transaction(now + MINUTE) as tx:
        await touch(tx, await chat(tx), "sao rồi?")
        assert await outbox.decide(tx) == 1

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


SETTLING = [cause for cause in Cause if cause in outbox._SETTLE]
KEYS = ["bác Lan", "bác Minh"]
ACTS = {"put": 5, "lease": 6, "settle": 8, "lapse": 1, "decide": 3, "expire": 1, "local": 1}
ACTS |= {"late": 1, "cancel": 1, "by hand": 1, "touch": 1}


async def act(tx: Tx, random: Random, rows: list[int]) -> None:
    """Do anything that anybody can do, rather often to one of the rows under way."""
    row, owner, key = random.choice(rows[:3]), random.choice(["me", "you"]), random.choice(KEYS)
    match random.choices(list(ACTS), list(ACTS.values()))[0]:
        case "put":
            await put(tx, key, random.choice(list(Kind)), valid_until=tx.now + 3 * MINUTE)
        case "lease":
            await lease(tx, owner, random.randint(1, 3))
        case "settle":
            await outbox.settle(tx, row, owner, random.choice(SETTLING))
        case "late":
            await outbox.accept_late(tx, row, "m1")
        case "cancel":
            await outbox.cancel(tx, [row])
        case "by hand":
            await outbox.decide_by_hand(tx, [row], is_sent_again=random.random() < 0.5)
        case "touch":
            await touch(tx, await chat(tx, key), "học")
        case "local":
            await outbox.deliver_local(tx, "telegram")
        case plain:
            await getattr(outbox, plain)(tx)


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
        assert (now.settled_at is None) == is_open


async def check_rest(tx: Tx, rows: Mapping[int, Outbox]) -> None:
    in_flight = Counter(row.address_id for row in rows.values() if row.state == "sending")
    sent = Counter(row.address_id for row in rows.values() if row.state == "sent")
    history = Counter((await tx.connection.execute(select(Messages.address_id))).scalars())
    assert all(count == 1 for count in in_flight.values())
    assert in_flight.total() <= 3
    assert history == sent


async def live(database: Database, now: datetime, random: Random, acts: int) -> set[object]:
    """Let anything happen to an outbox; returns the moves that were made."""
    made = set()
    async with database.transaction(now) as tx:
        await tx.connection.execute(delete(Outbox))
        await tx.connection.execute(delete(Messages))
        await put(tx)
        before = await look(tx)
        for _ in range(acts):
            tx.now += MINUTE / 4
            await act(tx, random, list(before))
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
    assert await live(database, now, random, 60) <= set(TRANSITIONS.values())


async def test_a_long_life_makes_every_move_there_is(database: Database, now: datetime) -> None:
    assert await live(database, now, Random(1), 600) == set(TRANSITIONS.values())
