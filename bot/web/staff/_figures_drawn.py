"""How the page of figures draws: pictures, the cells of its tables, and what they are called. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from markupsafe import Markup

from bot.reports.charts import Bar, Column, bars, columns
from bot.reports.figures import DEFINITIONS, NOT_COUNTED
from bot.web.staff._chosen import NEW, Chosen
from handlers import _printed
from handlers._indicators import FROM_16
from handlers._requests.behind import PersonBehind
from handlers._requests.figures import Count, Course, Dimension, Figures, Line
from handlers._requests.questions import Difficulties, QuestionFigures

HARDEST = 15
MOST_OF_A_MONTH = timedelta(days=20)
"""From the first day of an office's month, or of what is left of one, into the month that gives it its name."""
PLACES = (
    Count.REACHED,
    Count.STARTED,
    Count.COMPLETED,
    Count.PASSED,
    Count.PASSED_AT_ONCE,
    Count.CORE,
)
SHOWN = {
    Dimension.TDP: PLACES,
    Dimension.UNIT: (*PLACES, Count.STAFF),
    Dimension.LESSON: (Count.STARTED, Count.COMPLETED, Count.PASSED, Count.PASSED_AT_ONCE),
}
"""The columns of each table; of a lesson nobody is reached and no core is complete."""
OF_MONTHS = "theo tháng báo cáo, từ ngày 15 đến ngày 14"
OF_HALVES = "theo nửa tháng, ghi ngày đầu"
DEFINED = {Count.COMPLETED: "completed"}
"""How a figure is called among the definitions, where not by its own value."""


def people_of(line: Line, count: Count) -> int:
    """The người of a figure of a line."""
    found: int = getattr(line, name_of(count))
    return found


def visits_of(line: Line, count: Count) -> int | None:
    """The lượt of a figure of a line; None where these would say nothing."""
    found: int | None = getattr(line, f"{name_of(count)}_visits", None)
    return found


def is_counted(line: Line) -> bool:
    """Whether the people of a line may be counted here at all; pupils are not."""
    return line.of is None or line.of.is_countable


def name_of(count: Count) -> str:
    """How a figure is called in `Line` and among the definitions."""
    return DEFINED.get(count, count.value)


# ---------------------------------------------------------------- pictures


def progress(figures: Figures, chosen: Chosen, word: str) -> str:
    """How far each line is, the furthest first: of its own people where all are known, else as numbers."""
    known = [line for line in figures.lines if line.key and is_counted(line)]
    are_shares = bool(known) and all(line.of and line.of.value for line in known)
    rows = [
        Bar(
            line.label,
            people_of(line, chosen.count),
            line.of.value if line.of is not None and is_counted(line) else None,
        )
        for line in (known if are_shares else figures.lines)
    ]
    rows.sort(key=lambda row: row.value / (row.of or 1) if are_shares else row.value, reverse=True)
    first = f" Đứng đầu là {rows[0].name}: {_printed.number(rows[0].value)} người." if rows else ""
    told = f"{chosen.title}.{first} Bảng số liệu ở dưới biểu đồ."
    return bars("theo-dong", told_progress(chosen, word), told, rows, is_to_greatest=True)


def told_progress(chosen: Chosen, word: str) -> str:
    """What the picture of progress shows: “Học xong: số người theo tổ dân phố; …”."""
    return f"{chosen.called[chosen.count]}: số người theo {word}; thanh dài nhất là dòng cao nhất"


def over_time(course: Course, chosen: Chosen, line: Line | None) -> str:
    """How the chosen figure went."""
    rows = [Column(_when(point.since, course), point.people) for point in course.points]
    last = course.points[-1] if course.points else None
    now = f" Gần đây nhất: {_printed.number(last.people)} người." if last else ""
    told = f"Số người theo từng {'tháng báo cáo' if course.has_months else 'nửa tháng'}.{now}"
    return columns("theo-thoi-gian", told_course(course, chosen, line), told, rows)


def told_course(course: Course, chosen: Chosen, line: Line | None) -> str:
    """What the picture over time shows: “Học xong theo tháng báo cáo, …: Tân Trung”."""
    where = "tất cả" if line is None else line.label
    return f"{NEW[chosen.count]} {OF_MONTHS if course.has_months else OF_HALVES}: {where}"


def _when(since: date, course: Course) -> str:
    """A month as offices call it (15/10–14/11 is 11/2026), or the first day of half a month."""
    return f"{since + MOST_OF_A_MONTH:%m/%Y}" if course.has_months else f"{since:%d/%m}"


def hardest(found: Difficulties) -> str:
    """The questions with the greatest share of wrong answers."""
    rows = [
        Bar(question(one), one.answered - one.right, one.answered)
        for one in found.questions[:HARDEST]
    ]
    told = "Mỗi thanh là số lần trả lời sai trong tất cả các lần trả lời câu đó."
    return bars("cau-kho", "Những câu hay bị trả lời sai nhất", told, rows)


# ---------------------------------------------------------------- tables


def heads(chosen: Chosen, word: str) -> tuple[str, ...]:
    """The heads of the table of figures."""
    counts = [
        f"{chosen.called[count]} ({'người / lượt' if _has_visits(count) else 'người'})"
        for count in SHOWN[chosen.dimension or Dimension.TDP]
    ]
    return (word[:1].upper() + word[1:], *counts, "Học xong so với số người đã báo")


def definitions(chosen: Chosen) -> tuple[str, ...]:
    """What the page's figures mean, and how old those are whose shares are told: of units, of any age."""
    dimension = chosen.dimension or Dimension.TDP
    keys = {"nguoi", "luot", *map(name_of, SHOWN[dimension])}
    if name_of(Count.REACHED) in keys:
        keys.add("reached_new")  # the picture over time, at least, is of periods
        if chosen.since is not None:
            keys.remove(name_of(Count.REACHED))
    ages = () if dimension is Dimension.UNIT else (FROM_16,)
    return (*(text for key, text in DEFINITIONS.items() if key in keys), *ages)


def _has_visits(count: Count) -> bool:
    return hasattr(Line, f"{name_of(count)}_visits")


def cells(line: Line, chosen: Chosen, people: str) -> tuple[object, ...]:
    """The numbers of a line; each leads to the people behind it at the path `people` ("": they may not)."""
    found: list[object] = []
    for count in SHOWN[chosen.dimension or Dimension.TDP]:
        here = replace(chosen, count=count)
        cell = _linked(people_of(line, count), here, people)
        if (visits := visits_of(line, count)) is not None:
            cell += Markup(" / ") + _linked(visits, replace(here, is_visits=True), people)
        found.append(cell)
    return (*found, share(line))


def _linked(value: int, chosen: Chosen, people: str) -> Markup:
    number = _printed.number(value)
    if not people or not value:
        return Markup.escape(number)
    return link(chosen.at(people), number)


def link(path: str, text: str) -> Markup:
    """A link within a cell."""
    return Markup('<a href="{}">{}</a>').format(path, text)


def share(line: Line) -> str:
    """A line's people who finished a lesson, as a part of those there are: with source and day."""
    if line.of is None:
        return _printed.UNKNOWN
    if not is_counted(line):
        return f"{NOT_COUNTED} (học sinh không có tài khoản, trường báo số đã học)"
    source = f" ({line.of.source}, {_printed.day(line.of.as_of)})"
    return _printed.sentence(line.completed, line.of.value) + source


def compared(line: Line, count: Count) -> tuple[str, str, str]:
    """A line behind the picture of progress."""
    people = people_of(line, count)
    whole = None if line.of is None else line.of.value
    found = _printed.share(people, whole)
    return line.label, found.numerator, found.percent if is_counted(line) else NOT_COUNTED


def pair(course: Course) -> list[tuple[str, str, str]]:
    """The points behind the picture over time."""
    return [
        (
            f"{_printed.day(one.since)} – {_printed.day(one.until)}",
            _printed.number(one.people),
            _printed.number(one.visits),
        )
        for one in course.points
    ]


def face(one: PersonBehind) -> tuple[object, ...]:
    """Somebody behind a number."""
    name = one.name or "chưa cho biết tên"
    notes = [] if one.is_confirmed else ["chưa xác nhận"]
    return (
        str(one.person),
        "đã xóa" if one.is_erased else name,
        one.tdp,
        _printed.day(one.last_on),
        _printed.number(one.times),
        ", ".join(notes),
    )


def question(one: QuestionFigures) -> str:
    """What a question is called: “Chỉnh chữ to cho dễ đọc, câu 2: Muốn chữ to hơn thì …?”."""
    text = f": {one.text}" if one.text else f" (bản {one.version}, nay đã đổi)"
    return f"{one.title}, câu {one.number}{text}"


def difficulty(one: QuestionFigures) -> tuple[str, ...]:
    """A question in the table of all."""
    found = _printed.share(one.right, one.answered)
    return question(one), found.numerator, found.denominator, found.percent


def wrong(questions: Sequence[QuestionFigures]) -> list[tuple[str, str, str]]:
    """The questions behind the picture of the hardest ones."""
    rows = []
    for one in questions[:HARDEST]:
        found = _printed.share(one.answered - one.right, one.answered)
        rows.append((question(one), found.numerator, found.percent))
    return rows
