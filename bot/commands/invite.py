"""`hocso invite`: invites somebody to a role; the first administrator of a ward is made this way.

Words and QR code are shown once, here: nobody can read them again.
"""

import asyncio
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import segno
import typer

from bot.commands._frame import (
    ConfigFile,
    DataFolder,
    WrongInput,
    administrator,
    configured,
    given_name,
    local_day,
    one_of,
)
from bot.commands.import_ import import_
from bot.config import Config
from bot.house import now, open_ward
from handlers._requests.invites import (
    AlreadyInvited,
    Invited,
    InvitePerson,
    MayNotInvite,
    WhyNot,
)
from handlers._requests.lists import ListKind
from handlers._requests.person import Role
from handlers._requests.roles import INVITABLE
from handlers._requests.tdp import TdpCoded
from storage import perform
from storage._tx import Tx

ROLES = "|".join(role.value for role in INVITABLE)
MAY_NOT = {
    WhyNot.ROLE: "--role không nhận vai trò này. Xem các vai trò: hocso invite --help",
    WhyNot.PLACE: "Vai trò này phải gắn với một tổ. Thêm --tdp MÃ (mã của tổ trong danh sách tổ).",
    WhyNot.WARD_WIDE: "Vai trò này là của cả phường. Bỏ --tdp.",
    WhyNot.DAY: "--until đã qua. Ghi một ngày từ hôm nay trở đi.",
    WhyNot.LONGER: "Vai trò này của mình cũng có ngày cuối. Ghi --until không muộn hơn ngày ấy.",
    WhyNot.NAME: "--name đang để trống hoặc dài quá 80 ký tự. Ghi lại họ và tên.",
}

HOW = "Người được mời nhắn “mã mời” cho trợ lý rồi gõ ba chữ trên, hoặc quét mã QR."
HOW_BY_WORDS = (
    "Người được mời nhắn “mã mời” cho trợ lý rồi gõ ba chữ trên. Chưa có địa chỉ https (web.public_url) nên "
    "mã QR chỉ mở được trên chính máy này."
)

RoleName = Annotated[str | None, typer.Option("--role", metavar=ROLES, help="Mời vào vai trò nào.")]
Name = Annotated[str | None, typer.Option("--name", metavar="TÊN", help="Họ và tên.")]
Office = Annotated[str, typer.Option("--office", metavar="NƠI", help="Nơi làm việc.")]
TdpCode = Annotated[str | None, typer.Option("--tdp", metavar="MÃ", help="Mã của tổ dân phố.")]
Until = Annotated[
    str | None, typer.Option("--until", metavar="NGÀY", help="Giữ vai trò đến hết ngày nào.")
]
List = Annotated[
    Path | None,
    typer.Option("--list", metavar="TỆP", help="Mời mọi người trong tệp Excel (.xlsx) hoặc CSV."),
]
Sheet = Annotated[
    Path | None,
    typer.Option("--sheet", metavar="TỆP.pdf", help="Với --list: tờ in mã mời ghi vào tệp này."),
]
Trial = Annotated[bool, typer.Option("--thu", help="Với --list: chỉ xem thử, không mời ai.")]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the command was given, with the TDP still as its code."""

    request: InvitePerson
    tdp: str | None


def invite(
    context: typer.Context,
    *,
    role: RoleName = None,
    name: Name = None,
    office: Office = "",
    tdp: TdpCode = None,
    until: Until = None,
    people: List = None,
    sheet: Sheet = None,
    trial: Trial = False,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Mời một người vào một vai trò, hoặc mọi người trong một danh sách."""
    if people is not None:
        if role or name:
            raise WrongInput("--list đã có tên và vai trò trong tệp. Bỏ --role và --name.")
        kind = ListKind.MEMBERS.value
        import_(context, kind=kind, file=people, trial=trial, to=sheet, config=config, data=data)
        return
    if not role or not name:
        raise WrongInput("Cần --role và --name, hoặc --list TỆP. Xem: hocso invite --help")
    if sheet is not None or trial:
        raise WrongInput("--sheet và --thu chỉ đi với --list TỆP.")
    request = InvitePerson(
        one_of("--role", role, Role),
        given_name("--name", name),
        office,
        ends_on=local_day("--until", until),
    )
    invited = asyncio.run(_invite(configured(context, config, data), _Wanted(request, tdp)))
    _print(invited)


async def _invite(config: Config, wanted: _Wanted) -> Invited:
    async with open_ward(config) as ward, ward.database.transaction(now()) as tx:
        request = replace(wanted.request, tdp=await _tdp(tx, wanted.tdp))
        match await perform(tx, administrator(), request):
            case Invited() as invited:
                return invited
            case MayNotInvite(why):
                raise WrongInput(MAY_NOT[why])
            case AlreadyInvited():
                raise AssertionError("only rows of lists are invited once")


async def _tdp(tx: Tx, code: str | None) -> int | None:
    if code is None:
        return None
    found = await perform(tx, administrator(), TdpCoded(code))
    if found is None:
        raise WrongInput(f"Không có tổ nào mang mã “{code}”. Xem lại mã trong danh sách tổ.")
    return found.id


def _print(invited: Invited) -> None:
    typer.echo(
        f"Đã mời {invited.name}. Mã dùng một lần, đến hết ngày {invited.expires_at:%d/%m/%Y}."
    )
    typer.echo(f"Mã mời: {invited.words}")
    typer.echo(f"Hoặc mở: {invited.url}")
    segno.make(invited.url, error="m", micro=False).terminal(out=sys.stdout, compact=True, border=2)
    typer.echo(HOW if invited.opens_elsewhere else HOW_BY_WORDS)
