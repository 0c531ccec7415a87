"""A process that adds up and is killed at any moment: nothing is lost and nothing is counted twice."""

import asyncio
import pickle
import random
import runpy
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from handlers._requests.figures import FiguresBy
from handlers._requests.person import Role
from storage import perform, rollups
from storage._database import Database
from storage.house import Actor, House
from storage.slots import AFTER_ALL

pytestmark = pytest.mark.crash

HISTORIES = Path(__file__).with_name("histories.py")
ward = SimpleNamespace(**runpy.run_path(str(HISTORIES)))
LAN = Actor("os:lan", frozenset({Role.ADMIN}))
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
PASSES = 120
KILLS = 6

WORKER = """
import asyncio, pickle, sys
from datetime import UTC, datetime
from storage import rollups
from storage._database import Database

async def main():
    house = pickle.loads(sys.stdin.buffer.read())
    database = await Database.open(sys.argv[1], house)
    has_more = True
    while has_more:
        async with database.transaction(datetime.now(UTC)) as tx:
            has_more = await rollups.catch_up(tx, 1)
        print("batch", flush=True)

asyncio.run(main())
"""


async def filled(url: str, house: House) -> None:
    """A ward whose rows were begun with, and many events behind them."""
    database = await Database.open(url, house)
    async with database.transaction(NOW) as tx:
        await ward.empty_ward(tx)
        await rollups.catch_up(tx)
        await rollups.catch_up(tx)
        chance = random.Random(5)
        for number in range(PASSES):
            lesson = chance.choice(ward.LESSONS)
            hours = chance.randrange(ward.HOURS)
            event = ward.Event(1 + number % 4, "passed", hours, number % 3 or None, None, lesson, 1)
            await ward.happen(tx, event)
            if number == PASSES // 2:
                await ward.happen(tx, ward.Vouch(2))
    await database.close()


async def judged(url: str, house: House) -> None:
    """Finish, and hold everything against a recount."""
    database = await Database.open(url, house)
    async with database.transaction(NOW) as tx:
        while await rollups.catch_up(tx):
            pass
        assert await rollups.sums(tx, ("",), 0, AFTER_ALL)
        for dimension in ward.ADDED:
            figures = await perform(tx, LAN, FiguresBy(dimension))
            again = await ward.expected(tx, dimension, None, None)
            assert ward.told(figures) == ward.without_nothing(again)
    await database.close()


def killed_after(url: str, house: bytes, batches: int) -> int:
    """Let a process add up and kill it after so many batches; returns how many it had done."""
    command = [sys.executable, "-c", WORKER, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(house)
        process.stdin.close()
        done = 0
        while done < batches and process.stdout.readline():
            done += 1
        process.kill()
        return done


def test_a_catch_up_that_is_killed_again_and_again_counts_everything_once(
    sqlite_template: Path, tmp_path: Path, house: House
) -> None:
    url = f"sqlite:///{tmp_path}/ward.db"
    house = ward.of_core(house)
    asyncio.run(filled(url, house))

    done = [killed_after(url, pickle.dumps(house), 3 + kill % 5) for kill in range(KILLS)]

    assert sum(done) > KILLS
    asyncio.run(judged(url, house))
