"""The clock of a conversation is the transaction's moment."""

from datetime import datetime

from handlers._requests.time import Now
from storage import perform
from storage._database import Database
from storage.house import Actor


async def test_the_clock_tells_the_moment_of_the_transaction(
    database: Database, now: datetime
) -> None:
    async with database.reading(now) as tx:
        assert await perform(tx, Actor("os:lan", frozenset()), Now()) == now
