"""The fake Bot API refuses what the real one refuses, and fails exactly as it was told to."""

import asyncio
import io
import time

import aiohttp
import pytest

from tests.fakes.telegram import FakeTelegram, Fault, Kind, Log, Rates

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
BUTTON = {"text": "Có", "callback_data": "t:1:co"}
CHAT = 5


def keyboard(*rows):
    return {"inline_keyboard": list(rows)}


async def test_an_accepted_message_stands_in_the_log_and_is_answered(fake, post) -> None:
    status, answer = await post("sendMessage", chat_id=CHAT, text="Chào bác")

    call = fake.log.accepted[0]
    assert status == 200
    assert answer["result"]["text"] == "Chào bác"
    assert answer["result"]["message_id"] == call.message_id
    assert (call.order, call.chat_id, call.method, call.connection) == (1, 5, "sendMessage", 1)
    assert call.parameters == {"chat_id": 5, "text": "Chào bác"}


@pytest.mark.parametrize(
    ("method", "parameters", "words"),
    [
        ("sendMessage", {"text": "a"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": 5}, "message text is empty"),
        ("sendMessage", {"chat_id": 5, "text": " \n"}, "message text is empty"),
        ("sendMessage", {"chat_id": 5, "text": "a" * 4097}, "message is too long"),
        ("sendMessage", {"chat_id": 5, "text": "🙂" * 2049}, "message is too long"),
        ("sendMessage", {"chat_id": 5, "text": 7}, "text must be String"),
        ("sendMessage", {"chat_id": True, "text": "a"}, "chat_id must be Integer or String"),
        ("sendMessage", {"chat_id": "nobody", "text": "a"}, "chat not found"),
        ("sendMessage", {"chat_id": 5, "text": "a", "txt": "b"}, "unknown parameter txt"),
        ("sendMessage", {"chat_id": 5, "text": "a", "protect_content": "true"}, "must be Boolean"),
        ("sendMessage", {"chat_id": 5, "text": "a", "parse_mode": "Text"}, "parse_mode"),
        ("sendMessage", {"chat_id": 5, "text": "a", "reply_markup": [[]]}, "reply_markup must be"),
        ("sendPhoto", {"chat_id": 5, "photo": "no-such-file"}, "wrong file identifier"),
        ("sendPhoto", {"chat_id": 5}, "photo is required"),
        ("sendPhoto", {"chat_id": 5, "photo": "x", "caption": "a" * 1025}, "caption is too long"),
        ("sendChatAction", {"chat_id": 5, "action": "dance"}, "wrong parameter action"),
        ("answerCallbackQuery", {"callback_query_id": "7"}, "query is too old"),
        (
            "answerCallbackQuery",
            {"callback_query_id": "7", "text": "a" * 201},
            "message is too long",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "Học", "description": "x"}]},
            "COMMAND_INVALID",
        ),
        ("setMyCommands", {"commands": [{"command": "hoc", "description": ""}]}, "DESCRIPTION"),
        ("setMyCommands", {"commands": [{}] * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ("setMyCommands", {"commands": [], "scope": {"type": "all"}}, "BotCommandScope"),
        ("setWebhook", {"url": "http://example.org/x"}, "An HTTPS URL must be provided"),
        ("setWebhook", {"url": "https://example.org:81/x"}, "only on ports"),
        ("setWebhook", {"url": "", "secret_token": "a b"}, "unallowed characters"),
        ("setWebhook", {"url": "", "secret_token": "a" * 257}, "not 1-256"),
        ("setWebhook", {"url": "", "max_connections": 101}, "not 1-100"),
        ("getUpdates", {"limit": 0}, "not 1-100"),
        ("getUpdates", {"allowed_updates": ["mesage"]}, "mesage"),
    ],
)
async def test_a_wrong_call_is_refused_as_a_bad_request(
    fake, post, method, parameters, words
) -> None:
    status, answer = await post(method, **parameters)

    assert status == answer["error_code"] == 400
    assert answer["ok"] is False
    assert answer["description"].startswith("Bad Request: ")
    assert words in answer["description"]
    assert not fake.log.accepted


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        (keyboard([{**BUTTON, "callback_data": "x" * 65}]), "BUTTON_DATA_INVALID"),
        (keyboard([{**BUTTON, "callback_data": "ữ" * 22}]), "BUTTON_DATA_INVALID"),
        (keyboard([{**BUTTON, "callback_data": ""}]), "BUTTON_DATA_INVALID"),
        (keyboard([{"text": "Có"}]), "Text buttons are unallowed"),
        (keyboard([{"callback_data": "x"}]), 'Can\'t find field "text"'),
        (keyboard([{**BUTTON, "color": "red"}]), "unknown field color"),
        (keyboard(*[[BUTTON]] * 101), "reply markup is too long"),
        ({"inline_keyboard": [BUTTON]}, "array of arrays expected"),
        ({"buttons": []}, "object expected as reply markup"),
    ],
)
async def test_a_wrong_keyboard_is_refused_as_well(fake, post, markup, words) -> None:
    status, answer = await post("sendMessage", chat_id=CHAT, text="Chọn", reply_markup=markup)

    assert status == 400
    assert words in answer["description"]


async def test_what_is_just_within_every_limit_is_accepted(fake, post) -> None:
    full = keyboard(*[[{"text": "Có", "callback_data": "ữ" * 21 + "x"}]] * 100)
    commands = [{"command": f"c{n}", "description": "d" * 256} for n in range(100)]

    assert (await post("sendMessage", chat_id=CHAT, text="🙂" * 2048, reply_markup=full))[0] == 200
    assert (await post("setMyCommands", commands=commands))[0] == 200
    assert (await post("setWebhook", url="", secret_token="a" * 256, max_connections=100))[0] == 200
    assert fake.commands == commands


async def test_wrong_tokens_and_unknown_methods_get_their_own_answers(fake, http) -> None:
    async with http.post(f"{fake.base}/bot1:wrong/getMe") as response:
        assert response.status == 401
        assert await response.json() == {
            "ok": False,
            "error_code": 401,
            "description": "Unauthorized",
        }
    async with http.post(f"{fake.url}/sendRocket") as response:
        assert response.status == 404
    fake.revoked = True
    async with http.get(f"{fake.url}/getme") as response:
        assert response.status == 401


async def test_query_form_and_json_say_the_same(fake, http) -> None:
    markup = '{"inline_keyboard": [[{"text": "Có", "callback_data": "x"}]]}'
    given = {"chat_id": "5", "text": "Chào", "protect_content": "True", "reply_markup": markup}
    with aiohttp.MultipartWriter("form-data") as parts:
        for name, value in given.items():
            part = parts.append(value)
            part.set_content_disposition("form-data", name=name)

    for sent in ({"params": given}, {"data": given}, {"data": parts}):
        async with http.post(f"{fake.url}/sendMessage", **sent) as response:
            assert response.status == 200, await response.text()

    assert len(fake.log.doubled()[0]) == 3
    assert fake.log.accepted[0].parameters["chat_id"] == 5
    assert fake.log.accepted[0].parameters["protect_content"] is True


async def test_an_uploaded_picture_may_be_sent_again_by_its_file_id(fake, http, post) -> None:
    form = aiohttp.FormData({"chat_id": "5", "caption": "Xem hình"})
    form.add_field("photo", io.BytesIO(PNG), filename="a.png", content_type="image/png")
    async with http.post(f"{fake.url}/sendPhoto", data=form) as response:
        answer = await response.json()
    file_id = answer["result"]["photo"][-1]["file_id"]

    again, _ = await post("sendPhoto", chat_id=CHAT, photo=file_id)
    as_file, _ = await post("sendDocument", chat_id=CHAT, document=file_id)

    first = fake.log.messages[0].parameters["photo"]
    assert (first["name"], first["size"]) == ("a.png", len(PNG))
    assert (again, as_file) == (200, 400)


@pytest.mark.parametrize(("content", "words"), [(b"<svg/>", "IMAGE_PROCESS"), (b"", "non-empty")])
async def test_a_picture_that_is_none_is_refused(fake, http, content, words) -> None:
    form = aiohttp.FormData({"chat_id": "5"})
    form.add_field("photo", content, filename="a.svg", content_type="image/svg+xml")

    async with http.post(f"{fake.url}/sendPhoto", data=form) as response:
        assert words in (await response.json())["description"]


async def test_people_who_are_gone_are_refused_by_name(fake, post) -> None:
    fake.blocked.add(1)
    fake.deactivated.add(2)
    fake.unknown.add(3)

    answers = [await post("sendMessage", chat_id=chat, text="a") for chat in (1, 2, 3)]

    assert [(status, answer["description"]) for status, answer in answers] == [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: user is deactivated"),
        (400, "Bad Request: chat not found"),
    ]
    assert [one[2] for one in fake.refused] == [403, 403, 400]


# ---------------------------------------------------------------- rates


async def test_over_the_rate_everything_is_held_for_retry_after(fake, post) -> None:
    fake.rates = Rates(per_second=3, seconds_per_chat=None, retry_after=1)

    answers = [await post("sendMessage", chat_id=chat, text="a") for chat in range(1, 5)]
    held = await post("sendChatAction", chat_id=9, action="typing")
    poll = await post("getUpdates")

    assert [status for status, _ in answers] == [200, 200, 200, 429]
    assert answers[3][1]["parameters"] == {"retry_after": 1}
    assert (held[0], poll[0]) == (429, 200)
    assert (fake.throttled, fake.early) == (2, 1)
    assert fake.log.worst_window() == 3


async def test_after_the_hold_messages_are_taken_again(fake, post) -> None:
    fake.rates = Rates(per_second=1, seconds_per_chat=None, retry_after=1)
    await post("sendMessage", chat_id=1, text="a")
    await post("sendMessage", chat_id=2, text="a")

    start = time.monotonic()
    while (await post("sendMessage", chat_id=3, text="a"))[0] == 429:
        assert time.monotonic() - start < 5

    assert time.monotonic() - start > 0.9
    assert fake.log.worst_window() == 1


async def test_one_chat_gets_one_message_a_second(fake, post) -> None:
    fake.rates = Rates(per_second=30, seconds_per_chat=1.0)
    await post("sendMessage", chat_id=1, text="a")

    other = await post("sendMessage", chat_id=2, text="a")
    same = await post("sendMessage", chat_id=1, text="b")

    assert (other[0], same[0]) == (200, 429)
    assert same[1]["description"] == "Too Many Requests: retry after 3"
    assert fake.log.closest() == float("inf")


# ---------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("kind", "is_accepted"),
    [
        (Kind.CUT_ON_ARRIVAL, False),
        (Kind.CUT_IN_BODY, False),
        (Kind.CUT_BEFORE_ACCEPT, False),
        (Kind.CUT_AFTER_ACCEPT, True),
        (Kind.CUT_IN_ANSWER, True),
    ],
)
async def test_a_cut_connection_gives_no_answer(fake, post, kind, is_accepted) -> None:
    fake.faults.add(Fault(kind, calls={2}))
    await post("sendMessage", chat_id=1, text="một")

    with pytest.raises(aiohttp.ClientError):
        await post("sendMessage", chat_id=1, text="hai")
    await post("sendMessage", chat_id=1, text="ba")

    assert fake.log.texts(1) == (["một", "hai", "ba"] if is_accepted else ["một", "ba"])
    assert fake.log.messages[-1].connection == fake.connections == 2


async def test_a_large_body_can_be_cut_in_its_middle(fake, http) -> None:
    fake.faults.add(Fault(Kind.CUT_IN_BODY, at_byte=1000))
    form = aiohttp.FormData({"chat_id": "5"})
    form.add_field("photo", io.BytesIO(PNG + bytes(9_000_000)), filename="a.png")

    with pytest.raises((aiohttp.ClientError, ConnectionError)):
        await http.post(f"{fake.url}/sendPhoto", data=form)

    assert fake.calls["sendPhoto"] == 1
    assert not fake.log.accepted


@pytest.mark.parametrize(
    ("kind", "status", "is_accepted"),
    [(Kind.BARE_BEFORE, 502, False), (Kind.BARE_AFTER, 502, True), (Kind.GARBAGE_AFTER, 200, True)],
)
async def test_a_bare_answer_says_nothing_readable(fake, http, kind, status, is_accepted) -> None:
    fake.faults.add(Fault(kind))
    async with http.post(f"{fake.url}/sendMessage", json={"chat_id": 1, "text": "a"}) as response:
        body = await response.text()

    assert (response.status, body.startswith("<html>")) == (status, True)
    assert len(fake.log.accepted) == is_accepted


@pytest.mark.parametrize(
    ("kind", "is_accepted"), [(Kind.HANG_BEFORE, False), (Kind.HANG_AFTER, True)]
)
async def test_a_hanging_call_is_never_answered(fake, http, kind, is_accepted) -> None:
    fake.faults.add(Fault(kind))
    patience = aiohttp.ClientTimeout(total=0.3)

    with pytest.raises(TimeoutError):
        await http.post(
            f"{fake.url}/sendMessage", json={"chat_id": 1, "text": "a"}, timeout=patience
        )

    assert len(fake.log.accepted) == is_accepted


async def test_a_storm_of_three_answers_is_over_after_three(fake, post) -> None:
    fake.faults.add(Fault(Kind.STORM, times=3, retry_after=7))

    answers = [await post("sendMessage", chat_id=1, text=str(n)) for n in range(5)]

    assert [status for status, _ in answers] == [429, 429, 429, 200, 200]
    assert answers[0][1]["parameters"]["retry_after"] == 7
    assert fake.throttled == 3


async def test_a_fault_counts_only_its_own_chats_and_methods(fake, post) -> None:
    fake.faults.add(Fault(Kind.UNAUTHORIZED, chats={7}, calls={2}))
    chats = (7, 1, 7, 7)

    statuses = [(await post("sendMessage", chat_id=chat, text="a"))[0] for chat in chats]
    typing, _ = await post("sendChatAction", chat_id=7, action="typing")

    assert statuses == [200, 200, 401, 200]
    assert typing == 200


async def test_chance_is_the_same_chance_every_time() -> None:
    struck = []
    for _ in range(2):
        plan = FakeTelegram(seed=4).faults
        plan.add(Fault(Kind.CUT_AFTER_ACCEPT, probability=0.1))
        hits = [plan.struck((Kind.CUT_AFTER_ACCEPT,), "sendMessage", n) for n in range(1000)]
        struck.append([n for n, hit in enumerate(hits) if hit])

    assert struck[0] == struck[1]
    assert 70 < len(struck[0]) < 130


def test_a_cut_on_arrival_cannot_know_its_chat() -> None:
    with pytest.raises(ValueError, match="the chat is not known"):
        Fault(Kind.CUT_ON_ARRIVAL, chats={1})


async def test_latency_is_the_wait_before_every_answer(fake, post) -> None:
    fake.latency = 0.1
    fake.blocked.add(2)
    start = time.monotonic()
    sends = [post("sendMessage", chat_id=chat, text="a") for chat in (1, 2, 3)]

    await asyncio.gather(*sends)

    assert 0.1 <= time.monotonic() - start < 1.0


async def test_a_server_that_is_down_refuses_connections_and_comes_up_again(fake, post) -> None:
    await post("sendMessage", chat_id=1, text="a")
    await fake.go_down()
    async with aiohttp.ClientSession() as fresh:
        with pytest.raises(aiohttp.ClientConnectorError):
            await fresh.get(f"{fake.url}/getMe")

    await fake.come_up()
    await post("sendMessage", chat_id=1, text="c")

    assert fake.log.texts(1) == ["a", "c"]


# ---------------------------------------------------------------- the judge


async def test_the_log_in_a_file_is_the_log(tmp_path, http) -> None:
    path = tmp_path / "log.jsonl"
    async with FakeTelegram(log_file=path) as fake:
        fake.faults.add(Fault(Kind.CUT_AFTER_ACCEPT))
        with pytest.raises(aiohttp.ClientError):
            await http.post(f"{fake.url}/sendMessage", json={"chat_id": 1, "text": "Chào"})

        assert Log.read(path).accepted == fake.log.accepted
        assert fake.log.texts(1) == ["Chào"]


async def test_the_judge_names_what_came_twice_and_how_close(fake, post) -> None:
    for chat, text in ((1, "a"), (2, "a"), (1, "b"), (1, "a")):
        await post("sendMessage", chat_id=chat, text=text)

    (twice,) = fake.log.doubled()

    assert [call.order for call in twice] == [1, 4]
    assert 0 < fake.log.closest() < 1
    assert fake.log.worst_window() == 4
