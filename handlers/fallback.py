"""Nothing was open and nothing was understood: a lesson that fits the words, or the three ways on."""

from handlers import Person, become, choose, conversation, do, option, phrase
from handlers._requests.lesson import LessonsNamed

CHOICES = (option("welcome.learn"), option("welcome.scam"), option("welcome.staff"))


@conversation()
async def fallback(me: Person, typed: str | None = None) -> None:
    """A typed word may name a lesson; otherwise say kindly that it was not understood."""
    if typed is not None:
        fitting = await do(LessonsNamed(typed))
        if fitting:
            await become("find", typed=typed)
    match await choose(phrase("fallback.unclear"), CHOICES):
        case "learn":
            await become("learn")
        case "scam":
            await become("scam_check")
        case _:
            await become("meet_staff")
