"""An errand: the talk stands at it as at a question until its outcome comes back."""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from handlers._effects import Errand, do, phrase, say
from handlers._requests.person import Person
from handlers._talk import Heard, Open, Returned, Talk
from handlers._turn import End, _Run, replay
from tests.handlers.conftest import MORNING


@dataclass(frozen=True, slots=True)
class Built:
    """A file was built."""

    pages: int


@dataclass(frozen=True, slots=True)
class BuildReport(Errand[Built]):
    """Build a file; takes longer than a turn may."""

    title: str


async def report() -> None:
    """A conversation around one errand."""
    await say(phrase("help.words"))
    built = await do(BuildReport("tháng 11"))
    await say(phrase("progress.count", finished=built.pages, passed=1))


def run(talk: Talk, heard: Heard | Returned | None, book: Any) -> Any:
    """One turn of that conversation."""
    coroutine: Coroutine[Any, Any, None] = report()
    steps = _Run(talk, heard, book).through(coroutine, replay(coroutine, talk.journal))
    try:
        next(steps)
    except StopIteration as stop:
        return stop.value
    finally:
        coroutine.close()
    raise AssertionError("an errand is never sent to storage")


def test_a_turn_ends_at_an_errand_and_goes_on_with_its_outcome(book):
    fresh = Talk("t", "report", (), Person())
    first = run(fresh, None, book)
    waiting = fresh.grown(first.journal, Open(MORNING, is_errand=True))
    done = run(waiting, Returned("Built", '{"pages": 3}', MORNING), book)

    assert first.errand == BuildReport("tháng 11")
    assert len(first.said) == 1
    assert [one.text for one in done.said] == ["Đã học xong 3 bài, đạt 1 bài:"]
    assert isinstance(done.next, End)


def test_words_sent_while_an_errand_runs_do_not_start_it_again(book):
    fresh = Talk("t", "report", (), Person())
    first = run(fresh, None, book)
    waiting = fresh.grown(first.journal, Open(MORNING, is_errand=True))

    again = run(waiting, Heard("xong chưa", MORNING), book)

    assert again.errand == BuildReport("tháng 11")
    assert again.said == ()
    assert again.journal == first.journal
