"""What comes in is handled once and in order; where that fails, something kind is said and life goes on."""

import asyncio
import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.bell import Bell
from bot.house import Ward, now
from bot.logs import configure_logs
from bot.server import parsers
from bot.turns import Turns
from handlers._effects import phrase
from handlers._talk import Talk
from storage import export, inbox
from storage._secrets import sealed
from storage.tables import Addresses, ClockRuns, Inbox, Table
from storage.tables_staff import TeamItems

OF_THE_CLOCK = {ClockRuns.__tablename__, TeamItems.__tablename__}
SECRET = "bà Lan ở số nhà 12"


@pytest.fixture(autouse=True)
def _logs() -> None:
    """As the server logs; the default of the library prints every local variable, all lessons among them."""
    configure_logs()


async def change(running: Any, *statements: str) -> None:
    """Change the database's tables from outside, while the server runs."""
    await asyncio.to_thread(run, running.ward.config.database_file, statements)


def run(file: Path, statements: tuple[str, ...]) -> None:
    with closing(sqlite3.connect(file, timeout=20)) as database:
        for statement in statements:
            database.execute(statement)


async def parked(running: Any) -> list[str]:
    async with running.ward.database.reading(now()) as tx:
        found = await tx.connection.exec_driver_sql(
            "SELECT error_id FROM inbox WHERE state = ?", (inbox.PARKED,)
        )
        return [row[0] for row in found]


async def test_a_turn_that_fails_is_answered_kindly_and_the_question_stays(
    running: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    visitor = running.visitor()
    await visitor.open()
    configure_logs()  # to the stderr that is captured
    await change(running, "ALTER TABLE attempts RENAME TO lost")

    answer = await visitor.tap("learn")
    await change(running, "ALTER TABLE lost RENAME TO attempts")
    greeting = next(one for one in visitor.history if one.get("choices"))
    await visitor.post(text="1", tap=greeting["choices"][0]["tap"])

    (error_id,) = await parked(running)
    lines = [json.loads(one) for one in capsys.readouterr().err.splitlines()]
    (line,) = [one for one in lines if "error_id" in one]  # the clock may have told of the disk
    assert answer["text"] == running.ward.book.render(phrase("engine.trouble"))
    assert (line["event"], line["error_id"]) == ("turn failed", error_id)
    assert "Phần 1/5" in (await visitor.answered())["text"]


async def test_the_second_failure_in_a_row_ends_the_talk(running: Any) -> None:
    visitor = running.visitor()
    await visitor.open()
    tap = visitor.screen["choices"][0]["tap"]
    await change(running, "ALTER TABLE attempts RENAME TO lost")

    said = []
    for _ in range(2):
        await visitor.post(text="Học một bài ngắn", tap=tap)
        said.append((await visitor.answered())["text"])

    book = running.ward.book
    assert said == [
        book.render(phrase("engine.trouble")),
        book.render(phrase("engine.trouble_ended")),
    ]
    assert len(await parked(running)) == 2


async def test_the_log_of_a_failure_holds_nothing_that_was_said(
    running: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    visitor = running.visitor()
    await visitor.open()
    configure_logs()  # to the stderr that is captured
    await change(running, "ALTER TABLE talks RENAME TO lost_talks")

    await visitor.post(text=SECRET)
    await change(running, "ALTER TABLE lost_talks RENAME TO talks")
    running.server._clock.wake()
    await visitor.answered()

    assert "Lan" not in capsys.readouterr().err


async def test_what_an_address_waits_for_is_handled_in_the_order_it_came_in(running: Any) -> None:
    visitor = running.visitor()
    await visitor.open()

    await visitor.post(text="1", seen=visitor.screen["question"])
    await asyncio.gather(*(visitor.post(text="nhắc lại", tap="?:0:?") for _ in range(5)))
    while len(visitor.history) < 13:
        await visitor.news()

    numbers = [message["n"] for message in visitor.history]
    assert numbers == sorted(numbers)
    assert [one["from"] for one in visitor.history].count("bot") == 7
    assert "Phần 1/5" in visitor.screen["text"]


async def test_a_card_number_is_masked_before_it_is_kept(running: Any) -> None:
    visitor = running.visitor()
    await visitor.open()

    answer = await visitor.say("thẻ của tôi 9704 3600 1234 5678 901")

    everything = json.dumps(await end_state(running.ward), ensure_ascii=False)
    assert "Đừng gửi những số đó cho ai" in answer["text"]
    assert "thẻ của tôi •••" in everything
    assert "1234" not in everything.replace(" ", "")


async def test_the_token_of_an_invite_is_kept_by_its_seal_alone(ward: Ward) -> None:
    turns, token = Turns(ward, parsers(ward), Bell(), now), "A1" * 12

    await turns.receive("web", "a visitor", "1", {"text": "", "start": f"moi-{token}"})

    async with ward.database.reading(now()) as tx:
        bodies = (await tx.connection.scalars(select(Inbox.body))).all()
        carried = (await tx.connection.scalars(select(Addresses.came_by))).all()
    assert bodies == [{"text": "", "start": True}]
    assert carried == [f"moi-{sealed(ward.house, 'invite', token)}"]
    assert token not in str(carried)


# ---------------------------------------------------------------- three times and shuffled


async def test_events_delivered_three_times_and_shuffled_leave_the_same_end_state(
    start: Any,
) -> None:
    once, thrice = await start(), await start()
    chance = random.Random(20261122)

    expected = await taught(once, lambda _visitors: [])
    found = await taught(thrice, lambda posted: [chance.choice(posted) for _ in range(4)])

    assert found == expected
    assert expected["events"]["passed"] == 2


async def taught(running: Any, repeats: Any) -> dict[str, Any]:
    """Four people take a lesson at the same time; after every message, `repeats` of all are posted again."""
    posted: list[tuple[Any, dict[str, Any]]] = []
    people = [running.visitor() for _ in range(4)]
    await asyncio.gather(*(journey(one, n, posted, repeats) for n, one in enumerate(people)))
    await again(posted)
    return {
        "history": [[(m["from"], m["text"]) for m in one.history] for one in people],
        **await counted(running.ward),
    }


async def journey(
    visitor: Any, number: int, posted: list[tuple[Any, dict[str, Any]]], repeats: Any
) -> None:
    """Two agree and say where they live, one declines, one leaves in the middle."""
    end = {2: ["2"], 3: []}.get(number, ["1", "phu loi", "1", "bà Lan", "3"])
    answers = ["1", "1", "1", "1", "1", "1", "2", "1", "3"][: 4 if number == 3 else None]
    bodies: list[dict[str, Any]] = [{"start": True}, *({"text": one} for one in answers + end)]
    for at, body in enumerate(bodies):
        seen = visitor.screen.get("question") if visitor.history else None
        sent = {"id": f"{at}", "seen": seen, **body}
        posted.append((visitor, sent))
        await asyncio.gather(*(visitor.post(**sent) for _ in range(3 if repeats(posted) else 1)))
        await visitor.answered()
        await again(repeats(posted))


async def again(posted: list[tuple[Any, dict[str, Any]]]) -> None:
    await asyncio.gather(*(visitor.post(**sent) for visitor, sent in posted))


async def counted(ward: Any) -> dict[str, Any]:
    """What is kept, without numbers and times that differ from run to run."""
    tables = await end_state(ward)
    codes = sorted(row["code"] for row in tables["events"])
    return {
        "events": {code: codes.count(code) for code in codes},
        "rows": {name: len(rows) for name, rows in tables.items()},
        "talks": sorted(name_of(row["talk"]) for row in tables["talks"]),
        "consents": sorted((row["purpose"], row["answer"]) for row in tables["consents"]),
        "counts": sorted((row["code"], row["count"]) for row in tables["daily_counts"]),
        "states": sorted({row["state"] for row in tables["inbox"] + tables["outbox"]}),
    }


def name_of(talk: str) -> str:
    read = Talk.read(talk)
    assert read is not None
    return read.name


async def end_state(ward: Any) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, but those of the clock, which go by the hour of the test."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in Table.metadata.tables}
    async with ward.database.reading(now()) as tx:
        async for name, row in export.tables(tx):
            found[name].append(row)
    return {name: rows for name, rows in found.items() if name not in OF_THE_CLOCK}
