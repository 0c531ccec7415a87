"""Who may what: every request with every role, in one's own TDP and in a foreign one, compared with a table.

tests/data/permissions.txt holds a line per request and a column per role. A cell says what comes of it
for one's own TDP and, behind “|”, for a foreign one:

    -         refused; nothing read or written
    none      answered as if the thing did not exist
    ok        done or told; “ok:here”, “ok:there”, “ok:both” whose TDPs or people were seen in the answer
    …*        names of people were among it

A family helper and a resident have no TDP of theirs to work for; their two sides are alike. To see what a
change does to the table, delete it and run this file: it is written anew, and fails once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from handlers._effects import Request
from handlers._requests.approval import DecideLesson, LessonsToDecide, LessonToRead, Verdict
from handlers._requests.behind import PeopleBehind
from handlers._requests.consent import Agree, Purpose
from handlers._requests.devices import SignOutDevice
from handlers._requests.figures import Count, Dimension, FiguresBy, OverTime
from handlers._requests.help import AskForHelp
from handlers._requests.invites import Invited, InvitePerson, OpenInvites, RevokeInvite
from handlers._requests.items import CloseItem, ItemKind, SeeWhoAsked, TeamItems
from handlers._requests.lesson import ApproveLesson
from handlers._requests.lists import ImportList, ListKind, TryList
from handlers._requests.person import Role, SetName, Vouch
from handlers._requests.questions import Difficulty
from handlers._requests.relatives import HandToRelative, LeaveRelative
from handlers._requests.report import (
    FinishReport,
    MakeReport,
    MyTdps,
    NamesCommended,
    Period,
    PeriodKind,
    PeriodsOffered,
    ReportList,
    ReportMade,
    ReportOf,
    SummaryOf,
)
from handlers._requests.roles import RevokeRole, RolesHeld
from handlers._requests.stated import StatedFigures, StatedPlaces, StateFigure
from handlers._requests.tasks import FinishTask, ReopenTask, Tasks
from handlers._requests.tdp import SetTdp
from storage import Forbidden, perform
from storage._database import Database
from storage._performers import _BY_REQUEST
from storage._tx import Tx
from storage.addresses import actor_of, address_of, find
from storage.house import Actor, Grant
from storage.tables import Tdps
from storage.tables_staff import Grants, Logins, Members, Relatives, Sessions
from storage.tables_staff import Tasks as TaskRows
from storage.tables_staff import TeamItems as Items

TABLE = Path(__file__).parents[1] / "data" / "permissions.txt"
HERE, THERE = 1, 2
SEEN = {
    "here": ("Phú Lợi", "bà Lan", "Lan", "Đỗ Thị Na"),
    "there": ("Tân Trung", "Hoa", "Vũ Văn Ba"),
}
NAMES = ("Lan", "Hoa", "Đỗ Thị Na", "Vũ Văn Ba")
ADMIN = Actor("os:lan", frozenset({Role.ADMIN}))
WITHIN_TDPS = (Role.TEAM, Role.HEAD)
TASK = {
    "code": "1.1",
    "place": 1,
    "content": "Mở lớp ở nhà văn hóa",
    "lead": "Phòng VH-XH",
    "together": "",
    "result": "",
    "done_note": "",
    "by": "os:lan",
}
PERIOD = Period(PeriodKind.MONTH, date(2026, 10, 15), date(2026, 11, 14))


@dataclass(frozen=True, slots=True)
class Place:
    """One TDP with somebody who lives there and somebody who works for it, and what is theirs."""

    tdp: int
    resident: int
    grant: int
    session: int
    invite: int
    item: int


@dataclass(frozen=True, slots=True)
class World:
    """A ward of two TDPs."""

    here: Place
    there: Place
    relative: int  # of a family helper who lives there
    report: int
    hash: str


class UndoneError(Exception):
    """Takes back what a cell of the table did."""


def take_back() -> None:
    raise UndoneError


CASES: Mapping[str, Callable[[World, Place], Request[Any]]] = {
    "ApproveLesson": lambda w, at: ApproveLesson("TB-01", "Nguyễn Văn A", "Phòng VH-XH"),
    "CloseItem": lambda w, at: CloseItem(at.item),
    "DecideLesson": lambda w, at: DecideLesson("TB-01", w.hash, Verdict.APPROVED),
    "Difficulty": lambda w, at: Difficulty(),
    "FiguresBy lesson": lambda w, at: FiguresBy(Dimension.LESSON),
    "FiguresBy person": lambda w, at: FiguresBy(Dimension.PERSON),
    "FiguresBy tdp": lambda w, at: FiguresBy(Dimension.TDP),
    "FiguresBy unit": lambda w, at: FiguresBy(Dimension.UNIT),
    "FinishReport": lambda w, at: FinishReport(w.report),
    "FinishTask": lambda w, at: FinishTask("1.1", date(2026, 11, 20)),
    "HandToRelative": lambda w, at: HandToRelative(w.relative),
    "ImportList": lambda w, at: ImportList(ListKind.UNITS, ()),
    "InvitePerson admin": lambda w, at: InvitePerson(Role.ADMIN, "Lê Thị Tư", "UBND phường"),
    "InvitePerson approver": lambda w, at: InvitePerson(Role.APPROVER, "Lê Thị Tư", "UBND phường"),
    "InvitePerson family": lambda w, at: InvitePerson(Role.FAMILY, "Lê Thị Tư", "Nhà", tdp=at.tdp),
    "InvitePerson head": lambda w, at: InvitePerson(Role.HEAD, "Lê Thị Tư", "Tổ", tdp=at.tdp),
    "InvitePerson team": lambda w, at: InvitePerson(Role.TEAM, "Lê Thị Tư", "Tổ", tdp=at.tdp),
    "LeaveRelative": lambda w, at: LeaveRelative(w.relative),
    "LessonToRead": lambda w, at: LessonToRead("TB-01"),
    "LessonsToDecide": lambda w, at: LessonsToDecide(),
    "MakeReport": lambda w, at: MakeReport(PERIOD),
    "MyTdps": lambda w, at: MyTdps(PERIOD),
    "NamesCommended": lambda w, at: NamesCommended(w.report),
    "OpenInvites": lambda w, at: OpenInvites(),
    "OverTime": lambda w, at: OverTime(Count.REGISTERED, Dimension.TDP, str(at.tdp)),
    "PeopleBehind": lambda w, at: PeopleBehind(Dimension.TDP, str(at.tdp), Count.REGISTERED),
    "PeopleBehind all": lambda w, at: PeopleBehind(None, "", Count.REGISTERED),
    "PeriodsOffered": lambda w, at: PeriodsOffered(),
    "ReopenTask": lambda w, at: ReopenTask("1.1"),
    "ReportList": lambda w, at: ReportList(),
    "ReportOf": lambda w, at: ReportOf(w.report),
    "RevokeInvite": lambda w, at: RevokeInvite(at.invite),
    "RevokeRole": lambda w, at: RevokeRole(at.grant),
    "RolesHeld": lambda w, at: RolesHeld(),
    "SeeWhoAsked": lambda w, at: SeeWhoAsked(at.item),
    "SignOutDevice": lambda w, at: SignOutDevice(at.session),
    "StateFigure": lambda w, at: StateFigure(
        "adults", 900, date(2026, 11, 1), "Công an", tdp=at.tdp
    ),
    "StatedFigures": lambda w, at: StatedFigures(),
    "StatedPlaces": lambda w, at: StatedPlaces(),
    "SummaryOf": lambda w, at: SummaryOf(PERIOD),
    "Tasks": lambda w, at: Tasks(),
    "TeamItems": lambda w, at: TeamItems(),
    "TryList": lambda w, at: TryList(ListKind.UNITS, ()),
    "Vouch": lambda w, at: Vouch(at.resident, "Nguyễn Văn A"),
}
"""Every request that not everybody may make, or that names something of somebody else."""
THEIRS = {"HandToRelative", "LeaveRelative", "SignOutDevice"}
"""Open to all, because they find only what is one's own."""


async def live_at(tx: Tx, tdp: int, name: str) -> int:
    """Somebody agrees to everything, lives in a TDP and wants help; returns their number."""
    by = await actor_of(tx, await address_of(tx, "web", name))
    for purpose in (Purpose.SAVE, Purpose.TEAM):
        await perform(tx, by, Agree(purpose, f"consent.{purpose.value}"))
    known = await find(tx, "web", name)
    assert known is not None
    by = await actor_of(tx, known)
    for request in (SetTdp(tdp), SetName(None, name), AskForHelp("meet_staff")):
        await perform(tx, by, request)
    assert by.person is not None
    await perform(tx, ADMIN, Vouch(by.person, "Nguyễn Văn A"))
    return by.person


async def work_for(tx: Tx, person: int, tdp: int, name: str) -> tuple[int, int]:
    """Somebody becomes a member of the team with a browser signed in; returns grant and session."""
    since = {"since": tx.now, "by": "os:lan"}
    grant = insert(Grants).values(person_id=person, role="team", tdp_id=tdp, **since)
    await tx.connection.execute(insert(Members).values(person_id=person, name=name, office="Tổ"))
    until = {"created_at": tx.now, "expires_at": tx.now + timedelta(hours=1)}
    login = insert(Logins).values(token_hash=f"l{tdp}", person_id=person, **until)
    grant_id = await tx.connection.scalar(grant.returning(Grants.id))
    login_id = await tx.connection.scalar(login.returning(Logins.id))
    session = insert(Sessions).values(
        token_hash=f"s{tdp}",
        person_id=person,
        login_id=login_id,
        device="Chrome",
        seen_at=tx.now,
        **until,
    )
    session_id = await tx.connection.scalar(session.returning(Sessions.id))
    assert grant_id is not None
    assert session_id is not None
    return grant_id, session_id


async def place(tx: Tx, tdp: int, name: str, resident: str, member: str) -> Place:
    await tx.connection.execute(insert(Tdps).values(id=tdp, code=f"T{tdp}", name=name))
    lives = await live_at(tx, tdp, resident)
    works = await live_at(tx, tdp, f"{resident}s")
    grant, session = await work_for(tx, works, tdp, member)
    invited = await perform(tx, ADMIN, InvitePerson(Role.TEAM, member, "Tổ", tdp=tdp))
    assert isinstance(invited, Invited)
    item = await tx.connection.scalar(
        select(Items.id).where(
            Items.kind == ItemKind.HELP_ASKED.value, Items.subject == f"person:{lives}"
        )
    )
    assert item is not None
    return Place(tdp, lives, grant, session, invited.invite, item)


async def made(tx: Tx) -> World:
    here = await place(tx, HERE, "Phú Lợi", "Lan", "Đỗ Thị Na")
    there = await place(tx, THERE, "Tân Trung", "Hoa", "Vũ Văn Ba")
    helped = {"helper_id": there.resident, "person_id": await live_at(tx, THERE, "Mẹ")}
    family = insert(Relatives).values(**helped, since=tx.now).returning(Relatives.id)
    relative = await tx.connection.scalar(family)
    assert relative is not None
    await tx.connection.execute(insert(TaskRows).values(**TASK, changed_at=tx.now))
    report = await perform(tx, ADMIN, MakeReport(PERIOD))
    assert isinstance(report, ReportMade)
    return World(
        here, there, relative, report.report, tx.house.content.lessons["TB-01"].content_hash
    )


def acting(role: Role, person: int) -> Actor:
    tdp = HERE if role in WITHIN_TDPS else None
    roles = frozenset({Role.RESIDENT, role})
    return Actor(f"person:{person}", roles, "page", None, person, (Grant(role, tdp),))


def word(found: object) -> str:
    """What came of it, as the table says it."""
    name = type(found).__name__
    if name.startswith(("NoSuch", "NotKnown", "MayNot", "NotFamily", "NotNamed")):
        return "none"
    text = repr(found)
    seen = [where for where, words in SEEN.items() if any(one in text for one in words)]
    said = "ok" if not seen else f"ok:{'both' if len(seen) > 1 else seen[0]}"
    return said + ("*" if any(one in text for one in NAMES) else "")


async def cell(database: Database, now: datetime, by: Actor, request: Request[Any]) -> str:
    """What comes of one request, taken back at once."""
    said = ""
    try:
        async with database.transaction(now) as tx:
            said = word(await perform(tx, by, request))
            take_back()
    except UndoneError:
        return said
    except Forbidden:
        return "-"


async def table(database: Database, now: datetime) -> list[str]:
    async with database.transaction(now) as tx:
        world = await made(tx)
        somebody = await live_at(tx, HERE, "Somebody")
        member = {"name": "Phạm Thị Năm", "office": "Phòng VH-XH"}
        await tx.connection.execute(insert(Members).values(person_id=somebody, **member))
    heads = ["request", *(role.value for role in Role)]
    rows = [heads]
    for name, make in CASES.items():
        row = [name]
        for role in Role:
            by = acting(role, somebody)
            sides = [
                await cell(database, now, by, make(world, at)) for at in (world.here, world.there)
            ]
            row.append(" | ".join(dict.fromkeys(sides)))
        rows.append(row)
    widths = [max(len(row[n]) for row in rows) for n in range(len(heads))]
    return [
        "  ".join(one.ljust(width) for one, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def test_every_request_that_not_everybody_may_make_stands_in_the_table() -> None:
    restricted = {one.__name__ for one, found in _BY_REQUEST.items() if found.roles}

    assert {name.partition(" ")[0] for name in CASES} == restricted | THEIRS


async def test_every_request_of_every_role_does_what_the_table_says(
    database: Database, now: datetime
) -> None:
    found = await table(database, now)

    if not TABLE.exists():
        TABLE.write_text("\n".join(found) + "\n", encoding="utf-8")
        pytest.fail("the table was written: read it, every cell")
    assert found == TABLE.read_text(encoding="utf-8").splitlines()
