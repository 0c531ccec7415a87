"""What alembic's scripts make is what the tables say, and it keeps what was there."""

import asyncio
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, select, text

from storage._database import Database
from storage._migrate import FOLDER, TooNewError
from storage.house import House
from storage.tables import People, Table

CONFIG = Config()
CONFIG.set_main_option("script_location", str(FOLDER))
REVISIONS = [one.revision for one in ScriptDirectory.from_config(CONFIG).walk_revisions()]
SCHEMA = text("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%alembic%' ORDER BY name")
ONE = {
    "id": 41,
    "created_at": datetime.fromisoformat("2026-11-22T08:00:00+00:00"),
    "channel": "web",
}


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, Table.metadata))


def words(sql: str | None) -> str:
    """The sense of a schema statement: the order of constraints and the quotes do not matter."""
    return " ".join(sorted((sql or "").replace('"', "").replace(",", " ").split()))


async def test_migrations_make_the_tables_the_code_knows(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        assert await tx.connection.run_sync(differences) == []


async def test_migrations_make_sqlites_schema_to_the_letter(
    sqlite_template: Path, tmp_path: Path
) -> None:
    made, declared = create_engine(f"sqlite:///{sqlite_template}"), create_engine("sqlite://")
    with made.connect() as one, declared.connect() as other:
        Table.metadata.create_all(other)
        migrated = {name: words(sql) for name, sql in one.execute(SCHEMA)}
        expected = {name: words(sql) for name, sql in other.execute(SCHEMA)}
    made.dispose()
    declared.dispose()

    assert migrated == expected


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_upgrade_keeps_what_an_older_version_wrote(
    revision: str, tmp_path: Path, house: House, now: datetime
) -> None:
    older = create_engine(f"sqlite:///{tmp_path}/older.db")
    with older.begin() as connection:
        CONFIG.attributes["connection"] = connection
        command.upgrade(CONFIG, revision)
        connection.execute(
            text(
                "INSERT INTO people VALUES (41, '2026-11-22 08:00:00.000000', 'web', 0, 0, NULL, NULL)"
            )
        )
    older.dispose()

    async def found() -> list[int]:
        database = await Database.open(f"sqlite:///{tmp_path}/older.db", house)
        async with database.reading(now) as tx:
            numbers = list((await tx.connection.execute(select(People.id))).scalars())
        await database.close()
        return numbers

    assert asyncio.run(found()) == [41]


async def test_several_processes_may_open_an_empty_database_at_once(
    empty_url: str, house: House, now: datetime
) -> None:
    opened = await asyncio.gather(*(Database.open(empty_url, house) for _ in range(4)))

    async with opened[0].transaction(now) as tx:
        await tx.connection.execute(People.__table__.insert(), ONE)
    async with opened[3].reading(now) as tx:
        assert (await tx.connection.execute(select(People.id))).scalar_one() == 41
    for database in opened:
        await database.close()


async def test_a_database_of_a_later_version_is_refused_in_one_sentence(
    database_url: str, house: House, now: datetime
) -> None:
    database = await Database.open(database_url, house)
    async with database.transaction(now) as tx:
        await tx.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()

    with pytest.raises(TooNewError, match="phiên bản 9999, mới hơn chương trình này"):
        await Database.open(database_url, house)
