"""Messages a second from a full outbox to a Bot API, every state change durable; and what its peers do.

The sender is pinned to one core, a bare receiver of fixed answers to the other. Ours leases, sends and settles
rows of a SQLite file (`synchronous=FULL`); the peers send the same text from memory and record nothing.
Each line: median and spread of `REPEATS`, all contestants in turn within a repeat, in alternating order.
"""

import argparse
import asyncio
import json
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import telegram
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bot.accounts import Account  # noqa: E402 - bench is no package: the tree comes onto the path first
from bot.channels import telegram as channel  # noqa: E402
from bot.channels._calls import Limits  # noqa: E402
from bot.config import Config  # noqa: E402
from bot.delivery import Sender  # noqa: E402
from bot.house import make_house, read_content  # noqa: E402
from bot.wire import Wire  # noqa: E402
from storage import addresses, outbox  # noqa: E402
from storage._database import Database  # noqa: E402
from tests.fakes.telegram import TOKEN, running  # noqa: E402

REPEATS = 5
CHATS = 200_000
TEXT = "Bài hôm nay: Chỉnh chữ to cho dễ đọc.\nNhắn “học” để bắt đầu, khoảng 5 phút."
FREE = Limits(math.inf, 0.0)
Contestant = Callable[[int, int, int], Awaitable[float]]
"""(port, messages, in flight) -> messages a second."""


async def by_workers(count: int, flying: int, send: Callable[[int], Awaitable[object]]) -> float:
    """Run `send(chat)` so often, so many at once; returns calls a second."""
    chats = iter(range(CHATS, CHATS + count))

    async def work() -> None:
        for chat in chats:
            await send(chat)

    start = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(flying)))
    return count / (time.perf_counter() - start)


async def ours(port: int, count: int, flying: int) -> float:
    """Our road out: from `waiting` in the outbox to `sent`, each move committed."""
    with tempfile.TemporaryDirectory() as folder:
        config = Config(folder=ROOT, data=Path(folder))
        database = await Database.open(
            config.database_url, make_house(config, read_content(config))
        )
        await fill(database, count)
        url = f"http://127.0.0.1:{port}/bot{TOKEN}"
        account = Account("telegram", channel, url, None, FREE, connections=flying)
        wire = Wire()
        sender = Sender(
            database, account, wire, media=Path(folder), clock=lambda: datetime.now(UTC)
        )
        start = time.perf_counter()
        await sender.start()
        await sender.drained()
        took = time.perf_counter() - start
        async with database.reading(datetime.now(UTC)) as tx:
            assert not await outbox.open_rows(tx, "telegram")
        await sender.stop(5)
        await wire.close()
        await database.close()
        return count / took


async def fill(database: Database, count: int) -> None:
    """Put one message for each of so many people."""
    async with database.transaction(datetime.now(UTC)) as tx:
        for chat in range(CHATS, CHATS + count):
            address = await addresses.address_of(tx, "telegram", str(chat))
            await outbox.put(tx, "telegram", address.id, outbox.Kind.ANNOUNCEMENT, {"text": TEXT})


async def bare_aiohttp(port: int, count: int, flying: int) -> float:
    """A bare POST of prepared JSON: the floor under everything that uses this client."""
    url = f"http://127.0.0.1:{port}/bot{TOKEN}/sendMessage"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def send(chat: int) -> None:
            body = json.dumps({"chat_id": chat, "text": TEXT}).encode()
            headers = {"Content-Type": "application/json"}
            async with session.post(url, data=body, headers=headers) as answer:
                json.loads(await answer.read())

        return await by_workers(count, flying, send)


async def aiogram(port: int, count: int, flying: int) -> float:
    """`Bot.send_message` of aiogram."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(f"http://127.0.0.1:{port}"), limit=200)
    async with Bot(TOKEN, session=session) as bot:
        return await by_workers(count, flying, lambda chat: bot.send_message(chat, TEXT))


async def ptb(port: int, count: int, flying: int) -> float:
    """`Bot.send_message` of python-telegram-bot."""
    request = HTTPXRequest(connection_pool_size=256, pool_timeout=30)
    bot = telegram.Bot(TOKEN, base_url=f"http://127.0.0.1:{port}/bot", request=request)
    async with bot:
        return await by_workers(count, flying, lambda chat: bot.send_message(chat, TEXT))


async def ptb_limited(port: int, count: int, flying: int) -> float:
    """The same with its rate limiter, its limits set out of reach."""
    request = HTTPXRequest(connection_pool_size=256, pool_timeout=30)
    limiter = AIORateLimiter(overall_max_rate=1e6, overall_time_period=1, group_max_rate=0)
    base = f"http://127.0.0.1:{port}/bot"
    bot = ExtBot(TOKEN, base_url=base, request=request, rate_limiter=limiter)
    async with bot:
        return await by_workers(count, flying, lambda chat: bot.send_message(chat, TEXT))


CONTESTANTS: dict[str, tuple[Contestant, int]] = {
    "bare aiohttp": (bare_aiohttp, 10_000),
    "ours, durable": (ours, 10_000),
    "aiogram": (aiogram, 4_000),
    "python-telegram-bot": (ptb, 800),
    "… + AIORateLimiter": (ptb_limited, 800),
}


def main() -> None:
    """Measure and print one table."""
    given = argparse.ArgumentParser()
    given.add_argument("--repeats", type=int, default=REPEATS)
    given.add_argument("--scale", type=float, default=1.0)
    given.add_argument("--flying", type=int, nargs="*", default=[1, 30, 100])
    given.add_argument("--only", nargs="*", default=list(CONTESTANTS))
    wanted = given.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    with running("--bare") as port:
        os.sched_setaffinity(0, {cores[0]})
        for flying in wanted.flying:
            rates: dict[str, list[float]] = {name: [] for name in wanted.only}
            for repeat in range(wanted.repeats):
                names = wanted.only if repeat % 2 == 0 else wanted.only[::-1]
                for name in names:
                    contestant, count = CONTESTANTS[name]
                    many = max(100, int(count * wanted.scale / (4 if flying == 1 else 1)))
                    rates[name].append(asyncio.run(contestant(port, many, flying)))
            show(flying, rates)


def show(flying: int, rates: dict[str, list[float]]) -> None:
    """One line a contestant: median, spread, and how much of bare aiohttp that is."""
    floor = statistics.median(rates.get("bare aiohttp", [math.nan]))
    print(f"deliver, {flying} in flight:")
    for name, found in rates.items():
        middle = statistics.median(found)
        print(
            f"  {name:22} {middle:8,.0f}/s ({min(found):,.0f}–{max(found):,.0f})"
            f"  {middle / floor:.2f} of bare aiohttp"
        )


if __name__ == "__main__":
    main()
