"""Whatever is posted is either a message or refused; nothing else can happen."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.posted import Unreadable, clean, event_id, read_posted

ANY_TEXT = st.text(st.characters(), max_size=50)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=8,
)
FIELDS = st.sampled_from(["id", "text", "tap", "seen", "start", "tdp", "moi", "body", "admin"])


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        read_posted(raw)
    except Unreadable:
        return


@given(st.dictionaries(FIELDS, ANY_JSON))
def test_any_object_is_read_as_texts_that_every_database_holds(body: dict[str, object]) -> None:
    try:
        posted = read_posted(json.dumps(body).encode())
    except Unreadable:
        return

    texts = [value for value in posted.values() if isinstance(value, str)]
    assert set(posted) <= {"id", "text", "tap", "seen", "start"}
    assert 0 < len(posted["id"]) <= 80
    assert not [text for text in texts if "\0" in text or not text.encode()] or "" in texts


def test_only_true_asks_for_the_greeting() -> None:
    assert "start" not in read_posted(b'{"id": "1", "start": "yes"}')
    assert read_posted(b'{"id": "1", "start": true}')["start"] is True


@pytest.mark.parametrize(
    ("code", "start"),
    [
        ("mau-01", "tdp-mau-01"),
        ("TT 01/Đông", "tdp-tt-01-dong"),
        ("'; drop table tdps; --", "tdp-drop-table-tdps"),
        ("\0\ud800", "tdp-"),
        ("", "tdp-"),
        ("x" * 1000, "tdp-" + "x" * 60),
        (None, True),
        (7, True),
        (["mau-01"], True),
    ],
)
def test_the_tdp_of_a_link_goes_with_the_greeting_as_a_deep_link_carries_it(
    code: object, start: object
) -> None:
    body = {"id": "1", "start": True, "tdp": code}

    assert read_posted(json.dumps(body).encode())["start"] == start
    assert "start" not in read_posted(json.dumps({"id": "1", "tdp": code}).encode())


@pytest.mark.parametrize(
    ("invite", "start"),
    [
        ("A" * 24, "moi-" + "A" * 24),
        ("'; drop table invites; --", "moi-'; drop table invites; --"),
        ("\0\ud800", "moi-?"),
        ("x" * 1000, "moi-" + "x" * 60),
        (None, "tdp-mau-01"),
        (7, "tdp-mau-01"),
    ],
)
def test_the_invite_of_a_link_goes_before_its_tdp(invite: object, start: object) -> None:
    body = {"id": "1", "start": True, "moi": invite, "tdp": "mau-01"}

    assert read_posted(json.dumps(body).encode())["start"] == start
    assert "start" not in read_posted(json.dumps({"id": "1", "moi": invite}).encode())


def test_a_payload_that_is_no_button_of_ours_is_still_a_press() -> None:
    posted = read_posted(b'{"id": "1", "tap": "buy now"}')

    assert posted["tap"] == "?:0:?"


def test_half_a_character_and_a_nul_do_not_reach_the_database() -> None:
    assert clean("a\ud800b\0c", 10) == "a?bc"


@given(ANY_TEXT, ANY_TEXT)
def test_an_event_id_fits_its_column_whatever_the_page_made(visitor: str, posted: str) -> None:
    assert len(event_id(visitor, posted)) == 64
