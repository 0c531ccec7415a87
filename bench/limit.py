"""Keeping a platform's limit: 600 chats (12 of them blocked) through a Bot API that enforces 30 a second.

120 ms latency; a call too many is a 429 with retry_after 3 for everybody. Ours sends from the outbox, durable,
while a reply joins every half second; the peers send from memory. A line: seconds for all, answered calls a
second over the steady part (the first and last second left out), 429s, messages lost, replies' p95.
"""

import argparse
import asyncio
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import telegram
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramForbiddenError, TelegramRetryAfter
from telegram.error import Forbidden, RetryAfter
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bot.accounts import telegram_account  # noqa: E402 - bench is no package: the tree comes onto the path first
from bot.config import Config, Telegram  # noqa: E402
from bot.delivery import Sender  # noqa: E402
from bot.house import make_house, read_content  # noqa: E402
from bot.wire import Wire  # noqa: E402
from storage import addresses, outbox  # noqa: E402
from storage._database import Database  # noqa: E402
from tests.fakes.telegram import FakeTelegram, Rates  # noqa: E402

CHATS = range(1_000, 1_600)
BLOCKED = frozenset(range(1_000, 1_600, 50))
REPLIES = range(5_000, 5_036)
REPLY_EVERY_SECONDS = 0.5
AFTER_START_SECONDS = 2.0
"""A new sender takes the last second as fully used; replies are measured after that."""
TEXT = "Mai 7 giờ 30 họp tổ dân phố ở nhà văn hóa. Mời bà con đến dự."
LATENCY_SECONDS = 0.12


@dataclass(frozen=True, slots=True)
class Found:
    """What one run came to."""

    seconds: float
    steady: float
    throttled: int
    lost: int
    reply_p95: float | None = None


class World:
    """The fake, and when each call was answered with 200 or 403."""

    def __init__(self, fake: FakeTelegram) -> None:
        self.fake = fake
        fake.blocked |= BLOCKED
        self.began = time.monotonic()

    def found(self, reply_p95: float | None = None) -> Found:
        """Count what was accepted or refused for good, from the judge's own log."""
        at = sorted(one.at for one in self.fake.log.messages)
        blocked = sum(1 for one in self.fake.refused if one[2] == 403)
        chats = {one.chat_id for one in self.fake.log.messages}
        lost = len(set(CHATS) - BLOCKED - chats)
        first, last = at[0] + 1, at[-1] - 1
        inner = [one for one in at if first <= one <= last]
        share = len(at) / (len(at) + blocked)
        steady = len(inner) / share / (last - first)
        return Found(at[-1] - self.began, steady, self.fake.throttled, lost, reply_p95)


async def ours(world: World) -> Found:
    """The outbox with its governor, and replies among the bulk."""
    with tempfile.TemporaryDirectory() as folder:
        given = Telegram(token=world.fake.token, api_base=world.fake.base)  # type: ignore[arg-type]
        config = Config(folder=ROOT, data=Path(folder), telegram=given)
        house = make_house(config, read_content(config))
        database = await Database.open(config.database_url, house)
        await put(database, CHATS, outbox.Kind.ANNOUNCEMENT)
        wire, account = Wire(), telegram_account(config.telegram)
        sender = Sender(
            database, account, wire, media=Path(folder), clock=lambda: datetime.now(UTC)
        )
        world.began = time.monotonic()
        await sender.start()
        await asyncio.sleep(AFTER_START_SECONDS)
        asked: dict[int, float] = {}
        for chat in REPLIES:
            asked[chat] = time.monotonic()
            await put(database, [chat], outbox.Kind.REPLY)
            sender.wake()
            await asyncio.sleep(REPLY_EVERY_SECONDS)
        await sender.drained()
        await sender.stop(5)
        await wire.close()
        await database.close()
    waits = [one.at - asked[one.chat_id] for one in world.fake.log.messages if one.chat_id in asked]
    return world.found(statistics.quantiles(waits, n=20)[18])


async def put(database: Database, chats: "range | list[int]", kind: outbox.Kind) -> None:
    """One message for each chat."""
    async with database.transaction(datetime.now(UTC)) as tx:
        for chat in chats:
            address = await addresses.address_of(tx, "telegram", str(chat))
            await outbox.put(tx, "telegram", address.id, kind, {"text": TEXT})


def _aiogram(world: World) -> Bot:
    return Bot(
        world.fake.token,
        session=AiohttpSession(api=TelegramAPIServer.from_base(world.fake.base), limit=100),
    )


async def naive(world: World) -> Found:
    """Aiogram, 100 tasks; each obeys its own retry_after."""
    async with _aiogram(world) as bot:

        async def send(chat: int) -> None:
            while True:
                try:
                    await bot.send_message(chat, TEXT)
                except TelegramRetryAfter as error:
                    await asyncio.sleep(error.retry_after)
                except TelegramForbiddenError:
                    return
                else:
                    return

        await by_workers(send, 100)
    return world.found()


async def paced(world: World) -> Found:
    """Aiogram behind one shared pacer at 28 a second, 32 tasks, a common hold after a 429."""
    next_at = time.monotonic()
    async with _aiogram(world) as bot:

        async def send(chat: int) -> None:
            nonlocal next_at
            while True:
                next_at = max(next_at + 1 / 28, time.monotonic())
                await asyncio.sleep(next_at - time.monotonic())
                try:
                    await bot.send_message(chat, TEXT)
                except TelegramRetryAfter as error:
                    next_at = time.monotonic() + error.retry_after
                except TelegramForbiddenError:
                    return
                else:
                    return

        await by_workers(send, 32)
    return world.found()


async def limiter(world: World) -> Found:
    """python-telegram-bot with AIORateLimiter, five retries, 64 tasks."""
    request = HTTPXRequest(connection_pool_size=256, pool_timeout=60)
    limits = AIORateLimiter(max_retries=5)
    bot = ExtBot(
        world.fake.token,
        base_url=f"{world.fake.base}/bot",
        request=request,
        rate_limiter=limits,
    )
    async with bot:

        async def send(chat: int) -> None:
            try:
                await bot.send_message(chat, TEXT)
            except (Forbidden, RetryAfter, telegram.error.TelegramError):
                return

        await by_workers(send, 64)
    return world.found()


async def by_workers(send: Callable[[int], Awaitable[None]], flying: int) -> None:
    """Run `send(chat)` once for every chat, so many at once."""
    chats = iter(CHATS)

    async def work() -> None:
        for chat in chats:
            await send(chat)

    await asyncio.gather(*(work() for _ in range(flying)))


CONTESTANTS: dict[str, Callable[[World], Awaitable[Found]]] = {
    "ours, durable, with replies": ours,
    "aiogram, 100 tasks": naive,
    "aiogram, one pacer at 28/s": paced,
    "AIORateLimiter": limiter,
}


async def run(contestant: Callable[[World], Awaitable[Found]]) -> Found:
    """One contestant against a new fake."""
    rates = Rates(per_second=30, seconds_per_chat=1.0, retry_after=3)
    async with FakeTelegram(rates=rates, latency=LATENCY_SECONDS) as fake:
        return await contestant(World(fake))


def main() -> None:
    """Measure and print one table."""
    logging.getLogger("telegram").setLevel(logging.CRITICAL)  # it tells of every call it gave up
    given = argparse.ArgumentParser()
    given.add_argument("--repeats", type=int, default=5)
    given.add_argument("--only", nargs="*", default=list(CONTESTANTS))
    wanted = given.parse_args()
    found: dict[str, list[Found]] = {name: [] for name in wanted.only}
    for repeat in range(wanted.repeats):
        for name in wanted.only if repeat % 2 == 0 else wanted.only[::-1]:
            found[name].append(asyncio.run(run(CONTESTANTS[name])))
    for name, runs in found.items():
        show(name, runs)


def show(name: str, runs: list[Found]) -> None:
    """One line: medians, and what was worst."""
    steady = [one.steady for one in runs]
    replies = [one.reply_p95 for one in runs if one.reply_p95 is not None]
    print(
        f"limit: {name:28} {statistics.median(one.seconds for one in runs):5.1f} s"
        f"  {statistics.median(steady):5.2f}/s ({min(steady):.2f}–{max(steady):.2f})"
        f"  429: {min(one.throttled for one in runs)}–{max(one.throttled for one in runs)}"
        f"  lost: {max(one.lost for one in runs)}"
        + (f"  reply p95 {max(replies) * 1000:.0f} ms at worst" if replies else "")
    )


if __name__ == "__main__":
    main()
