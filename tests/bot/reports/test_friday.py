"""Paper, sheet, text and page of one report say the same numbers, to the last digit, whatever they are."""

import io
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

import bot.web
from bot.reports import friday
from bot.reports.friday_docx import as_docx
from bot.reports.friday_page import shown
from bot.reports.friday_text import as_text
from bot.reports.friday_xlsx import FIRST_ROW, as_xlsx
from bot.web.staff import _templates
from handlers._requests.report import (
    BestTdp,
    Indicator,
    Learning,
    LessonLine,
    Measure,
    Moment,
    Obstacle,
    Period,
    PeriodKind,
    Process,
    ReportFigures,
    ReportKept,
    Stated,
    TaskLine,
    TaskState,
    TdpLine,
    UnitLine,
)

UNKNOWN = "chưa có số liệu"
PAGES = Path(bot.web.__file__).parent / "pages"
Value = int | str | None
"""A number, words, or nothing known. A share is its hundredths of a per cent."""

# ---------------------------------------------------------------- random reports

counts = st.one_of(st.integers(0, 12), st.integers(0, 9_999_999))
words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs", "Co", "Cn")),
    min_size=1,
    max_size=12,
)
names = st.one_of(
    words,
    st.sampled_from(
        [
            "=1+1",
            "+cmd|' /C calc'!A0",
            "@SUM(A1)",
            "-1",
            "<b>",
            "&amp;",
            "{{ 7 }}",
            "http://x.example",
            "123",
        ]
    ),
)
days = st.dates(date(2024, 1, 1), date(2026, 12, 31))
stated = st.none() | st.builds(Stated, counts, days, names, names)
learnt = st.builds(Learning, *[counts] * 10)
indicators = st.builds(
    Indicator,
    code=st.just("C1"),
    target=st.sampled_from("abcdđ"),
    title=names,
    measure=st.sampled_from(Measure),
    counted=st.just("người"),
    numerator=st.none() | counts,
    counted_from=names,
    counted_on=st.none() | days,
    denominator=st.none() | counts,
    source=names,
    as_of=st.none() | days,
    definition=names,
    caveat=names,
    note=names,
)
CODES = ("A1", "B1", "C1", "C2", "C3", "D0", "D1", "D2", "Đ1", "Đ2", "Đ3")


def each_with_its_code(found: list[Indicator]) -> tuple[Indicator, ...]:
    made = zip(found, CODES, strict=False)
    return tuple(Indicator(**{**fields_of(one), "code": code}) for one, code in made)


def fields_of(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}


reports = st.builds(
    ReportFigures,
    version=st.just(1),
    definitions=st.just("1-5f0c21ab"),
    ward=names,
    ward_code=st.just("05899"),
    unit_word=st.sampled_from(["tổ dân phố", "xóm"]),
    period=st.builds(Period, st.sampled_from(PeriodKind), days, days),
    cut_off=st.builds(datetime.combine, days, st.times(), st.just(timezone(timedelta(hours=7)))),
    is_sample=st.booleans(),
    indicators=st.lists(indicators, max_size=11).map(each_with_its_code),
    process=st.lists(
        st.builds(Process, st.just("x"), names, *[st.none() | counts] * 4), max_size=4
    ).map(tuple),
    total_in_period=learnt,
    total_so_far=learnt,
    tdps=st.lists(
        st.builds(TdpLine, st.none() | st.integers(1, 99), names, stated, learnt, learnt),
        max_size=5,
    ).map(tuple),
    units=st.lists(
        st.builds(
            UnitLine,
            counts,
            names,
            st.just("office"),
            st.sampled_from(["Cơ quan", "Trường học"]),
            stated,
            stated,
        ),
        max_size=5,
    ).map(tuple),
    lessons=st.lists(st.builds(LessonLine, names, names, learnt, learnt), max_size=4).map(tuple),
    obstacles=st.lists(
        st.builds(Obstacle, names, names, counts, names, counts, counts), max_size=3
    ).map(tuple),
    tasks=st.lists(
        st.builds(
            TaskLine,
            names,
            names,
            names,
            names,
            st.none() | days,
            names,
            st.none() | days,
            names,
            st.sampled_from(TaskState),
            counts,
        ),
        max_size=3,
    ).map(tuple),
    best=st.lists(st.builds(BestTdp, names, counts, counts), max_size=3).map(tuple),
    is_best_by_share=st.booleans(),
    course=st.lists(st.builds(Moment, days, counts, counts, counts), max_size=6).map(tuple),
    commended=st.lists(counts, max_size=3).map(tuple),
)


# ---------------------------------------------------------------- what must be read


def share(numerator: int | None, denominator: int | None) -> tuple[Value, Value, Value]:
    """The three cells of a share, worked out here and nowhere else."""
    if numerator is None or not denominator:
        return numerator, denominator, None
    exact = Decimal(numerator) * 10_000 / Decimal(denominator)
    found = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    if 0 < numerator < denominator:
        found = min(max(found, 1), 9_999)
    if numerator > denominator:
        found = max(found, 10_001)
    return numerator, denominator, found


def targets_of(figures: ReportFigures) -> list[tuple[Value, ...]]:
    return [
        (one.numerator, None, None)
        if one.measure is Measure.COUNT
        else share(one.numerator, one.denominator)
        for letter in "abcdđ"
        for one in figures.indicators
        if one.target == letter
    ]


def process_of(figures: ReportFigures) -> list[tuple[Value, ...]]:
    return [
        (one.people, one.visits, one.people_so_far, one.visits_so_far) for one in figures.process
    ]


def tdps_of(figures: ReportFigures) -> list[tuple[Value, ...]]:
    adults = next((one.denominator for one in figures.indicators if one.code == "C1"), None)
    lines = [
        (one.id, one.adults.value if one.adults else None, one.in_period, one.so_far)
        for one in figures.tdps
    ]
    lines.append((0, adults, figures.total_in_period, figures.total_so_far))
    return [_tdp(number, all_adults, now, so_far) for number, all_adults, now, so_far in lines]


def _tdp(
    number: int | None, adults: int | None, now: Learning, so_far: Learning
) -> tuple[Value, ...]:
    whole = None if number is None else adults
    reached, core = share(so_far.reached, whole), share(so_far.core, whole)
    work = (now.registered, now.completed, now.completed_visits, now.passed_visits)
    return (whole, so_far.reached, reached[2], *work, so_far.core, core[2])


def units_of(figures: ReportFigures) -> list[tuple[Value, ...]]:
    return [
        share(one.taught.value if one.taught else None, one.total.value if one.total else None)
        for kind in dict.fromkeys(one.kind_name for one in figures.units)
        for one in figures.units
        if one.kind_name == kind
    ]


# ---------------------------------------------------------------- reading it back


def value(said: object) -> Value:
    """What a cell says, however it is written."""
    if isinstance(said, float):
        return round(said * 10_000)
    if isinstance(said, int):
        return said
    text = str(said)
    if found := re.match(r"([0-9.]+)(?:,([0-9]{2}))?%", text):
        return int(found[1].replace(".", "")) * 100 + int(found[2] or 0)
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})*", text):
        return int(text.replace(".", ""))
    return None if text in {UNKNOWN, "–"} or text.startswith("tổng số là 0") else text


Grid = list[list[object]]


def numbers(rows: Grid, columns: slice) -> list[tuple[Value, ...]]:
    """The numbers of a table: rows that run over the whole width are left out."""
    return [tuple(value(cell) for cell in row[columns]) for row in rows if not is_heading(row)]


def is_heading(row: list[object]) -> bool:
    return (
        len(row) == 1
        or len({str(cell) for cell in row}) == 1
        or all(cell is None for cell in row[1:])
    )


class Tables(HTMLParser):
    """Every table of a page by its caption: rows of cells, the head left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Grid] = {}
        self._caption = ""
        self._open = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "caption":
            self._caption, self._open = "", tag
        if tag == "tr":
            self.found[self._caption].append([])
        if tag in {"td", "th"} and self._caption:
            self.found[self._caption][-1].append("")
            self._open = "cell"

    def handle_endtag(self, tag: str) -> None:
        if tag in {"caption", "td", "th"}:
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open == "caption":
            self._caption += data
            self.found[self._caption] = []
        elif self._open == "cell":
            self.found[self._caption][-1][-1] += data  # type: ignore[operator]


def page_tables(kept: ReportKept) -> Mapping[str, Grid]:
    """The tables of the staff page, drawn by its own templates."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    made.filters.update(day=_templates.day, number=_templates.number)
    ward, house = SimpleNamespace(name="phường"), SimpleNamespace(is_sample=False)
    made.globals.update(static=str, ward=ward, house=house)
    made.globals["parts"] = made.get_template("staff/_parts.html").module
    template = made.get_template("staff/report.html")
    text = template.render(
        kept=kept, shown=shown(kept), me=None, pages=(), here=None, may_make=True
    )
    parser = Tables()
    parser.feed(text)
    return {title: rows[1:] for title, rows in parser.found.items()}


def paper_tables(kept: ReportKept, form: Any) -> Mapping[str, Grid]:
    """The tables of the document by what their first column is called."""
    document = Document(io.BytesIO(as_docx(kept, form, None)))
    return {
        table.rows[0].cells[0].text: [[cell.text for cell in row.cells] for row in table.rows[1:]]
        for table in document.tables
        if len(table.rows) > 1
    }


def sheet_tables(kept: ReportKept) -> Mapping[str, Grid]:
    """The tables of the workbook by the name of their sheet."""
    book = load_workbook(io.BytesIO(as_xlsx(kept)))
    return {sheet.title: list(_rows(sheet)) for sheet in book.worksheets}


def _rows(sheet: Any) -> Iterable[list[object]]:
    for row in sheet.iter_rows(min_row=FIRST_ROW + 2):
        if all(cell.value is None for cell in row):
            return
        yield [
            float(cell.value) if cell.number_format.endswith("%") else cell.value for cell in row
        ]


def text_shares(kept: ReportKept) -> list[tuple[Value, ...]]:
    """The numbers behind the indicators' codes and titles, in the messages."""
    lines = "\n".join(as_text(kept)).splitlines()
    heads = [
        f"- {one.code}. {one.title}: "
        for letter in "abcdđ"
        for one in kept.figures.indicators
        if one.target == letter
    ]
    return [
        next(_said(line.removeprefix(head)) for line in lines if line.startswith(head))
        for head in heads
    ]


def _said(text: str) -> tuple[Value, ...]:
    if found := re.search(r"([0-9.]+)/([0-9.]+)(?:[,;] (?:đạt )?([0-9.]+(?:,[0-9]{2})?%))?", text):
        return value(found[1]), value(found[2]), value(found[3]) if found[3] else None
    if found := re.search(r"([0-9.]+); tổng số và tỷ lệ: ", text):
        return value(found[1]), None, None
    if found := re.fullmatch(r"([0-9.]+) người", text):
        return value(found[1]), None, None
    assert text == UNKNOWN, text
    return None, None, None


# ---------------------------------------------------------------- the law


@given(figures=reports)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_paper_sheet_text_and_page_are_equal_to_the_last_digit(
    keep: Callable[..., ReportKept], form: Any, figures: ReportFigures
) -> None:
    kept = keep(figures)
    paper, sheet, page = paper_tables(kept, form), sheet_tables(kept), page_tables(kept)
    three = slice(1, 4)

    expected = targets_of(figures)
    assert numbers(paper["Chỉ tiêu"], three) == expected
    assert numbers(sheet["Chỉ tiêu"], three) == expected
    assert numbers(page["Kết quả theo 5 chỉ tiêu"], three) == expected
    said = [one if one[0] is not None else (None, None, None) for one in expected]
    assert text_shares(kept) == said

    work = process_of(figures)
    for table in (
        paper.get("Nội dung", []),
        sheet["Việc đã làm"],
        page.get("Kết quả học tập và hỗ trợ", []),
    ):
        assert numbers(table, slice(1, 5)) == work

    head = friday.tdps(figures).heads[0]
    for table in (paper[head], sheet["Theo tổ"], page[f"Số liệu theo {figures.unit_word}"]):
        assert numbers(table, slice(1, 10)) == tdps_of(figures)

    units = units_of(figures)
    for table in (
        paper.get("Đơn vị", []),
        sheet["Theo đơn vị"],
        page.get("Số liệu theo đơn vị", []),
    ):
        assert numbers(table, three) == units


@given(figures=reports)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_same_report_has_the_same_bytes_each_time_it_is_printed(
    keep: Callable[..., ReportKept], form: Any, figures: ReportFigures
) -> None:
    kept = keep(figures)

    assert as_docx(kept, form, None) == as_docx(kept, form, None)
    assert as_xlsx(kept) == as_xlsx(kept)
    assert as_text(kept) == as_text(kept)


@pytest.mark.parametrize(
    ("parts", "printed"),
    [
        ((25_736, 36_845), ("25.736", "36.845", "69,85%")),
        ((0, 5), ("0", "5", "0%")),
        ((5, None), ("5", UNKNOWN, UNKNOWN)),
        ((None, 5), (UNKNOWN, "5", UNKNOWN)),
        ((40, 36), ("40", "36", "111,11%, quá 100%: cần kiểm tra lại số liệu")),
    ],
)
def test_a_share_is_printed_as_the_office_writes_it(
    november: ReportFigures,
    keep: Any,
    form: Any,
    parts: tuple[int | None, int | None],
    printed: tuple[str, ...],
) -> None:
    numerator, denominator = parts
    one = {**fields_of(november.indicators[2]), "numerator": numerator, "denominator": denominator}
    figures = ReportFigures(**{**fields_of(november), "indicators": (Indicator(**one),)})

    (row,) = [row for row in paper_tables(keep(figures), form)["Chỉ tiêu"] if not is_heading(row)]

    assert tuple(str(cell) for cell in row[1:4]) == printed
