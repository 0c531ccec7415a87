"""The ward's figures as they are printed: a table for reading, JSON for programs, CSV for Excel.

Pure. Every form carries the definition of each figure, the period and the moment the data was read:
a number without its definition cannot be compared with another one.
"""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from bot.samples import BANNER
from handlers import _printed
from handlers._requests.figures import Dimension, Figures, Line

NO_DENOMINATOR = _printed.UNKNOWN
"""What stands where a share would: the ward has not given how many people live where."""
NOT_COUNTED = "không tính"
"""What stands where a share of pupils would: they have no accounts."""
BOM = "\ufeff"
"""Excel takes a CSV for UTF-8 only behind this mark."""

DEFINITIONS = {
    "nguoi": "Người: người khác nhau, đã được xác nhận là có thật; ở mỗi dòng và ở dòng tổng, "
    "một người chỉ tính một lần nên tổng có thể nhỏ hơn các dòng cộng lại.",
    "luot": "Lượt: mỗi lần việc đó xảy ra, tính cả người chưa xác nhận (nhắn qua trang web) "
    "và người không lưu kết quả.",
    "registered": "Đăng ký: đồng ý để phường lưu kết quả học.",
    "started": "Bắt đầu: mở một bài học, hoặc làm lại câu hỏi của bài đó.",
    "completed": "Học xong: trả lời hết các câu hỏi của một bài.",
    "passed": "Đạt: học xong và trả lời đúng đủ số câu phải đúng của lần làm đó.",
    "passed_at_once": "Đạt ngay lần đầu: người đạt một bài ở lần làm đầu tiên của mình.",
    "reached": "Đã tham gia: đã đồng ý lưu kết quả học hoặc đã học trên hệ thống, "
    "không tính việc nhận vai trò.",
    "reached_new": "Mới tham gia: trong kỳ mới tham gia lần đầu, tức là đồng ý lưu kết quả học hoặc học "
    "trên hệ thống, không tính việc nhận vai trò. Ai đã tham gia từ trước thì không tính lại, nên số này "
    "có thể nhỏ hơn số người học trong kỳ.",
    "core": "Đủ bài cốt lõi: đạt hết các bài cốt lõi mà phường chọn.",
    "staff": "Đạt phần của cán bộ: đạt đủ số bài phường chọn cho cán bộ.",
    "population_percent": "% dân số: số người học xong, từ 16 tuổi (tự khai), chia cho số người của dòng đó mà "
    f"cơ quan đã báo (người từ đủ 18 tuổi, người của đơn vị); chưa ai báo thì ghi “{NO_DENOMINATOR}”. "
    f"Trường học thì ghi “{NOT_COUNTED}”: học sinh không có tài khoản, số đã học do trường báo.",
    "unknown": "Dòng “chưa rõ”: việc chưa biết của nơi nào hay người nào, như lượt của người không lưu.",
    "left_out": "Không bao giờ tính: người tập thử và dữ liệu mẫu.",
    "public": "Bản công khai: dòng nào có số từ 1 đến 4 thì gộp với dòng khác, để không ai lần ra từng "
    "người; dòng gộp là các dòng cộng lại, dòng tổng giữ nguyên.",
}
"""What each figure means, for whoever reads the report."""
_NOT_IN_TABLES = ("reached", "reached_new", "core", "staff")
"""Figures that JSON alone carries; `reached` of a period is `reached_new`."""

_TITLES = {Dimension.LESSON: "bài học", Dimension.PERSON: "người", Dimension.UNIT: "đơn vị"}
_CODES = {Dimension.LESSON: "Mã bài", Dimension.PERSON: "Số"}
_PAIRS = ("Đăng ký", "Bắt đầu", "Học xong", "Đạt")


@dataclass(frozen=True, slots=True)
class Report:
    """Figures with what is printed around them.

    `cut_off` is the moment the data was read, aware, in the ward's own time; `unit_word` is what the
    ward calls a TDP (tổ dân phố, xóm, thôn, bản). `is_sample`: of made-up people; `is_public`: lines with
    numbers from 1 to 4 are put together (bot/reports/public.py).
    """

    ward: str
    unit_word: str
    dimension: Dimension
    since: date | None
    until: date | None
    cut_off: datetime
    figures: Figures
    is_sample: bool = False
    is_public: bool = False

    @property
    def line_word(self) -> str:
        """What one line stands for."""
        return _TITLES.get(self.dimension, self.unit_word)

    @property
    def has_shares(self) -> bool:
        """Whether a line could be set against a number of inhabitants; one person cannot."""
        return self.dimension is not Dimension.PERSON


# ---------------------------------------------------------------- for reading


def heading(report: Report) -> tuple[str, ...]:
    """The lines above the table: what, of which days, read when."""
    sample = (BANNER,) if report.is_sample else ()
    return (
        *sample,
        f"Kết quả học theo {report.line_word}, {report.ward}",
        f"Thời gian: {period(report)}. Số liệu lúc {report.cut_off:%H:%M} ngày {_day(report.cut_off)}.",
    )


def period(report: Report) -> str:
    """The days of a report, both ends included: “từ 01/11/2026 đến hết 22/11/2026”."""
    since, until = report.since, report.until
    if since is None and until is None:
        return "từ đầu đến nay"
    begin = "từ đầu" if since is None else f"từ {_day(since)}"
    return f"{begin} {'đến nay' if until is None else f'đến hết {_day(until)}'}"


def columns(report: Report) -> tuple[str, ...]:
    """The heads of the table's columns."""
    code = _CODES.get(report.dimension)
    shares = ("% dân số",) if report.has_shares else ()
    return (
        *((code,) if code else ()),
        _capital(report.line_word),
        *(f"{name} (người/lượt)" for name in _PAIRS),
        "Đạt ngay lần đầu (người)",
        *shares,
        *(("Ghi chú",) if _has_notes(report) else ()),
    )


def rows(report: Report) -> tuple[tuple[str, ...], ...]:
    """The table's lines as texts, the total last; numbers as they are written in Vietnamese."""
    return tuple(_row(report, line) for line in _all_lines(report))


def definitions(report: Report) -> tuple[str, ...]:
    """What every figure of this report means, a sentence each."""
    left_out = {
        "population_percent": not report.has_shares,
        "left_out": report.is_sample,
        "public": not report.is_public,
        **dict.fromkeys(_NOT_IN_TABLES, True),
    }
    texts = (text for key, text in DEFINITIONS.items() if not left_out.get(key))
    return (*texts, *_sources(report))


def _sources(report: Report) -> tuple[str, ...]:
    """Where the numbers come from that shares are of."""
    given = [line.of for line in _all_lines(report) if line.of and line.of.is_countable]
    found = dict.fromkeys(f"{one.source} ({_day(one.as_of)})" for one in given)
    return (f"Nguồn tổng số người: {', '.join(found)}.",) if found else ()


def number(value: int) -> str:
    """A number with dots between thousands: 25.736."""
    return f"{value:,}".replace(",", ".")


def _row(report: Report, line: Line) -> tuple[str, ...]:
    code = (line.key,) if report.dimension in _CODES else ()
    pairs = (f"{number(people)}/{number(visits)}" for people, visits in _pairs(line))
    shares = (_percent(line),) if report.has_shares else ()
    notes = (line.note,) if _has_notes(report) else ()
    return (*code, line.label, *pairs, number(line.passed_at_once), *shares, *notes)


def _share(line: Line) -> float | None:
    """The part of a line's people who finished a lesson, in percent; None: there is none to be told."""
    if line.of is None or not line.of.value or not line.of.is_countable:
        return None
    return _printed.hundredths(line.completed, line.of.value) / 100


def _percent(line: Line) -> str:
    """The share with what it is a share of: “25.736/36.845, đạt 69,85%”; more than all of them is flagged."""
    if line.of is None:
        return NO_DENOMINATOR
    return _printed.sentence(line.completed, line.of.value) if line.of.is_countable else NOT_COUNTED


def _pairs(line: Line) -> tuple[tuple[int, int], ...]:
    return (
        (line.registered, line.registered_visits),
        (line.started, line.started_visits),
        (line.completed, line.completed_visits),
        (line.passed, line.passed_visits),
    )


def _all_lines(report: Report) -> Iterable[Line]:
    """Every line, then the total."""
    return (*report.figures.lines, replace(report.figures.total, label="Tổng"))


def _has_notes(report: Report) -> bool:
    return any(line.note for line in report.figures.lines)


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


# ---------------------------------------------------------------- for programs


def as_json(report: Report) -> str:
    """The report as JSON text; a share without a denominator is null, never 0."""
    document = {
        "ward": report.ward,
        "by": report.dimension.value,
        "period": {"from": _iso(report.since), "to": _iso(report.until)},
        "cut_off": report.cut_off.isoformat(),
        "is_sample": report.is_sample,
        "is_public": report.is_public,
        "definitions": DEFINITIONS,
        "lines": [_json_line(line) for line in report.figures.lines],
        "total": _json_line(report.figures.total),
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _json_line(line: Line) -> dict[str, object]:
    share, of = _share(line), line.of
    return {
        **asdict(line),
        "of": None if of is None else {**asdict(of), "as_of": of.as_of.isoformat()},
        "population_percent": share,
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


# ---------------------------------------------------------------- for Excel


def as_csv(report: Report) -> str:
    """The report as CSV text that Excel opens as it is: người and lượt in columns of their own."""
    written = io.StringIO()
    sheet = csv.writer(written)
    heads = [f"{name} ({kind})" for name in _PAIRS for kind in ("người", "lượt")]
    shares = ["% dân số"] if report.has_shares else []
    code = _CODES.get(report.dimension, "Mã")
    sheet.writerow(
        [code, _capital(report.line_word), *heads, "Đạt ngay lần đầu (người)", *shares, "Ghi chú"]
    )
    for line in _all_lines(report):
        counts = [count for pair in _pairs(line) for count in pair]
        percent = [_percent(line)] if report.has_shares else []
        label, note = plain_cell(line.label), plain_cell(line.note)
        sheet.writerow([line.key, label, *counts, line.passed_at_once, *percent, note])
    sheet.writerow([])
    sheet.writerows([text] for text in (*heading(report), *definitions(report)))
    return BOM + written.getvalue()


def plain_cell(text: str) -> str:
    """A text that a spreadsheet shows and never runs: a resident may call themselves “=1+1”."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and text else text
