"""After a lesson: the next one, another one, or a rest."""

from handlers import Person, become, choose, conversation, do, option, phrase, say
from handlers._requests.lesson import LessonTitle, NextLesson
from handlers._requests.praise import PraiseDue

CHOICES = (option("onward.go"), option("onward.other"), option("onward.rest"))


@conversation()
async def onward(me: Person, after: str | None = None) -> None:
    """Offer the next lesson by name; before it, once, what is to be asked of who learnt everything."""
    if await do(PraiseDue()):
        await become("praise", after=after)
    found = await do(NextLesson(after))
    if not isinstance(found, LessonTitle):
        await say(phrase("onward.all_done"))
        return
    asked = phrase("onward.next", title=found.title, minutes=found.minutes)
    match await choose(asked, CHOICES):
        case "go":
            await become("lesson", lesson=found.id)
        case "other":
            await become("find")
        case _:
            await say(phrase("rest.plain"))
