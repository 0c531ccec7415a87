"""The report of a period: figures that are frozen when it is made, and everything that is printed from them.

    MakeReport -> ReportFigures, frozen as JSON with its hash -> docx, xlsx, text, page

What is printed is a pure function of `ReportFigures`: names of TDPs, units and lessons stand in them as they
were. The only names of people are those of who is proposed for commendation; they are looked up when printed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from handlers._effects import Deed, Fact
from handlers._requests.praise import Commended

VERSION = 1
"""Of the fields below: goes up when one is added, taken away or means something else."""
RULES = 2
"""Of how the figures are counted: goes up when a numerator or denominator is counted in another way."""


class PeriodKind(Enum):
    """What a period is called; the office's own ones run from the 15th to the 14th."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"
    CALENDAR = "calendar"  # a month from its first to its last day
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of local days, both included."""

    kind: PeriodKind
    since: date
    until: date


class Measure(Enum):
    """What an indicator is: a share of somebody stated, or a number that has no whole."""

    SHARE = "share"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of one of the five targets.

    code        A1 · B1 · C1 C2 C3 · D0 D1 D2 · Đ1 Đ2 Đ3
    target      the letter it belongs to in the plan: a, b, c, d, đ
    counted     what is counted: “người”, “học sinh”, “đơn vị”
    numerator   None: nobody knows (“chưa có số liệu”), which is not 0
    counted_from, counted_on
                where the numerator comes from (“đếm trên hệ thống”, a document's number) and its day
    denominator None: nobody stated it; never so for want of one in a COUNT
    source, as_of
                where the denominator comes from and its day; "" and None without one
    note        what is to be known of this very figure: units without a figure, two sources that differ
    """

    code: str
    target: str
    title: str
    measure: Measure
    counted: str
    numerator: int | None
    counted_from: str
    counted_on: date | None
    denominator: int | None
    source: str
    as_of: date | None
    definition: str
    caveat: str
    note: str


@dataclass(frozen=True, slots=True)
class Learning:
    """What was learnt in a line, within the period or from the beginning until its end.

    người (distinct confirmed people): registered, reached, core (passed every core lesson), started,
    completed, passed, passed_at_once. lượt (events): those that end in _visits.
    """

    registered: int
    reached: int
    core: int
    started: int
    started_visits: int
    completed: int
    completed_visits: int
    passed: int
    passed_visits: int
    passed_at_once: int


@dataclass(frozen=True, slots=True)
class Stated:
    """A number somebody stated: its day, who says so, and the document's number and day, or ""."""

    value: int
    as_of: date
    source: str
    document: str


@dataclass(frozen=True, slots=True)
class TdpLine:
    """One TDP as it was called at the period's end; `id` None: those of whom nobody knows where they live."""

    id: int | None
    name: str
    adults: Stated | None
    in_period: Learning
    so_far: Learning


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One cơ quan, trường, doanh nghiệp, HTX or hộ kinh doanh: how many of its people were taught.

    `kind` is the value of a `UnitKind` (“office”), `kind_name` how it is printed.
    """

    id: int
    name: str
    kind: str
    kind_name: str
    taught: Stated | None
    total: Stated | None


@dataclass(frozen=True, slots=True)
class LessonLine:
    """One lesson as it was called; `registered`, `reached` and `core` of a lesson are 0."""

    id: str
    title: str
    in_period: Learning
    so_far: Learning


@dataclass(frozen=True, slots=True)
class Process:
    """A figure of the work itself, in người and lượt; None: not counted in this unit, or not known yet."""

    code: str
    title: str
    people: int | None
    visits: int | None
    people_so_far: int | None
    visits_so_far: int | None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A question that many got wrong within the period; `question` counts from 1."""

    lesson: str
    title: str
    question: int
    text: str
    answered: int
    right: int


class TaskState(Enum):
    """How a task of the plan stands on the day of the report."""

    DONE = "done"
    DONE_LATE = "done_late"
    LATE = "late"
    OPEN = "open"
    ALL_ALONG = "all_along"  # no day to be done by


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task of the ward's plan; `days_late` counts from its last day."""

    code: str
    content: str
    lead: str
    together: str
    due_on: date | None
    expected: str
    done_on: date | None
    done_note: str
    state: TaskState
    days_late: int


@dataclass(frozen=True, slots=True)
class BestTdp:
    """A TDP with the most people who passed all core lessons; `adults` None where it goes by number."""

    name: str
    core: int
    adults: int | None


@dataclass(frozen=True, slots=True)
class Moment:
    """How far the ward had come at the end of a local day."""

    until: date
    registered: int
    core: int
    passed_visits: int


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """Everything a report says. Of people it holds bare numbers (`commended`) and nothing else.

    definitions names what was counted and how: `RULES`, and a hash of what a ward may set for itself
                (“1-5f0c21ab”); figures of two wards may be added where it is the same
    cut_off     the moment the figures were read, with the ward's own offset
    best        empty where no TDP has enough people to speak of; `is_best_by_share` says how they were chosen
    commended   who agreed to be named and passed all core lessons within the period, in order of number
    course      the office's months up to the period's end, oldest first
    """

    version: int
    definitions: str
    ward: str
    ward_code: str
    unit_word: str
    period: Period
    cut_off: datetime
    is_sample: bool
    indicators: tuple[Indicator, ...]
    process: tuple[Process, ...]
    total_in_period: Learning
    total_so_far: Learning
    tdps: tuple[TdpLine, ...]
    units: tuple[UnitLine, ...]
    lessons: tuple[LessonLine, ...]
    obstacles: tuple[Obstacle, ...]
    tasks: tuple[TaskLine, ...]
    best: tuple[BestTdp, ...]
    is_best_by_share: bool
    course: tuple[Moment, ...]
    commended: tuple[int, ...]


# ---------------------------------------------------------------- requests


class PeriodFault(Enum):
    """Why there is no report of a period."""

    REVERSED = "reversed"
    NOT_YET = "not_yet"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class BadPeriod:
    """No report can be made of these days."""

    fault: PeriodFault


@dataclass(frozen=True, slots=True)
class Offer:
    """The periods worth choosing today, each kind's latest complete one before the current one.

    `sees_ward`: the one who asks may see the whole ward's figures, else those of their own TDPs;
    `may_make`: and make reports of them. `today` is the local day.
    """

    today: date
    periods: tuple[Period, ...]
    sees_ward: bool
    may_make: bool


@dataclass(frozen=True, slots=True)
class PeriodsOffered(Fact[Offer]):
    """What somebody may choose when they ask for figures."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A period's figures in short, as they stand now. Nothing of it is frozen."""

    period: Period
    cut_off: datetime
    is_sample: bool
    indicators: tuple[Indicator, ...]
    process: tuple[Process, ...]


@dataclass(frozen=True, slots=True)
class SummaryOf(Fact[Summary | BadPeriod]):
    """The five targets and the work of a period, for those who may see the whole ward's numbers."""

    period: Period


@dataclass(frozen=True, slots=True)
class MyTdps(Fact[tuple[TdpLine, ...] | BadPeriod]):
    """The lines of the TDPs that the one who asks works for, in the order of the ward's list."""

    period: Period


@dataclass(frozen=True, slots=True)
class ReportMade:
    """The report is frozen under this number, as a draft."""

    report: int
    hash: str


@dataclass(frozen=True, slots=True)
class MakeReport(Deed[ReportMade | BadPeriod]):
    """Count a period's figures and freeze them."""

    period: Period


@dataclass(frozen=True, slots=True)
class NoSuchReport:
    """No report has this number."""

    report: int


@dataclass(frozen=True, slots=True)
class ReportKept:
    """A frozen report. `final_on` is a local day, None for a draft; `final_by` the name of who said so.

    `is_public`: small numbers are put together and nobody is named (bot/reports/public.py).
    """

    report: int
    figures: ReportFigures
    hash: str
    final_on: date | None
    final_by: str
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class ReportOf(Fact[ReportKept | NoSuchReport]):
    """A report exactly as it was frozen."""

    report: int


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """A report in the list; times are in the ward's own offset."""

    report: int
    period: Period
    cut_off: datetime
    hash: str
    is_final: bool


@dataclass(frozen=True, slots=True)
class ReportList(Fact[tuple[ReportEntry, ...]]):
    """The reports that were made, newest first, at most 100."""


@dataclass(frozen=True, slots=True)
class ReportFinished:
    """The report is final: it is printed without “DỰ THẢO” and can never change."""

    report: int


@dataclass(frozen=True, slots=True)
class AlreadyFinal:
    """Somebody marked it final before."""

    report: int


@dataclass(frozen=True, slots=True)
class FinishReport(Deed[ReportFinished | AlreadyFinal | NoSuchReport]):
    """A named person says that this report is the one that goes out."""

    report: int


@dataclass(frozen=True, slots=True)
class NamesCommended(Deed[tuple[Commended, ...] | NoSuchReport]):
    """The names for a report's list of commendations, looked up now; that they were seen is in the audit."""

    report: int
