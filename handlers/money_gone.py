"""Alarm lane: money or codes are gone. The five steps come before any question."""

from handlers import Person, choose, conversation, option, phrase, say

CHOICES = (option("money_gone.now"), option("money_gone.only_asking"))


@conversation(rests=True)
async def money_gone(me: Person) -> None:
    """Say the steps at once; then whom to call, honestly: nobody is on call here."""
    await say(phrase("money_gone.steps"))
    if await choose(phrase("money_gone.ask"), CHOICES) == "now":
        await say(phrase("money_gone.call"))
    else:
        await say(phrase("money_gone.learn"))
