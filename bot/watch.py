"""The health check by the clock: what is not well becomes an item for the ward's staff and a line in the log.

An item is opened once, when something begins to be unwell, and closed once it is well again; items of checks
that no longer exist (a platform that was switched off) are closed too.
"""

from datetime import datetime

import structlog
from sqlalchemy import select

from bot.facts import gather
from bot.health import Check, Level, checks
from bot.house import Ward
from storage import items
from storage._tx import Tx
from storage.house import Actor
from storage.tables_staff import TeamItems

log = structlog.get_logger()

KIND = "health"
CLOCK = Actor("os:clock", frozenset())


async def look(ward: Ward, now: datetime) -> None:
    """Look at everything once, tell what is new, and close what is mended."""
    unwell = {
        f"{KIND}:{check.name}": check
        for check in checks(await gather(ward, now))
        if check.level is not Level.GOOD
    }
    async with ward.database.transaction(now) as tx:
        new = [check for subject, check in unwell.items() if await _opened(tx, subject)]
        mended = [subject for subject in await _open(tx) if subject not in unwell]
        for subject in mended:
            await items.close_item(tx, CLOCK, KIND, subject)
    for check in new:
        if not check.is_unset:
            _tell(check)
    for subject in mended:
        log.info("mended", subject=subject)


async def _opened(tx: Tx, subject: str) -> bool:
    return await items.open_item(tx, KIND, subject)


async def _open(tx: Tx) -> tuple[str, ...]:
    still = select(TeamItems.subject).where(TeamItems.kind == KIND, TeamItems.done_at.is_(None))
    return tuple((await tx.connection.execute(still)).scalars().all())


def _tell(check: Check) -> None:
    tell = log.error if check.level is Level.BAD else log.warning
    tell("not well", subject=check.name, why=check.sentence, todo=check.todo)
