"""Sentences with open places: filled in, missing, and the wording a consent was given to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons import MissingPhraseError, MissingValueError, Phrases, fill, phrase_entry

ENTRIES = (
    phrase_entry("learn.hello", "Chào bà con! Đây là {bot}, của {ward}. {bot} là máy."),
    phrase_entry("learn.next", "Tiếp", words=("tiếp", "rồi")),
    phrase_entry("consent.save", "Lưu kết quả nhé?", version=2),
)
PHRASES = Phrases({entry.key: entry for entry in ENTRIES})


def test_open_places_are_filled_in_wherever_they_stand() -> None:
    text = PHRASES.render("learn.hello", {"bot": "trợ lý", "ward": "phường", "more": "x"})

    assert text == "Chào bà con! Đây là trợ lý, của phường. trợ lý là máy."


def test_a_text_without_open_places_stays_as_it_is() -> None:
    assert PHRASES.render("learn.next", {}) == "Tiếp"


def test_a_value_with_braces_is_not_filled_in_again() -> None:
    assert fill("Chào {name}!", {"name": "{bot}", "bot": "x"}) == "Chào {bot}!"


def test_a_phrase_nobody_wrote_is_named_in_the_error() -> None:
    with pytest.raises(MissingPhraseError, match=r"no phrase has the key 'learn\.bye'"):
        PHRASES.render("learn.bye", {})
    with pytest.raises(KeyError):
        PHRASES.wording_hash("learn.bye")


def test_a_value_nobody_passed_is_named_in_the_error() -> None:
    with pytest.raises(MissingValueError, match=r"\{ward\} of 'learn\.hello'"):
        PHRASES.render("learn.hello", {"bot": "trợ lý"})


def test_phrases_can_be_asked_for_like_a_mapping() -> None:
    assert list(PHRASES) == list(PHRASES.keys()) == [entry.key for entry in ENTRIES]
    assert len(PHRASES) == 3
    assert "learn.next" in PHRASES
    assert "learn.bye" not in PHRASES
    assert PHRASES.entry("learn.hello").placeholders == {"bot", "ward"}
    assert PHRASES.entry("learn.next").words == ("tiếp", "rồi")


@pytest.mark.parametrize(
    "other",
    [
        phrase_entry("consent.save", "Lưu kết quả nhé!", version=2),
        phrase_entry("consent.save", "Lưu kết quả nhé?", version=3),
        phrase_entry("consent.keep", "Lưu kết quả nhé?", version=2),
    ],
)
def test_the_wording_hash_knows_key_version_and_text(other: object) -> None:
    assert isinstance(other, type(ENTRIES[0]))

    changed = Phrases({other.key: other})

    assert changed.wording_hash(other.key) != PHRASES.wording_hash("consent.save")
    assert len(PHRASES.wording_hash("consent.save")) == 64


@given(st.text(alphabet="ab {}\n_ạ", max_size=40))
def test_filling_in_does_what_the_regular_expression_says(text: str) -> None:
    """A text is cut apart and joined again without losing a letter, whatever braces it has."""
    entry = phrase_entry("a.b", text)

    values = {name: f"{{{name}}}" for name in entry.placeholders}

    assert Phrases({"a.b": entry}).render("a.b", values) == text
    assert fill(text, values) == text
