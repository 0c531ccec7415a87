from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from storage import messages
from storage._database import Database
from storage.addresses import address_of
from storage.tables import ClockRuns

HANOI = timezone(timedelta(hours=7))


async def kept(database: Database, now: datetime, moment: datetime) -> datetime:
    async with database.transaction(now) as tx:
        row = {"job": "purge", "due_at": moment, "ran_at": moment}
        await tx.connection.execute(insert(ClockRuns), row)
        return (await tx.connection.execute(select(ClockRuns.due_at))).scalar_one()


async def test_a_moment_comes_back_aware_and_in_utc(database: Database, now: datetime) -> None:
    moment = await kept(database, now, now.astimezone(HANOI))

    assert moment == now
    assert moment.utcoffset() == timedelta(0)


async def test_a_naive_moment_is_refused(database: Database, now: datetime) -> None:
    with pytest.raises(StatementError, match="pass an aware datetime"):
        await kept(database, now, now.replace(tzinfo=None))


@pytest.mark.parametrize(
    "text",
    ["Chào bà con! ⚠️", "nul \0 inside", "half a pair \ud83d", 'quotes " and \\ and \n'],
    ids=["vietnamese", "nul", "lone surrogate", "quotes"],
)
async def test_any_text_people_can_send_survives_as_json(
    database: Database, now: datetime, text: str
) -> None:
    async with database.transaction(now) as tx:
        address = await address_of(tx, "web", "someone")
        await messages.add(tx, address.id, False, {"text": text, "choices": [1, None]})
        found = await messages.since(tx, address.id, 0)

    assert found[0].body == {"text": text, "choices": [1, None]}
