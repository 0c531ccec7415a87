"""Turns that fail: nothing is lost, something kind is said, and life goes on."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.house import now
from bot.logs import configure_logs
from storage import inbox

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

    answer = await visitor.tap("Học một bài ngắn")
    await change(running, "ALTER TABLE lost RENAME TO attempts")
    greeting = next(one for one in visitor.history if one.get("choices"))
    await visitor.post(text="1", tap=greeting["choices"][0]["tap"])

    (error_id,) = await parked(running)
    (line,) = [json.loads(one) for one in capsys.readouterr().err.splitlines()]
    assert "Trợ lý bị trục trặc" in answer["text"]
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

    assert "chưa làm được việc vừa rồi" in said[0]
    assert "nên dừng phần này lại" in said[1]
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
