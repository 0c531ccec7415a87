"""People reach the bot by polling or webhook as Telegram does it; two real libraries agree with the fake."""

import asyncio
import warnings
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiogram
import pytest
import pytest_asyncio
import telegram
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramForbiddenError, TelegramRetryAfter
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup, Update
from aiohttp import web
from telegram.error import RetryAfter
from telegram.request import HTTPXRequest

from tests.fakes.telegram import Fault, Kind

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
YES_NO = {
    "inline_keyboard": [
        [
            {"text": "1 Có", "callback_data": "t:1:co"},
            {"text": "2 Không", "callback_data": "t:1:khong"},
        ]
    ]
}


def ids(answer: tuple[int, Any]) -> list[int]:
    return [update["update_id"] for update in answer[1]["result"]]


# ---------------------------------------------------------------- getUpdates


async def test_an_update_is_given_again_until_a_larger_offset_comes(fake, post) -> None:
    person = fake.person()
    first, second = person.send("học"), person.send("1")

    assert second == first + 1
    assert ids(await post("getUpdates")) == [first, second]
    assert ids(await post("getUpdates", offset=first)) == [first, second]
    assert ids(await post("getUpdates", offset=first + 1, limit=1)) == [second]
    assert ids(await post("getUpdates", offset=second + 1)) == []
    assert ids(await post("getUpdates", offset=1)) == []


async def test_a_negative_offset_forgets_all_before_it(fake, post) -> None:
    sent = [fake.person().send(str(n)) for n in range(4)]

    assert ids(await post("getUpdates", offset=-2)) == sent[2:]
    assert ids(await post("getUpdates")) == sent[2:]


async def test_a_long_poll_waits_for_the_next_update(fake, post) -> None:
    poll = asyncio.create_task(post("getUpdates", timeout=9))
    await fake.until(lambda: fake.updates.polls)

    sent = fake.person().send("học")

    assert ids(await poll) == [sent]


async def test_a_newer_poll_ends_the_older_one(fake, post) -> None:
    older = asyncio.create_task(post("getUpdates", timeout=9))
    await fake.until(lambda: fake.updates.polls)

    newer = await post("getUpdates", timeout=0)
    status, answer = await older

    assert newer[0] == 200
    assert status == 409
    assert "terminated by other getUpdates request" in answer["description"]


async def test_only_allowed_kinds_are_kept_from_then_on(fake, post) -> None:
    person = fake.person()
    await post("getUpdates", allowed_updates=["my_chat_member"])
    person.send("học")

    blocked = person.block()

    assert ids(await post("getUpdates")) == [blocked]


async def test_an_answer_that_is_lost_confirms_nothing(fake, post) -> None:
    sent = fake.person().send("học")
    fake.faults.add(Fault(Kind.BARE_AFTER, methods={"getUpdates"}, times=1))
    with pytest.raises(Exception, match="mimetype"):
        await post("getUpdates")

    assert ids(await post("getUpdates")) == [sent]


# ---------------------------------------------------------------- webhook


@dataclass(slots=True)
class Hook:
    """A bot's end of a webhook, which answers as it is told."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    took: list[tuple[str | None, Any]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        self.took.append((secret, await request.json()))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)


@pytest_asyncio.fixture
async def hook() -> AsyncIterator[Hook]:
    hook = Hook()
    app = web.Application()
    app.router.add_post("/telegram", hook.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
    yield hook
    await runner.cleanup()


async def test_a_webhook_gets_the_secret_and_repeats_until_taken(fake, post, hook) -> None:
    hook.statuses = [500, 404]
    await post("setWebhook", url=hook.url, secret_token="kin-dao")

    person = fake.person()
    sent = [person.send("học"), person.send("1")]
    await fake.until(lambda: not fake.updates.pending)

    assert fake.hooks == [(sent[0], 500), (sent[0], 404), (sent[0], 200), (sent[1], 200)]
    assert {secret for secret, _ in hook.took} == {"kin-dao"}
    assert hook.took[0][1] == hook.took[2][1]


async def test_one_chat_that_is_refused_holds_nobody_else_up(fake, post, hook) -> None:
    hook.statuses = [503]
    await post("setWebhook", url=hook.url)
    first, second = fake.person(), fake.person()

    slow, quick = first.send("a"), second.send("b")
    await fake.until(lambda: not fake.updates.pending)

    assert sorted(fake.hooks) == sorted([(slow, 503), (slow, 200), (quick, 200)])


async def test_no_polling_while_a_webhook_is_set(fake, post, hook) -> None:
    await post("setWebhook", url=hook.url)
    refused = await post("getUpdates")
    info = await post("getWebhookInfo")
    await post("deleteWebhook", drop_pending_updates=True)

    assert refused[0] == 409
    assert "while webhook is active" in refused[1]["description"]
    assert info[1]["result"]["url"] == hook.url
    assert (await post("getUpdates"))[0] == 200
    assert (await post("getWebhookInfo"))[1]["result"]["url"] == ""


async def test_what_waited_is_posted_once_a_webhook_is_set(fake, post, hook) -> None:
    sent = fake.person().send("học")

    await post("setWebhook", url=hook.url)
    await fake.until(lambda: not fake.updates.pending)
    fake.repeat(sent)
    await fake.until(lambda: len(fake.hooks) == 2)

    assert fake.hooks == [(sent, 200)] * 2


# ---------------------------------------------------------------- people


async def test_a_person_reads_the_screen_and_taps_a_button(fake, post) -> None:
    person = fake.person()
    await post("sendMessage", chat_id=person.id, text="Bác có\nmuốn học?", reply_markup=YES_NO)

    seen = await person.answered()
    person.tap("Có")
    query = (await post("getUpdates"))[1]["result"][0]["callback_query"]
    spinning = set(person.spinning)
    await post("answerCallbackQuery", callback_query_id=query["id"], text="Vâng")

    assert seen.screen == "Bác có muốn học? [1 Có] [2 Không]"
    assert query["data"] == "t:1:co"
    assert query["message"]["text"] == "Bác có\nmuốn học?"
    assert spinning == {query["id"]}
    assert not person.spinning
    assert person.toasts == ["Vâng"]


@pytest.mark.parametrize(("button", "data"), [("2 Không", "khong"), ("2", "khong"), (1, "co")])
async def test_a_button_is_found_by_label_beginning_and_place(fake, post, button, data) -> None:
    person = fake.person()
    await post("sendMessage", chat_id=person.id, text="Chọn", reply_markup=YES_NO)

    person.tap(button)

    assert fake.updates.pending[-1]["callback_query"]["data"] == f"t:1:{data}"


async def test_waiting_for_an_answer_ends_by_itself(fake) -> None:
    with pytest.raises(TimeoutError):
        await fake.person().answered(seconds=0.01)


async def test_a_person_reads_on_until_the_words_come(fake, post) -> None:
    person = fake.person()
    for text in ("một", "hai", "ba"):
        await post("sendMessage", chat_id=person.id, text=text)

    seen = await person.sees("hai")

    assert seen.text == "hai"
    assert [one.text for one in person.unread()] == ["ba"]


async def test_somebody_who_blocked_is_refused_until_they_come_back(fake, post) -> None:
    person = fake.person()
    person.block()
    refused, _ = await post("sendMessage", chat_id=person.id, text="a")
    person.come_back()
    taken, _ = await post("sendMessage", chat_id=person.id, text="a")

    changes = [update["my_chat_member"] for update in fake.updates.pending]
    assert (refused, taken) == (403, 200)
    assert [one["new_chat_member"]["status"] for one in changes] == ["kicked", "member"]


async def test_both_libraries_read_every_update_of_a_person(fake, post) -> None:
    person = fake.person()
    await post("sendMessage", chat_id=person.id, text="Chọn", reply_markup=YES_NO)
    person.start("tdp-1")
    person.send("chữ")
    person.edit("chữ mới")
    for do in (person.photo, person.sticker, person.voice, person.document, person.block):
        do()
    person.come_back()
    person.tap(1)
    person.say(location={"latitude": 21.2, "longitude": 106.1})

    for body in fake.updates.pending:
        theirs = Update.model_validate(body)
        second = telegram.Update.de_json(body, None)

        assert theirs.update_id == second.update_id == body["update_id"]
        assert theirs.event_type in body
        assert second.effective_user.id == person.id
    assert len(fake.updates.pending) == 11


# ---------------------------------------------------------------- two libraries


@pytest_asyncio.fixture
async def first(fake) -> AsyncIterator[aiogram.Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(fake.base))
    bot = aiogram.Bot(fake.token, session=session)
    yield bot
    await session.close()


@pytest_asyncio.fixture
async def second(fake) -> AsyncIterator[telegram.Bot]:
    request = [HTTPXRequest(httpx_kwargs={"trust_env": False}) for _ in range(2)]
    async with telegram.Bot(
        fake.token, f"{fake.base}/bot", request=request[0], get_updates_request=request[1]
    ) as bot:
        yield bot


async def test_aiogram_sends_and_receives_through_the_fake(fake, first) -> None:
    person = fake.person()
    button = InlineKeyboardButton(text="Có", callback_data="t:1:co")
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[button]])

    me = await first.get_me()
    sent = await first.send_message(person.id, "Chào bác", reply_markup=keyboard)
    picture = await first.send_photo(person.id, BufferedInputFile(PNG, "a.png"), caption="Hình")
    person.tap("Có", on=person.seen[0])
    (update,) = await first.get_updates(timeout=5)
    await first.answer_callback_query(update.callback_query.id)
    await first.send_chat_action(person.id, "typing")

    assert me.id == 123456789
    assert sent.text == person.seen[0].text == "Chào bác"
    assert picture.photo[0].file_id in fake.files
    assert update.callback_query.data == "t:1:co"
    assert not person.spinning


async def test_python_telegram_bot_sends_and_receives_through_the_fake(fake, second) -> None:
    person = fake.person()
    buttons = [[telegram.InlineKeyboardButton("Có", callback_data="t:1:co")]]

    sent = await second.send_message(
        person.id, "Chào bác", reply_markup=telegram.InlineKeyboardMarkup(buttons)
    )
    document = await second.send_document(person.id, b"a,b", filename="so.csv")
    await second.set_my_commands([("hoc", "Vào học")])
    person.send("học")
    (update,) = await second.get_updates(timeout=5)

    assert second.bot.username == "hocso_test_bot"
    assert sent.text == person.seen[0].text
    assert document.document.file_id in fake.files
    assert fake.commands == [{"command": "hoc", "description": "Vào học"}]
    assert update.message.text == "học"


async def test_both_libraries_understand_what_is_refused(fake, first, second) -> None:
    fake.blocked.add(7)
    with pytest.raises(TelegramForbiddenError):
        await first.send_message(7, "a")
    fake.faults.add(Fault(Kind.STORM, times=2, retry_after=4))
    with pytest.raises(TelegramRetryAfter) as of_first:
        await first.send_message(8, "a")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it announces a change of the type of retry_after
        with pytest.raises(RetryAfter) as of_second:
            await second.send_message(8, "a")
        assert of_first.value.retry_after == of_second.value.retry_after == 4
