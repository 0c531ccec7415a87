"""All talks at one address: what a message starts, interrupts, ends and comes back to.

One talk is active and one may wait under it. A message goes to the active talk; when it belongs to
another conversation, that one starts and the active one waits under it if it is worth coming back to.
When a talk ends, the one that waits is asked again, unless it rests (“nghỉ”) until its person returns.

While the ward still prepares, a public channel is shut for everybody without a role for the ward: only what
keeps people safe, what is theirs by right and taking up an invite goes on; all else is one kind sentence.
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
from handlers._requests.person import WARD_ROLES, Erased, Person, Role
from handlers._requests.practice import PracticeOver, Practising
from handlers._requests.relatives import HandedBack, LearnsNow
from handlers._talk import Aside, Book, Heard, Kind, Message, Open, Returned, Talk
from handlers._turn import End, Interrupt, Restart, Said, Turn, back, turn
from handlers._understand import Again, Back, Quiet, Reading, Unclear, caption_lane
from lessons.alarms import LANES, lane_of
from lessons.answers import intent_of
from lessons.text import clean, is_pasted

MAX_STARTS = 8
"""So many talks may follow each other in one turn; more is a loop."""


DOORS = "doors"
ALWAYS_OPEN = frozenset({*LANES, "stop", "stop_maybe", "my_data", "join", DOORS})
"""What anybody may begin where the doors are shut …"""
OPEN_FROM_THERE = ALWAYS_OPEN | {"settings", "tdp", "naming"}
"""… and what these lead to: what is kept of a person may be corrected at any time."""
SOMEBODY_ELSE = frozenset(
    one.__name__ for one in (Erased, Practising, PracticeOver, LearnsNow, HandedBack)
)
"""Then somebody else speaks: a talk that ends with one in its journal takes what waited under it along."""
UNREMINDED = frozenset({*LANES, "practice", "practice_over"})
"""Where nobody is reminded that they only practise: an alarm comes first, whoever raises it."""


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
    """Who is heard: a snapshot for wording, their roles now, and whether this is their first word ever.

    `is_unopened`: they speak on a public channel of a ward that still prepares (bot/doors.py).
    `is_practice`: they only practise, and are reminded of it when a talk begins.
    """

    me: Person
    roles: frozenset[Role]
    is_new: bool = False
    is_unopened: bool = False
    is_practice: bool = False

    @property
    def is_shut_out(self) -> bool:
        """Whether the doors are shut for them."""
        return self.is_unopened and self.roles.isdisjoint(WARD_ROLES)


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
        if self.active is not None and not self._is_open(self.active.name, OPEN_FROM_THERE):
            self._put_aside(rests=True)
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

    def _is_open(self, name: str, where_shut: frozenset[str]) -> bool:
        """Whether a conversation may go on here; where the doors are shut, only those named do."""
        return not self.caller.is_shut_out or name in where_shut

    # ------------------------------------------------------------ nothing open

    def _idle(self, heard: Heard) -> Generator[Request[Any], Any, None]:
        name, args = self._meant(heard)
        if name is None:
            return
        if not self._is_open(name, ALWAYS_OPEN):
            name, args = DOORS, {}
        if self.caller.is_new and name not in {"welcome", DOORS}:
            self._say("welcome.machine")
        self._remind(name)
        yield from self._follow((yield from self._start(name, args)))

    def _meant(self, heard: Heard) -> tuple[str | None, dict[str, object]]:
        """The conversation a message starts when no question is open."""
        if heard.tap is not None or heard.kind is not Kind.TEXT:
            lane = caption_lane(heard, self.book)
            return lane or ("welcome" if self.caller.is_new else "fallback"), {}
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
        whole = self._whole(heard.follows, text)
        if whole is not None and heard.follows is not None:
            is_answered = whole == intent_of(clean(heard.follows[:2000]), self.book.intents)
            return None if is_answered else whole, {}
        return "fallback", {"typed": text[:300]}

    def _whole(self, first: str | None, second: str) -> str | None:
        """What two halves of one thought mean together: “kết quả”, “của tôi” is “kết quả của tôi”."""
        if first is None:
            return None
        return intent_of(f"{clean(first[:2000])} {second}", self.book.intents)

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
                wanted = name if self._is_open(name, ALWAYS_OPEN) else DOORS
                self._remind(wanted)
                return (yield from self._start(wanted, {}))
            case Resume() if self.aside is not None:
                return (yield from self._take_up())
            case Resume():
                return (yield from self._start("learn", {}))
            case Restart():
                return (yield from self._restart())
            case End() if any(entry.type in SOMEBODY_ELSE for entry in one.journal):
                self.aside = None
            case End() if self._goes_on_by_itself():
                return (yield from self._take_up())
        self.active = None
        return None

    def _start(self, name: str, args: Mapping[str, object]) -> Generator[Request[Any], Any, Turn]:
        self.starts += 1
        if self.starts > MAX_STARTS:
            raise EndlessTalk(name)
        found = conversation_named(name)
        if not self._is_open(name, OPEN_FROM_THERE):
            found, args = conversation_named(DOORS), {}
        elif not found.roles & self.caller.roles:
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

    def _goes_on_by_itself(self) -> bool:
        """Whether what waits is asked again as soon as the talk above it ends."""
        aside = self.aside
        if aside is None or aside.is_resting:
            return False
        return self._is_open(aside.name, OPEN_FROM_THERE)

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

    def _remind(self, name: str) -> None:
        """Once, where somebody begins to talk of something; how it goes on needs no second reminder."""
        if self.caller.is_practice and name not in UNREMINDED:
            self._say("practice.reminder")

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
