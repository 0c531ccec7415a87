"""Updates of every shape Telegram's types allow, words and buttons among them: nobody is ever left stuck."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiogram.types
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.bell import Bell
from bot.channels import telegram
from bot.channels._calls import Call
from bot.house import Ward
from bot.intake import Intake
from bot.server import SPLITTERS, parsers
from bot.turns import Turns
from storage import addresses
from storage.tables import Inbox, Outbox
from tests.bot.channels.test_telegram_updates import objects
from tests.handlers.test_understand import KINDS_OF_QUESTION, nonsense
from tests.journeys.conftest import Clock
from tests.opened import Opened

WORDS = sorted({word for before in KINDS_OF_QUESTION.values() for word in before})
ANSWERS = (
    "1",
    "2",
    "3",
    "0",
    "đồng ý",
    "không lưu",
    "xóa hết",
    "phu loi",
    "dừng",
    "/hoc",
    "/start",
)
NONSENSE = nonsense()
UPDATES = st.one_of(
    objects(aiogram.types.Update, 3),
    st.builds(dict, message=objects(aiogram.types.Message, 2)),
    st.builds(dict, callback_query=objects(aiogram.types.CallbackQuery, 2)),
)
MOVES = st.one_of(
    st.builds(dict, update=UPDATES),
    st.builds(dict, words=st.sampled_from(ANSWERS) | st.sampled_from(WORDS)),
    st.builds(dict, number=st.integers(0, len(NONSENSE) - 1)),
    st.builds(dict, button=st.integers(0, 30)),
    st.builds(dict, again=st.just(value=True)),
)
PAUSES = st.sampled_from([0, 1, 60, 60, 60, 13 * 3600])
"""Within one thought, as people go on, and after a question went stale."""


@dataclass(slots=True)
class Chat:
    """One person's private chat, from the update to the outbox."""

    turns: Turns
    clock: Clock
    number: int
    update_ids: Any
    buttons: list[str] = field(default_factory=list)
    newest: dict[str, Any] = field(default_factory=dict)
    read: int = 0

    async def move(
        self,
        *,
        update: Any = None,
        words: str = "",
        number: int = -1,
        button: int = -1,
        again: bool = False,
    ) -> None:
        """Make one move: an update as it is, words, nonsense by its number, a button, or the same again."""
        words = words if number < 0 else NONSENSE[number]
        if update is not None:
            self.newest = _owned(update, self.number)
        elif button >= 0 and self.buttons:
            self.newest = {"callback_query": self._press(self.buttons[button % len(self.buttons)])}
        elif not again:
            self.newest = {"message": self._message(text=words)}
        if not again:
            self.newest = {**self.newest, "update_id": next(self.update_ids)}
        await self._take(self.newest)

    async def _take(self, update: dict[str, Any]) -> None:
        woken: list[int] = []
        intake = Intake(self.turns, woken.append, _is_courtesy)
        await intake.take(telegram.NAME, telegram.events(update))
        for address in woken:
            await self.turns.run(address)

    async def said(self) -> list[dict[str, Any]]:
        """What waits to be sent since it was read last; each row becomes a call."""
        async with self.turns.ward.database.reading(self.clock()) as tx:
            address = await addresses.find(tx, telegram.NAME, str(self.number))
            mine = Outbox.address_id == (address.id if address else 0)
            query = select(Outbox.id, Outbox.body).where(mine, Outbox.id > self.read)
            found = (await tx.connection.execute(query.order_by(Outbox.id))).all()
        self.read = max([self.read, *(row.id for row in found)])
        for row in found:
            telegram.build(str(self.number), row.body, {}, self.turns.ward.config.content_folder)
            self.buttons += [choice["tap"] for choice in row.body.get("choices", ())]
        return [row.body for row in found]

    async def parked(self) -> list[str]:
        """The error ids of their messages that could not be handled."""
        async with self.turns.ward.database.reading(self.clock()) as tx:
            address = await addresses.find(tx, telegram.NAME, str(self.number))
            mine = Inbox.address_id == (address.id if address else 0)
            query = select(Inbox.error_id).where(mine, Inbox.state == "parked")
            return list(await tx.connection.scalars(query))

    def _message(self, **content: Any) -> dict[str, Any]:
        person = {"id": self.number, "is_bot": False, "first_name": "Tư"}
        chat = {"id": self.number, "type": "private", "first_name": "Tư"}
        return {"message_id": 1, "date": 1, "from": person, "chat": chat, **content}

    def _press(self, data: str) -> dict[str, Any]:
        message = self._message(text="cũ")
        return {
            "id": "1",
            "from": message["from"],
            "chat_instance": "c",
            "message": message,
            "data": data,
        }


def _owned(value: Any, number: int) -> Any:
    """The same update as it comes from another person's chat."""
    if isinstance(value, list):
        return [_owned(one, number) for one in value]
    if not isinstance(value, dict):
        return value
    return {k: number if (k, v) == ("id", 7) else _owned(v, number) for k, v in value.items()}


def _is_courtesy(account: str, call: Call) -> None:
    assert (account, call.method in {"sendChatAction", "answerCallbackQuery"}) == (
        telegram.NAME,
        True,
    )


@pytest.fixture
def new_chat(ward: Ward, clock: Clock) -> Callable[[], Chat]:
    """Another person's chat, all of them with one ward, whose doors are open."""
    turns = Turns(ward, parsers(ward), Bell(), clock, SPLITTERS, Opened())
    numbers, update_ids = count(1001), count(1)
    return lambda: Chat(turns, clock, next(numbers), update_ids)


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        HealthCheck.data_too_large,
    ],
)
@given(moves=st.lists(st.tuples(MOVES, PAUSES), max_size=10))
async def test_after_any_updates_nothing_is_parked_and_a_word_still_gets_an_answer(
    new_chat: Callable[[], Chat], moves: list[tuple[dict[str, Any], int]]
) -> None:
    chat = new_chat()
    with capture_logs() as logged:
        for move, seconds in moves:
            chat.clock.go_on(seconds=seconds)
            await chat.move(**move)
            await chat.said()
        chat.clock.go_on(seconds=60)

        await chat.move(words="học")
        answer = await chat.said()

    assert (await chat.parked(), logged) == ([], [])
    assert answer
    assert answer[-1]["text"].strip()
