"""A request read, and the ways in which an answer to it goes wrong on the wire."""

import asyncio
import json
import socket
import struct
from contextlib import suppress
from typing import Any

from aiohttp import web

from tests.fakes._telegram_checks import Refusal, Upload, bad
from tests.fakes._telegram_plan import Fault, Kind

RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 seconds: close() sends RST
UNAUTHORIZED = Refusal(401, "Unauthorized")

Body = dict[str, Any]


async def given_by(request: web.Request) -> tuple[Body, bool]:
    """The parameters of a request, and whether they came as text (query, form) rather than JSON."""
    given: Body = dict(request.query)
    try:
        if request.content_type == "application/json":
            more = json.loads(await request.read() or b"{}")
        else:
            more = {name: _part(value) for name, value in (await request.post()).items()}
    except (ValueError, AssertionError, RecursionError):
        raise bad("can't parse the request's body") from None
    if not isinstance(more, dict):
        raise bad("object expected")
    return given | more, request.content_type != "application/json"


def _part(value: object) -> object:
    if isinstance(value, web.FileField):
        return Upload(value.filename, value.content_type, value.file.read())
    return bytes(value).decode() if isinstance(value, bytes | bytearray) else value


def chat_of_call(given: Body) -> object:
    """The chat a call is for, before its parameters are checked."""
    chat = given.get("chat_id")
    return int(chat) if isinstance(chat, str) and chat.lstrip("-").isdigit() else chat


def too_many(seconds: int) -> Refusal:
    """A 429."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", seconds)


def _bare(fault: Fault) -> web.Response:
    text = f"<html><h1>{fault.status}</h1></html>"
    return web.Response(status=fault.status, text=text, content_type="text/html")


async def cut_on_arrival(request: web.Request, fault: Fault) -> web.Response:
    """Cut the connection while the body is on its way."""
    if fault.kind is Kind.CUT_IN_BODY:
        with suppress(asyncio.IncompleteReadError):
            await request.content.readexactly(fault.at_byte)
    return _reset(request)


async def _half(request: web.Request, body: bytes) -> web.StreamResponse:
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def _reset(request: web.Request) -> web.Response:
    """End the connection with a TCP reset; what is returned goes nowhere."""
    if request.transport is not None:
        wire: socket.socket = request.transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        request.transport.abort()
    return web.Response()


async def strike_before(
    request: web.Request, fault: Fault, stopping: asyncio.Event
) -> web.StreamResponse | None:
    """Let it go wrong before anything is accepted; None: go on as if nothing were."""
    match fault.kind:
        case Kind.SLOW:
            await asyncio.sleep(fault.seconds)
            return None
        case Kind.STORM:
            raise too_many(fault.retry_after)
        case Kind.UNAUTHORIZED:
            raise UNAUTHORIZED
        case Kind.BARE_BEFORE:
            return _bare(fault)
        case Kind.HANG_BEFORE:
            await stopping.wait()
    return _reset(request)


async def strike_after(
    request: web.Request, fault: Fault, body: bytes, stopping: asyncio.Event
) -> web.StreamResponse:
    """Let it go wrong after the call was accepted."""
    match fault.kind:
        case Kind.BARE_AFTER:
            return _bare(fault)
        case Kind.GARBAGE_AFTER:
            return web.Response(text="<html>ok</html>", content_type="text/html")
        case Kind.CUT_IN_ANSWER:
            return await _half(request, body)
        case Kind.HANG_AFTER:
            await stopping.wait()
    return _reset(request)
