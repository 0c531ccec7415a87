"""What is due, and that nothing is done twice however the clock jumps."""

import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.clock import EPOCH, JOBS, LONG_JOBS, Job, every_minute, forget, tick
from bot.house import Ward
from storage import addresses, messages, rollups
from storage.slots import AFTER_ALL
from storage.tables import ClockRuns

NOW = datetime(2026, 11, 22, 8, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
PURGE = (Job("purge", HOUR, forget),)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


async def test_the_first_tick_of_an_hour_runs_the_job_and_the_others_do_not(ward: Ward) -> None:
    ran = [await tick(ward, NOW + timedelta(minutes=minute), PURGE) for minute in range(40)]

    assert ran == [("purge",), *[()] * 39]
    assert await tick(ward, NOW + timedelta(minutes=40), PURGE) == ("purge",)


async def test_a_week_of_sleep_is_one_run_and_not_a_run_for_every_hour(ward: Ward) -> None:
    await tick(ward, NOW, PURGE)

    ran = [await tick(ward, NOW + timedelta(days=7, seconds=second), PURGE) for second in range(3)]

    assert ran == [("purge",), (), ()]


async def test_a_clock_that_jumps_back_and_forth_runs_nothing_twice(ward: Ward) -> None:
    jumps = [0, 5, -1, 5, 0, -1, 6, 5]

    ran = [await tick(ward, NOW + jump * HOUR, PURGE) for jump in jumps]

    assert [bool(one) for one in ran] == [True, True, True, False, False, False, True, False]


async def test_two_processes_that_tick_at_once_run_a_job_once(ward: Ward) -> None:
    ran = await asyncio.gather(*(tick(ward, NOW, PURGE) for _ in range(8)))

    assert sorted(ran) == [*[()] * 7, ("purge",)]


async def test_who_said_nothing_for_a_day_and_agreed_to_nothing_is_forgotten(ward: Ward) -> None:
    async with ward.database.transaction(NOW - timedelta(hours=25)) as tx:
        silent = await addresses.address_of(tx, "web", "silent")
        await messages.add(tx, silent.id, is_from_bot=False, body={"text": "học"})

    await forget(ward, NOW)

    async with ward.database.reading(NOW) as tx:
        assert await addresses.find(tx, "web", "silent") is None
        assert await messages.since(tx, silent.id, 0) == ()


@given(MOMENTS, st.integers(1, 10_000))
def test_a_job_was_last_due_at_a_full_period_that_has_begun(now: datetime, minutes: int) -> None:
    every = timedelta(minutes=minutes)

    due = Job("any", every, forget).due_at(now)

    assert due <= now < due + every
    assert (due - EPOCH) % every == timedelta(0)


def test_every_job_has_a_name_of_its_own() -> None:
    jobs = (*JOBS, *LONG_JOBS)

    assert len({job.name for job in jobs}) == len(jobs)


async def test_the_scheduler_calls_at_every_full_minute() -> None:
    scheduler = every_minute(lambda: None)

    (job,) = scheduler.get_jobs()
    times = [job.trigger.get_next_fire_time(None, NOW + timedelta(seconds=s)) for s in (0, 1, 61)]
    scheduler.shutdown(wait=False)

    assert [(time.minute, time.second) for time in times] == [(20, 0), (21, 0), (22, 0)]


async def test_figures_are_added_up_every_minute_and_little_is_remembered_of_it(ward: Ward) -> None:
    minutes = [NOW + timedelta(minutes=minute) for minute in (0, 1, 2, 24 * 60 + 1)]

    ran = [await tick(ward, minute, LONG_JOBS[:1]) for minute in minutes]

    assert ran == [("figures",)] * 4
    async with ward.database.reading(NOW) as tx:
        assert await rollups.sums(tx, ("",), 0, AFTER_ALL) == {}
        due = await tx.connection.scalars(
            select(ClockRuns.due_at).where(ClockRuns.job == "figures")
        )
        assert sorted(due.all()) == minutes[1:]
