"""The work of a period as a report tells it: what was learnt, who asked for help, who left, who helps.

Asking for help and leaving are rare, and no rollup holds them: one pass over the events of all time finds both.
"""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, and_, case, distinct, func, or_, select, true

from handlers._requests.figures import Line
from handlers._requests.person import Role
from handlers._requests.report import Period, Process
from storage._histories import Rules
from storage._recount import Days, is_real
from storage._tx import Tx
from storage.events import Code
from storage.tables import DailyCounts, Events, People
from storage.tables_staff import Grants

_Counts = tuple[int, int, int, int]
"""People and visits within the period, then so far."""
_LEARNT = (
    ("registered", "Đồng ý lưu kết quả học", "registered", None),
    ("started", "Bắt đầu một bài", "started", "started_visits"),
    ("completed", "Học xong một bài", "completed", "completed_visits"),
    ("passed", "Đạt một bài", "passed", "passed_visits"),
    ("core", "Học đủ các bài cốt lõi", "core", None),
)
"""Code and title, and the fields of a line that hold the people and the visits."""
_NONE = (0, 0, 0, 0)


async def work_lines(tx: Tx, period: Period, now: Line, so_far: Line) -> tuple[Process, ...]:
    """Return every figure of the work, in the order of a report."""
    rare = await _rare(tx, period, (Code.HELP_ASKED, Code.WITHDREW))
    members = await _members(tx, min(period.until, tx.today))
    return (
        *(_learnt(line, now, so_far) for line in _LEARNT),
        Process("help", "Nhờ cán bộ, Tổ công nghệ số giúp", *rare[Code.HELP_ASKED]),
        Process("visits", "Được hướng dẫn tại nhà", None, None, None, None),
        Process("withdrew", "Rút lại đồng ý lưu kết quả", *rare[Code.WITHDREW]),
        Process(
            "members",
            "Thành viên Tổ công nghệ số có trong hệ thống, cuối kỳ",
            members,
            None,
            None,
            None,
        ),
    )


def _learnt(line: tuple[str, str, str, str | None], now: Line, so_far: Line) -> Process:
    code, title, people, visits = line
    return Process(
        code,
        title,
        getattr(now, people),
        getattr(now, visits) if visits else None,
        getattr(so_far, people),
        getattr(so_far, visits) if visits else None,
    )


async def _rare(tx: Tx, period: Period, codes: tuple[Code, ...]) -> Mapping[Code, _Counts]:
    """Distinct confirmed people and events of rare codes, nameless ones among the events."""
    within = Days.of(tx, period.since, None).of_column(Events.at.expression)
    is_now = and_(true(), *within)
    found = await tx.connection.execute(
        select(
            Events.code,
            _people(is_now),
            func.sum(case((is_now, 1), else_=0)),
            _people(true()),
            func.count(),
        )
        .join_from(Events, People, Events.person_id == People.id)
        .where(
            Events.code.in_([code.value for code in codes]),
            is_real(Rules.of(tx.house)),
            *Days.of(tx, None, period.until).of_column(Events.at.expression),
        )
        .group_by(Events.code)
    )
    events = {code: tuple(map(int, numbers)) for code, *numbers in found.all()}
    nameless = await _nameless(tx, period, codes)
    return {code: _added(events.get(code.value, _NONE), nameless.get(code.value)) for code in codes}


def _people(condition: ColumnElement[bool]) -> ColumnElement[int]:
    counted = and_(People.confirmed_at.is_not(None), condition)
    return func.count(distinct(case((counted, Events.person_id))))


async def _nameless(
    tx: Tx, period: Period, codes: tuple[Code, ...]
) -> Mapping[str, tuple[int, int]]:
    """What visitors without a name did, within the period and so far."""
    now = func.sum(case((DailyCounts.day >= period.since, DailyCounts.count), else_=0))
    found = await tx.connection.execute(
        select(DailyCounts.code, now, func.sum(DailyCounts.count))
        .where(
            DailyCounts.code.in_([code.value for code in codes]), DailyCounts.day <= period.until
        )
        .group_by(DailyCounts.code)
    )
    return {code: (int(within), int(so_far)) for code, within, so_far in found.all()}


def _added(events: tuple[int, ...], nameless: tuple[int, int] | None) -> _Counts:
    people, visits, people_so_far, visits_so_far = events
    more, more_so_far = nameless or (0, 0)
    return people, visits + more, people_so_far, visits_so_far + more_so_far


async def _members(tx: Tx, day: date) -> int:
    """How many held a role of the Tổ công nghệ số at the end of a day."""
    end = Days.of(tx, None, day).end
    found = await tx.connection.scalar(
        select(func.count(distinct(Grants.person_id)))
        .join_from(Grants, People, Grants.person_id == People.id)
        .where(
            Grants.role.in_([Role.TEAM.value, Role.HEAD.value]),
            Grants.since < end,
            or_(Grants.ends_on.is_(None), Grants.ends_on >= day),
            or_(Grants.revoked_at.is_(None), Grants.revoked_at >= end),
            is_real(Rules.of(tx.house)),
        )
    )
    return int(found or 0)
