"""The ward's numbers, and a wish for help."""

from datetime import datetime

from sqlalchemy import select

from handlers._requests.consent import Agree, Purpose
from handlers._requests.help import AskForHelp, HelpNoted, WardNumbers
from storage import perform
from storage._database import Database
from storage._tx import Tx
from storage.addresses import actor_of, address_of
from storage.house import Actor, House
from storage.tables import Audit, DailyCounts, Events


async def somebody(tx: Tx, key: str = "first") -> Actor:
    return await actor_of(tx, await address_of(tx, "web", key))


async def test_the_wards_numbers_come_in_the_order_of_the_config(
    database: Database, now: datetime, house: House
) -> None:
    async with database.transaction(now) as tx:
        assert await perform(tx, await somebody(tx), WardNumbers()) == house.numbers


async def test_a_persons_wish_for_help_stands_in_events_and_audit(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await somebody(tx)
        await perform(tx, by, Agree(Purpose.TEAM, "consent.team"))

        noted = await perform(tx, by, AskForHelp("lesson"))

        assert noted == HelpNoted()
        codes = (await tx.connection.scalars(select(Events.code))).all()
        assert codes == ["help_asked"]
        assert (await tx.connection.scalars(select(Audit.details))).all() == [{"about": "lesson"}]


async def test_a_strangers_wish_for_help_is_only_counted(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        await perform(tx, await somebody(tx), AskForHelp("lesson"))

        counted = await tx.connection.execute(select(DailyCounts.code, DailyCounts.count))
        assert counted.all() == [("help_asked", 1)]
        assert (await tx.connection.scalars(select(Events.id))).all() == []
