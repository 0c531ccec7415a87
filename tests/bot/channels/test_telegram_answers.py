"""What Telegram's answers mean: one outcome for each, and never a message taken for sent that is not."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels import telegram
from bot.channels._calls import (
    Again,
    Answer,
    Attachment,
    Blocked,
    Call,
    Rejected,
    Sent,
    Throttled,
    Undecided,
    Unusable,
)

TEXT = Call("sendMessage", {"chat_id": 7, "text": "Chào"})
UPLOAD = Call(
    "sendPhoto", {"chat_id": 7}, Attachment("photo", "a.png", "image/png", Path("a.png")), "a:1"
)
BY_ID = Call("sendPhoto", {"chat_id": 7, "photo": "ID1"}, upload="a:1")


def refused(code, description, status=None, **more):
    said = {"ok": False, "error_code": code, "description": description, **more}
    return Answer(status or code, json.dumps(said).encode())


def accepted(**result):
    return Answer(200, json.dumps({"ok": True, "result": {"message_id": 55, **result}}).encode())


LOST = "Telegram trả lời mã {}, không nói tin đã gửi hay chưa"
PHOTOS = [
    {"file_id": "small", "width": 90, "height": 60},
    {"file_id": "big", "width": 900, "height": 600},
    {"file_id": "middle", "width": 300, "height": 200},
]
OUTCOMES = {
    "accepted": (TEXT, accepted(), Sent("55")),
    "a photo accepted": (UPLOAD, accepted(photo=PHOTOS), Sent("55", {"a:1": "big"})),
    "a photo sent by its id": (BY_ID, accepted(photo=PHOTOS), Sent("55")),
    "a photo without an id": (UPLOAD, accepted(photo=[{}, 5]), Sent("55")),
    "a sound accepted": (UPLOAD, accepted(audio={"file_id": "s"}), Sent("55", {"a:1": "s"})),
    "too fast": (
        TEXT,
        refused(429, "Too Many Requests: retry after 3", parameters={"retry_after": 3}),
        Throttled(3.0),
    ),
    "too fast, at once again": (
        TEXT,
        refused(429, "x", parameters={"retry_after": 0}),
        Throttled(1),
    ),
    "too fast, nobody says how long": (TEXT, refused(429, "Too Many Requests"), Throttled(1)),
    "too fast, nonsense": (TEXT, refused(429, "x", parameters={"retry_after": "3"}), Throttled(1)),
    "too fast for a lifetime": (
        TEXT,
        refused(429, "x", parameters={"retry_after": 10**400}),
        Throttled(86_400),
    ),
    "too fast, no number": (
        TEXT,
        refused(429, "x", parameters={"retry_after": float("nan")}),
        Throttled(1),
    ),
    "blocked": (
        TEXT,
        refused(403, "Forbidden: bot was blocked by the user"),
        Blocked("Forbidden: bot was blocked by the user"),
    ),
    "no chat": (
        TEXT,
        refused(400, "Bad Request: chat not found"),
        Blocked("Bad Request: chat not found"),
    ),
    "a peer that is none": (TEXT, refused(400, "PEER_ID_INVALID"), Blocked("PEER_ID_INVALID")),
    "deactivated": (
        TEXT,
        refused(400, "Bad Request: user is deactivated"),
        Blocked("Bad Request: user is deactivated"),
    ),
    "a text it does not like": (
        TEXT,
        refused(400, "Bad Request: message is too long"),
        Rejected(400, "Bad Request: message is too long"),
    ),
    "a group that moved": (
        TEXT,
        refused(400, "Bad Request: group chat was upgraded", parameters={"migrate_to_chat_id": -1}),
        Rejected(400, "Bad Request: group chat was upgraded"),
    ),
    "a poller beside us": (TEXT, refused(409, "Conflict"), Rejected(409, "Conflict")),
    "a method it does not have": (
        TEXT,
        refused(404, "Not Found: method not found"),
        Rejected(404, "Not Found: method not found"),
    ),
    "too large, in HTML": (UPLOAD, Answer(413, b"<html>"), Rejected(413, "Payload Too Large")),
    "too large": (
        UPLOAD,
        refused(413, "Request Entity Too Large"),
        Rejected(413, "Request Entity Too Large"),
    ),
    "the id of a file that is gone": (
        BY_ID,
        refused(400, "Bad Request: wrong file identifier/HTTP URL specified"),
        Again("Bad Request: wrong file identifier/HTTP URL specified", {"a:1": ""}),
    ),
    "the id of a file of another bot": (
        BY_ID,
        refused(400, "Bad Request: wrong remote file identifier specified: can't unserialize it"),
        Again(
            "Bad Request: wrong remote file identifier specified: can't unserialize it",
            {"a:1": ""},
        ),
    ),
    "a file that is wrong in itself": (
        UPLOAD,
        refused(400, "Bad Request: wrong file identifier/HTTP URL specified"),
        Rejected(400, "Bad Request: wrong file identifier/HTTP URL specified"),
    ),
    "a token that was revoked": (
        TEXT,
        refused(401, "Unauthorized"),
        Unusable("Telegram không nhận mã bot này (401 Unauthorized). Xem lại telegram.token."),
    ),
    "a token that never was": (
        TEXT,
        refused(404, "Not Found"),
        Unusable("Telegram không nhận mã bot này (404 Not Found). Xem lại telegram.token."),
    ),
    "logged out": (
        TEXT,
        refused(400, "Logged out"),
        Unusable("Telegram không nhận mã bot này (400 Logged out). Xem lại telegram.token."),
    ),
    "a bare 502": (TEXT, Answer(502, b"<html>Bad Gateway</html>"), Undecided(LOST.format(502))),
    "a 500 in JSON": (TEXT, refused(500, "Internal Server Error"), Undecided(LOST.format(500))),
    "a 500 behind a 200": (TEXT, refused(500, "x", status=200), Undecided(LOST.format(500))),
    "an unreadable 200": (TEXT, Answer(200, b'{"ok": tr'), Undecided(LOST.format(200))),
    "an empty 200": (TEXT, Answer(200, b""), Undecided(LOST.format(200))),
    "a 200 of somebody else": (TEXT, Answer(200, b"[1]"), Undecided(LOST.format(200))),
    "a 200 without a number": (
        TEXT,
        Answer(200, b'{"ok": true, "result": true}'),
        Undecided("Telegram trả lời mã 200, nhưng không có số của tin"),
    ),
    "a page in between": (TEXT, Answer(403, b"<html>blocked</html>"), Undecided(LOST.format(403))),
    "a page elsewhere": (TEXT, Answer(302, b""), Undecided(LOST.format(302))),
    "an abyss": (TEXT, Answer(200, b"[" * 100_000), Undecided(LOST.format(200))),
    "bytes that are no text": (TEXT, Answer(400, b"\xff\xfe\x00"), Undecided(LOST.format(400))),
}


@pytest.mark.parametrize("case", OUTCOMES)
def test_what_an_answer_means_for_the_message(case):
    call, answer, outcome = OUTCOMES[case]

    assert telegram.read(call, answer) == outcome


def test_a_reason_is_one_short_line_and_holds_no_token():
    token = "123456789:AAExampleExampleExampleExampleExamp"
    outcome = telegram.read(TEXT, refused(400, f"no /bot{token}/x\n" + "a" * 500))

    assert token not in repr(outcome)
    assert len(outcome.reason) == 200
    assert "\n" not in outcome.reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(100, 599),
    JSON
    | st.fixed_dictionaries({"ok": JSON, "result": JSON, "error_code": JSON, "parameters": JSON}),
)
def test_any_answer_at_all_has_an_outcome(status, said):
    answer = Answer(status, json.dumps(said).encode())

    assert telegram.read(UPLOAD, answer) is not None
