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
from handlers._effects import (
    Become,
    Deed,
    Do,
    Document,
    Effect,
    Errand,
    Question,
    Request,
    Resume,
    Say,
)
from handlers._journal import (
    ASK,
    DEED,
    DO,
    Answer,
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
    try:
        coroutine = begin(conversation_named(talk.name), talk.me, talk.args)
    except (ValidationError, KeyError, TypeError):  # its arguments are those of an older version
        return Turn((), (), next=Restart())
    try:
        answer = replay(coroutine, talk.journal)
        return (yield from _Run(talk, heard, book).through(coroutine, answer))
    except _Changed:
        return Turn((), (), next=Restart())
    finally:
        coroutine.close()


def replay(coroutine: Coroutine[Effect, Any, None], journal: Journal) -> object:
    """Answer from the journal all it holds; returns the last answer, which the coroutine has not seen."""
    answer: object = None
    try:
        for entry in journal:
            effect = coroutine.send(answer)
            while type(effect) is Say:  # it was said when the entry was written
                effect = coroutine.send(None)
            answer = _recalled(effect, entry)
    except (StopIteration, ValidationError, KeyError):
        raise _Changed from None
    return answer


def _recalled(effect: Effect, entry: Entry) -> object:
    if type(effect) is Question and entry.kind == ASK and entry.key == question_key(effect):
        return decode_answer(entry)
    if type(effect) is Do and entry.kind != ASK and entry.key == type(effect.request).__name__:
        return decode_result(effect.request, entry)
    raise _Changed


def back(talk: Talk) -> Journal | None:
    """The journal cut to the previous question, or None when something was recorded since (or none is)."""
    for index in range(len(talk.journal) - 1, -1, -1):
        if talk.journal[index].kind == DEED:
            return None
        if talk.journal[index].kind == ASK:
            return talk.journal[:index]
    return None


class _Run:
    """What happens in a turn after the replay."""

    def __init__(self, talk: Talk, heard: Heard | Returned | None, book: Book) -> None:
        self.talk = talk
        self.heard = heard
        self.book = book
        self.journal = list(talk.journal)
        self.is_met = talk.open is None  # whether the message has met the question that was open
        self.said: list[Said] = []

    def through(self, coroutine: Coroutine[Any, Any, None], answer: object) -> Requests:
        """Feed the coroutine until the turn ends."""
        while True:
            try:
                effect = coroutine.send(answer)
            except StopIteration:
                return self._over(End())
            answer = None
            match effect:
                case Say():
                    self._say(effect)
                case Question():
                    answer = self._ask(effect)
                case Do(Errand() as errand):
                    answer = self._wait_for(errand)
                case Do(request):
                    answer = yield from self._do(request)
                case Become() | Resume():
                    return self._over(effect)
            if isinstance(answer, Turn):
                return answer

    def _say(self, effect: Say) -> None:
        if self.is_met:
            self.said.append(Said(self.book.render(effect.phrase), effect.document))

    def _write(self, entry: Entry) -> None:
        self.journal.append(entry)
        self.is_met = True

    def _do(self, request: Request[Any]) -> Generator[Request[Any], Any, object]:
        if not self.is_met:
            raise _Changed
        result = yield request
        entry = encode_result(request, result, DEED if isinstance(request, Deed) else DO)
        self._write(entry)
        return decode_result(request, entry)

    def _wait_for(self, errand: Errand[Any]) -> object:
        """The errand's outcome, when that is what came in; else the turn ends here."""
        returned = self._returned(errand)
        return self._turn(errand=errand) if returned is None else decode_result(errand, returned)

    def _returned(self, errand: Errand[Any]) -> Entry | None:
        """The entry of an errand's outcome, when that is what came in."""
        if self.is_met or not isinstance(self.heard, Returned):
            return None
        entry = decode_returned(errand, self.heard.type, self.heard.value)
        self.heard = None
        self._write(entry)
        return entry

    def _ask(self, question: Question) -> "Answer | Turn":
        if self.is_met:
            return self._turn(question=question)
        if not isinstance(self.heard, Heard):
            return self._turn(question=question, reading=Again())
        reading = understand(question, self.talk, self.heard, self.book)
        if isinstance(reading, Interrupted):
            return self._over(Interrupt(reading.name))
        if not isinstance(reading, Answered):
            return self._turn(question=question, reading=reading)
        if self._is_stale(question, self.heard):  # too late to count: it is shown again
            return self._turn(question=question, reading=Again())
        self._write(encode_answer(question, reading.value))
        return reading.value

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
        if not self.is_met and not isinstance(next_, Interrupt):
            raise _Changed
        return Turn(tuple(self.said), tuple(self.journal), next=next_)
