"""SQLite's one writer: whatever fails or is cancelled, the next transaction finds it as it should be."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from storage._writer import Writer
from storage.unavailable import is_unavailable

ADD = text("INSERT INTO word (said) VALUES (:said)")
ORPHAN = text("INSERT INTO leaf (root) VALUES (7)")
WORDS = text("SELECT said FROM word ORDER BY id")
IMPATIENT_MS = 20
TABLES = """
    CREATE TABLE word (id INTEGER PRIMARY KEY, said TEXT NOT NULL);
    CREATE TABLE root (id INTEGER PRIMARY KEY);
    CREATE TABLE leaf (root INTEGER REFERENCES root (id) DEFERRABLE INITIALLY DEFERRED);
"""


class OutOfLuckError(Exception):
    """Something a test does wrong on purpose."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "words.db"
    with closing(sqlite3.connect(made)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(TABLES)
    return made


@pytest_asyncio.fixture
async def writer(path: Path) -> AsyncIterator[Writer]:
    opened = await Writer.open(make_url(f"sqlite:///{path}"))
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def impatient(path: Path) -> AsyncIterator[Writer]:
    """A writer that waits for another process for a moment only."""
    opened = await Writer.open(make_url(f"sqlite:///{path}"), busy_ms=IMPATIENT_MS)
    yield opened
    await opened.close()


@pytest.fixture
def other(path: Path) -> Iterator[sqlite3.Connection]:
    """Another process with the same file; it waits for nobody."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        yield connection


def read(other: sqlite3.Connection) -> list[str]:
    return [said for (said,) in other.execute(WORDS.text)]


async def write(writer: Writer, said: str) -> None:
    async with writer.begin() as connection:
        await connection.execute(ADD, {"said": said})


async def write_and_then(writer: Writer, said: str, failure: Exception) -> None:
    async with writer.begin() as connection:
        await connection.execute(ADD, {"said": said})
        raise failure


async def write_an_orphan(writer: Writer) -> None:
    async with writer.begin() as connection:
        await connection.execute(ADD, {"said": "not kept"})
        await connection.execute(ORPHAN)


async def cancel(task: asyncio.Task[None], times: int) -> None:
    """Cancel a task wherever it waits, and again while it is still ending."""
    for _ in range(times):
        task.cancel()
        for _ in range(5):
            await asyncio.sleep(0)


async def check_usable(writer: Writer, other: sqlite3.Connection, *before: str) -> None:
    """The next transaction works, and once it is over the file is free for others."""
    await write(writer, "next")
    other.execute("BEGIN IMMEDIATE")
    other.execute("ROLLBACK")
    assert read(other) == [*before, "next"]


async def test_a_statements_rows_are_there_at_once(writer: Writer) -> None:
    async with writer.begin() as connection:
        await connection.execute(ADD, [{"said": "một"}, {"said": "hai"}])
        rows = await connection.execute(WORDS)
        await connection.execute(text("DELETE FROM word"))

        assert connection.dialect.name == "sqlite"
        assert rows.scalars().all() == ["một", "hai"]
        assert await connection.scalar(WORDS) is None
        assert (await connection.scalars(WORDS)).all() == []


async def test_a_statement_runs_where_the_event_loop_runs(writer: Writer) -> None:
    async with writer.begin() as connection:
        assert await connection.run_sync(lambda _: threading.get_ident()) == threading.get_ident()


async def test_nobody_sees_a_transaction_before_its_end(
    writer: Writer, other: sqlite3.Connection
) -> None:
    async with writer.begin() as connection:
        await connection.execute(ADD, {"said": "một"})
        assert read(other) == []

    assert read(other) == ["một"]


async def test_whatever_fails_in_a_transaction_rolls_it_back(
    writer: Writer, other: sqlite3.Connection
) -> None:
    with pytest.raises(OutOfLuckError):
        await write_and_then(writer, "not kept", OutOfLuckError())

    await check_usable(writer, other)


async def test_transactions_of_one_process_follow_each_other(
    writer: Writer, other: sqlite3.Connection
) -> None:
    async def turn() -> None:
        async with writer.begin() as connection:
            said = len((await connection.execute(WORDS)).all())
            await asyncio.sleep(0)
            await connection.execute(ADD, {"said": str(said)})

    await asyncio.gather(*(turn() for _ in range(20)))

    assert read(other) == [str(n) for n in range(20)]


async def test_the_event_loop_goes_on_while_another_process_is_waited_for(
    writer: Writer, other: sqlite3.Connection
) -> None:
    other.execute("BEGIN IMMEDIATE")
    task = asyncio.create_task(write(writer, "một"))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not task.done()
    other.execute("INSERT INTO word (said) VALUES ('trước')")
    other.execute("COMMIT")

    await task

    await check_usable(writer, other, "trước", "một")


@pytest.mark.parametrize("times", [1, 2])
async def test_a_cancelled_wait_for_another_process_holds_no_lock_afterwards(
    writer: Writer, other: sqlite3.Connection, times: int
) -> None:
    other.execute("BEGIN IMMEDIATE")
    task = asyncio.create_task(write(writer, "not kept"))
    await asyncio.sleep(0)
    await cancel(task, times)
    assert not task.done()
    other.execute("ROLLBACK")

    with pytest.raises(asyncio.CancelledError):
        await task

    await check_usable(writer, other)


async def test_whoever_is_cancelled_while_another_process_is_waited_for_goes_at_once(
    writer: Writer, other: sqlite3.Connection
) -> None:
    other.execute("BEGIN IMMEDIATE")
    waiting = [asyncio.create_task(write(writer, f"{n}")) for n in range(3)]
    await asyncio.sleep(0)

    start = time.monotonic()
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert time.monotonic() - start < 2
    other.execute("ROLLBACK")
    await write(writer, "sau")
    assert read(other) == ["sau"]


async def test_a_wait_that_is_cancelled_and_in_vain_leaves_the_writer_usable(
    impatient: Writer, other: sqlite3.Connection
) -> None:
    other.execute("BEGIN IMMEDIATE")
    task = asyncio.create_task(write(impatient, "not kept"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    other.execute("ROLLBACK")

    await check_usable(impatient, other)


@pytest.mark.parametrize("times", [1, 2])
async def test_what_is_cancelled_while_it_commits_is_kept_whole(
    writer: Writer, other: sqlite3.Connection, times: int
) -> None:
    gate = threading.Event()
    writer._thread.submit(gate.wait, 10)  # the commit has to wait for it
    task = asyncio.create_task(write(writer, "một"))
    await asyncio.sleep(0)
    await cancel(task, times)
    assert not task.done()
    gate.set()

    with pytest.raises(asyncio.CancelledError):
        await task

    await check_usable(writer, other, "một")


async def test_who_waits_for_a_cancelled_commit_writes_after_it(
    writer: Writer, other: sqlite3.Connection
) -> None:
    gate = threading.Event()
    writer._thread.submit(gate.wait, 10)
    first, second = (asyncio.create_task(write(writer, said)) for said in ("một", "hai"))
    await asyncio.sleep(0)
    await cancel(first, 2)
    gate.set()
    await asyncio.wait([first])
    await second

    assert first.cancelled()
    await check_usable(writer, other, "một", "hai")


async def test_a_commit_that_fails_is_rolled_back(
    writer: Writer, other: sqlite3.Connection
) -> None:
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        await write_an_orphan(writer)

    await check_usable(writer, other)


async def test_a_commit_that_fails_while_it_is_cancelled_is_rolled_back(
    writer: Writer, other: sqlite3.Connection
) -> None:
    gate = threading.Event()
    writer._thread.submit(gate.wait, 10)
    task = asyncio.create_task(write_an_orphan(writer))
    await asyncio.sleep(0)
    await cancel(task, 1)
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task

    await check_usable(writer, other)


async def test_a_file_that_another_process_keeps_locked_is_unavailable(
    impatient: Writer, other: sqlite3.Connection
) -> None:
    other.execute("BEGIN IMMEDIATE")
    for _ in range(2):
        with pytest.raises(OperationalError, match="locked") as caught:
            await write(impatient, "not kept")
        assert is_unavailable(caught.value)
    other.execute("ROLLBACK")

    await check_usable(impatient, other)


async def test_a_full_disk_is_unavailable_until_there_is_room(
    writer: Writer, other: sqlite3.Connection
) -> None:
    async with writer.begin() as connection:
        pages = await connection.scalar(text("PRAGMA page_count"))
    async with writer.begin() as connection:
        await connection.scalar(text(f"PRAGMA max_page_count={pages}"))
    with pytest.raises(OperationalError, match="full") as caught:
        await write(writer, "not kept" * 10_000)
    assert is_unavailable(caught.value)
    async with writer.begin() as connection:
        await connection.scalar(text("PRAGMA max_page_count=100000"))

    await check_usable(writer, other)


async def test_no_error_shows_what_was_said(writer: Writer) -> None:
    with pytest.raises(DBAPIError) as caught:
        async with writer.begin() as connection:
            await connection.execute(text("INSERT INTO nowhere VALUES (:said)"), {"said": "bí mật"})

    assert "bí mật" not in str(caught.value)


async def test_a_closed_writer_lets_go_of_the_file(path: Path, other: sqlite3.Connection) -> None:
    opened = await Writer.open(make_url(f"sqlite:///{path}"))
    await write(opened, "một")

    await opened.close()

    assert other.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
    assert read(other) == ["một"]
