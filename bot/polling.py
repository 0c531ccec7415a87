"""Updates fetched by long polling: getUpdates -> inbox (commit) -> the next getUpdates confirms them.

“An update is considered confirmed as soon as getUpdates is called with an offset higher than its update_id.”
(https://core.telegram.org/bots/api, Bot API 10.1, read on 2026-11-22). So the offset follows the commit:
a process that dies in between is told the same again, and the inbox knows it. And an offset is given only
once: “if there are no new updates for at least a week, then identifier of the next update will be chosen
randomly instead of sequentially”, perhaps below it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from bot.accounts import Account
from bot.asking import Patience, Told, Trouble, ask
from bot.channels import telegram
from bot.channels._calls import Call, Event, Rejected, Undecided
from bot.intake import Intake, NotKept
from bot.wire import Wire

log = structlog.get_logger()

POLL_SECONDS = 25
MAX_UPDATES = 100
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
BUG_SECONDS = 30.0
QUICK_SECONDS = 0.5
"""A server that does not hold polls is asked so often."""
MAX_ID = 2**63 - 1
CONFLICT = 409
WEBHOOK_REMOVED = (
    "Bot này đang đặt webhook. Đã bỏ webhook để trợ lý tự hỏi Telegram có tin mới không."
)

Pause = Callable[[float], Awaitable[object]]


class Poller:
    """Fetches the updates of one account for as long as it runs.

    Args:
        wire: the HTTP client.
        account: whose updates.
        intake: where they go.
        poll_seconds: how long Telegram holds a poll while there is nothing.
        pause: waits so many seconds.
    """

    def __init__(
        self,
        wire: Wire,
        account: Account,
        intake: Intake,
        *,
        poll_seconds: int = POLL_SECONDS,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._wire = wire
        self._account = account
        self._intake = intake
        self._poll_seconds = poll_seconds
        self._pause = pause
        self._patience = Patience(account.name)
        self._offset: int | None = None
        self._seconds = 0  # the first poll looks whether all is well, and what has waited
        self._is_taking = False
        self._is_ending = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Ask from now on."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="poller")

    async def stop(self, seconds: float) -> None:
        """End the poll or the pause at once; what is being stored may take so long."""
        self._is_ending = True
        if self._task is None:
            return
        if not self._is_taking:
            self._task.cancel()
        await asyncio.wait([self._task], timeout=seconds)
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _run(self) -> None:
        while not self._is_ending:
            try:
                seconds = await self._step()
            except Exception:
                log.exception("poll failed", account=self._account.name)
                seconds = BUG_SECONDS
            if seconds and not self._is_ending:
                await self._pause(seconds)

    async def _step(self) -> float:
        """Ask once; returns how long to wait before the next time."""
        began = time.monotonic()
        match await ask(self._wire, self._account, self._question()):
            case Told([]):
                is_held = not self._seconds or time.monotonic() - began >= QUICK_SECONDS
                await self._take([])
                return 0.0 if is_held else QUICK_SECONDS
            case Told(list() as updates) if _numbers(updates):
                return await self._take(updates)
            case Told():
                return self._patience.after(Undecided("no list of updates"))
            case Rejected(code, reason) if code == CONFLICT:
                return await self._settle(reason)
            case outcome:
                return self._patience.after(outcome)

    def _question(self) -> Call:
        given: dict[str, Any] = {
            "timeout": self._seconds,
            "limit": MAX_UPDATES,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        if self._offset is not None:
            given["offset"] = self._offset
        return Call("getUpdates", given)

    async def _take(self, updates: list[object]) -> float:
        """Keep what was told, and only then let the next poll confirm it."""
        found: list[Event] = [event for update in updates for event in telegram.events(update)]
        self._is_taking = True
        try:
            await self._intake.take(self._account.name, found)
        except NotKept:
            return self._patience.wait(Trouble.DATABASE)
        finally:
            self._is_taking = False
        self._offset = max(_numbers(updates)) + 1 if updates else None
        self._seconds = self._poll_seconds
        if not updates or self._patience.trouble is not Trouble.CONFLICT:
            self._patience.over()  # two who ask in turn both get something now and then
        return 0.0

    async def _settle(self, reason: str) -> float:
        """Take the webhook away, if that is what stands in the way, or let the other machine go first."""
        if "webhook" not in reason.lower():
            return self._patience.wait(Trouble.CONFLICT)
        call = Call("deleteWebhook", {"drop_pending_updates": False})
        outcome = await ask(self._wire, self._account, call)
        if not isinstance(outcome, Told):
            return self._patience.after(outcome)
        log.warning(WEBHOOK_REMOVED, account=self._account.name)
        return 0.0


def _numbers(updates: list[object]) -> list[int]:
    """The numbers of updates, whatever else is in them."""
    found = [update.get("update_id") for update in updates if isinstance(update, dict)]
    return [one for one in found if isinstance(one, int) and 0 < one < MAX_ID and one is not True]
