"""Telling Telegram once, at the start, what the menu is, and where to post updates if it should."""

import asyncio
from typing import Any

import structlog

from bot._sections import Telegram
from bot.accounts import Account
from bot.asking import Patience, Told, ask, tell_menu
from bot.channels._calls import Call
from bot.polling import ALLOWED_UPDATES, BUG_SECONDS, Pause
from bot.wire import Wire

log = structlog.get_logger()

MENU_SECONDS = 600.0
"""The longest pause before the menu is tried again: nobody misses it, and what is wrong is said elsewhere."""
MAX_CONNECTIONS = 40
"""“The maximum allowed number of simultaneous HTTPS connections to the webhook for update delivery,
1-100. Defaults to 40.” (Bot API 10.1, setWebhook, read on 2026-11-22)"""


class _Unseen(dict[str, Any]):
    """Parameters with a secret among them: a repr does not show them."""

    def __repr__(self) -> str:
        return "{…}"


class Registration:
    """Sets the webhook, if there is one, then the menu; each is tried until Telegram has answered.

    Args:
        wire: the HTTP client.
        account: whose webhook.
        config: where updates are to be posted to, and the secret they carry.
        menu: the call that sets the commands.
        pause: waits so many seconds.
    """

    def __init__(
        self,
        wire: Wire,
        account: Account,
        config: Telegram,
        menu: Call,
        *,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._wire = wire
        self._account = account
        self._webhook = _set_webhook(config) if config.webhook_url else None
        self._menu = menu
        self._pause = pause
        self._patience = Patience(account.name)
        self._tries = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Tell it from now on, until it is known."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="registration")

    async def stop(self, seconds: float) -> None:  # noqa: ARG002 - as every other part is stopped
        """Give up at once what is not done yet; the next start does it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        seconds: float | None = 0.0
        while seconds is not None:
            try:
                seconds = await self._step()
            except Exception:
                log.exception("registration failed", account=self._account.name)
                seconds = BUG_SECONDS
            if seconds:
                await self._pause(seconds)

    async def _step(self) -> float | None:
        """Go on where it stands; returns how long to wait before the next try, None when all is told."""
        if self._webhook is not None:
            outcome = await ask(self._wire, self._account, self._webhook)
            if not isinstance(outcome, Told):  # one refused now (no certificate yet) may do later
                return self._patience.after(outcome)
            self._webhook = None
            self._patience.over()
        if await tell_menu(self._wire, self._account, self._menu) is None:
            return None
        self._tries += 1
        return min(2.0 ** min(self._tries, 10), MENU_SECONDS)


def _set_webhook(config: Telegram) -> Call:
    given = {
        "url": config.webhook_url,
        "secret_token": config.webhook_secret.get_secret_value(),
        "allowed_updates": list(ALLOWED_UPDATES),
        "max_connections": MAX_CONNECTIONS,
        "drop_pending_updates": False,
    }
    return Call("setWebhook", _Unseen(given))
