"""The one connection that writes to a SQLite file.

Once BEGIN IMMEDIATE has the lock, a statement waits for nobody and takes microseconds: it runs where it is,
in the event loop's thread. What may wait, BEGIN for another process and COMMIT for the disk, is done in a
thread of its own. (Every statement through SQLAlchemy's asyncio layer cost 2.5 times as much: measured.)
A long one, such as a purge, keeps all other turns waiting in any case: they need the lock it holds.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, Self, TypeVarTuple, overload

from sqlalchemy import Connection, Dialect, Executable, ScalarResult, create_engine, event
from sqlalchemy.engine import URL, CursorResult
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool
from sqlalchemy.sql.selectable import TypedReturnsRows

from storage._sqlite import BUSY_MS, PRAGMAS
from storage.unavailable import is_busy

AT_ONCE = "PRAGMA busy_timeout=0"
MOMENT_MS = 100
"""So long at a time is waited for another process; in between, whoever waits can be told to stop."""
A_MOMENT = f"PRAGMA busy_timeout={MOMENT_MS}"
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
        """Run one statement, for one set of parameters or for each of a list; all its rows are there."""
        return _whole(self._connection.execute(statement, parameters))

    async def scalar(self, statement: Any, parameters: Any = None) -> Any:
        """Run one statement and return the first column of its first row, or None."""
        return self._connection.scalar(statement, parameters)

    async def scalars(self, statement: Any, parameters: Any = None) -> ScalarResult[Any]:
        """Run one statement and return the first column of its rows."""
        return _whole(self._connection.execute(statement, parameters)).scalars()

    async def run_sync(self, work: Callable[[Connection], Any]) -> Any:
        """Run work that is written for a synchronous connection."""
        return work(self._connection)


def _whole(result: CursorResult[Any]) -> CursorResult[Any]:
    """Fetch all rows now, so that no later statement can change or end what is still to be read."""
    if result.returns_rows:
        result.cursor_strategy = FullyBufferedCursorFetchStrategy(result.cursor)
    return result


class Writer:
    """One transaction at a time, each from BEGIN IMMEDIATE to its commit on the disk."""

    def __init__(self, connection: Connection, thread: ThreadPoolExecutor, busy_ms: int) -> None:
        self._connection = connection
        self._thread = thread
        self._busy_seconds = busy_ms / 1000
        self._lock = asyncio.Lock()
        self._given = LoopConnection(connection)

    @classmethod
    async def open(cls, url: URL, busy_ms: int = BUSY_MS) -> Self:
        """Open the file; a journal mode that has to change may wait for other processes.

        `busy_ms`: how long a transaction may wait for another process to begin.
        """
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
        return cls(connection, thread, busy_ms)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[LoopConnection]:
        """Commit at the end of the block, roll back on any exception."""
        async with self._lock:
            try:
                await self._lock_file()
                yield self._given
                await self._wait(self._connection.commit)
            except BaseException:
                await self._wait(self._roll_back)
                raise

    async def _lock_file(self) -> None:
        """Take the lock at once, or wait for another process: off the event loop, a moment at a time.

        Whoever is cancelled meanwhile, as when the server stops, goes after that moment.
        """
        give_up_at = monotonic() + self._busy_seconds
        try:
            self._take_lock()
        except OperationalError as error:
            while is_busy(error) and monotonic() < give_up_at:
                try:
                    return await self._wait(self._wait_for_lock)
                except OperationalError as again:
                    error = again
            raise error from None

    def _take_lock(self) -> None:
        try:
            self._connection.exec_driver_sql(BEGIN)
        except OperationalError:
            self._connection.rollback()
            raise

    def _wait_for_lock(self) -> None:
        driver = self._connection.connection
        driver.execute(A_MOMENT)
        try:
            self._take_lock()
        finally:
            driver.execute(AT_ONCE)

    def _roll_back(self) -> None:
        """End the transaction if there is one; SQLAlchemy alone sends no ROLLBACK after a failed COMMIT."""
        self._connection.rollback()
        self._connection.connection.rollback()

    async def _wait(self, work: Callable[[], None]) -> None:
        """Do something in the thread to its end, also when whoever waits for it is cancelled, and again."""
        done = asyncio.get_running_loop().run_in_executor(self._thread, work)
        cancelled: asyncio.CancelledError | None = None
        while not done.done():
            try:
                await asyncio.wait([done])
            except asyncio.CancelledError as error:
                cancelled = error
        failed = done.exception()
        if cancelled:
            raise cancelled
        if failed:
            raise failed

    async def close(self) -> None:
        """Close the file; no transaction may be open."""
        async with self._lock:
            await self._wait(self._connection.close)
            await self._wait(self._connection.engine.dispose)
        self._thread.shutdown()
