"""“Gặp cán bộ”: the ward's own numbers; a desk in the chat does not exist yet, and nobody pretends."""

from handlers import Person, Phrase, choose, conversation, do, option, phrase, say
from handlers._effects import STALE_HOURS_SENSITIVE
from handlers._requests.consent import Agree, Decline, MyConsents, Purpose
from handlers._requests.help import AskForHelp, WardNumber, WardNumbers
from handlers._requests.person import MyStanding

WORDING = "consent.team"
CHOICES = (option("consent.team_yes"), option("consent.team_no"))


@conversation()
async def meet_staff(me: Person) -> None:
    """Say where people can be reached; with consent, note that this resident wants help."""
    await say(phrase("meet_staff.intro"))
    for number in await do(WardNumbers()):
        await say(line(number))
    await say(phrase("meet_staff.nobody_on_call"))
    standing = await do(MyStanding())
    if standing.is_kept and await may_tell(me):
        await do(AskForHelp("meet_staff"))
        await say(phrase("meet_staff.noted"))


def line(number: WardNumber) -> Phrase:
    """One contact; a number the ward has not given reads “đến trụ sở”, never a blank."""
    if number.phone is None:
        return phrase("meet_staff.no_phone", name=number.name)
    return phrase("meet_staff.phone", name=number.name, phone=number.phone)


async def may_tell(me: Person) -> bool:
    """Whether the Tổ công nghệ số may know; asked here, where help is asked for."""
    if Purpose.TEAM in await do(MyConsents()):
        return True
    picked = await choose(phrase(WORDING), CHOICES, exact=True, stale_hours=STALE_HOURS_SENSITIVE)
    if picked == "team_yes":
        await do(Agree(Purpose.TEAM, WORDING))
        return True
    await do(Decline(Purpose.TEAM, WORDING))
    await say(phrase("meet_staff.not_told"))
    return False
