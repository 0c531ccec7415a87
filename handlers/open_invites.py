"""The invites nobody has taken up yet; one of them may be taken back."""

from handlers import Option, Person, choose, conversation, do, option, phrase, say
from handlers._effects import STALE_HOURS_SENSITIVE
from handlers._requests.invites import InviteRevoked, OpenInvites, RevokeInvite
from handlers._requests.roles import LOOKED_AFTER_BY
from handlers._steps import ask_part_of_name, name_and_role

SHOWN = 3
SURE = (option("open_invites.revoke"), option("open_invites.keep"))


@conversation(roles=set(LOOKED_AFTER_BY))
async def open_invites(me: Person) -> None:
    """Three at most, or those with a name; then one to take back."""
    found = await do(OpenInvites(most=SHOWN + 1))
    if len(found) > SHOWN:
        named = await ask_part_of_name()
        found = await do(OpenInvites(named, SHOWN))
    if not found:
        await say(phrase("open_invites.none"))
        return
    options = [
        Option(str(one.invite), name_and_role(one.name, one.role, one.tdp_name)) for one in found
    ]
    picked = await choose(phrase("open_invites.ask"), [*options, option("open_invites.enough")])
    if picked == "enough":
        await say(phrase("open_invites.kept"))
    else:
        await revoke(int(picked))


async def revoke(invite: int) -> None:
    """Take it back, once it is sure."""
    picked = await choose(
        phrase("open_invites.sure"), SURE, exact=True, stale_hours=STALE_HOURS_SENSITIVE
    )
    if picked == "keep":
        await say(phrase("open_invites.kept"))
        return
    revoked = await do(RevokeInvite(invite))
    is_gone = isinstance(revoked, InviteRevoked)
    await say(phrase("open_invites.revoked" if is_gone else "open_invites.gone"))
