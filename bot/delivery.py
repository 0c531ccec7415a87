"""The one road out: everything that is said leaves through here.

A local account (web, console) is no platform: its people read their history where they are, so a row of the
outbox is sent as soon as it stands there. It is delivered when a commit says so, and looked for every few
seconds in case nobody said so.
"""

from datetime import datetime

from bot.bell import Bell
from storage import outbox
from storage._database import Database

POLL_SECONDS = 5.0


async def deliver(database: Database, bell: Bell, account: str, now: datetime) -> tuple[int, ...]:
    """Deliver what waits for a local account; returns the addresses that have something new to read.

    May be called at any time, by several at once: what is delivered is no longer waiting.
    """
    async with database.transaction(now) as tx:
        woken = await outbox.deliver_local(tx, account)
    bell.ring(woken)
    return woken
