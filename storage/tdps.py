"""The ward's list of TDPs: loaded once beside the config, then kept by the lists that staff upload.

A TDP that is over is never deleted. Who lived in it moves to its heir, from the day after its last one;
without an heir they are asked again. Roles, open invites and what needs somebody go the same way. Events
keep the TDP of their moment, so no figure of an earlier day changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import and_, case, exists, func, insert, literal, or_, select, union, update
from sqlalchemy.dialects import postgresql  # its ON CONFLICT reads alike on SQLite
from sqlalchemy.orm import aliased

from storage import audit
from storage._tx import Tx
from storage.house import Actor
from storage.tables import Profiles, Residences, Settings, Tdps
from storage.tables_staff import Grants, Invites, TeamItems

LOADED_AT = "tdps_loaded_at"
IMPORTED_AT = "tdps_imported_at"
CLOCK = Actor("clock", frozenset(), "clock")
"""Who moves people when a TDP's last day has passed by itself."""


@dataclass(frozen=True, slots=True)
class TdpRow:
    """One TDP as the ward's list has it: TdpRow("TT-01", "Tân Trung", "1", "Đông Cao", False)."""

    code: str
    name: str
    number: str | None
    former_ward: str | None
    is_placeholder: bool


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long a TDP exists, and what it becomes part of."""

    valid_from: date | None
    valid_to: date | None
    into: int | None

    def exists_on(self, day: date) -> bool:
        """Tell whether it exists on a local day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and not self.is_over_on(day)

    def is_over_on(self, day: date) -> bool:
        """Tell whether its last day has passed."""
        return self.valid_to is not None and self.valid_to < day


_COUNT = select(func.count()).select_from(Tdps)
_PLACEHOLDERS = _COUNT.where(Tdps.is_placeholder)
_KINDS_OF = select(Tdps.id, Tdps.is_placeholder)
_FIRST = postgresql.insert(Settings).on_conflict_do_nothing().returning(Settings.key)
_MARK = postgresql.insert(Settings)
_LOAD = insert(Tdps)
_LASTING = select(Tdps.id, Tdps.valid_from, Tdps.valid_to, Tdps.merged_into)
_LIVED_IN = (
    select(Residences.tdp_id, func.count())
    .where(Residences.valid_to.is_(None), Residences.tdp_id.is_not(None))
    .group_by(Residences.tdp_id)
)


async def load_once(tx: Tx, rows: Sequence[TdpRow]) -> int:
    """Load the ward's list into a database that has none; returns how many rows went in, else 0."""
    if not rows or (await tx.connection.execute(_COUNT)).scalar_one():
        return 0
    mark = {"key": LOADED_AT, "value": tx.now.isoformat()}
    if (await tx.connection.execute(_FIRST, mark)).one_or_none() is None:
        return 0  # another process is just ahead
    await tx.connection.execute(_LOAD, [asdict(row) for row in rows])
    return len(rows)


async def placeholders(tx: Tx) -> int:
    """Return how many TDPs of today are still sample names, not the ward's own."""
    is_open = or_(Tdps.valid_to.is_(None), Tdps.valid_to >= tx.today)
    return int((await tx.connection.execute(_PLACEHOLDERS.where(is_open))).scalar_one())


async def only_names(tx: Tx) -> frozenset[int]:
    """Return the TDPs that are nothing but names that came with the software: no figure is theirs, on no day.

    None as long as the ward has no TDPs of its own, and none in a ward of made-up people.
    """
    rows = (await tx.connection.execute(_KINDS_OF)).all()
    samples = frozenset(row.id for row in rows if row.is_placeholder)
    return samples if len(samples) < len(rows) and not tx.house.is_sample else frozenset()


async def note_import(tx: Tx) -> None:
    """Remember that staff uploaded the ward's own list."""
    mark = {"key": IMPORTED_AT, "value": tx.now.isoformat()}
    adding = _MARK.on_conflict_do_update(
        index_elements=["key"], set_={"value": _MARK.excluded.value}
    )
    await tx.connection.execute(adding, mark)


async def imported_on(tx: Tx) -> date | None:
    """Return the local day of the last uploaded list, or None: what stands beside the config is in use."""
    found = await tx.connection.scalar(select(Settings.value).where(Settings.key == IMPORTED_AT))
    return (
        None
        if found is None
        else datetime.fromisoformat(found).astimezone(tx.house.timezone).date()
    )


# ---------------------------------------------------------------- what is over


async def lived_in(tx: Tx) -> Mapping[int, int]:
    """Return how many people live in each TDP now."""
    rows = (await tx.connection.execute(_LIVED_IN)).all()
    return {tdp: people for tdp, people in rows if tdp is not None}


def heir(number: int, tdps: Mapping[int, Lasting], day: date) -> int | None:
    """Return the TDP that one is on a day, or has become part of; None: none, or merged in a circle."""
    passed: set[int] = set()
    at: int | None = number
    while at is not None and at in tdps and at not in passed:
        if tdps[at].exists_on(day):
            return at
        passed.add(at)
        at = tdps[at].into if tdps[at].is_over_on(day) else None
    return None


async def leave_those_over(tx: Tx, by: Actor = CLOCK) -> int:
    """Move everybody and everything out of the TDPs whose last day has passed; returns how many people.

    Does nothing the second time.
    """
    rows = (await tx.connection.execute(_LASTING.order_by(Tdps.id))).all()
    tdps = {row.id: Lasting(row.valid_from, row.valid_to, row.merged_into) for row in rows}
    living = await lived_in(tx)
    moved = 0
    for number in sorted({*living, *await _in_use(tx)}):
        one = tdps[number]
        if not one.is_over_on(tx.today):
            continue
        to = heir(number, tdps, tx.today)
        people, roles = living.get(number, 0), 0
        if people:
            await _move_people(tx, number, to, _day_after(tx, one))
        if to is not None:
            roles = await _move_roles(tx, number, to)
            await _move_open(tx, number, to)
        if people or roles:
            details = {"into": to, "people": people, "roles": roles}
            await audit.append(tx, by, "tdp_left", f"tdp:{number}", details)
        moved += people
    return moved


async def _in_use(tx: Tx) -> set[int]:
    """The TDPs that somebody has a role in, is invited to, or has something open in."""
    uses = (
        select(Grants.tdp_id).where(Grants.tdp_id.is_not(None), Grants.revoked_at.is_(None)),
        select(Invites.tdp_id).where(
            Invites.tdp_id.is_not(None), Invites.used_at.is_(None), Invites.revoked_at.is_(None)
        ),
        select(TeamItems.tdp_id).where(TeamItems.tdp_id.is_not(None), TeamItems.done_at.is_(None)),
    )
    found = (await tx.connection.execute(union(*uses))).scalars().all()
    return {tdp for tdp in found if tdp is not None}


def _day_after(tx: Tx, one: Lasting) -> datetime:
    """The first moment at which a TDP is no more."""
    last = one.valid_to or tx.today
    return datetime.combine(last + timedelta(days=1), time(), tx.house.timezone).astimezone(UTC)


async def _move_people(tx: Tx, old: int, to: int | None, at: datetime) -> None:
    """Close where people lived; open the heir for them, or let them be asked again."""
    lives_there = and_(Residences.tdp_id == old, Residences.valid_to.is_(None))
    moment = literal(at, Residences.valid_from.type)
    closed = case((Residences.valid_from > moment, Residences.valid_from), else_=moment)
    if to is not None:
        moving = select(Residences.person_id, literal(to), closed).where(lives_there)
        columns = ["person_id", "tdp_id", "valid_from"]
        await tx.connection.execute(insert(Residences).from_select(columns, moving))
    else:
        who = select(Residences.person_id).where(lives_there)
        await tx.connection.execute(
            update(Profiles).where(Profiles.person_id.in_(who)).values(asked_tdp_at=None)
        )
    await tx.connection.execute(update(Residences).where(lives_there).values(valid_to=closed))


async def _move_roles(tx: Tx, old: int, to: int) -> int:
    """End the roles that are held in one TDP and give them in another, unless they are held there as long."""
    is_held = and_(
        Grants.tdp_id == old,
        Grants.revoked_at.is_(None),
        or_(Grants.ends_on.is_(None), Grants.ends_on >= tx.today),
    )
    there = aliased(Grants)
    is_there = exists().where(
        there.person_id == Grants.person_id,
        there.role == Grants.role,
        there.tdp_id == to,
        there.revoked_at.is_(None),
        or_(there.ends_on.is_(None), there.ends_on >= Grants.ends_on),
    )
    now = literal(tx.now, Grants.since.type)
    moving = select(
        Grants.person_id, Grants.role, literal(to), now, Grants.ends_on, Grants.by
    ).where(is_held, ~is_there)
    columns = ["person_id", "role", "tdp_id", "since", "ends_on", "by"]
    await tx.connection.execute(insert(Grants).from_select(columns, moving))
    ended = await tx.connection.execute(update(Grants).where(is_held).values(revoked_at=tx.now))
    return int(ended.rowcount)


async def _move_open(tx: Tx, old: int, to: int) -> None:
    """Invites nobody has taken up and what still needs somebody: for the heir from now on."""
    is_open = and_(Invites.tdp_id == old, Invites.used_at.is_(None), Invites.revoked_at.is_(None))
    await tx.connection.execute(update(Invites).where(is_open).values(tdp_id=to))
    to_do = and_(TeamItems.tdp_id == old, TeamItems.done_at.is_(None))
    await tx.connection.execute(update(TeamItems).where(to_do).values(tdp_id=to))
