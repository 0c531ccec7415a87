"""What only those who work for the ward may do was asked for by somebody else."""

from handlers import Person, conversation, phrase, say


@conversation()
async def staff_only(me: Person) -> None:
    """Say whose work it is, and how somebody who was invited gets there."""
    await say(phrase("staff_only.said"))
