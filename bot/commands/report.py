"""`hocso report`: who learnt what, per TDP, lesson or person."""

import asyncio
from enum import Enum
from typing import Annotated

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
from bot.config import Config
from bot.house import now, open_ward
from bot.reports.figures import Report, as_csv, as_json, columns, definitions, heading, rows
from handlers._requests.figures import Dimension, FiguresBy
from storage import perform

WIDE = 240
"""Columns of a table that goes into a file or a pipe, where no terminal says how wide it is."""


class Form(Enum):
    """How a report is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


By = Annotated[
    str,
    typer.Option("--by", metavar="tdp|lesson|person", help="Mỗi dòng là một tổ, bài hay người."),
]
Shape = Annotated[
    str,
    typer.Option(
        "--format", metavar="table|json|csv", help="Bảng để đọc, JSON, hay CSV cho Excel."
    ),
]
Since = Annotated[str | None, typer.Option("--from", metavar="NGÀY", help="Từ ngày này.")]
Until = Annotated[str | None, typer.Option("--to", metavar="NGÀY", help="Đến hết ngày này.")]


def report(
    context: typer.Context,
    *,
    by: By = "tdp",
    form: Shape = "table",
    since: Since = None,
    until: Until = None,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """In kết quả học theo tổ dân phố, bài học hay từng người."""
    wanted = FiguresBy(
        one_of("--by", by, Dimension), local_day("--from", since), local_day("--to", until)
    )
    if wanted.since and wanted.until and wanted.since > wanted.until:
        raise WrongInput(f"--from {since} sau --to {until}. Ghi ngày đầu trước ngày cuối.")
    shape = one_of("--format", form, Form)
    found = asyncio.run(_count(configured(context, config, data), wanted))
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
        return Report(
            config.ward.name,
            config.ward.unit_word,
            wanted.dimension,
            wanted.since,
            wanted.until,
            at.astimezone(ward.house.timezone),
            figures,
        )


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
