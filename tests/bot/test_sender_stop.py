"""What a stop leaves behind, a locked or full database, and clocks that jump."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.house import Ward
from storage.outbox import Kind
from tests.bot.outgoing import Road, kill, open_road
from tests.fakes.telegram import Fault
from tests.fakes.telegram import Kind as Trouble

CHATS = range(1000, 1200)
HOURS = timedelta(hours=3)


@pytest_asyncio.fixture
async def road(ward: Ward, tmp_path: Path) -> AsyncIterator[Road]:
    async with open_road(ward.database, tmp_path) as made:
        yield made


# ---------------------------------------------------------------- stopping


async def test_a_stop_lets_what_is_on_its_way_arrive_and_the_next_sender_takes_up_the_rest(
    road: Road,
) -> None:
    road.fake.latency = 0.2
    await road.put_all(CHATS, ["Thông báo"], Kind.ANNOUNCEMENT)
    first = await road.start()
    await road.fake.until(lambda: len(road.fake.log.messages) >= 40)

    start = time.monotonic()
    await first.stop(3)
    took = time.monotonic() - start
    states = await road.states()
    accepted = len(road.fake.log.messages)

    road.fake.latency = 0.0
    await road.start()
    await road.closed()

    assert took < 3
    assert states == Counter(sent=accepted, waiting=200 - accepted)
    assert accepted < 200
    assert await road.states() == Counter(sent=200)
    assert len(road.fake.log.messages) == 200
    assert road.fake.log.doubled() == []


@pytest.mark.parametrize("trouble", [Trouble.STORM, Trouble.UNAUTHORIZED])
async def test_a_stop_does_not_wait_for_a_long_silence(road: Road, trouble: Trouble) -> None:
    road.fake.faults.add(Fault(trouble, retry_after=3000))
    await road.put_all(CHATS, ["Thông báo"], Kind.ANNOUNCEMENT)
    sender = await road.start()
    await road.until(lambda rows: road.fake.refused and all(r.state == "waiting" for r in rows))

    start = time.monotonic()
    await sender.stop(3)

    assert time.monotonic() - start < 1
    assert await road.states() == Counter(waiting=200)


async def test_a_stop_during_an_outage_leaves_everything_waiting(road: Road) -> None:
    await road.fake.go_down()
    await road.put_all(CHATS, ["Thông báo"], Kind.ANNOUNCEMENT)
    sender = await road.start()
    await road.until(lambda rows: any(row.attempts for row in rows))

    await sender.stop(3)

    assert await road.states() == Counter(waiting=200)


async def test_a_call_that_does_not_end_in_time_is_given_up_as_unknown(
    road: Road,
) -> None:
    road.fake.faults.add(Fault(Trouble.HANG_AFTER, times=1))
    await road.put(7, "một", kind=Kind.ANNOUNCEMENT)
    await road.put(8, "hai", kind=Kind.ANNOUNCEMENT)
    first = await road.start()
    await road.fake.until(lambda: len(road.fake.log.messages) == 2)
    await road.until(lambda rows: Counter(row.state for row in rows)["sent"] == 1)

    start = time.monotonic()
    await first.stop(0.3)
    took = time.monotonic() - start
    left = await road.states()
    await road.start()
    road.pass_time(100)
    await road.until(lambda rows: all(row.state != "sending" for row in rows))

    assert took < 2
    assert left == Counter(sent=1, unknown=1)
    assert await road.states() == left
    assert road.fake.log.doubled() == []


async def test_a_stop_while_nothing_is_to_be_done_takes_no_time(road: Road) -> None:
    sender = await road.start()
    await road.drained()

    start = time.monotonic()
    await sender.stop(3)

    assert time.monotonic() - start < 0.5


async def test_stopping_and_starting_again_and_again_neither_loses_nor_doubles(road: Road) -> None:
    road.fake.latency = 0.01
    await road.put_all(CHATS, ["một", "hai"], Kind.ANNOUNCEMENT)

    for more in range(30, 300, 30):
        sender = await road.start()
        await road.fake.until(lambda n=more: len(road.fake.log.messages) >= n)
        await sender.stop(5)
        states = await road.states()
        assert states == Counter(
            sent=len(road.fake.log.messages), waiting=400 - len(road.fake.log.messages)
        )
    await road.start()
    await road.closed()

    assert len(road.fake.log.messages) == 400
    assert road.fake.log.doubled() == []
    assert all(road.fake.log.texts(chat) == ["một", "hai"] for chat in CHATS)


# ---------------------------------------------------------------- the database cannot be used


async def held_up(road: Road) -> None:
    """Wait until the sender has said that it cannot go on, and has tried once more."""
    await road.until(lambda _: len(road.database.failures) >= 2)


def one_sentence(road: Road, reason: str) -> None:
    """Whether one error says what is wrong and what to do, and one line that it is over."""
    (error,) = road.said("error")
    assert error["event"] == "outbox waits for the database"
    assert error["reason"].startswith(reason)
    assert "Không ghi được cơ sở dữ liệu" in error["todo"]
    assert [one["event"] for one in road.said("info")] == ["outbox goes on"]


async def test_answers_that_come_while_the_database_is_locked_are_settled_later(
    road: Road,
) -> None:
    road.fake.latency = 0.1
    await road.put_all(CHATS, ["Thông báo"], Kind.ANNOUNCEMENT)
    await road.start()
    await road.fake.until(lambda: road.fake.calls["sendMessage"] >= 20)

    with road.locked():
        await held_up(road)
        during = len(road.fake.log.messages)
        await road.until(lambda _: len(road.database.failures) >= 3)
        still = len(road.fake.log.messages)
    await road.closed()

    assert during <= still <= 200 - 32
    assert await road.states() == Counter(sent=200)
    assert len(road.fake.log.messages) == 200
    assert road.fake.log.doubled() == []
    one_sentence(road, "SQLITE_BUSY")


@pytest.mark.crash
async def test_another_process_that_keeps_the_database_for_ten_seconds_costs_only_time(
    road: Road,
) -> None:
    road.fake.latency = 0.05
    await road.put_all(CHATS, ["Thông báo"], Kind.ANNOUNCEMENT)
    await road.start()
    await road.fake.until(lambda: len(road.fake.log.messages) >= 20)

    with road.locked(wait_ms=10_000):
        await road.until(lambda _: road.database.failures)
    await road.closed()

    assert await road.states() == Counter(sent=200)
    assert len(road.fake.log.messages) == 200
    assert road.fake.log.doubled() == []
    one_sentence(road, "SQLITE_BUSY")


async def test_a_stop_while_the_database_is_locked_ends_in_time_and_loses_no_row(
    road: Road,
) -> None:
    road.fake.latency = 0.1
    await road.put_all(CHATS, ["Thông báo"], Kind.ANNOUNCEMENT)
    sender = await road.start()
    await road.fake.until(lambda: road.fake.calls["sendMessage"] >= 20)

    with road.locked():
        await held_up(road)
        start = time.monotonic()
        await sender.stop(1)
        took = time.monotonic() - start
    states = await road.states()

    assert took < 3
    assert states.keys() <= {"sent", "sending", "waiting"}
    assert states["sending"] <= 32


async def test_a_full_disk_stops_the_leasing_and_what_was_answered_is_settled_when_there_is_room(
    road: Road,
) -> None:
    await road.put_all(CHATS, ["Thông báo " * 300], Kind.ANNOUNCEMENT)
    full = road.database.database._writers._connection
    full.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    pages = full.exec_driver_sql("PRAGMA page_count").scalar()
    full.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    full.rollback()

    await road.start()
    await held_up(road)
    during = len(road.fake.log.messages)
    async with road.database.database._writers._lock:
        full.exec_driver_sql("PRAGMA max_page_count=1000000")
        full.rollback()
    await road.closed()

    assert 1 <= during <= 2 * 32
    assert await road.states() == Counter(sent=200)
    assert len(road.fake.log.messages) == 200
    assert road.fake.log.doubled() == []
    one_sentence(road, "SQLITE_FULL")


async def test_a_commit_whose_answer_was_lost_leaves_no_row_leased_for_ever(road: Road) -> None:
    await road.put_all(CHATS, ["Thông báo"], Kind.ANNOUNCEMENT)
    road.database.loses_commits = 2

    await road.start()
    await road.closed()

    assert await road.states() == Counter(sent=200)
    assert len(road.fake.log.messages) == 200
    assert road.fake.log.doubled() == []


# ---------------------------------------------------------------- clocks that jump


@pytest.mark.parametrize("jump", [HOURS, -HOURS], ids=["forward", "back"])
async def test_a_clock_that_jumps_while_rows_are_on_their_way_changes_nothing(
    road: Road, jump: timedelta
) -> None:
    road.fake.latency = 0.05
    await road.put_all(CHATS, ["một", "hai"], Kind.ANNOUNCEMENT)
    await road.start()

    for count in (30, 100, 200):
        await road.fake.until(lambda n=count: len(road.fake.log.messages) >= n)
        road.moments.ahead += jump
        jump = -jump
        await road.round()
    await road.closed()

    assert await road.states() == Counter(sent=400)
    assert len(road.fake.log.messages) == 400
    assert road.fake.log.doubled() == []
    assert all(road.fake.log.texts(chat) == ["một", "hai"] for chat in CHATS)


@pytest.mark.parametrize("jump", [HOURS, -HOURS], ids=["forward", "back"])
async def test_rows_of_a_dead_sender_are_found_whatever_the_clock_did_meanwhile(
    road: Road, jump: timedelta
) -> None:
    road.fake.faults.add(Fault(Trouble.HANG_BEFORE, times=2))
    await road.put(7, "Trả lời")
    await road.put(8, "Thông báo", kind=Kind.ANNOUNCEMENT)
    first = await road.start()
    await road.fake.until(lambda: road.fake.calls["sendMessage"] == 2)
    await kill(first)

    road.moments.ahead += jump
    await road.start()
    rows = await road.until(lambda rows: all(row.state in {"sent", "unknown"} for row in rows))

    assert [(row.state, row.is_resent) for row in rows] == [("sent", True), ("unknown", False)]
    assert road.fake.log.texts(7) == ["Trả lời"]


async def test_a_row_put_off_by_a_clock_that_was_ahead_does_not_wait_for_that_hour(
    road: Road,
) -> None:
    road.moments.ahead = HOURS
    await road.fake.go_down()
    await road.put(7, "một")
    await road.start()
    await road.until(lambda rows: rows[0].attempts == 1)

    road.moments.ahead = timedelta()
    await road.fake.come_up()
    await road.round()
    await road.closed()

    assert road.fake.log.texts(7) == ["một"]


async def test_a_row_that_is_meant_for_later_waits_for_its_hour(road: Road) -> None:
    later = road.moments.now() + HOURS
    await road.put(7, "một", not_before=later)
    await road.start()
    await road.round()
    early = await road.states()

    road.pass_time(HOURS.total_seconds())
    await road.closed()

    assert early == Counter(waiting=1)
    assert road.fake.log.texts(7) == ["một"]


async def test_what_is_valid_no_longer_ends_and_what_comes_after_it_goes(road: Road) -> None:
    await road.put(7, "một", valid_until=road.moments.now() + timedelta(minutes=5))
    await road.put(7, "hai")
    road.moments.ahead += timedelta(minutes=6)

    await road.start()
    rows = await road.closed()

    assert [row.state for row in rows] == ["expired", "sent"]
    assert road.fake.log.texts(7) == ["hai"]


async def test_waiting_takes_next_to_no_work(road: Road) -> None:
    await road.start()
    await road.drained()
    counted = road.database.count

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await road.database.over().wait()

    assert road.database.count - counted == 0
