"""A list of those who shall have a role: each row is one invite, made once.

A row whose invite is open, or whose role is still held, is the same; one whose invite is over or was revoked
is invited anew. A row is known by what stands in it, so that nobody is invited twice by a list uploaded twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, join, select

from handlers._requests.invites import AlreadyInvited, Invited, InvitePerson, MayNotInvite
from handlers._requests.lists import Cell, Fault, MemberLine, Outcome, Remark
from handlers._requests.person import Role
from handlers._requests.roles import LOOKED_AFTER_BY, PLACED, WARD_WIDE
from lessons import fold
from storage._list_plan import Names, Plan, printed
from storage._list_units import known_units
from storage._performers import perform
from storage._secrets import sealed
from storage._tdp_names import all_units
from storage._told import is_valid
from storage._tx import Tx
from storage.house import Actor
from storage.invites import ROW
from storage.roles import is_held, last_day
from storage.tables import Tdps
from storage.tables_staff import Grants, Invites
from storage.tdp import link_form

_CODES = select(Tdps.id, Tdps.code)


async def plan_members(tx: Tx, by: Actor, lines: Sequence[MemberLine]) -> Plan:
    """Find out who is to be invited."""
    plan = Plan()
    tdps, units = await _tdps(tx), await _units(tx)
    invited = await _invited(tx)
    roles = {role for one in by.roles for role in LOOKED_AFTER_BY.get(one, ())}
    may = {role: await last_day(tx, by, role) for role in roles}
    seen: dict[str, MemberLine] = {}
    new: list[InvitePerson] = []
    for line in lines:
        tdp = tdps.numbers.get(link_form(line.tdp))
        unit = units.numbers.get(fold(line.unit))
        if line.tdp and tdp is None:
            plan.wrong(line, "tdp", Fault.UNKNOWN_TDP, line.tdp, tdps.names.nearest(line.tdp))
        if line.unit and unit is None:
            plan.wrong(line, "unit", Fault.UNKNOWN_UNIT, line.unit, units.names.nearest(line.unit))
        _check(plan, line, may, tx)
        key = _row_key(line, tdp, unit)
        if (other := seen.setdefault(key, line)) is not line:
            plan.wrong(line, "name", Fault.TWICE, line.name, str(other.row))
        elif (row := sealed(tx.house, ROW, key)) in invited:
            plan.change(line.row, Outcome.SAME, line.name)
            if invited[row] != line.ends_on:
                beside = printed(invited[row]) or "không có"
                plan.remark(line.row, Remark.OTHER_END, line.name, beside=beside)
        else:
            plan.change(line.row, Outcome.NEW, line.name, _cells(line))
            new.append(
                InvitePerson(line.role, line.name, line.office, tdp, unit, line.ends_on, key)
            )

    async def write(tx: Tx, by: Actor) -> tuple[Invited, ...]:
        return tuple([await _invite(tx, by, request) for request in new])

    plan.write = write
    return plan


async def _invite(tx: Tx, by: Actor, request: InvitePerson) -> Invited:
    """Invite one person; whatever is in the way was found before anything was written."""
    match await perform(tx, by, request):
        case Invited() as made:
            return made
        case AlreadyInvited() | MayNotInvite() as refused:
            raise RuntimeError(f"a checked row of a list was refused: {refused}")


def _check(plan: Plan, line: MemberLine, may: Mapping[Role, date | None], tx: Tx) -> None:
    """`may`: the roles they may invite to, with the last day of their own of the same kind."""
    if line.role not in may:
        plan.wrong(line, "role", Fault.MAY_NOT_INVITE)
    if line.role in PLACED and not line.tdp:
        plan.wrong(line, "tdp", Fault.NEEDS_TDP)
    if line.role in WARD_WIDE and line.tdp:
        plan.wrong(line, "tdp", Fault.WARD_WIDE)
    last = may.get(line.role)
    if line.ends_on is not None and line.ends_on < tx.today:
        plan.wrong(line, "ends_on", Fault.ENDED, printed(line.ends_on))
    elif last is not None and (line.ends_on is None or line.ends_on > last):
        plan.wrong(line, "ends_on", Fault.LONGER, printed(line.ends_on), printed(last))


@dataclass(frozen=True, slots=True)
class _Known:
    """The numbers of what there is today, by code or name as it is compared, and its names as written."""

    numbers: Mapping[str, int]
    names: Names


async def _tdps(tx: Tx) -> _Known:
    """The TDPs of today, by code."""
    today = await all_units(tx)
    rows = (await tx.connection.execute(_CODES)).all()
    found = {row.code: row.id for row in rows if today[row.id].exists_on(tx.today)}
    return _Known({link_form(code): number for code, number in found.items()}, Names(found))


async def _units(tx: Tx) -> _Known:
    """The units of today, by name."""
    found = {
        one.name: one.id
        for one in (await known_units(tx)).values()
        if one.id and is_valid(one.valid_from, one.valid_to, tx.today)
    }
    return _Known({fold(name): number for name, number in found.items()}, Names(found))


async def _invited(tx: Tx) -> Mapping[str, date | None]:
    """The rows that have an open invite, or whose role is held, each with its last day."""
    is_open = and_(
        Invites.used_at.is_(None), Invites.revoked_at.is_(None), Invites.expires_at > tx.now
    )
    is_role_held = and_(
        Grants.person_id == Invites.used_by,
        Grants.role == Invites.role,
        Grants.tdp_id.is_not_distinct_from(Invites.tdp_id),
        is_held(tx.today),
    )
    of_lists = Invites.list_key.is_not(None)
    still_open = select(Invites.list_key, Invites.ends_on).where(of_lists, is_open)
    both = join(Invites, Grants, is_role_held)
    held = select(Invites.list_key, Grants.ends_on).select_from(both).where(of_lists)
    rows = [row for one in (held, still_open) for row in (await tx.connection.execute(one)).all()]
    return {key: ends_on for key, ends_on in rows if key is not None}


def _row_key(line: MemberLine, tdp: int | None, unit: int | None) -> str:
    """What tells this row from all others."""
    name, office = fold(line.name), fold(line.office)
    return "/".join((line.role.value, name, office, str(tdp or ""), str(unit or "")))


def _cells(line: MemberLine) -> tuple[Cell, ...]:
    values = (("office", line.office), ("tdp", line.tdp), ("unit", line.unit))
    return (
        *(Cell(column, "", value) for column, value in values if value),
        *([Cell("ends_on", "", printed(line.ends_on))] if line.ends_on else []),
    )
