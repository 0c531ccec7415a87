"""Counting a report: everything `ReportFigures` holds, read in one transaction.

It is counted as of its period's end, or as of now where that has not come: stated numbers that hold on
that day, tasks as they stood then.
"""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from handlers._indicators import Counted, indicators
from handlers._periods import months_until
from handlers._requests.figures import Dimension, Figures, FiguresBy, Line
from handlers._requests.questions import Difficulty
from handlers._requests.report import (
    RULES,
    VERSION,
    Indicator,
    Moment,
    Obstacle,
    Period,
    Process,
    ReportFigures,
    Stated,
    TaskLine,
    TaskState,
    TdpLine,
    UnitLine,
)
from handlers._requests.tasks import Task
from storage._performers import perform
from storage._report_lines import best_tdps, learning, lesson_lines, stated, tdp_lines, unit_lines
from storage._report_work import work_lines
from storage._tx import Tx
from storage.house import Actor
from storage.praise import commended
from storage.stated import stated_on
from storage.tasks import tasks_on

MONTHS = 6
"""So many of the office's months are shown one after the other."""
HARDEST = 5
ENOUGH_ANSWERS = 10
EASY_PERCENT = 60
"""A question that more got right than this is no obstacle."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What both a report and its summary are made of. `day` is the last local day that was counted."""

    period: Period
    day: date
    now: Figures
    so_far: Figures
    tdps: tuple[TdpLine, ...]
    units: tuple[UnitLine, ...]
    indicators: tuple[Indicator, ...]
    process: tuple[Process, ...]


async def gather(tx: Tx, by: Actor, period: Period) -> ReportFigures:
    """Count everything a report of this period says, as of this transaction."""
    read = await read_period(tx, by, period)
    best, is_by_share = best_tdps(read.tdps)
    return ReportFigures(
        version=VERSION,
        definitions=definitions_of(tx),
        ward=tx.house.values.get("ward", ""),
        ward_code=tx.house.ward_code,
        unit_word=tx.house.values.get("unit", "tổ dân phố"),
        period=period,
        cut_off=local(tx, tx.now),
        is_sample=tx.house.is_sample,
        indicators=read.indicators,
        process=read.process,
        total_in_period=learning(read.now.total),
        total_so_far=learning(read.so_far.total),
        tdps=read.tdps,
        units=read.units,
        lessons=await lesson_lines(tx, by, period),
        obstacles=await _obstacles(tx, by, period),
        tasks=tuple(task_line(task, read.day) for task in await tasks_on(tx, read.day)),
        best=best,
        is_best_by_share=is_by_share,
        course=await _course(tx, by, period, read.so_far.total),
        commended=await commended(tx, period),
    )


async def read_period(tx: Tx, by: Actor, period: Period) -> _Read:
    """Count what a summary tells, and a report as well."""
    day = min(period.until, tx.today)
    now = await perform(tx, by, FiguresBy(Dimension.TDP, period.since, period.until))
    so_far = await perform(tx, by, FiguresBy(Dimension.TDP, None, period.until))
    tdps = await tdp_lines(tx, now, so_far, day)
    units = await unit_lines(tx, by, period, day)
    made = Counted(
        day,
        so_far.total.reached,
        so_far.total.core,
        units,
        tdps,
        tx.house.values.get("unit", "tổ dân phố"),
        await _of_ward(tx, "adults", day),
        await _of_ward(tx, "vneid", day),
        _staff_rule(tx),
        f"đã đạt đủ {len(set(tx.house.core.core))} bài cốt lõi",
        await _of_ward(tx, "staff", day),
    )
    process = await work_lines(tx, period, now.total, so_far.total)
    return _Read(period, day, now, so_far, tdps, units, indicators(made), process)


def definitions_of(tx: Tx) -> str:
    """What was counted and how, in short: the same for wards that count alike."""
    rule, core = tx.house.pass_rule, tx.house.core
    told = (
        sorted(set(core.core)),
        sorted(set(core.staff)),
        core.staff_percent,
        rule.right,
        rule.of,
    )
    return f"{RULES}-{sha256(repr(told).encode()).hexdigest()[:8]}"


def local(tx: Tx, moment: datetime) -> datetime:
    """A moment with the ward's own offset, to the second."""
    return moment.astimezone(tx.house.timezone).replace(microsecond=0)


async def _of_ward(tx: Tx, key: str, day: date) -> Stated | None:
    """The number of the whole ward, where somebody stated one."""
    rows = await stated_on(tx, key, day)
    return next((stated(row) for row in rows if row.tdp is None and row.unit is None), None)


def _staff_rule(tx: Tx) -> str:
    core = tx.house.core
    return f"đã đạt ít nhất {core.staff_percent}% trong {len(set(core.staff))} bài dành cho cán bộ"


# ---------------------------------------------------------------- the work


async def _obstacles(tx: Tx, by: Actor, period: Period) -> tuple[Obstacle, ...]:
    """The questions that most got wrong, the hardest first; those of lessons that were changed are left out."""
    found = await perform(tx, by, Difficulty(period.since, period.until))
    hard = [
        Obstacle(one.lesson, one.title, one.number, one.text, one.answered, one.right)
        for one in found.questions
        if one.text
        and one.answered >= ENOUGH_ANSWERS
        and one.right * 100 < one.answered * EASY_PERCENT
    ]
    return tuple(hard[:HARDEST])


async def _course(tx: Tx, by: Actor, period: Period, total: Line) -> tuple[Moment, ...]:
    """How far the ward was at the end of each of the office's last months."""
    moments = []
    for until in months_until(period, MONTHS)[:-1]:
        found = await perform(tx, by, FiguresBy(Dimension.UNIT, None, until))
        moments.append(_moment(until, found.total))
    return (*moments, _moment(period.until, total))


def _moment(until: date, total: Line) -> Moment:
    return Moment(until, total.registered, total.core, total.passed_visits)


def task_line(task: Task, day: date) -> TaskLine:
    """A task as it stood at the end of a day; what was done later was not done then."""
    is_done = task.done_on is not None and task.done_on <= day
    end = task.done_on if is_done and task.done_on else day
    late = 0 if task.due_on is None else max(0, (end - task.due_on).days)
    if is_done:
        state = TaskState.DONE_LATE if late else TaskState.DONE
    elif task.due_on is None:
        state = TaskState.ALL_ALONG
    else:
        state = TaskState.LATE if late else TaskState.OPEN
    return TaskLine(
        task.code,
        task.content,
        task.lead,
        task.together,
        task.due_on,
        task.result,
        task.done_on if is_done else None,
        task.done_note if is_done else "",
        state,
        late,
    )
