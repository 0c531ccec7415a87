"""The ward still prepares: what everybody without a role for the ward hears on a public channel."""

from handlers import Person, become, conversation, do, phrase, say
from handlers._requests.invites import InviteHere


@conversation()
async def doors(me: Person) -> None:
    """Say so kindly, once a message; what keeps people safe is answered all the same, and so is an invite."""
    if await do(InviteHere()):
        await become("join", is_here=True)
    await say(phrase("doors.closed"))
