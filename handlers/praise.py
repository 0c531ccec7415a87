"""May the ward name somebody who passed every core lesson? Asked once; whoever says nothing is not named."""

from handlers import Person, become, choose, conversation, do, option, phrase, say
from handlers._effects import STALE_HOURS_SENSITIVE
from handlers._requests.consent import Agree, Decline, Purpose

WORDING = "consent.praise"
CHOICES = (option("consent.praise_yes"), option("consent.praise_no"))


@conversation()
async def praise(me: Person, after: str | None = None) -> None:
    """Ask exactly, note the answer, go on to the next lesson."""
    picked = await choose(phrase(WORDING), CHOICES, exact=True, stale_hours=STALE_HOURS_SENSITIVE)
    if picked == "praise_yes":
        await do(Agree(Purpose.PRAISE, WORDING))
        await say(phrase("praise.thanks"))
    else:
        await do(Decline(Purpose.PRAISE, WORDING))
        await say(phrase("praise.no_name"))
    await become("onward", after=after)
