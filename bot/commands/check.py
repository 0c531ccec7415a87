"""`hocso check`: may the chatbot go out as it is? Reads config, content and database; sends nothing.

With --go-live: what is missing until public channels open, one line each; exit code 1 while any is.
"""

import asyncio
import sys
from collections.abc import Sequence
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.commands._frame import ConfigFile, DataFolder, administrator, configured
from bot.config import Config
from bot.doors import can_keep_copies, missing
from bot.facts import gather
from bot.findings import Stored, findings, read_stored
from bot.health import Check, Level, checks
from bot.house import now, open_ward, read_tdps, used_phrases
from lessons import Content, Problem, examine
from storage import doors
from storage.doors import Parts

GoLive = Annotated[
    bool, typer.Option("--go-live", help="Chỉ nói còn thiếu gì để mở cửa đón bà con.")
]


def check(
    context: typer.Context,
    *,
    go_live: GoLive = False,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Kiểm tra cấu hình và nội dung; không gửi gì cho ai."""
    chosen = configured(context, config, data)
    today = now().astimezone(ZoneInfo(chosen.ward.timezone)).date()
    content, problems = examine(chosen.content_folder, used_phrases(chosen), today)
    errors = [problem for problem in problems if not problem.is_warning]
    if content is None or errors:
        _fail(errors)
    assert content is not None
    if go_live:
        _go_live(chosen, content, today)
        return
    stored = asyncio.run(_stored(chosen))
    rows = read_tdps(chosen.folder / "tdps.csv")
    found = findings(chosen, content, stored, rows, problems)
    for finding in found:
        typer.echo(str(finding))
    unwell = asyncio.run(_unwell(chosen))
    for one in unwell:
        typer.echo(f"Nên làm: {one.sentence} {one.todo}")
    left = sum(finding.is_todo for finding in found) + len(unwell)
    typer.echo(f"Chạy được. Còn {left} việc nên làm." if left else "Chạy được, không thiếu gì.")


def _go_live(config: Config, content: Content, today: date) -> None:
    parts = asyncio.run(_parts(config))
    left = missing(config, content, parts, today, can_keep_copies=can_keep_copies(config))
    for line in left:
        typer.echo(f"Thiếu: {line}")
    if left:
        typer.echo(f"Còn thiếu {len(left)} điều, kênh công khai chưa mở cho bà con.")
        raise typer.Exit(1)
    typer.echo("Đủ cả: kênh công khai mở cho bà con.")


def _fail(errors: Sequence[Problem]) -> None:
    for problem in errors:
        sys.stderr.write(f"{problem}\n")
    sys.stderr.write(f"Nội dung chưa dùng được: {len(errors)} lỗi phải sửa.\n")
    raise typer.Exit(2)


async def _unwell(config: Config) -> tuple[Check, ...]:
    """What of machine and data is not well; nothing where there are no data yet."""
    if config.database_file is not None and not config.database_file.exists():
        return ()
    async with open_ward(config) as ward:
        facts = await gather(ward, now(), is_server=False)
    return tuple(check for check in checks(facts) if check.level is not Level.GOOD)


async def _stored(config: Config) -> Stored:
    """What stands in the database; a file that does not exist yet is not made."""
    if config.database_file is not None and not config.database_file.exists():
        return Stored()
    async with open_ward(config) as ward, ward.database.reading(now()) as tx:
        return await read_stored(tx, administrator())


async def _parts(config: Config) -> Parts:
    """What there is; of a database that is not made yet, what its list of TDPs will be."""
    if config.database_file is not None and not config.database_file.exists():
        rows = read_tdps(config.folder / "tdps.csv")
        return Parts(tdps=len(rows), placeholders=sum(row.is_placeholder for row in rows))
    async with open_ward(config) as ward, ward.database.reading(now()) as tx:
        return await doors.parts(tx)
