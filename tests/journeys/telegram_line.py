"""Telegram in a journey: people of the enforcing fake, and a ward's real network on the journey's clock.

person -> update -> long poll or webhook -> inbox -> turn -> outbox -> sender -> the person's screen
"""

import asyncio
import math
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Protocol, Self

from aiohttp import web

from bot._sections import Telegram
from bot.bell import Bell
from bot.channels import telegram
from bot.channels._calls import Limits
from bot.doors import Doors
from bot.house import Ward
from bot.network import Network
from bot.polling import Poller
from bot.server import SPLITTERS, parsers
from bot.turns import Runner, Turns
from bot.web.app import web_app
from tests.fakes.telegram import NO_LIMITS, FakeTelegram, Person, Seen
from tests.opened import Opened

SECRET = "journey-secret"
FREE = Limits(math.inf, 0.0)
"""Nobody rests, so that a journey of thirty messages takes no thirty seconds."""
PATIENCE_SECONDS = 30
_LISTED = re.compile(r"(\d+)\. (.+)")


class Clock(Protocol):
    """The journey's clock."""

    def __call__(self) -> datetime:
        """The moment it stands at."""

    def go_on(self, **span: float) -> None:
        """Move it."""


class Line:
    """A ward's bot on some Bot API: all there is between an update and the screen.

    The ward's doors are open unless a test gives others.
    """

    def __init__(
        self, ward: Ward, clock: Clock, config: Telegram, doors: Doors | None = None
    ) -> None:
        self.ward = replace(ward, config=ward.config.model_copy(update={"telegram": config}))
        self.clock = clock
        given = parsers(ward), Bell(), clock, SPLITTERS, doors or Opened()
        self.turns = Turns(self.ward, *given)
        self.runner = Runner(self.turns, self._deliver)
        self.network = Network(self.ward, self.turns, self.runner.wake)
        self.network.accounts = tuple(
            replace(account, limits=FREE) for account in self.network.accounts
        )
        self._turned = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.network.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.network.stop_receiving(5)
        await self.runner.finish(5)
        await self.network.stop(5)

    def _deliver(self) -> None:
        self.network.wake()
        self._turned.set()

    @property
    def poller(self) -> Poller:
        """What asks for updates, where no webhook is set."""
        return next(one for one in self.network._receivers if isinstance(one, Poller))

    @asynccontextmanager
    async def turn(self, seconds: float) -> AsyncIterator[None]:
        """What somebody does in the block makes one turn; at its end all that it said has left.

        Args:
            seconds: how much time goes by before it.
        """
        self.clock.go_on(seconds=seconds)
        self._turned.clear()
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield
            await self._turned.wait()
            await asyncio.gather(*(sender.drained() for sender in self.network._senders))


@asynccontextmanager
async def polling(
    ward: Ward, clock: Clock, doors: Doors | None = None
) -> AsyncIterator["Exchange"]:
    """The enforcing fake, asked for updates by long polls."""
    async with FakeTelegram(rates=NO_LIMITS) as fake:
        config = Telegram.model_validate({"token": fake.token, "api_base": fake.base})
        async with Line(ward, clock, config, doors) as line:
            yield Exchange(line, fake)


@asynccontextmanager
async def webhook(ward: Ward, clock: Clock) -> AsyncIterator["Exchange"]:
    """The enforcing fake, posting updates to the ward's web server."""
    async with FakeTelegram(rates=NO_LIMITS) as fake:
        with socket.create_server(("127.0.0.1", 0)) as door:
            place = {
                "webhook_url": f"http://127.0.0.1:{door.getsockname()[1]}/telegram",
                "webhook_secret": SECRET,
            }
            given = {"token": fake.token, "api_base": fake.base, **place}
            async with (
                Line(ward, clock, Telegram.model_validate(given)) as line,
                _served(line, door),
            ):
                yield Exchange(line, fake)


@asynccontextmanager
async def _served(line: Line, door: socket.socket) -> AsyncIterator[None]:
    app = web_app(line.ward, line.turns, line.runner.wake, intake=line.network.intake)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.SockSite(runner, door).start()
    yield
    await runner.cleanup()


class Exchange:
    """Where people of the fake get their telephones."""

    def __init__(self, line: Line, fake: FakeTelegram) -> None:
        self.line = line
        self.fake = fake

    def phone(self, name: str) -> "TelegramPhone":
        """A new person's."""
        return TelegramPhone(self.line, self.fake.person(name=name))


class TelegramPhone:
    """One person's chat on Telegram; sends and reads as `Phone` of the other channels does."""

    channel = telegram.NAME

    def __init__(self, line: Line, person: Person) -> None:
        self.line = line
        self.person = person
        self.key = str(person.id)

    async def send(self, text: str, *, seconds: float = 60.0) -> str:
        """Write something, or press the button of “[2]”; returns what came back, on one line."""
        label = button(self.person.seen, text)
        async with self.line.turn(seconds):
            if label is None:
                self.person.send(text)
            else:
                self.person.tap(label)
        return read(self.person.unread())

    async def follow(self, payload: str) -> str:
        """Come by a deep link."""
        async with self.line.turn(60.0):
            self.person.start(payload)
        return read(self.person.unread())


# ---------------------------------------------------------------- what stands on a screen


def button(seen: list[Seen], text: str) -> str | None:
    """The label of the button that “[2]” stands for: “2. Học bài khác”, or “2” where that is all."""
    labels = next((one.labels for one in reversed(seen) if one.buttons), [])
    number = text[1:-1] if re.fullmatch(r"\[\d+\]", text) else None
    return next((one for one in labels if number and one.partition(".")[0] == number), None)


def read(seen: list[Seen]) -> str:
    """All that came, on one line."""
    return " ".join(filter(None, map(shown, seen)))


def shown(seen: Seen) -> str:
    """A message as the local channels show it: what it says [1 first choice] [2 second choice].

    Choices on buttons, and choices listed under the text with bare numbers on buttons, or with none where
    several may be named, are the same choices.
    """
    text, listed = _without_list(seen.text)
    numbers = [number for number, _ in listed]
    if seen.labels and seen.labels != numbers:
        found = [_LISTED.fullmatch(label) for label in seen.labels]
        assert all(found), seen.labels
        text, listed = seen.text, [(one[1], one[2]) for one in found if one]
    return " ".join([*text.split(), *(f"[{number} {label}]" for number, label in listed)])


def _without_list(text: str) -> tuple[str, list[tuple[str, str]]]:
    """A text, and the choices 1, 2, 3 … that are listed at its end after an empty line."""
    before, _, last = f"\n\n{text}".rpartition("\n\n")
    found = [_LISTED.fullmatch(line) for line in last.split("\n")]
    listed = [(one[1], one[2]) for one in found if one]
    is_list = [number for number, _ in listed] == [str(n + 1) for n in range(len(found))]
    return (before, listed) if is_list else (text, [])
