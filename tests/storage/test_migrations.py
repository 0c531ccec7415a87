"""What alembic's scripts make is what the tables say, and it keeps what was there."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, make_url, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage import leases, messages, talks
from storage._database import Database
from storage._migrate import FOLDER, TooNewError, versions
from storage.addresses import address_of
from storage.house import House
from storage.tables import Addresses, People, Table

CONFIG = Config()
CONFIG.set_main_option("script_location", str(FOLDER))
REVISIONS = [one.revision for one in ScriptDirectory.from_config(CONFIG).walk_revisions()]
SCHEMA = text("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%alembic%' ORDER BY name")
ONE = {
    "id": 41,
    "created_at": datetime.fromisoformat("2026-11-22T08:00:00+00:00"),
    "channel": "web",
}

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
AT = "'2026-11-22 08:00:00.000000'"
WRITTEN_BY_THE_FIRST = f"""
INSERT INTO people VALUES (41, {AT}, 'web', FALSE, FALSE, {AT}, NULL), (42, {AT}, 'telegram', TRUE, FALSE, NULL, NULL);
INSERT INTO addresses
    (channel, key, current_person_id, created_at, heard_at, declined_at, stopped_at, last_text) VALUES
    ('web', 'a1', 41, {AT}, {AT}, NULL, NULL, 'học'),
    ('telegram', '700', 42, {AT}, {AT}, NULL, {AT}, NULL),
    ('telegram', '701', NULL, {AT}, {AT}, {AT}, NULL, 'không ơi'),
    ('telegram', '702', NULL, {AT}, {AT}, NULL, NULL, NULL);
DELETE FROM addresses WHERE key = '702';
INSERT INTO messages (address_id, is_from_bot, body, event_id, at) VALUES
    (1, FALSE, '{{"text":"học"}}', 'e1', {AT}),
    (1, TRUE, '{{"text":"Chào bà con!","choices":[{{"number":1}}]}}', NULL, {AT}),
    (2, TRUE, '{{"text":"Bà con còn đó không?"}}', NULL, {AT});
INSERT INTO talks VALUES
    (1, 'active', 41, '{{"journal":["học"]}}', {AT}), (1, 'aside', 41, '{{}}', {AT}), (3, 'active', NULL, '{{}}', {AT});
INSERT INTO outbox (account, address_id, kind, body, state, attempts, agains, is_resent, not_before,
    valid_until, lease_owner, lease_until, platform_id, reason, created_at, settled_at) VALUES
    ('telegram', 2, 0, '{{"text":"Chờ"}}', 'waiting', 3, 1, TRUE, {AT}, NULL, NULL, NULL, NULL, 'no route', {AT}, NULL),
    ('telegram', 3, 1, '{{"text":"Đang gửi"}}', 'sending', 0, 0, FALSE, NULL, NULL, 'gone', {AT}, NULL, NULL, {AT}, NULL),
    ('web', 1, 2, '{{"text":"Đã gửi"}}', 'sent', 0, 0, FALSE, NULL, {AT}, NULL, NULL, 'm7', NULL, {AT}, {AT});
INSERT INTO approvals (lesson_id, content_hash, name, office, "by", at) VALUES
    ('TB-01', 'ab12', 'Nguyễn Thị Lan', 'Phòng VH-XH', 'os:lan', {AT}), ('AT-35', 'cd34', 'Hà', 'Công an', 'os:ha', {AT});
INSERT INTO events (at, code, person_id, tdp_id, lesson_id, attempt_no, "right", "of") VALUES
    ({AT}, 'passed', 41, NULL, 'TB-01', 1, 3, 3);
"""
WRITTEN = ("people", "addresses", "messages", "talks", "outbox", "approvals", "events")
ADDED: dict[str, dict[str, object]] = {
    "people": {"practice_of": None},
    "addresses": {"blocked_at": None, "came_by": None},
    "approvals": {"verdict": "approved", "note": ""},
    "events": {"unit_id": None},
}
"""What later versions added to older rows."""


@pytest_asyncio.fixture
async def older(empty_url: str) -> AsyncIterator[AsyncEngine]:
    """The empty database as the first version made its tables and filled some of them."""
    url = make_url(empty_url)
    driver = DRIVERS[url.get_backend_name()]
    engine = create_async_engine(url.set(drivername=driver), poolclass=NullPool)
    async with engine.begin() as connection:
        if url.get_backend_name() == "postgresql":
            await connection.exec_driver_sql("SET TIME ZONE 'UTC'")
        await connection.run_sync(upgrade_to_the_first)
        for statement in WRITTEN_BY_THE_FIRST.split(";\n")[:-1]:
            await connection.exec_driver_sql(statement)
    yield engine
    await engine.dispose()


def upgrade_to_the_first(connection: Connection) -> None:
    CONFIG.attributes["connection"] = connection
    command.upgrade(CONFIG, "0001")


async def rows_of(connection: AsyncConnection) -> dict[str, list[dict[str, object]]]:
    """Every row of the tables that were written, as the database itself gives it."""
    found = {}
    for name in WRITTEN:
        rows = await connection.exec_driver_sql(f"SELECT * FROM {name} ORDER BY 1, 2")
        found[name] = [dict(row) for row in rows.mappings()]
    return found


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, Table.metadata))


def words(sql: str | None) -> str:
    """The sense of a schema statement: the order of constraints and the quotes do not matter."""
    return " ".join(sorted((sql or "").replace('"', "").replace(",", " ").split()))


def test_the_versions_are_known_without_reading_the_scripts() -> None:
    assert list(reversed(versions())) == REVISIONS


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
                "INSERT INTO people (id, created_at, channel, is_practice, is_sample) "
                "VALUES (41, '2026-11-22 08:00:00.000000', 'web', 0, 0)"
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


async def test_an_upgrade_from_the_first_version_keeps_every_row(
    older: AsyncEngine, empty_url: str, house: House
) -> None:
    async with older.begin() as connection:
        before = await rows_of(connection)
    assert [len(rows) for rows in before.values()] == [2, 3, 3, 3, 3, 2, 1]

    await (await Database.open(empty_url, house)).close()

    async with older.begin() as connection:
        after = await rows_of(connection)
        accounts = await connection.exec_driver_sql("SELECT * FROM accounts")
        assert accounts.all() == []
    assert after == {
        name: [row | ADDED.get(name, {}) for row in rows] for name, rows in before.items()
    }


@pytest.mark.usefixtures("older")
async def test_what_the_first_version_wrote_is_read_and_goes_on(
    empty_url: str, house: House, now: datetime
) -> None:
    database = await Database.open(empty_url, house)

    async with database.transaction(now) as tx:
        assert await tx.connection.run_sync(differences) == []
        found = await address_of(tx, "web", "a1")
        assert (found.id, found.person, found.heard_at, found.last_text) == (1, 41, now, "học")
        history = [one.body["text"] for one in await messages.since(tx, found.id, 0)]
        assert history == ["học", "Chào bà con!"]
        assert await talks.load(tx, 1) == {"active": '{"journal":["học"]}', "aside": "{}"}
        assert await leases.lapse(tx, "telegram", "me") == 1
        (leased,) = await leases.lease(tx, "telegram", "me", 8)
        assert (leased.key, leased.body, leased.attempts) == ("700", {"text": "Chờ"}, 3)
        assert (await address_of(tx, "telegram", "702")).id == 5  # 4 was given before
        assert set(await tx.connection.scalars(select(Addresses.blocked_at))) == {None}
    await database.close()


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
