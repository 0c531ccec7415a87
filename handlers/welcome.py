"""The first words: a machine speaks, whose it is, what it never asks, and three things to do."""

from handlers import Person, become, choose, conversation, option, phrase

CHOICES = (option("welcome.learn"), option("welcome.scam"), option("welcome.staff"))


@conversation()
async def welcome(me: Person) -> None:
    """Greet once and go where the first answer points; the first lesson card follows it at once."""
    match await choose(phrase("welcome.hello"), CHOICES):
        case "learn":
            await become("learn", is_first=True)
        case "scam":
            await become("scam_check")
        case _:
            await become("meet_staff")
