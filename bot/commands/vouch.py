"""`hocso vouch`: a named member says that a number is one real resident."""

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
    person_number,
)
from bot.config import Config
from bot.house import now, open_ward
from handlers._requests.person import NoSuchPerson, Vouch
from storage import perform

Person = Annotated[
    str, typer.Argument(metavar="SỐ", help="Số của người đó, xem ở “report --by person”.")
]
By = Annotated[str, typer.Option("--by", metavar="TÊN", help="Họ tên người xác nhận.")]


def vouch(
    context: typer.Context,
    *,
    person: Person,
    by: By,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Xác nhận một người học là người có thật, để được tính là “người”."""
    request = Vouch(person_number(person), given_name("--by", by))
    asyncio.run(_vouch(configured(context, config, data), request))
    typer.echo(f"Đã xác nhận người số {request.person}, do {request.by_name} xác nhận.")


async def _vouch(config: Config, request: Vouch) -> None:
    async with open_ward(config) as ward, ward.database.transaction(now()) as tx:
        result = await perform(tx, administrator(), request)
        if isinstance(result, NoSuchPerson):
            raise WrongInput(f"Không có người số {result.person}. Xem số: hocso report --by person")
