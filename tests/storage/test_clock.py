"""A job runs once for each moment it was due."""

from datetime import datetime, timedelta

from storage import clock, export
from storage._database import Database


async def claimed(database: Database, job: str, due_at: datetime, now: datetime) -> bool:
    async with database.transaction(now) as tx:
        return await clock.claim(tx, job, due_at)


async def test_a_moment_is_claimed_by_the_first_who_asks(database: Database, now: datetime) -> None:
    assert await claimed(database, "purge", now, now)
    assert not await claimed(database, "purge", now, now)


async def test_another_job_and_another_moment_are_claimed_apart(
    database: Database, now: datetime
) -> None:
    await claimed(database, "purge", now, now)

    assert await claimed(database, "remind", now, now)
    assert await claimed(database, "purge", now + timedelta(hours=1), now)


async def test_runs_of_long_ago_are_forgotten_by_the_day_they_ran(
    database: Database, now: datetime
) -> None:
    await claimed(database, "purge", now + timedelta(days=500), now - timedelta(days=91))
    await claimed(database, "remind", now, now - timedelta(days=91))

    await claimed(database, "purge", now, now)

    async with database.reading(now) as tx:
        rows = [row async for table, row in export.tables(tx) if table == "clock_runs"]
    assert sorted(row["job"] for row in rows) == ["purge", "remind"]
