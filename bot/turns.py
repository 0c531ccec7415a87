"""From the inbox to the outbox: one message at a time per address, each turn in one commit.

    received   inbox row (unique channel + event id) and history, one commit; the channel answers
    handled    replay -> effects, journal, outbox rows, inbox row done: one commit
    postponed  the database is locked, full or gone: everything rolled back, the row waits
    failed     everything rolled back; the row is parked with the id under which the log has the
               traceback; something kind is said in a transaction of its own, the talk stays where it
               was; the second failure in a row ends it

A killed process leaves rows waiting; the next start picks them up, and so does every tick.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import perf_counter
from typing import Any, Protocol

import structlog

from bot.bell import Bell
from bot.doors import Doors
from bot.house import Ward
from bot.messages import to_body
from handlers._dialogue import Caller, Outcome, Talks, dialogue
from handlers._effects import Deed, phrase
from handlers._talk import Heard, Message, Talk
from handlers._understand import MAX_CHARS, ONE_THOUGHT
from lessons.masking import mask
from lessons.text import clean
from storage import addresses, inbox, messages, outbox, perform, talks
from storage._tx import Tx
from storage.addresses import Address
from storage.inbox import InboxRow
from storage.unavailable import is_unavailable

log = structlog.get_logger()


class Parser(Protocol):
    """What the shell needs of a channel to read an inbound body."""

    def __call__(self, body: Mapping[str, Any], at: datetime) -> Heard:
        """The message in a body that was taken in at `at`."""


Splitter = Callable[[Mapping[str, Any]], tuple[dict[str, Any], ...]]
"""The rows of the outbox that one message becomes: each is one message of the platform."""


@dataclass(frozen=True, slots=True)
class Turns:
    """Takes events in and runs their turns; one object per process and ward.

    `doors`: closed on public channels until somebody has looked.
    """

    ward: Ward
    parsers: Mapping[str, Parser]
    bell: Bell
    clock: Callable[[], datetime]
    splitters: Mapping[str, Splitter] = field(default_factory=dict)
    doors: Doors = field(default_factory=Doors)

    async def receive(
        self, channel: str, key: str, event_id: str, body: Mapping[str, Any]
    ) -> int | None:
        """Take one event in; returns its address, or None when it was taken in before.

        The body is kept until it is handled; numbers that should not be sent are masked already.
        """
        async with self.ward.database.transaction(self.clock()) as tx:
            return await take_in(tx, channel, key, event_id, body)

    async def run(self, address: int) -> None:
        """Handle everything that waits for one address, in order."""
        while await self._one(address):
            pass

    async def waiting(self) -> tuple[int, ...]:
        """The addresses something waits for, e.g. after a crash."""
        async with self.ward.database.reading(self.clock()) as tx:
            return await inbox.waiting(tx)

    async def _one(self, address_id: int) -> bool:
        """Handle what waited longest for an address; whether more waits."""
        rows: tuple[InboxRow, ...] = ()
        began = perf_counter()
        try:
            async with self.ward.database.transaction(self.clock()) as tx:
                address = await addresses.locked(tx, address_id)
                rows = await inbox.rows(tx, address_id)
                if rows:
                    await self._turn(tx, address, rows[0])
        except Exception as failure:
            if not rows or is_unavailable(
                failure
            ):  # what waits will be tried at the next tick or start
                raise
            await self._park(address_id, rows[0], failure)  # a bug: logged, parked, life goes on
        else:
            if rows:
                self.ward.meter.turn(rows[0].channel, perf_counter() - began)
            await self._after(tx)
        return len(rows) > 1

    async def _after(self, tx: Tx) -> None:
        self.bell.ring(tx.wakes)
        if tx.has_erased:
            await self.ward.shrink()

    # ------------------------------------------------------------ the turn itself

    async def _turn(self, tx: Tx, address: Address, row: InboxRow) -> None:
        heard = self._heard(row, address)
        before = await self._load(tx, address.id)
        address, outcome = await self._drive(tx, address, before, heard, row)
        await self._keep(tx, address, before, outcome)
        said = None if row.body and "start" in row.body else heard.text
        await addresses.touch(tx, address.id, said)
        await inbox.done(tx, [row.id])

    def _heard(self, row: InboxRow, address: Address) -> Heard:
        assert row.body is not None
        heard = self.parsers[row.channel](row.body, row.received_at)
        heard = replace(heard, is_masked=bool(row.body.get("masked")))
        is_close = row.received_at - address.heard_at <= ONE_THOUGHT
        is_alone = heard.tap is not None or bool(row.body.get("alone"))
        if address.last_text and is_close and not is_alone:
            return replace(heard, follows=address.last_text)
        return heard

    async def _load(self, tx: Tx, address_id: int) -> Talks:
        found = await talks.load(tx, address_id)
        active, aside = found.get("active"), found.get("aside")
        return Talks(
            Talk.read(active) if active else None,
            Talk.read(aside) if aside else None,
        )

    async def _drive(
        self, tx: Tx, address: Address, before: Talks, heard: Heard, row: InboxRow
    ) -> tuple[Address, Outcome]:
        """Run the dialogue, answering its requests in this transaction as whoever speaks now.

        Returns the address as it is then: a consent may just have made a person of it.
        """
        by = await addresses.actor_of(tx, address)
        me = await addresses.snapshot(tx, by)
        caller = Caller(
            me,
            by.roles,
            is_new=address.last_text is None and before.active is None,
            is_unopened=address.channel in self.ward.house.public_channels
            and not self.doors.are_open,
            is_practice=by.is_practice,
        )
        steps = dialogue(before, heard, caller, self.ward.book, f"{row.id:x}")
        answer: object = None
        while True:
            try:
                request = steps.send(answer)
            except StopIteration as stop:
                return address, stop.value
            answer = await perform(tx, by, request)
            if isinstance(request, Deed):
                address = await addresses.locked(tx, address.id)
                by = await addresses.actor_of(tx, address)

    async def _keep(self, tx: Tx, address: Address, before: Talks, outcome: Outcome) -> None:
        slots = (
            ("active", before.active, outcome.talks.active),
            ("aside", before.aside, outcome.talks.aside),
        )
        for slot, old, new in slots:
            if new is not None and new is not old:
                await talks.store(tx, address.id, address.person, slot, new.write())
            elif new is None and old is not None:
                await talks.drop(tx, address.id, slot)
        if outcome.message is not None:
            await self._put(tx, address, outcome.message)

    async def _put(self, tx: Tx, address: Address, message: Message) -> None:
        body = to_body(message)
        self.ward.meter.said[address.channel] += 1
        split = self.splitters.get(address.channel)
        for row in split(body) if split else (body,):
            await outbox.put(tx, address.channel, address.id, outbox.Kind.REPLY, row)

    # ------------------------------------------------------------ when a turn fails

    async def _park(self, address_id: int, row: InboxRow, failure: Exception) -> None:
        error_id = secrets.token_hex(6)
        self.ward.meter.failed += 1
        log.error(
            "turn failed", error_id=error_id, inbox=row.id, channel=row.channel, exc_info=failure
        )
        async with self.ward.database.transaction(self.clock()) as tx:
            address = await addresses.locked(tx, address_id)
            await inbox.park(tx, [row.id], error_id)
            before = await self._load(tx, address_id)
            stays = before.active.troubled() if before.active else None
            if stays is not None:
                await talks.store(tx, address_id, address.person, "active", stays.write())
            else:
                await talks.drop(tx, address_id, "active")
            key = (
                "engine.trouble"
                if stays is not None or not before.active
                else "engine.trouble_ended"
            )
            await self._put(tx, address, Message(self.ward.book.render(phrase(key))))
        self.bell.ring(tx.wakes)


async def take_in(
    tx: Tx, channel: str, key: str, event_id: str, body: Mapping[str, Any]
) -> int | None:
    """Take one event in, with others or alone; returns its address, or None when it was taken in before.

    Numbers that should not be sent are masked. What a deep link carried is kept with the address alone.
    """
    address = await addresses.address_of(tx, channel, key)
    text = clean(str(body.get("text", ""))[:MAX_CHARS])
    kept = {**body, "text": mask(text)}
    if kept["text"] != text:
        kept["masked"] = True
    payload = body.get("start")
    if payload:
        kept["start"] = True  # it may open an invite: the address keeps what is needed of it
    taken = await inbox.take_in(tx, channel, event_id, address.id, kept)
    if taken is None:
        return None
    if kept["text"]:
        await messages.add(tx, address.id, False, _own_words(kept), event_id)
    if isinstance(payload, str) and payload:
        await addresses.came_by(tx, address.id, payload)
    return address.id


def _own_words(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What a person's history keeps of their message; `id` is the page's own name for it."""
    return {key: kept[key] for key in ("text", "id") if key in kept}


class Runner:
    """Runs the turns of woken addresses, several addresses at once, each in its own order."""

    def __init__(self, turns: Turns, deliver: Callable[[], None]) -> None:
        self._turns = turns
        self._deliver = deliver
        self._running: dict[int, asyncio.Task[None]] = {}
        self._again: set[int] = set()
        self._is_ending = False

    def wake(self, address: int) -> None:
        """Something waits for this address."""
        if self._is_ending:  # it waits in the inbox
            return
        if address in self._running:
            self._again.add(address)
            return
        task = asyncio.get_running_loop().create_task(self._run(address))
        self._running[address] = task

    async def _run(self, address: int) -> None:
        try:
            await self._turns.run(address)
        except Exception:
            log.exception("address failed", address=address)
        finally:
            del self._running[address]
        self._deliver()
        if address in self._again:
            self._again.discard(address)
            self.wake(address)

    async def finish(self, seconds: float) -> None:
        """Let what runs come to its end, at most so long; what waits stays in the inbox."""
        self._is_ending = True
        running = list(self._running.values())
        if running:
            _, late = await asyncio.wait(running, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
