"""The people behind a number: found by index, counted as the number was, shown by role, every look audited.

SQL finds who may be meant (the line's people who did this within the period), the rules of
storage/_histories.py decide: so the pages together hold exactly the people of the number.

    staff, admin        names in full
    team, head          of their own TDPs; in full who lives there today and agreed that the team knows
    police, approver    masked
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from handlers._requests.behind import PEOPLE_A_PAGE, Page, PeopleBehind, PersonBehind
from handlers._requests.consent import Purpose
from handlers._requests.figures import Count, Dimension
from handlers._requests.person import Role
from storage import audit
from storage._histories import COUNTED, Counted, Rules, counted
from storage._performers import Forbidden, performer
from storage._recount import Days, is_real
from storage._tdp_names import all_units
from storage._tx import Tx
from storage.consent import YES
from storage.events import Code
from storage.house import Actor
from storage.rollups import histories_of
from storage.tables import Consents, Events, People, Profiles, Residences

WALK = 10_000
"""So many people of the whole ward are looked through in one go."""
CANDIDATES = 100
ROUNDS = 20
MASK = "…"
NUMBER = re.compile("[0-9]{1,9}")
"""A TDP's or unit's number; whatever else an address says is the number of none."""
NOWHERE = -1

IN_FULL = (Role.STAFF, Role.ADMIN)
OF_TDP = (Role.TEAM, Role.HEAD)
MASKED = (Role.POLICE, Role.APPROVER)

_HAPPENED = aliased(Events)
_EARLIER = aliased(Events)
_SAID = aliased(Consents)
_LATEST = (
    select(func.max(_SAID.id))
    .where(_SAID.purpose == Purpose.TEAM.value, _SAID.person_id == People.id)
    .correlate(People)
    .scalar_subquery()
)
_FACES = (
    select(
        People.id,
        People.confirmed_at,
        People.erased_at,
        Profiles.name,
        Residences.tdp_id,
        Consents.answer,
    )
    .outerjoin_from(People, Profiles, Profiles.person_id == People.id)
    .outerjoin(Residences, and_(Residences.person_id == People.id, Residences.valid_to.is_(None)))
    .outerjoin(Consents, Consents.id == _LATEST)
    .where(People.id.in_(bindparam("people", expanding=True, type_=BigInteger)))
)


@performer(roles={*IN_FULL, *OF_TDP, *MASKED}, counts_in_practice=True)
async def people_behind(tx: Tx, by: Actor, request: PeopleBehind) -> Page:
    """Show a page of the people behind a number, and write down who looked at which number."""
    tdps = by.reach(*IN_FULL, *OF_TDP, *MASKED)
    if request.dimension is Dimension.PERSON or (
        request.dimension is Dimension.TDP
        and tdps is not None
        and request.key not in {str(tdp) for tdp in tdps}
    ):
        raise Forbidden(by, request)
    wanted = _Wanted(request, Rules.of(tx.house), Days.of(tx, request.since, request.until), tdps)
    found, after = await _page(tx, wanted)
    shown = await _faces(tx, by, found)
    await audit.append(
        tx,
        by,
        "people_seen",
        f"figures:{request.dimension.value if request.dimension else 'all'}:{request.key}",
        {
            "count": request.count.value,
            "since": request.since and request.since.isoformat(),
            "until": request.until and request.until.isoformat(),
            "visits": request.is_visits,
            "after": request.after,
            "shown": len(shown),
        },
    )
    return Page(tuple(shown), after)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is looked for."""

    request: PeopleBehind
    rules: Rules
    days: Days
    tdps: Collection[int] | None

    def times(self, found: Sequence[Counted]) -> list[datetime]:
        """When somebody did this, as far as it belongs to the number."""
        return [
            one.at
            for one in found
            if one.code == self.request.count.value
            and self.days.hold(one.at)
            and self._is_here(one)
        ]

    def _is_here(self, one: Counted) -> bool:
        of = {Dimension.TDP: one.tdp, Dimension.LESSON: one.lesson, Dimension.UNIT: one.unit}
        dimension, key = self.request.dimension, self.request.key
        is_line = dimension is None or of[dimension] == key
        return is_line and (self.tdps is None or one.tdp in {str(tdp) for tdp in self.tdps})


@dataclass(frozen=True, slots=True)
class _Found:
    """Somebody who is counted: how often, and when last."""

    person: int
    times: int
    last_at: datetime


async def _page(tx: Tx, wanted: _Wanted) -> tuple[list[_Found], int | None]:
    """Return the next people of a number, and behind whom to go on, if anywhere."""
    found: list[_Found] = []
    after, horizon = wanted.request.after, await _horizon(tx, wanted)
    for _ in range(ROUNDS):
        people = await _candidates(tx, wanted, after, horizon)
        for somebody in await histories_of(tx, wanted.rules, people):
            times = wanted.times(counted(somebody.events, wanted.rules))
            if not times or not (somebody.is_confirmed or wanted.request.is_visits):
                continue
            if len(found) == PEOPLE_A_PAGE:
                return found, found[-1].person
            found.append(_Found(somebody.id, len(times), max(times)))
        if len(people) < CANDIDATES:
            return found, horizon
        after = people[-1]
    return found, after


async def _horizon(tx: Tx, wanted: _Wanted) -> int | None:
    """The person up to whom all are looked through, where the line says nothing of who they may be."""
    if _is_narrow(wanted):
        return None
    walk = _everybody(wanted).where(People.id > wanted.request.after).order_by(People.id)
    found: int | None = await tx.connection.scalar(walk.limit(1).offset(WALK))
    return found


def _is_narrow(wanted: _Wanted) -> bool:
    """Whether an index leads to the people of a line."""
    return wanted.tdps is not None or bool(wanted.request.key)


def _everybody(wanted: _Wanted) -> Select[Any]:
    who = select(People.id.label("person_id")).where(is_real(wanted.rules))
    return who if wanted.request.is_visits else who.where(People.confirmed_at.is_not(None))


async def _candidates(tx: Tx, wanted: _Wanted, after: int, horizon: int | None) -> list[int]:
    """Return the next people who may be meant, by number."""
    pool = _pool(wanted, after, horizon)
    found = await tx.connection.scalars(
        select(pool.c.person_id)
        .where(_did(wanted, pool.c.person_id))
        .order_by(pool.c.person_id)
        .limit(CANDIDATES)
    )
    return list(found.all())


def _pool(wanted: _Wanted, after: int, horizon: int | None) -> Subquery:
    """The people among whom those of a line are."""
    dimension, key = wanted.request.dimension, wanted.request.key
    if not _is_narrow(wanted):
        everybody = _everybody(wanted).where(People.id > after)
        if horizon is not None:
            everybody = everybody.where(People.id <= horizon)
        return everybody.subquery()
    those = select(Events.person_id).where(Events.person_id > after).distinct()
    if wanted.tdps is not None:
        those = those.where(Events.tdp_id.in_(wanted.tdps))
    elif dimension is Dimension.LESSON:
        those = those.where(Events.lesson_id == key, Events.code == _base(wanted.request.count))
    else:
        place = Events.tdp_id if dimension is Dimension.TDP else Events.unit_id
        those = those.where(place == (int(key) if NUMBER.fullmatch(key) else NOWHERE))
    return those.subquery()


def _base(count: Count) -> str:
    """The code of the events that a count is made of."""
    made_of_passes = (Count.PASSED_AT_ONCE, Count.CORE, Count.STAFF)
    return Code.PASSED.value if count in made_of_passes else count.value


def _did(wanted: _Wanted, person: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether somebody did this within the period, wherever it was."""
    count, rules, at = wanted.request.count, wanted.rules, _HAPPENED.at.expression
    within = wanted.days.of_column(at)
    theirs = _HAPPENED.person_id == person
    match count:
        case Count.REACHED:
            first = (
                select(func.min(_HAPPENED.at))
                .where(theirs, _HAPPENED.code.in_(sorted(COUNTED)))
                .scalar_subquery()
            )
            return and_(first.is_not(None), *wanted.days.of_column(first))
        case Count.CORE:
            return _completed(wanted, theirs, rules.core, len(rules.core))
        case Count.STAFF:
            return _completed(wanted, theirs, rules.staff, rules.staff_needed)
        case _:
            did = exists().where(theirs, _HAPPENED.code == _base(count), *within)
            if count is Count.PASSED_AT_ONCE:
                did = did.where(_HAPPENED.attempt_no == 1)
            if wanted.request.dimension is Dimension.LESSON:
                did = did.where(_HAPPENED.lesson_id == wanted.request.key)
            return did.where(*_nowhere(wanted))


def _nowhere(wanted: _Wanted) -> list[ColumnElement[bool]]:
    """For the line of those of whom nobody knows where: it was nowhere, and no first TDP came later."""
    places = {Dimension.TDP: (Code.TDP, "tdp_id"), Dimension.UNIT: (Code.UNIT, "unit_id")}
    if wanted.request.key or wanted.request.dimension not in places:
        return []
    code, column = places[wanted.request.dimension]
    first = (
        select(func.min(_EARLIER.at))
        .where(
            _EARLIER.person_id == _HAPPENED.person_id,
            _EARLIER.code == code.value,
            getattr(_EARLIER, column).is_not(None),
        )
        .scalar_subquery()
    )
    own = func.coalesce(getattr(_HAPPENED, column), 0) == 0  # IS NULL would lead to another index
    return [own, or_(first.is_(None), first < _HAPPENED.at)]


def _completed(
    wanted: _Wanted, theirs: ColumnElement[bool], lessons: Collection[str], needed: int
) -> ColumnElement[bool]:
    """Whether enough of these lessons were passed by the period's end, and not before it began."""
    if not needed:
        return literal(value=False)
    number = select(func.count(_HAPPENED.lesson_id.distinct())).where(
        theirs,
        _HAPPENED.code == Code.PASSED.value,
        _HAPPENED.lesson_id.in_(sorted(lessons)),
    )
    conditions = []
    days = wanted.days
    until = number if days.end is None else number.where(_HAPPENED.at < days.end)
    conditions.append(until.scalar_subquery() >= needed)
    if days.begin is not None:
        before = number.where(_HAPPENED.at < days.begin)
        conditions.append(before.scalar_subquery() < needed)
    return and_(*conditions)


# ---------------------------------------------------------------- names


async def _faces(tx: Tx, by: Actor, found: Sequence[_Found]) -> list[PersonBehind]:
    """Who these people are, as the one who asks may see them."""
    rows = await tx.connection.execute(_FACES, {"people": [one.person for one in found]})
    faces = {row.id: row for row in rows.all()}
    tdps = {number: tdp.label for number, tdp in (await all_units(tx)).items()}
    return [_face(tx, by, one, faces[one.person], tdps) for one in found]


def _face(tx: Tx, by: Actor, found: _Found, row: Any, tdps: Mapping[int, str]) -> PersonBehind:
    is_erased = row.erased_at is not None
    is_in_full = by.reach(*IN_FULL) is None or (
        row.answer == YES and row.tdp_id is not None and by.reaches(row.tdp_id, *OF_TDP)
    )
    name = None if is_erased or not row.name else row.name
    return PersonBehind(
        found.person,
        name if is_in_full or name is None else masked(name),
        tdps.get(row.tdp_id, ""),
        found.last_at.astimezone(tx.house.timezone).date(),
        found.times,
        is_confirmed=row.confirmed_at is not None,
        is_erased=is_erased,
    )


def masked(name: str) -> str:
    """A name of which only the first letter of every word can be read: “N… T… L…”."""
    return " ".join(f"{word[0]}{MASK}" for word in name.split())
