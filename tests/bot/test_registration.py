"""Where updates are posted to and what the menu is: told until Telegram has answered."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
import structlog

from bot._sections import Telegram
from bot.asking import OVER, Trouble
from bot.channels import telegram
from bot.channels._calls import Call
from bot.house import Ward
from bot.registration import Registration
from bot.wire import Wire
from tests.bot.incoming import MENU, OURS, Pauses, Shell, account_of, serving
from tests.fakes.telegram import NO_LIMITS, TOKEN, FakeTelegram, Fault, Kind


@pytest.fixture
def shell(ward: Ward) -> Shell:
    return Shell(ward)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest_asyncio.fixture
async def url(shell: Shell) -> AsyncIterator[str]:
    async with serving(shell) as where:
        yield where


@pytest_asyncio.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(rates=NO_LIMITS, webhook_retry_seconds=0.02) as server:
        yield server


@pytest_asyncio.fixture
async def wire() -> AsyncIterator[Wire]:
    made = Wire()
    yield made
    await made.close()


@pytest_asyncio.fixture
async def register(
    wire: Wire, fake: FakeTelegram, pauses: Pauses
) -> AsyncIterator[Callable[..., Registration]]:
    """Tell the fake where updates are to be posted to."""
    async with AsyncExitStack() as stack:

        def registered(url: str | None, menu: Call = MENU) -> Registration:
            hook = {"webhook_url": f"{url}/telegram", "webhook_secret": OURS} if url else {}
            config = Telegram.model_validate({"token": TOKEN, **hook})
            made = Registration(wire, account_of(fake), config, menu, pause=pauses)
            stack.push_async_callback(made.stop, 5)
            made.start()
            return made

        yield registered


async def test_updates_come_by_webhook_once_it_is_registered_and_the_menu_is_told(
    url: str, register: Any, fake: FakeTelegram, shell: Shell
) -> None:
    person = fake.person(7)
    person.send("học")

    register(url)
    await fake.until(lambda: fake.commands and not fake.updates.pending)

    hook = fake.updates.hook
    assert (hook.url, hook.secret, hook.max_connections) == (f"{url}/telegram", OURS, 40)
    assert fake.updates.allowed == {
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
    }
    assert await shell.kept() == ["học"]
    assert fake.commands == MENU.parameters["commands"]


async def test_without_a_webhook_the_menu_alone_is_told_and_once(
    register: Any, fake: FakeTelegram
) -> None:
    register(None)

    await fake.until(lambda: fake.commands)

    assert fake.commands == MENU.parameters["commands"]
    assert (fake.calls["setMyCommands"], fake.calls["setWebhook"]) == (1, 0)


async def test_a_menu_that_finds_nobody_is_tried_again_and_nobody_hears_of_it(
    register: Any, fake: FakeTelegram, pauses: Pauses
) -> None:
    fake.faults.add(Fault(Kind.BARE_BEFORE, calls={1, 2}, methods={"setMyCommands"}))

    with structlog.testing.capture_logs() as lines:
        register(None)
        await pauses.until(2)
        pauses.let_go()
        await fake.until(lambda: fake.commands)

    assert pauses.seconds == [2.0, 4.0]
    assert lines == []


async def test_a_menu_that_telegram_refuses_is_said_with_its_reason_and_not_tried_again(
    register: Any, fake: FakeTelegram, pauses: Pauses
) -> None:
    wrong = Call("setMyCommands", {"commands": [{"command": "học", "description": "Học"}]})

    with structlog.testing.capture_logs() as lines:
        told = register(None, wrong)
        await asyncio.wait_for(told._task, 10)

    (line,) = lines
    assert line["event"] == Trouble.REFUSED.value
    assert "Bad Request" in line["reason"]
    assert pauses.seconds == []


async def test_telegram_repeats_what_the_locked_database_refused_and_nothing_is_lost(
    url: str, register: Any, fake: FakeTelegram, shell: Shell
) -> None:
    register(url)
    person = fake.person(7)
    await fake.until(lambda: fake.commands)

    with shell.locked():
        for number in range(5):
            person.send(f"{number}")
        await fake.until(lambda: len(fake.hooks) >= 2)
    await fake.until(lambda: not fake.updates.pending)

    assert fake.hooks[0][1] == 503
    assert await shell.kept() == ["0", "1", "2", "3", "4"]


async def test_registering_is_tried_until_telegram_answers_and_is_said_once(
    url: str, register: Any, fake: FakeTelegram, pauses: Pauses
) -> None:
    everything = {"setWebhook"}
    fake.faults.add(Fault(Kind.BARE_BEFORE, calls={1}, methods=everything))
    fake.faults.add(Fault(Kind.STORM, calls={2}, methods=everything, retry_after=4))
    fake.faults.add(Fault(Kind.UNAUTHORIZED, calls={3}, methods=everything))

    with structlog.testing.capture_logs() as lines:
        register(url)
        await pauses.until(3)
        pauses.let_go()
        await fake.until(lambda: fake.commands)

    assert pauses.seconds == [1.0, 4.0, 60.0]
    assert [line["event"] for line in lines] == [
        Trouble.NETWORK.value,
        Trouble.THROTTLED.value,
        Trouble.ACCOUNT.value,
        OVER,
    ]


async def test_the_secret_is_in_no_repr_of_what_is_registered(
    wire: Wire, fake: FakeTelegram
) -> None:
    section = {"token": TOKEN, "webhook_url": "https://a.vn", "webhook_secret": OURS}
    config = Telegram.model_validate(section)

    made = Registration(wire, account_of(fake), config, MENU)

    shown = f"{config!r} {made._webhook!r} {account_of(fake)!r}"
    assert OURS not in shown
    assert TOKEN not in shown
    assert telegram.NAME in shown
