"""The accounts of platforms that this ward has: what comes in from them, and what goes out to them.

start    the HTTP client, every account's sender, then its receiver
stop     receivers, (turns come to their end), senders, the HTTP client
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog

from bot.accounts import Account, telegram_account
from bot.channels import telegram
from bot.channels._calls import Call
from bot.delivery import Sender
from bot.house import Ward
from bot.intake import Intake
from bot.polling import Poller
from bot.registration import Registration
from bot.turns import Turns
from bot.wire import Wire

log = structlog.get_logger()

TYPING_SECONDS = 0.7
"""Whoever has waited so long for an answer is told that one is coming."""
MAX_COURTESIES = 40
"""So many courtesies may be under way at once; what is more is left out: nobody misses it."""


class Receiver(Protocol):
    """Whatever makes an account's updates come in."""

    def start(self) -> None:
        """Begin."""

    async def stop(self, seconds: float) -> None:
        """End, at most after so long."""


class Courtesies:
    """Calls made at most once: the answer to a button at once, “typing” when a message is long in coming.

    Their failure is nothing. (“Typing” before every answer doubled the calls of a turn that takes 20 ms.)
    """

    def __init__(
        self,
        wire: Wire,
        accounts: tuple[Account, ...],
        typing_seconds: float = TYPING_SECONDS,
    ) -> None:
        self._wire = wire
        self._typing_seconds = typing_seconds
        self._accounts = {account.name: account for account in accounts}
        self._running: set[asyncio.Task[object]] = set()
        self._waited_for: dict[str, asyncio.TimerHandle] = {}

    def send(self, account: str, call: Call) -> None:
        """Send one, or leave it out when too many are under way."""
        if call.method != telegram.TYPING:
            self._begin(account, call)
            return
        chat = str(call.parameters["chat_id"])
        self.answered(chat)
        loop = asyncio.get_running_loop()
        self._waited_for[chat] = loop.call_later(
            self._typing_seconds, self._type, account, call, chat
        )

    def answered(self, chat: str) -> None:
        """A message leaves for a chat: nobody waits there any more."""
        timer = self._waited_for.pop(chat, None)
        if timer is not None:
            timer.cancel()

    def _type(self, account: str, call: Call, chat: str) -> None:
        self._waited_for.pop(chat, None)
        self._begin(account, call)

    def _begin(self, account: str, call: Call) -> None:
        if len(self._running) >= MAX_COURTESIES:
            return
        made = self._wire.call(self._accounts[account], call)
        task = asyncio.get_running_loop().create_task(made)
        self._running.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[object]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (bug := task.exception()):
            log.error("courtesy failed", error=type(bug).__name__)

    async def stop(self) -> None:
        """Give up what is under way."""
        for chat in tuple(self._waited_for):
            self.answered(chat)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


class Network:
    """Every account of a ward; without one it opens nothing and costs nothing."""

    def __init__(self, ward: Ward, turns: Turns, wake: Callable[[int], None]) -> None:
        config = ward.config
        self.accounts = (telegram_account(config.telegram),) if config.telegram.is_on else ()
        self._ward = ward
        self._turns = turns
        self._wake = wake
        self._senders: tuple[Sender, ...] = ()
        self._receivers: tuple[Receiver, ...] = ()
        self._wire: Wire | None = None
        self._courtesies: Courtesies | None = None
        self.intake = Intake(turns, wake, self._send_courtesy)

    async def start(self) -> None:
        """Open what there is; the database must be open."""
        if not self.accounts:
            return
        self._wire = wire = Wire(heard_date=self._heard_date)
        self._courtesies = courtesies = Courtesies(wire, self.accounts)
        database, media = self._ward.database, self._ward.config.content_folder / "media"
        clock = self._turns.clock
        is_alone = self._ward.config.database_file is not None  # bot/lock.py: one server to a file
        self._senders = tuple(
            Sender(
                database,
                account,
                wire,
                media=media,
                clock=clock,
                is_alone=is_alone,
                leaving=courtesies.answered,
                told=self._ward.meter.told,
            )
            for account in self.accounts
        )
        for sender in self._senders:
            await sender.start()
        self._receivers = tuple(
            one for account in self.accounts for one in self._receivers_of(account, wire)
        )
        for receiver in self._receivers:
            receiver.start()

    def _receivers_of(self, account: Account, wire: Wire) -> tuple[Receiver, ...]:
        config = self._ward.config.telegram
        menu = telegram.menu(self._ward.house.content.intents.menu())
        told = Registration(wire, account, config, menu)
        return (told,) if config.webhook_url else (told, Poller(wire, account, self.intake))

    def wake(self) -> None:
        """Something new may wait in the outbox."""
        for sender in self._senders:
            sender.wake()

    async def stop_receiving(self, seconds: float) -> None:
        """Take nothing more in."""
        for receiver in self._receivers:
            await receiver.stop(seconds)
        await self.intake.finish(seconds)

    async def stop(self, seconds: float) -> None:
        """Let what is under way come to its end, and close the connections."""
        await asyncio.gather(*(sender.stop(seconds) for sender in self._senders))
        if self._courtesies is not None:
            await self._courtesies.stop()
        if self._wire is not None:
            await self._wire.close()

    def _heard_date(self, seconds: float) -> None:
        """Somebody's clock is so far behind ours."""
        self._ward.meter.skew_seconds = seconds

    def _send_courtesy(self, account: str, call: Call) -> None:
        if self._courtesies is not None:
            self._courtesies.send(account, call)
