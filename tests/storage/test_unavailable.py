"""What can be done later is told from what is a bug."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from storage._database import Database
from storage._writer import Writer
from storage.addresses import address_of
from storage.unavailable import is_unavailable


async def test_a_database_that_another_process_has_locked_is_unavailable(tmp_path: Path) -> None:
    writer = await Writer.open(make_url(f"sqlite:///{tmp_path}/a.db"), busy_ms=20)
    with closing(sqlite3.connect(tmp_path / "a.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Exception, match="locked") as caught:
            async with writer.begin():
                raise AssertionError("two writers at once")
        other.rollback()

    assert is_unavailable(caught.value)
    async with writer.begin() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1
    await writer.close()


async def test_two_that_wait_for_each_other_are_told_to_come_again(
    database: Database, now: datetime
) -> None:
    keys = ["bác Lan", "bác Minh"]
    async with database.transaction(now) as tx:
        for key in keys:
            await address_of(tx, "web", key)
    both_began = asyncio.Barrier(2)

    async def turn(first: str, second: str) -> None:
        async with database.transaction(now) as tx:
            await address_of(tx, "web", first)
            if tx.connection.dialect.name == "postgresql":  # SQLite lets one in at a time
                await both_began.wait()
            await address_of(tx, "web", second)

    turns = turn(*keys), turn(*keys[::-1])
    failed = [one for one in await asyncio.gather(*turns, return_exceptions=True) if one]

    assert len(failed) <= 1
    assert all(is_unavailable(one) for one in failed)
    async with database.transaction(now) as tx:
        assert len(failed) == (tx.connection.dialect.name == "postgresql")


@pytest.mark.postgres
@pytest.mark.parametrize("template", ["postgres"], indirect=True)
@pytest.mark.parametrize(
    ("state", "is_passing"),
    [("40P01", True), ("53100", True), ("55P03", True), ("57P01", True), ("23503", False)],
)
async def test_what_a_server_refuses_for_now_is_told_from_what_it_never_takes(
    database: Database, now: datetime, state: str, is_passing: bool
) -> None:
    refusing = text(f"DO $$ BEGIN RAISE EXCEPTION 'không' USING ERRCODE = '{state}'; END $$")
    with pytest.raises(Exception, match="không") as caught:
        async with database.transaction(now) as tx:
            await tx.connection.execute(refusing)

    assert is_unavailable(caught.value) == is_passing


async def test_a_table_that_is_not_there_is_a_bug(database: Database, now) -> None:
    with pytest.raises(Exception, match="nowhere") as caught:
        async with database.transaction(now) as tx:
            await tx.connection.execute(text("SELECT 1 FROM nowhere"))

    assert not is_unavailable(caught.value)


def test_an_error_of_our_own_is_a_bug() -> None:
    assert not is_unavailable(KeyError("lesson"))
