"""How figures are printed: one way for chat, page, docx, xlsx and text, equal to the last digit.

25736 of 36845    “25.736/36.845, đạt 69,85%”
nobody knows      “chưa có số liệu”, never 0 and never 0%
more than all     “40/36 (111,11%), quá 100%: cần kiểm tra lại số liệu”
"""

from dataclasses import dataclass
from datetime import date, datetime

from handlers._requests.report import (
    Indicator,
    Measure,
    Process,
    ReportFigures,
    Stated,
    TaskLine,
    TaskState,
)

UNKNOWN = "chưa có số liệu"
ALL = 100 * 100
"""A whole, in hundredths of a per cent."""
TARGETS = {
    "a": "Cán bộ, công chức, viên chức và người lao động trong khu vực công",
    "b": "Học sinh từ cấp tiểu học",
    "c": "Người dân trưởng thành có kỹ năng số",
    "d": "Người dân trưởng thành được xác nhận đạt phổ cập trên VNeID",
    "đ": "Người lao động trong doanh nghiệp, hợp tác xã",
}
"""The five targets of the plan, by letter."""


# ---------------------------------------------------------------- numbers


def number(value: int | None) -> str:
    """A whole number with dots between thousands: “25.736”; None is “chưa có số liệu”."""
    return UNKNOWN if value is None else f"{value:,}".replace(",", ".")


def hundredths(numerator: int, denominator: int) -> int:
    """A share in hundredths of a per cent, rounded half up; the ends only where they are truly reached.

    36844 of 36845 is 99,99%, not 100%; 1 of 36845 is 0,01%, not 0%. `denominator` is 1 or more.
    """
    rounded = (2 * ALL * numerator + denominator) // (2 * denominator)
    if 0 < numerator < denominator:
        return min(max(rounded, 1), ALL - 1)
    return max(rounded, ALL + 1) if numerator > denominator else rounded


def percent(numerator: int, denominator: int) -> str:
    """A share as it is printed: “69,85%”, “100%”."""
    whole, rest = divmod(hundredths(numerator, denominator), 100)
    return f"{number(whole)},{rest:02}%" if rest else f"{number(whole)}%"


def day(found: date) -> str:
    """A day as it is printed: “05/12/2026”."""
    return f"{found:%d/%m/%Y}"


def moment(found: datetime) -> str:
    """A moment as it is printed, by its own offset: “16 giờ 30 ngày 05/12/2026”."""
    return f"{found.hour} giờ {found.minute:02} ngày {day(found.date())}"


# ---------------------------------------------------------------- shares


@dataclass(frozen=True, slots=True)
class Share:
    """A share in the cells of a table; `is_wrong`: more than all of them."""

    numerator: str
    denominator: str
    percent: str
    is_wrong: bool = False


def share(numerator: int | None, denominator: int | None) -> Share:
    """A share of a whole; whatever is unknown says so in its own cell."""
    is_known = numerator is not None and denominator is not None
    if not is_known or (numerator == denominator == 0):
        return Share(number(numerator), number(denominator), UNKNOWN)
    assert numerator is not None  # both are known
    assert denominator is not None
    if numerator <= denominator:
        return Share(number(numerator), number(denominator), percent(numerator, denominator))
    over = f"{percent(numerator, denominator)}, quá 100%" if denominator else "tổng số là 0"
    return Share(
        number(numerator), number(denominator), f"{over}: cần kiểm tra lại số liệu", is_wrong=True
    )


def share_of(indicator: Indicator) -> Share:
    """An indicator in the cells of a table; one without a whole leaves the other cells as a dash."""
    if indicator.measure is Measure.COUNT:
        return Share(number(indicator.numerator), "–", "–")
    return share(indicator.numerator, indicator.denominator)


def sentence(numerator: int | None, denominator: int | None) -> str:
    """A share in running text: “25.736/36.845, đạt 69,85%”."""
    found = share(numerator, denominator)
    if numerator is None:
        return UNKNOWN
    if denominator is None:
        return f"{found.numerator}; tổng số và tỷ lệ: {UNKNOWN}"
    if found.is_wrong or found.percent == UNKNOWN:
        return f"{found.numerator}/{found.denominator}; {found.percent}"
    return f"{found.numerator}/{found.denominator}, đạt {found.percent}"


def sentence_of(indicator: Indicator) -> str:
    """An indicator's result in running text."""
    if indicator.measure is Measure.SHARE:
        return sentence(indicator.numerator, indicator.denominator)
    if indicator.numerator is None:
        return UNKNOWN
    return f"{number(indicator.numerator)} {indicator.counted}"


def is_known(indicator: Indicator) -> bool:
    """Whether an indicator can be told at all: a share needs both its parts."""
    if indicator.measure is Measure.COUNT:
        return indicator.numerator is not None
    return indicator.numerator is not None and bool(indicator.denominator)


# ---------------------------------------------------------------- where figures come from


def source_of(indicator: Indicator) -> str:
    """Where both parts of an indicator come from, with their days; "" where nothing is known."""
    parts = [_dated(indicator.counted_from, indicator.counted_on)]
    if indicator.denominator is not None:
        parts.append(f"tổng số: {_dated(indicator.source, indicator.as_of)}")
    return "; ".join(part for part in parts if part)


def stated_from(found: Stated | None) -> str:
    """Where a stated number comes from: “Công an phường, CV 12/CAP, ngày 01/11/2026”."""
    if found is None:
        return ""
    said = ", ".join(part for part in (found.source, found.document) if part)
    return _dated(said, found.as_of)


def _dated(source: str, as_of: date | None) -> str:
    """A source with its day, said once: a document is often named by the same day."""
    if not source or as_of is None or day(as_of) in source:
        return source
    return f"{source}, ngày {day(as_of)}"


def data_until(figures: ReportFigures) -> str:
    """When the figures were read, and that the period was not over where it was not."""
    read = f"Số liệu chốt lúc {moment(figures.cut_off)}"
    is_open = figures.cut_off.date() <= figures.period.until
    return f"{read}; kỳ báo cáo khi đó chưa kết thúc." if is_open else f"{read}."


# ---------------------------------------------------------------- the work and the tasks


def counts(people: int | None, visits: int | None) -> str:
    """How often and by how many: “35 người, 120 lượt”; what is not counted in a unit is left out."""
    parts = []
    if people is not None:
        parts.append(f"{number(people)} người")
    if visits is not None:
        parts.append(f"{number(visits)} lượt")
    return ", ".join(parts) or UNKNOWN


def process_sentence(line: Process) -> str:
    """A figure of the work in running text: within the period, then from the beginning on."""
    now = counts(line.people, line.visits)
    so_far = counts(line.people_so_far, line.visits_so_far)
    if now == UNKNOWN and so_far != UNKNOWN:
        return f"{so_far} lũy kế"
    return now if so_far == UNKNOWN else f"{now}; lũy kế {so_far}"


def task_state(task: TaskLine) -> str:
    """How a task stands, in words: “chậm 12 ngày”."""
    match task.state:
        case TaskState.DONE:
            return "đã xong"
        case TaskState.DONE_LATE:
            return f"đã xong, chậm {number(task.days_late)} ngày"
        case TaskState.LATE:
            return f"chậm {number(task.days_late)} ngày"
        case TaskState.OPEN:
            return "chưa đến hạn"
        case TaskState.ALL_ALONG:
            return "thường xuyên"
