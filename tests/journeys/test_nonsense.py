"""300 inputs nobody should send, at every kind of question, through the whole way in and out."""

import pytest
from sqlalchemy import func, select

from bot.channels import console, web
from storage.tables import Inbox
from tests.handlers.test_understand import KINDS_OF_QUESTION, nonsense


async def parked(ward, clock) -> int:
    """How many messages could not be handled."""
    async with ward.database.reading(clock()) as tx:
        query = select(func.count()).select_from(Inbox).where(Inbox.state == "parked")
        return int((await tx.connection.execute(query)).scalar_one())


@pytest.mark.parametrize("channel", [console.NAME, web.NAME])
@pytest.mark.parametrize("before", KINDS_OF_QUESTION.values(), ids=KINDS_OF_QUESTION)
async def test_nonsense_is_kindly_answered_and_nothing_gets_stuck(
    ward, phone, clock, channel, before
):
    person = phone(channel)
    for number, text in enumerate(nonsense()):
        if number % 30 == 0:
            for one in before:
                await person.send(one)
        answer = await person.send(text)

        assert answer.strip(), repr(text)
    assert await person.send("hỏi tin lạ")
    assert await parked(ward, clock) == 0
