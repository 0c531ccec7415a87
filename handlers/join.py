"""“Mã mời”: whoever was invited says the three words, or came by the QR code, and has the role from then on."""

from handlers import Person, Role, ask, choose, conversation, do, option, phrase, say
from handlers._effects import STALE_HOURS_SENSITIVE
from handlers._requests.invites import (
    CodesLocked,
    InviteRead,
    Joined,
    LockedOut,
    NotMyInvite,
    ReadInvite,
    TakeUp,
    WrongCode,
)

IS_IT = (option("join.yes"), option("join.no"))


@conversation()
async def join(me: Person, is_here: bool = False) -> None:
    """Read the invite, ask whether it names the one who speaks, give them the role; nothing more is asked."""
    if not is_here and (locked := await do(CodesLocked())) is not None:
        await say(phrase("join.locked", minutes=locked.minutes))
        return
    code = None if is_here else await ask(phrase("join.code"), hint=phrase("join.hint"))
    found = await do(ReadInvite(code))
    if is_here and isinstance(found, WrongCode):
        await do(NotMyInvite())  # or every greeting would bring it up again
    while isinstance(found, WrongCode):
        await say(phrase("join.wrong"))
        code = await ask(phrase("join.code"), hint=phrase("join.hint"))
        found = await do(ReadInvite(code))
    if isinstance(found, LockedOut):
        await say(phrase("join.locked", minutes=found.minutes))
        return
    if await names_them(found):
        await take(code)
    else:
        await do(NotMyInvite())
        await say(phrase("join.not_you"))


async def names_them(found: InviteRead) -> bool:
    """Read the invite aloud; whether it is for the one who speaks."""
    await say(phrase("join.for_whom", name=found.name))
    await say(phrase(f"roles.is_{found.role.value}"))
    if found.tdp_name:
        await say(phrase("join.place", place=found.tdp_name))
    if found.ends_on:
        await say(phrase("join.until", day=f"{found.ends_on:%d/%m/%Y}"))
    picked = await choose(
        phrase("join.is_it_you"), IS_IT, exact=True, stale_hours=STALE_HOURS_SENSITIVE
    )
    return picked == "yes"


async def take(code: str | None) -> None:
    """Take the role up and say what it is good for."""
    match await do(TakeUp(code)):
        case Joined(role):
            await say(phrase("join.done"))
            await say(phrase(f"roles.may_{role.value}"))
            if role is not Role.FAMILY:
                await say(phrase("join.practise"))
        case LockedOut(minutes):
            await say(phrase("join.locked", minutes=minutes))
        case WrongCode():
            await say(phrase("join.gone"))
