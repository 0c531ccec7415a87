"""“DỪNG”: every push stops at once; then one question about scam alerts, where no answer means no."""

from handlers import Person, choose, conversation, do, option, phrase, say
from handlers._effects import STALE_HOURS_SENSITIVE
from handlers._requests.consent import Agree, Purpose, StopPushes

WORDING = "stop.alerts"
CHOICES = (option("stop.keep_alerts"), option("stop.no_alerts"))


@conversation(rests=True)
async def stop(me: Person) -> None:
    """Stop first, ask afterwards."""
    stopped = await do(StopPushes())
    await say(phrase("stop.done"))
    if not stopped.had_any:
        return
    picked = await choose(phrase(WORDING), CHOICES, exact=True, stale_hours=STALE_HOURS_SENSITIVE)
    if picked == "keep_alerts":
        await do(Agree(Purpose.ALERTS, WORDING))
        await say(phrase("stop.alerts_kept"))
    else:
        await say(phrase("stop.nothing_sent"))
