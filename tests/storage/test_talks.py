from datetime import datetime

from storage import talks
from storage._database import Database
from storage.addresses import address_of


async def test_a_talk_is_kept_in_its_slot_until_it_is_dropped(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        here = (await address_of(tx, "web", "someone")).id
        await talks.store(tx, here, None, "active", '{"at": "quiz"}')
        await talks.store(tx, here, None, "aside", '{"at": "learn"}')
    async with database.transaction(now) as tx:
        both = await talks.load(tx, here)
        await talks.drop(tx, here, "active")
        rest = await talks.load(tx, here)

    assert both == {"active": '{"at": "quiz"}', "aside": '{"at": "learn"}'}
    assert rest == {"aside": '{"at": "learn"}'}


async def test_a_later_talk_takes_the_place_of_the_one_before(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        here = (await address_of(tx, "web", "someone")).id
        other = (await address_of(tx, "web", "other")).id
        await talks.store(tx, other, None, "active", "theirs")
        await talks.store(tx, here, None, "active", "first")
        await talks.store(tx, here, 7, "active", "second")

        assert await talks.load(tx, here) == {"active": "second"}
        assert await talks.load(tx, other) == {"active": "theirs"}


async def test_dropping_a_talk_that_is_not_there_is_fine(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        here = (await address_of(tx, "web", "someone")).id
        await talks.drop(tx, here, "active")

        assert await talks.load(tx, here) == {}
