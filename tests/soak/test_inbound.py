"""The judge of updates sees what is handled twice, lost, or answered out of order."""

import random

import pytest

from storage.outbox import Kind, State
from tests.fakes.telegram import Accepted, FakeTelegram
from tests.soak.inbound import PEOPLE, TELLING, Crowd, answer_faults, inbox_faults, told_faults
from tests.soak.stores import Row


def row(number: int, text: str = "a", state: State = State.SENT, *, is_resent: bool = False) -> Row:
    return Row(number, 7, Kind.REPLY, state, is_resent, None, text)


def told(rows: list[Row], texts: str) -> list[str]:
    fake = FakeTelegram()
    for order, text in enumerate(texts):
        fake.log.add(Accepted(order, 0.0, 7, "sendMessage", {"text": text}, order, 1))
    return list(told_faults(rows, fake))


@pytest.mark.parametrize(
    ("rows", "texts"),
    [
        ([row(1), row(2)], "aa"),
        ([row(1), row(2, "b")], "ab"),
        ([row(1, is_resent=True), row(2)], "aaa"),
        ([row(1, is_resent=True), row(2)], "aa"),
        ([row(1, state=State.DROPPED), row(2, "b")], "b"),
        ([row(1, state=State.DROPPED), row(2, "b")], "ab"),
    ],
)
def test_a_chat_may_get_each_answer_as_often_as_its_row_says(rows: list[Row], texts: str) -> None:
    assert told(rows, texts) == []


@pytest.mark.parametrize(
    ("rows", "texts"),
    [
        ([row(1), row(2)], "a"),
        ([row(1), row(2)], "aaa"),
        ([row(1), row(2, "b")], "ba"),
        ([row(1, is_resent=True)], ""),
        ([row(1, state=State.DROPPED)], "aa"),
    ],
)
def test_an_answer_lost_doubled_or_out_of_order_is_named(rows: list[Row], texts: str) -> None:
    assert len(told(rows, texts)) == 1


def test_an_update_lost_waiting_parked_or_from_nowhere_is_named() -> None:
    crowd = Crowd(FakeTelegram(), random.Random(1))
    crowd.updates = [1, 2, 3, 4]

    found = list(
        inbox_faults(crowd, [("1", "done"), ("2", "waiting"), ("3", "parked"), ("5", "done")])
    )

    assert found == [
        "update 2: waiting",
        "update 3: parked",
        "update 4: lost",
        "update 5: nobody sent it",
    ]


def test_an_update_answered_twice_or_never_or_out_of_order_is_named() -> None:
    crowd = Crowd(FakeTelegram(), random.Random(1))
    crowd.deeds[7] = ["photo", "voice"]

    def faults(*rows: Row) -> list[str]:
        return list(answer_faults(crowd, rows))

    heard = row(2, TELLING["voice"])
    assert faults(row(1), heard) == []
    assert len(faults(row(1))) == 1
    assert len(faults(row(1), heard, row(3))) == 1
    assert len(faults(row(1), row(2, "another"))) == 1
    assert len(faults(row(1), row(2, TELLING["voice"], State.WAITING))) == 1


async def test_a_crowd_lets_everybody_act_in_turn() -> None:
    async with FakeTelegram() as fake:
        crowd = Crowd(fake, random.Random(1))

        for _ in range(3 * PEOPLE):
            crowd.act()

        assert {len(deeds) for deeds in crowd.deeds.values()} == {3}
        assert len(set(crowd.updates)) == 3 * PEOPLE
