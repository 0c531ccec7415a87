"""What the Friday report says, table by table. Pure: the same words and numbers for paper, sheet and page."""

from bot.reports._cells import Cell, Row, Table, capital, count, shares, words
from handlers import _periods, _printed
from handlers._indicators import FROM_16, ON_THE_SYSTEM
from handlers._printed import UNKNOWN
from handlers._requests.report import (
    Indicator,
    Learning,
    LessonLine,
    Measure,
    Period,
    Process,
    ReportFigures,
    ReportKept,
    TaskLine,
    TaskState,
    TdpLine,
    UnitLine,
)
from storage.slots import around, first_day, last_day, slots_of

DRAFT = "DỰ THẢO"
SAMPLE = "DỮ LIỆU MẪU"
PUBLIC = "BẢN CÔNG KHAI"
PUBLIC_WAY = (
    "Bản công khai: nơi nào, đơn vị nào, bài nào có số từ 1 đến 4 thì gộp với dòng khác hoặc không in, "
    "không xếp hạng riêng; không nêu tên ai. Số chung của toàn địa bàn giữ nguyên."
)
"""What is different in a report that everybody may read."""
ON_SYSTEM = f"Nguồn: {ON_THE_SYSTEM}."
OF_PLAN = "Nguồn: kế hoạch của phường, do cán bộ cập nhật."
MOVEMENT = "thực hiện phong trào “Bình dân học vụ số”"


# ---------------------------------------------------------------- heads and titles


def subject(figures: ReportFigures) -> str:
    """What the report is about: “Kết quả thực hiện phong trào … tháng 11 năm 2026”."""
    return f"Kết quả {MOVEMENT} {_periods.title(figures.period)}"


def marks(kept: ReportKept) -> tuple[str, ...]:
    """What must stand on every page: that it is a draft, of made-up people, for everybody."""
    draft = (DRAFT,) if kept.final_on is None else ()
    sample = (SAMPLE,) if kept.figures.is_sample else ()
    public = (PUBLIC,) if kept.is_public else ()
    return draft + sample + public


# ---------------------------------------------------------------- the five targets


def targets(figures: ReportFigures) -> Table:
    """The five targets a–đ, each indicator with both its numbers and where they come from."""
    rows: list[Row] = []
    for letter, title in _printed.TARGETS.items():
        rows.append(Row((words(f"{letter}) {title}"),), heading=True))
        rows += [_target(one) for one in figures.indicators if one.target == letter]
    return Table(
        "Kết quả theo 5 chỉ tiêu",
        ("Chỉ tiêu", "Kết quả", "Tổng số", "Tỷ lệ", "Nguồn, ngày số liệu"),
        (34, 13, 13, 14, 26),
        tuple(rows),
        (_printed.data_until(figures), *remarks(figures)),
    )


def _target(one: Indicator) -> Row:
    if one.measure is Measure.COUNT:
        cells = (count(one.numerator), words("–"), words("–"))
    else:
        cells = shares(one.numerator, one.denominator)
    return Row((words(f"{one.code}. {one.title}"), *cells, words(_printed.source_of(one))))


def remarks(figures: ReportFigures) -> tuple[str, ...]:
    """What must be known about each indicator, once where several share it."""
    said: dict[str, list[str]] = {}
    for one in figures.indicators:
        for remark in (one.caveat, one.note):
            if remark:
                said.setdefault(remark, []).append(one.code)
    return tuple(f"{', '.join(codes)}: {remark}" for remark, codes in said.items())


def definitions(figures: ReportFigures) -> Table:
    """How every indicator is counted."""
    rows = [
        Row((words(one.code), words(one.title), words(one.definition), words(one.caveat)))
        for one in figures.indicators
    ]
    return Table(
        "Cách tính",
        ("Mã", "Chỉ tiêu", "Cách tính", "Lưu ý"),
        (6, 26, 40, 28),
        tuple(rows),
        (*GENERAL, f"Mã cách tính: {figures.definitions}."),
    )


GENERAL = (
    (
        "Người: người khác nhau đã được xác nhận là có thật; mỗi người chỉ tính một lần ở mỗi dòng "
        "và ở dòng tổng, nên tổng có thể nhỏ hơn các dòng cộng lại."
    ),
    "Lượt: mỗi lần việc đó xảy ra, tính cả người chưa xác nhận và người không lưu kết quả.",
    "Trong kỳ: từ ngày đầu đến ngày cuối của kỳ. Lũy kế: từ khi bắt đầu đến hết kỳ.",
    f"Chỗ nào chưa có người cung cấp số thì ghi “{UNKNOWN}”, không ghi 0 hay 0%.",
)
"""What every figure of the report goes by."""


# ---------------------------------------------------------------- the work


def process(figures: ReportFigures) -> Table:
    """The figures of the work itself, within the period and so far."""
    rows = [Row((words(one.title), *_work(one))) for one in figures.process]
    heads = (
        "Nội dung",
        "Trong kỳ (người)",
        "Trong kỳ (lượt)",
        "Lũy kế (người)",
        "Lũy kế (lượt)",
    )
    return Table(
        "Kết quả học tập và hỗ trợ", heads, (36, 16, 16, 16, 16), tuple(rows), (ON_SYSTEM,)
    )


def _work(one: Process) -> tuple[Cell, ...]:
    """The four numbers of a line; what is not counted in this way is a dash, once anything is counted."""
    numbers = (one.people, one.visits, one.people_so_far, one.visits_so_far)
    if all(value is None for value in numbers):
        return tuple(map(count, numbers))
    return tuple(words("–") if value is None else count(value) for value in numbers)


def obstacles(figures: ReportFigures) -> Table:
    """The questions that most people got wrong."""
    rows = [
        Row(
            (
                words(one.title),
                words(f"Câu {one.question}. {one.text}"),
                *shares(one.right, one.answered),
            )
        )
        for one in figures.obstacles
    ]
    heads = (
        "Bài",
        "Câu hỏi nhiều người trả lời sai",
        "Đúng (lượt)",
        "Trả lời (lượt)",
        "Tỷ lệ đúng",
    )
    notes = (ON_SYSTEM, *_whole_halves(figures.period))
    return Table(
        "Nội dung người dân còn vướng mắc", heads, (26, 38, 12, 12, 12), tuple(rows), notes
    )


def _whole_halves(period: Period) -> tuple[str, ...]:
    """From when until when answers are counted, where the period cuts a half month in two."""
    if slots_of(period.since, period.until) is not None:
        return ()
    first, last = around(period.since, period.until)
    since, until = _printed.day(first_day(first)), _printed.day(last_day(last))
    return (f"Câu trả lời đếm theo nửa tháng: từ {since} đến {until}.",)


# ---------------------------------------------------------------- tasks


def tasks(figures: ReportFigures) -> Table:
    """The ward's plan, task by task, late ones told apart."""
    return Table(
        "Tiến độ nhiệm vụ theo kế hoạch",
        ("Mã", "Nội dung", "Chủ trì", "Phối hợp", "Thời hạn", "Kết quả", "Tình trạng"),
        (6, 24, 13, 13, 15, 16, 13),
        tuple(map(_task, figures.tasks)),
        (OF_PLAN,),
    )


def _task(one: TaskLine) -> Row:
    due = _printed.day(one.due_on) if one.due_on else "thường xuyên"
    cells = [words(text) for text in (one.code, one.content, one.lead, one.together, due)]
    is_late = one.state is TaskState.LATE
    return Row((*cells, words(_came_of(one)), Cell(_printed.task_state(one), is_wrong=is_late)))


def _came_of(one: TaskLine) -> str:
    """What came of a task and when; of one that is not done, or of which nothing was said, what is expected."""
    if one.done_on is None:
        return one.expected
    came = one.done_note or one.expected
    return ", ".join(part for part in (came, f"ngày {_printed.day(one.done_on)}") if part)


def late_tasks(figures: ReportFigures) -> tuple[str, ...]:
    """A sentence for every task that is late, the latest first."""
    late = [one for one in figures.tasks if one.state is TaskState.LATE]
    late.sort(key=lambda one: -one.days_late)
    return tuple(
        f"{one.code} {one.content} (chủ trì: {one.lead or 'chưa ghi'}): {_printed.task_state(one)}"
        for one in late
    )


# ---------------------------------------------------------------- per TDP, unit, lesson


def tdps(figures: ReportFigures) -> Table:
    """Every TDP: who lives there, who takes part, what was learnt."""
    heads = (
        capital(figures.unit_word),
        "Từ đủ 18 tuổi",
        "Tham gia, lũy kế (người)",
        "Tỷ lệ tham gia",
        "Đăng ký mới (người)",
        "Học xong trong kỳ (người)",
        "Học xong trong kỳ (lượt)",
        "Đạt trong kỳ (lượt)",
        "Học đủ bài cốt lõi, lũy kế (người)",
        "Tỷ lệ học đủ",
    )
    adults = next((one.denominator for one in figures.indicators if one.code == "C1"), None)
    name = f"Cả {figures.ward}" if figures.ward else "Tổng"
    total = _tdp(name, shares_of_adults(figures.total_so_far, adults), figures.total_in_period)
    rows = [*map(_tdp_line, figures.tdps), Row(total, total=True)]
    sources = dict.fromkeys(_printed.stated_from(one.adults) for one in figures.tdps if one.adults)
    notes = [ON_SYSTEM, *(f"Nguồn số người từ đủ 18 tuổi: {one}." for one in sources), FROM_16]
    return Table(
        f"Số liệu theo {figures.unit_word}",
        heads,
        (22, 8, 9, 9, 8, 9, 9, 8, 9, 9),
        tuple(rows),
        tuple(notes),
    )


def shares_of_adults(so_far: Learning, adults: int | None) -> tuple[Cell, ...]:
    """Adults, who takes part and their share, who passed all core lessons and their share."""
    reached, all_adults, reached_share = shares(so_far.reached, adults)
    core, _, core_share = shares(so_far.core, adults)
    return (all_adults, reached, reached_share, core, core_share)


def _tdp_line(line: TdpLine) -> Row:
    found = shares_of_adults(line.so_far, line.adults.value if line.adults else None)
    if line.id is None:  # nobody lives there, so it is no share of anybody
        dash = words("–")
        found = (dash, found[1], dash, found[3], dash)
    return Row(_tdp(line.name, found, line.in_period))


def _tdp(name: str, found: tuple[Cell, ...], now: Learning) -> tuple[Cell, ...]:
    adults, reached, reached_share, core, core_share = found
    return (
        words(name),
        adults,
        reached,
        reached_share,
        count(now.registered),
        count(now.completed),
        count(now.completed_visits),
        count(now.passed_visits),
        core,
        core_share,
    )


def units(figures: ReportFigures) -> Table:
    """Every cơ quan, trường, doanh nghiệp … with its own numbers, by kind."""
    rows: list[Row] = []
    for kind_name in dict.fromkeys(one.kind_name for one in figures.units):
        rows.append(Row((words(kind_name),), heading=True))
        rows += [_unit(one) for one in figures.units if one.kind_name == kind_name]
    heads = ("Đơn vị", "Đã được học", "Tổng số", "Tỷ lệ", "Nguồn, ngày số liệu")
    return Table("Số liệu theo đơn vị", heads, (34, 13, 13, 14, 26), tuple(rows))


def _unit(one: UnitLine) -> Row:
    taught = one.taught.value if one.taught else None
    total = one.total.value if one.total else None
    sources = dict.fromkeys(filter(None, map(_printed.stated_from, (one.taught, one.total))))
    return Row((words(one.name), *shares(taught, total), words("; ".join(sources))))


def lessons(figures: ReportFigures) -> Table:
    """Every lesson: how many took, finished and passed it."""
    heads = (
        "Bài",
        "Bắt đầu trong kỳ (lượt)",
        "Học xong trong kỳ (người)",
        "Học xong trong kỳ (lượt)",
        "Đạt trong kỳ (người)",
        "Đạt trong kỳ (lượt)",
        "Học xong lũy kế (người)",
        "Đạt lũy kế (người)",
    )
    return Table(
        "Số liệu theo bài học",
        heads,
        (30, 10, 10, 10, 10, 10, 10, 10),
        tuple(map(_lesson, figures.lessons)),
        (ON_SYSTEM,),
    )


def _lesson(one: LessonLine) -> Row:
    now, so_far = one.in_period, one.so_far
    numbers = (
        now.started_visits,
        now.completed,
        now.completed_visits,
        now.passed,
        now.passed_visits,
        so_far.completed,
        so_far.passed,
    )
    return Row((words(one.title), *map(count, numbers)))


def course(figures: ReportFigures) -> Table:
    """How far the ward had come, month by month."""
    rows = [
        Row(
            (
                words(_printed.day(one.until)),
                count(one.registered),
                count(one.core),
                count(one.passed_visits),
            )
        )
        for one in figures.course
    ]
    heads = ("Đến ngày", "Đăng ký (người)", "Học đủ bài cốt lõi (người)", "Đạt (lượt)")
    return Table("Lũy kế qua các tháng", heads, (25, 25, 25, 25), tuple(rows), (ON_SYSTEM,))


# ---------------------------------------------------------------- what is missing


def gaps(figures: ReportFigures) -> tuple[str, ...]:
    """The indicators that cannot be told yet, and those that are surely wrong."""
    wrong = [one.code for one in figures.indicators if _printed.share_of(one).is_wrong]
    missing = [one.code for one in figures.indicators if not _printed.is_known(one)]
    unknown = [code for code in missing if code not in wrong]
    said = [f"Chưa có số liệu của chỉ tiêu: {', '.join(unknown)}."] if unknown else []
    said += (
        [f"Số liệu cần kiểm tra lại (kết quả lớn hơn tổng số): {', '.join(wrong)}."]
        if wrong
        else []
    )
    return tuple(said)
