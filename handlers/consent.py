"""May results be saved? Asked after the first quiz; a no changes nothing about the lessons."""

from handlers import Person, become, choose, conversation, do, option, phrase, say
from handlers._effects import STALE_HOURS_SENSITIVE
from handlers._requests.consent import Agree, Decline, Purpose

WORDING = "consent.save"
CHOICES = (option("consent.agree"), option("consent.decline"), option("consent.more"))


@conversation(is_kept=True)
async def consent(me: Person, after: str | None = None) -> None:
    """Ask once, exactly; “đọc kỹ hơn” shows more and asks again."""
    picked = "more"
    while picked == "more":
        picked = await choose(
            phrase(WORDING), CHOICES, exact=True, stale_hours=STALE_HOURS_SENSITIVE
        )
        if picked == "more":
            await say(phrase("consent.save_more"))
    if picked == "decline":
        await do(Decline(Purpose.SAVE, WORDING))
        await say(phrase("consent.declined"))
        await become("onward", after=after)
    await do(Agree(Purpose.SAVE, WORDING))
    await say(phrase("consent.saved"))
    await become("tdp", is_first=True, after=after)
