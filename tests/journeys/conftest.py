"""Whole journeys over real SQLite, on every channel: inbox, turn, outbox, history or the platform."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import pytest

from bot.bell import Bell
from bot.channels import console, web
from bot.config import Config
from bot.house import Ward, make_house, read_content, read_tdps
from bot.turns import Turns
from handlers._requests.lesson import ApproveLesson
from handlers._requests.person import Role
from handlers._talk import Book
from lessons import Content
from storage import addresses, messages, outbox, perform, tdps
from storage._database import Database
from storage.house import Actor
from tests.journeys import telegram_line

ROOT = Path(__file__).parents[2]
LOCAL = {console.NAME: console.parse, web.NAME: web.parse}
NETWORK = MappingProxyType(
    {
        "telegram by polling": telegram_line.polling,
        "telegram by webhook": telegram_line.webhook,
    }
)
CHANNELS = (*LOCAL, *NETWORK)
MORNING = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
ADMIN = Actor("os:test", frozenset({Role.ADMIN}))


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **span: float) -> None:
        self.now += timedelta(**span)


class Phone:
    """One person's end of a channel: sends, and reads what has come since."""

    def __init__(self, turns: Turns, clock: Clock, channel: str, key: str) -> None:
        self.turns = turns
        self.clock = clock
        self.channel = channel
        self.key = key
        self.sent = 0
        self.read = 0
        self.newest: dict[str, Any] = {}

    async def send(self, text: str, *, seconds: float = 60.0) -> str:
        """Send one message and return everything that came back, as lines of text."""
        self.clock.go_on(seconds=seconds)
        await self.post({"text": text, **self._tap(text)})
        return await self.come_back()

    async def follow(self, payload: str) -> str:
        """Come by a link that carries something."""
        database, now = self.turns.ward.database, self.clock()
        async with database.transaction(now) as tx:
            address = await addresses.address_of(tx, self.channel, self.key)
            await addresses.came_by(tx, address.id, payload)
        return ""

    async def post(self, body: dict[str, Any]) -> None:
        """Take one body in and run its turn."""
        self.sent += 1
        name = f"{self.key}:{self.sent}"
        address = await self.turns.receive(self.channel, self.key, name, body)
        if address is not None:
            await self.turns.run(address)

    async def come_back(self) -> str:
        """Deliver, and read the bot's new messages."""
        database, now = self.turns.ward.database, self.clock()
        async with database.transaction(now) as tx:
            await outbox.deliver_local(tx, self.channel)
        async with database.reading(now) as tx:
            address = await addresses.find(tx, self.channel, self.key)
            if address is None:
                return ""
            found = await messages.since(tx, address.id, self.read)
        self.read = max([self.read, *(row.n for row in found)])
        said = [dict(row.body) for row in found if row.is_from_bot]
        self.newest = said[-1] if said else self.newest
        return "\n".join(shown(body) for body in said)

    def _tap(self, text: str) -> dict[str, str]:
        for choice in self.newest.get("choices", ()):
            if text == f"[{choice['number']}]":
                return {"tap": choice["tap"], "text": choice["label"]}
        return {}


def shown(body: dict[str, Any]) -> str:
    """A message on one line, its choices behind it."""
    choices = "".join(f" [{one['number']} {one['label']}]" for one in body.get("choices", ()))
    return " ".join(str(body["text"]).split()) + choices


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def content() -> Content:
    """The shipped content, read once."""
    return read_content(Config(folder=ROOT))


@pytest.fixture
async def ward(tmp_path: Path, content: Content) -> AsyncIterator[Ward]:
    """A ward on a new SQLite file, with the placeholder TDPs and every lesson approved."""
    config = Config(folder=ROOT, data=tmp_path / "var")
    house = make_house(config, content)
    database = await Database.open(config.database_url, house)
    async with database.transaction(MORNING) as tx:
        await tdps.load_once(tx, read_tdps(ROOT / "tdps.csv"))
        for lesson in content.lessons:
            await perform(tx, ADMIN, ApproveLesson(lesson, "Nguyễn Thị Lan", "Phòng VH-XH"))
    yield Ward(config, house, Book(content, house.values), database)
    await database.close()


@pytest.fixture
def turns(ward: Ward, clock: Clock) -> Turns:
    return Turns(ward, LOCAL, Bell(), clock)


class AnyPhone(Protocol):
    """One person's end of any channel."""

    channel: str
    key: str

    async def send(self, text: str, *, seconds: float = 60.0) -> str:
        """Write something, or tap “[2]”; returns what came back."""

    async def follow(self, payload: str) -> str:
        """Come by a link that carries something; returns what came back."""


@pytest.fixture
async def phone(
    ward: Ward, turns: Turns, clock: Clock
) -> AsyncIterator[Callable[..., Awaitable[AnyPhone]]]:
    """A new person's end of a channel; a platform is opened when the first of its people comes.

    `name` is what a platform tells of its owner.
    """
    count = iter(range(1_000_000))
    exchanges: dict[str, telegram_line.Exchange] = {}
    async with AsyncExitStack() as stack:

        async def make(channel: str, name: str = "Trần Thị Tư") -> AnyPhone:
            if channel in LOCAL:
                return Phone(turns, clock, channel, f"{next(count):064x}")
            if channel not in exchanges:
                opened = NETWORK[channel](ward, clock)
                exchanges[channel] = await stack.enter_async_context(opened)
            return exchanges[channel].phone(name)

        yield make
