"""One ward's database: the only way to a transaction.

SQLite: every write transaction begins with BEGIN IMMEDIATE on one writer connection per process, one at a
time. (With the driver's defaults, 200 concurrent read-then-write transactions left a counter at 2–16
without one error.) Readers have connections of their own and never wait for the writer.
PostgreSQL: a transaction of its own from the pool; `addresses.address_of` locks the row of who speaks.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Self

from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage import _sqlite, tables_staff  # noqa: F401 - its tables belong to the metadata
from storage._migrate import upgrade
from storage._tx import Tx
from storage._writer import Writer
from storage.house import House

SHRINK_SECONDS = 30.0
"""How long `shrink` waits for readers before it gives up."""
SHRINK_BUSY_MS = 50
"""How long one try may keep writers waiting."""
PERSONAL = (
    "profiles",
    "residences",
    "unit_members",
    "members",
    "relatives",
    "invites",
    "addresses",
    "talks",
    "messages",
    "inbox",
    "outbox",
)

PASSWORD = re.compile(r"(?<=:)[^:/@]+(?=@)")

DATA_VERSION = text("PRAGMA data_version")
SNAPSHOT = text("SELECT pg_current_snapshot()::text")
CHECKPOINT = text("PRAGMA wal_checkpoint(TRUNCATE)")


class CannotOpenError(Exception):
    """The database URL cannot be used; the message is for the person who wrote it."""


class StillReadError(Exception):
    """Erased bytes are still in the write-ahead log, because somebody has been reading all the time."""


class Database:
    """An open database of one house, migrated to this version's tables."""

    def __init__(
        self,
        house: House,
        writers: AsyncEngine | Writer,
        readers: AsyncEngine,
        watcher: AsyncConnection,
        closing: AsyncExitStack,
    ) -> None:
        """Take engines and connections that are ready for use; `open` makes them."""
        self.house = house
        self._writers = writers
        self._readers = readers
        self._watcher = watcher
        self._closing = closing
        self._watching = asyncio.Lock()

    @classmethod
    async def open(cls, url: str, house: House) -> Self:
        """Open "sqlite:///path" or "postgresql://…" and bring its tables up to date.

        Raises CannotOpenError, or `_migrate.TooNewError` for the database of a later version.
        """
        parsed = _parse(url)
        opening = cls._open_sqlite if parsed.drivername == "sqlite" else cls._open_postgres
        async with AsyncExitStack() as closing:
            try:
                made = await opening(parsed, house, closing)
            except (OSError, DBAPIError) as error:
                raise _cannot_open(parsed, error) from error
            return made

    @classmethod
    async def _open_sqlite(cls, url: URL, house: House, closing: AsyncExitStack) -> Self:
        _make_file(url)
        writer = await Writer.open(url)
        closing.push_async_callback(writer.close)
        async with writer.begin() as connection:
            await connection.run_sync(upgrade)
        readers = _sqlite.engine(url, is_reader=True)
        closing.push_async_callback(readers.dispose)
        alone = _sqlite.engine(url, is_reader=False, connections=1)
        closing.push_async_callback(alone.dispose)
        watcher = await closing.enter_async_context(alone.connect())
        async with watcher.begin():
            await watcher.execute(text(f"PRAGMA busy_timeout={SHRINK_BUSY_MS}"))
        return cls(house, writer, readers, watcher, closing.pop_all())

    @classmethod
    async def _open_postgres(cls, url: URL, house: House, closing: AsyncExitStack) -> Self:
        writers = create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            pool_size=10,
            hide_parameters=True,  # they are what people said; no log may hold them
        )
        closing.push_async_callback(writers.dispose)
        async with writers.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(7105117)"))  # one upgrades
            await connection.run_sync(upgrade)
        readers = writers.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        alone = writers.execution_options(isolation_level="AUTOCOMMIT")
        watcher = await closing.enter_async_context(alone.connect())
        return cls(house, writers, readers, watcher, closing.pop_all())

    @property
    def _is_sqlite(self) -> bool:
        return isinstance(self._writers, Writer)

    @asynccontextmanager
    async def transaction(self, now: datetime) -> AsyncIterator[Tx]:
        """Write: commits at the end of the block, rolls back on any exception. `now` is aware."""
        async with self._writers.begin() as connection:
            yield Tx(connection, self.house, now)

    @asynccontextmanager
    async def reading(self, now: datetime) -> AsyncIterator[Tx]:
        """Read one consistent state; a write in it fails. Never waits for a writer."""
        async with self._readers.connect() as connection:
            yield Tx(connection, self.house, now, can_write=False)

    async def version(self) -> int:
        """Return a number that is another one once anybody, in any process, has committed."""
        async with self._watching, self._watcher.begin():
            if self._is_sqlite:
                return int((await self._watcher.execute(DATA_VERSION)).scalar_one())
            snapshot = str((await self._watcher.execute(SNAPSHOT)).scalar_one())
        return int.from_bytes(sha256(snapshot.encode()).digest()[:8])

    async def shrink(self, seconds: float = SHRINK_SECONDS) -> None:
        """Make erased bytes leave the disk: empty SQLite's write-ahead log, vacuum on PostgreSQL.

        Tries again while somebody reads an older state. Raises StillReadError when that takes too long.
        """
        if not self._is_sqlite:
            async with self._watching, self._watcher.begin():
                await self._watcher.execute(text(f"VACUUM {', '.join(PERSONAL)}"))
            return
        give_up_at = monotonic() + seconds
        while await self._is_log_in_use():
            if monotonic() > give_up_at:
                raise StillReadError(f"the log is in use since {seconds} s: shrink later")
            await asyncio.sleep(0.05)

    async def _is_log_in_use(self) -> bool:
        async with self._watching, self._watcher.begin():
            return bool((await self._watcher.execute(CHECKPOINT)).one()[0])

    async def close(self) -> None:
        """Close every connection; nothing may be under way."""
        await self._closing.aclose()


def _parse(url: str) -> URL:
    """Return the URL, without a driver, if it is of a database that is supported."""
    with suppress(ArgumentError):
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        if backend in {"sqlite", "postgresql"} and parsed.database not in {None, "", ":memory:"}:
            return parsed.set(drivername=backend)
    raise CannotOpenError(
        f"Địa chỉ cơ sở dữ liệu “{PASSWORD.sub('***', url)}” không dùng được: "
        "hãy ghi sqlite:///đường/dẫn/tệp hoặc postgresql://người:mật-khẩu@máy/tên"
    )


def _make_file(url: URL) -> None:
    """Make the file, which nobody else may read, and its folder."""
    path = Path(url.database or "")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)


def _cannot_open(url: URL, error: OSError | DBAPIError) -> CannotOpenError:
    """Say in one sentence which database it was and why; the URL is shown without its password."""
    reason = error.orig if isinstance(error, DBAPIError) else error
    return CannotOpenError(
        f"Không mở được cơ sở dữ liệu “{url.render_as_string()}” ({reason}): "
        "hãy kiểm tra địa chỉ, quyền ghi và máy chủ"
    )
