from datetime import datetime

from sqlalchemy import delete

from storage import messages
from storage._database import Database
from storage.addresses import address_of
from storage.tables import Messages


async def test_a_history_is_read_in_order_from_where_one_stopped(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        here = (await address_of(tx, "web", "someone")).id
        there = (await address_of(tx, "web", "other")).id
        first = await messages.add(tx, here, False, {"text": "học"}, "e1")
        await messages.add(tx, there, False, {"text": "xin chào"})
        second = await messages.add(tx, here, True, {"text": "Chào bà con!"})
        everything = await messages.since(tx, here, 0)

        assert everything == (
            messages.MessageRow(first, False, {"text": "học"}, "e1", now),
            messages.MessageRow(second, True, {"text": "Chào bà con!"}, None, now),
        )
        assert await messages.since(tx, here, first) == everything[1:]
        assert await messages.since(tx, here, 0, limit=1) == everything[:1]


async def test_a_message_wakes_who_waits_at_its_address(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        here = (await address_of(tx, "web", "someone")).id
        await messages.add(tx, here, True, {"text": "Chào bà con!"})

        assert tx.wakes == {here}


async def test_a_number_is_never_given_twice_even_after_erasing(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        here = (await address_of(tx, "web", "someone")).id
        erased = await messages.add(tx, here, False, {"text": "học"})
        await tx.connection.execute(delete(Messages))
        await messages.add(tx, here, True, {"text": "Đã xóa."})

        assert len(await messages.since(tx, here, erased)) == 1


async def test_the_newest_messages_are_told_with_their_addresses(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        here = (await address_of(tx, "web", "someone")).id
        there = (await address_of(tx, "web", "someone else")).id
        await messages.add(tx, here, False, {"text": "học"})
        second = await messages.add(tx, there, False, {"text": "xin chào"})
        third = await messages.add(tx, here, True, {"text": "Chào bà con!"})

        assert await messages.latest(tx, 2) == {second: there, third: here}
