"""What runs by the clock: one tick a minute, and a table of jobs.

What is due is computed from the moment and from what ran already, never from when the last tick was. So the
clock may jump, the machine may sleep for a week, two processes may tick: a job runs once for the moment it was
last due, and never for the ones that were missed.

    job      due             does
    purge    every full hour forgets what may not be kept any longer
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.house import Ward
from storage import clock, purge

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do at every full `every` of UTC; `run` may be called again after a crash."""

    name: str
    every: timedelta
    run: Callable[[Ward, datetime], Awaitable[None]]

    def due_at(self, now: datetime) -> datetime:
        """Return the last moment at which it was due."""
        return now - (now - EPOCH) % self.every


async def forget(ward: Ward, now: datetime) -> None:
    """Forget what may not be kept any longer, a batch at a time, and let the bytes leave the disk."""
    has_more = True
    has_erased = False
    while has_more:
        async with ward.database.transaction(now) as tx:
            purged = await purge.purge(tx)
        has_more, has_erased = purged.has_more, has_erased or tx.has_erased
    if has_erased:
        await ward.shrink()


JOBS = (Job("purge", timedelta(hours=1), forget),)


async def tick(ward: Ward, now: datetime) -> tuple[str, ...]:
    """Run what is due and has not run for that moment; returns the names of the jobs."""
    ran = []
    for job in JOBS:
        async with ward.database.transaction(now) as tx:
            is_ours = await clock.claim(tx, job.name, job.due_at(now))
        if is_ours:
            await job.run(ward, now)
            ran.append(job.name)
    return tuple(ran)


def every_minute(call: Callable[[], None]) -> AsyncIOScheduler:
    """Return a started scheduler that calls at every full minute; one call for all that were missed."""
    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(call, "cron", second=0, coalesce=True, misfire_grace_time=None)
    scheduler.start()
    return scheduler
