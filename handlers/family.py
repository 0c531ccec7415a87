"""“Dạy người nhà”: a helper registers relatives, each with their own yes, and hands them the phone to learn."""

from collections.abc import Sequence

from handlers import (
    Option,
    Person,
    ask,
    become,
    choose,
    conversation,
    do,
    option,
    phrase,
    say,
    words,
)
from handlers._effects import STALE_HOURS_SENSITIVE
from handlers._requests.relatives import (
    Family,
    HandBack,
    HandToRelative,
    LearnsNow,
    LeaveRelative,
    MyRelatives,
    RegisterRelative,
    Relative,
    RelativeRegistered,
)
from lessons.names import called

WORDING = "consent.save"
CONSENT = (option("consent.agree"), option("consent.decline"), option("consent.more"))
WITH_ONE = (option("family.learn"), option("family.leave"), option("family.enough"))
PAGE = 2


@conversation(is_kept=True)
async def family(me: Person) -> None:
    """Whose turn it is: a relative's, a new one's, or the helper's own again."""
    found = await do(MyRelatives())
    if not isinstance(found, Family):
        await become("staff_only")
    if found.learning is not None:
        await say(phrase("family.learning", called=found.learning.called))
    picked = await pick(found)
    if picked == "new":
        await register()
    elif picked == "mine":
        await become("family_over")
    else:
        one = next(one for one in found.relatives if str(one.relative) == picked)
        await with_one(one)


async def pick(found: Family) -> str:
    """A relative, “new” or “mine”; at most four choices at a time."""
    rest: Sequence[Relative] = found.relatives
    last = [option("family.new")] if found.learning is None else [option("family.mine")]
    while True:
        shown = rest[:PAGE]
        options = [Option(str(one.relative), words(one.called)) for one in shown] + last
        options += [option("family.others")] if len(rest) > PAGE else []
        picked = await choose(phrase("family.who"), options)
        if picked != "others":
            return picked
        rest = rest[PAGE:]


async def with_one(one: Relative) -> None:
    """Let them learn, or stop teaching them."""
    match await choose(phrase("family.what", called=one.called), WITH_ONE):
        case "learn":
            await hand_to(one.relative)
        case "leave":
            await do(LeaveRelative(one.relative))
            await say(phrase("family.left", called=one.called))
        case _:
            await say(phrase("family.done"))


async def register() -> None:
    """Ask how they are called, then let them answer for themselves whether results may be kept."""
    form, name = called(await ask(phrase("family.name"), hint=phrase("family.name_hint")))
    while not (form or name):
        form, name = called(await ask(phrase("family.no_name"), hint=phrase("family.name_hint")))
    spoken = " ".join(part for part in (form, name) if part)
    if not await says_yes(spoken):
        await say(phrase("family.declined", called=spoken))
        return
    made = await do(RegisterRelative(form, name, WORDING))
    if isinstance(made, RelativeRegistered):
        await hand_to(made.relative)


async def says_yes(spoken: str) -> bool:
    """The wording everybody is asked with, shown to the relative and answered by them."""
    await say(phrase("family.ask_them", called=spoken))
    picked = "more"
    while picked == "more":
        picked = await choose(
            phrase(WORDING), CONSENT, exact=True, stale_hours=STALE_HOURS_SENSITIVE
        )
        if picked == "more":
            await say(phrase("consent.save_more"))
    return picked == "agree"


async def hand_to(relative: int) -> None:
    """From now on the relative speaks; the first lesson is one word away."""
    handed = await do(HandToRelative(relative))
    if isinstance(handed, LearnsNow):
        await say(phrase("family.theirs", called=handed.called))
    else:
        await do(HandBack())
        await say(phrase("family.done"))
