"""`hocso restore FILE`: a ward's data out of a copy, into an empty data folder, with the key of the sheet."""

import asyncio
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.backup import local_time
from bot.commands._frame import ConfigFile, DataFolder, WrongInput, administrator, configured
from bot.config import Config
from bot.house import now
from bot.keys import NAME, read_key
from bot.restore import (
    CannotRestore,
    Restoration,
    check_place,
    read_header,
    restore,
    take_up,
)
from bot.sealing import CopyError

File = Annotated[
    Path | None, typer.Argument(metavar="BẢN_SAO", help="Tệp hocso-….sao cần khôi phục.")
]
TakenUp = Annotated[
    str | None,
    typer.Option(
        "--taken-up",
        metavar="LÚC",
        help="Chỉ cho PostgreSQL, sau pg_restore: lúc làm bản sao, như 2026-11-22 02:00.",
    ),
]
Lists = Annotated[
    list[Path] | None,
    typer.Option("--erased", metavar="TỆP", help="Thêm một danh sách người đã xóa (da-xoa.txt)."),
]
SHEET = "Khóa trên tờ khôi phục (8 nhóm chữ, gõ không hiện ra)"


def restore_(
    context: typer.Context,
    *,
    file: File = None,
    taken_up: TakenUp = None,
    erased: Lists = None,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Khôi phục dữ liệu từ bản sao vào thư mục trống, bằng khóa trên tờ khôi phục."""
    chosen = configured(context, config, data)
    zone = ZoneInfo(chosen.ward.timezone)
    more = tuple(erased or ())
    for one in more:
        if not one.is_file():
            raise WrongInput(f"Không thấy danh sách người đã xóa {one}. Kiểm tra lại sau --erased.")
    try:
        if taken_up is not None:
            at = _moment(taken_up, zone)
            made = asyncio.run(take_up(chosen, at, administrator(), more))
        elif file is not None:
            made = _from_copy(chosen, file, more)
        else:
            raise WrongInput("Còn thiếu bản sao. Ghi tệp hocso-….sao cần khôi phục.")
    except (CannotRestore, CopyError) as error:
        raise WrongInput(str(error)) from None
    for line in lines(made, zone):
        typer.echo(line)


def _from_copy(config: Config, file: Path, more: tuple[Path, ...]) -> Restoration:
    check_place(config)
    header = read_header(file)
    key, found_in = _key(config)
    if not header.is_of(key):
        raise WrongInput(_WRONG_KEY[bool(found_in)].format(where=found_in))
    by = administrator()
    return asyncio.run(restore(config, file, key, by, is_key_kept=not found_in, lists=more))


def _moment(typed: str, zone: ZoneInfo) -> datetime:
    """A local moment typed as 2026-11-22 02:00, which is over.

    Raises:
        WrongInput: it is none, or still to come.
    """
    try:
        at = datetime.strptime(typed.strip(), "%Y-%m-%d %H:%M").replace(tzinfo=zone)
    except ValueError:
        raise WrongInput(
            f"--taken-up “{typed}” không phải ngày và giờ. Viết như 2026-11-22 02:00."
        ) from None
    if at > now():
        raise WrongInput(f"--taken-up “{typed}” chưa tới. Ghi lúc làm bản sao.")
    return at


def _key(config: Config) -> tuple[bytes, str]:
    """The ward's key, and in which variable or file it was found; "": somebody typed it here."""
    if given := os.environ.get(NAME, "").strip():
        return read_key(given, NAME), f"biến {NAME}"
    file = config.data / "key"
    if file.exists():
        return read_key(
            file.read_text(encoding="utf-8", errors="replace"), str(file)
        ), f"tệp {file}"
    return read_key(typer.prompt(SHEET, hide_input=True), "Khóa vừa gõ"), ""


_WRONG_KEY = (
    "Khóa này không mở được bản sao. Chép lại đủ 8 nhóm chữ trên tờ khôi phục của phường.",
    (
        "Khóa ở {where} là khóa khác, không mở được bản sao này. Bỏ biến ấy hay đổi tên tệp ấy rồi chạy lại, "
        "máy sẽ hỏi khóa trên tờ khôi phục."
    ),
)
"""A key that was typed; a key that was found here."""


def lines(made: Restoration, zone: ZoneInfo) -> Iterator[str]:
    """Say line by line what was lost and what was done."""
    done = made.settled
    before, after = local_time(made.copy_at, zone), local_time(made.at, zone)
    yield f"Đã khôi phục dữ liệu của {made.people} người, như lúc {before}."
    yield (
        f"Mất phần từ {before} đến {after} ({length(made)}): "
        "kết quả học, lời đồng ý, vai trò và tin nhắn trong lúc ấy không còn."
    )
    yield f"Không gửi lại gì: {done.unknown} tin chưa rõ đã gửi hay chưa, {done.expired} tin đã quá hạn."
    if done.unknown:
        yield "  Thông báo chưa rõ thì xem và quyết định bằng: hocso outbox"
    yield f"Đã bỏ {done.handled} tin của bà con đang chờ lúc làm bản sao: chắc trợ lý đã trả lời rồi."
    yield f"Đã xóa lại {done.erased} người có trong danh sách {made.listed} người từng xin xóa."
    if not made.listed:
        yield (
            "  Không thấy ai trong danh sách ấy (tệp da-xoa.txt cạnh bản sao). Phường từng có người xin xóa "
            "thì tìm tệp ấy, đổi tên thư mục dữ liệu vừa khôi phục, rồi chạy lại với --erased TỆP."
        )
    yield f"Đã đóng {done.signed_out} lượt đăng nhập trang cán bộ, hủy {done.invites} lời mời chưa nhận."
    if done.paused:
        yield (
            f"{done.paused} tài khoản nhắn tin tạm dừng: trợ lý gửi thử từng tin một, được thì tự chạy "
            "tiếp. Mã bot cũ có thể đã lộ hoặc hết hạn: nên xin mã mới."
        )
    if made.broken_audit is not None:
        yield f"Chú ý: nhật ký trong bản sao bị sửa từ dòng {made.broken_audit}. Báo người phụ trách."
    yield "Việc phải làm: 1. Xem lại vai trò: ai bị thu hồi trong khoảng thời gian bị mất thì thu hồi lại."
    yield "  2. Ai rút đồng ý, nhắn DỪNG trong khoảng ấy thì trợ lý không còn nhớ: nhờ họ nhắn lại."
    yield "  3. Chạy trợ lý (hocso run), xem trang “Tình trạng hệ thống”, làm ngay bản sao mới (hocso backup)."


def length(made: Restoration) -> str:
    """How long the lost time is: “7 giờ 14 phút”."""
    minutes, seconds = divmod(max(0, int((made.at - made.copy_at).total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "ngày"), (hours, "giờ"), (minutes, "phút"), (seconds, "giây"))
    return " ".join(f"{number} {word}" for number, word in parts if number) or "0 giây"
