"""How fast rows leave, in which order, and how many are on their way; real seconds, an enforcing Bot API."""

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest_asyncio

from bot.channels import telegram
from bot.channels._calls import Limits
from bot.house import Ward
from storage.outbox import Kind
from tests.bot.outgoing import Road, open_road
from tests.fakes.telegram import NO_LIMITS, Rates


@pytest_asyncio.fixture
async def road(ward: Ward, tmp_path: Path) -> AsyncIterator[Road]:
    async with open_road(ward.database, tmp_path, Rates()) as made:
        yield made


async def test_one_persons_messages_come_in_order_a_second_apart_and_hold_nobody_up(
    road: Road,
) -> None:
    await road.start(limits=telegram.LIMITS)

    await road.put(7, "một", "hai", "ba")
    await road.put_all(range(100, 110), ["Chào"], Kind.ANNOUNCEMENT)
    await road.closed()

    log = road.fake.log
    others = [call.at for call in log.messages if call.chat_id != 7]
    at = [call.at for call in log.of(7)]
    assert log.texts(7) == ["một", "hai", "ba"] == await road.history(7)
    assert log.closest() >= 1
    assert at[2] - at[0] < 2.6
    assert max(others) < at[1]
    assert road.fake.throttled == 0


async def test_a_full_queue_leaves_at_the_limit_and_no_faster_also_right_after_a_restart(
    road: Road,
) -> None:
    await road.put_all(range(1000, 1200), ["Thông báo"], Kind.ANNOUNCEMENT)
    log = road.fake.log

    first = await road.start(limits=telegram.LIMITS)
    await road.fake.until(lambda: len(log.messages) >= 20)
    await first.stop(3)
    before = len(log.messages)
    await road.start(limits=telegram.LIMITS)
    await road.fake.until(lambda: len(log.messages) >= before + 50)

    after = [call.at for call in log.messages[before:]]
    assert log.worst_window() <= 30
    assert road.fake.throttled == 0
    assert after[0] - log.messages[before - 1].at >= 1
    assert len([at for at in after if at - after[0] < 1.5]) >= 40
    assert log.doubled() == []


async def test_replies_overtake_a_long_queue_of_announcements(road: Road) -> None:
    await road.put_all(range(1000, 1500), ["Thông báo"], Kind.ANNOUNCEMENT)
    log = road.fake.log
    await road.start(limits=telegram.LIMITS)
    await road.fake.until(lambda: len(log.messages) >= 10)

    before, start = len(log.messages), time.monotonic()
    await road.put(7, "Trả lời")
    await road.put(8, "Báo động", kind=Kind.ALERT)
    await road.fake.until(lambda: log.of(7) and log.of(8))

    assert log.of(7)[0].order - before <= 10
    assert log.of(7)[0].order < log.of(8)[0].order
    assert log.of(7)[0].at - start < 1


async def test_within_a_burst_the_kinds_leave_in_their_order(road: Road) -> None:
    road.fake.rates = NO_LIMITS
    for kind in reversed(Kind):
        await road.put_all(range(1000 + 100 * kind, 1020 + 100 * kind), [kind.name], kind)

    await road.start(connections=1)
    await road.closed()

    assert [call.text for call in road.fake.log.messages] == [
        kind.name for kind in Kind for _ in range(20)
    ]


async def test_never_are_more_rows_on_their_way_than_the_window_holds(road: Road) -> None:
    road.fake.rates, road.fake.latency = NO_LIMITS, 0.01
    await road.put_all(range(1000, 1400), ["Thông báo"], Kind.ANNOUNCEMENT)
    seen: list[int] = []

    with closing(sqlite3.connect(road.file)) as database:

        def looked() -> bool:
            counting = "SELECT count(*) FROM outbox WHERE state = 'sending'"
            seen.append(database.execute(counting).fetchone()[0])
            return len(road.fake.log.messages) == 400

        await road.start(connections=100)
        await road.fake.until(looked, 30)
        wide = max(seen)
        seen.clear()
    assert road.account(connections=100).window == 100
    assert 32 < wide <= 100
    assert road.account().window == 32


async def test_two_senders_of_one_account_never_send_a_row_twice(road: Road) -> None:
    road.fake.rates, road.fake.latency = NO_LIMITS, 0.005
    await road.put_all(range(1000, 1200), ["một", "hai"], Kind.ANNOUNCEMENT)

    await asyncio.gather(road.start(), road.start())
    await road.fake.until(lambda: len(road.fake.log.messages) == 400, 30)
    await road.closed()

    assert road.fake.log.doubled() == []
    assert await road.states() == Counter(sent=400)
    assert all(road.fake.log.texts(chat) == ["một", "hai"] for chat in range(1000, 1200))


async def test_a_slow_account_sends_at_its_own_rate(road: Road) -> None:
    await road.put_all(range(1000, 1015), ["Thông báo"], Kind.ANNOUNCEMENT)

    await road.start(limits=Limits(10, 0))
    await road.closed()

    assert road.fake.log.worst_window() <= 10
    assert len(road.fake.log.messages) == 15
