"""The Friday report as plain messages for Zalo: no tables, no marks, at most 2000 characters each."""

from collections.abc import Iterable, Iterator

from bot.reports import _praise, friday
from bot.reports._cells import capital
from handlers import _periods, _printed
from handlers._requests.report import ReportFigures, ReportKept

LONGEST = 2000
"""Characters of one message on Zalo."""


def as_text(kept: ReportKept) -> tuple[str, ...]:
    """The report as messages, in the order they are to be sent."""
    return tuple(_messages(_paragraphs(kept)))


def _paragraphs(kept: ReportKept) -> Iterator[str]:
    figures = kept.figures
    marks = f"{' – '.join(friday.marks(kept))}\n" if friday.marks(kept) else ""
    yield f"{marks}{friday.subject(figures)}, {figures.ward}\n({_periods.days(figures.period)})"
    for letter, title in _printed.TARGETS.items():
        yield "\n".join([f"{letter}) {title}", *_targets(figures, letter)])
    lines = (f"- {one.title}: {_printed.process_sentence(one)}" for one in figures.process)
    yield "\n".join(["Học tập và hỗ trợ người dân trong kỳ:", *lines])
    if figures.best:
        names = (f"- {_praise.best_sentence(one)}" for one in figures.best)
        yield "\n".join(
            [f"{capital(figures.unit_word)} làm tốt:", *names, _praise.why_best(figures)]
        )
    if late := friday.late_tasks(figures):
        yield "\n".join(["Nhiệm vụ chậm so với kế hoạch:", *(f"- {one}" for one in late)])
    public = (friday.PUBLIC_WAY,) if kept.is_public else ()
    yield "\n".join([*friday.gaps(figures), _printed.data_until(figures), *public])


def _targets(figures: ReportFigures, letter: str) -> Iterable[str]:
    for one in figures.indicators:
        if one.target == letter:
            yield f"- {one.code}. {one.title}: {_printed.sentence_of(one)}"


def _messages(paragraphs: Iterable[str]) -> Iterator[str]:
    """Paragraphs joined to as few messages as they fit in; one that is too long is cut at its lines."""
    message = ""
    for piece in (piece for paragraph in paragraphs for piece in _pieces(paragraph)):
        joined = f"{message}\n\n{piece}" if message else piece
        if len(joined) > LONGEST:
            yield message
            joined = piece
        message = joined
    if message:
        yield message


def _pieces(paragraph: str) -> Iterator[str]:
    piece = ""
    for line in paragraph.splitlines():
        for part in _parts(line):
            joined = f"{piece}\n{part}" if piece else part
            if len(joined) > LONGEST:
                yield piece
                joined = part
            piece = joined
    if piece:
        yield piece


def _parts(line: str) -> Iterator[str]:
    """A line in parts that fit, cut between words."""
    while len(line) > LONGEST:
        at = line.rfind(" ", 1, LONGEST)
        at = at if at > 0 else LONGEST
        yield line[:at]
        line = line[at:].strip()
    yield line
