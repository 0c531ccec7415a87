"""The road out once more on PostgreSQL: what the database has a part in."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy.exc import DBAPIError

from bot.config import Config
from bot.house import make_house
from lessons import Content
from storage._database import Database
from storage.outbox import Kind
from tests.bot.outgoing import Road, open_road
from tests.fakes.telegram import Fault
from tests.fakes.telegram import Kind as Trouble
from tests.storage.conftest import Postgres, postgres

__all__ = ["postgres"]
pytestmark = pytest.mark.postgres
CHATS = range(1000, 1100)
NUMBERS = count(1)


@pytest_asyncio.fixture
async def road(postgres: Postgres, content: Content, tmp_path: Path) -> AsyncIterator[Road]:
    name = f"road{next(NUMBERS)}"
    await postgres.command(f"CREATE DATABASE {name}")
    database = await Database.open(postgres.url(name), make_house(Config(), content))
    async with open_road(database, tmp_path) as made:
        yield made
    await database.close()
    await postgres.command(f"DROP DATABASE {name}")


async def test_everything_arrives_once_and_in_order(road: Road) -> None:
    await road.put_all(CHATS, ["một", "hai"], Kind.ANNOUNCEMENT)

    await road.start()
    await road.closed()

    assert await road.states() == Counter(sent=200)
    assert all(road.fake.log.texts(chat) == ["một", "hai"] for chat in CHATS)
    assert await road.history(1000) == ["một", "hai"]
    assert road.fake.log.doubled() == []


async def test_two_senders_of_one_account_never_send_a_row_twice(road: Road) -> None:
    await road.put_all(CHATS, ["một", "hai"], Kind.ANNOUNCEMENT)

    await asyncio.gather(road.start(), road.start())
    await road.closed()

    assert len(road.fake.log.messages) == 200
    assert road.fake.log.doubled() == []
    assert all(road.fake.log.texts(chat) == ["một", "hai"] for chat in CHATS)


async def test_a_stop_leaves_nothing_on_its_way_and_the_next_sender_goes_on(road: Road) -> None:
    road.fake.latency = 0.1
    await road.put_all(CHATS, ["một"], Kind.ANNOUNCEMENT)
    first = await road.start()
    await road.fake.until(lambda: len(road.fake.log.messages) >= 20)

    await first.stop(3)
    states, accepted = await road.states(), len(road.fake.log.messages)
    await road.start()
    await road.closed()

    assert states == Counter(sent=accepted, waiting=100 - accepted)
    assert len(road.fake.log.messages) == 100
    assert road.fake.log.doubled() == []


async def test_blocked_throttled_unknown_and_unreachable_end_as_on_sqlite(road: Road) -> None:
    road.fake.blocked.add(7)
    road.fake.faults.add(Fault(Trouble.STORM, chats={8}, times=1, retry_after=1))
    road.fake.faults.add(Fault(Trouble.CUT_AFTER_ACCEPT, chats={9}, times=1))
    await road.put(7, "một", "hai")
    await road.put(8, "một")
    await road.put(9, "một", kind=Kind.ANNOUNCEMENT)

    await road.start(connections=1)
    await road.until(lambda rows: not any(row.state == "waiting" for row in rows))
    await road.fake.go_down()
    await road.put(10, "một")
    (last,) = await road.until(lambda rows: rows[0].attempts == 1, of=10)

    states = [row.state for row in await road.rows()]
    assert states[:4] == ["blocked", "cancelled", "sent", "unknown"]
    assert last.not_before is not None
    assert await road.blocked() == {"7"}


async def closed_at_last(road: Road) -> None:
    """Wait until nothing is on its way; the test's own connections were cut as well."""
    async with asyncio.timeout(20):
        while True:
            with suppress(DBAPIError):
                await road.closed()
                return


async def test_a_database_server_that_cuts_its_connections_costs_no_row(
    road: Road,
    postgres: Postgres,
) -> None:
    road.fake.latency = 0.05
    await road.put_all(CHATS, ["một"], Kind.ANNOUNCEMENT)
    await road.start()
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname LIKE 'road%' AND pid <> pg_backend_pid()"
    )
    for accepted in (20, 60):
        await road.fake.until(lambda n=accepted: len(road.fake.log.messages) >= n)
        await postgres.command(cut)
    await closed_at_last(road)

    assert await road.states() == Counter(sent=100)
    assert len(road.fake.log.messages) == 100
    assert road.fake.log.doubled() == []


async def test_a_commit_whose_answer_was_lost_leaves_no_row_leased_for_ever(road: Road) -> None:
    await road.put_all(CHATS, ["một"], Kind.ANNOUNCEMENT)
    road.database.loses_commits = 2

    await road.start()
    await road.closed()

    assert await road.states() == Counter(sent=100)
    assert road.fake.log.doubled() == []


async def test_a_clock_that_jumps_changes_nothing(road: Road) -> None:
    road.fake.latency = 0.02
    await road.put_all(CHATS, ["một"], Kind.ANNOUNCEMENT)
    await road.start()
    for accepted, jump in ((20, 3), (50, -3)):
        await road.fake.until(lambda n=accepted: len(road.fake.log.messages) >= n)
        road.moments.ahead += timedelta(hours=jump)
        await road.round()
    await road.closed()

    assert await road.states() == Counter(sent=100)
    assert road.fake.log.doubled() == []
