"""A conversation's test is a transcript, run through the real engine with a small world that answers.

    > what a person sends          (“>>” sends it within two seconds of the line before)
    < what comes back … with the choices behind it [1 Bắt đầu] [2 Bài khác]

“…” stands for anything; new lines read as spaces. A person may also tap: “> [2]”.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import lessons
from handlers._dialogue import Caller, Outcome, Talks, dialogue
from handlers._effects import Request
from handlers._requests.consent import (
    Agree,
    ConsentSaved,
    Decline,
    MyConsents,
    PushesStopped,
    StopPushes,
    Withdraw,
)
from handlers._requests.help import AskForHelp, HelpNoted, WardNumber, WardNumbers
from handlers._requests.invites import CodesLocked, InviteHere
from handlers._requests.lesson import (
    FinishQuiz,
    LessonsAbout,
    LessonsNamed,
    LessonTitle,
    MyResults,
    NextLesson,
    OpenLesson,
    QuizDone,
    Started,
    StartLesson,
    TakeLesson,
)
from handlers._requests.person import (
    Erased,
    EraseMe,
    ExportMine,
    MyData,
    MyFile,
    MySheet,
    MyStanding,
    NameSaved,
    Person,
    Role,
    SetName,
    Standing,
)
from handlers._requests.praise import PraiseDue
from handlers._requests.tdp import SetTdp, Tdp, TdpCameBy, TdpSaved, TdpsNamed
from handlers._requests.time import Now
from handlers._talk import Book, Heard, Kind, Message, Talk, Tap

FOLDER = Path(lessons.__file__).parent
MORNING = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
VALUES = {
    "ward": "phường Trung Thành",
    "bot": "Bình dân học vụ số – phường Trung Thành",
    "unit": "tổ dân phố",
    "commune": "phường",
    "cong_an_phuong": "đến trụ sở Công an phường",
    "hoi_cong_an": "trực tiếp tại trụ sở Công an phường",
    "carer": "đến trạm y tế phường",
}
NEWCOMER = Standing(
    is_kept=False,
    has_declined=False,
    finished=0,
    was_asked_pushes=False,
    was_asked_tdp=False,
    was_asked_name=False,
    is_new_day=False,
)
RULE = lessons.PassRule(2, 3)


@pytest.fixture(scope="session")
def book() -> Book:
    """The real content with a ward's words."""
    return Book(lessons.load(FOLDER), VALUES)


def world(content: lessons.Content) -> dict[type[Request[Any]], Any]:
    """What the world answers unless a test names something else: a newcomer, every lesson open."""

    def take(request: TakeLesson) -> OpenLesson:
        found = content.lessons[request.lesson]
        return OpenLesson(found, found.content_hash, is_approved=False)

    def titles(request: LessonsAbout) -> tuple[LessonTitle, ...]:
        found = lessons.by_need(content.lessons.values(), request.need)
        return tuple(LessonTitle(one.id, one.title, one.minutes) for one in found)

    def finish(request: FinishQuiz) -> QuizDone:
        right = sum(answer.is_right for answer in request.answers)
        return QuizDone(right, 3, right >= RULE.right, right >= RULE.right, 1)

    first = next(iter(content.lessons.values()))
    return {
        TakeLesson: take,
        LessonsAbout: titles,
        LessonsNamed: (),
        NextLesson: LessonTitle(first.id, first.title, first.minutes),
        StartLesson: Started(1, RULE),
        FinishQuiz: finish,
        MyResults: (),
        MyStanding: NEWCOMER,
        MyConsents: (),
        PraiseDue: False,
        Agree: ConsentSaved(),
        Decline: ConsentSaved(),
        Withdraw: ConsentSaved(),
        StopPushes: PushesStopped(had_any=False),
        TdpsNamed: (Tdp(1, "Tân Trung", "Đông Cao"), Tdp(2, "Tân Trung", "Tân Phú")),
        TdpCameBy: None,
        SetTdp: TdpSaved("Tân Trung"),
        SetName: NameSaved(is_kept=True),
        MyData: MySheet("bà", "Lan", "Tân Trung", "01/11/2026", 3, ("save",)),
        ExportMine: MyFile('{"name": "Lan"}'),
        EraseMe: Erased(),
        InviteHere: False,
        CodesLocked: None,
        WardNumbers: (WardNumber("Công an phường", None),),
        AskForHelp: HelpNoted(),
        Now: MORNING,
    }


class Chat:
    """One address talking to the engine; every talk is written down and read back between turns."""

    def __init__(
        self,
        book: Book,
        given: Mapping[type[Request[Any]], Any] | None = None,
        *roles: Role,
        is_unopened: bool = False,
    ) -> None:
        self.book = book
        self.roles = frozenset({Role.RESIDENT, *roles})
        self.is_unopened = is_unopened
        self.is_practice = False
        self.given = {**world(book.content), **(given or {})}
        self.talks = Talks()
        self.at = MORNING
        self.count = 0
        self.last_text: str | None = None
        self.message: Message | None = None
        self.asked: list[Request[Any]] = []

    def hear(self, text: str, *, after: float = 60.0, kind: Kind = Kind.TEXT) -> Message | None:
        """Send one message, `after` seconds since the last, and return what comes back."""
        self.at += timedelta(seconds=after)
        follows = self.last_text if after <= 2 else None
        heard = Heard(text, self.at, kind, follows=follows)
        return self.send(heard)

    def tap(self, number: int) -> Message | None:
        """Press a button of the newest message."""
        assert self.message is not None
        choice = self.message.choices[number - 1]
        self.at += timedelta(seconds=60)
        return self.send(Heard(choice.label, self.at, tap=Tap.read(choice.tap)))

    def send(self, heard: Heard) -> Message | None:
        """Run one turn."""
        self.count += 1
        caller = Caller(
            Person(),
            self.roles,
            is_new=self.count == 1,
            is_unopened=self.is_unopened,
            is_practice=self.is_practice,
        )
        outcome = self._drive(heard, caller)
        self.talks = Talks(survived(outcome.talks.active), survived(outcome.talks.aside))
        self.last_text = heard.text
        if outcome.message is not None:
            self.message = outcome.message
        return outcome.message

    def _drive(self, heard: Heard, caller: Caller) -> Outcome:
        steps = dialogue(self.talks, heard, caller, self.book, f"{self.count:x}")
        answer: object = None
        while True:
            try:
                request = steps.send(answer)
            except StopIteration as stop:
                return stop.value
            self.asked.append(request)
            found = self.given[type(request)]
            answer = found(request) if callable(found) else found

    def __call__(self, transcript: str) -> "Chat":
        """Play a transcript; every “<” line must fit what came back."""
        answer: Message | None = self.message
        for line in (one.strip() for one in transcript.strip().splitlines()):
            if line.startswith("<"):
                fits(line[1:].strip(), shown(answer))
            elif line.startswith(">"):
                answer = self._sent(line)
        return self

    def _sent(self, line: str) -> Message | None:
        after = 1.0 if line.startswith(">>") else 60.0
        text = line.lstrip(">").strip()
        button = re.fullmatch(r"\[(\d)\]", text)
        return self.tap(int(button[1])) if button else self.hear(text, after=after)


def survived(talk: Talk | None) -> Talk | None:
    """A talk after a restart: what its JSON holds and nothing else."""
    return Talk.read(talk.write()) if talk is not None else None


def shown(message: Message | None) -> str:
    """A message on one line, its choices behind it; “(không có gì)” when nothing was said."""
    if message is None:
        return "(không có gì)"
    choices = "".join(f" [{choice.number} {choice.label}]" for choice in message.choices)
    return " ".join(message.text.split()) + choices


def fits(pattern: str, text: str) -> None:
    """Fail, showing both, unless the text fits the pattern."""
    expected = ".*".join(re.escape(part.strip()) for part in pattern.split("…"))
    assert re.fullmatch(expected.replace(".*", r"\s*.*?\s*"), text), (
        f"\n  < {text}\nmuốn\n  < {pattern}"
    )


@pytest.fixture
def talk(book: Book) -> Callable[..., Chat]:
    """Play a transcript as a newcomer; `given` names what the world answers, `roles` what they are besides.

    `is_unopened`: on a public channel of a ward that still prepares.
    """

    def play(
        transcript: str,
        given: Mapping[type[Request[Any]], Any] | None = None,
        *roles: Role,
        is_unopened: bool = False,
    ) -> Chat:
        return Chat(book, given, *roles, is_unopened=is_unopened)(transcript)

    return play


@pytest.fixture(scope="session")
def new_chat(book: Book) -> Callable[[], Chat]:
    """A chat of somebody new, for tests that make many."""
    return lambda: Chat(book)
