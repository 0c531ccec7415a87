"""Updates on their way to the bot: by getUpdates or by webhook, at least once, as Telegram does it.

pending    -> forgotten   getUpdates with an offset above its id, or a webhook's 2xx, or dropped by order
getUpdates    refused with 409 while a webhook is set; a newer poll ends an older one with 409
webhook       one chat in order, chats at the same time up to max_connections, repeated until a 2xx
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.fakes._telegram_checks import Refusal
from tests.fakes._telegram_table import NOT_BY_DEFAULT, UPDATES

WEBHOOK_SECONDS = 60
IS_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
IS_ANOTHER = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)

Update = dict[str, Any]


@dataclass(slots=True)
class Webhook:
    """Where updates are posted to; an empty URL: nowhere."""

    url: str = ""
    secret: str | None = None
    max_connections: int = 40
    last_error: str | None = None
    last_error_date: int | None = None


@dataclass(slots=True)
class Updates:
    """The queue of one bot."""

    retry_seconds: float
    stir: Callable[[], None]
    next_id: int = 700_000_001
    pending: list[Update] = field(default_factory=list)
    past: deque[Update] = field(default_factory=lambda: deque(maxlen=10_000))
    allowed: frozenset[str] = UPDATES - NOT_BY_DEFAULT
    hook: Webhook = field(default_factory=Webhook)
    posted: list[tuple[int, int | None]] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    polls: int = 0
    lines: dict[object, asyncio.Task[None]] = field(default_factory=dict)
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(40))
    http: aiohttp.ClientSession | None = None
    wakers: set[asyncio.Task[None]] = field(default_factory=set)

    def push(self, kind: str, content: dict[str, Any]) -> int:
        """Something happened; returns its update_id."""
        update = {"update_id": self.next_id, kind: content}
        self.next_id += 1
        self.past.append(update)
        if kind in self.allowed:
            self.pending.append(update)
            self._stir()
        return int(update["update_id"])

    def repeat(self, update_id: int) -> None:
        """Deliver one that was delivered before once more."""
        again = [one for one in self.past if one["update_id"] == update_id]
        self.pending = sorted([*self.pending, *again], key=lambda one: int(one["update_id"]))
        self._stir()

    def allow(self, kinds: list[str] | None) -> None:
        """Take a new list of wanted kinds; None leaves the old one, [] means the default."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or UPDATES - NOT_BY_DEFAULT

    def _stir(self) -> None:
        if self.hook.url:
            self._post_waiting()
        else:
            task = asyncio.get_running_loop().create_task(self._notify())
            self.wakers.add(task)
            task.add_done_callback(self.wakers.discard)

    async def _notify(self) -> None:
        async with self.news:
            self.news.notify_all()

    # ------------------------------------------------------------ getUpdates

    async def poll(self, given: dict[str, Any]) -> list[Update]:
        """What getUpdates answers: everything not yet confirmed, oldest first."""
        if self.hook.url:
            raise Refusal(409, IS_ACTIVE)
        self.polls += 1
        me = self.polls
        self.stir()
        await self._notify()
        self.allow(given.get("allowed_updates"))
        self._confirm(given.get("offset", 0))
        with suppress(TimeoutError):
            async with asyncio.timeout(min(given.get("timeout", 0), 50)), self.news:
                await self.news.wait_for(lambda: self.pending or self.polls != me or self.hook.url)
        if self.polls != me:
            raise Refusal(409, IS_ANOTHER)
        if self.hook.url:
            raise Refusal(409, "Conflict: terminated by setWebhook request")
        return self.pending[: given.get("limit", 100)]

    def _confirm(self, offset: int) -> None:
        if offset < 0:  # "-n: starting with the n-th from the end, all previous are forgotten"
            self.pending = self.pending[offset:]
        elif offset:
            self.pending = [one for one in self.pending if one["update_id"] >= offset]

    # ------------------------------------------------------------ webhook

    async def set_webhook(self, given: dict[str, Any]) -> None:
        """Post updates to a URL from now on; an empty one ends it."""
        if given.get("drop_pending_updates"):
            self.pending.clear()
        self.allow(given.get("allowed_updates"))
        most = given.get("max_connections", 40)
        self.hook = Webhook(given.get("url", ""), given.get("secret_token"), most)
        self.slots = asyncio.Semaphore(most)
        await self._end_lines()
        await self._notify()
        if self.hook.url:
            self._post_waiting()

    def info(self) -> dict[str, Any]:
        """What getWebhookInfo answers."""
        answer = {
            "url": self.hook.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
            "last_error_date": self.hook.last_error_date,
            "last_error_message": self.hook.last_error,
            "max_connections": self.hook.max_connections if self.hook.url else None,
        }
        return {name: value for name, value in answer.items() if value is not None}

    def _post_waiting(self) -> None:
        for chat in {chat_of(update) for update in self.pending}:
            if chat not in self.lines:
                task = asyncio.get_running_loop().create_task(self._line(chat))
                self.lines[chat] = task

    async def _line(self, chat: object) -> None:
        """Post what waits for one chat, in order, each until it is taken."""
        try:
            while True:
                waiting = [one for one in self.pending if chat_of(one) == chat]
                if not waiting:
                    return
                is_taken = await self._is_taken(waiting[0])
                if is_taken:
                    self.pending = [one for one in self.pending if one is not waiting[0]]
                self.stir()
                if not is_taken:
                    await asyncio.sleep(self.retry_seconds)
        finally:
            if self.lines.get(chat) is asyncio.current_task():
                del self.lines[chat]

    async def _is_taken(self, update: Update) -> bool:
        headers = {}
        if self.hook.secret is not None:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.hook.secret
        status: int | None = None
        if self.http is None:
            seconds = aiohttp.ClientTimeout(total=WEBHOOK_SECONDS)
            self.http = aiohttp.ClientSession(timeout=seconds, trust_env=False)
        async with self.slots:
            with suppress(aiohttp.ClientError, OSError, TimeoutError):
                request = self.http.post(
                    self.hook.url, json=update, headers=headers, allow_redirects=False
                )
                async with request as response:
                    status = response.status
        self.posted.append((update["update_id"], status))
        is_taken = status is not None and status // 100 == 2
        if not is_taken:
            self.hook.last_error_date = int(time.time())
            self.hook.last_error = f"Wrong response from the webhook: {status}"
        return is_taken

    async def _end_lines(self) -> None:
        tasks = [*self.lines.values(), *self.wakers]
        self.lines.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Post nothing more, and let polls return."""
        self.polls += 1
        await self._notify()
        await self._end_lines()
        if self.http is not None:
            await self.http.close()


def chat_of(update: Update) -> object:
    """The chat an update belongs to; updates without one are a queue of their own."""
    content = next(value for name, value in update.items() if name != "update_id")
    message = content.get("message") or content
    return (message.get("chat") or {}).get("id")
