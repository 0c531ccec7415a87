"""What becomes of a row on the road out, for everything that an enforcing Bot API can do to it."""

import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.channels import telegram
from bot.channels._calls import Answer, Call, Outcome, Rejected
from bot.delivery import PAUSE_SECONDS, POLL_SECONDS
from bot.house import Ward
from storage.outbox import Kind
from tests.bot.outgoing import Road, is_quiet, open_road
from tests.fakes.telegram import Fault, Rates
from tests.fakes.telegram import Kind as Trouble

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
PICTURE = {"text": "Xem tranh", "image": {"src": "tranh.png", "alt": "Một bức tranh"}}


@pytest_asyncio.fixture
async def road(ward: Ward, tmp_path: Path) -> AsyncIterator[Road]:
    async with open_road(ward.database, tmp_path) as made:
        yield made


# ---------------------------------------------------------------- accepted, and refused for good


async def test_an_accepted_message_is_sent_with_its_number_and_stands_in_the_history(
    road: Road,
) -> None:
    await road.start()

    (number,) = await road.put(7, "Chào bà con!")
    await road.closed()

    row = await road.row(number)
    assert (row.state, row.platform_id, row.attempts, row.lease_owner) == ("sent", "1", 0, None)
    assert (row.not_before, row.reason) == (None, None)
    assert road.fake.log.texts(7) == ["Chào bà con!"]
    assert await road.history(7) == ["Chào bà con!"]


async def test_what_waited_before_the_start_leaves_in_its_order(road: Road) -> None:
    await road.put(7, "một", "hai", "ba")
    await road.put(8, "bốn")

    await road.start()
    await road.drained()

    assert road.fake.log.texts(7) == ["một", "hai", "ba"] == await road.history(7)
    assert road.fake.log.texts(8) == ["bốn"]


@pytest.mark.parametrize("why", ["blocked", "deactivated", "unknown"])
async def test_who_cannot_be_reached_is_marked_and_what_else_waits_for_them_is_cancelled(
    road: Road, why: str
) -> None:
    getattr(road.fake, why).add(7)
    await road.put(7, "một", "hai")
    await road.put(7, "ba", kind=Kind.ANNOUNCEMENT)
    await road.put(8, "một")

    await road.start()
    rows = await road.closed()

    assert [row.state for row in rows] == ["blocked", "cancelled", "cancelled", "sent"]
    assert rows[0].reason
    assert await road.blocked() == {"7"}
    assert road.fake.calls["sendMessage"] == 2
    assert await road.history(7) == []


async def test_a_refused_message_ends_alone_and_the_next_one_for_the_same_chat_goes(
    road: Road,
) -> None:
    refused, _ = await road.put(7, " ", "hai")

    await road.start()
    await road.closed()

    row = await road.row(refused)
    assert (row.state, row.attempts) == ("refused", 0)
    assert "message text is empty" in row.reason
    assert road.fake.log.texts(7) == ["hai"] == await road.history(7)
    assert await road.blocked() == set()


async def test_five_thousand_blocked_people_in_a_row_hold_nobody_up(road: Road) -> None:
    chats = range(10_000, 15_000)
    road.fake.blocked.update(chats)
    await road.put_all([*chats, 7], ["Thông báo"], Kind.ANNOUNCEMENT)
    start = time.monotonic()

    await road.start()
    await road.fake.until(lambda: road.fake.calls["sendMessage"] == 5001, 40)
    await road.closed()

    assert time.monotonic() - start < 40
    assert await road.states() == Counter(blocked=5000, sent=1)
    assert len(await road.blocked()) == 5000
    assert road.fake.log.texts(7) == ["Thông báo"]
    assert road.fake.calls["sendMessage"] == 5001
    assert road.said("error") == []


async def test_a_message_nobody_can_build_is_refused_and_the_sender_lives_on(road: Road) -> None:
    (broken,) = await road.put_bodies([7], [{"no": "text"}], Kind.REPLY)
    await road.put(7, "hai")

    await road.start()
    await road.closed()

    row = await road.row(broken)
    (error,) = road.said("error")
    assert row.state == "refused"
    assert row.reason == f"error {error['error_id']}"
    assert road.fake.log.texts(7) == ["hai"]


async def test_half_a_letter_in_a_message_is_refused_before_it_leaves(road: Road) -> None:
    (broken,) = await road.put(7, "nửa chữ \ud83d")
    await road.put(7, "hai")

    await road.start()
    await road.closed()

    assert (await road.row(broken)).state == "refused"
    assert road.fake.log.texts(7) == ["hai"]


class Odd:
    """A platform whose reasons no database takes, and whose answers nobody can read."""

    def build(self, key: str, body: dict[str, str], *_: object) -> Call:
        return telegram.build(key, body, {}, Path())

    def read(self, call: Call, answer: Answer) -> Outcome:
        if call.parameters["text"] == "một":
            return Rejected(400, "nửa \ud83d chữ và \0 không")
        raise RuntimeError("nobody can read this")


async def test_a_reason_that_no_database_takes_is_kept_as_far_as_it_can_be_read(
    road: Road,
) -> None:
    (number,) = await road.put(7, "một")

    await road.start(channel=Odd())
    await road.closed()

    row = await road.row(number)
    assert (row.state, row.reason) == ("refused", "nửa ? chữ và  không")


async def test_an_answer_nobody_can_read_leaves_the_row_unknown_and_the_sender_alive(
    road: Road,
) -> None:
    await road.put(7, "hai", kind=Kind.ANNOUNCEMENT)
    await road.put(8, "một")

    await road.start(channel=Odd(), connections=1)
    rows = await road.closed()

    assert [row.state for row in rows] == ["unknown", "refused"]
    assert len(road.said("error")) == 1


# ---------------------------------------------------------------- too fast


async def test_nothing_leaves_before_retry_after_is_over_and_the_message_leaves_then(
    road: Road,
) -> None:
    road.fake.faults.add(Fault(Trouble.STORM, times=1, retry_after=40))
    (number,) = await road.put(7, "một")
    await road.put(8, "hai")
    await road.start(connections=1)
    throttled = (await road.until(lambda rows: rows[0].not_before))[0]

    road.pass_time(40 - 2 * POLL_SECONDS)
    await road.round()
    still = road.fake.calls["sendMessage"]
    road.pass_time(POLL_SECONDS)
    await road.closed()

    row = await road.row(number)
    held = (await road.state()).held_until
    assert (throttled.state, throttled.attempts, still) == ("waiting", 0, 1)
    assert held is not None
    assert abs((throttled.not_before - held).total_seconds()) < 0.5
    assert (row.state, row.attempts) == ("sent", 0)
    assert road.fake.log.texts(7) == ["một"]
    assert road.fake.log.texts(8) == ["hai"]


@pytest.mark.parametrize("count", [1, 12])
async def test_a_storm_of_answers_too_fast_delays_everything_and_doubles_nothing(
    road: Road, count: int
) -> None:
    road.fake.faults.add(Fault(Trouble.STORM, times=count, retry_after=1))
    await road.put_all(range(100, 160), ["Thông báo"], Kind.ANNOUNCEMENT)
    start = time.monotonic()

    await road.start()
    rows = await road.closed()

    assert {(row.state, row.attempts) for row in rows} == {("sent", 0)}
    assert len(road.fake.log.messages) == 60
    assert road.fake.log.doubled() == []
    assert road.fake.log.messages[-1].at - start >= 1
    assert time.monotonic() - start < 10


async def test_a_platform_slower_than_its_own_limit_is_never_called_in_its_silence(
    road: Road,
) -> None:
    road.fake.rates = Rates(5, None, retry_after=1)
    await road.put_all(range(100, 112), ["Thông báo"], Kind.ANNOUNCEMENT)
    start = time.monotonic()

    await road.start(connections=1)
    await road.closed()

    assert (road.fake.throttled, road.fake.early) == (2, 0)
    assert len(road.fake.log.messages) == 12
    assert road.fake.log.doubled() == []
    assert 2 <= time.monotonic() - start < 4.5  # two silences, and hardly more


async def test_the_silence_a_platform_asked_for_is_kept_by_the_next_sender_too(road: Road) -> None:
    road.fake.faults.add(Fault(Trouble.STORM, times=1, retry_after=100))
    await road.put(7, "một")
    first = await road.start()
    await road.until(lambda rows: rows[0].not_before)
    await first.stop(3)
    await road.put(8, "hai")

    await road.start()
    road.pass_time(100 - 2 * POLL_SECONDS)
    await road.round()
    still = road.fake.calls["sendMessage"]
    road.pass_time(POLL_SECONDS)
    await road.closed()

    assert still == 1
    assert road.fake.log.texts(7) == ["một"]
    assert road.fake.log.texts(8) == ["hai"]


# ---------------------------------------------------------------- the account at fault


async def test_a_revoked_token_pauses_the_account_with_one_error_that_says_what_to_do(
    road: Road,
) -> None:
    road.fake.revoked = True
    numbers = await road.put_all(range(100, 140), ["Thông báo"], Kind.ANNOUNCEMENT)
    await road.start()
    await road.until(lambda rows: road.fake.refused and is_quiet(rows))
    for _ in range(2):
        tried = len(road.fake.refused)
        road.pass_time(PAUSE_SECONDS)
        await road.until(lambda rows, n=tried + 1: len(road.fake.refused) == n and is_quiet(rows))

    (error,) = road.said("error")
    pause = await road.state()
    assert error["event"] == "account paused"
    assert "mã" in error["todo"]
    assert road.fake.token not in repr(road.logged)
    assert pause.paused_at is not None
    assert "401" in str(pause.paused_reason)
    assert {row.attempts for row in await road.rows()} == {0}

    road.fake.revoked = False
    road.pass_time(PAUSE_SECONDS)
    await road.closed()

    assert await road.states() == Counter(sent=len(numbers))
    assert road.fake.log.doubled() == []
    assert (await road.state()).paused_at is None
    assert [one["event"] for one in road.said("info")] == ["account works again"]


async def test_a_token_that_is_still_wrong_after_a_restart_is_complained_about_again(
    road: Road,
) -> None:
    road.fake.revoked = True
    await road.put_all([7, 8], ["một"], Kind.REPLY)
    for errors in (1, 2):
        sender = await road.start()
        await road.until(lambda _, n=errors: len(road.said("error")) == n)
        await sender.stop(3)

    assert await road.states() == Counter(waiting=2)
    assert (await road.state()).paused_at is not None


# ---------------------------------------------------------------- what is learnt


async def test_a_picture_is_uploaded_once_and_known_by_its_number_from_then_on(
    road: Road, tmp_path: Path
) -> None:
    (tmp_path / "tranh.png").write_bytes(PNG)
    first = await road.start()
    for chat in (7, 8):
        await road.put_bodies([chat], [PICTURE], Kind.REPLY)
        await road.closed()
    await first.stop(3)
    await road.start()
    await road.put_bodies([9], [PICTURE], Kind.REPLY)
    await road.closed()

    given = [road.fake.log.of(chat)[0].parameters["photo"] for chat in (7, 8, 9)]
    known = list((await road.state()).known.values())
    assert given[0]["name"] == "tranh.png"
    assert given[1:] == known * 2


async def test_a_number_that_is_refused_is_forgotten_and_the_picture_uploaded_again(
    road: Road, tmp_path: Path
) -> None:
    (tmp_path / "tranh.png").write_bytes(PNG)
    await road.start()
    await road.put_bodies([7], [PICTURE], Kind.REPLY)
    await road.closed()
    before = (await road.state()).known
    road.fake.files.clear()
    road.fake.files["photo-x"] = "photo"  # so that the next number is another one

    (number,) = await road.put_bodies([8], [PICTURE], Kind.REPLY)
    await road.closed()

    row, after = await road.row(number), (await road.state()).known
    assert (row.state, row.agains, row.attempts) == ("sent", 1, 0)
    assert road.fake.log.of(8)[0].parameters["photo"]["name"] == "tranh.png"
    assert before.keys() == after.keys()
    assert before != after


async def test_a_picture_that_is_missing_is_refused_and_says_so(road: Road) -> None:
    (number,) = await road.put_bodies([7], [PICTURE], Kind.REPLY)

    await road.start()
    await road.closed()

    row = await road.row(number)
    assert (row.state, row.reason) == ("refused", "no file: FileNotFoundError 2")
    assert road.fake.calls.total() == 0
