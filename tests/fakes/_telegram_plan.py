"""What is to go wrong, and how fast is too fast.

on arrival   CUT_ON_ARRIVAL, CUT_IN_BODY                  headers are read: the chat is not known yet
read         CUT_BEFORE_ACCEPT, BARE_BEFORE, HANG_BEFORE, STORM, UNAUTHORIZED, SLOW
accepted     CUT_AFTER_ACCEPT, BARE_AFTER, GARBAGE_AFTER, HANG_AFTER, CUT_IN_ANSWER
"""

import random
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum, auto

from tests.fakes._telegram_table import MESSAGES


class Kind(StrEnum):
    """The ways in which a call can go wrong."""

    CUT_ON_ARRIVAL = auto()
    CUT_IN_BODY = auto()
    CUT_BEFORE_ACCEPT = auto()
    CUT_AFTER_ACCEPT = auto()
    CUT_IN_ANSWER = auto()
    BARE_BEFORE = auto()
    BARE_AFTER = auto()
    GARBAGE_AFTER = auto()
    HANG_BEFORE = auto()
    HANG_AFTER = auto()
    STORM = auto()
    UNAUTHORIZED = auto()
    SLOW = auto()


ON_ARRIVAL = (Kind.CUT_ON_ARRIVAL, Kind.CUT_IN_BODY)
BEFORE = (
    Kind.CUT_BEFORE_ACCEPT,
    Kind.BARE_BEFORE,
    Kind.HANG_BEFORE,
    Kind.STORM,
    Kind.UNAUTHORIZED,
    Kind.SLOW,
)
AFTER = (
    Kind.CUT_AFTER_ACCEPT,
    Kind.BARE_AFTER,
    Kind.GARBAGE_AFTER,
    Kind.HANG_AFTER,
    Kind.CUT_IN_ANSWER,
)


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong, and when.

    It counts by itself, from 1, the calls of its methods to its chats, and strikes those numbered in
    `calls` (None: all of them), each with its probability, at most `times` times.
    """

    kind: Kind
    calls: Collection[int] | None = None
    chats: Collection[int] | None = None
    methods: Collection[str] = MESSAGES
    probability: float = 1.0
    times: int | None = None
    status: int = 502
    retry_after: int = 1
    seconds: float = 1.0
    at_byte: int = 1
    met: int = 0
    struck: int = 0

    def __post_init__(self) -> None:
        if self.kind in ON_ARRIVAL and self.chats is not None:
            raise ValueError(f"{self.kind}: the chat is not known before the body is read")

    def strikes(self, method: str, chat: object, dice: random.Random) -> bool:
        """Whether it strikes this call, which is counted."""
        if method not in self.methods or (self.chats is not None and chat not in self.chats):
            return False
        self.met += 1
        if self.calls is not None and self.met not in self.calls:
            return False
        if self.times is not None and self.struck >= self.times:
            return False
        if self.probability < 1.0 and dice.random() >= self.probability:
            return False
        self.struck += 1
        return True


@dataclass(slots=True)
class Plan:
    """The faults in force; the first that strikes is taken."""

    dice: random.Random
    faults: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> Fault:
        """Put one more in force."""
        self.faults.append(fault)
        return fault

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self.faults.clear()

    def struck(self, kinds: tuple[Kind, ...], method: str, chat: object = None) -> Fault | None:
        """The fault of these kinds that strikes this call; every one of them counts it."""
        asked = [one for one in self.faults if one.kind in kinds]
        hits = [one for one in asked if one.strikes(method, chat, self.dice)]
        return hits[0] if hits else None


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast an account may send; None: as fast as it likes."""

    per_second: int | None = 30
    seconds_per_chat: float | None = 1.0
    retry_after: int = 3


NO_LIMITS = Rates(None, None)


@dataclass(slots=True)
class Pace:
    """Counts what an account sent; times are seconds of one clock that never goes back."""

    latest: deque[float] = field(default_factory=deque)
    by_chat: dict[object, float] = field(default_factory=dict)
    held_until: float = float("-inf")

    def is_too_fast(self, rates: Rates, chat: object, now: float) -> bool:
        """Whether one more message to this chat now is over a limit; then everything is held."""
        while self.latest and now - self.latest[0] >= 1.0:
            self.latest.popleft()
        is_over = rates.per_second is not None and len(self.latest) >= rates.per_second
        if rates.seconds_per_chat is not None:
            is_over |= now - self.by_chat.get(chat, float("-inf")) < rates.seconds_per_chat
        if is_over:
            self.held_until = now + rates.retry_after
        return is_over

    def count(self, chat: object, now: float) -> None:
        """One more message went."""
        self.latest.append(now)
        self.by_chat[chat] = now
