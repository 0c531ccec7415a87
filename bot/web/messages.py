"""The two requests the page lives on: post a message, and wait for what is new.

    POST api/messages            202 {"ok": true} · 400, 413, 429, 500 {"error": a sentence for the resident}
    GET api/messages?after=n     200 {"messages": […], "last": n}, at the latest after 25 s

A message posted again under its id is taken in once. `last` is where to ask on from; one below `after` says
that the history the page has read is no longer there.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiohttp import ClientError, hdrs, web

from bot.bell import Spot
from bot.channels.web import NAME, visitor_key
from bot.house import Ward
from bot.turns import Turns
from bot.web.headers import network_of
from bot.web.limits import Limit
from bot.web.posted import Unreadable, event_id, read_posted
from bot.web.refusals import Refused, json_response
from handlers._effects import phrase
from storage import addresses, messages
from storage.messages import MessageRow

VISITOR = "X-Hocso-Visitor"
POLL_SECONDS = 25.0
MAX_WAITING = 2000
"""So many polls may wait at once; the ones beyond are answered at once and ask again later."""
MAX_READING = 4
"""So many read the database at once: more would wait for each other, each with a connection of its own."""
MAX_SPOTS = 20_000
MAX_NUMBER_DIGITS = 15


class Messages:
    """Answers the page; `wake` runs the turns of an address, `poll_seconds` is how long a poll waits."""

    def __init__(
        self, ward: Ward, turns: Turns, wake: Callable[[int], None], poll_seconds: float
    ) -> None:
        self._ward = ward
        self._turns = turns
        self._wake = wake
        self._poll_seconds = poll_seconds
        self._visitors = Limit(ward.config.web.messages_per_minute)
        self._newcomers = Limit(ward.config.web.new_visitors_per_minute)
        self._reading = asyncio.Semaphore(MAX_READING)
        self._spots: OrderedDict[str, int] = OrderedDict()
        self._waiting = 0
        self._is_closing = False

    async def close(self, _app: web.Application) -> None:
        """End the polls that wait."""
        self._is_closing = True
        self._turns.bell.ring_all()

    # ------------------------------------------------------------ post

    async def post(self, request: web.Request) -> web.Response:
        """POST api/messages: take one message in."""
        key = _visitor(request)
        await self._admit(request, key)
        posted = await _read(request)
        address = await self._turns.receive(NAME, key, event_id(key, posted["id"]), posted)
        if address is not None:
            self._wake(address)
            self._turns.bell.ring([key])
        return json_response(202, {"ok": True})

    async def _admit(self, request: web.Request, key: str) -> None:
        """Hold back who writes too fast, and a network that sends too many strangers."""
        if key not in self._visitors and await self._address(key) is None:
            forwarded = request.headers.get(hdrs.X_FORWARDED_FOR)
            seconds = self._newcomers.wait(network_of(request.remote, forwarded))
            if seconds:
                raise Refused(429, phrase("web.too_many"), seconds)
        seconds = self._visitors.wait(key)
        if seconds:
            raise Refused(429, phrase("web.too_fast"), seconds)

    async def _address(self, key: str) -> int | None:
        async with self._reading, self._ward.database.reading(self._turns.clock()) as tx:
            address = await addresses.find(tx, NAME, key)
        return None if address is None else address.id

    # ------------------------------------------------------------ what is new

    async def news(self, request: web.Request) -> web.Response:
        """GET api/messages?after=n: what came after n, as soon as there is something."""
        key = _visitor(request)
        after = _after(request)
        until = time.monotonic() + self._poll_seconds
        found = await self._look(key, after, until)
        while found is None:
            found = await self._look(key, after, until)
        return json_response(200, found)

    async def _look(self, key: str, after: int, until: float) -> Mapping[str, Any] | None:
        """Look once, then wait for the bell where the visitor is known to be; None: look again."""
        bell = self._turns.bell
        spot = self._spots.get(key, key)
        waiter = bell.listen(spot)
        try:
            address, found = await self._since(key, after)
            if found is not None:
                return found
            if self._is_elsewhere(key, spot, address):
                return None
            if not await self._rang(waiter, until):
                return {"messages": [], "last": after}
        finally:
            bell.leave(spot, waiter)
        return None

    def _is_elsewhere(self, key: str, spot: Spot, address: int | None) -> bool:
        """Whether the visitor has an address by now, or no longer; remembered for the next time."""
        self._spots.pop(key, None)
        if address is not None:
            self._spots[key] = address
            if len(self._spots) > MAX_SPOTS:
                self._spots.popitem(last=False)
        return (address or key) != spot

    async def _since(self, key: str, after: int) -> tuple[int | None, Mapping[str, Any] | None]:
        """The visitor's address, and what there is after a message.

        None when there is nothing and that message still stands.
        """
        async with self._reading, self._ward.database.reading(self._turns.clock()) as tx:
            address = await addresses.find(tx, NAME, key)
            rows = await messages.since(tx, address.id, max(after - 1, 0)) if address else ()
        return address.id if address else None, _news(rows, after)

    async def _rang(self, waiter: asyncio.Future[None], until: float) -> bool:
        """Wait; False when time is up, the server stops, or too many wait already."""
        seconds = until - time.monotonic()
        if self._is_closing or self._waiting >= MAX_WAITING or seconds <= 0:
            return False
        self._waiting += 1
        try:
            await asyncio.wait([waiter], timeout=seconds)
        finally:
            self._waiting -= 1
        return waiter.done()


def _news(rows: Sequence[MessageRow], after: int) -> Mapping[str, Any] | None:
    """What the page is told, from the rows at and after the last message it has."""
    news = [row for row in rows if row.n > after]
    if news:
        return {"messages": [shown(row) for row in news], "last": news[-1].n}
    is_gone = after > 0 and not rows
    return {"messages": [], "last": 0} if is_gone else None


def shown(row: MessageRow) -> Mapping[str, Any]:
    """Return a message as the page reads it."""
    body = dict(row.body)
    if "image" in body:
        body["image"] = {**body["image"], "src": f"media/{body['image']['src']}"}
    if "audio" in body:
        body["audio"] = f"media/{body['audio']}"
    whose = "bot" if row.is_from_bot else "me"
    return {**body, "n": row.n, "from": whose, "at": row.at.isoformat(timespec="milliseconds")}


def _visitor(request: web.Request) -> str:
    key = visitor_key(request.headers.get(VISITOR))
    if key is None:
        raise Refused(400, phrase("web.unknown_visitor"))
    return key


def _after(request: web.Request) -> int:
    text = request.query.get("after", "0")
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_NUMBER_DIGITS):
        raise Refused(400, phrase("web.unreadable"))
    return int(text)


async def _read(request: web.Request) -> Mapping[str, Any]:
    try:
        raw = await request.read()
        return read_posted(raw)
    except web.HTTPRequestEntityTooLarge:
        raise Refused(413, phrase("web.too_long")) from None
    except (Unreadable, web.RequestPayloadError, ClientError):
        raise Refused(400, phrase("web.unreadable")) from None
