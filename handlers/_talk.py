"""The values that pass between a person, the engine and the shell."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cached_property, lru_cache
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from handlers._effects import Document, Media, Option, Phrase
from handlers._journal import Journal
from handlers._requests.person import Person
from lessons import Content
from lessons.alarms import Lanes
from lessons.answers import Offer
from lessons.intents import Intents
from lessons.phrases import fill


class Kind(Enum):
    """What kind of thing somebody sent."""

    TEXT = "text"
    LIKE = "like"  # 👍, ❤️
    STICKER = "sticker"
    VOICE = "voice"
    PICTURE = "picture"
    FILE = "file"
    EDITED = "edited"  # an older message was changed


@dataclass(frozen=True, slots=True)
class Tap:
    """A button that was pressed: which talk, which of its questions, which option. Untrusted."""

    talk: str
    question: int
    option: str

    @classmethod
    def read(cls, payload: str) -> "Tap | None":
        """The tap in a button's payload "talk:question:option", or None when it is not ours."""
        talk, _, rest = payload.partition(":")
        question, _, key = rest.partition(":")
        if not (talk and key and re.fullmatch("[0-9]{1,4}", question)):
            return None
        return cls(talk, int(question), key)

    def payload(self) -> str:
        """The text a button carries."""
        return f"{self.talk}:{self.question}:{self.option}"


@dataclass(frozen=True, slots=True)
class Heard:
    """One message from a person.

    `seen`: the question on their screen when they typed, where the channel knows it ("talk:question").
    `follows`: what the same person sent at most 2 s before; together they are one thought.
    `is_masked`: a number that should not have been sent was masked in `text`.
    """

    text: str
    at: datetime
    kind: Kind = Kind.TEXT
    tap: Tap | None = None
    seen: str | None = None
    follows: str | None = None
    is_masked: bool = False


@dataclass(frozen=True, slots=True)
class Returned:
    """An errand's outcome, come back through the inbox."""

    type: str
    value: str
    at: datetime


class Open(NamedTuple):
    """What a talk stands at: the question (or errand) and how its asking went so far."""

    asked_at: datetime
    misses: int = 0
    where: str | None = None
    about: str | None = None
    is_errand: bool = False


class Talk(NamedTuple):
    """A conversation under way at one address; `open` is None only before its first effect."""

    id: str
    name: str
    args: tuple[tuple[str, str], ...]
    me: Person
    journal: Journal = ()
    open: Open | None = None
    is_resting: bool = False
    troubles: int = 0

    def grown(self, journal: Journal, open_: Open) -> "Talk":
        """The same talk after a turn that went well."""
        return self._replace(journal=journal, open=open_, is_resting=False, troubles=0)

    def troubled(self) -> "Talk | None":
        """The same talk after a turn that failed; None after the second in a row: it ends."""
        return None if self.troubles else self._replace(troubles=1)

    def write(self) -> str:
        """The talk as JSON."""
        return _TALK.dump_json(self).decode()

    @classmethod
    def read(cls, text: str) -> "Talk | None":
        """The talk in its JSON, or None when it was written by a version that this one cannot read."""
        try:
            return _TALK.validate_json(text)
        except ValidationError:
            return None


_TALK = TypeAdapter(Talk)


@dataclass(frozen=True, slots=True)
class Aside:
    """The talk that waits under this one: where it stood, and the lesson it is in."""

    where: str
    about: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One button, or one numbered line where there are no buttons."""

    number: str
    label: str
    tap: str


@dataclass(frozen=True, slots=True)
class Message:
    """What one turn says: it leaves as one message.

    `text` holds no choices: a channel without buttons prints them under it, numbered. `question` is
    "talk:question" of the question that stays open.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    question: str | None = None
    is_several: bool = False
    hint: str | None = None
    media: Media | None = None
    documents: tuple[Document, ...] = ()


class Book:
    """The content with the ward's own words filled in: renders phrases, reads answers."""

    def __init__(self, content: Content, values: Mapping[str, str]) -> None:
        self.content = content
        self.values = dict(values)
        self.offers = lru_cache(maxsize=2048)(self._offers)
        self.render = lru_cache(maxsize=8192)(self._render)

    @cached_property
    def intents(self) -> Intents:
        """Trigger words and word sets."""
        return self.content.intents

    @cached_property
    def lanes(self) -> Lanes:
        """The alarm lanes."""
        return self.content.alarms

    @cached_property
    def back_offer(self) -> tuple[Offer, ...]:
        """What means “quay lại” at any choice."""
        return (Offer("back", "quay lại", self.word_set("back")),)

    @cached_property
    def again_offer(self) -> tuple[Offer, ...]:
        """What means “nhắc lại” at any choice."""
        return (Offer("again", "nhắc lại", self.word_set("again")),)

    def word_set(self, name: str) -> tuple[str, ...]:
        """The words of one set of intents.yaml."""
        return self.intents.word_sets[name]

    def _render(self, phrase: Phrase) -> str:
        if phrase.key == "engine.text":
            return str(phrase.values[0][1])
        given = {name: str(value) for name, value in phrase.values}
        return self.content.phrases.render(phrase.key, {**self.values, **given})

    def _offers(self, options: tuple[Option, ...]) -> tuple[Offer, ...]:
        return tuple(
            Offer(
                option.key, self.render(option.label), words, alone=words == self.word_set("none")
            )
            for option in options
            for words in [self._words(option.label)]
        )

    def _words(self, label: Phrase) -> tuple[str, ...]:
        """What else may be typed for an option, with the label's own values filled in."""
        if label.key == "engine.text":
            return ()
        found = self.content.phrases.entry(label.key).words
        if not label.values:
            return found
        given = {**self.values, **{name: str(value) for name, value in label.values}}
        return tuple(fill(one, given) for one in found)
