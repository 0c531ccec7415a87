"""The Friday report as a document that văn thư can take over: the office's form, everything still to be edited.

Pure: the same bytes for the same frozen report, form and names. “Số: …/…” is left blank, as văn thư gives it.
Where staff have to write themselves there is a line in grey brackets.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from docx.document import Document as Paper
from docx.shared import Mm, Pt
from docx.table import _Cell

from bot._sections import Report as Form
from bot.reports import _praise, friday
from bot.reports._cells import Cell, Table, capital, words
from bot.reports._paper import (
    LONG_TEXT_MM,
    NOTE_PT,
    TABLE_PT,
    TEXT_MM,
    Align,
    as_bytes,
    grid,
    head_pages,
    line,
    long_page,
    new_paper,
    repeat_head,
    rule_below,
    write,
)
from handlers import _periods, _printed
from handlers._requests.praise import Commended
from handlers._requests.report import ReportFigures, ReportKept, TaskState

INDENT_MM = 12.7
STATE, FREEDOM = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
LEFT_SIDE_MM = 68
RIGHT_SIDE_MM = TEXT_MM - LEFT_SIDE_MM
SEAL_LINES = 4
ROMAN = ("I", "II", "III")
"""How annexes are numbered."""
MANY_COLUMNS = 6
"""A table with more of them has smaller letters."""
TWO_DIGITS_BELOW = 3
"""Months 1 and 2 are written with two digits, as days below 10 are; 3 to 9 are not."""


def as_docx(kept: ReportKept, form: Form, names: Sequence[Commended] | None) -> bytes:
    """The report as a .docx file. `names` None: who prints it may not see them, so none are printed."""
    figures = kept.figures
    paper = new_paper(capital(friday.subject(figures)), figures.cut_off)
    head_pages(paper.sections[0], friday.marks(kept))
    _heading(paper, form, figures.cut_off.date())
    _title(paper, figures, form)
    _basis(paper)
    _steering(paper)
    _targets(paper, figures)
    _work(paper, kept, names)
    _shortcomings(paper, figures)
    _next(paper, figures)
    _proposals(paper)
    _say(paper, f"Trên đây là báo cáo {_subject(figures)}./.")
    _signing(paper, form)
    _annexes(paper, figures, form)
    return as_bytes(paper)


# ---------------------------------------------------------------- above the text


def _heading(paper: Paper, form: Form, day: date) -> None:
    left, right = grid(paper, 1, (LEFT_SIDE_MM, RIGHT_SIDE_MM), lined=False).rows[0].cells
    line(left, form.agency_above, align=Align.CENTRE, size=12)
    line(left, form.agency, align=Align.CENTRE, bold=True, size=12)
    rule_below(left, LEFT_SIDE_MM * 0.4, LEFT_SIDE_MM - 4)
    line(left, f"Số:          /{form.symbol}", align=Align.CENTRE, size=13, before=6)
    line(right, STATE, align=Align.CENTRE, bold=True, size=12)
    line(right, FREEDOM, align=Align.CENTRE, bold=True, size=13)
    rule_below(right, 54, RIGHT_SIDE_MM - 4)
    line(
        right, f"{form.place}, {long_day(day)}", align=Align.CENTRE, italic=True, size=13, before=6
    )


def long_day(day: date) -> str:
    """A day as papers have it: “ngày 05 tháng 12 năm 2026”, “ngày 15 tháng 02 năm 2026”."""
    month = f"{day.month:02}" if day.month < TWO_DIGITS_BELOW else f"{day.month}"
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def _title(paper: Paper, figures: ReportFigures, form: Form) -> None:
    line(paper, "BÁO CÁO", align=Align.CENTRE, bold=True, before=18)
    line(paper, friday.subject(figures), align=Align.CENTRE, bold=True)
    between = _periods.days(figures.period)
    if between not in friday.subject(figures):
        line(paper, f"(Số liệu {between})", align=Align.CENTRE, bold=True)
    rule_below(paper, 50, TEXT_MM)
    if len(form.addressees) == 1:
        line(paper, f"Kính gửi: {form.addressees[0]}.", align=Align.CENTRE, before=12, after=6)
        return
    if form.addressees:
        line(paper, "Kính gửi:", before=12).paragraph_format.left_indent = Mm(35)
    for place, addressee in enumerate(form.addressees, start=1):
        end = "." if place == len(form.addressees) else ";"
        line(paper, f"- {addressee}{end}").paragraph_format.left_indent = Mm(57)


# ---------------------------------------------------------------- the six parts


def _part(paper: Paper, title: str) -> None:
    line(
        paper, title, bold=True, before=12, after=6, indent_mm=INDENT_MM
    ).paragraph_format.keep_with_next = True


def _sub(paper: Paper, title: str) -> None:
    line(
        paper, title, bold=True, italic=True, before=6, after=6, indent_mm=INDENT_MM
    ).paragraph_format.keep_with_next = True


def _say(paper: Paper, *sentences: str) -> None:
    for sentence in sentences:
        line(paper, sentence, align=Align.BOTH, after=6, indent_mm=INDENT_MM)


def _to_write(paper: Paper, what: str) -> None:
    """A place where staff write themselves."""
    paragraph = line(paper, align=Align.BOTH, after=6, indent_mm=INDENT_MM)
    write(paragraph, f"[{what}]", italic=True, grey=True)


def _subject(figures: ReportFigures) -> str:
    """What the report is about, within a sentence."""
    subject = friday.subject(figures)
    return subject[:1].lower() + subject[1:]


def _basis(paper: Paper) -> None:
    _to_write(paper, "Cán bộ viết: báo cáo theo kế hoạch, văn bản nào.")


def _steering(paper: Paper) -> None:
    _part(paper, "I. CÔNG TÁC CHỈ ĐẠO, TRIỂN KHAI")
    _to_write(
        paper, "Cán bộ viết: văn bản đã ban hành, hội nghị, lớp học, việc tuyên truyền trong kỳ."
    )


def _targets(paper: Paper, figures: ReportFigures) -> None:
    _part(paper, "II. KẾT QUẢ THEO 5 CHỈ TIÊU")
    _table(paper, friday.targets(figures), TEXT_MM, figures)
    _say(
        paper,
        f"Số liệu theo {figures.unit_word}, theo đơn vị và cách tính: xem các phụ lục kèm theo.",
    )


def _work(paper: Paper, kept: ReportKept, names: Sequence[Commended] | None) -> None:
    figures = kept.figures
    _part(paper, "III. KẾT QUẢ THỰC HIỆN NHIỆM VỤ")
    _sub(paper, "1. Học tập và hỗ trợ người dân")
    _table(paper, friday.process(figures), TEXT_MM, figures)
    _sub(paper, "2. Tiến độ nhiệm vụ theo kế hoạch")
    if figures.tasks:
        _table(paper, friday.tasks(figures), TEXT_MM, figures)
    else:
        _to_write(paper, "Chưa có danh mục nhiệm vụ của kế hoạch trong hệ thống.")
    _sub(paper, f"3. {capital(figures.unit_word)} làm tốt, cá nhân đề nghị biểu dương")
    _did_well(paper, kept, names)


def _did_well(paper: Paper, kept: ReportKept, names: Sequence[Commended] | None) -> None:
    figures = kept.figures
    if figures.best:
        _say(
            paper,
            *(f"- {_praise.best_sentence(one)}." for one in figures.best),
            _praise.why_best(figures),
        )
    elif not kept.is_public:
        _say(paper, f"Chưa có {figures.unit_word} nào có từ 5 người học đủ bài cốt lõi.")
    _say(paper, friday.PUBLIC_WAY if kept.is_public else _praise.how_many_commended(figures))
    if names:
        _say(
            paper,
            *(f"{place}. {one}." for place, one in enumerate(_praise.commended(names), start=1)),
        )


def _shortcomings(paper: Paper, figures: ReportFigures) -> None:
    _part(paper, "IV. TỒN TẠI, HẠN CHẾ VÀ NGUYÊN NHÂN")
    if late := friday.late_tasks(figures):
        _say(paper, f"Nhiệm vụ chậm so với kế hoạch: {_printed.number(len(late))}.")
        _say(paper, *(f"- {one}." for one in late))
    _say(paper, *friday.gaps(figures))
    if figures.obstacles:
        _say(paper, "Nội dung người dân còn vướng mắc nhất:")
        paper.paragraphs[-1].paragraph_format.keep_with_next = True
        _table(paper, friday.obstacles(figures), TEXT_MM, figures)
    _to_write(paper, "Cán bộ viết thêm tồn tại, hạn chế khác và nguyên nhân.")


def _next(paper: Paper, figures: ReportFigures) -> None:
    _part(paper, "V. NHIỆM VỤ KỲ TỚI")
    waiting = [one for one in figures.tasks if one.state in (TaskState.OPEN, TaskState.LATE)]
    for one in waiting:
        is_late = ", đã quá hạn" if one.state is TaskState.LATE else ""
        due = f", hạn {_printed.day(one.due_on)}{is_late}" if one.due_on else ""
        lead = f" (chủ trì: {one.lead}{due})" if one.lead else due
        _say(paper, f"- {one.content}{lead}.")
    _to_write(paper, "Cán bộ viết thêm nhiệm vụ trọng tâm kỳ tới.")


def _proposals(paper: Paper) -> None:
    _part(paper, "VI. KIẾN NGHỊ, ĐỀ XUẤT")
    _to_write(paper, "Cán bộ viết kiến nghị, đề xuất; không có thì ghi “Không”.")


# ---------------------------------------------------------------- below the text


def _signing(paper: Paper, form: Form) -> None:
    line(paper)
    left, right = grid(paper, 1, (LEFT_SIDE_MM, RIGHT_SIDE_MM), lined=False).rows[0].cells
    line(left, "Nơi nhận:", bold=True, italic=True, size=12)
    for place, recipient in enumerate(form.recipients, start=1):
        end = "." if place == len(form.recipients) else ";"
        line(left, f"- {recipient}{end}", size=NOTE_PT)
    for title in form.signer_title.splitlines():
        line(right, title.strip(), align=Align.CENTRE, bold=True)
    for _ in range(SEAL_LINES):
        line(right, align=Align.CENTRE)
    line(right, form.signer_name, align=Align.CENTRE, bold=True)


def _annexes(paper: Paper, figures: ReportFigures, form: Form) -> None:
    annexes = [friday.tdps(figures), friday.units(figures), friday.definitions(figures)]
    for number, table in enumerate((one for one in annexes if one.rows), start=1):
        if number == 1:
            long_page(paper)
        head = line(paper, f"Phụ lục {ROMAN[number - 1]}", align=Align.CENTRE, bold=True)
        head.paragraph_format.page_break_before = number > 1
        line(paper, table.title.upper(), align=Align.CENTRE, bold=True)
        line(
            paper,
            f"(Kèm theo Báo cáo số          /{form.symbol} ngày      tháng      năm      )",
            align=Align.CENTRE,
            italic=True,
            after=6,
        )
        _table(paper, table, LONG_TEXT_MM, figures)


# ---------------------------------------------------------------- tables


def _table(paper: Paper, table: Table, whole_mm: float, figures: ReportFigures) -> None:
    """A table of the report with its remarks below, and when its numbers were read."""
    parts = sum(table.widths)
    widths = [whole_mm * part / parts for part in table.widths]
    made = grid(paper, 1 + len(table.rows), widths)
    size = TABLE_PT if len(widths) <= MANY_COLUMNS else NOTE_PT
    _fill(made.rows[0].cells, map(words, table.heads), size, is_head=True)
    for row, said in zip(made.rows[1:], table.rows, strict=True):
        cells = row.cells
        if said.heading:
            cells[0].merge(cells[-1])
        _fill(
            cells[: len(said.cells)], said.cells, size, is_bold=said.total, is_heading=said.heading
        )
    repeat_head(made)
    for note in dict.fromkeys((*table.notes, _printed.data_until(figures))):
        line(paper, note, align=Align.BOTH, italic=True, size=NOTE_PT, before=2)
    line(paper).paragraph_format.line_spacing = Pt(8)


def _fill(
    cells: Sequence[_Cell],
    said: Iterable[Cell],
    size: float,
    *,
    is_head: bool = False,
    is_heading: bool = False,
    is_bold: bool = False,
) -> None:
    """Fill the cells of a row; a heading within the table stays with the row below it."""
    for cell, one in zip(cells, said, strict=True):
        align = Align.CENTRE if is_head else Align.RIGHT if one.is_number else Align.LEFT
        bold = is_head or is_heading or is_bold or one.is_wrong
        paragraph = line(cell, one.text, align=align, bold=bold, size=size)
        paragraph.paragraph_format.keep_with_next = is_heading
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1)
