"""The journeys through a Bot API server that others wrote: npm's telegram-test-api, by polling.

It knows getUpdates, sendMessage and answerCallbackQuery. It answers 500 to whatever it does not know, the menu
and “typing” among it, holds no poll, and forgets an update as soon as it was asked for.
"""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from bot._sections import Telegram
from bot.channels import telegram
from bot.house import Ward
from storage.tables import Outbox
from tests.conftest import Node
from tests.fakes.telegram import TOKEN, Seen
from tests.journeys.conftest import Clock
from tests.journeys.telegram_line import Line, button, read
from tests.journeys.test_journeys import TRANSCRIPTS, follow

pytestmark = pytest.mark.node

SERVE = Path(__file__).parents[1] / "fakes" / "telegram_test_api" / "serve.js"
ME = {"id": 4711, "first_name": "Tư", "username": "tu"}
CHAT = {"id": 4711, "type": "private", "first_name": "Tư"}


@contextmanager
def served(node: Node) -> Iterator[str]:
    """The server as a process of its own, for the length of the block; yields where it is."""
    with subprocess.Popen(
        [node.program, str(SERVE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "NODE_PATH": str(node.modules)},
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        yield f"http://127.0.0.1:{port}"


class OtherPhone:
    """One person's chat on that server."""

    channel = telegram.NAME
    key = str(ME["id"])

    def __init__(self, line: Line, http: aiohttp.ClientSession, news: asyncio.Event) -> None:
        self.line = line
        self.http = http
        self.news = news
        self.seen: list[Seen] = []

    async def send(self, text: str, *, seconds: float = 60.0) -> str:
        """Write something, or press the button of “[2]”; returns what came back."""
        label = button(self.seen, text)
        async with self.line.turn(seconds):
            if label is None:
                said = {"from": ME, "chat": CHAT, "date": 1, "text": text}
                await self._ask("/sendMessage", botToken=TOKEN, **said)
            else:
                await self._press(label)
            self.news.set()
        return await self._come_back()

    async def _press(self, label: str) -> None:
        on = next(one for one in reversed(self.seen) if one.buttons)
        shown = {"message_id": on.message_id, "date": 1, "chat": CHAT, **on.message}
        await self._ask(
            "/sendCallback", botToken=TOKEN, data=on.data(label), message=shown, **{"from": ME}
        )

    async def _come_back(self) -> str:
        found = await self._ask("/getUpdates", token=TOKEN, chatId=self.key)
        new = [_seen(one) for one in found]
        self.seen += new
        return read(new)

    async def _ask(self, path: str, **given: Any) -> Any:
        async with self.http.post(path, json=given) as answer:
            assert answer.status == 200
            return (await answer.json())["result"]


def _seen(update: dict[str, Any]) -> Seen:
    """A message of the bot as that server keeps it: the parameters of its call."""
    call = update["message"]
    lines = call.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = tuple(tuple((one["text"], one["callback_data"]) for one in line) for line in lines)
    return Seen(update["messageId"], "sendMessage", call["text"], buttons, call, call)


@pytest.fixture
async def phone(node: Node, ward: Ward, clock: Clock) -> AsyncIterator[OtherPhone]:
    """A person there; the ward asks again as soon as they did something, not every half second."""
    news = asyncio.Event()

    async def until_news(_seconds: float) -> None:
        await news.wait()
        news.clear()

    with served(node) as base:
        config = Telegram.model_validate({"token": TOKEN, "api_base": base})
        async with aiohttp.ClientSession(base) as http, Line(ward, clock, config) as line:
            line.poller._pause = until_news
            yield OtherPhone(line, http, news)


@pytest.mark.parametrize("transcript", TRANSCRIPTS.values(), ids=TRANSCRIPTS)
async def test_a_transcript_reads_the_same_through_a_server_of_others(
    phone: OtherPhone,
    ward: Ward,
    clock: Clock,
    transcript: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await follow(transcript, phone)

    async with ward.database.reading(clock()) as tx:
        states = set(await tx.connection.scalars(select(Outbox.state)))
    assert states == {"sent"}
    assert capsys.readouterr() == ("", "")
