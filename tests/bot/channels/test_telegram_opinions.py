"""Our calls as two others see them: aiogram's methods, and python-telegram-bot's Bot.

Where HOCSO_TELEGRAM_SPEC names a machine-readable Bot API, every call is checked against that as well.
"""

import asyncio
import json
import os
import re
from pathlib import Path

import aiogram.methods
import aiogram.types
import pytest
import telegram as ptb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from telegram.request import BaseRequest

import lessons
from bot.channels import telegram
from bot.channels._calls import Call

BOUNDED = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    folder = tmp_path_factory.mktemp("media")
    (folder / "a.png").write_bytes(b"a picture")
    (folder / "a.mp3").write_bytes(b"a sound")
    return folder


# ---------------------------------------------------------------- messages, and the calls they become

WORDS = st.text("abế😀 .\n<*_[`{&", max_size=200)
CHOICES = st.lists(
    st.tuples(st.text("abế ?", min_size=1, max_size=40), st.sampled_from([1, 20, 60, 60, 60, 61])),
    max_size=12,
)


def to_body(text, choices, times, *, image, audio, file, is_several):
    body = {"text": text * times}
    if choices:
        body["choices"] = [
            {"number": str(n), "label": label, "tap": f"t:1:{'k' * size}"}
            for n, (label, size) in enumerate(choices, start=1)
        ]
        body["question"] = "t:1"
    if is_several:
        body["several"] = True
    if image:
        body["image"] = {"src": "a.png", "alt": "ảnh"}
    if audio:
        body["audio"] = "a.mp3"
    if file:
        body["file"] = {"name": "a.json", "mime": "application/json", "text": '{"a": "ế"}'}
    return body


BODIES = st.builds(
    to_body,
    WORDS,
    CHOICES,
    st.sampled_from([1, 1, 50]),
    image=st.booleans(),
    audio=st.booleans(),
    file=st.booleans(),
    is_several=st.booleans(),
)


def calls_of(body, media, known=None):
    return [telegram.build("7", row, known or {}, media) for row in telegram.rows(body)]


def by_id(body, media):
    """The same calls once more, when every file is there already."""
    uploads = [call.upload for call in calls_of(body, media) if call.upload]
    return calls_of(body, media, dict.fromkeys(uploads, "ID1"))


@pytest.fixture(scope="module")
def side_calls():
    """The courtesies, and the menu."""
    intents = lessons.load(Path(lessons.__file__).parent).intents
    chat = {"id": 7, "type": "private"}
    person = {"id": 7, "is_bot": False}
    message = {"chat": chat, "from": person, "text": "a"}
    query = {"id": "1", "from": person, "message": {"chat": chat}, "data": "t:1:a"}
    found = [
        call
        for update in ({"message": message}, {"callback_query": query})
        for event in telegram.events({"update_id": 1, **update})
        for call in event.courtesies
    ]
    return [*found, telegram.menu(intents.menu())]


# ---------------------------------------------------------------- the first opinion on calls


def strange_names(model):
    """What a pydantic model was given and has no field for, at any depth."""
    found = list(model.model_extra or {})
    for value in vars(model).values():
        parts = value if isinstance(value, list) else [value]
        flat = [one for part in parts for one in (part if isinstance(part, list) else [part])]
        found += [name for one in flat if isinstance(one, BaseModel) for name in strange_names(one)]
    return found


def as_aiogram_reads(call: Call):
    given = dict(call.parameters)
    if call.attachment is not None:
        content = call.attachment.content
        raw = content.read_bytes() if isinstance(content, Path) else content
        given[call.attachment.field] = aiogram.types.BufferedInputFile(raw, call.attachment.name)
    method = getattr(aiogram.methods, call.method[0].upper() + call.method[1:])
    return method.model_validate(given)


def agrees_with_aiogram(call: Call):
    read = as_aiogram_reads(call)
    field = {call.attachment.field} if call.attachment else set()

    assert strange_names(read) == []
    dumped = read.model_dump(mode="json", exclude_unset=True, by_alias=True, exclude=field)
    assert dumped == dict(call.parameters)


@BOUNDED
@given(body=BODIES)
def test_aiogram_reads_every_call_as_its_own_method(media, body):
    for call in (*calls_of(body, media), *by_id(body, media)):
        agrees_with_aiogram(call)


def test_aiogram_reads_courtesies_and_the_menu_as_its_own_methods(side_calls):
    assert [call.method for call in side_calls] == [
        "sendChatAction",
        "answerCallbackQuery",
        "setMyCommands",
    ]
    for call in side_calls:
        agrees_with_aiogram(call)


# ---------------------------------------------------------------- the second opinion on calls


class Recorder(BaseRequest):
    """Keeps what python-telegram-bot would put on the wire, and answers as Telegram does."""

    def __init__(self):
        self.sent = []

    read_timeout = 1.0

    async def initialize(self):
        pass

    async def shutdown(self):
        pass

    async def do_request(self, url, method, request_data=None, *_args, **_more):
        files = {
            name: (file[0], file[1], file[2])
            for name, file in (request_data.multipart_data or {}).items()
        }
        self.sent.append((url.rpartition("/")[2], request_data.parameters, files))
        result = {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}}
        return 200, json.dumps({"ok": True, "result": result}).encode()


def ptb_keyboard(row):
    """The buttons of a row, made of its choices by the other library's classes."""
    choices = row.get("choices", ())
    buttons = [
        ptb.InlineKeyboardButton(
            f"{one['number']}. {one['label']}" if row.get("buttons") == "labels" else one["number"],
            callback_data=one["tap"],
        )
        for one in choices
    ]
    match row.get("buttons"):
        case "labels":
            return ptb.InlineKeyboardMarkup.from_column(buttons)
        case "numbers":
            return ptb.InlineKeyboardMarkup(
                [buttons[:8], buttons[8:]] if buttons[8:] else [buttons]
            )
    return None


async def ptb_send(bot, row, media):
    markup = ptb_keyboard(row)
    if "image" in row:
        photo = (media / row["image"]["src"]).read_bytes()
        caption = row["text"] if row["text"].strip() else None
        await bot.send_photo(7, photo, caption=caption, reply_markup=markup, filename="a.png")
    elif "audio" in row:
        await bot.send_audio(7, (media / row["audio"]).read_bytes(), filename="a.mp3")
    elif "file" in row:
        await bot.send_document(7, row["file"]["text"].encode(), filename=row["file"]["name"])
    else:
        preview = ptb.LinkPreviewOptions(is_disabled=True)
        await bot.send_message(7, row["text"], reply_markup=markup, link_preview_options=preview)


def as_sent(call: Call):
    files = {}
    if call.attachment is not None:
        content = call.attachment.content
        raw = content.read_bytes() if isinstance(content, Path) else content
        files[call.attachment.field] = (call.attachment.name, raw, call.attachment.mime)
    return call.method, call.parameters, files


@BOUNDED
@given(body=BODIES)
def test_python_telegram_bot_puts_the_same_on_the_wire(media, body):
    recorder = Recorder()
    bot = ptb.Bot("1:a", request=recorder, get_updates_request=Recorder())
    made = telegram.rows(body)

    async def send():
        for row in made:
            await ptb_send(bot, row, media)

    asyncio.run(send())

    ours = [as_sent(telegram.build("7", row, {}, media)) for row in made]
    wire = [(name, json.loads(json.dumps(said)), files) for name, said, files in recorder.sent]
    assert ours == wire


# ---------------------------------------------------------------- the written Bot API

LENGTHS = re.compile(r"(\d+)-(\d+) (characters|bytes)")
PLAIN = {"Integer": int, "String": str, "Boolean": bool}


class Written:
    """Names, types and lengths of a machine-readable Bot API."""

    def __init__(self, text):
        whole = json.loads(text)
        self.methods, self.types = whole["methods"], whole["types"]

    def problems(self, where, fields, given):
        known = {field["name"]: field for field in fields}
        yield from (f"{where}: {name} is unknown" for name in given.keys() - known.keys())
        for name, field in known.items():
            if name in given:
                yield from self._value(f"{where}.{name}", field, given[name])
            elif field["required"]:
                yield f"{where}: {name} is missing"

    def _value(self, where, field, value):
        tries = [list(self._typed(where, kind, value)) for kind in field["types"]]
        yield from min(tries, key=len)
        found = LENGTHS.search(field["description"])
        if found and isinstance(value, str):
            long = len(value.encode()) if found[3] == "bytes" else len(value)
            if not int(found[1]) <= long <= int(found[2]):
                yield f"{where}: {long} is not within {found[0]}"

    def _typed(self, where, kind, value):
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                yield f"{where} is no list"
                return
            for one in value:
                yield from self._typed(where, kind.removeprefix("Array of "), one)
        elif kind in PLAIN:
            if type(value) is not PLAIN[kind]:
                yield f"{where} is no {kind}"
        elif kind == "InputFile":
            if not isinstance(value, bytes):
                yield f"{where} is no file"
        elif not isinstance(value, dict):
            yield f"{where} is no {kind}"
        else:
            kinds = self.types[kind].get("subtypes", [kind])
            tries = [
                list(self.problems(where, self.types[one].get("fields", ()), value))
                for one in kinds
            ]
            yield from min(tries, key=len)


def written():
    """The Bot API as it is written down, where somebody names the file."""
    path = os.environ.get("HOCSO_TELEGRAM_SPEC")
    return [Written(Path(path).read_text(encoding="utf-8"))] if path else []


def required_by_aiogram(call):
    method = getattr(aiogram.methods, call.method[0].upper() + call.method[1:])
    return {name for name, field in method.model_fields.items() if field.is_required()}


@BOUNDED
@given(body=BODIES)
def test_every_call_keeps_to_the_written_bot_api(media, side_calls, body):
    apis = written()
    for call in (*calls_of(body, media), *by_id(body, media), *side_calls[:2]):
        given = dict(call.parameters)
        if call.attachment:
            given[call.attachment.field] = b"file"

        assert required_by_aiogram(call) <= given.keys()
        assert "parse_mode" not in given
        assert 1 <= len(given.get("text", "a")) <= 4096
        assert len(given.get("caption", "")) <= 1024
        for line in given.get("reply_markup", {}).get("inline_keyboard", ()):
            assert all(1 <= len(button["callback_data"].encode()) <= 64 for button in line)
        for api in apis:
            fields = api.methods[call.method]["fields"]
            assert list(api.problems(call.method, fields, given)) == []


def test_the_menu_keeps_to_the_written_bot_api(side_calls):
    menu = side_calls[-1]

    assert 1 <= len(menu.parameters["commands"]) <= 100
    for one in menu.parameters["commands"]:
        assert re.fullmatch("[a-z0-9_]{1,32}", one["command"])
        assert 1 <= len(one["description"]) <= 256
    for api in written():
        fields = api.methods[menu.method]["fields"]
        assert list(api.problems(menu.method, fields, menu.parameters)) == []
