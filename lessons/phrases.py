"""Every sentence the bot says, by key, with the words it leaves open filled in.

A key is "<file>.<name>": `visit.saved` stands in phrases/visit.yaml under `saved`. A text names
what is filled in as {number}; texts are taken apart once, when they are read, so that filling one
in is a single join.

    Exceptions a caller can meet, all of them bugs (the linter finds them before a resident does):

    KeyError
        MissingPhraseError   no phrase has this key
        MissingValueError    a {placeholder} of the text was given no value
"""

import json
import re
from collections.abc import Iterator, KeysView, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class MissingPhraseError(KeyError):
    """No phrase has this key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f"no phrase has the key {self.key!r}"


class MissingValueError(KeyError):
    """A placeholder of a text was given no value."""

    def __init__(self, key: str, placeholder: str) -> None:
        super().__init__(key, placeholder)
        self.key = key
        self.placeholder = placeholder

    def __str__(self) -> str:
        return f"{{{self.placeholder}}} of {self.key!r} was given no value"


@dataclass(frozen=True, slots=True)
class PhraseEntry:
    """One phrase; `words` are what else a person may type for it when it is an option.

    `pieces` is the text taken apart: texts at even places, placeholder names at odd ones.
    """

    key: str
    text: str
    version: int
    words: tuple[str, ...]
    needs_review: bool
    review_note: str | None
    placeholders: frozenset[str]
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrases:
    """All phrases of a content folder."""

    entries: Mapping[str, PhraseEntry]

    def __contains__(self, key: object) -> bool:
        return key in self.entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def keys(self) -> KeysView[str]:
        """Return every key."""
        return self.entries.keys()

    def entry(self, key: str) -> PhraseEntry:
        """Return one phrase, or raise MissingPhraseError."""
        try:
            return self.entries[key]
        except KeyError:
            raise MissingPhraseError(key) from None

    def render(self, key: str, values: Mapping[str, str]) -> str:
        """Return a text with its placeholders filled in; values it does not name are left alone.

        Raises MissingPhraseError and MissingValueError.
        """
        entry = self.entry(key)
        return entry.text if len(entry.pieces) == 1 else _joined(key, entry.pieces, values)

    def wording_hash(self, key: str) -> str:
        """Return the SHA-256 of a phrase's key, version and text: what a consent was given to."""
        entry = self.entry(key)
        canonical = json.dumps([entry.key, entry.version, entry.text], ensure_ascii=False)
        return sha256(canonical.encode()).hexdigest()


def phrase_entry(
    key: str,
    text: str,
    *,
    version: int = 1,
    words: tuple[str, ...] = (),
    needs_review: bool = False,
    review_note: str | None = None,
) -> PhraseEntry:
    """Return an entry with its text taken apart."""
    pieces = _pieces(text)
    return PhraseEntry(
        key, text, version, words, needs_review, review_note, frozenset(pieces[1::2]), pieces
    )


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return any text of the content, such as a lesson's card, with its placeholders filled in.

    Raises MissingValueError, which then names the text.
    """
    return _joined(text, _pieces(text), values)


@lru_cache(maxsize=512)
def _pieces(text: str) -> tuple[str, ...]:
    return tuple(PLACEHOLDER.split(text))


def _joined(key: str, pieces: tuple[str, ...], values: Mapping[str, str]) -> str:
    filled = list(pieces)
    try:
        filled[1::2] = [values[name] for name in pieces[1::2]]
    except KeyError as missing:
        raise MissingValueError(key, str(missing.args[0])) from None
    return "".join(filled)
