"""The cheapest receiver: every POST gets one fixed valid Message; only counts are kept.

For benchmarks: what it costs must not be what is measured. GET /control answers the counts.
"""

import asyncio
import json
import re
import sys

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
END = b"\r\n\r\n"
BOT = {"id": 123456789, "is_bot": True, "first_name": "Học Số", "username": "hocso_test_bot"}
MESSAGE = {
    "message_id": 1,
    "from": BOT,
    "chat": {"id": 1001, "type": "private", "first_name": "Tư"},
    "date": 1790000000,
    "text": "ok",
}


def _answer(result: object) -> bytes:
    body = json.dumps(result).encode()
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
    return f"{head}{len(body)}\r\n\r\n".encode() + body


SENT = _answer({"ok": True, "result": MESSAGE})
ME = _answer({"ok": True, "result": BOT})


class Counts:
    """What came in, over all connections."""

    __slots__ = ("bytes", "calls", "connections")

    def __init__(self) -> None:
        self.calls = self.bytes = self.connections = 0


class Bare(asyncio.Protocol):
    """One connection: keep-alive, pipelining, bodies by Content-Length."""

    def __init__(self, counts: Counts, latency: float) -> None:
        self._counts = counts
        self._latency = latency
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._counts.connections += 1

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
        while data:
            end = data.find(END)
            if end < 0:
                break
            found = LENGTH.search(data, 0, end)
            stop = end + 4 + (int(found[1]) if found else 0)
            if len(data) < stop:
                break
            self._request(data, stop - end - 4)
            data = data[stop:]
        self._rest = data

    def _request(self, data: bytes, length: int) -> None:
        if data.startswith(b"GET /control"):
            names = Counts.__slots__
            self._write(_answer({name: getattr(self._counts, name) for name in names}))
            return
        self._counts.calls += 1
        self._counts.bytes += length
        answer = ME if b"/getMe " in data[:120] else SENT
        if self._latency:
            asyncio.get_running_loop().call_later(self._latency, self._write, answer)
        else:
            self._write(answer)

    def _write(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


async def serve_bare(port: int, latency: float) -> None:
    """Print the port and serve until the process is ended."""
    counts = Counts()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Bare(counts, latency), "127.0.0.1", port, backlog=1024
    )
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()
