"""`hocso outbox`: what waits, what is unknown and why; and a person decides what no machine may."""

import asyncio
from collections.abc import Sequence
from enum import Enum
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.commands._frame import (
    ConfigFile,
    DataFolder,
    WrongInput,
    administrator,
    configured,
    one_of,
)
from bot.config import Config
from bot.house import now, open_ward
from bot.reports.traffic import LOOK, as_json, decided, decided_as_json, lines, undecidable
from storage import traffic
from storage.traffic import Decided, Traffic, Undecidable

ALL = "all"
LONGEST_NUMBER = 18
"""Digits of a row's number that any database can hold."""


class Form(Enum):
    """How the answer is printed."""

    TEXT = "text"
    JSON = "json"


Rows = Annotated[
    list[str] | None,
    typer.Argument(metavar="SỐ", help="Số của các tin, hoặc “all”: mọi thông báo chưa rõ."),
]
Again = Annotated[bool, typer.Option("--again", help="Gửi lại các thông báo chưa rõ này.")]
Drop = Annotated[bool, typer.Option("--drop", help="Bỏ các thông báo chưa rõ này.")]
Shape = Annotated[
    str,
    typer.Option("--format", metavar="text|json", help="Lời để đọc, hay JSON cho chương trình."),
]


def outbox(
    context: typer.Context,
    *,
    rows: Rows = None,
    again: Again = False,
    drop: Drop = False,
    form: Shape = "text",
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Xem tin gửi đi: tin nào chờ, tin nào chưa rõ; gửi lại hay bỏ thông báo chưa rõ."""
    shape = one_of("--format", form, Form)
    wanted = _wanted(rows or (), again=again, drop=drop)
    chosen = configured(context, config, data)
    if again or drop:
        _decide(chosen, wanted, shape, is_sent_again=again)
    else:
        _show(chosen, shape)


def _wanted(typed: Sequence[str], *, again: bool, drop: bool) -> tuple[int, ...] | None:
    """The numbers that were typed; None: all.

    Raises:
        WrongInput: they are none, or nobody said what to do with them.
    """
    if again and drop:
        raise WrongInput("--again và --drop không đi cùng nhau. Mỗi lần chỉ ghi một.")
    if typed and not (again or drop):
        raise WrongInput(
            f"Chưa ghi làm gì với tin số {typed[0]}. Ghi --again để gửi lại, --drop để bỏ."
        )
    if not typed and (again or drop):
        name = "--again" if again else "--drop"
        raise WrongInput(f"{name} còn thiếu số. Ghi số của tin, hoặc “{ALL}”. {LOOK}")
    if list(typed) == [ALL]:
        return None
    return tuple(map(_number, typed))


def _number(typed: str) -> int:
    if typed.isdecimal() and typed.isascii() and len(typed) <= LONGEST_NUMBER:
        return int(typed)
    raise WrongInput(f"“{typed}” không phải số của một tin. {LOOK}")


# ---------------------------------------------------------------- looking


def _show(config: Config, shape: Form) -> None:
    at, zone = now(), ZoneInfo(config.ward.timezone)
    found = asyncio.run(_look(config)) if _exists(config) else Traffic((), ())
    if shape is Form.JSON:
        typer.echo(as_json(found, at, zone))
        return
    for line in lines(found, at, zone):
        typer.echo(line)


def _exists(config: Config) -> bool:
    """Whether there is anything to open: to look makes no file."""
    return config.database_file is None or config.database_file.exists()


async def _look(config: Config) -> Traffic:
    async with open_ward(config) as ward, ward.database.reading(now()) as tx:
        return await traffic.traffic(tx)


# ---------------------------------------------------------------- deciding


def _decide(
    config: Config, wanted: tuple[int, ...] | None, shape: Form, *, is_sent_again: bool
) -> None:
    result = asyncio.run(_perform(config, wanted, is_sent_again=is_sent_again))
    if isinstance(result, Undecidable):
        raise WrongInput(undecidable(result))
    if shape is Form.JSON:
        typer.echo(decided_as_json(result.rows, result.left, is_sent_again=is_sent_again))
        return
    for line in decided(result.rows, result.left, is_sent_again=is_sent_again):
        typer.echo(line)


async def _perform(
    config: Config, wanted: tuple[int, ...] | None, *, is_sent_again: bool
) -> Decided | Undecidable:
    if not _exists(config):
        return Decided(()) if wanted is None else Undecidable((), wanted)
    async with open_ward(config) as ward, ward.database.transaction(now()) as tx:
        return await traffic.decide(tx, administrator(), wanted, is_sent_again=is_sent_again)
