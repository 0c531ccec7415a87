"""“Nghỉ, thôi, mai học”: puts the talk aside and changes no consent."""

from handlers import Aside, Person, conversation, phrase, say


@conversation(rests=True)
async def rest(me: Person, aside: Aside | None = None) -> None:
    """Say that the place is kept, when there is one."""
    await say(phrase("rest.here" if aside is not None and aside.about else "rest.plain"))
