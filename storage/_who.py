"""Who stands behind an actor at this moment, and what may be kept of them.

An actor is read when a turn begins; within that turn a person may be made (the first yes) or
erased. So every performer asks here instead of trusting `Actor.person`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import BigInteger, and_, bindparam, or_, select, true

from handlers._requests.consent import Purpose
from storage._tx import Tx
from storage.house import Actor
from storage.tables import Addresses, Attempts, Consents, People


class Keeping(Enum):
    """What becomes of somebody's results."""

    KEPT = "kept"  # agreed: under their number
    HELD = "held"  # not decided yet: under the address alone, 24 h at most
    NAMELESS = "nameless"  # declined: a count per day and nothing else; also who practises, until they agree


@dataclass(frozen=True, slots=True)
class Who:
    """The one who asks, as the database has it now.

    `has_declined`: said no to saving, or took the yes back, within the hold time. `is_counted` is
    False for practice people, and for made-up ones beside real ones: they add to no figure.
    """

    person: int | None
    address: int | None
    keeping: Keeping
    has_declined: bool
    is_counted: bool = True

    @property
    def values(self) -> Mapping[str, int | None]:
        """What THEIR_ATTEMPTS asks for."""
        return {"person": self.person, "address": self.address}


THEIR_ATTEMPTS = or_(
    Attempts.person_id == bindparam("person", type_=BigInteger),
    and_(
        Attempts.address_id == bindparam("address", type_=BigInteger), Attempts.person_id.is_(None)
    ),
)
"""The condition for somebody's attempts: their own, and those held at their address."""

_AT = select(Addresses.current_person_id, Addresses.declined_at).where(
    Addresses.id == bindparam("address")
)
_SAVING = (
    select(Consents.answer, Consents.at)
    .where(Consents.person_id == bindparam("person"), Consents.purpose == Purpose.SAVE.value)
    .order_by(Consents.id.desc())
    .limit(1)
    .subquery()
)
_SOMEBODY = (
    select(People.is_practice, People.is_sample, _SAVING.c.answer, _SAVING.c.at)
    .join_from(People, _SAVING, onclause=true(), isouter=True)
    .where(People.id == bindparam("person"))
)


async def who_is(tx: Tx, by: Actor) -> Who:
    """Return who asks, by what is true in this transaction."""
    person, declined_at = by.person, None
    if by.address is not None:
        found = await tx.connection.execute(_AT, {"address": by.address})
        person, declined_at = found.one()
    has_declined = declined_at is not None and declined_at > _visit_began(tx)
    if person is None:
        is_undecided = by.address is not None and not has_declined
        return Who(
            None, by.address, Keeping.HELD if is_undecided else Keeping.NAMELESS, has_declined
        )
    return await _somebody(tx, by, person, has_declined)


async def _somebody(tx: Tx, by: Actor, person: int, has_declined: bool) -> Who:
    found = await tx.connection.execute(_SOMEBODY, {"person": person})
    is_practice, is_sample, answer, at = found.one()
    said_no = answer not in (None, "yes") and at > _visit_began(tx)
    is_undecided = answer is None and by.address is not None and not (has_declined or is_practice)
    otherwise = Keeping.HELD if is_undecided else Keeping.NAMELESS
    return Who(
        person,
        by.address,
        Keeping.KEPT if answer == "yes" else otherwise,
        has_declined or said_no,
        is_counted=not is_practice and (tx.house.is_sample or not is_sample),
    )


def _visit_began(tx: Tx) -> datetime:
    return tx.now - timedelta(hours=tx.house.hold_hours)
