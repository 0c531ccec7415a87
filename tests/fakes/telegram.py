"""A Bot API server that enforces: parameters, rates, blocked chats; it fails on order and is the judge.

    async with FakeTelegram() as fake:
        fake.base, fake.token              where the bot is pointed to
        fake.faults.add(Fault(...))        what is to go wrong
        fake.log                           what was truly accepted
        fake.person().send("học")          people

As a process of its own (it prints its port): python tests/fakes/telegram.py --port 0
"""

import asyncio
import json
import math
import random
import sys
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self
from weakref import WeakKeyDictionary

from aiohttp import web

if __name__ == "__main__":  # or this folder's `telegram` would hide the library of that name
    sys.path[0] = str(Path(__file__).parents[2])

from tests.fakes._telegram_bare import serve_bare
from tests.fakes._telegram_checks import Refusal, Upload, bad, checked
from tests.fakes._telegram_control import control, obey, options, running
from tests.fakes._telegram_log import Accepted, Log, line_of
from tests.fakes._telegram_people import WAIT_SECONDS, Person, Seen, logged, media_of
from tests.fakes._telegram_plan import (
    AFTER,
    BEFORE,
    NO_LIMITS,
    ON_ARRIVAL,
    Fault,
    Kind,
    Pace,
    Plan,
    Rates,
)
from tests.fakes._telegram_table import MESSAGES, METHODS, Method
from tests.fakes._telegram_updates import Updates
from tests.fakes._telegram_wire import (
    UNAUTHORIZED,
    chat_of_call,
    cut_on_arrival,
    given_by,
    strike_after,
    strike_before,
    too_many,
)

__all__ = [
    "NO_LIMITS",
    "TOKEN",
    "Accepted",
    "FakeTelegram",
    "Fault",
    "Kind",
    "Log",
    "Person",
    "Rates",
    "Seen",
    "control",
    "running",
]

TOKEN = "123456789:AAFakeFakeFakeFakeFakeFakeFakeFake1"
MAX_BODY = 64_000_000
NAMES = {name.lower(): method for name, method in METHODS.items()}

Body = dict[str, Any]


class FakeTelegram:
    """One bot's Bot API on a loopback port."""

    def __init__(
        self,
        *,
        rates: Rates = Rates(),  # noqa: B008 - frozen
        latency: float = 0.0,
        token: str = TOKEN,
        port: int = 0,
        log_file: Path | str | None = None,
        seed: int = 0,
        webhook_retry_seconds: float = 0.1,
    ) -> None:
        self.rates, self.latency, self.token, self.port = rates, latency, token, port
        self.log = Log(file=open(log_file, "a", encoding="utf-8") if log_file else None)  # noqa: PTH123, SIM115 - open until stop()
        self.faults = Plan(random.Random(seed))
        self.updates = Updates(webhook_retry_seconds, self._stir)
        self.pace = Pace()
        self.people: dict[int, Person] = {}
        self.blocked: set[int] = set()
        self.deactivated: set[int] = set()
        self.unknown: set[int] = set()
        self.revoked = False
        self.commands: list[Body] = []
        self.files: dict[str, str] = {}
        self.messages = 0
        self.calls: Counter[str] = Counter()
        self.throttled = self.early = self.connections = 0
        self.refused: list[tuple[str, object, int, str]] = []
        self.stopping = asyncio.Event()
        self._stirred = asyncio.Event()
        self._numbers: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        self._doing: dict[str, Callable[[Body], Awaitable[Any]]] = {
            "sendChatAction": self._chat_action,
            "answerCallbackQuery": self._answer_query,
            "setMyCommands": self._set_commands,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._set_webhook,
            "getWebhookInfo": self._webhook_info,
            "getMe": self._me,
            "getUpdates": self.updates.poll,
        }

    # ------------------------------------------------------------ its life

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; `port` is known from now on."""
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_route("*", "/control{what:.*}", self._control)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await self.come_up()

    async def stop(self) -> None:
        """End every wait and every connection."""
        self.stopping.set()
        await self.updates.close()
        await self._runner.cleanup()
        if self.log.file is not None:
            self.log.file.close()

    async def go_down(self) -> None:
        """From now on nobody listens on the port, and every connection is gone."""
        await self._site.stop()
        for connection in self._runner.server.connections if self._runner.server else ():
            connection.force_close()

    async def come_up(self) -> None:
        """Listen on the same port (again)."""
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await self._site.start()
        self.port = self._runner.addresses[0][1]

    @property
    def base(self) -> str:
        """What stands for https://api.telegram.org."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """What stands before /sendMessage."""
        return f"{self.base}/bot{self.token}"

    @property
    def webhook_url(self) -> str:
        """Where updates are posted to; empty: nowhere."""
        return self.updates.hook.url

    @property
    def hooks(self) -> list[tuple[int, int | None]]:
        """Every webhook POST: update_id, and the status it was answered with."""
        return self.updates.posted

    @property
    def bot(self) -> Body:
        """The bot as a User."""
        number = int(self.token.partition(":")[0])
        return {"id": number, "is_bot": True, "first_name": "Học Số", "username": "hocso_test_bot"}

    # ------------------------------------------------------------ people, and waiting

    def person(self, chat_id: int | None = None, name: str = "Trần Thị Tư") -> Person:
        """Somebody with a phone; the same one for the same chat."""
        chat_id = chat_id or 1001 + len(self.people)
        return self.people.setdefault(chat_id, Person(self, chat_id, name))

    def push(self, kind: str, content: Body) -> int:
        """Any other update: push("channel_post", {...}); returns its update_id."""
        return self.updates.push(kind, content)

    def repeat(self, update_id: int) -> None:
        """Deliver an update once more."""
        self.updates.repeat(update_id)

    async def until(self, is_so: Callable[[], object], seconds: float = WAIT_SECONDS) -> None:
        """Wait until it is so; looked at whenever a call came or was done, or a webhook answered."""
        async with asyncio.timeout(seconds):
            while not is_so():
                await self._stirred.wait()

    def _stir(self) -> None:
        self._stirred.set()
        self._stirred = asyncio.Event()

    # ------------------------------------------------------------ one call

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        where: list[Any] = ["", None]
        try:
            return await self._call(request, where)
        except Refusal as refusal:
            self.throttled += refusal.code == 429
            self.refused.append((where[0], where[1], refusal.code, refusal.description))
            await asyncio.sleep(self.latency)
            return web.json_response(refusal.body(), status=refusal.code)
        finally:
            self._stir()

    async def _call(self, request: web.Request, where: list[Any]) -> web.StreamResponse:
        connection = self._connection(request)
        method = self._method(request)
        where[0] = method.name
        self.calls[method.name] += 1
        self._stir()
        if fault := self.faults.struck(ON_ARRIVAL, method.name):
            return await cut_on_arrival(request, fault)
        given, is_form = await given_by(request)
        chat = where[1] = chat_of_call(given)
        if fault := self.faults.struck(BEFORE, method.name, chat):
            answer = await strike_before(request, fault, self.stopping)
            if answer is not None:
                return answer
        self._check_hold(method)
        result = await self._carry_out(method, given, is_form, connection)
        await asyncio.sleep(self.latency)
        answer = {"ok": True, "result": result}
        body = json.dumps(answer).encode()  # in ASCII: half characters come as escapes
        if fault := self.faults.struck(AFTER, method.name, chat):
            return await strike_after(request, fault, body, self.stopping)
        return web.Response(body=body, content_type="application/json")

    def _connection(self, request: web.Request) -> int:
        if request.transport not in self._numbers:
            self.connections += 1
        return self._numbers.setdefault(request.transport, self.connections)

    def _method(self, request: web.Request) -> Method:
        if request.match_info["token"] != self.token or self.revoked:
            raise UNAUTHORIZED
        method = NAMES.get(request.match_info["method"].lower())
        if method is None or request.method not in ("GET", "POST"):
            raise Refusal(404, "Not Found")
        return method

    def _check_hold(self, method: Method) -> None:
        left = self.pace.held_until - time.monotonic()
        if left > 0 and method.name != "getUpdates":
            self.early += 1
            raise too_many(math.ceil(left))

    async def _carry_out(self, method: Method, given: Body, is_form: bool, connection: int) -> Any:
        values = checked(method, given, is_form=is_form)
        if method.name in MESSAGES:
            return self._message(method, values, connection)
        result = await self._doing[method.name](values)
        if method.returns == "Boolean":
            self._accept(method, values, None, connection)
        return result

    def _accept(
        self, method: Method, values: Body, message_id: int | None, connection: int
    ) -> Accepted:
        order, at, chat = len(self.log.accepted) + 1, time.monotonic(), values.get("chat_id")
        parameters = logged(values)
        call = Accepted(order, at, chat, method.name, parameters, message_id, connection)
        self.log.add(call)
        return call

    # ------------------------------------------------------------ what the methods do

    def _message(self, method: Method, values: Body, connection: int) -> Body:
        chat, now = values["chat_id"], time.monotonic()
        media = self._media(method, values)
        if self.pace.is_too_fast(self.rates, chat, now):
            raise too_many(self.rates.retry_after)
        self.pace.count(chat, now)
        self._check_reach(chat)
        self.messages += 1
        call = self._accept(method, values, self.messages, connection)
        person = self.people.get(chat)
        home = person.chat if person else {"id": chat, "type": "private", "first_name": "Ai đó"}
        head = {"message_id": self.messages, "from": self.bot, "chat": home}
        message = {**head, "date": int(time.time()), **media}
        message |= {name: values[name] for name in ("text", "caption") if name in values}
        if "inline_keyboard" in values.get("reply_markup", {}):
            message["reply_markup"] = values["reply_markup"]
        if person is not None:
            person.seen.append(Seen.of(call, message))
        return message

    def _media(self, method: Method, values: Body) -> Body:
        name = method.name.removeprefix("send").lower()
        file = values.get(name)
        if name == "message" or file is None:
            return {}
        if isinstance(file, Upload):
            file_id = f"{name}-{len(self.files)}"
            self.files[file_id] = name
            return media_of(method.name, file_id, file.facts())
        if self.files.get(file) != name and not file.startswith(("http://", "https://")):
            raise bad("wrong file identifier/HTTP URL specified")
        return media_of(method.name, file, None)

    def _check_reach(self, chat: object) -> None:
        if chat in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if chat in self.deactivated:
            raise Refusal(403, "Forbidden: user is deactivated")
        if chat in self.unknown or not isinstance(chat, int):
            raise bad("chat not found")

    async def _chat_action(self, values: Body) -> bool:
        self._check_reach(values["chat_id"])
        return True

    async def _answer_query(self, values: Body) -> bool:
        query, text = values["callback_query_id"], values.get("text", "")
        if not any(one.answer_query(query, text) for one in self.people.values()):
            raise bad("query is too old and response timeout expired or query ID is invalid")
        return True

    async def _set_commands(self, values: Body) -> bool:
        self.commands = values["commands"]
        return True

    async def _set_webhook(self, values: Body) -> bool:
        await self.updates.set_webhook(values)
        return True

    async def _webhook_info(self, _: Body) -> Body:
        return self.updates.info()

    async def _me(self, _: Body) -> Body:
        flags = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries")
        return self.bot | dict.fromkeys(flags, False)

    # ------------------------------------------------------------ orders

    async def _control(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            return web.json_response(await obey(self, await request.json()))
        if request.match_info["what"] == "/log":
            return web.Response(text="".join(map(line_of, self.log.accepted)))
        return web.json_response(await obey(self, {"do": "counts"}))


# ---------------------------------------------------------------- a process of its own


async def _main(given: Namespace) -> None:
    if given.bare:
        await serve_bare(given.port, given.latency)
        return
    rates = Rates(given.per_second or None, given.per_chat or None, given.retry_after)
    fake = FakeTelegram(
        rates=NO_LIMITS if given.no_limits else rates,
        latency=given.latency,
        token=given.token,
        port=given.port,
        log_file=given.log,
    )
    async with fake:
        sys.stdout.write(f"{fake.port}\n")
        sys.stdout.flush()
        await fake.stopping.wait()


if __name__ == "__main__":
    asyncio.run(_main(options(TOKEN, __doc__ or "")))
