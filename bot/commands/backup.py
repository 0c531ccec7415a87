"""`hocso backup`: an encrypted copy of the database now; the server makes one every night by itself."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.backup import BackupFailed, Copied, back_up, local_time, made_by
from bot.commands._frame import ConfigFile, DataFolder, WrongInput, configured
from bot.config import Config
from bot.house import open_ward

Target = Annotated[
    Path | None,
    typer.Option("--to", metavar="THƯ_MỤC", help="Nơi cất, đã có sẵn (không ghi: backup.target)."),
]
NOWHERE = "Chưa biết cất bản sao ở đâu. Ghi --to THƯ_MỤC, hoặc backup.target trong config.yaml."


def backup(
    context: typer.Context,
    *,
    to: Target = None,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Làm ngay một bản sao dữ liệu đã khóa, và thử đọc lại."""
    chosen = configured(context, config, data)
    if to is None and not chosen.backup.target:
        raise WrongInput(NOWHERE)
    for line in asyncio.run(_back_up(chosen, to)):
        typer.echo(line)


async def _back_up(config: Config, to: Path | None) -> tuple[str, ...]:
    if config.database_file is not None and not config.database_file.exists():
        raise WrongInput(f"Chưa có dữ liệu ở {config.data}. Chạy trợ lý trước: hocso run")
    async with open_ward(config) as ward:
        target = to or ward.copies_to  # made-up people have none: the ward's is for real ones
        if target is None:
            raise WrongInput(NOWHERE)
        try:
            made = await back_up(ward, target)
        except BackupFailed as failure:
            raise WrongInput(str(failure)) from None
        kept = len(made_by(ward.house.key, target))
        return tuple(_lines(made, kept, local_time(made.at, ward.house.timezone)))


def _lines(made: Copied, kept: int, moment: str) -> list[str]:
    lines = [
        f"Đã làm bản sao lúc {moment}, {made.size / 1e6:.1f} MB, {made.rows} dòng dữ liệu.",
        f"Đã khóa, ghi vào {made.file} và đọc lại đúng từng chữ.",
        f"Đang giữ {kept} bản" + (f", vừa xóa {made.removed} bản cũ." if made.removed else "."),
    ]
    if made.broken_audit is not None:
        lines.append(
            f"Chú ý: nhật ký bị sửa từ dòng {made.broken_audit}. Chưa xóa bản cũ nào; "
            "báo người phụ trách để đối chiếu với bản cũ."
        )
    return lines
