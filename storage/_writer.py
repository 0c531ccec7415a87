"""The one connection that writes to a SQLite file.

Once BEGIN IMMEDIATE has the lock, a statement waits for nobody and takes microseconds: it runs where it is,
in the event loop's thread. What may wait, BEGIN for another process and COMMIT for the disk, is done in a
thread of its own. (Every statement through SQLAlchemy's asyncio layer cost 2.5 times as much: measured.)
A long one, such as a purge, keeps all other turns waiting in any case: they need the lock it holds.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVarTuple, overload

from sqlalchemy import Connection, Dialect, Executable, ScalarResult, create_engine, event
from sqlalchemy.engine import URL, CursorResult
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool
from sqlalchemy.sql.selectable import TypedReturnsRows

from storage._sqlite import BUSY_MS, PRAGMAS

AT_ONCE = "PRAGMA busy_timeout=0"
PATIENTLY = f"PRAGMA busy_timeout={BUSY_MS}"
BEGIN = "BEGIN IMMEDIATE"
Columns = TypeVarTuple("Columns")


class LoopConnection:
    """What a transaction is given: SQLAlchemy's connection; a statement is done when it is asked for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> Dialect:
        """How the database speaks."""
        return self._connection.dialect

    @overload
    async def execute(
        self, statement: TypedReturnsRows[*Columns], parameters: Any = None
    ) -> CursorResult[*Columns]: ...

    @overload
    async def execute(
        self, statement: Executable, parameters: Any = None
    ) -> CursorResult[*tuple[Any, ...]]: ...

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run one statement, for one set of parameters or for each of a list."""
        return self._connection.execute(statement, parameters)

    async def scalar(self, statement: Any, parameters: Any = None) -> Any:
        """Run one statement and return the first column of its first row, or None."""
        return self._connection.scalar(statement, parameters)

    async def scalars(self, statement: Any, parameters: Any = None) -> ScalarResult[Any]:
        """Run one statement and return the first column of its rows."""
        return self._connection.scalars(statement, parameters)

    async def run_sync(self, work: Callable[[Connection], Any]) -> Any:
        """Run work that is written for a synchronous connection."""
        return work(self._connection)


class Writer:
    """One transaction at a time, each from BEGIN IMMEDIATE to its commit on the disk."""

    def __init__(self, connection: Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._thread = thread
        self._lock = asyncio.Lock()
        self._given = LoopConnection(connection)

    @classmethod
    async def open(cls, url: URL) -> Self:
        """Open the file; a journal mode that has to change may wait for other processes."""
        made = create_engine(
            url.set(drivername="sqlite+pysqlite"),
            connect_args={"check_same_thread": False, "isolation_level": None},
            poolclass=StaticPool,
            hide_parameters=True,  # they are what people said; no log may hold them
        )

        @event.listens_for(made, "connect")
        def _prepare(connection: Any, _record: Any) -> None:
            for pragma in PRAGMAS:
                connection.execute(pragma)
            connection.execute(AT_ONCE)

        thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        try:
            connection = await asyncio.get_running_loop().run_in_executor(thread, made.connect)
        except BaseException:
            thread.shutdown()
            raise
        return cls(connection, thread)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[LoopConnection]:
        """Commit at the end of the block, roll back on any exception."""
        async with self._lock:
            await self._lock_file()
            try:
                yield self._given
            except BaseException:
                await self._wait(self._connection.rollback)
                raise
            await self._commit()

    async def _lock_file(self) -> None:
        try:
            self._connection.exec_driver_sql(BEGIN)
        except OperationalError as error:
            self._connection.rollback()
            if getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
                raise
            await self._wait(self._lock_patiently)

    def _lock_patiently(self) -> None:
        """Wait for another process, off the event loop."""
        try:
            self._connection.exec_driver_sql(PATIENTLY)
            self._connection.exec_driver_sql(BEGIN)
        except OperationalError:
            self._connection.rollback()
            raise
        finally:
            self._connection.connection.execute(AT_ONCE)

    async def _commit(self) -> None:
        try:
            await self._wait(self._connection.commit)
        except OperationalError:
            await self._wait(self._connection.rollback)
            raise

    async def _wait(self, work: Callable[[], None]) -> None:
        """Do something in the thread to its end, also when whoever waits for it is cancelled."""
        done = asyncio.get_running_loop().run_in_executor(self._thread, work)
        try:
            await asyncio.shield(done)
        except asyncio.CancelledError:
            await asyncio.wait([done])
            raise

    async def close(self) -> None:
        """Close the file; no transaction may be open."""
        await self._wait(self._connection.close)
        await self._wait(self._connection.engine.dispose)
        self._thread.shutdown()
