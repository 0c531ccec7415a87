"""kill -9, again and again: nothing is lost, and nothing is doubled in silence."""

import random
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from bot.config import Config
from bot.house import make_house
from lessons import Content
from storage.house import House
from tests.postgres_server import postgres_server
from tests.soak.inbound import kill_inbound
from tests.soak.outbound import kill_outbound
from tests.soak.stores import Sqlite, Store, new_postgres

KILLS = 5
SEED = random.SystemRandom().randrange(10**6)
NUMBERS = count(1)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with postgres_server() as folder:
        yield folder


@pytest_asyncio.fixture(
    params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)],
)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A database without tables, of either kind."""
    if request.param == "sqlite":
        yield Sqlite(tmp_path / "ward.db")
    else:
        yield await new_postgres(request.getfixturevalue("postgres"), f"killed{next(NUMBERS)}")


@pytest.fixture
def house(content: Content) -> House:
    return make_house(Config(), content)


@pytest.mark.crash
async def test_killed_among_2000_messages_none_is_lost_and_none_doubled_in_silence(
    store: Store, house: House, tmp_path: Path
) -> None:
    found = await kill_outbound(store, tmp_path, house, SEED, KILLS)

    assert found.faults == (), f"seed {SEED}"
    assert found.messages >= 2000
    assert max(found.orphans) > 0


@pytest.mark.crash
async def test_killed_among_200_updates_each_is_handled_once_and_no_talk_is_stuck(
    store: Store, tmp_path: Path
) -> None:
    found = await kill_inbound(store, tmp_path, SEED, KILLS)

    assert found.faults == (), f"seed {SEED}"
    assert found.messages >= 200
