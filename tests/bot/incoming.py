"""An intake over a real database, and the account it is for, as the tests of what comes in need them."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from aiohttp import web

from bot._sections import Telegram
from bot.accounts import Account
from bot.bell import Bell
from bot.channels import telegram
from bot.channels._calls import Call, Inbound, Reach
from bot.house import Ward, now
from bot.intake import Intake
from bot.turns import Turns
from bot.web.app import web_app
from storage import addresses, inbox
from tests.fakes.telegram import TOKEN, FakeTelegram

TYPING = Call("sendChatAction", {"chat_id": 7, "action": "typing"})
OURS = "s3cret_of-the-webhook"
MENU = telegram.menu({"hoc": "Học một bài ngắn"})


def said(text: str, event_id: str, key: str = "7", **more: Any) -> Inbound:
    return Inbound(key, event_id, {"text": text, **more}, (TYPING,))


@dataclass(slots=True)
class Shell:
    """An intake over a real database, and everything that it asked for, in order."""

    ward: Ward
    asked: list[object] = field(default_factory=list)
    transactions: int = 0
    intake: Intake = field(init=False)

    def __post_init__(self) -> None:
        turns = Turns(self.ward, {"telegram": telegram.parse}, Bell(), self.moment)
        self.intake = Intake(turns, self.asked.append, lambda *call: self.asked.append(call))

    def moment(self) -> datetime:
        self.transactions += 1
        return now()

    async def take(self, *events: Inbound | Reach) -> None:
        async with asyncio.timeout(20):
            await self.intake.take("telegram", events)

    async def kept(self, key: str = "7") -> list[str]:
        """What waits for a chat, in order."""
        async with self.ward.database.reading(now()) as tx:
            address = await addresses.find(tx, "telegram", key)
            rows = await inbox.rows(tx, address.id) if address else ()
        return [row.body["text"] for row in rows]

    async def column(self, query: str) -> list[Any]:
        async with self.ward.database.reading(now()) as tx:
            return [row[0] for row in await tx.connection.exec_driver_sql(query)]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Another process writes; ours waits for it only a moment."""
        writer: Any = self.ward.database._writers
        writer._busy_seconds = 0.02
        with closing(sqlite3.connect(self.ward.config.data / "hocso.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.rollback()


def account_of(fake: FakeTelegram) -> Account:
    return Account("telegram", telegram, fake.url, None, telegram.LIMITS)


def update(number: int, text: str = "học", chat: int = 7) -> dict[str, Any]:
    person = {"id": chat, "is_bot": False, "first_name": "Tư"}
    home = {"id": chat, "type": "private"}
    message = {"message_id": number, "date": 1, "from": person, "chat": home, "text": text}
    return {"update_id": number, "message": message}


@asynccontextmanager
async def serving(shell: Shell, **section: str) -> AsyncIterator[str]:
    """Serve the whole application with a webhook; yields where it is."""
    given = {"token": TOKEN, "webhook_url": "https://a.vn", "webhook_secret": OURS}
    telegram_section = Telegram.model_validate(given | section)
    config = shell.ward.config.model_copy(update={"telegram": telegram_section})
    ward, turns = replace(shell.ward, config=config), shell.intake._turns
    app = web_app(ward, turns, shell.asked.append, intake=shell.intake)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


class Pauses:
    """Stands for the pauses between polls: each lasts until it is let go."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._news = asyncio.Condition()
        self._leave = asyncio.Semaphore(0)

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        async with self._news:
            self._news.notify_all()
        await self._leave.acquire()

    async def until(self, count: int) -> None:
        """Let every pause but the last of so many go."""
        for number in range(1, count):
            await self.reach(number)
            self.let_go()
        await self.reach(count)

    async def reach(self, number: int) -> None:
        """Wait for a pause."""
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: len(self.seconds) >= number)

    def let_go(self) -> None:
        self._leave.release()
