"""Which messages may the ward send by itself? Three purposes, each with its own record."""

from handlers import Person, become, choose_many, conversation, do, option, phrase, say
from handlers._effects import STALE_HOURS_SENSITIVE
from handlers._requests.consent import PUSHES, Agree, Decline

WORDING = "consent.pushes"
CHOICES = (
    option("consent.alerts"),
    option("consent.notices"),
    option("consent.reminders"),
    option("consent.none"),
)


@conversation(is_kept=True)
async def subscribe(me: Person, then: str | None = None, after: str | None = None) -> None:
    """Ask once for all three; what is not chosen is a no."""
    picked = await choose_many(
        phrase(WORDING), CHOICES, exact=True, stale_hours=STALE_HOURS_SENSITIVE
    )
    chosen = [] if "none" in picked else [one for one in PUSHES if one.value in picked]
    for purpose in PUSHES:
        await do((Agree if purpose in chosen else Decline)(purpose, WORDING))
    await say(phrase("subscribe.some" if chosen else "subscribe.none"))
    if then == "onward":
        await become("onward", after=after)
    if then is not None:
        await become(then)
