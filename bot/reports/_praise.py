"""Who did well: the best TDPs, and the people proposed for commendation, as they are printed."""

from collections.abc import Iterable, Sequence

from bot.reports._cells import Row, Table, capital, count, shares, words
from handlers import _printed
from handlers._indicators import FROM_16
from handlers._requests.praise import Commended, Naming
from handlers._requests.report import BestTdp, ReportFigures


def best(figures: ReportFigures) -> Table:
    """The TDPs that did best, and how they were chosen."""
    unit = figures.unit_word
    rows = [
        Row((words(one.name), *shares(one.core, one.adults)))
        if figures.is_best_by_share
        else Row((words(one.name), count(one.core)))
        for one in figures.best
    ]
    if figures.is_best_by_share:
        heads: tuple[str, ...] = (
            capital(unit),
            "Học đủ bài cốt lõi (người)",
            "Từ đủ 18 tuổi",
            "Tỷ lệ",
        )
        widths: tuple[int, ...] = (40, 22, 19, 19)
    else:
        heads, widths = (capital(unit), "Học đủ bài cốt lõi (người)"), (60, 40)
    return Table(f"{capital(unit)} làm tốt", heads, widths, tuple(rows), (why_best(figures),))


def why_best(figures: ReportFigures) -> str:
    """How the best TDPs were chosen."""
    unit = figures.unit_word
    if figures.is_best_by_share:
        return (
            f"Xếp theo tỷ lệ người học đủ bài cốt lõi trên số người từ đủ 18 tuổi, chỉ xét {unit} đã có số "
            f"người từ đủ 18 tuổi và có ít nhất 5 người học đủ. {FROM_16}"
        )
    return (
        f"Xếp theo số người học đủ bài cốt lõi vì chưa có số người từ đủ 18 tuổi của {unit}; chỉ xét {unit} "
        "có ít nhất 5 người học đủ."
    )


def best_sentence(one: BestTdp) -> str:
    """One of the best TDPs in running text."""
    if one.adults is None:
        return f"{one.name}: {_printed.number(one.core)} người"
    return f"{one.name}: {_printed.sentence(one.core, one.adults)}"


def how_many_commended(figures: ReportFigures) -> str:
    """How many people are proposed for commendation, and why they."""
    if not figures.commended:
        return "Trong kỳ chưa có cá nhân nào vừa học đủ bài cốt lõi vừa đồng ý được nêu tên biểu dương."
    return (
        f"Cá nhân đề nghị biểu dương: {_printed.number(len(figures.commended))} người học đủ bài cốt lõi "
        "trong kỳ và đồng ý được nêu tên."
    )


def commended(names: Sequence[Commended]) -> Iterable[str]:
    """Who is proposed for commendation, a line each."""
    for one in names:
        match one.naming:
            case Naming.NAMED:
                yield f"{one.name}, {one.tdp}" if one.tdp else one.name
            case Naming.NO_NAME:
                yield f"chưa ghi tên (người số {one.person})"
            case Naming.WITHDREW:
                yield "không đồng ý nêu tên"
            case Naming.ERASED:
                yield "đã xóa"
