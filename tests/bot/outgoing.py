"""The road out over a real database to an enforcing Bot API, as the tests of what leaves need it."""

import asyncio
import math
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from structlog.testing import capture_logs

from bot.accounts import Account
from bot.channels import telegram
from bot.channels._calls import Limits
from bot.delivery import POLL_SECONDS, Sender
from bot.wire import Wire
from storage import accounts, addresses, messages, outbox
from storage._database import Database
from storage._tx import Tx
from storage.accounts import AccountState
from storage.addresses import Address
from storage.outbox import Kind, State
from storage.tables import Addresses, Outbox
from tests.fakes.telegram import NO_LIMITS, FakeTelegram, Rates

FREE = Limits(math.inf, 0.0)
PATIENCE_SECONDS = 60
OPEN = frozenset({State.WAITING.value, State.SENDING.value})


@dataclass(slots=True)
class Moments:
    """The two clocks of a sender; a test moves them, they go on by themselves."""

    ahead: timedelta = timedelta()
    later: float = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return time.monotonic() + self.later


class Watched:
    """A database that tells when a transaction is over; the sender's own notice nothing of it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.count = 0
        self.failures: list[Exception] = []
        self.loses_commits = 0
        self._over = asyncio.Event()

    @asynccontextmanager
    async def transaction(self, now: datetime) -> AsyncIterator[Tx]:
        try:
            async with self.database.transaction(now) as tx:
                yield tx
            self._lose()
        except Exception as failure:
            self.failures.append(failure)
            raise
        finally:
            self.count += 1
            self._stir()

    def _lose(self) -> None:
        if self.loses_commits:
            self.loses_commits -= 1
            raise ConnectionError("the commit was made, its answer was lost")

    def reading(self, now: datetime) -> Any:
        return self.database.reading(now)

    def _stir(self) -> None:
        self._over.set()
        self._over = asyncio.Event()

    def over(self) -> asyncio.Event:
        """What is set as soon as the next transaction, from this moment on, is over."""
        return self._over


@dataclass(slots=True)
class Road:
    """One account's way from the outbox to the fake; its senders are stopped in the end."""

    database: Watched
    fake: FakeTelegram
    wire: Wire
    media: Path
    closing: AsyncExitStack
    moments: Moments = field(default_factory=Moments)
    senders: list[Sender] = field(default_factory=list)
    logged: list[Any] = field(default_factory=list)

    # ------------------------------------------------------------ senders

    def account(self, **changes: Any) -> Account:
        """The fake's account: as fast as it goes, if nothing else is asked for."""
        made = Account("telegram", telegram, self.fake.url, None, FREE)
        return replace(made, **changes)

    async def start(self, **changes: Any) -> Sender:
        """Start a sender; keyword arguments change its account."""
        sender = Sender(
            self.database,
            self.account(**changes),
            self.wire,
            media=self.media,
            clock=self.moments.now,
            monotonic=self.moments.monotonic,
        )
        self.closing.push_async_callback(sender.stop, 0)
        self.senders.append(sender)
        await sender.start()
        return sender

    async def drained(self) -> None:
        """Wait until nothing is left that the latest sender may send now."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.senders[-1].drained()

    def pass_time(self, seconds: float) -> None:
        """Let both clocks go on at once; the senders look at them."""
        self.moments.ahead += timedelta(seconds=seconds)
        self.moments.later += seconds
        self.wake()

    async def round(self) -> None:
        """Wait until a sender has looked after everything once more."""
        over = self.database.over()
        self.pass_time(POLL_SECONDS)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await over.wait()

    def wake(self) -> None:
        for sender in self.senders:
            sender.wake()

    # ------------------------------------------------------------ rows

    async def put(self, chat: int, *texts: str, kind: Kind = Kind.REPLY, **more: Any) -> list[int]:
        """Put messages to one chat into the outbox, as a turn does."""
        return await self.put_all([chat], texts, kind, **more)

    async def put_all(
        self, chats: Iterable[int], texts: Collection[str], kind: Kind, **more: Any
    ) -> list[int]:
        """Put the same messages to each chat into the outbox, in one transaction."""
        bodies = [{"text": text} for text in texts]
        return await self.put_bodies(chats, bodies, kind, **more)

    async def put_bodies(
        self, chats: Iterable[int], bodies: Collection[dict[str, Any]], kind: Kind, **more: Any
    ) -> list[int]:
        ids: list[int] = []
        async with self.database.transaction(self.moments.now()) as tx:
            for chat in chats:
                address = await addresses.address_of(tx, "telegram", str(chat))
                ids += [
                    await outbox.put(tx, "telegram", address.id, kind, body, **more)
                    for body in bodies
                ]
        self.wake()
        return ids

    async def rows(self, *, of: int | None = None) -> list[Any]:
        """The outbox, or what of it is for one chat."""
        wanted = select(*Outbox.__table__.columns, Addresses.key).join(Addresses)
        if of is not None:
            wanted = wanted.where(Addresses.key == str(of))
        async with self.database.reading(self.moments.now()) as tx:
            found = await tx.connection.execute(wanted.order_by(Outbox.id))
            return list(found)

    async def row(self, number: int) -> Any:
        return next(row for row in await self.rows() if row.id == number)

    async def states(self) -> Counter[str]:
        return Counter(row.state for row in await self.rows())

    async def until(self, is_so: Callable[[list[Any]], object], **where: Any) -> list[Any]:
        """Wait until the rows are so; looked at whenever a transaction is over.

        Looked at twice: what else `is_so` looks at may be newer than the rows that were read.
        """
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                over = self.database.over()
                rows = await self.rows(**where)
                if is_so(rows) and is_so(rows := await self.rows(**where)):
                    return rows
                await over.wait()

    async def closed(self) -> list[Any]:
        """Wait until no row waits or is on its way."""
        return await self.until(lambda rows: not any(row.state in OPEN for row in rows))

    # ------------------------------------------------------------ what else is kept

    async def history(self, chat: int) -> list[str]:
        """What one chat can read back of us."""
        async with self.database.reading(self.moments.now()) as tx:
            address = await addresses.find(tx, "telegram", str(chat))
            assert address is not None
            found = await messages.since(tx, address.id, 0, 10_000)
        return [one.body["text"] for one in found if one.is_from_bot]

    async def address(self, chat: int) -> Address:
        async with self.database.reading(self.moments.now()) as tx:
            found = await addresses.find(tx, "telegram", str(chat))
        assert found is not None
        return found

    async def blocked(self) -> set[str]:
        """The chats that are marked as out of reach."""
        wanted = select(Addresses.key).where(Addresses.blocked_at.is_not(None))
        async with self.database.reading(self.moments.now()) as tx:
            return set((await tx.connection.execute(wanted)).scalars())

    async def heard(self, chat: int) -> None:
        """Somebody writes to us."""
        address = await self.address(chat)
        async with self.database.transaction(self.moments.now()) as tx:
            await addresses.touch(tx, address.id, "học")

    async def state(self) -> AccountState:
        async with self.database.reading(self.moments.now()) as tx:
            return await accounts.state(tx, "telegram")

    def said(self, level: str) -> list[Any]:
        """What was logged at a level."""
        return [one for one in self.logged if one["log_level"] == level]

    # ------------------------------------------------------------ trouble

    @property
    def file(self) -> Path:
        """The database's file."""
        return Path(str(self.database.database._writers._connection.engine.url.database))

    @contextmanager
    def locked(self, wait_ms: int = 20) -> Iterator[None]:
        """Another process writes; ours waits for it only a moment."""
        writer: Any = self.database.database._writers
        before, writer._busy_seconds = writer._busy_seconds, wait_ms / 1000
        with closing(sqlite3.connect(self.file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        writer._busy_seconds = before


async def kill(sender: Sender) -> None:
    """End a sender as a killed process ends: nothing is settled, nothing handed back."""
    tasks = [sender._booker, *sender._workers]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def is_quiet(rows: list[Any]) -> bool:
    """Whether nothing is on its way."""
    return not any(row.state == "sending" for row in rows)


@asynccontextmanager
async def open_road(
    database: Database, media: Path, rates: Rates = NO_LIMITS, latency: float = 0.0
) -> AsyncIterator[Road]:
    """A road that nobody travels yet."""
    async with FakeTelegram(rates=rates, latency=latency) as fake, AsyncExitStack() as closing:
        wire = Wire()
        closing.push_async_callback(wire.close)
        road = Road(Watched(database), fake, wire, media, closing)
        road.logged = closing.enter_context(capture_logs())
        yield road
