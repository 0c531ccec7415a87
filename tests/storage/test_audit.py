"""The audit is a chain: whoever changes it is found out."""

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import delete, insert, select, update

from handlers._requests.person import Role
from storage import audit
from storage._database import Database
from storage.house import Actor
from storage.tables import Audit

LAN = Actor("os:lan", frozenset({Role.ADMIN}))


async def three_rows(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        for person in (1, 2, 3):
            await audit.append(
                tx, LAN, "vouched", f"person:{person}", {"by_name": "Hòa", "n": person}
            )


async def test_an_untouched_audit_verifies_and_names_who_did_what(
    database: Database, now: datetime
) -> None:
    await three_rows(database, now)

    async with database.reading(now) as tx:
        assert await audit.verify(tx) is None
        rows = (await tx.connection.execute(select(Audit.actor, Audit.subject))).all()
        assert rows[0] == ("os:lan", "person:1")


async def test_an_audit_longer_than_a_page_verifies_too(database: Database, now: datetime) -> None:
    await three_rows(database, now)

    async with database.reading(now) as tx:
        assert await audit.verify(tx, page=2) is None


@pytest.mark.parametrize(
    "values",
    [
        {"actor": "os:khac"},
        {"subject": "person:9"},
        {"action": "erased"},
        {"details": {"by_name": "Hoa", "n": 2}},
        {"at": datetime.fromisoformat("2026-01-01T00:00:00+00:00")},
    ],
    ids=lambda values: next(iter(values)),
)
async def test_a_row_that_was_changed_is_found(
    database: Database, now: datetime, values: dict[str, object]
) -> None:
    await three_rows(database, now)

    async with database.transaction(now) as tx:
        await tx.connection.execute(update(Audit).where(Audit.id == 2).values(**values))

        assert await audit.verify(tx) == 2


async def test_a_row_that_was_taken_out_is_found(database: Database, now: datetime) -> None:
    await three_rows(database, now)

    async with database.transaction(now) as tx:
        await tx.connection.execute(delete(Audit).where(Audit.id == 2))

        assert await audit.verify(tx) == 3


async def test_a_row_that_was_slipped_in_is_found(database: Database, now: datetime) -> None:
    await three_rows(database, now)

    async with database.transaction(now) as tx:
        row = (
            (await tx.connection.execute(select(Audit.__table__).where(Audit.id == 3)))
            .mappings()
            .one()
        )
        await tx.connection.execute(insert(Audit).values(**{**row, "id": 4}))

        assert await audit.verify(tx) == 4


async def test_writers_at_the_same_time_make_one_chain(database: Database, now: datetime) -> None:
    async def write(person: int) -> None:
        async with database.transaction(now) as tx:
            await audit.append(tx, LAN, "vouched", f"person:{person}")

    await asyncio.gather(*(write(person) for person in range(20)))

    async with database.reading(now) as tx:
        assert await audit.verify(tx) is None
        assert len((await tx.connection.scalars(select(Audit.id))).all()) == 20
