"""“Thôi tập thử”: from now on everything counts again."""

from handlers import Person, conversation, do, phrase, say
from handlers._requests.practice import StopPractice


@conversation()
async def practice_over(me: Person) -> None:
    """End it, wherever it began."""
    over = await do(StopPractice())
    await say(phrase("practice.off" if over.was_on else "practice.not_on"))
