"""Telegram: captured updates → what was heard; a message → the calls; an answer → its outcome."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lessons
from bot.channels import telegram
from bot.channels._calls import (
    Call,
    Inbound,
    Reach,
)
from handlers._talk import Heard, Kind, Tap

AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
PERSON = {"id": 7, "is_bot": False, "first_name": "Lan"}
CHAT = {"id": 7, "type": "private", "first_name": "Lan"}
COMMANDS = {"hoc": "học", "dung": "dừng"}
TYPING = Call("sendChatAction", {"chat_id": 7, "action": "typing"})


def message(**fields):
    return {
        "update_id": 90,
        "message": {"message_id": 5, "date": 1, "from": PERSON, "chat": CHAT, **fields},
    }


def edited(**fields):
    return {"update_id": 90, "edited_message": message(edit_date=2, **fields)["message"]}


def tapped(data="t:3:next", *, sender=7, **fields):
    shown = {"message_id": 5, "date": 1, "chat": CHAT, **fields}
    person = {**PERSON, "id": sender}
    return {
        "update_id": 90,
        "callback_query": {
            "id": "q1",
            "from": person,
            "data": data,
            "message": shown,
            "chat_instance": "c",
        },
    }


def reached(status, **chat):
    change = {"chat": {**CHAT, **chat}, "from": PERSON, "new_chat_member": {"status": status}}
    return {"update_id": 90, "my_chat_member": change}


def heard(update, commands=COMMANDS):
    (event,) = telegram.events(update)
    stored = json.loads(json.dumps(event.body))
    return telegram.parse(stored, AT, commands)


# ---------------------------------------------------------------- the webhook's secret

VERIFIED = {
    "the very secret": ("a-secret_1", "a-secret_1", True),
    "another one": ("a-secret_2", "a-secret_1", False),
    "none sent": (None, "a-secret_1", False),
    "an empty one sent": ("", "a-secret_1", False),
    "none configured": ("", "", False),
    "none configured, but one sent": ("a", "", False),
    "only its beginning": ("a-secret", "a-secret_1", False),
    "bytes that are no text": ("\udcff", "a-secret_1", False),
}


@pytest.mark.parametrize("case", VERIFIED)
def test_only_the_configured_secret_opens_the_webhook(case):
    header, secret, is_ours = VERIFIED[case]

    assert telegram.verify(header, secret) is is_ours


# ---------------------------------------------------------------- what came in

HEARD = {
    "words": (message(text="xin chào"), Heard("xin chào", AT)),
    "a thumb as text": (message(text="👍🏽"), Heard("👍🏽", AT, Kind.LIKE)),
    "a photo": (message(photo=[{"file_id": "f"}]), Heard("", AT, Kind.PICTURE)),
    "a photo with words": (
        message(photo=[{"file_id": "f"}], caption="tin này"),
        Heard("tin này", AT, Kind.PICTURE),
    ),
    "a document": (message(document={"file_id": "f"}), Heard("", AT, Kind.PICTURE)),
    "a moving picture": (
        message(animation={"file_id": "f"}, document={"file_id": "f"}),
        Heard("", AT, Kind.PICTURE),
    ),
    "a video": (message(video={"file_id": "f"}), Heard("", AT, Kind.PICTURE)),
    "a voice": (message(voice={"file_id": "f"}), Heard("", AT, Kind.VOICE)),
    "a round video": (message(video_note={"file_id": "f"}), Heard("", AT, Kind.VOICE)),
    "a piece of music": (message(audio={"file_id": "f"}), Heard("", AT, Kind.VOICE)),
    "a sticker": (message(sticker={"emoji": "🐱"}), Heard("", AT, Kind.STICKER)),
    "a sticker of a thumb": (message(sticker={"emoji": "👍"}), Heard("", AT, Kind.LIKE)),
    "a sticker of a heart": (message(sticker={"emoji": "❤️"}), Heard("", AT, Kind.LIKE)),
    "a sticker without a sign": (message(sticker={}), Heard("", AT, Kind.STICKER)),
    "a die": (message(dice={"emoji": "🎲", "value": 3}), Heard("", AT, Kind.STICKER)),
    "a contact": (message(contact={"phone_number": "1"}), Heard("", AT, Kind.PICTURE)),
    "a place": (message(location={"latitude": 1}), Heard("", AT, Kind.PICTURE)),
    "a poll": (message(poll={"id": "1"}), Heard("", AT, Kind.PICTURE)),
    "changed words": (edited(text="khác"), Heard("", AT, Kind.EDITED)),
    "a changed caption": (edited(photo=[], caption="khác"), Heard("", AT, Kind.EDITED)),
    "the first press of Start": (message(text="/start"), Heard("/start", AT)),
    "a start from a poster": (message(text="/start tdp-12_a"), Heard("/start", AT)),
    "a command": (message(text="/hoc"), Heard("học", AT)),
    "a command by name of the bot": (message(text="/HOC@hocso_bot"), Heard("học", AT)),
    "a command and more": (message(text="/dung  đi"), Heard("dừng đi", AT)),
    "a command nobody knows": (message(text="/bai_hoc tiếp"), Heard("bai_hoc tiếp", AT)),
    "a slash that is no command": (message(text="/ 1/2"), Heard("/ 1/2", AT)),
    "two slashes": (message(text="/etc/passwd"), Heard("/etc/passwd", AT)),
    "a button": (tapped(), Heard("", AT, tap=Tap("t", 3, "next"))),
    "a button of a message that is too old to be shown": (
        tapped(date=0),
        Heard("", AT, tap=Tap("t", 3, "next")),
    ),
    "a button with its label": (
        tapped(
            reply_markup={
                "inline_keyboard": [
                    [{"text": "1. Khác", "callback_data": "t:3:other"}],
                    [{"text": "2. Tiếp", "callback_data": "t:3:next"}],
                ]
            }
        ),
        Heard("2. Tiếp", AT, tap=Tap("t", 3, "next")),
    ),
    "a button that is not ours": (tapped("hello"), Heard("", AT, tap=telegram.NOT_OURS)),
    "half a character": (message(text="a\ud83d"), Heard("a", AT)),
}


@pytest.mark.parametrize("case", HEARD)
def test_what_a_person_sends_is_heard_as(case):
    update, expected = HEARD[case]

    assert heard(update) == expected


IGNORED = {
    "a group": message(text="hi", chat={"id": -5, "type": "group"}),
    "a supergroup": message(text="hi", chat={"id": -100, "type": "supergroup"}),
    "a bot": message(text="hi", **{"from": {**PERSON, "is_bot": True}}),
    "nobody": message(text="hi", **{"from": None}),
    "a channel's post": {"update_id": 1, "channel_post": message(text="hi")["message"]},
    "a changed channel's post": {"update_id": 1, "edited_channel_post": edited(text="a")},
    "a business chat": {"update_id": 1, "business_message": message(text="hi")["message"]},
    "a pinned message": message(pinned_message={"message_id": 1}),
    "a changed timer": message(message_auto_delete_timer_changed={}),
    "a live location that moves": edited(location={"latitude": 1}),
    "a text that is none": message(text=5),
    "a tap in a group": tapped(chat={"id": 7, "type": "group"}),
    "a tap by somebody else": tapped(sender=8),
    "a tap without a message": {
        "update_id": 1,
        "callback_query": {"id": "1", "from": PERSON, "data": "t:1:a"},
    },
    "a tap without data": tapped(None),
    "a tap with too much data": tapped("t:1:" + "a" * 61),
    "a tap with hidden data": tapped("t:1:\0"),
    "a member who left": reached("left"),
    "the bot in a group": reached("kicked", type="group", id=-5),
    "an update without a number": {**message(text="hi"), "update_id": None},
    "an update whose number is true": {**message(text="hi"), "update_id": True},
    "a chat whose number is true": message(text="hi", chat={"id": True, "type": "private"}),
    "a chat with a huge number": message(text="hi", chat={"id": 10**5000, "type": "private"}),
    "a poll answer": {"update_id": 1, "poll_answer": {}},
    "nothing": {},
    "a list": [],
    "null": None,
}


@pytest.mark.parametrize("case", IGNORED)
def test_what_nobody_waits_for_an_answer_to_is_ignored(case):
    assert telegram.events(IGNORED[case]) == ()


def test_a_message_shows_typing_and_a_tap_is_answered():
    (said,) = telegram.events(message(text="học"))
    (tap,) = telegram.events(tapped())

    assert said == Inbound("7", "90", {"text": "học"}, (TYPING,))
    assert tap == Inbound(
        "7",
        "90",
        {"text": "", "tap": "t:3:next", "alone": True},
        (Call("answerCallbackQuery", {"callback_query_id": "q1"}),),
    )


STARTS = {
    "/start": "",
    "/start tdp-12_a": "tdp-12_a",
    "/START@hocso_bot tdp": "tdp",
    "/start " + "a" * 64: "a" * 64,
    "/start " + "a" * 65: "",
    "/start '; DROP": "",
    "/start tổ": "",
}


@pytest.mark.parametrize("text", STARTS)
def test_only_a_sound_payload_of_a_deep_link_is_kept(text):
    (event,) = telegram.events(message(text=text))

    assert event.body == {"text": "", "start": STARTS[text], "alone": True}


def test_pictures_sent_together_are_one_event_of_their_chat():
    (first,) = telegram.events(message(photo=[], media_group_id="13"))
    (second,) = telegram.events({**message(photo=[], media_group_id="13"), "update_id": 91})
    (alone,) = telegram.events({**message(photo=[]), "update_id": 92})

    assert first.event_id == second.event_id == "album:7:13"
    assert alone.event_id == "92"


def test_blocking_and_coming_back_is_noticed():
    assert telegram.events(reached("kicked")) == (Reach("7", is_reachable=False),)
    assert telegram.events(reached("member")) == (Reach("7", is_reachable=True),)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_field_of_an_update_may_be_anything_it_likes_and_break_us(data):
    update = data.draw(st.sampled_from([one for one, _ in HEARD.values()] + [reached("kicked")]))
    broken = json.loads(json.dumps(update))
    place = broken
    while isinstance(place, dict) and place:
        key = data.draw(st.sampled_from(sorted(place)))
        if data.draw(st.booleans()) or not isinstance(place[key], dict):
            place[key] = data.draw(JSON)
            break
        place = place[key]

    for event in telegram.events(broken):
        if isinstance(event, Inbound):
            json.dumps(event.body, ensure_ascii=False).encode()
            telegram.parse(event.body, AT, COMMANDS)


# ---------------------------------------------------------------- the menu


def test_every_command_of_the_menu_asks_for_its_conversation():
    intents = lessons.load(Path(lessons.__file__).parent).intents
    call = telegram.menu(intents.menu())

    assert call.method == "setMyCommands"
    assert call.parameters["scope"] == {"type": "all_private_chats"}
    assert [one["command"] for one in call.parameters["commands"]] == list(intents.commands)
    for one in call.parameters["commands"]:
        said = heard(message(text=f"/{one['command']}"), intents.commands).text
        (asked,) = [intent for intent in intents.conversations if said in intent.words]
        assert asked.title == one["description"]
