"""What one HTTP call comes to, for each way in which it can fail; and that no secret is in any of it."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from structlog.testing import capture_logs

from bot._sections import Telegram
from bot.accounts import Account, telegram_account
from bot.channels import telegram
from bot.channels._calls import Answer, Attachment, Call, Rejected, Undecided, Unreachable
from bot.wire import Wire
from tests.bot.conftest import free_port
from tests.fakes.telegram import NO_LIMITS, TOKEN, FakeTelegram, Fault, Kind

PASSWORD = "mat-khau-cua-proxy"
SECRETS = (TOKEN, TOKEN.partition(":")[2], PASSWORD)
HELLO = Call("sendMessage", {"chat_id": 7, "text": "Chào bà con!"})
PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


@pytest_asyncio.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(rates=NO_LIMITS) as server:
        yield server


@pytest_asyncio.fixture
async def wire() -> AsyncIterator[Wire]:
    made = Wire()
    yield made
    await made.close()


@pytest_asyncio.fixture
async def hasty() -> AsyncIterator[Wire]:
    """Waits a moment for an answer, and not longer."""
    made = Wire(seconds=0.3)
    yield made
    await made.close()


@pytest.fixture(autouse=True)
def secretive(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a test makes the wire go through: no log has a secret in it."""
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logged:
        yield
    written = caplog.text + repr(logged) + repr([record.__dict__ for record in caplog.records])
    assert not any(secret in written for secret in SECRETS)


def account(fake: FakeTelegram, **changes: Any) -> Account:
    made = Account("telegram", telegram, fake.url, None, telegram.LIMITS)
    return replace(made, **changes)


def shows_nothing(*things: object) -> bool:
    """Whether no secret can be read in them, however they are shown."""
    shown = "".join(f"{one!r} {one!s}" for one in things)
    return not any(secret in shown for secret in SECRETS)


# ---------------------------------------------------------------- answers


async def test_an_answer_comes_back_whole_whatever_it_says(wire: Wire, fake: FakeTelegram) -> None:
    accepted = await wire.call(account(fake), HELLO)
    refused = await wire.call(account(fake), Call("sendMessage", {"chat_id": 7}))

    assert isinstance(accepted, Answer)
    assert isinstance(refused, Answer)
    assert (accepted.status, refused.status) == (200, 400)
    assert b'"message_id": 1' in accepted.body
    assert fake.log.texts(7) == ["Chào bà con!"]


@pytest.mark.parametrize("kind", [Kind.BARE_BEFORE, Kind.BARE_AFTER])
async def test_a_bare_5xx_is_an_answer_for_the_channel_to_read(
    wire: Wire, fake: FakeTelegram, kind: Kind
) -> None:
    fake.faults.add(Fault(kind, status=503))

    found = await wire.call(account(fake), HELLO)

    assert found == Answer(503, b"<html><h1>503</h1></html>")


async def test_a_platforms_date_says_how_far_our_clock_is_ahead_once_a_minute() -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({}, headers={"Date": "Thu, 01 Jan 1970 00:00:00 GMT"})

    heard: list[float] = []
    wire = Wire(heard_date=heard.append)
    async with serving(answer) as base:
        for _ in range(3):
            await wire.call(Account("telegram", telegram, base, None, telegram.LIMITS), HELLO)
    await wire.close()

    assert len(heard) == 1
    assert heard[0] > 50 * 365 * 86400


async def test_a_redirect_is_not_followed_with_the_secret(wire: Wire) -> None:
    asked: list[str] = []

    async def redirect(request: web.Request) -> web.Response:
        asked.append(request.path)
        raise web.HTTPTemporaryRedirect("/elsewhere")

    async with serving(redirect) as base:
        away = Account("telegram", telegram, f"{base}/bot{TOKEN}", None, telegram.LIMITS)
        found = await wire.call(away, HELLO)

    assert isinstance(found, Answer)
    assert found.status == 307
    assert asked == [f"/bot{TOKEN}/sendMessage"]


class serving:  # noqa: N801 - reads as what it does
    """A server on a loopback port that answers every request with one function."""

    def __init__(self, answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> None:
        self._server = web.Server(answer)
        self._runner = web.ServerRunner(self._server)

    async def __aenter__(self) -> str:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()


# ---------------------------------------------------------------- no byte left us


async def test_nobody_who_listens_is_unreachable(wire: Wire, fake: FakeTelegram) -> None:
    await fake.go_down()

    found = await wire.call(account(fake), HELLO)

    assert isinstance(found, Unreachable)
    assert found.reason.startswith("ClientConnectorError 1")
    assert shows_nothing(found)


class NoNames(AbstractResolver):
    """Knows no host."""

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def close(self) -> None:
        pass


async def test_a_host_that_does_not_exist_is_unreachable(wire: Wire, fake: FakeTelegram) -> None:
    wire._session.connector._resolver = NoNames()
    nowhere = account(fake, url=f"http://api.telegram.invalid/bot{TOKEN}")

    found = await wire.call(nowhere, HELLO)

    assert found == Unreachable(f"ClientConnectorDNSError {socket.EAI_NONAME}")


async def test_a_proxy_that_is_not_there_is_unreachable(wire: Wire, fake: FakeTelegram) -> None:
    proxy = f"http://ward:{PASSWORD}@127.0.0.1:{free_port()}"

    found = await wire.call(account(fake, proxy=proxy), HELLO)

    assert isinstance(found, Unreachable)
    assert found.reason.startswith("ClientProxyConnectionError")
    assert shows_nothing(found)


async def test_a_proxy_that_refuses_is_unreachable(wire: Wire, fake: FakeTelegram) -> None:
    async def refuse(_: web.BaseRequest) -> web.Response:
        return web.Response(status=407)

    async with serving(refuse) as base:
        proxy = base.replace("//", f"//ward:{PASSWORD}@")
        behind = account(fake, url=f"https://api.telegram.invalid/bot{TOKEN}", proxy=proxy)
        found = await wire.call(behind, HELLO)

    assert found == Unreachable("ClientHttpProxyError")
    assert shows_nothing(found)


async def test_somebody_who_speaks_no_tls_is_unreachable(wire: Wire, fake: FakeTelegram) -> None:
    found = await wire.call(account(fake, url=fake.url.replace("http:", "https:")), HELLO)

    assert isinstance(found, Unreachable)
    assert fake.calls.total() == 0
    assert shows_nothing(found)


async def test_a_connection_that_is_not_made_in_time_is_unreachable(
    wire: Wire, fake: FakeTelegram
) -> None:
    wire._session._timeout = aiohttp.ClientTimeout(total=20, connect=0.2)
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        where = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]  # nobody takes them: the queue is full
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(where)
        found = await wire.call(account(fake, url=f"http://127.0.0.1:{where[1]}/bot{TOKEN}"), HELLO)
        for one in waiting:
            one.close()

    assert isinstance(found, Unreachable)
    assert shows_nothing(found)


# ---------------------------------------------------------------- bytes left us


CUTS = (
    Kind.CUT_ON_ARRIVAL,
    Kind.CUT_IN_BODY,
    Kind.CUT_BEFORE_ACCEPT,
    Kind.CUT_AFTER_ACCEPT,
    Kind.CUT_IN_ANSWER,
)


@pytest.mark.parametrize("kind", CUTS)
async def test_wherever_the_connection_is_cut_it_is_undecided(
    wire: Wire, fake: FakeTelegram, kind: Kind
) -> None:
    fake.faults.add(Fault(kind, at_byte=10))

    found = await wire.call(account(fake), HELLO)

    assert isinstance(found, Undecided)
    assert shows_nothing(found)
    assert fake.log.texts(7) == ["Chào bà con!"] * (
        kind in {Kind.CUT_AFTER_ACCEPT, Kind.CUT_IN_ANSWER}
    )


@pytest.mark.parametrize("kind", CUTS)
async def test_a_connection_that_was_used_before_makes_no_difference(
    wire: Wire, fake: FakeTelegram, kind: Kind
) -> None:
    await wire.call(account(fake), HELLO)
    fake.faults.add(Fault(kind))

    found = await wire.call(account(fake), HELLO)

    assert isinstance(found, Undecided)
    assert fake.calls["sendMessage"] == 2  # nobody tries again in silence


@pytest.mark.parametrize("kind", [Kind.HANG_BEFORE, Kind.HANG_AFTER])
async def test_an_answer_that_does_not_come_in_time_is_undecided(
    hasty: Wire, fake: FakeTelegram, kind: Kind
) -> None:
    fake.faults.add(Fault(kind))

    found = await hasty.call(account(fake), HELLO)

    assert isinstance(found, Undecided)
    assert shows_nothing(found)


async def test_a_connection_that_died_while_it_rested_is_undecided_or_made_anew(
    wire: Wire, fake: FakeTelegram
) -> None:
    await wire.call(account(fake), HELLO)
    await fake.go_down()
    await fake.come_up()

    found = await wire.call(account(fake), HELLO)

    assert isinstance(found, Answer | Undecided)


# ---------------------------------------------------------------- what never can leave


async def test_a_file_that_is_missing_is_rejected_and_not_sent(
    wire: Wire, fake: FakeTelegram, tmp_path: Path
) -> None:
    gone = Attachment("photo", "tranh.png", "image/png", tmp_path / "tranh.png")

    found = await wire.call(account(fake), Call("sendPhoto", {"chat_id": 7}, gone))

    assert found == Rejected(0, "no file: FileNotFoundError 2")
    assert fake.calls.total() == 0


@pytest.mark.parametrize("text", ["nửa chữ \ud83d", object()], ids=["surrogate", "object"])
async def test_parameters_that_are_no_json_are_rejected_and_not_sent(
    wire: Wire, fake: FakeTelegram, text: object
) -> None:
    found = await wire.call(account(fake), Call("sendMessage", {"chat_id": 7, "text": text}))

    assert isinstance(found, Rejected)
    assert fake.calls.total() == 0


@pytest.mark.parametrize("size", [50, 3_000_000])
async def test_a_file_goes_with_its_parameters_whether_it_is_small_or_large(
    wire: Wire, fake: FakeTelegram, tmp_path: Path, size: int
) -> None:
    picture = tmp_path / "tranh.png"
    picture.write_bytes(PNG + bytes(size - 50))
    keyboard = {"inline_keyboard": [[{"text": "Tiếp", "callback_data": "a:1:b"}]]}
    parameters = {"chat_id": 7, "caption": "Xem “tranh”", "reply_markup": keyboard}
    attachment = Attachment("photo", "tranh.png", "image/png", picture)

    found = await wire.call(account(fake), Call("sendPhoto", parameters, attachment, "tranh"))

    assert isinstance(found, Answer)
    assert found.status == 200
    (sent,) = fake.log.of(7)
    assert sent.parameters["photo"]["size"] == size + 8
    assert {name: sent.parameters[name] for name in parameters} == parameters


# ---------------------------------------------------------------- secrets


def test_an_account_shows_neither_its_token_nor_its_proxy() -> None:
    made = telegram_account(
        Telegram(token=TOKEN, proxy=f"http://ward:{PASSWORD}@127.0.0.1:3128", per_second=30)
    )

    assert PASSWORD in str(made.proxy)
    assert TOKEN in made.url
    assert shows_nothing(made, [made], {"account": made})


async def test_calls_under_way_show_no_secret_where_tasks_are_listed(
    wire: Wire, fake: FakeTelegram
) -> None:
    fake.faults.add(Fault(Kind.HANG_BEFORE))
    under_way = asyncio.create_task(wire.call(account(fake), HELLO))
    await fake.until(lambda: fake.calls["sendMessage"])

    assert shows_nothing(under_way, wire, *asyncio.all_tasks())

    under_way.cancel()
    await asyncio.gather(under_way, return_exceptions=True)
