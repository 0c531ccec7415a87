"""Turns a second of the conversation engine on one core: a resident takes TB-01 and its quiz, over and over.

A turn is one inbound answer: replay of the talk from its journal, understanding the text, running on,
and composing the message. Storage and channels are not in it (requests are answered from memory);
with `stored`, every talk is also read from its JSON and written back, as a turn on a database does.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import lessons
from handlers._dialogue import Caller, Talks, dialogue
from handlers._requests.lesson import (
    FinishQuiz,
    LessonTitle,
    NextLesson,
    OpenLesson,
    QuizDone,
    Started,
    StartLesson,
    TakeLesson,
)
from handlers._requests.person import MyStanding, Person, Role, Standing
from handlers._talk import Book, Heard, Talk
from handlers._turn import turn

JOURNEY = ("học", "1", "1", "1", "tiếp", "tiep tuc", "xong", "2", "a", "C", "1")
VALUES = {
    name: name
    for name in ("ward", "bot", "unit", "commune", "cong_an_phuong", "hoi_cong_an", "carer")
}


def world(content: lessons.Content) -> dict[type, Any]:
    """What requests are answered with."""
    first = content.lessons["TB-01"]
    rule = lessons.PassRule(2, 3)
    standing = Standing(
        is_kept=True,
        has_declined=False,
        finished=1,
        was_asked_pushes=True,
        was_asked_tdp=True,
        was_asked_name=True,
        is_new_day=False,
    )
    return {
        NextLesson: LessonTitle(first.id, first.title, first.minutes),
        TakeLesson: OpenLesson(first, first.content_hash, is_approved=True),
        StartLesson: Started(1, rule),
        FinishQuiz: QuizDone(3, 3, has_passed=True, is_at_once=True, finished=1),
        MyStanding: standing,
    }


def journey(book: Book, answers: dict[type, Any], *, is_stored: bool) -> Iterator[Talks]:
    """One resident's turns; yields the talks after each."""
    caller = Caller(Person(), frozenset({Role.RESIDENT}))
    talks = Talks()
    at = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    for number, text in enumerate(JOURNEY):
        at += timedelta(seconds=60)
        if is_stored:
            talks = Talks(*(one and Talk.read(one.write()) for one in (talks.active, talks.aside)))
        steps = dialogue(talks, Heard(text, at), caller, book, f"{number:x}")
        answer: Any = None
        while True:
            try:
                request = steps.send(answer)
            except StopIteration as stop:
                talks = stop.value.talks
                break
            answer = answers[type(request)]
        yield talks


def ready() -> tuple[Book, dict[type, Any]]:
    """The shipped content, and a world that answers."""
    content = lessons.load(Path(lessons.__file__).parent)
    return Book(content, VALUES), world(content)


def third_card(book: Book, answers: dict[type, Any], seconds: float) -> float:
    """Turns a second of `turn` alone: four journal entries replayed, “1” understood, the next card reached."""
    talks = list(journey(book, answers, is_stored=False))[3]
    assert talks.active is not None
    heard = Heard("1", datetime(2026, 11, 22, 2, 0, tzinfo=UTC))
    turns, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        for _ in turn(talks.active, heard, book):
            raise AssertionError("nothing is asked of the world here")
        turns += 1
    return turns / (time.perf_counter() - start)


def measure(seconds: float, *, is_stored: bool, repeats: int = 5) -> list[float]:
    """Turns a second, `repeats` times `seconds` long."""
    book, answers = ready()
    rates = []
    for _ in range(repeats):
        turns, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            turns += sum(1 for _ in journey(book, answers, is_stored=is_stored))
        rates.append(turns / (time.perf_counter() - start))
    return rates


def show(name: str, found: list[float]) -> None:
    """One line: median and spread."""
    low, high = min(found), max(found)
    print(
        f"{name}: {statistics.median(found):,.0f} turns/s ({low:,.0f}–{high:,.0f} over {len(found)})"
    )


if __name__ == "__main__":
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    book, answers = ready()
    show(
        "engine, one turn at the third card", [third_card(book, answers, seconds) for _ in range(5)]
    )
    show("engine, a whole lesson with its quiz", measure(seconds, is_stored=False))
    show("the same, talks read and written as JSON", measure(seconds, is_stored=True))
