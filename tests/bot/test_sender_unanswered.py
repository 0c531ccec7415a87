"""Rows that reach nobody, and rows whose answer is lost: what is sent again, and what never is."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.channels import telegram
from bot.house import Ward
from storage.outbox import Kind
from tests.bot.outgoing import Road, is_quiet, open_road
from tests.fakes.telegram import Fault, Rates
from tests.fakes.telegram import Kind as Trouble


@pytest_asyncio.fixture
async def road(ward: Ward, tmp_path: Path) -> AsyncIterator[Road]:
    async with open_road(ward.database, tmp_path) as made:
        yield made


# ---------------------------------------------------------------- nobody reached


async def test_while_nobody_is_reached_one_row_tries_and_only_its_attempts_count(
    road: Road,
) -> None:
    await road.fake.go_down()
    await road.put_all(range(100, 120), ["Thông báo"], Kind.ANNOUNCEMENT)
    await road.start(connections=1)
    tried = [await road.until(lambda rows: sum(row.attempts for row in rows) == 1)]
    for probe, pause in enumerate((1, 2, 4), 2):
        road.pass_time(pause)
        rows = await road.until(lambda rows, n=probe: sum(row.attempts for row in rows) == n)
        tried.append(rows)

    await road.fake.come_up()
    road.pass_time(8)
    road.pass_time(60)
    await road.closed()

    assert all(max(row.attempts for row in rows) == 1 for rows in tried)
    assert [row.not_before is not None for row in tried[-1]] == [True] * 4 + [False] * 16
    assert {row.state for rows in tried for row in rows} <= {"waiting", "sending"}
    assert await road.states() == Counter(sent=20)
    assert road.fake.log.doubled() == []
    assert len(road.fake.log.messages) == 20


async def test_an_outage_under_full_load_loses_nothing_and_doubles_nothing(road: Road) -> None:
    road.fake.latency = 0.02
    await road.put_all(range(100, 400), ["Thông báo"], Kind.ANNOUNCEMENT)
    await road.start()
    await road.fake.until(lambda: len(road.fake.log.messages) >= 50)

    await road.fake.go_down()
    await road.until(lambda rows: any(row.attempts for row in rows))
    await road.fake.come_up()
    while any(row.state in {"waiting", "sending"} for row in await road.rows()):
        await road.round()

    rows = await road.rows()
    accepted = {call.chat_id for call in road.fake.log.messages}
    lost = [row for row in rows if int(row.key) not in accepted and row.state != "unknown"]
    assert {row.state for row in rows} <= {"sent", "unknown"}  # cut while they were on their way
    assert sum(row.state == "unknown" for row in rows) <= 32
    assert lost == []
    assert road.fake.log.doubled() == []


async def test_a_row_that_reaches_nobody_ten_times_gives_up(road: Road) -> None:
    await road.fake.go_down()
    (number,) = await road.put(7, "một")
    await road.start()

    for attempt in range(1, 10):
        await road.until(lambda rows, n=attempt: rows[0].attempts == n)
        road.pass_time(3700)
    await road.closed()

    row = await road.row(number)
    assert row.state == "gave_up"
    assert row.reason.startswith("ClientConnectorError")


# ---------------------------------------------------------------- no answer

CUTS = (
    Trouble.CUT_ON_ARRIVAL,
    Trouble.CUT_IN_BODY,
    Trouble.CUT_BEFORE_ACCEPT,
    Trouble.CUT_AFTER_ACCEPT,
    Trouble.CUT_IN_ANSWER,
    Trouble.BARE_BEFORE,
    Trouble.BARE_AFTER,
    Trouble.GARBAGE_AFTER,
)


async def unknown(road: Road, kind: Kind, trouble: Trouble, times: int = 1) -> int:
    """A row whose answer is lost."""
    road.fake.faults.add(Fault(trouble, times=times))
    (number,) = await road.put(7, "một", kind=kind)
    await road.start()
    await road.until(lambda rows: rows[0].state == "unknown")
    return number


@pytest.mark.parametrize("trouble", CUTS)
async def test_wherever_the_answer_is_lost_a_reply_is_unknown_and_goes_once_more(
    road: Road, trouble: Trouble
) -> None:
    number = await unknown(road, Kind.REPLY, trouble)
    reason = (await road.row(number)).reason

    await road.round()
    await road.until(lambda rows: rows[0].state == "sent")

    row = await road.row(number)
    assert reason
    assert (row.is_resent, row.attempts) == (True, 0)
    assert road.fake.log.texts(7) == ["một"] * (
        2 if "after" in trouble or "answer" in trouble else 1
    )
    assert await road.history(7) == ["một"]


@pytest.mark.parametrize(
    ("kind", "ends"),
    [(Kind.ALERT, "sent"), (Kind.ANNOUNCEMENT, "unknown"), (Kind.REMINDER, "dropped")],
    ids=str,
)
async def test_what_a_lost_answer_means_depends_on_the_kind_of_message(
    road: Road, kind: Kind, ends: str
) -> None:
    number = await unknown(road, kind, Trouble.CUT_AFTER_ACCEPT)

    await road.round()
    await road.drained()

    row = await road.row(number)
    assert row.state == ends
    assert len(road.fake.log.of(7)) == (2 if ends == "sent" else 1)


async def test_a_reply_does_not_go_again_to_who_has_written_since(road: Road) -> None:
    number = await unknown(road, Kind.REPLY, Trouble.CUT_AFTER_ACCEPT)

    await road.heard(7)
    await road.round()
    await road.drained()

    assert (await road.row(number)).state == "dropped"
    assert road.fake.log.texts(7) == ["một"]


@pytest.mark.parametrize("kind", [Kind.REPLY, Kind.ALERT])
async def test_what_is_lost_twice_does_not_go_a_third_time(road: Road, kind: Kind) -> None:
    number = await unknown(road, kind, Trouble.CUT_AFTER_ACCEPT, times=2)

    await road.round()
    await road.until(lambda rows: rows[0].is_resent and rows[0].state == "unknown")
    await road.round()
    await road.drained()

    assert (await road.row(number)).state == "dropped"
    assert len(road.fake.log.of(7)) == 2


async def test_a_chat_whose_answer_was_lost_rests_as_if_it_had_been_accepted(road: Road) -> None:
    road.fake.rates = Rates(None, 1.0)
    road.fake.faults.add(Fault(Trouble.CUT_AFTER_ACCEPT, times=1))
    await road.put(7, "một", "hai", kind=Kind.ANNOUNCEMENT)

    await road.start(limits=telegram.LIMITS)
    await road.closed()

    assert road.fake.throttled == 0
    assert road.fake.log.texts(7) == ["một", "hai"]
    assert road.fake.log.closest() >= 1


async def test_answers_that_say_nothing_end_in_a_pause_and_few_rows_are_unknown(
    road: Road,
) -> None:
    road.fake.faults.add(Fault(Trouble.BARE_BEFORE))
    await road.put_all(range(100, 300), ["Thông báo"], Kind.ANNOUNCEMENT)
    await road.start(connections=8)
    first = await paused(road, 3)
    road.pass_time(1)
    second = await paused(road, first + 1)

    road.fake.faults.clear()
    road.pass_time(2)
    rows = await road.closed()

    assert first <= 3 + 8
    assert second == first + 1  # one call at a time
    assert Counter(row.state for row in rows) == Counter(unknown=second, sent=200 - second)
    assert len(road.fake.log.messages) == 200 - second


async def paused(road: Road, at_least: int) -> int:
    """Wait until so many rows are unknown and none is on its way; returns how many."""
    rows = await road.until(
        lambda rows: sum(row.state == "unknown" for row in rows) >= at_least and is_quiet(rows)
    )
    return sum(row.state == "unknown" for row in rows)


@pytest.mark.parametrize("trouble", [Trouble.CUT_BEFORE_ACCEPT, Trouble.CUT_AFTER_ACCEPT])
async def test_the_parts_of_a_reply_stay_in_order_when_the_first_ones_answer_is_lost(
    road: Road, trouble: Trouble
) -> None:
    road.fake.faults.add(Fault(trouble, times=1))
    await road.put(7, "một", "hai", "ba")

    await road.start()
    await road.until(lambda rows: rows[0].state == "unknown")
    await road.round()
    await road.closed()

    texts = road.fake.log.texts(7)
    assert texts[-3:] == ["một", "hai", "ba"]
    assert texts[:-3] == ["một"] * (trouble is Trouble.CUT_AFTER_ACCEPT)
