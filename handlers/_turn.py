"""One turn of one talk: a plain generator over the journal, sans-IO.

    start     journal empty, nothing open      effects run; what is said is heard
    replay    up to the open question          effects are answered from the journal; nothing is said again
    answer    the message meets the question   Answered -> the journal grows, effects run on
                                               anything else -> the question stays as it was
    run       each new Do is yielded to the    its result is written down, read back, handed in
              shell
    end       a question or errand is open     Turn(question) · Turn(errand)
              the coroutine returned           Turn(End)
              it became another, or resumed    Turn(Become) · Turn(resume)
              the message belongs elsewhere    Turn(Interrupt)
              the journal fits no longer       Turn(Restart): after a deploy; what was recorded stays

The journal given is never changed: the shell stores `Turn.journal` in the turn's own transaction, or
nothing at all.
"""

from collections.abc import Coroutine, Generator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from handlers._conversations import begin, conversation_named
from handlers._effects import Become, Deed, Do, Document, Errand, Question, Request, Resume, Say
from handlers._journal import (
    ASK,
    DEED,
    DO,
    Entry,
    Journal,
    decode_answer,
    decode_result,
    decode_returned,
    encode_answer,
    encode_result,
    question_key,
    within_bounds,
)
from handlers._talk import Book, Heard, Returned, Talk
from handlers._understand import Again, Answered, Interrupted, Reading, understand

Requests = Generator[Request[Any], Any, "Turn"]


class End:
    """The talk is over."""


@dataclass(frozen=True, slots=True)
class Interrupt:
    """What was heard belongs to the conversation `name`; this talk is as it was."""

    name: str


class Restart:
    """The conversation changed under its journal: it begins again, kindly."""


Next = End | Interrupt | Restart | Become | Resume


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said, in words."""

    text: str
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of a turn: exactly one of `question`, `errand`, `next` is set.

    `reading` says how the message met a question that stays open: None when a new one was reached.
    """

    said: tuple[Said, ...]
    journal: Journal
    question: Question | None = None
    errand: Errand[Any] | None = None
    next: Next | None = None
    reading: Reading | None = None


class _Changed(Exception):
    """The coroutine asked for something its journal does not hold."""


def turn(talk: Talk, heard: Heard | Returned | None, book: Book) -> Requests:
    """Run one turn. `heard` None starts the talk, or shows its open question again.

    Yields each request to the shell, is sent its result, returns the `Turn`.
    """
    run = _Run(talk, heard, book)
    try:
        coroutine = begin(conversation_named(talk.name), talk.me, talk.args)
    except (ValidationError, KeyError, TypeError):  # its arguments are those of an older version
        return Turn((), (), next=Restart())
    try:
        return (yield from run.through(coroutine))
    except _Changed:
        return Turn((), (), next=Restart())
    finally:
        coroutine.close()


def back(talk: Talk) -> Journal | None:
    """The journal cut to the previous question, or None when something was recorded since (or none is)."""
    for index in range(len(talk.journal) - 1, -1, -1):
        if talk.journal[index].kind == DEED:
            return None
        if talk.journal[index].kind == ASK:
            return talk.journal[:index]
    return None


class _Run:
    """The state of one turn while it runs."""

    def __init__(self, talk: Talk, heard: Heard | Returned | None, book: Book) -> None:
        self.talk = talk
        self.heard = heard
        self.book = book
        self.journal = list(talk.journal)
        self.position = 0
        self.is_replay = talk.open is not None
        self.said: list[Said] = []

    def through(self, coroutine: Coroutine[Any, Any, None]) -> Requests:  # noqa: C901 - an arm per effect
        """Feed the coroutine until the turn ends."""
        answer: object = None
        while True:
            try:
                effect = coroutine.send(answer)
            except StopIteration:
                return self._over(End())
            answer = None
            match effect:
                case Question():
                    if self.position < len(self.journal):  # the commonest of all: a replayed answer
                        answer = decode_answer(self._recall(ASK, question_key(effect)))
                        continue
                    outcome = self._ask(effect)
                    if isinstance(outcome, Turn):
                        return outcome
                    answer = outcome.value
                case Say():
                    self._say(effect)
                case Do(Errand() as errand) if self.position == len(self.journal):
                    returned = self._returned(errand)
                    if returned is None:
                        return self._turn(errand=errand)
                    answer = decode_result(errand, returned)
                case Do(request):
                    answer = yield from self._do(request)
                case Become() | Resume():
                    return self._over(effect)

    def _say(self, effect: Say) -> None:
        if not self.is_replay:
            self.said.append(Said(self.book.render(effect.phrase), effect.document))

    def _recall(self, kind: str, key: str) -> Entry:
        entry = self.journal[self.position]
        is_same = entry.key == key and (entry.kind == ASK) == (kind == ASK)
        if not is_same:
            raise _Changed
        self.position += 1
        return entry

    def _write(self, entry: Entry) -> None:
        self.journal.append(entry)
        self.position += 1
        self.is_replay = False

    def _do(self, request: Request[Any]) -> Generator[Request[Any], Any, object]:
        if self.position < len(self.journal):
            return decode_result(request, self._recall(DO, type(request).__name__))
        if self.is_replay:
            raise _Changed
        result = yield request
        entry = encode_result(request, result, DEED if isinstance(request, Deed) else DO)
        self._write(entry)
        return decode_result(request, entry)

    def _returned(self, errand: Errand[Any]) -> Entry | None:
        """The entry of an errand's outcome, when that is what came in."""
        if not self.is_replay or not isinstance(self.heard, Returned):
            return None
        entry = decode_returned(errand, self.heard.type, self.heard.value)
        self.heard = None
        self._write(entry)
        return entry

    def _ask(self, question: Question) -> "Answered | Turn":
        if not self.is_replay:
            return self._turn(question=question)
        if not isinstance(self.heard, Heard):
            return self._turn(question=question, reading=Again())
        reading = understand(question, self.talk, self.heard, self.book)
        if isinstance(reading, Answered) and not self._is_stale(question, self.heard):
            self._write(encode_answer(question, reading.value))
            return reading
        if isinstance(reading, Interrupted):
            return self._over(Interrupt(reading.name))
        if isinstance(reading, Answered):  # too late to count: the question is shown again
            reading = Again()
        return self._turn(question=question, reading=reading)

    def _is_stale(self, question: Question, heard: Heard) -> bool:
        opened = self.talk.open
        assert opened is not None
        return (heard.at - opened.asked_at).total_seconds() > question.stale_hours * 3600

    def _turn(
        self,
        *,
        question: Question | None = None,
        errand: Errand[Any] | None = None,
        reading: Reading | None = None,
    ) -> Turn:
        journal = within_bounds(tuple(self.journal))
        return Turn(tuple(self.said), journal, question, errand, None, reading)

    def _over(self, next_: Next) -> Turn:
        if self.is_replay and not isinstance(next_, Interrupt):
            raise _Changed
        return Turn(tuple(self.said), tuple(self.journal), next=next_)
