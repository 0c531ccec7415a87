"""Find a lesson: by what is needed, or by a typed word; at most two answers."""

from handlers import Person, Picked, become, choose_or_ask, conversation, do, option, phrase, say
from handlers._requests.lesson import LessonsAbout, LessonsNamed, LessonTitle
from handlers._steps import pick_lesson

NEEDS = (
    option("find.tien_qr"),
    option("find.lua_dao"),
    option("find.dien_thoai"),
    option("find.giay_to"),
    option("find.ai"),
)


@conversation()
async def find(me: Person, typed: str | None = None) -> None:
    """Look for what was typed, or ask for the need; another typed word is another search."""
    found = await do(LessonsNamed(typed)) if typed else await by_need()
    if not found:
        await say(phrase("find.none"))
        found = await by_need()
    match await pick_lesson(phrase("find.which"), found):
        case Picked("need"):
            await become("find")
        case Picked(lesson):
            await become("lesson", lesson=lesson)
        case other:
            await become("find", typed=other.text)


async def by_need() -> tuple[LessonTitle, ...]:
    """The lessons for one of the five needs; a word typed instead starts over with it."""
    answer = await choose_or_ask(phrase("find.ask"), NEEDS, hint=phrase("find.hint"))
    if isinstance(answer, Picked):
        return await do(LessonsAbout(answer.key))
    return await become("find", typed=answer.text)
