"""“Hỏi tin lạ”: five ticks that need no model. It never says that something is safe."""

from handlers import Person, become, choose, choose_many, conversation, option, phrase, say

TICKS = (
    option("scam_check.pay"),
    option("scam_check.code"),
    option("scam_check.link"),
    option("scam_check.hurry"),
    option("scam_check.nothing"),
)
DONE = (option("scam_check.did"), option("scam_check.did_not"))


@conversation(is_kept=True)
async def scam_check(me: Person) -> None:
    """What does the message or the caller want? Say what that is a sign of, and the one next step."""
    ticked = await choose_many(phrase("scam_check.ask"), TICKS)
    signs = [tick for tick in ticked if tick != "nothing"]
    if not signs:
        await say(phrase("scam_check.unsure"))
        return
    await say(phrase("scam_check.signs"))
    for sign in signs:
        await say(phrase(f"scam_check.{sign}_advice"))
    if await choose(phrase("scam_check.already"), DONE) == "did":
        await become("money_gone")
    await say(phrase("scam_check.good"))
