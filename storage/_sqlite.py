"""SQLite behind asyncio, with as few hops to its thread as there is something to wait for.

The driver goes to its thread four times for one statement (open, execute, fetch, close), which costs ten
times as much as the statement. Here a reader's statement is one hop. What writes: storage/_writer.py.
"""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

BUSY_MS = 10_000
PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_MS}",  # first: the next line may have to wait for another process
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a lease lost in a power cut would be a silent double
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what is erased is overwritten
)
BEGIN = "BEGIN"


class QuickCursor:
    """A cursor whose rows are all there when `execute` returns."""

    def __init__(self, connection: "QuickConnection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.arraysize = 1
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Run one statement and fetch all of its rows."""
        await self._connection.run(self._run, sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> Self:
        """Run one statement for each set of parameters."""
        await self._connection.run(self._run_many, sql, parameters)
        return self

    def _run(self, connection: sqlite3.Connection, sql: str, parameters: Sequence[Any]) -> None:
        cursor = connection.execute(sql, parameters)
        self.description = cursor.description
        self._rows = cursor.fetchall() if cursor.description else []
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        cursor.close()

    def _run_many(
        self, connection: sqlite3.Connection, sql: str, parameters: Sequence[Sequence[Any]]
    ) -> None:
        cursor = connection.executemany(sql, parameters)
        self.description, self.rowcount = None, cursor.rowcount
        cursor.close()

    async def fetchall(self) -> list[Any]:
        """Return the rows not yet fetched."""
        rows, self._rows = self._rows, []
        return rows

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return the next rows."""
        size = self.arraysize if size is None else size
        rows, self._rows = self._rows[:size], self._rows[size:]
        return rows

    async def fetchone(self) -> Any:
        """Return the next row, or None."""
        return self._rows.pop(0) if self._rows else None

    async def close(self) -> None:
        """Forget the rows; SQLite's own cursor is closed already."""
        self._rows = []


class QuickConnection(aiosqlite.Connection):
    """The driver's connection, with quick cursors."""

    async def run(self, work: Callable[..., None], *args: Any) -> None:
        """Do `work(connection, *args)` in the connection's thread."""
        await self._execute(work, self._conn, *args)  # type: ignore[no-untyped-call]

    def cursor(self) -> QuickCursor:  # type: ignore[override]  # SQLAlchemy enters it, nobody else does
        """Return a cursor; nothing happens yet."""
        return QuickCursor(self)


async def _connect(database: str, **options: Any) -> aiosqlite.Connection:
    """Open a connection with a thread that does not keep the process alive."""
    open_file = partial(sqlite3.connect, database, **options)
    connection = QuickConnection(open_file, iter_chunk_size=64)
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy does for the driver's own
    return await connection


def engine(url: URL, *, is_reader: bool, connections: int = 4) -> AsyncEngine:
    """Return an engine for reading one consistent state; not `is_reader`: every statement stands alone.

    It opens at most `connections`; who comes later waits for one.
    """
    made = create_async_engine(
        url.set(drivername="sqlite+aiosqlite"),
        connect_args={"async_creator_fn": _connect, "isolation_level": None},
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # they are what people said; no log may hold them
        pool_reset_on_return=None,  # every transaction is ended by the block it belongs to
    )

    @event.listens_for(made.sync_engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in (*PRAGMAS, *(["PRAGMA query_only=ON"] if is_reader else [])):
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(made.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        if is_reader:
            connection.exec_driver_sql(BEGIN)

    return made
