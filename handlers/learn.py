"""“Học”: back to the lesson that was left, or on to the next one."""

from handlers import Aside, Person, become, choose, conversation, do, option, phrase, resume, say
from handlers._requests.lesson import NextLesson, NoMoreLessons
from handlers._requests.person import MyStanding, Standing

LEFT = (option("learn.go_on"), option("learn.again"), option("learn.other"))
TODAY = (option("learn.begin"), option("learn.other"))


@conversation()
async def learn(me: Person, aside: Aside | None = None, is_first: bool = False) -> None:
    """Offer what was left in the middle; otherwise today's lesson."""
    if aside is not None:
        await take_up(aside)
    standing = await do(MyStanding())
    if standing.is_kept and standing.is_new_day:
        await ask_what_is_missing(standing)
    found = await do(NextLesson())
    if isinstance(found, NoMoreLessons):
        await say(phrase("learn.all_done"))
        await become("find")
    if is_first:
        await become("lesson", lesson=found.id)
    today = phrase("learn.today", title=found.title, minutes=found.minutes)
    if await choose(today, TODAY) == "begin":
        await become("lesson", lesson=found.id)
    await become("find")


async def ask_what_is_missing(standing: Standing) -> None:
    """What was left unanswered, or is open again: a TDP may be no more. Asked on another day, then learning."""
    if not standing.was_asked_tdp:
        await become("tdp", then="learn")
    if not standing.was_asked_name:
        await become("naming", then="learn")
    if not standing.was_asked_pushes:
        await become("subscribe", then="learn")


async def take_up(aside: Aside) -> None:
    """Ask how to go on with a lesson that waits; a question that was no lesson's is simply asked again."""
    if aside.about is None:
        await resume()
    match await choose(phrase("learn.left", where=aside.where), LEFT):
        case "go_on":
            await resume()
        case "again":
            await become("lesson", lesson=aside.about)
        case _:
            await become("find")
