"""What needs somebody of the ward: opened once per kind and subject, seen by role and TDP, closed once.

kind             team, head (own TDPs)   staff, admin   police   approver
help_asked       x                       x
invite_over      head                    x
codes_guessed                            x              x
lesson_*                                 x              x        x
all others                               x
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from sqlalchemy import ColumnElement, and_, case, false, or_, select, update
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT reads alike on SQLite

from handlers._requests.consent import Purpose
from handlers._requests.items import (
    CloseItem,
    Item,
    ItemClosed,
    ItemKind,
    NoSuchItem,
    NotKnown,
    SeeWhoAsked,
    TeamItems,
    WhoAsked,
)
from handlers._requests.person import Role
from storage import audit
from storage._performers import performer
from storage._tdp_names import all_units
from storage._tx import Tx
from storage.consent import agreed_purposes
from storage.house import Actor
from storage.tables import People, Profiles
from storage.tables_staff import IS_OPEN
from storage.tables_staff import TeamItems as Rows

MOST = 300
"""So many items are listed at most; the most urgent ones."""
TO_DECIDE = frozenset({ItemKind.LESSON_WAITING, ItemKind.LESSON_REVIEW})
OF_LESSONS = TO_DECIDE | {ItemKind.LESSON_TO_MEND}
SEEN_BY: Mapping[Role, frozenset[ItemKind]] = MappingProxyType(
    {
        Role.TEAM: frozenset({ItemKind.HELP_ASKED}),
        Role.HEAD: frozenset({ItemKind.HELP_ASKED, ItemKind.INVITE_OVER}),
        Role.STAFF: frozenset(ItemKind),
        Role.ADMIN: frozenset(ItemKind),
        Role.POLICE: TO_DECIDE | {ItemKind.CODES_GUESSED},
        Role.APPROVER: TO_DECIDE,
    }
)
CLOSED_BY_PEOPLE = frozenset(
    {
        ItemKind.HELP_ASKED,
        ItemKind.CODES_GUESSED,
        ItemKind.REPORT_DUE,
        ItemKind.INVITE_OVER,
    }
)
"""All others close by themselves once what they are about is in order again."""
_RANK = {kind.value: place for place, kind in enumerate(ItemKind)}


async def open_item(
    tx: Tx, kind: str, subject: str, *, tdp: int | None = None, due_on: date | None = None
) -> bool:
    """Open an item unless one of this kind and subject is open; returns whether it is new.

    `subject` is a code such as "person:123", never a name. Raises ValueError for a kind that does not exist.
    """
    opening = insert(Rows).values(
        kind=ItemKind(kind).value,
        subject=subject[:80],
        tdp_id=tdp,
        created_at=tx.now,
        due_on=due_on,
    )
    once = opening.on_conflict_do_nothing(
        index_elements=["kind", "subject"], index_where=IS_OPEN
    ).returning(Rows.id)
    return (await tx.connection.execute(once)).scalar_one_or_none() is not None


async def close_item(tx: Tx, by: Actor, kind: str, subject: str) -> bool:
    """Close the open item of this kind and subject; returns whether there was one."""
    closing = (
        update(Rows)
        .where(Rows.kind == ItemKind(kind).value, Rows.subject == subject[:80])
        .where(Rows.done_at.is_(None))
        .values(done_at=tx.now, done_by=by.name)
    )
    return (await tx.connection.execute(closing)).rowcount > 0


@performer(roles=set(SEEN_BY))
async def team_items(
    tx: Tx,
    by: Actor,
    request: TeamItems,  # noqa: ARG001 - a performer's shape
) -> tuple[Item, ...]:
    """List what is open for the one who asks."""
    is_late = and_(Rows.due_on.is_not(None), Rows.due_on < tx.today)
    found = await tx.connection.execute(
        select(Rows.id, Rows.kind, Rows.subject, Rows.tdp_id, Rows.created_at, Rows.due_on)
        .where(Rows.done_at.is_(None), _is_seen_by(by))
        .order_by(case((is_late, 0), else_=1), case(_RANK, value=Rows.kind), Rows.id.desc())
        .limit(MOST)
    )
    units = await all_units(tx)
    return tuple(
        Item(
            id=row.id,
            kind=(kind := ItemKind(row.kind)),
            subject=row.subject,
            about=_about(tx, kind, row.subject),
            tdp=None if row.tdp_id is None else units[row.tdp_id].label,
            since=row.created_at.astimezone(tx.house.timezone).date(),
            due_on=row.due_on,
            is_late=row.due_on is not None and row.due_on < tx.today,
            may_close=kind in CLOSED_BY_PEOPLE,
        )
        for row in found
    )


@performer(roles=set(SEEN_BY))
async def close_item_by_hand(tx: Tx, by: Actor, request: CloseItem) -> ItemClosed | NoSuchItem:
    """Close one of the items that the one who asks can see, unless it closes by itself."""
    closing = (
        update(Rows)
        .where(Rows.id == request.item, Rows.done_at.is_(None), _is_seen_by(by))
        .where(Rows.kind.in_([kind.value for kind in CLOSED_BY_PEOPLE]))
        .values(done_at=tx.now, done_by=by.name)
    )
    if (await tx.connection.execute(closing)).rowcount == 0:
        return NoSuchItem()
    await audit.append(tx, by, "item_closed", f"item:{request.item}")
    return ItemClosed()


@performer(roles=set(SEEN_BY), counts_in_practice=True)
async def see_who_asked(
    tx: Tx, by: Actor, request: SeeWhoAsked
) -> WhoAsked | NotKnown | NoSuchItem:
    """Name the one who asked for help, if they still agree.

    That a name was seen is written down, also of who practises.
    """
    found = await tx.connection.execute(
        select(Rows.subject, Rows.tdp_id).where(
            Rows.id == request.item,
            Rows.kind == ItemKind.HELP_ASKED.value,
            Rows.done_at.is_(None),
            _is_seen_by(by),
        )
    )
    row = found.one_or_none()
    if row is None:
        return NoSuchItem()
    person = int(row.subject.removeprefix("person:"))
    if Purpose.TEAM not in await agreed_purposes(tx, person):
        return NotKnown()
    named = await tx.connection.execute(
        select(Profiles.form, Profiles.name, People.channel)
        .join_from(People, Profiles)
        .where(People.id == person, People.erased_at.is_(None))
    )
    they = named.one_or_none()
    if they is None:
        return NotKnown()
    await audit.append(tx, by, "seen_name", row.subject, {"item": request.item})
    tdp = None if row.tdp_id is None else (await all_units(tx))[row.tdp_id].label
    return WhoAsked(person, they.form, they.name, tdp, they.channel)


def _is_seen_by(by: Actor) -> ColumnElement[bool]:
    """The condition for the items that somebody's roles and TDPs let them see."""
    seen = [_is_seen_as(by, role, kinds) for role, kinds in SEEN_BY.items() if role in by.roles]
    return or_(false(), *seen)


def _is_seen_as(by: Actor, role: Role, kinds: frozenset[ItemKind]) -> ColumnElement[bool]:
    is_kind = Rows.kind.in_(sorted(kinds))
    tdps = by.reach(role)
    return is_kind if tdps is None else and_(is_kind, Rows.tdp_id.in_(sorted(tdps)))


def _about(tx: Tx, kind: ItemKind, subject: str) -> str:
    """What may be printed of a subject: no number of a person or an address."""
    code = subject.partition(":")[2]
    if kind in OF_LESSONS:
        lesson = tx.house.content.lessons.get(code)
        return code if lesson is None else lesson.title
    return code if kind in {ItemKind.HEALTH, ItemKind.REPORT_DUE} else ""
