"""How events of a network channel come in: many of them in one commit, then the turns, then the courtesies.

take -> queue -> one transaction for all that wait -> wake -> courtesies -> everybody who waited goes on

more come meanwhile    they go together in the next one; nobody goes on before their own commit
database unavailable   everybody who waited is told, the platform brings it again
an event that a bug    all come in one by one; that one is left out after a few tries and logged with
cannot store           an error id: a platform that brought it for ever would bring nothing else

NotKept     the database cannot be used just now: the same events are to be brought again
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from bot.channels._calls import Call, Event, Inbound, Reach
from bot.turns import Turns, take_in
from storage import addresses, outbox
from storage._tx import Tx
from storage.unavailable import is_unavailable

log = structlog.get_logger()

TRIES = 3
"""A deadlock on PostgreSQL is no bug, and over at the next try."""
MAX_EVENTS = 200
"""So many in one transaction: some 20 ms in which no other turn can run."""


class NotKept(Exception):
    """Not everything could be kept; what was is known when it is brought again."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one caller brought, and what they wait for."""

    channel: str
    events: tuple[Event, ...]
    stored: asyncio.Future[None]


@dataclass(slots=True)
class _News:
    """What is to be done after a commit."""

    addresses: dict[int, None] = field(default_factory=dict)
    courtesies: list[tuple[str, Call]] = field(default_factory=list)


class Intake:
    """Takes events of network channels in.

    Args:
        turns: whose inbox it is.
        wake: runs the turns of an address.
        send_courtesy: is handed the account's name and the call; never blocks, never raises.
    """

    def __init__(
        self,
        turns: Turns,
        wake: Callable[[int], None],
        send_courtesy: Callable[[str, Call], None],
    ) -> None:
        self._turns = turns
        self._wake = wake
        self._send_courtesy = send_courtesy
        self._queue: list[_Batch] = []
        self._storing: asyncio.Task[None] | None = None

    async def take(self, channel: str, events: Sequence[Event]) -> None:
        """Return once all of the events are kept; which of them were known already does not matter.

        Raises:
            NotKept: the database cannot be used just now.
        """
        if not events:
            return
        loop = asyncio.get_running_loop()
        batch = _Batch(channel, tuple(events), loop.create_future())
        self._queue.append(batch)
        if self._storing is None:
            self._storing = loop.create_task(self._store_all(), name="intake")
        await batch.stored

    async def finish(self, seconds: float) -> None:
        """Let what is being stored come to its end, at most so long; nobody may bring more meanwhile."""
        storing = self._storing
        if storing is None:
            return
        await asyncio.wait([storing], timeout=seconds)
        storing.cancel()
        await asyncio.gather(storing, return_exceptions=True)
        for batch in self._queue:
            _tell([batch], NotKept("the server stops"))
        self._queue = []

    async def _store_all(self) -> None:
        try:
            while self._queue:
                await self._store(self._next())
        finally:
            self._storing = None

    def _next(self) -> list[_Batch]:
        """As many callers as fit into one transaction, at least one."""
        count = room = 0
        for batch in self._queue:
            room += len(batch.events)
            if count and room > MAX_EVENTS:
                break
            count += 1
        taken, self._queue = self._queue[:count], self._queue[count:]
        return taken

    # ------------------------------------------------------------ one transaction for many, or one for each

    async def _store(self, batches: Sequence[_Batch]) -> None:
        failure = await self._try(batches)
        if failure is None or is_unavailable(failure):
            _tell(batches, failure)
            return
        log.warning("events come in one by one", count=sum(len(one.events) for one in batches))
        for batch in batches:
            _tell([batch], await self._store_apart(batch))

    async def _store_apart(self, batch: _Batch) -> Exception | None:
        """Store one caller's events one by one; returns why the rest was not tried."""
        for event in batch.events:
            alone = [_Batch(batch.channel, (event,), batch.stored)]
            failure = await self._try(alone)
            for _ in range(TRIES - 1):
                failure = failure and await self._try(alone)
            if failure is not None and not await self._is_usable(failure):
                return failure
            if failure is not None:
                _log_left_out(batch.channel, event, failure)
        return None

    async def _is_usable(self, failure: Exception) -> bool:
        """Whether the database answers, so that a failure must be a bug of ours."""
        if is_unavailable(failure):
            return False
        try:
            await self._turns.ward.database.version()
        except Exception:  # noqa: BLE001 - whatever it is, it does not answer
            return False
        return True

    async def _try(self, batches: Sequence[_Batch]) -> Exception | None:
        """Store all of it or nothing; returns why not."""
        try:
            news = await self._together(batches)
        except Exception as failure:  # noqa: BLE001 - who calls decides, and logs a bug
            return failure
        for address in news.addresses:
            self._wake(address)
        for account, call in news.courtesies:
            self._send_courtesy(account, call)
        return None

    async def _together(self, batches: Sequence[_Batch]) -> _News:
        news = _News()
        async with self._turns.ward.database.transaction(self._turns.clock()) as tx:
            for batch in batches:
                for event in batch.events:
                    await _keep(tx, batch.channel, event, news)
        return news


async def _keep(tx: Tx, channel: str, event: Event, news: _News) -> None:
    if isinstance(event, Reach):
        await _note_reach(tx, channel, event)
        return
    address = await take_in(tx, channel, event.key, event.event_id, event.body)
    if address is not None:
        news.addresses[address] = None
        news.courtesies += [(channel, call) for call in event.courtesies]


async def _note_reach(tx: Tx, channel: str, reach: Reach) -> None:
    """Somebody who never wrote is nobody we know: no address is made of a block."""
    address = await addresses.find(tx, channel, reach.key)
    if address is None:
        return
    if reach.is_reachable:
        await addresses.unblock(tx, address.id)
    else:
        await addresses.block(tx, address.id)
        await outbox.cancel_all(tx, address.id)


def _tell(batches: Sequence[_Batch], failure: Exception | None) -> None:
    """Let who waited go on; who no longer waits (their connection is gone) needs nothing."""
    for batch in batches:
        if batch.stored.done():
            continue
        if failure is None:
            batch.stored.set_result(None)
        else:
            told = NotKept("the database cannot be used just now")
            told.__cause__ = failure
            batch.stored.set_exception(told)


def _log_left_out(channel: str, event: Event, failure: Exception) -> None:
    log.error(
        "event left out",
        error_id=secrets.token_hex(6),
        channel=channel,
        event_id=event.event_id if isinstance(event, Inbound) else None,
        exc_info=failure,
    )
