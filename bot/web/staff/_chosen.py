"""What a page of figures is asked for: read from its address, and written into one.

ky    a period's name (2026-11), “tat-ca” (from the beginning until now) or “khac” with tu and den
xem   tdp · bai · don-vi: what a line is         dong   one line        so   which figure (passed)
luot  1: visits too, not people alone            sau    the person number to go on behind
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from urllib.parse import urlencode

from bot.web.staff._forms import Form, read_query, whole_number
from handlers import _periods
from handlers._requests.figures import Count, Dimension
from handlers._requests.report import Period, PeriodKind

ALL, OWN = "tat-ca", "khac"
LONGEST_KEY = 9
"""A line is a lesson (TB-01) or the number of a place, which every database can compare up to here."""
WRONG_DAYS = "Ngày ghi chưa đúng. Ghi ngày đầu rồi ngày cuối, như 15/10/2026."
LINES: Mapping[str, Dimension] = MappingProxyType(
    {"tdp": Dimension.TDP, "bai": Dimension.LESSON, "don-vi": Dimension.UNIT}
)
NAMES = {dimension: name for name, dimension in LINES.items()}
COUNTS: Mapping[Count, str] = MappingProxyType(
    {
        Count.REACHED: "Đã tham gia",
        Count.REGISTERED: "Đồng ý lưu kết quả",
        Count.STARTED: "Bắt đầu học",
        Count.COMPLETED: "Học xong",
        Count.PASSED: "Đạt",
        Count.PASSED_AT_ONCE: "Đạt ngay lần đầu",
        Count.CORE: "Đủ bài cốt lõi",
        Count.STAFF: "Đạt phần của cán bộ",
    }
)
"""How the page calls each figure."""
NEW: Mapping[Count, str] = MappingProxyType({**COUNTS, Count.REACHED: "Mới tham gia"})
"""Likewise where days before are left out: whoever joined then does not join again."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is asked for; `dimension` None: the total; `key` None: no line of its own; `wrong`: what to mend."""

    name: str
    since: date | None
    until: date | None
    title: str
    dimension: Dimension | None = Dimension.TDP
    key: str | None = None
    count: Count = Count.COMPLETED
    is_visits: bool = False
    after: int = 0
    wrong: str = ""

    @property
    def called(self) -> Mapping[Count, str]:
        """How each figure is called over these days."""
        return COUNTS if self.since is None else NEW

    def at(self, path: str, **changes: object) -> str:
        """The address of the same, changed so."""
        other = replace(self, **changes)  # type: ignore[arg-type]  # the fields' own types
        found = {"ky": other.name}
        if other.name == OWN and other.since and other.until:
            found |= {"tu": f"{other.since:%d/%m/%Y}", "den": f"{other.until:%d/%m/%Y}"}
        found["xem"] = NAMES.get(other.dimension, "") if other.dimension else ""
        if other.key is not None:
            found["dong"] = other.key
        found["so"] = other.count.value
        if other.is_visits:
            found["luot"] = "1"
        if other.after:
            found["sau"] = str(other.after)
        return f"{path}?{urlencode(found)}"


def read_chosen(query: Mapping[str, str], today: date) -> Chosen:
    """Read an address; what it does not say, or says wrongly, is as when the page is first opened."""
    form = read_query(query)
    chosen = _with_period(form, today)
    counts = {count.value: count for count in Count}
    return replace(
        chosen,
        dimension=LINES.get(form["xem"]) if "xem" in query else Dimension.TDP,
        key=form["dong"][:LONGEST_KEY] if "dong" in query else None,
        count=counts.get(form["so"], Count.COMPLETED),
        is_visits=form["luot"] == "1",
        after=whole_number(form["sau"]) or 0,
    )


def _with_period(form: Form, today: date) -> Chosen:
    if form["ky"] == ALL:
        return Chosen(ALL, None, None, "Từ đầu đến nay")
    if form["ky"] == OWN:
        since, until = form.day("tu"), form.day("den")
        if since and until and since <= until:
            return _of(Period(PeriodKind.OWN, since, until), OWN)
        return replace(_first(today), wrong=WRONG_DAYS)
    named = _periods.named(form["ky"]) if form["ky"] else None
    return _first(today) if named is None else _of(named, _periods.code(named))


def _first(today: date) -> Chosen:
    """The office's month that is under way."""
    period = _periods.current(PeriodKind.MONTH, today)
    return _of(period, _periods.code(period))


def _of(period: Period, name: str) -> Chosen:
    title = _periods.full_title(period)
    return Chosen(name, period.since, period.until, title[:1].upper() + title[1:])
