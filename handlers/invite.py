"""“Mời thành viên”: a role, where it holds, whom, for how long; then three words and a QR link, shown once."""

from collections.abc import Sequence
from datetime import date

from handlers import (
    Option,
    Person,
    Picked,
    Role,
    Typed,
    ask,
    become,
    choose,
    choose_or_ask,
    conversation,
    do,
    option,
    phrase,
    say,
    words,
)
from handlers._effects import STALE_HOURS_SENSITIVE
from handlers._requests.invites import Invited, InvitePerson, MayNotInvite, WhyNot
from handlers._requests.roles import INVITABLE, LOOKED_AFTER_BY, PLACED, MyRoles, RoleHeld
from handlers._requests.tdp import Tdp, TdpsNamed
from handlers._steps import tdp_label
from lessons.days import typed_day

WHAT = (option("invite.new"), option("invite.open"), option("invite.holders"))
NO_OFFICE = (option("invite.no_office"),)
NO_END = (option("invite.no_end"),)
SURE = (option("invite.go"), option("invite.leave"))
NOWHERE = (option("invite.leave"),)
PAGE = 3
REFUSED = {
    WhyNot.ROLE: "invite.why_role",
    WhyNot.PLACE: "invite.why_place",
    WhyNot.WARD_WIDE: "invite.why_ward_wide",
    WhyNot.DAY: "invite.why_day",
    WhyNot.LONGER: "invite.why_longer",
    WhyNot.NAME: "invite.why_name",
}


@conversation(roles=set(LOOKED_AFTER_BY))
async def invite(me: Person) -> None:
    """Invite somebody new, or go to those who are invited or hold a role."""
    match await choose(phrase("invite.ask"), WHAT):
        case "open":
            await become("open_invites")
        case "holders":
            await become("members")
    mine = await do(MyRoles())
    role = await pick_role([one for one in INVITABLE if one in invitable(mine)])
    place = await where(role, mine)
    if place is None and role in PLACED:
        await say(phrase("invite.left"))
        return
    name = await ask(phrase("invite.name"), hint=phrase("invite.name_hint"))
    office = await ask_office()
    tdp = None if place is None else place.id
    await confirm(InvitePerson(role, name, office, tdp, ends_on=await ask_end()))


def invitable(mine: Sequence[RoleHeld]) -> set[Role]:
    """The roles that theirs let them invite to."""
    return {role for held in mine for role in LOOKED_AFTER_BY.get(held.role, ())}


async def pick_role(roles: Sequence[Role]) -> Role:
    """One of the roles, at most four choices at a time."""
    rest = list(roles)
    while True:
        shown = rest if len(rest) <= PAGE + 1 else rest[:PAGE]
        options = [option(f"roles.{role.value}") for role in shown]
        options += [option("invite.other_role")] if len(rest) > len(shown) else []
        picked = await choose(phrase("invite.which"), options)
        if picked != "other_role":
            return Role(picked)
        rest = rest[PAGE:]


async def where(role: Role, mine: Sequence[RoleHeld]) -> Tdp | None:
    """The TDP the role is to hold in: a head's own, else one that is typed; None: the whole ward, or no one."""
    if {held.role for held in mine}.isdisjoint({Role.STAFF, Role.ADMIN}):
        return await own_tdp(mine)
    return await any_tdp() if role in PLACED else None


async def any_tdp() -> Tdp | None:
    """A TDP by part of its name or its number; None: nobody is invited after all."""
    found: tuple[Tdp, ...] = ()
    asked = "invite.where"
    while True:
        offered = [Option(str(tdp.id), words(tdp_label(tdp))) for tdp in found]
        answer = await choose_or_ask(
            phrase(asked), [*offered, *NOWHERE], hint=phrase("invite.where_hint")
        )
        if isinstance(answer, Picked):
            return next((tdp for tdp in found if str(tdp.id) == answer.key), None)
        found = await do(TdpsNamed(answer.text))
        asked = "invite.which_place" if found else "invite.no_place"


async def own_tdp(mine: Sequence[RoleHeld]) -> Tdp | None:
    """The TDP of a head; asked for where they have several."""
    own = [
        Tdp(held.tdp, held.tdp_name or "")
        for held in mine
        if held.role is Role.HEAD and held.tdp is not None
    ]
    if len(own) <= 1:
        return own[0] if own else None
    options = [Option(str(tdp.id), words(tdp_label(tdp))) for tdp in own]
    picked = await choose(phrase("invite.which_place"), options)
    return next(tdp for tdp in own if str(tdp.id) == picked)


async def ask_office() -> str:
    """Where they work; may be left out."""
    answer = await choose_or_ask(
        phrase("invite.office"), NO_OFFICE, hint=phrase("invite.office_hint")
    )
    return answer.text if isinstance(answer, Typed) else ""


async def ask_end() -> date | None:
    """The last day of the role, or None for good."""
    asked = "invite.until"
    while True:
        answer = await choose_or_ask(phrase(asked), NO_END, hint=phrase("invite.until_hint"))
        if isinstance(answer, Picked):
            return None
        day = typed_day(answer.text)
        if day is not None:
            return day
        asked = "invite.no_day"


async def confirm(wanted: InvitePerson) -> None:
    """Read the name back before it becomes an invite."""
    await say(phrase("invite.for_whom", name=wanted.name))
    await say(phrase(f"roles.is_{wanted.role.value}"))
    picked = await choose(
        phrase("invite.sure"), SURE, exact=True, stale_hours=STALE_HOURS_SENSITIVE
    )
    if picked == "leave":
        await say(phrase("invite.left"))
        return
    match await do(wanted):
        case Invited() as invited:
            await hand_out(invited)
        case MayNotInvite(why):
            await say(phrase(REFUSED[why]))


async def hand_out(invited: Invited) -> None:
    """The words and the link, which nobody can read again; of practice, that they open nothing."""
    await say(phrase("invite.words", words=invited.words))
    await say(phrase("invite.link", at=invited.url))
    if invited.is_practice:
        await say(phrase("invite.practice"))
        return
    await say(phrase("invite.how", day=f"{invited.expires_at:%d/%m/%Y}"))
