import asyncio
import shutil
import stat
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from storage import messages, talks
from storage._database import CannotOpenError, Database, StillReadError
from storage.addresses import address_of, find
from storage.events import Code, count
from storage.house import House
from storage.tables import Addresses, DailyCounts, Messages

SECRET = "bí mật không ai được đọc lại"


class OutOfLuckError(Exception):
    """Something a test does wrong on purpose."""


@pytest_asyncio.fixture
async def ward_file(sqlite_template: Path, tmp_path: Path) -> Path:
    """A file of SQLite's, for what is true of it alone."""
    return Path(shutil.copy(sqlite_template, tmp_path / "file.db"))


@pytest_asyncio.fixture
async def sqlite(ward_file: Path, house: House) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite:///{ward_file}", house)
    yield opened
    await opened.close()


async def fail_after_writing(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        await address_of(tx, "web", "someone")
        raise OutOfLuckError


async def is_known(database: Database, now: datetime, key: str) -> bool:
    async with database.reading(now) as tx:
        return await find(tx, "web", key) is not None


async def test_a_transaction_commits_at_its_end(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        await address_of(tx, "web", "someone")
        assert not await is_known(database, now, "someone")

    assert await is_known(database, now, "someone")


async def test_an_exception_rolls_the_transaction_back(database: Database, now: datetime) -> None:
    with pytest.raises(OutOfLuckError):
        await fail_after_writing(database, now)

    assert not await is_known(database, now, "someone")


async def test_a_cancelled_turn_leaves_nothing_and_lets_others_write(
    database: Database, now: datetime
) -> None:
    begun = asyncio.Event()

    async def turn() -> None:
        async with database.transaction(now) as tx:
            await address_of(tx, "web", "cancelled")
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(turn())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.transaction(now) as tx:
        await address_of(tx, "web", "next")

    assert await is_known(database, now, "next")
    assert not await is_known(database, now, "cancelled")


async def test_a_turn_cancelled_while_it_waits_for_the_lock_lets_others_write(
    database: Database, database_url: str, house: House, now: datetime
) -> None:
    other = await Database.open(database_url, house)

    async def turn() -> None:
        async with other.transaction(now) as tx:
            await address_of(tx, "web", "same")

    async with database.transaction(now) as tx:
        await address_of(tx, "web", "same")
        task = asyncio.create_task(turn())
        for _ in range(20):  # let it come as far as the lock
            await find(tx, "web", "same")
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for one in (other, database):
        async with one.transaction(now) as tx:
            await address_of(tx, "web", "next")
    await other.close()

    assert await is_known(database, now, "next")


async def test_turns_cancelled_anywhere_are_whole_or_never_were(
    database: Database, now: datetime
) -> None:
    async def turn(n: int) -> None:
        async with database.transaction(now) as tx:
            address = await address_of(tx, "web", f"person {n}")
            await messages.add(tx, address.id, False, {"text": "học"})
            await count(tx, Code.STARTED, "TB-01")

    async def let_pass(steps: int) -> None:
        for _ in range(steps):
            await asyncio.sleep(0)

    for n in range(60):
        task = asyncio.create_task(turn(n))
        await let_pass(n)
        task.cancel()
        await asyncio.wait([task])
    await turn(60)

    async with database.reading(now) as tx:
        rows = [
            (await tx.connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (Addresses, Messages)
        ]
        counted = (await tx.connection.execute(select(DailyCounts.count))).scalar_one()
    assert rows == [counted, counted]


async def test_a_reading_sees_one_state_while_others_write(
    database: Database, now: datetime
) -> None:
    async with database.reading(now) as before:
        assert await find(before, "web", "someone") is None
        async with database.transaction(now) as tx:
            await address_of(tx, "web", "someone")

        assert await find(before, "web", "someone") is None


async def test_a_write_in_a_reading_fails(database: Database, now: datetime) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"):
        async with database.reading(now) as tx:
            await address_of(tx, "web", "someone")


async def test_the_version_changes_when_anybody_commits_and_only_then(
    database: Database, database_url: str, house: House, now: datetime
) -> None:
    other = await Database.open(database_url, house)
    seen = [await database.version()]
    async with database.reading(now) as tx:
        await find(tx, "web", "someone")

    assert await database.version() == seen[0]

    for writer in (database, other):
        async with writer.transaction(now) as tx:
            await address_of(tx, "web", f"{id(writer)}")
        seen.append(await database.version())
    await other.close()

    assert len(set(seen)) == 3


async def test_the_version_changes_for_a_long_transaction_when_it_commits(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await address_of(tx, "web", "someone")
        under_way = await database.version()

    assert await database.version() != under_way


async def test_erased_bytes_leave_the_disk_after_a_shrink(
    sqlite: Database, ward_file: Path, now: datetime
) -> None:
    files = [ward_file, ward_file.with_name(ward_file.name + "-wal")]
    async with sqlite.transaction(now) as tx:
        address = await address_of(tx, "web", "someone")
        await talks.store(tx, address.id, None, "active", SECRET)
    assert any(SECRET.encode() in file.read_bytes() for file in files)

    async with sqlite.transaction(now) as tx:
        await talks.drop(tx, address.id, "active")
    await sqlite.shrink()

    assert not any(SECRET.encode() in file.read_bytes() for file in files)


async def test_a_shrink_waits_until_readers_are_done(sqlite: Database, now: datetime) -> None:
    async with sqlite.reading(now) as reader:
        await find(reader, "web", "someone")
        async with sqlite.transaction(now) as tx:
            await address_of(tx, "web", "someone")
        shrinking = asyncio.create_task(sqlite.shrink())
        for _ in range(100):
            await find(reader, "web", "someone")
        assert not shrinking.done()

    await shrinking


async def test_a_shrink_gives_up_when_somebody_never_stops_reading(
    sqlite: Database, now: datetime
) -> None:
    async with sqlite.reading(now) as reader:
        await find(reader, "web", "someone")
        async with sqlite.transaction(now) as tx:
            await address_of(tx, "web", "someone")

        with pytest.raises(StillReadError, match="shrink later"):
            await sqlite.shrink(seconds=0.1)


async def test_a_shrink_disturbs_nothing_on_either_database(
    database: Database, now: datetime
) -> None:
    await database.shrink()

    assert not await is_known(database, now, "someone")


async def test_sqlite_is_durable_and_overwrites_what_is_deleted(
    sqlite: Database, now: datetime
) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    async with sqlite.transaction(now) as tx:
        found = {
            name: (await tx.connection.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in wanted
        }

    assert found == wanted


async def test_a_new_file_is_made_with_its_folder_for_its_owner_only(
    tmp_path: Path, house: House
) -> None:
    path = tmp_path / "var" / "ward.db"

    await (await Database.open(f"sqlite:///{path}", house)).close()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://lan:matkhau@may/ward", r"“mysql://lan:\*\*\*@may/ward” không dùng được"),
        ("ward.db", "“ward.db” không dùng được"),
        ("sqlite://", "không dùng được"),
        ("sqlite:///:memory:", "không dùng được"),
        ("sqlite:////proc/ward.db", "Không mở được cơ sở dữ liệu “sqlite:////proc/ward.db”"),
        ("postgresql://lan:matkhau@127.0.0.1:1/ward", r"“postgresql://lan:\*\*\*@127.0.0.1:1"),
    ],
)
async def test_a_url_that_cannot_be_used_is_named_without_its_password(
    house: House, url: str, said: str
) -> None:
    with pytest.raises(CannotOpenError, match=said):
        await Database.open(url, house)


async def test_a_file_that_is_no_database_is_named(tmp_path: Path, house: House) -> None:
    (tmp_path / "letter.db").write_text("Kính gửi UBND phường" * 100)

    with pytest.raises(CannotOpenError, match=r"letter\.db.*file is not a database"):
        await Database.open(f"sqlite:///{tmp_path}/letter.db", house)


@pytest.mark.postgres
async def test_a_postgres_database_that_does_not_exist_is_named(
    request: pytest.FixtureRequest, house: House
) -> None:
    url = request.getfixturevalue("postgres").url("nowhere")

    with pytest.raises(CannotOpenError, match=r"nowhere.*does not exist"):
        await Database.open(url, house)


@pytest.mark.parametrize("people", [20, 200])
async def test_two_hundred_turns_at_once_lose_no_count(
    database: Database, database_url: str, house: House, now: datetime, people: int
) -> None:
    async def turn(one: Database, person: int) -> None:
        async with one.transaction(now) as tx:
            address = await address_of(tx, "web", f"person {person}")
            before = await talks.load(tx, address.id)
            turns = int(before.get("active", "0")) + 1
            await talks.store(tx, address.id, None, "active", str(turns))
            await messages.add(tx, address.id, False, {"text": "học"})
            await count(tx, Code.STARTED, "TB-01")

    async with AsyncExitStack() as closing:
        databases = [database]
        for _ in range(3):
            databases.append(await Database.open(database_url, house))
            closing.push_async_callback(databases[-1].close)
        await asyncio.gather(*(turn(databases[n % 4], n * people // 200) for n in range(200)))

    async with database.reading(now) as tx:
        counted = (await tx.connection.execute(DailyCounts.__table__.select())).one()
        turns = [
            (await talks.load(tx, (await find(tx, "web", f"person {n}")).id))["active"]
            for n in range(people)
        ]
    assert counted.count == 200
    assert sum(map(int, turns)) == 200
