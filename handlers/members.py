"""Who holds a role; one of them may be taken away."""

from handlers import Option, Person, choose, conversation, do, option, phrase, say
from handlers._effects import STALE_HOURS_SENSITIVE
from handlers._requests.roles import (
    LOOKED_AFTER_BY,
    LastAdmin,
    NoSuchRole,
    RevokeRole,
    RoleRevoked,
    RolesHeld,
)
from handlers._steps import ask_part_of_name, name_and_role

SHOWN = 3
SURE = (option("members.revoke"), option("members.keep"))


@conversation(roles=set(LOOKED_AFTER_BY))
async def members(me: Person) -> None:
    """Three at most, or those with a name; then one whose role is taken away."""
    found = await do(RolesHeld(most=SHOWN + 1))
    if len(found) > SHOWN:
        named = await ask_part_of_name()
        found = await do(RolesHeld(named, SHOWN))
    if not found:
        await say(phrase("members.none"))
        return
    options = [
        Option(str(one.grant), name_and_role(one.name or "", one.role, one.tdp_name))
        for one in found
    ]
    picked = await choose(phrase("members.ask"), [*options, option("members.enough")])
    if picked == "enough":
        await say(phrase("members.kept"))
    else:
        await revoke(int(picked))


async def revoke(grant: int) -> None:
    """Take the role away, once it is sure."""
    picked = await choose(
        phrase("members.sure"), SURE, exact=True, stale_hours=STALE_HOURS_SENSITIVE
    )
    if picked == "keep":
        await say(phrase("members.kept"))
        return
    match await do(RevokeRole(grant)):
        case RoleRevoked():
            await say(phrase("members.revoked"))
        case NoSuchRole():
            await say(phrase("members.gone"))
        case LastAdmin():
            await say(phrase("members.last_admin"))
