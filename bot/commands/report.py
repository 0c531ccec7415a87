"""`hocso report`: who learnt what, per TDP, lesson, unit or person; and what a frozen report hands on.

hocso report --by tdp                          figures as they stand now
hocso report --by tdp --public                 the same, with small numbers put together
hocso report --period 2026-11 --docx bc.docx   the Friday report of a period, frozen and printed
hocso report --exchange 05899.json             indicators of the latest frozen report, for the office above
"""

import asyncio
from dataclasses import replace
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.commands._bar import bar
from bot.commands._frame import (
    ConfigFile,
    DataFolder,
    WrongInput,
    administrator,
    configured,
    local_day,
    one_of,
)
from bot.commands._friday import Wanted, hand_out
from bot.config import Config
from bot.house import now, open_ward
from bot.reports.exchange import as_text, exchange_of
from bot.reports.figures import Report, as_csv, as_json, columns, definitions, heading, rows
from bot.reports.public import public_figures
from handlers._requests.figures import Dimension, FiguresBy
from handlers._requests.report import NoSuchReport, ReportKept, ReportList, ReportOf
from storage import audit, perform
from storage._tx import Tx

WIDE = 240
"""Columns of a table that goes into a file or a pipe, where no terminal says how wide it is."""


class Form(Enum):
    """How a report is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


By = Annotated[
    str,
    typer.Option(
        "--by", metavar="tdp|lesson|unit|person", help="Mỗi dòng là một tổ, bài, đơn vị hay người."
    ),
]
Shape = Annotated[
    str,
    typer.Option(
        "--format", metavar="table|json|csv", help="Bảng để đọc, JSON, hay CSV cho Excel."
    ),
]
Since = Annotated[str | None, typer.Option("--from", metavar="NGÀY", help="Từ ngày này.")]
Until = Annotated[str | None, typer.Option("--to", metavar="NGÀY", help="Đến hết ngày này.")]
Public = Annotated[
    bool,
    typer.Option("--public", help="Bản công khai: gộp các dòng có số từ 1 đến 4."),
]
ToFile = Annotated[
    Path | None,
    typer.Option(
        "--exchange", metavar="TỆP", help="Ghi chỉ tiêu của báo cáo đã lập vào tệp gửi cấp trên."
    ),
]
Number = Annotated[
    int | None,
    typer.Option("--report", metavar="SỐ", help="Số của báo cáo; không ghi thì lấy bản mới nhất."),
]

ToCount = Annotated[
    str | None,
    typer.Option("--period", metavar="KỲ", help="Lập báo cáo của kỳ này, ví dụ 2026-11, 2026-Q4."),
]
ToPaper = Annotated[
    Path | None, typer.Option("--docx", metavar="TỆP", help="Ghi báo cáo theo mẫu cơ quan (Word).")
]
ToSheet = Annotated[
    Path | None, typer.Option("--xlsx", metavar="TỆP", help="Ghi phụ lục số liệu (Excel).")
]
AsText = Annotated[bool, typer.Option("--text", help="In báo cáo thành tin nhắn để gửi qua Zalo.")]


def report(
    context: typer.Context,
    *,
    by: By = "tdp",
    form: Shape = "table",
    since: Since = None,
    until: Until = None,
    is_public: Public = False,
    exchange: ToFile = None,
    number: Number = None,
    period: ToCount = None,
    docx: ToPaper = None,
    xlsx: ToSheet = None,
    has_text: AsText = False,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """In kết quả học theo tổ dân phố, bài học, đơn vị hay từng người."""
    wanted = FiguresBy(
        one_of("--by", by, Dimension), local_day("--from", since), local_day("--to", until)
    )
    if wanted.since and wanted.until and wanted.since > wanted.until:
        raise WrongInput(f"--from {since} sau --to {until}. Ghi ngày đầu trước ngày cuối.")
    if is_public and wanted.dimension is Dimension.PERSON:
        raise WrongInput("--public không in danh sách người. Chọn --by tdp, lesson hoặc unit.")
    shape = one_of("--format", form, Form)
    chosen = configured(context, config, data)
    friday = Wanted(period, number, docx, xlsx, has_text, is_public)
    if friday.is_any or number is not None or exchange is not None:
        days = wanted.since, wanted.until
        kept = asyncio.run(
            _kept(chosen, number, days)
            if exchange is not None and not friday.is_any
            else hand_out(chosen, friday)
        )
        if exchange is not None:
            _hand_on(kept, exchange, ZoneInfo(chosen.ward.timezone), err=has_text)
        return
    found = asyncio.run(_count(chosen, wanted))
    if is_public:
        found = replace(found, figures=public_figures(found.figures), is_public=True)
    match shape:
        case Form.JSON:
            typer.echo(as_json(found))
        case Form.CSV:
            typer.echo(as_csv(found), nl=False)
        case Form.TABLE:
            _print(found)


async def _count(config: Config, wanted: FiguresBy) -> Report:
    async with open_ward(config) as ward:
        at = now()
        with bar("Đang đếm"):
            async with ward.database.reading(at) as tx:
                figures = await perform(tx, administrator(), wanted)
        if wanted.dimension is Dimension.PERSON and figures.lines:
            async with ward.database.transaction(at) as tx:
                seen = {"rows": len(figures.lines)}
                await audit.append(tx, administrator(), "names_seen", "figures", seen)
        return Report(
            config.ward.name,
            config.ward.unit_word,
            wanted.dimension,
            wanted.since,
            wanted.until,
            at.astimezone(ward.house.timezone),
            figures,
            is_sample=ward.house.is_sample,
        )


async def _kept(
    config: Config, number: int | None, days: tuple[date | None, date | None]
) -> ReportKept:
    """One frozen report: this one, or the newest of these days."""
    async with open_ward(config) as ward, ward.database.reading(now()) as tx:
        kept = await perform(tx, administrator(), ReportOf(number or await _latest(tx, days)))
    if isinstance(kept, NoSuchReport):
        raise WrongInput(f"Không có báo cáo số {kept.report}. Bỏ --report để lấy bản mới nhất.")
    return kept


def _hand_on(kept: ReportKept, file: Path, timezone: ZoneInfo, *, err: bool) -> None:
    """Write the indicators of a frozen report, and say so."""
    made_at = now().astimezone(timezone).replace(microsecond=0)
    try:
        file.write_bytes(as_text(exchange_of(kept.figures, made_at)).encode())
    except OSError as error:
        raise WrongInput(f"Không ghi được {file} ({error.strerror}).") from None
    state = "đã chốt" if kept.final_on is not None else "còn là dự thảo"
    period = kept.figures.period
    typer.echo(
        f"Đã ghi {file}: báo cáo số {kept.report}, {state}, kỳ {period.since:%d/%m/%Y}–"
        f"{period.until:%d/%m/%Y}. Trong tệp không có thông tin của người nào.",
        err=err,
    )


async def _latest(tx: Tx, days: tuple[date | None, date | None]) -> int:
    """The newest report of these days, a final one before a draft."""
    since, until = days
    reports = [
        one
        for one in await perform(tx, administrator(), ReportList())
        if since in {None, one.period.since} and until in {None, one.period.until}
    ]
    if not reports:
        raise WrongInput(
            "Chưa có báo cáo nào của kỳ này. Lập trên trang cán bộ, mục Báo cáo, rồi làm lại lệnh này."
        )
    return next((one for one in reports if one.is_final), reports[0]).report


def _print(found: Report) -> None:
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=WIDE)
    for line in heading(found):
        console.print(line)
    table = Table()
    for name in columns(found):
        table.add_column(
            Text(name.replace(" (", "\n(")), justify="right" if "(" in name else "left"
        )
    *lines, total = rows(found)
    for row in lines:
        table.add_row(*map(Text, row))
    table.add_section()
    table.add_row(*map(Text, total))
    console.print(table)
    for text in definitions(found):
        console.print(text, soft_wrap=True)
