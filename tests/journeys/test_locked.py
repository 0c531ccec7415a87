"""The database is locked by another process: nothing is lost, and the answer comes later."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy.exc import OperationalError

from storage import inbox


async def test_a_message_waits_while_the_database_is_locked_and_is_answered_after(
    ward, phone, turns, clock
):
    person = await phone("web")
    await person.send("xin chào")
    ward.database._writers._busy_seconds = 0.02
    clock.go_on(seconds=60)
    address = await turns.receive("web", person.key, "later", {"text": "1"})

    with closing(sqlite3.connect(ward.config.data / "hocso.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            await turns.run(address)
        other.rollback()
    async with ward.database.reading(clock()) as tx:
        waiting = await inbox.waiting(tx)
    clock.go_on(seconds=60)
    await turns.run(address)

    assert waiting == (address,)
    assert "Phần 1/5" in await person.come_back()
