"""What waits for a local account becomes readable, once."""

import asyncio

from bot.bell import Bell
from bot.delivery import deliver
from bot.house import Ward, now
from storage import addresses, messages, outbox


async def put(ward: Ward, account: str, key: str, *texts: str) -> int:
    async with ward.database.transaction(now()) as tx:
        address = await addresses.address_of(tx, account, key)
        for text in texts:
            await outbox.put(tx, account, address.id, outbox.Kind.REPLY, {"text": text})
    return address.id


async def texts_of(ward: Ward, address: int) -> list[str]:
    async with ward.database.reading(now()) as tx:
        return [row.body["text"] for row in await messages.since(tx, address, 0)]


async def test_what_waits_is_readable_in_order_and_its_reader_is_woken(ward: Ward) -> None:
    address = await put(ward, "web", "lan", "một", "hai")
    bell = Bell()
    waiter = bell.listen(address)

    woken = await deliver(ward.database, bell, "web", now())

    assert woken == (address,)
    assert waiter.done()
    assert await texts_of(ward, address) == ["một", "hai"]


async def test_delivering_at_the_same_time_delivers_once(ward: Ward) -> None:
    address = await put(ward, "web", "lan", "một")

    await asyncio.gather(*(deliver(ward.database, Bell(), "web", now()) for _ in range(5)))

    assert await texts_of(ward, address) == ["một"]


async def test_another_account_keeps_what_waits_for_it(ward: Ward) -> None:
    address = await put(ward, "console", "os:lan", "một")

    assert await deliver(ward.database, Bell(), "web", now()) == ()
    assert await texts_of(ward, address) == []
    assert await deliver(ward.database, Bell(), "console", now()) == (address,)
