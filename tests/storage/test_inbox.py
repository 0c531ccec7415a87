from datetime import datetime

from sqlalchemy import select

from storage import inbox
from storage._database import Database
from storage.tables import Inbox


async def test_an_event_is_taken_in_once_per_channel(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        first = await inbox.take_in(tx, "web", "e1", 1, {"text": "học"})
        again = await inbox.take_in(tx, "web", "e1", 1, {"text": "học"})
        other = await inbox.take_in(tx, "telegram", "e1", 2, {"text": "học"})

    assert first is not None
    assert again is None
    assert other not in {None, first}


async def test_an_event_is_known_even_after_it_is_done(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        taken = await inbox.take_in(tx, "web", "e1", 1, {"text": "học"})
        await inbox.done(tx, [taken])

        assert await inbox.take_in(tx, "web", "e1", 1, {"text": "học"}) is None


async def test_what_waits_is_given_in_the_order_it_came_in(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        for event, address in [("e1", 20), ("e2", 10), ("e3", 20), ("e4", None)]:
            await inbox.take_in(tx, "web", event, address, {"text": event})
        rows = await inbox.rows(tx, 20)

        assert await inbox.waiting(tx) == (20, 10)
        assert [(row.event_id, row.body, row.received_at) for row in rows] == [
            ("e1", {"text": "e1"}, now),
            ("e3", {"text": "e3"}, now),
        ]


async def test_what_is_done_waits_no_more_and_its_words_are_erased(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        taken = await inbox.take_in(tx, "web", "e1", 20, {"text": "học"})
        await inbox.done(tx, [taken])
        row = (await tx.connection.execute(select(Inbox.state, Inbox.body))).one()

        assert (await inbox.waiting(tx), await inbox.rows(tx, 20)) == ((), ())
        assert tuple(row) == ("done", None)


async def test_what_is_parked_keeps_its_words_and_says_why(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        taken = await inbox.take_in(tx, "web", "e1", 20, {"text": "học"})
        await inbox.park(tx, [taken], "E-42")
        await inbox.done(tx, [taken])
        row = (await tx.connection.execute(select(Inbox.state, Inbox.body, Inbox.error_id))).one()

        assert await inbox.waiting(tx) == ()
        assert tuple(row) == ("parked", {"text": "học"}, "E-42")
