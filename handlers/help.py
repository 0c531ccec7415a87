"""“Trợ giúp”: the words that always work."""

from handlers import Person, conversation, phrase, say


@conversation()
async def help(me: Person) -> None:  # noqa: A001 - the conversation's own name
    """Say the words, in a few lines."""
    await say(phrase("help.words"))
