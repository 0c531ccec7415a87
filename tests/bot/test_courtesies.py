"""The answer to a button, and “typing” for whoever waits: at most once, and nobody hears of their failure."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from bot.channels._calls import Call
from bot.network import MAX_COURTESIES, Courtesies
from bot.wire import Wire
from tests.bot.incoming import TYPING, account_of
from tests.fakes.telegram import NO_LIMITS, FakeTelegram, Fault, Kind

ANSWER = Call("answerCallbackQuery", {"callback_query_id": "17"})
ANSWERS = frozenset({"answerCallbackQuery"})
SOON = 0.05


@pytest_asyncio.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(rates=NO_LIMITS) as server:
        yield server


@pytest_asyncio.fixture
async def courtesies(fake: FakeTelegram) -> AsyncIterator[Courtesies]:
    wire = Wire()
    made = Courtesies(wire, (account_of(fake),), typing_seconds=SOON)
    yield made
    await made.stop()
    await wire.close()


async def test_a_courtesy_is_made_at_once_and_once(
    courtesies: Courtesies, fake: FakeTelegram
) -> None:
    courtesies.send("telegram", ANSWER)
    await fake.until(lambda: fake.calls["answerCallbackQuery"])
    await asyncio.gather(*courtesies._running)

    assert fake.calls.total() == 1
    assert not courtesies._running


async def test_beyond_the_bound_a_courtesy_is_left_out_and_never_made_later(
    courtesies: Courtesies, fake: FakeTelegram
) -> None:
    hanging = fake.faults.add(Fault(Kind.SLOW, methods=ANSWERS, seconds=0.3))

    for _ in range(3 * MAX_COURTESIES):
        courtesies.send("telegram", ANSWER)
    await fake.until(lambda: hanging.struck == MAX_COURTESIES)
    await asyncio.gather(*courtesies._running)

    assert fake.calls["answerCallbackQuery"] == MAX_COURTESIES
    fake.faults.clear()
    courtesies.send("telegram", ANSWER)
    await asyncio.gather(*courtesies._running)
    assert fake.calls["answerCallbackQuery"] == MAX_COURTESIES + 1


FAILURES = (
    Kind.CUT_ON_ARRIVAL,
    Kind.CUT_IN_BODY,
    Kind.CUT_BEFORE_ACCEPT,
    Kind.CUT_AFTER_ACCEPT,
    Kind.CUT_IN_ANSWER,
    Kind.BARE_BEFORE,
    Kind.GARBAGE_AFTER,
    Kind.STORM,
    Kind.UNAUTHORIZED,
)


@pytest.mark.parametrize("trouble", FAILURES)
async def test_nobody_hears_of_a_courtesy_that_failed(
    courtesies: Courtesies, fake: FakeTelegram, caplog: pytest.LogCaptureFixture, trouble: Kind
) -> None:
    caplog.set_level(logging.INFO)
    fake.faults.add(Fault(trouble, methods=ANSWERS))

    with capture_logs() as logged:
        courtesies.send("telegram", ANSWER)
        found = await asyncio.gather(*courtesies._running, return_exceptions=True)

    assert not any(isinstance(one, BaseException) for one in found)
    assert (logged, caplog.text) == ([], "")


async def test_neither_a_platform_that_is_gone_nor_a_call_that_is_no_json_is_heard_of(
    courtesies: Courtesies, fake: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    await fake.go_down()

    courtesies.send("telegram", ANSWER)
    courtesies.send("telegram", Call("answerCallbackQuery", {"callback_query_id": object()}))
    found = await asyncio.gather(*courtesies._running, return_exceptions=True)

    assert not any(isinstance(one, BaseException) for one in found)
    assert caplog.text == ""


async def test_a_stop_gives_up_what_hangs_and_leaves_nothing_running(
    courtesies: Courtesies, fake: FakeTelegram
) -> None:
    fake.faults.add(Fault(Kind.HANG_BEFORE, methods=ANSWERS))
    for _ in range(5):
        courtesies.send("telegram", ANSWER)
    await fake.until(lambda: fake.calls["answerCallbackQuery"] == 5)

    async with asyncio.timeout(2):
        await courtesies.stop()

    assert not courtesies._running


async def test_whoever_waits_long_for_an_answer_sees_that_one_is_coming(
    courtesies: Courtesies, fake: FakeTelegram
) -> None:
    courtesies.send("telegram", TYPING)
    assert not fake.calls

    await fake.until(lambda: fake.calls["sendChatAction"])
    await asyncio.gather(*courtesies._running)

    assert fake.calls.total() == 1


async def test_an_answer_that_leaves_in_time_makes_typing_needless(
    courtesies: Courtesies, fake: FakeTelegram
) -> None:
    other = Call(TYPING.method, {**TYPING.parameters, "chat_id": 8})

    courtesies.send("telegram", TYPING)
    courtesies.send("telegram", TYPING)
    courtesies.send("telegram", other)
    courtesies.answered(str(TYPING.parameters["chat_id"]))
    await fake.until(lambda: fake.calls["sendChatAction"])
    await asyncio.gather(*courtesies._running)

    assert fake.calls.total() == 1
    assert not courtesies._waited_for
