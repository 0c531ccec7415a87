"""All talks at one address: what a message starts, interrupts, ends and comes back to.

One talk is active and one may wait under it. A message goes to the active talk; when it belongs to
another conversation, that one starts and the active one waits under it if it is worth coming back to.
When a talk ends, the one that waits is asked again, unless it rests (“nghỉ”) until its person returns.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from handlers._conversations import (
    Conversation,
    UnknownConversation,
    conversation_named,
    encode_args,
)
from handlers._effects import Become, Errand, Question, Request, Resume, phrase
from handlers._journal import ASK
from handlers._message import Asked, compose
from handlers._requests.person import Erased, Person, Role
from handlers._talk import Aside, Book, Heard, Kind, Message, Open, Returned, Talk
from handlers._turn import End, Interrupt, Restart, Said, Turn, back, turn
from handlers._understand import Again, Back, Quiet, Reading, Unclear
from lessons.alarms import lane_of
from lessons.answers import intent_of
from lessons.text import clean, is_pasted

MAX_STARTS = 8
"""So many talks may follow each other in one turn; more is a loop."""


ERASED = Erased.__name__
"""A talk that ends with this in its journal takes what waited under it along."""


@dataclass(frozen=True, slots=True)
class Talks:
    """The talks at one address."""

    active: Talk | None = None
    aside: Talk | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a message: one message to send (or none), the talks as they stand, an errand to do."""

    message: Message | None
    talks: Talks
    errand: Errand[Any] | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is heard: a snapshot for wording, their roles now, and whether this is their first word ever."""

    me: Person
    roles: frozenset[Role]
    is_new: bool = False


Dialogue = Generator[Request[Any], Any, Outcome]


class EndlessTalk(Exception):
    """Conversations keep becoming each other without asking anything."""


def dialogue(
    talks: Talks, heard: Heard | Returned, caller: Caller, book: Book, seed: str
) -> Dialogue:
    """Hear one message. `seed` is unique to it: the ids of talks begun here are made from it."""
    return (yield from _Desk(talks, heard, caller, book, seed).hear())


class _Desk:
    """The state of one `dialogue` while it runs."""

    def __init__(
        self, talks: Talks, heard: Heard | Returned, caller: Caller, book: Book, seed: str
    ) -> None:
        self.active = talks.active
        self.aside = talks.aside
        self.heard = heard
        self.caller = caller
        self.book = book
        self.seed = seed
        self.starts = 0
        self.said: list[Said] = []
        self.asked: Asked | None = None
        self.reading: Reading | None = None
        self.errand: Errand[Any] | None = None

    @property
    def at(self) -> datetime:
        return self.heard.at

    def hear(self) -> Dialogue:
        """Run until a question is open, an errand waits, or there is nothing more to say."""
        if isinstance(self.heard, Heard) and self.heard.is_masked:
            self._say("engine.secret")
        if self.active is not None and not self._may_hold(self.active):
            self.active = None
        if self.active is not None:
            yield from self._follow((yield from turn(self.active, self.heard, self.book)))
        elif isinstance(self.heard, Heard):
            yield from self._idle(self.heard)
        message = compose(self.said, self.asked, self.reading, self.book)
        return Outcome(message, Talks(self.active, self.aside), self.errand)

    def _may_hold(self, talk: Talk) -> bool:
        try:
            return bool(conversation_named(talk.name).roles & self.caller.roles)
        except UnknownConversation:
            return False

    # ------------------------------------------------------------ nothing open

    def _idle(self, heard: Heard) -> Generator[Request[Any], Any, None]:
        name, args = self._meant(heard)
        if name is None:
            return
        if self.caller.is_new and name != "welcome":
            self._say("welcome.machine")
        yield from self._follow((yield from self._start(name, args)))

    def _meant(self, heard: Heard) -> tuple[str | None, dict[str, object]]:
        """The conversation a message starts when no question is open."""
        if heard.tap is not None or heard.kind is not Kind.TEXT:
            return ("welcome" if self.caller.is_new else "fallback"), {}
        text = clean(heard.text[:2000])
        lane = lane_of(text, self.book.lanes)
        if lane is not None:
            return lane, {}
        if is_pasted(text):
            return "scam_check", {}
        command = intent_of(text, self.book.intents)
        if command is not None:
            return command, {}
        if self.caller.is_new:
            return "welcome", {}
        return (None, {}) if heard.follows is not None else ("fallback", {"typed": text[:300]})

    # ------------------------------------------------------------ what follows a turn

    def _follow(self, one: Turn) -> Generator[Request[Any], Any, None]:
        while True:
            self.said += one.said
            if one.question is not None or one.errand is not None:
                yield from self._settle(one)
                return
            following = yield from self._next(one)
            if following is None:
                return
            one = following

    def _next(self, one: Turn) -> Generator[Request[Any], Any, Turn | None]:
        match one.next:
            case Become(name, args):
                return (yield from self._start(name, dict(args)))
            case Interrupt(name):
                self._put_aside(rests=conversation_named(name).rests)
                return (yield from self._start(name, {}))
            case Resume() if self.aside is not None:
                return (yield from self._take_up())
            case Resume():
                return (yield from self._start("learn", {}))
            case Restart():
                return (yield from self._restart())
            case End() if any(entry.type == ERASED for entry in one.journal):
                self.aside = None
            case End() if self.aside is not None and not self.aside.is_resting:
                return (yield from self._take_up())
        self.active = None
        return None

    def _start(self, name: str, args: Mapping[str, object]) -> Generator[Request[Any], Any, Turn]:
        self.starts += 1
        if self.starts > MAX_STARTS:
            raise EndlessTalk(name)
        found = conversation_named(name)
        if not found.roles & self.caller.roles:
            found, args = conversation_named("staff_only"), {}
        values = {**args, **self._aside_argument(found)}
        talk_id = f"{self.seed}{chr(ord('a') + self.starts)}"
        self.active = Talk(talk_id, found.name, encode_args(found, values), self.caller.me)
        return (yield from turn(self.active, None, self.book))

    def _aside_argument(self, found: Conversation) -> dict[str, object]:
        if "aside" not in found.parameters or self.aside is None or self.aside.open is None:
            return {}
        return {"aside": Aside(self.aside.open.where or "", self.aside.open.about)}

    def _put_aside(self, *, rests: bool) -> None:
        """The active talk waits, if it is worth coming back to; otherwise what waits already stays."""
        if self.active is not None and self._is_worth_more(self.active):
            self.aside = self.active
        if self.aside is not None and rests:
            self.aside = self.aside._replace(is_resting=True)
        self.active = None

    def _is_worth_more(self, talk: Talk) -> bool:
        """Whether a talk takes the one place aside: nothing but a lesson takes it from a lesson."""
        if not conversation_named(talk.name).is_kept:
            return False
        is_lesson_waiting = self.aside is not None and _lesson_of(self.aside) is not None
        return not is_lesson_waiting or _lesson_of(talk) is not None

    def _take_up(self) -> Generator[Request[Any], Any, Turn]:
        self.active, self.aside = self.aside, None
        assert self.active is not None
        return (yield from turn(self.active, None, self.book))

    def _restart(self) -> Generator[Request[Any], Any, Turn]:
        """The same conversation from its beginning, or the greeting where even that fits no longer."""
        assert self.active is not None
        if self.starts:
            return (yield from self._start("welcome", {}))
        self._say("engine.restarted")
        self.starts += 1
        self.active = Talk(f"{self.seed}r", self.active.name, self.active.args, self.active.me)
        return (yield from turn(self.active, None, self.book))

    def _say(self, key: str) -> None:
        self.said.append(Said(self.book.render(phrase(key))))

    # ------------------------------------------------------------ an open question

    def _settle(self, one: Turn) -> Generator[Request[Any], Any, None]:
        assert self.active is not None
        if isinstance(one.reading, Back):
            one = yield from self._go_back(one)
        self.errand = one.errand
        self.reading = one.reading
        opened = self._opened(one)
        self.active = self.active.grown(one.journal, opened)
        if one.question is not None:
            self.asked = Asked(one.question, self.active.id, len(one.journal), opened.misses)

    def _go_back(self, one: Turn) -> Generator[Request[Any], Any, Turn]:
        """To the previous question; where something was recorded since, say so and stay."""
        assert self.active is not None
        cut = back(self.active)
        if cut is None:
            has_asked = any(entry.kind == ASK for entry in self.active.journal)
            self._say("engine.recorded" if has_asked else "engine.first")
            return replace(one, reading=Again())
        self.active = self.active._replace(journal=cut)
        return (yield from turn(self.active, None, self.book))

    def _opened(self, one: Turn) -> Open:
        assert self.active is not None
        before = self.active.open
        question: Question | None = one.question
        where = self.book.render(question.where) if question and question.where else None
        opened = Open(
            self.at, 0, where, question.about if question else None, one.errand is not None
        )
        match one.reading:
            case Unclear() if before is not None:
                return opened._replace(misses=before.misses + 1)
            case Quiet() if before is not None:
                return before
            case _:
                return opened


def _lesson_of(talk: Talk) -> str | None:
    return talk.open.about if talk.open is not None else None
