"""The Friday report as it stands on the staff page: the tables of paper and sheet, word for word."""

from dataclasses import dataclass

from bot.reports import _praise, friday
from bot.reports._cells import Table, capital
from bot.reports.friday_text import as_text
from handlers import _periods, _printed
from handlers._requests.report import ReportKept


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page draws: `tables` in their order, `text` as it can be copied into Zalo, a message each."""

    title: str
    days: str
    until: str
    marks: tuple[str, ...]
    tables: tuple[Table, ...]
    gaps: tuple[str, ...]
    late: tuple[str, ...]
    commended: str
    text: tuple[str, ...]


def shown(kept: ReportKept) -> Shown:
    """A report ready to be drawn."""
    figures = kept.figures
    tables = (
        friday.targets(figures),
        friday.process(figures),
        _praise.best(figures),
        friday.tasks(figures),
        friday.obstacles(figures),
        friday.tdps(figures),
        friday.units(figures),
        friday.lessons(figures),
        friday.course(figures),
        friday.definitions(figures),
    )
    return Shown(
        capital(friday.subject(figures)),
        capital(_periods.days(figures.period)),
        _printed.data_until(figures),
        friday.marks(kept),
        tuple(table for table in tables if table.rows),
        friday.gaps(figures),
        friday.late_tasks(figures),
        _praise.how_many_commended(figures),
        as_text(kept),
    )
