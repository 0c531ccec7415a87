"""A bare “dung”: it may be “dừng”. Asked, never assumed."""

from handlers import Person, become, choose, conversation, option, phrase, say

CHOICES = (option("stop_maybe.yes"), option("stop_maybe.no"))


@conversation()
async def stop_maybe(me: Person) -> None:
    """Only a clear yes stops the messages."""
    if await choose(phrase("stop_maybe.ask"), CHOICES, exact=True) == "yes":
        await become("stop")
    await say(phrase("stop_maybe.nothing"))
