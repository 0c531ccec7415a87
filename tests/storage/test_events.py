"""Events carry the TDP of their moment; nameless counts are kept per local day."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert, select

from storage._database import Database
from storage._tx import Tx
from storage.events import Code, count, record
from storage.tables import DailyCounts, Events, People, Residences, Tdps


async def resident_of(tx: Tx, code: str) -> int:
    tdp = await tx.connection.scalar(
        insert(Tdps).values(code=code, name=code, is_placeholder=False).returning(Tdps.id)
    )
    await tx.connection.execute(
        insert(People).values(
            id=7, created_at=tx.now, channel="web", is_practice=False, is_sample=False
        )
    )
    await tx.connection.execute(
        insert(Residences).values(person_id=7, tdp_id=tdp, valid_from=tx.now)
    )
    assert tdp is not None
    return tdp


async def test_an_event_keeps_the_tdp_somebody_lived_in_then(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        first = await resident_of(tx, "T1")
        await record(tx, 7, Code.STARTED, lesson="TB-01", attempt_no=1)
        await tx.connection.execute(Residences.__table__.update().values(valid_to=now))

        await record(tx, 7, Code.FINISHED, lesson="TB-01", attempt_no=1, right=2, of=3)

        rows = await tx.connection.execute(
            select(Events.code, Events.tdp_id, Events.lesson_id, Events.right).order_by(Events.id)
        )
        assert rows.all() == [("started", first, "TB-01", None), ("finished", None, "TB-01", 2)]


async def test_an_event_that_happened_earlier_keeps_its_own_time(
    database: Database, now: datetime
) -> None:
    earlier = now - timedelta(hours=3)
    async with database.transaction(now) as tx:
        await resident_of(tx, "T1")

        await record(tx, 7, Code.STARTED, at=earlier, lesson="TB-01")

        assert await tx.connection.scalar(select(Events.at)) == earlier


async def test_nameless_visits_of_one_local_day_add_up_in_one_row(
    database: Database, now: datetime
) -> None:
    late_evening = datetime(2026, 11, 22, 16, 59, tzinfo=UTC)  # 23:59 where the ward is
    async with database.transaction(now) as tx:
        await count(tx, Code.STARTED, "TB-01")
        await count(tx, Code.STARTED, "TB-01", at=late_evening, number=2)
        await count(tx, Code.STARTED, "TB-01", at=late_evening + timedelta(minutes=1))
        await count(tx, Code.HELP_ASKED)

        rows = await tx.connection.execute(
            select(DailyCounts.__table__).order_by(DailyCounts.code, DailyCounts.day)
        )
        assert rows.all() == [
            (date(2026, 11, 22), "help_asked", "", 1),
            (date(2026, 11, 22), "started", "TB-01", 3),
            (date(2026, 11, 23), "started", "TB-01", 1),
        ]
