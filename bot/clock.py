"""What runs by the clock: one tick a minute, and a table of jobs.

What is due is computed from the moment and from what ran already, never from when the last tick was. So the
clock may jump, the machine may sleep for a week, two processes may tick: a job runs once for the moment it was
last due, and never for the ones that were missed.

    job      due             does
    purge    every full hour forgets what may not be kept any longer
    health   every 10 min    tells what is not well before it hurts
    tdps     every full hour moves people out of TDPs whose last day has passed
    duties   every full hour opens what needs somebody, closes what does no longer; also at the start

What takes minutes is in a table of its own, with a round of its own, so that nothing waits for it:

    copy     every half hour makes last night's copy of the database if it is not made yet
    figures  every minute    adds up what has happened since, a batch at a time
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import watch
from bot.house import Ward
from storage import clock, duties, purge, rollups, tdps

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do at every full `every` of UTC; `run` may be called again after a crash.

    `remembered`: how long it is known that it ran, which is how far the clock may jump back.
    """

    name: str
    every: timedelta
    run: Callable[[Ward, datetime], Awaitable[None]]
    remembered: timedelta = clock.REMEMBERED

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


async def copy(ward: Ward, now: datetime) -> None:
    """Make the copy that is due; a failure is logged, and tried again at the next half hour."""
    from bot import nightly  # noqa: PLC0415 - loads the cryptography library: once a night is enough

    await nightly.copy(ward, now)


async def add_up(ward: Ward, now: datetime) -> None:
    """Add up what has happened; the first time in a large ward takes minutes, with turns in between."""
    has_more = True
    while has_more:
        async with ward.database.transaction(now) as tx:
            has_more = await rollups.catch_up(tx)


LONG_JOBS = (
    Job("figures", timedelta(minutes=1), add_up, remembered=timedelta(days=1)),
    Job("copy", timedelta(minutes=30), copy),
)


async def look_for_duties(ward: Ward, now: datetime) -> None:
    """Open what needs somebody today and close what does no longer."""
    async with ward.database.transaction(now) as tx:
        await duties.look(tx)


async def leave_tdps(ward: Ward, now: datetime) -> None:
    """Move everybody out of the TDPs whose last day has passed."""
    async with ward.database.transaction(now) as tx:
        await tdps.leave_those_over(tx)


JOBS = (
    Job("purge", timedelta(hours=1), forget),
    Job("tdps", timedelta(hours=1), leave_tdps),
    Job("duties", timedelta(hours=1), look_for_duties),
    Job("health", timedelta(minutes=10), watch.look),
)


async def tick(ward: Ward, now: datetime, jobs: Sequence[Job] | None = None) -> tuple[str, ...]:
    """Run what is due and has not run for that moment; returns the names of the jobs."""
    ran = []
    for job in JOBS if jobs is None else jobs:
        async with ward.database.transaction(now) as tx:
            is_ours = await clock.claim(tx, job.name, job.due_at(now), job.remembered)
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
