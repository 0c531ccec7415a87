"""How somebody wants to be called; typed freely, or skipped."""

from handlers import (
    Person,
    Phrase,
    Picked,
    become,
    choose_or_ask,
    conversation,
    do,
    option,
    phrase,
    say,
)
from handlers._requests.person import SetName
from lessons.names import called

SKIP = (option("naming.skip"),)


@conversation(is_kept=True)
async def naming(
    me: Person,
    is_first: bool = False,
    after: str | None = None,
    is_again: bool = False,
    then: str | None = None,
) -> None:
    """Ask for the form of address, with a name if they like; numbers are no name."""
    asked = phrase("naming.no_name" if is_again else "naming.ask")
    answer = await choose_or_ask(asked, SKIP, hint=phrase("naming.hint"))
    form, name = (None, None) if isinstance(answer, Picked) else called(answer.text)
    if not (form or name or isinstance(answer, Picked)):
        await become("naming", is_first=is_first, after=after, is_again=True, then=then)
    saved = await do(SetName(form, name))
    await say(thanks(form, name, is_kept=saved.is_kept))
    if is_first:
        await become("onward", after=after)
    if then is not None:
        await become(then)


def thanks(form: str | None, name: str | None, *, is_kept: bool) -> Phrase:
    """Say the form and the name back, so that a wrong one is noticed."""
    if not (form or name):
        return phrase("naming.skipped")
    spoken = " ".join(part for part in (form, name) if part)
    return phrase("naming.saved" if is_kept else "naming.used", spoken=spoken)
