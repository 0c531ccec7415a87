"""Alarm lane: danger, fire, illness. Emergency numbers, nothing else."""

from handlers import Person, conversation, phrase, say


@conversation(rests=True)
async def danger(me: Person) -> None:
    """Say whom to call; whatever was going on waits until the person comes back."""
    await say(phrase("danger.steps"))
