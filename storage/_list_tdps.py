"""The ward's own list of TDPs, set against the TDPs there are.

a code of the list that is new               a new TDP
one that is known (“TT 01” is “tt-01”)       name, number, former ward and days as the list says; a day that
                                             is left out stays, but a TDP that is listed without its end exists
“đến ngày”, “nhập vào mã”                    its last day (yesterday, where only the heir is given), its heir
a known one the list leaves out              stays as it is, unless it is a sample name: that ends yesterday
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import bindparam, func, insert, or_, select, update

from handlers._requests.invites import Invited
from handlers._requests.lists import Fault, Outcome, Remark, TdpLine
from lessons import fold
from storage._list_plan import Names, Plan, differing
from storage._tx import Tx
from storage.house import Actor
from storage.tables import Tdps
from storage.tables_staff import Grants
from storage.tdp import link_form
from storage.tdps import Lasting, heir, leave_those_over, lived_in, note_import

SAMPLE = "mẫu "
"""How the name of a sample begins; “Mậu Thông” is a place."""
_DAY = timedelta(days=1)

_KNOWN = select(
    Tdps.id,
    Tdps.code,
    Tdps.name,
    Tdps.number,
    Tdps.former_ward,
    Tdps.valid_from,
    Tdps.valid_to,
    Tdps.merged_into,
    Tdps.is_placeholder,
).order_by(Tdps.id)
_ADD = insert(Tdps)
_CHANGE = update(Tdps).where(Tdps.id == bindparam("of"))


@dataclass(frozen=True, slots=True)
class _Tdp:
    """A TDP as it is, or as it will be: `into` is the link form of its heir's code."""

    code: str
    name: str
    number: str | None
    former_ward: str | None
    valid_from: date | None
    valid_to: date | None
    into: str | None
    is_placeholder: bool
    id: int | None = None

    @property
    def key(self) -> str:
        """The code as it is compared."""
        return link_form(self.code)

    @property
    def label(self) -> str:
        """As it is listed: “TT-01 Tân Trung”."""
        return f"{self.code} {self.name}"

    def is_over_on(self, day: date) -> bool:
        return self.valid_to is not None and self.valid_to < day


_Tdps = Mapping[str, _Tdp]


async def plan_tdps(tx: Tx, by: Actor, lines: Sequence[TdpLine]) -> Plan:  # noqa: ARG001 - a planner's shape
    """Find out what the list changes."""
    plan = Plan()
    known = await _known(tx)
    listed = _listed(plan, lines)
    wanted = {key: _wanted(line, known.get(key), tx.today) for key, line in listed.items()}
    wanted = _begun_with_a_merge(wanted, known)
    ending = {
        key: replace(one, valid_to=tx.today - _DAY)
        for key, one in known.items()
        if one.is_placeholder and key not in wanted and not one.is_over_on(tx.today)
    }
    after = {**known, **ending, **wanted}
    codes = Names(one.code for one in after.values())
    for key, line in listed.items():
        _check(plan, line, wanted[key], after, codes)
    if not plan.problems:
        for key, line in listed.items():
            _compare(plan, line.row, key, known, after)
        _those_left_out(plan, known, wanted, ending, tx.today)
        await _who_moves(tx, plan, after)
    changed = {key: one for key, one in {**ending, **wanted}.items() if known.get(key) != one}

    async def write(tx: Tx, by: Actor) -> tuple[Invited, ...]:
        await _write(tx, changed)
        await note_import(tx)
        await leave_those_over(tx, by)
        return ()

    plan.write = write
    return plan


async def _known(tx: Tx) -> dict[str, _Tdp]:
    rows = (await tx.connection.execute(_KNOWN)).all()
    keys = {row.id: link_form(row.code) for row in rows}
    return {
        keys[row.id]: _Tdp(
            row.code,
            row.name,
            row.number,
            row.former_ward,
            row.valid_from,
            row.valid_to,
            keys.get(row.merged_into),
            row.is_placeholder,
            row.id,
        )
        for row in rows
    }


# ---------------------------------------------------------------- what the list says


def _listed(plan: Plan, lines: Sequence[TdpLine]) -> dict[str, TdpLine]:
    """The rows by their code; a code, and a name that nothing tells apart, may stand there once."""
    found: dict[str, TdpLine] = {}
    names: dict[tuple[str, str, str], TdpLine] = {}
    for line in lines:
        key = link_form(line.code)
        if not key:
            plan.wrong(line, "code", Fault.NOT_A_CODE, line.code)
        elif (other := found.setdefault(key, line)) is not line:
            plan.wrong(line, "code", Fault.TWICE, line.code, str(other.row))
        if line.valid_to is not None or line.into:
            continue
        name = (fold(line.name), fold(line.number), fold(line.former_ward))
        if (other := names.setdefault(name, line)) is not line:
            plan.wrong(line, "name", Fault.TWICE, line.name, str(other.row))
    return found


def _wanted(line: TdpLine, before: _Tdp | None, today: date) -> _Tdp:
    """The TDP as the list wants it."""
    into = link_form(line.into) or None
    valid_to = line.valid_to
    if valid_to is None and into is not None:
        is_known = before is not None and before.into == into
        valid_to = before.valid_to if before and is_known else today - _DAY
    is_alive = valid_to is None and into is None
    kept = before if before and not is_alive else None  # what is over keeps what is left out
    return _Tdp(
        before.code if before else line.code,
        line.name,
        line.number or (kept.number if kept else None),
        line.former_ward or (kept.former_ward if kept else None),
        line.valid_from or (before.valid_from if before else None),
        valid_to,
        into,
        is_placeholder=before is not None and before.is_placeholder and not is_alive,
        id=before.id if before else None,
    )


def _begun_with_a_merge(wanted: _Tdps, known: _Tdps) -> dict[str, _Tdp]:
    """A new TDP that others go into exists from the day after their last one, unless it says otherwise.

    A sample name was no TDP: one that it goes into was there before.
    """
    first: dict[str, date] = {}
    for one in wanted.values():
        if one.into is not None and one.valid_to is not None and not one.is_placeholder:
            day = one.valid_to + _DAY
            first[one.into] = min(day, first.get(one.into, day))
    return {
        key: replace(one, valid_from=first[key])
        if key in first and key not in known and one.valid_from is None
        else one
        for key, one in wanted.items()
    }


def _check(plan: Plan, line: TdpLine, one: _Tdp, after: _Tdps, codes: Names) -> None:
    """Note what is wrong with a row, its heir looked up among all."""
    if line.name.casefold().startswith(SAMPLE) and one.valid_to is None:
        plan.wrong(line, "name", Fault.SAMPLE_NAME, line.name)
    if one.valid_from and one.valid_to and one.valid_to < one.valid_from:
        plan.wrong(line, "valid_to", Fault.ENDS_BEFORE_IT_BEGINS, f"{one.valid_to:%d/%m/%Y}")
    if one.into is None or one.valid_to is None:
        return
    to = after.get(one.into)
    if one.into == one.key:
        plan.wrong(line, "into", Fault.INTO_ITSELF, line.into)
    elif to is None:
        plan.wrong(line, "into", Fault.UNKNOWN_TDP, line.into, codes.nearest(line.into))
    elif to.valid_to is not None and to.valid_to <= one.valid_to:
        plan.wrong(line, "into", Fault.HEIR_ENDS, line.into, f"{to.valid_to:%d/%m/%Y}")
    elif to.valid_from is not None and to.valid_from > one.valid_to + _DAY:
        plan.wrong(line, "into", Fault.HEIR_BEGINS_LATER, line.into, f"{to.valid_from:%d/%m/%Y}")


# ---------------------------------------------------------------- what that changes


def _compare(plan: Plan, row: int, key: str, known: _Tdps, later: _Tdps) -> None:
    before, after = known.get(key), later[key]
    cells = differing(_values(before, known) if before else {}, _values(after, later))
    if before is None:
        plan.change(row, Outcome.NEW, after.label, cells)
    elif not cells and before.is_placeholder == after.is_placeholder:
        plan.change(row, Outcome.SAME, after.label)
    else:
        ends = (before.valid_to, before.into) != (after.valid_to, after.into)
        is_end = ends and after.valid_to is not None
        plan.change(row, Outcome.ENDED if is_end else Outcome.CHANGED, after.label, cells)
        if before.valid_to is not None and after.valid_to is None:
            plan.remark(row, Remark.IS_OPEN_AGAIN, after.label)


def _values(one: _Tdp, among: _Tdps) -> dict[str, object]:
    return {
        "name": one.name,
        "number": one.number,
        "former_ward": one.former_ward,
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
        "into": among[one.into].code if one.into else None,
    }


def _those_left_out(plan: Plan, known: _Tdps, wanted: _Tdps, ending: _Tdps, today: date) -> None:
    """Sample names end with the ward's own list; any other TDP stays until the list says it ends."""
    for key, one in ending.items():
        cells = differing(_values(known[key], known), _values(one, known))
        plan.change(0, Outcome.ENDED, one.label, cells)
    if ending:
        plan.remark(0, Remark.SAMPLE_ENDS, number=len(ending))
    rest = [
        one.label
        for key, one in known.items()
        if key not in wanted and key not in ending and not one.is_over_on(today)
    ]
    if rest:
        plan.remark(0, Remark.NOT_IN_LIST, ", ".join(rest), len(rest))


async def _who_moves(tx: Tx, plan: Plan, after: _Tdps) -> None:
    """Note how many people and roles leave which TDP, now or on the day it ends."""
    living, roles = await lived_in(tx), await _roles_in(tx)
    numbers = {key: number for number, key in enumerate(after)}
    lasting = {
        numbers[key]: Lasting(one.valid_from, one.valid_to, numbers.get(one.into or ""))
        for key, one in after.items()
    }
    labels = [one.label for one in after.values()]
    for key, one in after.items():
        people, held = living.get(one.id or 0, 0), roles.get(one.id or 0, 0)
        if one.valid_to is None or not (people or held):
            continue
        to = heir(numbers[key], lasting, tx.today)
        if not one.is_over_on(tx.today):
            plan.remark(0, Remark.MOVES_LATER, one.label, people, f"{one.valid_to:%d/%m/%Y}")
        elif to is not None and people:
            plan.remark(0, Remark.PEOPLE_MOVE, one.label, people, labels[to])
        elif people:
            plan.remark(0, Remark.PEOPLE_ASKED, one.label, people)
        if held and one.is_over_on(tx.today):
            remark = Remark.ROLES_LEFT if to is None else Remark.ROLES_MOVE
            plan.remark(0, remark, one.label, held, "" if to is None else labels[to])


async def _roles_in(tx: Tx) -> Mapping[int, int]:
    """How many roles are held in each TDP today."""
    held = (
        select(Grants.tdp_id, func.count())
        .where(
            Grants.tdp_id.is_not(None),
            Grants.revoked_at.is_(None),
            or_(Grants.ends_on.is_(None), Grants.ends_on >= tx.today),
        )
        .group_by(Grants.tdp_id)
    )
    rows = (await tx.connection.execute(held)).all()
    return {tdp: number for tdp, number in rows if tdp is not None}


# ---------------------------------------------------------------- writing it


async def _write(tx: Tx, changed: _Tdps) -> None:
    """Write the new TDPs, then what they all become part of."""
    new = [_columns(one) | {"code": one.code} for one in changed.values() if one.id is None]
    if new:
        await tx.connection.execute(_ADD, new)
    numbers = {one.key: one.id for one in (await _known(tx)).values()}
    values = [
        {
            "of": numbers[key],
            **_columns(one),
            "merged_into": numbers[one.into] if one.into else None,
        }
        for key, one in changed.items()
        if one.id is not None or one.into is not None
    ]
    if values:
        await tx.connection.execute(_CHANGE, values)


def _columns(one: _Tdp) -> dict[str, object]:
    return {
        "name": one.name,
        "number": one.number,
        "former_ward": one.former_ward,
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
        "is_placeholder": one.is_placeholder,
    }
