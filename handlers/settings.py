"""What can be changed: the TDP and how to be called."""

from handlers import Person, become, choose, conversation, option, phrase

CHOICES = (option("settings.tdp"), option("settings.naming"), option("settings.messages"))


@conversation()
async def settings(me: Person) -> None:
    """Go to the one that is wanted."""
    match await choose(phrase("settings.ask"), CHOICES):
        case "tdp":
            await become("tdp")
        case "naming":
            await become("naming")
        case _:
            await become("subscribe")
