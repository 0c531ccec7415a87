"""Alarm lane: self-harm. Its own words, a person to turn to, never the money steps."""

from handlers import Person, choose, conversation, option, phrase, say

CHOICES = (option("self_harm.call_me"), option("self_harm.not_yet"))


@conversation(rests=True)
async def self_harm(me: Person) -> None:
    """Stay with the person in words, and be honest that nobody is on call here yet."""
    await say(phrase("self_harm.steps"))
    if await choose(phrase("self_harm.ask"), CHOICES) == "call_me":
        await say(phrase("self_harm.nobody_on_call"))
    else:
        await say(phrase("self_harm.stay"))
