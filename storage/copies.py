"""Copies of the database: taking one while others write, examining one, and what is remembered of them.

SQLite alone: PostgreSQL has pg_dump. What is here blocks; call it in a thread.

CannotCopyError    no copy could be taken
UnsoundError       a database is damaged: what is wrong with it stands in the message
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT reads alike on SQLite
from sqlalchemy.engine import URL

from storage import _sqlite, audit
from storage._tx import Tx
from storage.house import House
from storage.tables import Settings

T = TypeVar("T")

BUSY_SECONDS = 30.0
STEPS = 20_000
"""So many instructions of SQLite, some milliseconds, between two looks at whether to stop."""
GOOD, FAILED, RESTORED = "copy", "copy_failed", "restored"


class CannotCopyError(Exception):
    """No copy could be taken; `reason` is SQLite's own."""

    def __init__(self, reason: str, code: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class UnsoundError(Exception):
    """A database file is damaged."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A sound database: its version, how many rows each table has, where its audit chain breaks if it does."""

    revision: str
    rows: Mapping[str, int]
    broken_audit: int | None


# ---------------------------------------------------------------- a file


def take(source: Path, target: Path, is_stopped: Callable[[], bool]) -> None:
    """Write a consistent copy of an open database to a file that does not exist; others go on writing.

    It holds no free page, so nothing of what was deleted. `is_stopped` is asked every few milliseconds.

    Raises:
        CannotCopyError: locked, full, damaged, or stopped.
    """
    try:
        with closing(sqlite3.connect(source, timeout=BUSY_SECONDS, isolation_level=None)) as opened:
            opened.set_progress_handler(is_stopped, STEPS)
            opened.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise CannotCopyError(str(error), getattr(error, "sqlite_errorcode", 0)) from None


def examine(file: Path, house: House, at: datetime, is_stopped: Callable[[], bool]) -> Examined:
    """Look through a database that nobody uses: pages, references, rows, audit chain.

    Raises:
        UnsoundError: a page or a reference is broken, or it is no database of ours.
    """
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as opened:
            opened.set_progress_handler(is_stopped, STEPS)
            found = opened.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise UnsoundError(str(found))
            if broken := opened.execute("PRAGMA foreign_key_check").fetchone():
                raise UnsoundError(f"{broken[0]} {broken[1]} -> {broken[2]}")
            revision = opened.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            rows = _rows(opened)
    except (sqlite3.Error, TypeError) as error:
        raise UnsoundError(str(error)) from None
    return Examined(revision, rows, asyncio.run(_broken_audit(file, house, at)))


def _rows(opened: sqlite3.Connection) -> Mapping[str, int]:
    tables = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
    names = [name for (name,) in opened.execute(tables) if not name.startswith("sqlite_")]
    return {
        name: opened.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - its own names
        for name in names
    }


async def _broken_audit(file: Path, house: House, at: datetime) -> int | None:
    readers = _sqlite.engine(URL.create("sqlite", database=str(file)), is_reader=True)
    try:
        async with readers.connect() as connection:
            return await audit.verify(Tx(connection, house, at))
    finally:
        await readers.dispose()


def settle(file: Path) -> None:
    """Fold what stands in the write-ahead log into the file, so that it alone is the database."""
    with closing(sqlite3.connect(file, isolation_level=None)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        opened.execute("PRAGMA journal_mode=DELETE")


# ---------------------------------------------------------------- what is remembered


@dataclass(frozen=True, slots=True)
class LastCopy:
    """The newest copy that was read back: moment of its content, bytes, seconds it took.

    `broken_audit`: the first row at which its audit chain does not fit; None: it fits. `is_apart`: its folder
    was on another disk than the data.
    """

    at: datetime
    file: str
    size: int
    seconds: float
    broken_audit: int | None = None
    folder: str = ""
    is_apart: bool = False


@dataclass(frozen=True, slots=True)
class FailedCopy:
    """The last try failed: when, and a sentence that says why."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Restored:
    """This database is a copy of that moment, taken up again at this one."""

    copy_at: datetime
    at: datetime


_FIND = select(Settings.value).where(Settings.key == bindparam("of"))
_FORGET = delete(Settings).where(Settings.key == bindparam("of"))


async def copied(tx: Tx, copy: LastCopy) -> None:
    """Remember a copy that was read back; a failure before it is over."""
    await _keep(tx, GOOD, copy)
    await tx.connection.execute(_FORGET, {"of": FAILED})


async def failed(tx: Tx, reason: str) -> None:
    """Remember that no copy could be made."""
    await _keep(tx, FAILED, FailedCopy(tx.now, reason))


async def last(tx: Tx) -> LastCopy | None:
    """Return the newest copy that was read back."""
    return await _load(tx, GOOD, LastCopy)


async def failure(tx: Tx) -> FailedCopy | None:
    """Return why the last try failed, if it did."""
    return await _load(tx, FAILED, FailedCopy)


async def restored(tx: Tx) -> Restored | None:
    """Return from which copy this database was restored, if it was."""
    return await _load(tx, RESTORED, Restored)


async def was_restored(tx: Tx, copy_at: datetime) -> None:
    """Remember that this database is a copy of that moment; what is known of copies is of no use any more."""
    await _keep(tx, RESTORED, Restored(copy_at, tx.now))
    for key in (GOOD, FAILED):
        await tx.connection.execute(_FORGET, {"of": key})


async def _keep(tx: Tx, key: str, told: Any) -> None:
    value = json.dumps(asdict(told), default=datetime.isoformat)
    row = insert(Settings).values(key=key, value=value)
    changed = row.on_conflict_do_update(index_elements=["key"], set_={"value": value})
    await tx.connection.execute(changed)


async def _load(tx: Tx, key: str, kind: Callable[..., T]) -> T | None:
    value = await tx.connection.scalar(_FIND, {"of": key})
    if value is None:
        return None
    told = json.loads(value)
    return kind(
        **{n: datetime.fromisoformat(v) if n.endswith("at") else v for n, v in told.items()}
    )
