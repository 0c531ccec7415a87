"""A lesson, card by card, then something to try, then its quiz."""

from handlers import Media, Person, become, choose, conversation, do, option, phrase, say
from handlers._requests.lesson import NotOpen, StartLesson, TakeLesson
from lessons import Card, Lesson

NEXT = (option("lesson.next"),)
TO_QUIZ = (option("lesson.quiz"),)


@conversation(is_kept=True)
async def lesson(me: Person, lesson: str) -> None:
    """Show every card of one lesson; the lesson itself stays in the journal while it is taken."""
    opened = await do(TakeLesson(lesson))
    if isinstance(opened, NotOpen):
        await say(phrase("lesson.not_open"))
        await become("find")
    taken = opened.lesson
    started = await do(StartLesson(taken.id, taken.version, opened.content_hash))
    if not opened.is_approved:
        await say(phrase("lesson.trial"))
    for number, card in enumerate(taken.cards, start=1):
        await show(taken, number, card)
    await try_it(taken)
    await become(
        "quiz", lesson=taken, hash=opened.content_hash, attempt=started.attempt, rule=started.rule
    )


async def show(taken: Lesson, number: int, card: Card) -> None:
    """One card; the person says when to go on."""
    of = len(taken.cards) + 1
    await choose(
        phrase("lesson.card", title=taken.title, number=number, of=of, text=card.text),
        NEXT,
        where=phrase("lesson.where", title=taken.title, number=number, of=of),
        about=taken.id,
        media=Media(card.image, card.image_alt, card.audio),
    )


async def try_it(taken: Lesson) -> None:
    """The last part: something small to try, then the questions."""
    of = len(taken.cards) + 1
    await choose(
        phrase("lesson.practice", title=taken.title, of=of, text=taken.practice),
        TO_QUIZ,
        where=phrase("lesson.where", title=taken.title, number=of, of=of),
        about=taken.id,
    )
