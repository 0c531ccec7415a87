"""The periods an office reports on: its month runs from the 15th of the one before to the 14th.

    month       15 of the month before .. 14               quarter  15 of the month before it .. 14 of its last
    half        15/12 .. 14/6, 15/6 .. 14/12               year     15/12 .. 14/12
    calendar    1 .. the last day of a month               own      any two days

Source: Nghị định 09/2019/NĐ-CP, điều 12, as offices read it; that Sở KH&CN wants the same is to be asked.
A period's name on the command line and in addresses: 2026-11 · 2026-Q4 · 2026-H2 · 2026 · 2026-11-dl (dương
lịch) · 2026-11-01..2026-11-20.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from handlers._requests.report import BadPeriod, Period, PeriodFault, PeriodKind
from lessons import fold

LAST_DAY = 14
"""Of a month the office reports on; the next one begins the day after."""
LONGEST_DAYS = 5 * 366
OFFICE = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.HALF, PeriodKind.YEAR)
_MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.HALF: 6, PeriodKind.YEAR: 12}
_YEARS = range(2000, 2101)
_DAY = timedelta(days=1)


# ---------------------------------------------------------------- which days


def office_period(kind: PeriodKind, year: int, number: int = 1) -> Period:
    """The office's period with this number within its year, from 1: month 11, quarter 4, half 2, year 1."""
    months = _MONTHS[kind]
    last = number * months
    return Period(kind, _fifteenth(year, last - months), date(year, last, LAST_DAY))


def calendar_month(year: int, month: int) -> Period:
    """A month from its first to its last day."""
    after = date(year + month // 12, month % 12 + 1, 1)
    return Period(PeriodKind.CALENDAR, date(year, month, 1), after - _DAY)


def current(kind: PeriodKind, today: date) -> Period:
    """The office's period that today lies in."""
    counted = today.year * 12 + today.month - 1 + (today.day > LAST_DAY)
    year, month = divmod(counted, 12)
    return office_period(kind, year, month // _MONTHS[kind] + 1)


def latest(kind: PeriodKind, today: date) -> Period:
    """The office's last period that is over: its last day may be today."""
    now = current(kind, today)
    return now if now.until == today else current(kind, now.since - _DAY)


def offered(today: date) -> tuple[Period, ...]:
    """The periods worth choosing today: of each kind the latest complete one, then the current one."""
    pairs = [one for kind in OFFICE for one in (latest(kind, today), current(kind, today))]
    before = date(today.year, today.month, 1) - _DAY
    return tuple(dict.fromkeys([*pairs, calendar_month(before.year, before.month)]))


def months_until(period: Period, number: int) -> tuple[date, ...]:
    """The last days of the office's months up to a period's end, oldest first; its own end is the last."""
    ends = [period.until]
    while len(ends) < number:
        ends.append(latest(PeriodKind.MONTH, ends[-1] - _DAY).until)
    return tuple(reversed(ends))


def fault_of(period: Period, today: date) -> BadPeriod | None:
    """Why there can be no report of these days, seen from today; None where there can."""
    if period.until < period.since:
        return BadPeriod(PeriodFault.REVERSED)
    if period.since > today:
        return BadPeriod(PeriodFault.NOT_YET)
    if (period.until - period.since).days > LONGEST_DAYS:
        return BadPeriod(PeriodFault.TOO_LONG)
    return None


def _fifteenth(year: int, month: int) -> date:
    """The day after the office's month; month 0 is December of the year before."""
    return date(year, month, LAST_DAY + 1) if month else date(year - 1, 12, LAST_DAY + 1)


# ---------------------------------------------------------------- how it is called


def title(period: Period) -> str:
    """How a period is called in a title: “tháng 11 năm 2026”, “quý IV năm 2026”, or its days."""
    if not _is_as_its_kind(period):
        return days(period)
    last = period.until
    number = last.month // _MONTHS.get(period.kind, 1)
    match period.kind:
        case PeriodKind.MONTH:
            return f"tháng {last.month} năm {last.year}"
        case PeriodKind.QUARTER:
            return f"quý {('I', 'II', 'III', 'IV')[number - 1]} năm {last.year}"
        case PeriodKind.HALF:
            return f"6 tháng {('đầu', 'cuối')[number - 1]} năm {last.year}"
        case PeriodKind.YEAR:
            return f"năm {last.year}"
        case _:
            return f"tháng {last.month} năm {last.year} (theo dương lịch)"


def days(period: Period) -> str:
    """The days of a period: “từ 15/10/2026 đến 14/11/2026”, “ngày 22/11/2026”."""
    if period.since == period.until:
        return f"ngày {period.since:%d/%m/%Y}"
    return f"từ {period.since:%d/%m/%Y} đến {period.until:%d/%m/%Y}"


def full_title(period: Period) -> str:
    """A period's name with its days, once: “tháng 11 năm 2026 (từ 15/10/2026 đến 14/11/2026)”."""
    named, between = title(period), days(period)
    return named if named == between else f"{named}, {between}"


def code(period: Period) -> str:
    """A period's name for the command line and addresses; `named` reads it back."""
    year, number = period.until.year, period.until.month // _MONTHS.get(period.kind, 1)
    codes = {
        PeriodKind.MONTH: f"{year}-{number:02}",
        PeriodKind.QUARTER: f"{year}-Q{number}",
        PeriodKind.HALF: f"{year}-H{number}",
        PeriodKind.YEAR: f"{year}",
        PeriodKind.CALENDAR: f"{year}-{number:02}-dl",
    }
    if period.kind in codes and _is_as_its_kind(period):
        return codes[period.kind]
    return f"{period.since.isoformat()}..{period.until.isoformat()}"


def file_code(period: Period) -> str:
    """A period's name within the name of a file: “2026-11”, “2026-11-01-den-2026-11-20”."""
    return code(period).replace("..", "-den-")


def _is_as_its_kind(period: Period) -> bool:
    """Whether the days are those its kind promises; anybody may send a kind with days of their own."""
    if period.kind in _MONTHS:
        return current(period.kind, period.until) == period
    if period.kind is PeriodKind.OWN:
        return False
    return calendar_month(period.until.year, period.until.month) == period


# ---------------------------------------------------------------- what was typed

_NAMED = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?:(?P<letter>[QH])(?P<part>[0-9])|(?P<month>[0-9]{2})))?"
)
_MONTH_NUMBERS = range(1, 13)


def named(text: str) -> Period | None:
    """The period with this name, or None where it is nobody's."""
    text = text.strip().upper()
    if ".." in text:
        return _own(*text.split("..", 1))
    is_calendar = text.endswith("-DL")
    found = _NAMED.fullmatch(text.removesuffix("-DL"))
    if found is None or int(found["year"]) not in _YEARS:
        return None
    return next(_read(found, is_calendar), None)


def _read(found: re.Match[str], is_calendar: bool) -> Iterator[Period]:
    year = int(found["year"])
    if found["month"] is not None:
        if (month := int(found["month"])) not in _MONTH_NUMBERS:
            return
        yield (
            calendar_month(year, month)
            if is_calendar
            else office_period(PeriodKind.MONTH, year, month)
        )
    elif is_calendar:
        return
    elif found["letter"] is None:
        yield office_period(PeriodKind.YEAR, year)
    else:
        kind = PeriodKind.QUARTER if found["letter"] == "Q" else PeriodKind.HALF
        if 1 <= (part := int(found["part"])) <= 12 // _MONTHS[kind]:
            yield office_period(kind, year, part)


def _own(first: str, last: str) -> Period | None:
    try:
        return own(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        return None


def own(since: date, until: date) -> Period | None:
    """Two days as a period; None where one of them lies in a year that nobody reports on."""
    is_likely = since.year in _YEARS and until.year in _YEARS
    return Period(PeriodKind.OWN, since, until) if is_likely else None


_SAID = (
    (r"(?:thang )?([0-9]{1,2}) (?:nam )?([0-9]{4})", "{1}-{0:0>2}"),
    (r"(?:quy )([1-4]) (?:nam )?([0-9]{4})", "{1}-Q{0}"),
    (r"(?:6|sau) thang dau (?:nam )?([0-9]{4})", "{0}-H1"),
    (r"(?:6|sau) thang cuoi (?:nam )?([0-9]{4})", "{0}-H2"),
    (r"(?:ca )?(?:nam )?([0-9]{4})", "{0}"),
    (
        r"(?:tu )?([0-9]{1,2}) ([0-9]{1,2}) ([0-9]{4}) (?:den )?([0-9]{1,2}) ([0-9]{1,2}) ([0-9]{4})",
        "{2}-{1:0>2}-{0:0>2}..{5}-{4:0>2}-{3:0>2}",
    ),
)
_ROMAN = {"quy i ": "quy 1 ", "quy ii ": "quy 2 ", "quy iii ": "quy 3 ", "quy iv ": "quy 4 "}


def said(text: str) -> Period | None:
    """The period somebody means: “tháng 10/2026”, “quý IV năm 2026”, “từ 1/11/2026 đến 20/11/2026”."""
    folded = fold(text)
    for roman, digit in _ROMAN.items():
        folded = folded.replace(roman, digit)
    for pattern, form in _SAID:
        if found := re.fullmatch(pattern, folded):
            return named(form.format(*found.groups()))
    return named(text)
