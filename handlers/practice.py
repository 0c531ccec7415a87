"""“Tập thử”: those who work for the ward try everything out, and nothing counts."""

from handlers import Person, become, conversation, do, phrase, say
from handlers._requests.person import WARD_ROLES
from handlers._requests.practice import NotForYou, StartPractice


@conversation(roles=set(WARD_ROLES))
async def practice(me: Person) -> None:
    """Begin, and say how it ends; from then on every talk begins with a reminder."""
    begun = await do(StartPractice())
    if isinstance(begun, NotForYou):
        await become("staff_only")
    await say(phrase("practice.on"))
