"""`hocso approve`: a named officer approves a lesson as it reads today."""

import asyncio
from typing import Annotated

import typer

from bot.commands._frame import (
    ConfigFile,
    DataFolder,
    WrongInput,
    administrator,
    configured,
    given_name,
)
from bot.config import Config
from bot.house import now, open_ward
from handlers._requests.lesson import ApproveLesson, NoSuchLesson
from storage import perform

Lesson = Annotated[str, typer.Argument(metavar="BÀI", help="Mã bài, ví dụ TB-01.")]
Name = Annotated[str, typer.Option("--name", metavar="TÊN", help="Họ tên người duyệt.")]
Office = Annotated[
    str, typer.Option("--office", metavar="NƠI", help="Nơi làm việc, ví dụ “Phòng VH-XH”.")
]


def approve(
    context: typer.Context,
    *,
    lesson: Lesson,
    name: Name,
    office: Office,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Ghi nhận phường đã duyệt một bài học."""
    request = ApproveLesson(lesson, given_name("--name", name), given_name("--office", office))
    title = asyncio.run(_approve(configured(context, config, data), request))
    typer.echo(f"Đã duyệt bài {lesson} “{title}”: {request.name}, {request.office}.")


async def _approve(config: Config, request: ApproveLesson) -> str:
    async with open_ward(config) as ward:
        async with ward.database.transaction(now()) as tx:
            result = await perform(tx, administrator(), request)
        if isinstance(result, NoSuchLesson):
            near = (
                f" Có phải “{result.nearest}” không?" if result.nearest else " Xem mã: hocso check"
            )
            raise WrongInput(f"Không có bài “{result.lesson}”.{near}")
        return ward.house.content.lessons[result.lesson].title
