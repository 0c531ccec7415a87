"""Who waits is woken, and nothing is left behind."""

import asyncio

from bot.bell import Bell


async def test_a_ring_wakes_everybody_at_that_place_and_nobody_elsewhere() -> None:
    bell = Bell()
    one, two, other = bell.listen(1), bell.listen(1), bell.listen(2)

    bell.ring([1, 3])

    assert (one.done(), two.done(), other.done()) == (True, True, False)


async def test_a_ring_for_all_wakes_named_places_too() -> None:
    bell = Bell()
    waiters = [bell.listen(1), bell.listen("a visitor")]

    bell.ring_all()

    assert all(waiter.done() for waiter in waiters)


async def test_a_ring_that_nobody_hears_is_forgotten() -> None:
    bell = Bell()
    bell.ring([1])

    waiter = bell.listen(1)

    done, _ = await asyncio.wait([waiter], timeout=0)
    assert not done


async def test_who_left_is_not_woken_and_leaves_nothing_behind() -> None:
    bell = Bell()
    waiter = bell.listen(1)

    bell.leave(1, waiter)
    bell.ring([1])

    assert waiter.cancelled()
    assert not bell._waiting
