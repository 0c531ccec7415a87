"""Steps that are taken again and again."""

import asyncio

from bot.rounds import Round


class Steps:
    """Counts its steps; the first ones may fail, and each waits for leave when told to."""

    def __init__(self, failures: int = 0) -> None:
        self.taken = 0
        self.failures = failures
        self.reached = asyncio.Condition()
        self.leave = asyncio.Event()
        self.leave.set()

    async def __call__(self) -> None:
        self.taken += 1
        async with self.reached:
            self.reached.notify_all()
        await self.leave.wait()
        if self.taken <= self.failures:
            raise ValueError("not yet")

    async def until(self, number: int) -> None:
        async with asyncio.timeout(10), self.reached:
            await self.reached.wait_for(lambda: self.taken >= number)


async def test_a_step_is_taken_at_once_and_again_after_the_pause() -> None:
    steps = Steps()
    round_ = Round("test", steps, 0.001)

    round_.start()
    await steps.until(3)
    await round_.stop(1)

    assert steps.taken >= 3


async def test_waking_takes_the_next_step_without_the_pause() -> None:
    steps = Steps()
    round_ = Round("test", steps, None)
    round_.start()
    await steps.until(1)

    round_.wake()
    await steps.until(2)
    await round_.stop(1)

    assert steps.taken == 2


async def test_waking_during_a_step_takes_one_more_afterwards_never_two_at_once() -> None:
    steps = Steps()
    steps.leave.clear()
    round_ = Round("test", steps, None)
    round_.start()
    await steps.until(1)

    round_.wake()
    round_.wake()
    assert steps.taken == 1
    steps.leave.set()
    await steps.until(2)
    await round_.stop(1)

    assert steps.taken == 2


async def test_a_step_that_fails_does_not_end_the_round() -> None:
    steps = Steps(failures=2)
    round_ = Round("test", steps, 0.001)

    round_.start()
    await steps.until(3)
    await round_.stop(1)

    assert steps.taken >= 3


async def test_stopping_lets_the_step_under_way_come_to_its_end() -> None:
    steps = Steps()
    steps.leave.clear()
    round_ = Round("test", steps, None)
    round_.start()
    await steps.until(1)

    stopping = asyncio.ensure_future(round_.stop(10))
    await asyncio.sleep(0)
    assert not stopping.done()
    steps.leave.set()

    async with asyncio.timeout(5):
        await stopping


async def test_a_step_that_does_not_end_is_cut_off_when_time_is_up() -> None:
    steps = Steps()
    steps.leave.clear()
    round_ = Round("test", steps, None)
    round_.start()
    await steps.until(1)

    async with asyncio.timeout(5):
        await round_.stop(0.01)


async def test_stopping_what_was_never_started_does_nothing() -> None:
    await Round("test", Steps(), None).stop(1)
