"""A ward's database as it is seen from outside: the judge of what a killed server left behind."""

import asyncio
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import asyncpg

from storage.leases import LEASE
from storage.outbox import Kind, State

OUTBOX = """
    SELECT o.id, a.key, o.kind, o.state, o.is_resent, o.platform_id, o.body
    FROM outbox o JOIN addresses a ON a.id = o.address_id ORDER BY o.address_id, o.kind, o.id
"""
HISTORY = """
    SELECT a.key, m.body FROM messages m JOIN addresses a ON a.id = m.address_id
    WHERE m.is_from_bot ORDER BY m.id
"""
INBOX = "SELECT event_id, state FROM inbox ORDER BY id"
DEAD = """
DO $$ BEGIN
    WHILE EXISTS (
        SELECT FROM pg_stat_activity WHERE datname = current_database()
        AND backend_type = 'client backend' AND pid <> pg_backend_pid()
    ) LOOP
        PERFORM pg_sleep(0.005);
        PERFORM pg_stat_clear_snapshot();
    END LOOP;
END $$
"""
TIME_PASSES = "UPDATE outbox SET lease_until = lease_until - $1::interval WHERE state = 'sending'"
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the outbox; `chat` is who it is for, `message` the platform's own number of it."""

    id: int
    chat: int
    kind: Kind
    state: State
    is_resent: bool
    message: int | None
    text: str


class Store(Protocol):
    """A database that several servers in turn work on."""

    url: str

    async def let_time_pass(self) -> None:
        """After a kill: wait until the dead do nothing more, and their leases are over."""

    async def read(self, query: str) -> Sequence[Sequence[Any]]:
        """Read it as it is, and leave it as it is."""


@dataclass(frozen=True, slots=True)
class Sqlite:
    """One file. It is read from a copy: opening it would repair what the next server is to repair."""

    file: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"

    async def let_time_pass(self) -> None:
        """A lease of the dead is over at the next start: there is one server to a file."""

    async def read(self, query: str) -> Sequence[Sequence[Any]]:
        return await asyncio.to_thread(self._read, query)

    def _read(self, query: str) -> Sequence[Sequence[Any]]:
        with tempfile.TemporaryDirectory() as folder:
            for suffix in ("", "-wal"):
                file = self.file.with_name(self.file.name + suffix)
                if file.exists():
                    shutil.copy(file, folder)
            with closing(sqlite3.connect(Path(folder) / self.file.name)) as copy:
                return copy.execute(query).fetchall()


@dataclass(frozen=True, slots=True)
class Postgres:
    """One database of a PostgreSQL server."""

    url: str

    async def let_time_pass(self) -> None:
        """The server ends what the dead had asked for; then as long passes as a lease lasts."""
        connection = await asyncpg.connect(self.url)
        await connection.execute(DEAD, timeout=SECONDS)
        await connection.execute(TIME_PASSES, LEASE)
        await connection.close()

    async def read(self, query: str) -> Sequence[Sequence[Any]]:
        connection = await asyncpg.connect(self.url)
        found = [tuple(row) for row in await connection.fetch(query)]
        await connection.close()
        return found


async def outbox_rows(store: Store) -> tuple[Row, ...]:
    """Every row of the outbox, the rows of one chat in the order in which they are to leave."""
    return tuple(
        Row(
            number,
            int(key),
            Kind(kind),
            State(state),
            bool(is_resent),
            int(message) if message else None,
            json.loads(body)["text"],
        )
        for number, key, kind, state, is_resent, message, body in await store.read(OUTBOX)
    )


async def history(store: Store) -> dict[int, list[str]]:
    """What everybody's history says that the bot wrote, in its order."""
    told: dict[int, list[str]] = {}
    for key, body in await store.read(HISTORY):
        told.setdefault(int(key), []).append(json.loads(body)["text"])
    return told


async def new_postgres(folder: str, name: str) -> Postgres:
    """A new database on the server."""
    connection = await asyncpg.connect(f"postgresql://postgres:@/postgres?host={folder}")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return Postgres(f"postgresql://postgres:@/{name}?host={folder}")
