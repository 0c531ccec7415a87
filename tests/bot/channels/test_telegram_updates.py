"""Updates as two others write them, and of any shape that aiogram's types allow: all are understood."""

import datetime as dt
import json
import types
import typing

import aiogram.types
import pytest
import telegram as ptb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.channels import telegram
from bot.channels._calls import Inbound, Reach
from handlers._talk import Heard, Kind, Tap

AT = dt.datetime(2026, 11, 22, 1, 0, tzinfo=dt.UTC)


PERSON = {"id": 7, "is_bot": False, "first_name": "Lan"}
CHAT = {"id": 7, "type": "private", "first_name": "Lan"}
FILE = {"file_id": "f", "file_unique_id": "u"}
PICTURE = {**FILE, "width": 1, "height": 1}
STICKER = {**PICTURE, "type": "regular", "is_animated": False, "is_video": False}
MEMBER = {"user": {**PERSON, "id": 1, "is_bot": True}}
BANNED = {**MEMBER, "status": "kicked", "until_date": 0}


def said(kind="message", **fields):
    return {kind: {"message_id": 5, "date": 1, "from": PERSON, "chat": CHAT, **fields}}


def query(message):
    return {
        "callback_query": {
            "id": "1", "from": PERSON, "chat_instance": "c", "data": "t:3:next", "message": message,
        }
    }  # fmt: skip


def change(old, new):
    return {
        "my_chat_member": {
            "chat": CHAT, "from": PERSON, "date": 1, "old_chat_member": old, "new_chat_member": new,
        }
    }  # fmt: skip


NEXT = Heard("", AT, tap=Tap("t", 3, "next"))
UPDATES = {
    "words": (said(text="học"), Heard("học", AT)),
    "a photo": (said(photo=[PICTURE], caption="a"), Heard("a", AT, Kind.PICTURE)),
    "a document": (said(document=FILE), Heard("", AT, Kind.PICTURE)),
    "a voice": (said(voice={**FILE, "duration": 1}), Heard("", AT, Kind.VOICE)),
    "a round video": (
        said(video_note={**FILE, "duration": 1, "length": 1}),
        Heard("", AT, Kind.VOICE),
    ),
    "a sticker": (said(sticker={**STICKER, "emoji": "🐱"}), Heard("", AT, Kind.STICKER)),
    "a thumb": (said(sticker={**STICKER, "emoji": "👍"}), Heard("", AT, Kind.LIKE)),
    "a place": (said(location={"latitude": 21.5, "longitude": 105.8}), Heard("", AT, Kind.PICTURE)),
    "a contact": (
        said(contact={"phone_number": "1", "first_name": "a"}),
        Heard("", AT, Kind.PICTURE),
    ),
    "changed words": (said("edited_message", edit_date=2, text="a"), Heard("", AT, Kind.EDITED)),
    "a start": (said(text="/start tdp-1"), Heard("/start", AT)),
    "a button": (query(said(text="a")["message"]), NEXT),
    "a button of a message that is gone": (query({"chat": CHAT, "message_id": 5, "date": 0}), NEXT),
    "blocked": (change({**MEMBER, "status": "member"}, BANNED), Reach("7", is_reachable=False)),
    "back": (change(BANNED, {**MEMBER, "status": "member"}), Reach("7", is_reachable=True)),
    "a pinned message": (said(pinned_message=said(text="a")["message"]), None),
    "a group": (said(text="a", chat={"id": -5, "type": "group", "title": "a"}), None),
}


def aiogram_writes(update):
    read = aiogram.types.Update.model_validate(update)
    return read.model_dump(mode="json", by_alias=True, exclude_unset=True)


def ptb_writes(update):
    return json.loads(ptb.Update.de_json(update, None).to_json())


@pytest.mark.parametrize("writes", [aiogram_writes, ptb_writes])
@pytest.mark.parametrize("case", UPDATES)
def test_an_update_is_understood_as_both_libraries_write_it(case, writes):
    update, expected = UPDATES[case]
    found = telegram.events(writes({"update_id": 9, **update}))

    shown = [
        telegram.parse(event.body, AT) if isinstance(event, Inbound) else event for event in found
    ]
    assert shown == ([] if expected is None else [expected])


# ---------------------------------------------------------------- updates of any shape

BOUNDED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
SCALARS = {
    str: st.text(max_size=8) | st.sampled_from(["private", "/start a", "kicked", "👍", "t:1:a"]),
    int: st.integers(-5, 9) | st.just(7),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    dt.datetime: st.integers(0, 2**31),
}
ANY = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just({}) | st.just([])
USUAL = {
    aiogram.types.Update: ["message", "edited_message", "callback_query", "my_chat_member"],
    aiogram.types.Message: ["text", "caption", "photo", "sticker", "voice", "document", "contact"],
    aiogram.types.CallbackQuery: ["message", "data"],
}


def values(annotation, depth):
    """Values of a field's type, as JSON; deeper than `depth` anything stands for a model."""
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return st.one_of([values(one, depth) for one in parts if one is not type(None)])
    if origin is typing.Literal:
        return st.sampled_from(parts)
    if origin is list:
        return st.lists(values(parts[0], depth), max_size=2)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return objects(annotation, depth - 1) if depth else ANY
    return SCALARS.get(annotation, ANY)


@st.composite
def objects(draw, model, depth):
    """A random object of a model: its required fields, a few of the others, now and then a wrong one."""
    fields = model.model_fields
    chosen = {name for name, field in fields.items() if field.is_required()}
    optional = sorted(fields.keys() - chosen)
    if model in USUAL:
        chosen |= set(draw(st.lists(st.sampled_from(USUAL[model]), min_size=1, max_size=1)))
    if optional:
        chosen |= set(draw(st.lists(st.sampled_from(optional), max_size=3)))
    chosen |= {"from_user"} & fields.keys()
    return {
        fields[name].alias or name: draw(field_values(name, fields[name].annotation, depth))
        for name in sorted(chosen)
    }


def field_values(name, annotation, depth):
    """Mostly what a person sends in private: everything else is ignored at the first look."""
    members = st.sampled_from([BANNED, {**MEMBER, "status": "member"}])
    usual = {
        "chat": st.just(CHAT),
        "from_user": st.just(PERSON),
        "new_chat_member": members,
    }.get(name)
    right = values(annotation, depth) if usual is None else usual
    return st.integers(0, 9).flatmap(lambda chance: right if chance else ANY)


@settings(BOUNDED, max_examples=250)
@given(update=objects(aiogram.types.Update, 3))
def test_no_update_of_any_shape_is_an_exception(update):
    for event in telegram.events(update):
        if isinstance(event, Inbound):
            json.dumps(event.body, ensure_ascii=False).encode()

            assert event.key == "7"
            assert isinstance(telegram.parse(event.body, AT), Heard)


def test_updates_of_any_shape_do_reach_what_people_send():
    """The strategy is worth something: among its updates are some that are heard."""
    heard = []

    @settings(BOUNDED, max_examples=100, database=None, derandomize=True)
    @given(update=objects(aiogram.types.Update, 3))
    def collect(update):
        heard.extend(telegram.events(update))

    collect()

    assert len(heard) >= 10
    assert {type(one) for one in heard} == {Inbound, Reach}
