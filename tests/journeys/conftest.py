"""Whole journeys over real SQLite, on every local channel: inbox, turn, outbox, history."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.bell import Bell
from bot.channels import console, web
from bot.config import Config
from bot.house import Ward, make_house, read_content, read_tdps
from bot.turns import Turns
from handlers._talk import Book
from lessons import Content
from storage import addresses, messages, outbox, tdps
from storage._database import Database

ROOT = Path(__file__).parents[2]
CHANNELS = {console.NAME: console.parse, web.NAME: web.parse}
MORNING = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


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

    async def send(self, text: str, *, seconds: float = 60.0, event: str | None = None) -> str:
        """Send one message and return everything that came back, as lines of text."""
        self.clock.go_on(seconds=seconds)
        body = {"text": text, **self._tap(text)}
        await self.post(body, event=event)
        return await self.come_back()

    async def post(self, body: dict[str, Any], *, event: str | None = None) -> None:
        """Take one body in and run its turn."""
        self.sent += 1
        name = event or f"{self.key}:{self.sent}"
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
    """A ward on a new SQLite file, with the placeholder TDPs."""
    config = Config(folder=ROOT, data=tmp_path / "var")
    house = make_house(config, content)
    database = await Database.open(config.database_url, house)
    async with database.transaction(MORNING) as tx:
        await tdps.load_once(tx, read_tdps(ROOT / "tdps.csv"))
    yield Ward(config, house, Book(content, house.values), database)
    await database.close()


@pytest.fixture
def turns(ward: Ward, clock: Clock) -> Turns:
    return Turns(ward, CHANNELS, Bell(), clock)


@pytest.fixture
def phone(turns: Turns, clock: Clock) -> Callable[..., Phone]:
    """A new person's end of a channel."""
    count = iter(range(1_000_000))

    def make(channel: str = console.NAME) -> Phone:
        return Phone(turns, clock, channel, f"{next(count):064x}")

    return make
