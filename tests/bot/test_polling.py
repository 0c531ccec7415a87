"""Updates fetched from an enforcing Bot API: kept first, confirmed after; and what is done when nothing comes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
import structlog
from aiohttp import web

from bot.accounts import Account
from bot.asking import OVER, Trouble
from bot.channels import telegram
from bot.channels._calls import Call
from bot.house import Ward
from bot.polling import QUICK_SECONDS, WEBHOOK_REMOVED, Poller
from bot.wire import Wire
from tests.bot.incoming import Pauses, Shell, account_of, update
from tests.fakes.telegram import NO_LIMITS, FakeTelegram, Fault, Kind

POLLS = frozenset({"getUpdates"})
Log = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[Log]:
    """What was logged since it was read last; never a secret."""
    with structlog.testing.capture_logs() as lines:

        def read() -> list[dict[str, Any]]:
            found = [dict(line) for line in lines]
            assert "AAFake" not in f"{found}{caplog.text}"
            lines.clear()
            return found

        yield read
        read()


@pytest_asyncio.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(rates=NO_LIMITS) as server:
        yield server


@pytest_asyncio.fixture
async def wire() -> AsyncIterator[Wire]:
    made = Wire()
    yield made
    await made.close()


@pytest.fixture
def shell(ward: Ward) -> Shell:
    return Shell(ward)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest_asyncio.fixture
async def start(
    shell: Shell, wire: Wire, fake: FakeTelegram, pauses: Pauses, log: Log
) -> AsyncIterator[Callable[..., Poller]]:
    async with AsyncExitStack() as stack:

        def started(account: Account | None = None) -> Poller:
            poller = Poller(wire, account or account_of(fake), shell.intake, pause=pauses)
            stack.push_async_callback(poller.stop, 5)
            poller.start()
            return poller

        yield started


async def confirmed(fake: FakeTelegram) -> None:
    """Wait until nothing is left that Telegram would tell again."""
    await fake.until(lambda: not fake.updates.pending)


# ---------------------------------------------------------------- at least once, handled once


async def test_an_update_is_confirmed_only_after_it_is_kept(
    start: Any, fake: FakeTelegram, shell: Shell
) -> None:
    unconfirmed: list[int] = []
    shell.intake._wake = lambda _: unconfirmed.append(len(fake.updates.pending))
    person = fake.person(7)

    person.send("học")
    start()
    await confirmed(fake)

    assert unconfirmed == [1]
    assert await shell.kept() == ["học"]


async def test_a_process_that_dies_between_commit_and_confirmation_loses_and_doubles_nothing(
    start: Any, fake: FakeTelegram, shell: Shell
) -> None:
    dying: asyncio.Queue[asyncio.Future[None]] = asyncio.Queue()
    first: list[Poller] = []
    shell.intake._wake = lambda _: dying.put_nowait(asyncio.ensure_future(first[0].stop(5)))
    person = fake.person(7)
    for word in ("học", "một", "hai"):
        person.send(word)
    first.append(start())
    async with asyncio.timeout(10):
        await (await dying.get())
    left = [one["message"]["text"] for one in fake.updates.pending]

    start()
    await confirmed(fake)

    assert left == ["học", "một", "hai"]
    assert await shell.kept() == ["học", "một", "hai"]
    assert dying.empty()


async def test_many_that_waited_come_in_by_the_hundred_and_in_order(
    start: Any, fake: FakeTelegram, shell: Shell
) -> None:
    person = fake.person(7)
    for number in range(250):
        person.send(f"{number}")

    start()
    await confirmed(fake)

    assert await shell.kept() == [f"{number}" for number in range(250)]
    assert shell.transactions == 3


async def test_what_nobody_understands_is_passed_over_and_confirmed(
    start: Any, fake: FakeTelegram, shell: Shell
) -> None:
    fake.push("message", {"chat": {"type": "private", "id": "seven"}, "text": 5})
    fake.push("my_chat_member", {"chat": {"type": "supergroup", "id": -100}})
    fake.person(7).send("học")

    start()
    await confirmed(fake)

    assert await shell.kept() == ["học"]


async def test_an_offset_is_given_once_for_numbers_may_begin_again_lower(
    start: Any, serve: Any, shell: Shell, pauses: Pauses
) -> None:
    offsets: list[int | None] = []
    high, low = update(900, "học"), update(5, "một")

    start(await serve([high], [], [low], [], [], offsets=offsets))
    await pauses.until(3)

    assert offsets == [None, 901, None, 6, None]
    assert await shell.kept() == ["học", "một"]


# ---------------------------------------------------------------- ending it


async def test_stopping_ends_the_poll_that_waits_at_once(start: Any, fake: FakeTelegram) -> None:
    poller = start()
    await fake.until(lambda: fake.updates.polls == 2)

    async with asyncio.timeout(2):
        await poller.stop(10)

    assert fake.calls["getUpdates"] == 2


async def test_stopping_ends_a_pause_at_once(
    start: Any, fake: FakeTelegram, pauses: Pauses
) -> None:
    fake.revoked = True
    poller = start()
    await pauses.until(1)

    async with asyncio.timeout(2):
        await poller.stop(10)


async def test_stopping_what_was_never_started_does_nothing(
    fake: FakeTelegram, wire: Wire, shell: Shell
) -> None:
    await Poller(wire, account_of(fake), shell.intake).stop(1)


# ---------------------------------------------------------------- nothing comes


async def test_a_webhook_in_the_way_is_taken_away_and_the_log_says_so(
    start: Any, fake: FakeTelegram, wire: Wire, shell: Shell, log: Log
) -> None:
    await wire.call(account_of(fake), Call("setWebhook", {"url": "http://127.0.0.1:9/hook"}))

    start()
    await fake.until(lambda: not fake.webhook_url)
    fake.person(7).send("học")
    await confirmed(fake)

    assert await shell.kept() == ["học"]
    assert [line["event"] for line in log()] == [WEBHOOK_REMOVED]


async def test_another_machine_with_the_same_token_is_named_once_and_given_way_to(
    start: Any, fake: FakeTelegram, wire: Wire, pauses: Pauses, log: Log
) -> None:
    theirs = Call("getUpdates", {"timeout": 20})
    start()

    for number in range(1, 7):  # ours waits, theirs ends it; then ours ends theirs
        await fake.until(lambda number=number: fake.updates.polls == 2 * number)
        other = asyncio.ensure_future(wire.call(account_of(fake), theirs))
        await pauses.reach(number)
        pauses.let_go()
        await other

    assert pauses.seconds == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0]
    assert [line["event"] for line in log()] == [Trouble.CONFLICT.value]


async def test_a_revoked_token_is_one_sentence_that_says_what_to_do_and_a_minute_between_tries(
    start: Any, fake: FakeTelegram, pauses: Pauses, shell: Shell, log: Log
) -> None:
    fake.revoked = True
    fake.person(7).send("học")

    start()
    await pauses.until(3)
    fake.revoked = False
    pauses.let_go()
    await confirmed(fake)

    assert pauses.seconds == [60.0] * 3
    assert await shell.kept() == ["học"]
    told, over = log()
    assert (told["event"], told["log_level"]) == (Trouble.ACCOUNT.value, "error")
    assert (over["event"], over["log_level"]) == (OVER, "info")


async def test_too_fast_is_answered_with_exactly_the_silence_that_was_asked_for(
    start: Any, fake: FakeTelegram, pauses: Pauses, log: Log
) -> None:
    fake.faults.add(Fault(Kind.STORM, methods=POLLS, times=2, retry_after=7))
    fake.person(7).send("học")

    start()
    await pauses.until(2)
    pauses.let_go()
    await confirmed(fake)

    assert pauses.seconds == [7.0, 7.0]
    assert [line["event"] for line in log()] == [Trouble.THROTTLED.value, OVER]


async def test_an_outage_is_one_warning_however_long_and_however_it_shows(
    start: Any, fake: FakeTelegram, pauses: Pauses, shell: Shell, log: Log
) -> None:
    for first, second in (
        (Kind.BARE_BEFORE, Kind.CUT_BEFORE_ACCEPT),
        (Kind.GARBAGE_AFTER, Kind.CUT_IN_ANSWER),
    ):
        fake.faults.add(Fault(first, calls={1}, methods=POLLS))
        fake.faults.add(Fault(second, calls={2}, methods=POLLS))
    fake.person(7).send("học")
    await fake.go_down()

    start()
    await pauses.until(4)
    await fake.come_up()
    for number in range(5, 9):
        pauses.let_go()
        await pauses.reach(number)
    pauses.let_go()
    await confirmed(fake)

    assert pauses.seconds == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    assert await shell.kept() == ["học"]
    began, over = log()
    assert (began["event"], began["log_level"]) == (Trouble.NETWORK.value, "warning")
    assert (over["event"], over["log_level"]) == (OVER, "info")


async def test_while_the_database_is_locked_nothing_is_confirmed_and_later_everything_is_kept(
    start: Any, fake: FakeTelegram, pauses: Pauses, shell: Shell, log: Log
) -> None:
    person = fake.person(7)
    person.send("học")
    person.send("một")

    with shell.locked():
        start()
        await pauses.until(3)
        left = len(fake.updates.pending)
    pauses.let_go()
    await confirmed(fake)

    assert left == 2
    assert pauses.seconds == [1.0, 2.0, 4.0]
    assert await shell.kept() == ["học", "một"]
    assert [line["event"] for line in log()] == [Trouble.DATABASE.value, OVER]


# ---------------------------------------------------------------- servers that are not quite Telegram


@pytest_asyncio.fixture
async def serve() -> AsyncIterator[Callable[..., Any]]:
    """A Bot API that answers each poll with the next of these results, the last one for ever."""
    async with AsyncExitStack() as stack:

        async def started(*results: object, offsets: list[int | None] | None = None) -> Account:
            left, given = list(results), offsets if offsets is not None else []

            async def answer(request: web.Request) -> web.Response:
                if not request.path.endswith("getUpdates"):
                    return web.json_response({"ok": True, "result": True})
                given.append((await request.json()).get("offset"))
                result = left.pop(0) if len(left) > 1 else left[0]
                return web.json_response({"ok": True, "result": result})

            app = web.Application()
            app.router.add_post("/{what:.*}", answer)
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            url = f"http://127.0.0.1:{runner.addresses[0][1]}/bot1:AAFake"
            return Account("telegram", telegram, url, None, telegram.LIMITS)

        yield started


async def test_a_server_that_does_not_hold_polls_is_not_asked_without_pause(
    start: Any, serve: Any, pauses: Pauses
) -> None:
    start(await serve([]))

    await pauses.until(3)

    assert pauses.seconds == [QUICK_SECONDS] * 3


@pytest.mark.parametrize(
    "result",
    [{}, "no", [None, 3], [{"update_id": True}], [{"update_id": 10**30}], [{"update_id": -5}]],
)
async def test_an_answer_without_one_number_to_confirm_is_asked_for_again_later(
    start: Any, serve: Any, pauses: Pauses, result: object
) -> None:
    start(await serve(result))

    await pauses.until(2)

    assert pauses.seconds == [1.0, 2.0]
