"""Reports: counted once, frozen with the moment they were read, printed from what is frozen alone.

    made      a draft; another one may be made of the same period at any time
    finished  somebody with a name said that this one goes out: it can neither change nor be taken back

The names of people proposed for commendation are looked up when a report is printed, and every look at them is
in the audit: the frozen report holds their bare numbers, so that erasing somebody erases them from it as well.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert  # its RETURNING reads alike on SQLite

from handlers._effects import Request
from handlers._frozen import NotTheseFigures, as_document, freeze, hash_of, thaw
from handlers._periods import code, fault_of, offered
from handlers._requests.person import Role
from handlers._requests.praise import Commended, Naming
from handlers._requests.report import (
    AlreadyFinal,
    BadPeriod,
    FinishReport,
    MakeReport,
    MyTdps,
    NamesCommended,
    NoSuchReport,
    Offer,
    Period,
    PeriodKind,
    PeriodsOffered,
    ReportEntry,
    ReportFinished,
    ReportKept,
    ReportList,
    ReportMade,
    ReportOf,
    Summary,
    SummaryOf,
    TdpLine,
)
from storage import audit
from storage._performers import Forbidden, performer
from storage._report_figures import gather, local, read_period
from storage._report_lines import tdp_lines_between
from storage._tdp_names import all_units
from storage._tx import Tx
from storage._types import dump
from storage.house import Actor
from storage.praise import may_be_named
from storage.tables import Consents, People, Profiles, Residences
from storage.tables_staff import Members, Reports

MAKERS = {Role.STAFF, Role.ADMIN}
READERS = {Role.STAFF, Role.POLICE, Role.APPROVER, Role.OBSERVER, Role.ADMIN}
TEAMS = {Role.TEAM, Role.HEAD}
LISTED = 100
ERASED = "người đã xóa thông tin"


@performer(roles=READERS | TEAMS)
async def periods_offered(tx: Tx, by: Actor, request: PeriodsOffered) -> Offer:  # noqa: ARG001 - a performer's shape
    """List the periods worth choosing today, and what may be done with them."""
    sees_ward, may_make = by.reach(*READERS) is None, by.reach(*MAKERS) is None
    return Offer(tx.today, offered(tx.today), sees_ward, may_make)


@performer(roles=READERS)
async def summary_of(tx: Tx, by: Actor, request: SummaryOf) -> Summary | BadPeriod:
    """Count a period's targets and work as they stand now."""
    _whole_ward(by, request, READERS)
    if fault := fault_of(request.period, tx.today):
        return fault
    read = await read_period(tx, by, request.period)
    return Summary(
        request.period, local(tx, tx.now), tx.house.is_sample, read.indicators, read.process
    )


@performer(roles=TEAMS)
async def my_tdps(tx: Tx, by: Actor, request: MyTdps) -> tuple[TdpLine, ...] | BadPeriod:
    """Count a period for the TDPs that somebody works for."""
    if fault := fault_of(request.period, tx.today):
        return fault
    lines = await tdp_lines_between(tx, by, request.period)
    return tuple(one for one in lines if one.id is not None and by.reaches(one.id, *TEAMS))


# ---------------------------------------------------------------- making


@performer(roles=MAKERS)
async def make_report(tx: Tx, by: Actor, request: MakeReport) -> ReportMade | BadPeriod:
    """Count a period and freeze it."""
    _whole_ward(by, request, MAKERS)
    period = request.period
    if fault := fault_of(period, tx.today):
        return fault
    figures = await gather(tx, by, period)
    digest = hash_of(freeze(figures))
    number = await tx.connection.scalar(
        insert(Reports)
        .values(
            kind=period.kind.value,
            since=period.since,
            until=period.until,
            cut_off=tx.now,
            figures=as_document(figures),
            hash=digest,
            by=by.name,
        )
        .returning(Reports.id)
    )
    assert number is not None  # it was just written
    await audit.append(
        tx, by, "report_made", f"report:{number}", {"period": code(period), "hash": digest}
    )
    return ReportMade(number, digest)


@performer(roles=MAKERS)
async def finish_report(
    tx: Tx, by: Actor, request: FinishReport
) -> ReportFinished | AlreadyFinal | NoSuchReport:
    """Mark a report final, once."""
    _whole_ward(by, request, MAKERS)
    digest = await tx.connection.scalar(
        update(Reports)
        .where(Reports.id == request.report, Reports.final_at.is_(None))
        .values(final_at=tx.now, final_by=by.name)
        .returning(Reports.hash)
    )
    if digest is not None:
        await audit.append(tx, by, "report_final", f"report:{request.report}", {"hash": digest})
        return ReportFinished(request.report)
    found = await tx.connection.scalar(select(Reports.id).where(Reports.id == request.report))
    return NoSuchReport(request.report) if found is None else AlreadyFinal(request.report)


# ---------------------------------------------------------------- reading


@performer(roles=READERS)
async def report_of(tx: Tx, by: Actor, request: ReportOf) -> ReportKept | NoSuchReport:
    """Return a report exactly as it was frozen.

    Raises NotTheseFigures for one that was changed since: it no longer fits its hash.
    """
    _whole_ward(by, request, READERS)
    found = await tx.connection.execute(
        select(Reports.figures, Reports.hash, Reports.final_at, Reports.final_by).where(
            Reports.id == request.report
        )
    )
    row = found.one_or_none()
    if row is None:
        return NoSuchReport(request.report)
    frozen = dump(row.figures)
    if hash_of(frozen) != row.hash:
        raise NotTheseFigures(f"report {request.report} was changed: it does not fit its hash")
    final_on = None if row.final_at is None else local(tx, row.final_at).date()
    final_by = await _called(tx, row.final_by or "")
    return ReportKept(request.report, thaw(frozen), row.hash, final_on, final_by)


@performer(roles=READERS)
async def report_list(tx: Tx, by: Actor, request: ReportList) -> tuple[ReportEntry, ...]:
    """List what was made, newest first."""
    _whole_ward(by, request, READERS)
    columns = (
        Reports.id,
        Reports.kind,
        Reports.since,
        Reports.until,
        Reports.cut_off,
        Reports.hash,
        Reports.final_at,
    )
    rows = await tx.connection.execute(select(*columns).order_by(Reports.id.desc()).limit(LISTED))
    return tuple(_entry(tx, row) for row in rows.all())


def _entry(tx: Tx, row: Row[*tuple[Any, ...]]) -> ReportEntry:
    period = Period(PeriodKind(row.kind), row.since, row.until)
    return ReportEntry(
        row.id, period, local(tx, row.cut_off), row.hash, is_final=row.final_at is not None
    )


async def _called(tx: Tx, actor: str) -> str:
    """How somebody who acts is called: a member's name, or what the command line was told."""
    kind, _, number = actor.partition(":")
    if kind != "person":
        return number or actor
    name = await tx.connection.scalar(select(Members.name).where(Members.person_id == int(number)))
    return name or ERASED


def _whole_ward(by: Actor, request: Request[Any], roles: Iterable[Role]) -> None:
    """A report is about the whole ward: whoever has these roles in some TDPs alone gets none.

    Raises:
        Forbidden: they have.
    """
    if by.reach(*roles) is not None:
        raise Forbidden(by, request)


# ---------------------------------------------------------------- names


@performer(roles=MAKERS, counts_in_practice=True)  # whoever practises sees real names as well
async def names_commended(
    tx: Tx, by: Actor, request: NamesCommended
) -> tuple[Commended, ...] | NoSuchReport:
    """Look the names up for a report that is being printed."""
    kept = await report_of(tx, by, ReportOf(request.report))
    if isinstance(kept, NoSuchReport):
        return kept
    people = kept.figures.commended
    if people:
        await audit.append(
            tx, by, "names_seen", f"report:{request.report}", {"people": len(people)}
        )
    return await _named(tx, people)


async def _named(tx: Tx, people: tuple[int, ...]) -> tuple[Commended, ...]:
    found = await tx.connection.execute(
        select(People.id, People.erased_at, Profiles.form, Profiles.name, Residences.tdp_id)
        .outerjoin_from(People, Profiles, Profiles.person_id == People.id)
        .outerjoin(Residences, (Residences.person_id == People.id) & Residences.valid_to.is_(None))
        .where(People.id.in_(people))
    )
    rows = {row.id: row for row in found.all()}
    agreed = set(await tx.connection.scalars(may_be_named().where(Consents.person_id.in_(people))))
    units = await all_units(tx)
    made = []
    for person in people:
        row = rows.get(person)
        if row is None or row.erased_at is not None:
            made.append(Commended(person, Naming.ERASED, "", ""))
        elif person not in agreed:
            made.append(Commended(person, Naming.WITHDREW, "", ""))
        else:
            name = " ".join(part for part in (row.form, row.name) if part) if row.name else ""
            tdp = units[row.tdp_id].label if row.tdp_id in units else ""
            naming = Naming.NAMED if name else Naming.NO_NAME
            made.append(Commended(person, naming, name, tdp))
    return tuple(made)
