"""`hocso demo`: a whole ward of made-up people in a data folder of its own, to look at and to practise with.

hocso demo ward --people 3000 --seed 7     makes it
hocso --data demo run                      opens it
hocso demo login --data demo               a fresh link to the staff page, as whom one likes
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.commands._bar import bar
from bot.commands._frame import (
    Command,
    Commands,
    ConfigFile,
    DataFolder,
    Places,
    WrongInput,
    configured,
    local_day,
    one_of,
)
from bot.config import Config, load_config
from bot.house import make_house, now, open_ward, read_content
from bot.keys import ward_key
from bot.reports.figures import number
from bot.samples import BANNER
from handlers._requests.person import Role
from handlers._requests.sign_in import OpenStaffPage, PageLink
from storage import perform, rollups, sample, sample_rows, sample_ward
from storage._database import Database
from storage.roles import actor_of_person
from storage.sample_plans import FEWEST, MOST
from storage.sample_ward import SampleWard

FOLDER = Path("demo")
EARLIEST = date(2020, 1, 1)
AT_ONCE = 40_000
"""Events that are added up at a time: nobody else waits for this database."""

app = typer.Typer(cls=Commands, no_args_is_help=False, help="Phường mẫu để xem thử, tập thử.")

People = Annotated[int, typer.Option("--people", metavar="SỐ", help="Bao nhiêu người.")]
Seed = Annotated[int, typer.Option("--seed", metavar="SỐ", help="Cùng số thì ra cùng một phường.")]
To = Annotated[
    Path | None, typer.Option("--to", metavar="THƯ_MỤC", help="Thư mục mới, thường là demo.")
]
Day = Annotated[
    str | None,
    typer.Option(
        "--day", metavar="NGÀY", help="Mọi việc xảy ra trước ngày này, thường là hôm nay."
    ),
]
As = Annotated[str, typer.Option("--as", metavar="VAI_TRÒ", help="Vào với vai trò nào.")]


@app.command(cls=Command)
def ward(
    context: typer.Context,
    *,
    people: People = 3000,
    seed: Seed = 1,
    to: To = None,
    day: Day = None,
    config: ConfigFile = None,
) -> None:
    """Dựng một phường mẫu với người, kết quả học, cán bộ, số liệu; không có ai thật."""
    chosen = _own_folder(context, config, to)
    if not FEWEST <= people <= MOST:
        raise WrongInput(f"--people {people}: ghi từ {FEWEST} đến {number(MOST)} người.")
    last = _last_day(chosen, day)
    typer.echo(BANNER)
    made = asyncio.run(_make(chosen, people, seed, last))
    typer.echo(
        f"Đã dựng {number(made.people)} người, {number(made.attempts)} lượt làm bài, "
        f"{number(made.events)} việc, ở {chosen.data}."
    )
    typer.echo(f"Mở trang trò chuyện: hocso --data {chosen.data} run")
    typer.echo(asyncio.run(_sign_in(chosen, Role.ADMIN)))


@app.command(cls=Command)
def login(
    context: typer.Context,
    *,
    role: As = "admin",
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """In một đường dẫn vào trang cán bộ của phường mẫu."""
    typer.echo(asyncio.run(_sign_in(configured(context, config, data), one_of("--as", role, Role))))


def _own_folder(context: typer.Context, config: Path | None, to: Path | None) -> Config:
    """The config for a new data folder that no real people are or will be in."""
    before = context.find_root().obj
    before = before if isinstance(before, Places) else Places()
    usual = load_config(config or before.config, None)
    folder = to or before.data or FOLDER
    chosen = load_config(config or before.config, folder)
    if chosen.database:
        raise WrongInput(
            "Cấu hình này dùng máy chủ dữ liệu riêng (mục database), chỗ của người thật. Phường mẫu cần "
            "tệp cấu hình khác: hocso --config TỆP demo ward"
        )
    if folder.resolve() == usual.data.resolve():
        raise WrongInput(f"{folder} là thư mục dữ liệu thật. Ghi thư mục khác sau --to.")
    file = chosen.database_file
    if file is not None and file.exists():
        raise WrongInput(
            f"{folder} đã có dữ liệu. Ghi thư mục khác sau --to, hoặc xóa thư mục này."
        )
    return chosen


def _last_day(config: Config, typed: str | None) -> datetime:
    """The first moment of the day before which everything happens."""
    timezone = ZoneInfo(config.ward.timezone)
    today = now().astimezone(timezone).date()
    day = local_day("--day", typed) or today
    if not EARLIEST <= day <= today:
        raise WrongInput(f"--day {typed}: ghi một ngày từ {EARLIEST:%d/%m/%Y} đến hôm nay.")
    return datetime.combine(day, time(), timezone)


async def _make(config: Config, people: int, seed: int, midnight: datetime) -> SampleWard:
    house = replace(make_house(config, read_content(config)), is_sample=True)
    with _whole_or_nothing(config):
        database = await Database.open(config.database_url, house)
        try:
            with bar("Đang dựng phường mẫu"):
                async with database.transaction(midnight) as tx:
                    made = await sample_ward.fill(tx, people, seed)
            with bar("Đang cộng số liệu"):
                await _add_up(database, midnight)
        finally:
            await database.close()
        ward_key(config.data)
    return made


async def _add_up(database: Database, at: datetime) -> None:
    """Add up what the server would by and by, so that its pages are quick from the first one on."""
    has_more = True
    while has_more:
        async with database.transaction(at) as tx:
            has_more = await rollups.catch_up(tx, AT_ONCE)


@contextmanager
def _whole_or_nothing(config: Config) -> Iterator[None]:
    """Leave no half-made database behind, also when somebody stops it."""
    try:
        yield
    except BaseException:
        file = config.database_file
        for ending in ("", "-wal", "-shm"):
            if file is not None:
                file.with_name(file.name + ending).unlink(missing_ok=True)
        raise


async def _sign_in(config: Config, role: Role) -> str:
    """Say how the staff page is opened in this role."""
    async with open_ward(config) as opened:
        if not opened.house.is_sample:
            raise WrongInput(
                f"{config.data} không phải dữ liệu mẫu. Cán bộ vào bằng đường dẫn mà trợ lý gửi khi nhắn "
                "“trang cán bộ”."
            )
        async with opened.database.transaction(now()) as tx:
            person = await sample.holder_of(tx, role)
            if person is None:
                raise WrongInput(f"Phường mẫu này không có ai giữ vai trò “{role.value}”.")
            by = await actor_of_person(tx, person, sample_rows.CHANNEL)
            link = await perform(tx, by, OpenStaffPage())
    if not isinstance(link, PageLink):
        raise WrongInput(f"Vai trò “{role.value}” không vào trang cán bộ.")
    again = f"hocso demo login --data {config.data}"
    return (
        f"Trang cán bộ, vai trò {role.value} (mở một lần, trong {link.minutes} phút): {link.url}\n"
        f"Xin đường dẫn khác: {again} --as {role.value}"
    )
