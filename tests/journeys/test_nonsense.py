"""300 inputs nobody should send, at every kind of question, through the whole way in and out."""

import pytest
from sqlalchemy import func, select

from storage.tables import Inbox
from tests.handlers.test_understand import KINDS_OF_QUESTION, nonsense
from tests.journeys.conftest import LOCAL, NETWORK


async def parked(ward, clock) -> int:
    """How many messages could not be handled."""
    async with ward.database.reading(clock()) as tx:
        query = select(func.count()).select_from(Inbox).where(Inbox.state == "parked")
        return int((await tx.connection.execute(query)).scalar_one())


@pytest.mark.parametrize("channel", LOCAL)
@pytest.mark.parametrize("before", KINDS_OF_QUESTION.values(), ids=KINDS_OF_QUESTION)
async def test_nonsense_is_kindly_answered_and_nothing_gets_stuck(
    ward, phone, clock, channel, before
):
    person = await phone(channel)
    for number, text in enumerate(nonsense()):
        if number % 30 == 0:
            for one in before:
                await person.send(one)
        answer = await person.send(text)

        assert answer.strip(), repr(text)
    assert await person.send("hỏi tin lạ")
    assert await parked(ward, clock) == 0


@pytest.mark.parametrize("channel", NETWORK)
async def test_nonsense_on_a_platform_is_kindly_answered_as_well(ward, phone, clock, channel):
    """Every input once, at one kind of question after the other, half of them each way in."""
    kinds = list(KINDS_OF_QUESTION.values())
    mine = nonsense()[list(NETWORK).index(channel) :: len(NETWORK)]
    for number, before in enumerate(kinds):
        person = await phone(channel)
        for one in before:
            await person.send(one)
        for text in mine[number :: len(kinds)]:
            answer = await person.send(text)

            assert answer.strip(), repr(text)
        assert await person.send("hỏi tin lạ")
    assert await parked(ward, clock) == 0


@pytest.mark.parametrize("channel", LOCAL)
async def test_nonsense_within_a_second_of_a_talk_that_ended_is_answered_too(phone, channel):
    person = await phone(channel)
    for ended in ("kết quả", "nghỉ"):
        await person.send(ended)

        assert "chưa hiểu ý" in await person.send("xoxo", seconds=1)

    await person.send("mã mời")
    for _ in range(5):
        locked = await person.send("cáo cáo cáo")
    assert "phải chờ" in locked
    assert await person.send("yếm tàu nương", seconds=1)
    assert "phải chờ" in await person.send("mã mời")
