"""The first words: a machine speaks, whose it is, what it never asks, and three things to do."""

from handlers import Person, become, choose, conversation, do, option, phrase, say
from handlers._requests.invites import InviteHere

CHOICES = (option("welcome.learn"), option("welcome.scam"), option("welcome.staff"))


@conversation()
async def welcome(me: Person) -> None:
    """Greet once and go where the first answer points; the first lesson card follows it at once.

    Whoever came by the link of an invite goes on with it.
    """
    if await do(InviteHere()):
        await say(phrase("welcome.machine"))
        await become("join", is_here=True)
    match await choose(phrase("welcome.hello"), CHOICES):
        case "learn":
            await become("learn", is_first=True)
        case "scam":
            await become("scam_check")
        case _:
            await become("meet_staff")
