"""`hocso report --period …`: make the Friday report of a period, or print one that was made, as files."""

from dataclasses import dataclass
from pathlib import Path

import typer

from bot.commands._bar import bar
from bot.commands._frame import WrongInput, administrator
from bot.config import Config
from bot.house import now, open_ward
from bot.reports.public import public_kept
from handlers import _periods
from handlers._requests.praise import Commended
from handlers._requests.report import (
    BadPeriod,
    MakeReport,
    NamesCommended,
    NoSuchReport,
    Period,
    PeriodFault,
    ReportKept,
    ReportOf,
)
from storage import perform
from storage._tx import Tx

FAULTS = {
    PeriodFault.REVERSED: "ngày đầu sau ngày cuối. Ghi ngày đầu trước",
    PeriodFault.NOT_YET: "chưa bắt đầu. Chọn kỳ khác",
    PeriodFault.TOO_LONG: "dài quá năm năm. Chọn kỳ ngắn hơn",
}
FORMS = "2026-11 (tháng), 2026-Q4 (quý), 2026-H2 (6 tháng), 2026 (năm), 2026-11-01..2026-11-20"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for: a period to count or a report to print, and where it goes."""

    period: str | None
    report: int | None
    docx: Path | None
    xlsx: Path | None
    has_text: bool
    is_public: bool = False  # small numbers put together, nobody named

    @property
    def is_any(self) -> bool:
        """Whether the Friday report was asked for at all."""
        return self.period is not None or self.has_text or bool(self.docx or self.xlsx)


async def hand_out(config: Config, wanted: Wanted) -> ReportKept:
    """Make or find the report, write its files, say what was done, and return it as it was frozen.

    Raises:
        WrongInput: there is no such period or report, or a file cannot be written.
    """
    period = None if wanted.period is None else _named(wanted.period)
    if period is None and wanted.report is None:
        raise WrongInput(f"Ghi --period KỲ để lập báo cáo, hoặc --report SỐ. Kỳ viết như {FORMS}.")
    async with open_ward(config) as ward:
        with bar("Đang đếm"):
            async with ward.database.transaction(now()) as tx:
                number = wanted.report if period is None else await _make(tx, period)
                assert number is not None  # one of the two was given
                kept = await _kept(tx, number)
                names = await _names(tx, kept) if wanted.docx and not wanted.is_public else None
    _write(config, wanted, public_kept(kept) if wanted.is_public else kept, names)
    state = "bản dự thảo" if kept.final_on is None else "đã chốt"
    title = _periods.full_title(kept.figures.period)
    typer.echo(f"Báo cáo số {kept.report}, {state}, {title}.", err=wanted.has_text)
    return kept


def _named(typed: str) -> Period:
    period = _periods.named(typed) or _periods.said(typed)
    if period is None:
        raise WrongInput(f"--period không nhận “{typed}”. Viết như {FORMS}.")
    return period


async def _make(tx: Tx, period: Period) -> int:
    made = await perform(tx, administrator(), MakeReport(period))
    if isinstance(made, BadPeriod):
        raise WrongInput(f"Kỳ {_periods.days(period)} {FAULTS[made.fault]}.")
    return made.report


async def _kept(tx: Tx, number: int) -> ReportKept:
    kept = await perform(tx, administrator(), ReportOf(number))
    if isinstance(kept, NoSuchReport):
        raise WrongInput(f"Không có báo cáo số {number}. Lập báo cáo mới bằng --period KỲ.")
    return kept


async def _names(tx: Tx, kept: ReportKept) -> tuple[Commended, ...] | None:
    found = await perform(tx, administrator(), NamesCommended(kept.report))
    return None if isinstance(found, NoSuchReport) else found


def _write(
    config: Config, wanted: Wanted, kept: ReportKept, names: tuple[Commended, ...] | None
) -> None:
    # What builds documents takes a quarter of a second to load: only this way of the command needs it.
    from bot.reports.friday_docx import as_docx  # noqa: PLC0415 - see above
    from bot.reports.friday_text import as_text  # noqa: PLC0415 - see above
    from bot.reports.friday_xlsx import as_xlsx  # noqa: PLC0415 - see above

    if wanted.docx is not None:
        _save(wanted.docx, as_docx(kept, config.report, names))
    if wanted.xlsx is not None:
        _save(wanted.xlsx, as_xlsx(kept))
    if wanted.has_text:
        typer.echo("\n\n-----\n\n".join(as_text(kept)))


def _save(file: Path, body: bytes) -> None:
    try:
        file.write_bytes(body)
    except OSError as error:
        raise WrongInput(
            f"Không ghi được {file} ({error.strerror}). Kiểm tra thư mục và quyền ghi."
        ) from None
