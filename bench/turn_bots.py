"""The contestants of bench/turn.py, each on a webhook: ours, an aiogram echo, one that writes a row per update.

Ours is the real server with every lesson approved and the platform's limits out of reach.
"""

import asyncio
import math
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path

TOKEN = "123456789:AAbench-bench-bench-bench-bench-bench"  # noqa: S105 - a token of nobody


def echo(name: str, api: str, port: int, folder: Path) -> None:
    """Serve until the process is ended; the first line on stdout says that it is ready."""
    from aiogram import Bot, Dispatcher  # noqa: PLC0415 - ours does not carry what its peers are made of
    from aiogram.client.session.aiohttp import AiohttpSession  # noqa: PLC0415
    from aiogram.client.telegram import TelegramAPIServer  # noqa: PLC0415
    from aiogram.types import Message  # noqa: PLC0415
    from aiogram.webhook.aiohttp_server import SimpleRequestHandler  # noqa: PLC0415
    from aiohttp import web  # noqa: PLC0415

    session = AiohttpSession(api=TelegramAPIServer.from_base(api), limit=200)
    bot, dispatcher = Bot(TOKEN, session=session), Dispatcher()
    database = sqlite3.connect(folder / "rows.db", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, chat INTEGER, text TEXT)")
    has_rows = "row" in name

    @dispatcher.message()
    async def answer(message: Message) -> None:
        if has_rows:
            values = (message.chat.id, message.text)
            database.execute("INSERT INTO rows (chat, text) VALUES (?, ?)", values)
        await bot.send_message(message.chat.id, message.text or "")

    app = web.Application()
    handler = SimpleRequestHandler(dispatcher, bot, secret_token="bench")  # noqa: S106 - of nobody
    handler.register(app, path="/telegram")
    print("ready", flush=True)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


async def ours(api: str, port: int, folder: Path) -> None:
    """The same for our server."""
    from bot.channels._calls import Limits  # noqa: PLC0415
    from bot.commands._frame import administrator  # noqa: PLC0415
    from bot.config import Config, Telegram, Web  # noqa: PLC0415
    from bot.house import now, open_ward  # noqa: PLC0415
    from bot.server import Server  # noqa: PLC0415
    from handlers._requests.lesson import ApproveLesson  # noqa: PLC0415
    from storage import perform  # noqa: PLC0415
    from tests.opened import Opened  # noqa: PLC0415

    given = Telegram.model_validate(
        {
            "token": TOKEN,
            "api_base": api,
            "webhook_url": f"http://127.0.0.1:{port}/telegram",
            "webhook_secret": "bench",
        }
    )
    config = Config(folder=folder, data=folder / "var", telegram=given, web=Web(port=port))
    async with open_ward(config) as ward:
        async with ward.database.transaction(now()) as tx:
            for lesson in ward.house.content.lessons:
                await perform(tx, administrator(), ApproveLesson(lesson, "Người Thử", "UBND"))
        server = Server(ward, doors=Opened())
        free = Limits(math.inf, 0.0)
        network = server.network
        network.accounts = tuple(replace(one, limits=free) for one in network.accounts)
        async with server.started("127.0.0.1", port):
            print("ready", flush=True)
            await asyncio.Event().wait()


if __name__ == "__main__":
    name, api, port, folder = sys.argv[1:5]
    sys.path.insert(0, str(Path(__file__).parents[1]))
    if name.startswith("ours"):
        asyncio.run(ours(api, int(port), Path(folder)))
    else:
        echo(name, api, int(port), Path(folder))
