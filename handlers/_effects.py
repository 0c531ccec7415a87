"""The vocabulary of conversations: what a coroutine may await, and the traps that yield it.

Effects and what they carry are NamedTuples: they are made anew at every replay, and a frozen dataclass
costs five times as much to make.

A conversation awaits people, not sockets. Every await below yields one frozen effect to the engine
(`handlers._turn`) and is answered by it: from the journal when the talk is replayed, by a person when
a question is open, by the shell when a request goes out. Nothing here knows which.

    say(...)      -> None          choose(...)      -> str           become(...) -> never returns
    ask(...)      -> str           choose_many(...) -> tuple[str]    resume()    -> never returns
    do(Request)   -> its result    choose_or_ask(...) -> Picked | Typed
"""

import types
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, NamedTuple, Never, TypeVar, cast

R = TypeVar("R")

STALE_HOURS = 12
"""An answer that comes later than this to an ordinary question is not taken: it is asked again."""
STALE_HOURS_SENSITIVE = 6
"""The same for a consent, an erasure, a send."""


# ---------------------------------------------------------------- words


class Phrase(NamedTuple):
    """A sentence by its key, with the values for its placeholders; the words stand in lessons/phrases."""

    key: str
    values: tuple[tuple[str, object], ...] = ()


def phrase(key: str, /, **values: object) -> Phrase:
    """Name a sentence of lessons/phrases/<file>.yaml as "<file>.<name>"."""
    return Phrase(key, tuple(values.items()))


def words(text: str) -> Phrase:
    """Text that is content already (a lesson's card, a name), as a phrase."""
    return Phrase("engine.text", (("text", text),))


class Option(NamedTuple):
    """One answer that is offered: its key is what the conversation gets and the journal keeps."""

    key: str
    label: Phrase


def option(key: str, /, **values: object) -> Option:
    """An option whose label is the phrase `key`; the option's own key is the part after the dot."""
    return Option(key.rpartition(".")[2], phrase(key, **values))


class Media(NamedTuple):
    """Picture and sound that go with a card: file names below the content folder's media/."""

    image: str | None = None
    image_alt: str | None = None
    audio: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A small text file handed to the person, e.g. their own data as JSON."""

    name: str
    mime: str
    text: str


# ---------------------------------------------------------------- requests


class Request(Generic[R]):
    """What a conversation asks of the world; `R` is what it is answered with."""

    __slots__ = ()


class Fact(Request[R]):
    """Reads. Answered by storage inside the turn's transaction."""

    __slots__ = ()


class Deed(Request[R]):
    """Writes. Answered by storage inside the turn's transaction; going back stops before it.

    `recorded` names the phrase that says what was recorded ("engine.recorded" unless overridden).
    """

    __slots__ = ()


class Errand(Request[R]):
    """Anything slower or outside: done after the commit, at least once, answered through the inbox."""

    __slots__ = ()


# ---------------------------------------------------------------- effects


class Form(Enum):
    """How a question may be answered."""

    CHOICE = "choice"
    SEVERAL = "several"
    TEXT = "text"
    CHOICE_OR_TEXT = "choice_or_text"


class Say(NamedTuple):
    """Tell; no answer is awaited."""

    phrase: Phrase
    document: Document | None = None


class Question(NamedTuple):
    """Ask and wait for a person.

    `exact`: never answered by a fuzzy match (consents, erasures). `lettered`: "a", "b", "c" are answers
    (quizzes). `unsure`: the key to return for “không biết”, or None where that is no answer.
    `where`: the line shown when the question comes back after a while, `about`: the lesson it is in.
    `hint`: the input's placeholder.
    """

    phrase: Phrase
    form: Form
    options: tuple[Option, ...] = ()
    exact: bool = False
    lettered: bool = False
    unsure: str | None = None
    stale_hours: int = STALE_HOURS
    where: Phrase | None = None
    about: str | None = None
    hint: Phrase | None = None
    media: Media | None = None


class Do(NamedTuple):
    """Send a request and wait for its result."""

    request: Request[Any]


class Become(NamedTuple):
    """End this talk and start `name` with `args` in the same turn."""

    name: str
    args: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Resume:
    """End this talk and go on with the one that was put aside."""


Effect = Say | Question | Do | Become | Resume


@dataclass(frozen=True, slots=True)
class Picked:
    """An offered option was chosen."""

    key: str


@dataclass(frozen=True, slots=True)
class Typed:
    """Something else was typed where that is allowed."""

    text: str


@types.coroutine
def _trap(effect: Effect) -> Generator[Effect, Any, Any]:
    """Yield one effect to the engine and return its answer."""
    return (yield effect)


async def say(what: Phrase, *, document: Document | None = None) -> None:
    """Tell the person something; joined with the rest of the turn into one message."""
    await _trap(Say(what, document))


async def choose(
    question: Phrase,
    options: Sequence[Option],
    *,
    exact: bool = False,
    lettered: bool = False,
    unsure: str | None = None,
    stale_hours: int = STALE_HOURS,
    where: Phrase | None = None,
    about: str | None = None,
    media: Media | None = None,
) -> str:
    """Ask for one of `options`; returns its key (or `unsure`)."""
    asked = Question(
        question,
        Form.CHOICE,
        tuple(options),
        exact,
        lettered,
        unsure,
        stale_hours,
        where,
        about,
        media=media,
    )
    return cast("str", await _trap(asked))


async def choose_many(
    question: Phrase,
    options: Sequence[Option],
    *,
    exact: bool = False,
    stale_hours: int = STALE_HOURS,
) -> tuple[str, ...]:
    """Ask for one or several of `options` (“1 3”); returns their keys in the order offered."""
    asked = Question(question, Form.SEVERAL, tuple(options), exact, stale_hours=stale_hours)
    return cast("tuple[str, ...]", await _trap(asked))


async def ask(question: Phrase, *, hint: Phrase | None = None) -> str:
    """Ask for free text; whatever is typed is the answer."""
    return cast("str", await _trap(Question(question, Form.TEXT, hint=hint)))


async def choose_or_ask(
    question: Phrase,
    options: Sequence[Option],
    *,
    exact: bool = False,
    hint: Phrase | None = None,
) -> Picked | Typed:
    """Offer `options`, and take any other text as typed."""
    asked = Question(question, Form.CHOICE_OR_TEXT, tuple(options), exact, hint=hint)
    return cast("Picked | Typed", await _trap(asked))


async def do(request: Request[R]) -> R:
    """Ask the world: a Fact reads, a Deed writes, an Errand is done after the commit."""
    return cast("R", await _trap(Do(request)))


async def become(name: str, /, **args: object) -> Never:
    """Go on as the conversation `name`, with an empty journal."""
    await _trap(Become(name, tuple(sorted(args.items()))))
    raise AssertionError("the engine never answers become")


async def resume() -> Never:
    """Go on with the talk that was put aside; ends this one."""
    await _trap(Resume())
    raise AssertionError("the engine never answers resume")
