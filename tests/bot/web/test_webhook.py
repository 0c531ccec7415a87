"""What Telegram posts, over a real server: kept once or refused, and never a 5xx but for the database."""

import asyncio
import io
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import structlog

from bot.house import Ward
from bot.web.webhook import MAX_BYTES, SECRET
from tests.bot.incoming import OURS, Shell, serving, update
from tests.fakes.telegram import TOKEN

HEADERS = {SECRET: OURS}

Log = Callable[[], list[dict[str, Any]]]
Serve = Callable[..., Awaitable[str]]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[Log]:
    """What was logged since it was read last; never a secret, never what was posted."""
    with structlog.testing.capture_logs() as lines:

        def read() -> list[dict[str, Any]]:
            found = [dict(line) for line in lines]
            for secret in (OURS, TOKEN, "học"):
                assert secret not in f"{found}{caplog.text}"
            lines.clear()
            return found

        yield read
        read()


@pytest.fixture
def shell(ward: Ward) -> Shell:
    return Shell(ward)


@pytest_asyncio.fixture
async def serve(shell: Shell, log: Log) -> AsyncIterator[Serve]:
    """Serve the whole application; returns where it is."""
    async with AsyncExitStack() as stack:

        async def served(**section: str) -> str:
            return await stack.enter_async_context(serving(shell, **section))

        yield served


@pytest_asyncio.fixture
async def post(serve: Serve, session: aiohttp.ClientSession) -> Callable[..., Awaitable[int]]:
    """Post a body as it is; returns the status."""
    url = await serve()

    async def posted(
        body: object, headers: dict[str, str] = HEADERS, path: str = "/telegram"
    ) -> int:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with session.post(url + path, data=io.BytesIO(data), headers=headers) as answer:
            await answer.read()
            return answer.status

    return posted


# ---------------------------------------------------------------- what is kept


async def test_an_update_is_kept_before_it_is_answered(post: Any, shell: Shell) -> None:
    status = await post(update(1))

    assert status == 200
    assert await shell.kept() == ["học"]


async def test_a_repeated_update_is_answered_and_kept_once(post: Any, shell: Shell) -> None:
    statuses = [await post(update(1)) for _ in range(3)]

    assert statuses == [200] * 3
    assert await shell.kept() == ["học"]
    assert len(shell.asked) == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"update_id": "one"},
        {"update_id": 5, "message": None},
        {"update_id": 5, "chat_join_request": {"from": 3}},
        {"update_id": 5, "message": {"chat": {"type": "group", "id": -7}, "text": "học"}},
    ],
)
async def test_what_does_not_concern_us_is_answered_and_leaves_nothing(
    post: Any, shell: Shell, body: object
) -> None:
    status = await post(body)

    assert status == 200
    assert await shell.column("SELECT count(*) FROM inbox") == [0]


async def test_hundreds_at_once_are_all_kept_in_a_few_transactions(post: Any, shell: Shell) -> None:
    crowd = [post(update(n, f"{n}", chat=n % 40 + 1)) for n in range(1, 401)]

    statuses = await asyncio.gather(*crowd)

    assert set(statuses) == {200}
    assert await shell.column("SELECT count(DISTINCT event_id) FROM inbox") == [400]
    assert shell.transactions <= 20


async def test_an_update_larger_than_what_the_page_may_post_is_taken(
    post: Any, shell: Shell
) -> None:
    message = {**update(1)["message"], "padding": "x" * 200_000}

    status = await post({"update_id": 1, "message": message})

    assert status == 200
    assert await shell.kept() == ["học"]


async def test_while_the_database_is_locked_it_is_refused_and_kept_when_it_is_repeated(
    post: Any, shell: Shell, log: Log
) -> None:
    with shell.locked():
        refused = await asyncio.gather(*(post(update(n)) for n in range(1, 11)))
    before = await shell.kept()

    repeated = await asyncio.gather(*(post(update(n)) for n in range(1, 11)))

    assert (set(refused), before) == ({503}, [])
    assert set(repeated) == {200}
    assert await shell.kept() == ["học"] * 10
    assert 1 <= len(log()) <= 10


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "headers",
    [{}, {SECRET: ""}, {SECRET: "wrong"}, {SECRET: OURS + "x"}, {SECRET: "ă"}],
    ids=["missing", "empty", "wrong", "longer", "accented"],
)
async def test_without_the_secret_nothing_is_kept(
    post: Any, shell: Shell, headers: dict[str, str]
) -> None:
    status = await post(update(1), headers=headers)

    assert status == 401
    assert await shell.column("SELECT count(*) FROM inbox") == [0]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", 400),
        (b"\xff\xfe\x00", 400),
        (b'{"update_id": 1, "message": {', 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"[" * 500_000, 400),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400),
        (b'{"update_id": ' + b"9" * 10_000 + b"}", 400),
        (b" " * (MAX_BYTES + 1), 413),
    ],
    ids=[
        "empty",
        "no UTF-8",
        "half",
        "list",
        "text",
        "nested lists",
        "nested",
        "huge number",
        "large",
    ],
)
async def test_a_body_that_is_no_update_is_refused_with_one_line_that_does_not_quote_it(
    post: Any, shell: Shell, log: Log, body: bytes, expected: int
) -> None:
    status = await post(body)

    (line,) = log()
    assert status == line["status"] == expected
    assert len(str(line)) < 200
    assert await shell.column("SELECT count(*) FROM inbox") == [0]


async def raw(url: str, request: bytes, *, is_half_closed: bool) -> bytes:
    """Send bytes and read the first line of what is answered, if anything."""
    port = int(url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    await writer.drain()
    if is_half_closed:
        writer.write_eof()
    try:
        async with asyncio.timeout(10):
            return await reader.readline()
    finally:
        writer.close()


def request(*headers: str, body: bytes = b"") -> bytes:
    head = "\r\n".join(("POST /telegram HTTP/1.1", "Host: a.vn", f"{SECRET}: {OURS}", *headers))
    return f"{head}\r\n\r\n".encode() + body


async def test_a_length_that_is_too_large_is_refused_before_the_body_comes(serve: Serve) -> None:
    url = await serve()

    answer = await raw(url, request(f"Content-Length: {MAX_BYTES + 1}"), is_half_closed=False)

    assert answer.startswith(b"HTTP/1.1 413")


async def test_a_body_without_a_length_is_counted_while_it_comes(serve: Serve) -> None:
    url = await serve()
    chunk = b"80000\r\n" + b" " * 0x80000 + b"\r\n"

    answer = await raw(
        url, request("Transfer-Encoding: chunked", body=chunk * 3), is_half_closed=False
    )

    assert answer.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "cut",
    [
        request("Content-Length: 500", body=b'{"update_id": 1, "mess'),
        request("Transfer-Encoding: chunked", body=b'40\r\n{"update_id": 1,'),
        request("Transfer-Encoding: chunked", body=b"zz\r\n{}"),
        request("Content-Length: minus one"),
        request("Content-Encoding: gzip", "Content-Length: 5", body=b"plain"),
    ],
    ids=["length", "chunk", "no chunk", "no number", "no gzip"],
)
async def test_a_body_that_is_cut_off_is_no_failure_of_the_server(
    serve: Serve, shell: Shell, log: Log, cut: bytes
) -> None:
    url = await serve()

    answer = await raw(url, cut, is_half_closed=True)

    assert answer.startswith(b"HTTP/1.1 400") or answer == b""
    assert await shell.column("SELECT count(*) FROM inbox") == [0]
    assert "request failed" not in [line["event"] for line in log()]


async def test_a_connection_that_is_reset_within_the_body_leaves_a_server_that_goes_on(
    serve: Serve, session: aiohttp.ClientSession, shell: Shell, log: Log
) -> None:
    url = await serve()
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        wire.sendall(request("Content-Length: 500", body=b'{"upd'))

    async with session.post(f"{url}/telegram", json=update(1), headers=HEADERS) as answer:
        assert answer.status == 200

    assert await shell.kept() == ["học"]
    assert "request failed" not in [line["event"] for line in log()]


async def test_a_crowd_of_forgers_does_not_fill_the_log(post: Any, log: Log) -> None:
    statuses = await asyncio.gather(*(post(update(n), headers={}) for n in range(60)))

    assert set(statuses) == {401}
    assert len(log()) <= 10


async def test_without_a_webhook_in_the_config_there_is_no_such_page(
    serve: Serve, session: aiohttp.ClientSession
) -> None:
    for section in ({"webhook_url": ""}, {"token": ""}):
        url = await serve(**section)
        async with session.post(f"{url}/telegram", json=update(1), headers=HEADERS) as answer:
            assert answer.status in {404, 405}


async def test_the_path_of_the_config_is_where_updates_are_taken(
    serve: Serve, session: aiohttp.ClientSession, shell: Shell
) -> None:
    url = await serve(webhook_url="https://a.vn/bot/in")

    async with session.post(f"{url}/bot/in", json=update(1), headers=HEADERS) as answer:
        assert answer.status == 200
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    assert await shell.kept() == ["học"]
