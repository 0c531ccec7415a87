"""What every channel owes, run over every channel there is."""

import importlib
import json
import pkgutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import channels
from bot.channels._calls import (
    Answer,
    Blocked,
    Call,
    Rejected,
    Sent,
    Throttled,
    Undecided,
    Unusable,
)
from handlers._talk import Heard, Kind
from handlers._understand import MAX_CHARS

AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
TOKEN = "123456789:AAExampleExampleExampleExampleExamp"
SECRET = "webhook-secret_0123456789"
MODULES = [
    importlib.import_module(f"{channels.__name__}.{found.name}")
    for found in pkgutil.iter_modules(channels.__path__)
]
CHANNELS = {module.NAME: module for module in MODULES if hasattr(module, "NAME")}
NETWORK = {name: module for name, module in CHANNELS.items() if hasattr(module, "build")}


def telegram_answer(status, **said):
    return Answer(status, json.dumps({"ok": False, "error_code": status, **said}).encode())


ANSWERS = {
    "telegram": {
        Sent: Answer(200, b'{"ok": true, "result": {"message_id": 5}}'),
        Throttled: telegram_answer(429, parameters={"retry_after": 2}),
        Blocked: telegram_answer(403, description="Forbidden: bot was blocked by the user"),
        Rejected: telegram_answer(400, description="Bad Request: message text is empty"),
        Unusable: telegram_answer(401, description="Unauthorized"),
        Undecided: Answer(502, b"<html>Bad Gateway</html>"),
    },
}
"""How each network channel's platform says what every channel must understand."""

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([kind.value for kind in Kind]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
BODIES = st.dictionaries(
    st.sampled_from(["text", "tap", "kind", "start", "seen", "alone", "id", "masked", "other"]),
    JSON,
)


def test_every_channel_is_found_by_its_name():
    assert {"web", "console", "telegram"} <= CHANNELS.keys()
    assert all(
        module.__name__ == f"{channels.__name__}.{name}" for name, module in CHANNELS.items()
    )


@pytest.mark.parametrize("name", CHANNELS)
@settings(max_examples=60, deadline=None)
@given(body=BODIES)
def test_any_body_at_all_is_read_as_a_message(name, body):
    heard = CHANNELS[name].parse(body, AT)

    assert isinstance(heard, Heard)
    assert isinstance(heard.text, str)
    assert isinstance(heard.kind, Kind)
    assert len(heard.text) <= MAX_CHARS


@pytest.mark.parametrize("name", CHANNELS)
def test_a_long_text_is_cut_where_reading_ends(name):
    heard = CHANNELS[name].parse({"text": "ế" * 10 * MAX_CHARS}, AT)

    assert heard == Heard("ế" * MAX_CHARS, AT)


@pytest.mark.parametrize("name", CHANNELS)
def test_a_thumb_alone_is_a_like_on_every_channel(name):
    assert CHANNELS[name].parse({"text": "👍"}, AT).kind is Kind.LIKE


@pytest.mark.parametrize("name", NETWORK)
@settings(max_examples=60, deadline=None)
@given(update=JSON | st.dictionaries(st.sampled_from(["update_id", "message", "event"]), JSON))
def test_what_is_no_event_of_the_platform_is_ignored(name, update):
    assert NETWORK[name].events(update) == ()


@pytest.mark.parametrize(
    ("name", "outcome"),
    [(name, outcome) for name in NETWORK for outcome in ANSWERS[name]],
    ids=lambda one: one if isinstance(one, str) else one.__name__,
)
def test_every_answer_of_a_platform_has_its_outcome(name, outcome):
    channel = NETWORK[name]
    call = channel.build("7", {"text": "Chào"}, {}, Path("media"))

    assert isinstance(channel.read(call, ANSWERS[name][outcome]), outcome)


@pytest.mark.parametrize("name", NETWORK)
def test_an_answer_cut_off_anywhere_is_never_taken_for_sent(name):
    channel = NETWORK[name]
    call = channel.build("7", {"text": "Chào"}, {}, Path("media"))
    whole = ANSWERS[name][Sent]

    for end in range(len(whole.body)):
        cut = channel.read(call, Answer(whole.status, whole.body[:end]))
        assert isinstance(cut, Undecided), whole.body[:end]


@pytest.mark.parametrize("name", NETWORK)
def test_a_platform_says_how_fast_it_may_be_used(name):
    limits = NETWORK[name].LIMITS

    assert limits.per_second > 0
    assert limits.seconds_per_chat >= 0


@pytest.mark.parametrize("name", NETWORK)
def test_no_secret_is_in_anything_a_channel_makes(name):
    channel = NETWORK[name]
    calls = [channel.build("7", row, {}, Path("media")) for row in channel.rows({"text": "Chào"})]
    leaking = json.dumps(
        {"ok": False, "error_code": 400, "description": f"POST /bot{TOKEN}/sendMessage failed"}
    )
    outcomes = [
        channel.read(call, Answer(status, leaking.encode()))
        for call in calls
        for status in (200, 400, 500)
    ]

    assert channel.verify(SECRET, SECRET)
    assert not channel.verify(SECRET[:-1], SECRET)
    assert all(isinstance(call, Call) for call in calls)
    for one in (*calls, *outcomes, *vars(channel).values()):
        assert TOKEN not in repr(one)
        assert SECRET not in repr(one)


@pytest.mark.parametrize("name", NETWORK)
def test_the_outbox_row_of_any_message_survives_being_stored(name):
    body = {
        "text": "Chọn một.",
        "choices": [{"number": "1", "label": "Có", "tap": "t:1:yes"}],
        "question": "t:1",
    }
    for row in NETWORK[name].rows(body):
        stored = json.loads(json.dumps(row))

        assert NETWORK[name].build("7", stored, {}, Path("media")) == NETWORK[name].build(
            "7", row, {}, Path("media")
        )
