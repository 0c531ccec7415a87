"""“Kết quả”: what somebody has learnt, for themselves; never compared with others."""

from handlers import Person, Phrase, conversation, do, phrase, say
from handlers._requests.lesson import LessonResult, MyResults
from handlers._requests.person import MyStanding

SHOWN = 10


@conversation()
async def progress(me: Person) -> None:
    """The lessons finished, newest first, and whether they are kept."""
    results = await do(MyResults())
    standing = await do(MyStanding())
    if not results:
        await say(phrase("progress.nothing" if standing.is_kept else "progress.nothing_kept"))
        return
    passed = sum(one.has_passed for one in results)
    await say(phrase("progress.count", finished=len(results), passed=passed))
    for one in results[:SHOWN]:
        await say(line(one))
    await say(phrase("progress.go_on" if standing.is_kept else "progress.held"))


def line(one: LessonResult) -> Phrase:
    """One lesson."""
    if one.has_passed and one.is_at_once:
        return phrase("progress.at_once", title=one.title, day=one.day)
    return phrase(
        "progress.passed" if one.has_passed else "progress.not_yet", title=one.title, day=one.day
    )
