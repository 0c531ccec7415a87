"""Last night's copy of the database: when it is due, and that it is made once.

Due is what was last due: a machine that sleeps at night makes its copy when it is switched on, a disk that was
away gets one within half an hour of coming back.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot import backup
from bot.config import ConfigError
from bot.house import Ward
from storage import copies

log = structlog.get_logger()


def due_at(now: datetime, hour: int, zone: ZoneInfo) -> datetime:
    """Return the last moment at which a copy was due: the newest full `hour` of a local day."""
    local = now.astimezone(zone)
    due = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return due if due <= local else due - timedelta(days=1)


async def copy(ward: Ward, now: datetime) -> None:
    """Make the copy that is due and not made yet; otherwise bring the lists of erased people up to date."""
    target = ward.copies_to
    if target is None or ward.config.database_file is None or await _is_made(ward, now):
        await ward.note_erased()
        return
    try:
        made = await backup.back_up(ward, target)
    except (backup.BackupFailed, ConfigError) as failure:
        log.error("no copy of the database", todo=str(failure))  # noqa: TRY400 - no bug: a sentence
    else:
        log.info("copy of the database", file=made.file.name, bytes=made.size)


async def _is_made(ward: Ward, now: datetime) -> bool:
    """Whether a copy was made since it was last due; one from a future that never came counts for nothing."""
    due = due_at(now, ward.config.backup.hour, ward.house.timezone)
    async with ward.database.reading(now) as tx:
        last = await copies.last(tx)
    return last is not None and due <= last.at <= now + timedelta(hours=1)
