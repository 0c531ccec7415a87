"""The API the page lives on, over a running server."""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from typing import Any

import pytest

from bot.channels.web import visitor_key
from bot.house import now
from storage import addresses, messages

FIRST_CARD = "Phần 1/5"


async def test_the_first_card_follows_the_first_answer(running: Any) -> None:
    visitor = running.visitor()

    greeting = await visitor.open()
    card = await visitor.tap("learn")

    assert "Chào bà con" in greeting["text"]
    assert [choice["number"] for choice in greeting["choices"]] == ["1", "2", "3"]
    assert FIRST_CARD in card["text"]
    assert card["question"] == card["choices"][0]["tap"].rpartition(":")[0]


async def test_typing_a_number_does_what_the_button_does(running: Any) -> None:
    visitor = running.visitor()
    await visitor.open()

    card = await visitor.say("1")

    assert FIRST_CARD in card["text"]


async def test_the_history_is_there_when_the_page_is_loaded_again(running: Any) -> None:
    visitor = running.visitor()
    await visitor.open()
    await visitor.tap("learn")
    reloaded = visitor.restarted(running.url)

    await reloaded.news()

    assert reloaded.history == visitor.history
    assert [one["from"] for one in reloaded.history] == ["bot", "me", "bot"]


async def test_an_own_message_comes_back_under_the_id_the_page_gave_it(running: Any) -> None:
    visitor = running.visitor()
    await visitor.open()

    await visitor.say("1", id="made by the page")

    mine = next(one for one in visitor.history if one["from"] == "me")
    assert (mine["id"], mine["text"]) == ("made by the page", "1")


async def test_one_message_posted_three_times_is_one_message(running: Any) -> None:
    visitor = running.visitor()
    await visitor.open()
    body = {"id": "once", "text": "1", "seen": visitor.screen["question"]}

    statuses = [(await visitor.post(**body))[0] for _ in range(3)]
    await visitor.answered()
    reloaded = visitor.restarted(running.url)
    await reloaded.news()

    assert statuses == [202, 202, 202]
    assert [one["text"] for one in reloaded.history if one["from"] == "me"] == ["1"]
    assert FIRST_CARD in reloaded.screen["text"]


async def test_the_same_id_of_two_visitors_is_two_messages(running: Any) -> None:
    one, other = running.visitor(), running.visitor()

    for visitor in (one, other):
        await visitor.post(id="same", start=True)

    assert (await one.answered())["text"] == (await other.answered())["text"]


async def test_the_tdp_of_the_link_to_the_page_is_asked_about_after_consent(running: Any) -> None:
    visitor = running.visitor()
    await visitor.post(start=True, tdp="t3")
    await visitor.answered()

    await visitor.tap("learn")
    while visitor.offered == ["next"]:
        await visitor.tap("next")
    await visitor.tap("quiz")
    for answer in ("2", "1", "3"):
        await visitor.say(answer)
    asked = await visitor.tap("agree")
    answer = await visitor.tap("yes")

    assert "Bà con ở Phù Lôi phải không?" in asked["text"]
    assert "Đã ghi: Phù Lôi." in answer["text"]


async def test_a_poll_is_answered_as_soon_as_there_is_news(running: Any) -> None:
    visitor = running.visitor()
    waiting = asyncio.ensure_future(visitor.news())
    await asyncio.sleep(0)

    await visitor.post(start=True)

    found = await asyncio.wait_for(waiting, timeout=10)
    assert "Chào bà con" in found[0]["text"]


async def test_a_poll_with_nothing_new_ends_with_an_empty_answer(start: Any) -> None:
    running = await start(poll_seconds=0.05)
    visitor = running.visitor()
    await visitor.open()

    status, found = await visitor.get(visitor.last)

    assert (status, found) == (200, {"messages": [], "last": visitor.last})


async def test_a_history_that_is_gone_is_told_by_a_smaller_last(running: Any) -> None:
    visitor = running.visitor()

    _, found = await visitor.get(after=700)

    assert found == {"messages": [], "last": 0}


async def test_a_long_history_is_read_in_several_answers(running: Any) -> None:
    visitor = running.visitor()
    await visitor.open()
    address = await address_of(running, visitor)
    async with running.ward.database.transaction(now()) as tx:
        for number in range(450):
            await messages.add(tx, address, is_from_bot=True, body={"text": f"tin {number}"})
    reader = visitor.restarted(running.url)

    while len(reader.history) < 451:
        await reader.news()

    assert [one["text"] for one in reader.history[1:]] == [f"tin {n}" for n in range(450)]


async def test_a_tap_on_an_old_or_foreign_button_shows_the_question_again(running: Any) -> None:
    visitor = running.visitor()
    await visitor.open()
    greeting = visitor.screen["choices"][0]["tap"]
    await visitor.tap("learn")

    for tap in (greeting, "zz:0:learn", "1b:9999:x", "' OR 1=1 --", ":::", "\ud800", "a" * 5000):
        await visitor.post(text="bấm", tap=tap)
        await visitor.answered()

        assert FIRST_CARD in visitor.screen["text"]


NOT_A_MESSAGE = {
    "nothing at all": b"",
    "no JSON": b"hoc",
    "half of an object": b'{"id": "1", "text": "h',
    "a list": b"[]",
    "a number": b"12",
    "a number of 5,000 digits": b"1" * 5000,
    "no UTF-8": b'{"id": "1", "text": "\xff\xfe"}',
    "no id": b'{"text": "hoc"}',
    "an empty id": b'{"id": "", "text": "hoc"}',
    "an id of NULs": b'{"id": "\\u0000\\u0000", "text": "hoc"}',
    "an id that is a number": b'{"id": 7, "text": "hoc"}',
    "an id that is too long": b'{"id": "' + b"x" * 81 + b'"}',
    "lists 40,000 deep": b"[" * 40_000,
}


@pytest.mark.parametrize("raw", NOT_A_MESSAGE.values(), ids=NOT_A_MESSAGE.keys())
async def test_what_is_no_message_is_refused_in_a_sentence(running: Any, raw: bytes) -> None:
    status, found = await running.visitor().post(raw)

    assert status == 400
    assert "mở lại" in found["error"]


KINDLY_ANSWERED = {
    "half of a character": {"text": "h\ud800c"},
    "a NUL": {"text": "h\0c"},
    "nothing": {"text": ""},
    "blanks": {"text": " \n\t "},
    "a number": {"text": 5},
    "a list": {"text": ["học"]},
    "an object": {"text": {"a": 1}, "tap": {"b": 2}, "seen": [3]},
    "no text": {},
    "an unknown field": {"text": "xyz", "admin": True},
    "HTML": {"text": "<script>alert(1)</script>"},
    "SQL": {"text": "'; DROP TABLE people; --"},
    "right to left": {"text": "\u202egnoh\u202c مرحبا"},
    "signs": {"text": "🤷" * 300},
    "the longest text there is": {"text": "x " * 20_000},
}


@pytest.mark.parametrize("body", KINDLY_ANSWERED.values(), ids=KINDLY_ANSWERED.keys())
async def test_any_nonsense_gets_a_kind_answer_and_the_question_stays(
    running: Any, body: dict[str, Any]
) -> None:
    visitor = running.visitor()
    await visitor.open()

    status, _ = await visitor.post(**body, **({} if "seen" in body else {"seen": "x"}))
    answer = await visitor.answered()

    assert status == 202
    assert answer["choices"]
    assert FIRST_CARD in (await visitor.tap("learn"))["text"]


async def test_a_long_text_is_cut_and_a_huge_body_is_refused_kindly(running: Any) -> None:
    visitor = running.visitor()
    await visitor.open()

    await visitor.say("chữ" * 5000)
    status, found = await visitor.post(text="x" * 100 * 1024)

    mine = next(one for one in visitor.history if one["from"] == "me")
    assert len(mine["text"]) == 2000
    assert status == 413
    assert "Chia thành từng đoạn ngắn" in found["error"]


async def test_who_has_no_key_is_asked_to_load_the_page_again(running: Any) -> None:
    for key in ("", "short", "ç" * 43, "a" * 44, "a/b" + "c" * 40):
        visitor = running.visitor()
        visitor.key = key

        assert (await visitor.post(start=True))[0] == 400
        assert "mở lại" in (await visitor.get(after=0))[1]["error"]


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "9" * 40, "²", "", "1' OR '1'='1"])
async def test_a_number_that_is_none_is_refused_in_a_sentence(running: Any, after: str) -> None:
    status, found = await running.visitor().get(after)

    assert status == 400
    assert found["error"]


async def test_who_writes_too_fast_is_told_when_to_try_again(start: Any) -> None:
    running = await start(messages_per_minute=2)
    fast, other = running.visitor(), running.visitor()

    statuses = [await fast.post(text="học") for _ in range(3)]

    assert [status for status, _ in statuses] == [202, 202, 429]
    assert "Chờ một chút" in statuses[2][1]["error"]
    assert 1 <= int(statuses[2][1]["retry_after"]) <= 30
    assert (await other.post(text="học"))[0] == 202


async def test_too_many_strangers_of_one_network_wait_while_known_visitors_go_on(
    start: Any,
) -> None:
    running = await start(new_visitors_per_minute=2)
    known = running.visitor()
    await known.open()
    await running.visitor().open()

    status, found = await running.visitor().post(start=True)

    assert status == 429
    assert "nhiều người cùng vào" in found["error"]
    assert int(found["retry_after"]) >= 1
    assert FIRST_CARD in (await known.tap("learn"))["text"]


async def test_strangers_behind_a_proxy_are_counted_by_their_own_network(start: Any) -> None:
    running = await start(new_visitors_per_minute=1)
    statuses = []

    for address in ("203.0.113.7", "203.0.113.8", "203.0.113.8"):
        visitor = running.visitor()
        headers = {**visitor.headers, "X-Forwarded-For": f"10.0.0.1, {address}"}
        where = f"{running.url}/api/messages"
        async with running.session.post(where, headers=headers, json={"id": "1"}) as answer:
            statuses.append(answer.status)

    assert statuses == [202, 202, 429]


async def test_a_message_that_came_in_is_answered_even_if_nobody_ran_its_turn(start: Any) -> None:
    running = await start()
    visitor = running.visitor()
    body = {"id": "1", "text": "", "start": True}

    await running.server.turns.receive("web", visitor_key(visitor.key), "lost", body)
    running.server._clock.wake()

    assert "Chào bà con" in (await visitor.answered())["text"]


async def test_what_another_process_writes_is_shown_within_a_second(running: Any) -> None:
    visitor = running.visitor()
    await visitor.open()
    address = await address_of(running, visitor)

    delays = [await delay_of_another_process(running, visitor, address) for _ in range(3)]

    assert min(delays) < 1


async def delay_of_another_process(running: Any, visitor: Any, address: int) -> float:
    """The seconds from a commit of another process to the message on the page."""
    database = running.ward.config.database_file
    arguments = (sys.executable, "-c", PUT, str(database), str(address))
    process = await asyncio.create_subprocess_exec(*arguments, stdout=PIPE)
    output, _ = await process.communicate()
    committed_at = float(output)
    await visitor.answered()
    assert visitor.screen["text"] == "tin của tiến trình khác"
    return time.time() - committed_at


PUT = """
import json, sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
body = json.dumps({"text": "tin của tiến trình khác"})
now = database.execute("SELECT created_at FROM outbox LIMIT 1").fetchone()[0]
database.execute(
    "INSERT INTO outbox (account, address_id, kind, body, state, attempts, agains, is_resent, created_at)"
    " VALUES ('web', ?, 0, ?, 'waiting', 0, 0, 0, ?)", (int(sys.argv[2]), body, now))
database.execute("COMMIT")
print(time.time())
database.close()
"""


async def address_of(running: Any, visitor: Any) -> int:
    async with running.ward.database.reading(now()) as tx:
        address = await addresses.find(tx, "web", str(visitor_key(visitor.key)))
    assert address is not None
    return address.id
