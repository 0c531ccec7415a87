"""What the database says of whether public channels may open."""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, or_, select

from handlers._requests.person import Role
from storage import tdps
from storage._tdp_names import units_of_today
from storage._tx import Tx
from storage._verdicts import approved_hashes
from storage.tables import People
from storage.tables_staff import Grants, Invites, Members


@dataclass(frozen=True, slots=True)
class Parts:
    """What there is: TDPs of today, sample names among them, approved lessons by id, named approvers.

    `invited`: open invites to the role of approver.
    """

    tdps: int = 0
    placeholders: int = 0
    approved: frozenset[str] = frozenset()
    approvers: int = 0
    invited: int = 0


_APPROVERS = (
    select(func.count(Grants.person_id.distinct()))
    .join(People, People.id == Grants.person_id)
    .join(Members, Members.person_id == Grants.person_id)
    .where(
        Grants.role == Role.APPROVER.value,
        Grants.revoked_at.is_(None),
        or_(
            Grants.ends_on.is_(None),
            Grants.ends_on >= bindparam("today", type_=Grants.ends_on.type),
        ),
        People.erased_at.is_(None),
        People.practice_of.is_(None),
        Members.name != "",
    )
)


_INVITED = (
    select(func.count())
    .select_from(Invites)
    .where(
        Invites.role == Role.APPROVER.value,
        Invites.used_at.is_(None),
        Invites.revoked_at.is_(None),
        Invites.expires_at > bindparam("now", type_=Invites.expires_at.type),
    )
)


async def parts(tx: Tx) -> Parts:
    """Return what there is at this moment; an approver counts while the role lasts and has a name."""
    approved = await approved_hashes(tx)
    return Parts(
        tdps=len(await units_of_today(tx)),
        placeholders=await tdps.placeholders(tx),
        approved=frozenset(
            lesson.id
            for lesson in tx.house.content.lessons.values()
            if lesson.content_hash in approved
        ),
        approvers=int(await tx.connection.scalar(_APPROVERS, {"today": tx.today}) or 0),
        invited=int(await tx.connection.scalar(_INVITED, {"now": tx.now}) or 0),
    )
