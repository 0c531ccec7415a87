"""“Học cho tôi”: the helper's phone is the helper's again."""

from handlers import Person, become, conversation, do, phrase, say
from handlers._requests.relatives import HandBack


@conversation()
async def family_over(me: Person) -> None:
    """Hand it back; whoever had it all along goes on learning."""
    handed = await do(HandBack())
    if not handed.was_away:
        await become("learn")
    await say(phrase("family.mine_again"))
