"""What can be done later is told from what is a bug."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from storage._database import Database
from storage.unavailable import is_unavailable


async def test_a_database_that_another_process_has_locked_is_unavailable(
    tmp_path: Path, house, now
) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/a.db", house)
    async with database.transaction(now) as tx:
        await tx.connection.execute(text("PRAGMA busy_timeout=20"))
    with closing(sqlite3.connect(tmp_path / "a.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Exception, match="locked") as caught:
            async with database.transaction(now):
                raise AssertionError("two writers at once")
        other.rollback()

    assert is_unavailable(caught.value)
    async with database.transaction(now) as tx:
        assert await tx.connection.scalar(text("SELECT 1")) == 1
    await database.close()


async def test_a_table_that_is_not_there_is_a_bug(database: Database, now) -> None:
    with pytest.raises(Exception, match="nowhere") as caught:
        async with database.transaction(now) as tx:
            await tx.connection.execute(text("SELECT 1 FROM nowhere"))

    assert not is_unavailable(caught.value)


def test_an_error_of_our_own_is_a_bug() -> None:
    assert not is_unavailable(KeyError("lesson"))
