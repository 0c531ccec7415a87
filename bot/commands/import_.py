"""`hocso import`: takes over a list that staff keep in Excel; shows first what it would change."""

import asyncio
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.commands._bar import bar
from bot.commands._frame import (
    ConfigFile,
    DataFolder,
    WrongInput,
    administrator,
    configured,
    one_of,
)
from bot.config import Config
from bot.house import Ward, now, open_ward
from bot.lists import wording
from bot.lists.kinds import KINDS, Kind
from bot.lists.sheets import MAX_BYTES, Unreadable, size
from bot.lists.taking import Upload, Wrong, read_upload, try_upload
from bot.lists.template import template
from handlers._requests.lists import (
    ImportList,
    ListImported,
    ListKind,
    ListOutdated,
    ListRefused,
    ListTried,
    Outcome,
)
from storage import perform

SHOWN = 60
"""So many rows that change are printed; of more only the number."""
WRONG = 2

KindOf = Annotated[
    str, typer.Argument(metavar="LOẠI", help=", ".join(f"{one.value}" for one in ListKind) + ".")
]
File = Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp Excel (.xlsx) hoặc CSV.")]
Trial = Annotated[bool, typer.Option("--thu", help="Chỉ xem thử, không ghi gì.")]
Sample = Annotated[bool, typer.Option("--mau", help="Tạo tệp mẫu để điền, ghi vào TỆP.")]
Sheet = Annotated[
    Path | None,
    typer.Option("--to", metavar="TỆP.pdf", help="members: tờ in mã mời ghi vào tệp này."),
]


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of it."""

    shown: ListTried | Wrong
    imported: ListImported | None = None


def import_(
    context: typer.Context,
    *,
    kind: KindOf,
    file: File,
    trial: Trial = False,
    sample: Sample = False,
    to: Sheet = None,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Nhận danh sách từ tệp Excel: tổ dân phố, người được mời, số liệu, đơn vị, nhiệm vụ."""
    wanted = KINDS[one_of("LOẠI", kind, ListKind)]
    if sample:
        _write_new(file, template(wanted))
        typer.echo(f"Đã tạo tệp mẫu {file}. Điền xong thì chạy: hocso import {kind} {file} --thu")
        return
    sheet = _sheet_file(wanted, file, to, trial=trial)
    upload = _read(wanted.kind, file)
    done = asyncio.run(_take(configured(context, config, data), upload, sheet, trial=trial))
    if isinstance(done.shown, Wrong):
        _refuse(wanted, done.shown)
    _print(upload, done.shown)
    if done.imported is None:
        typer.echo("Mới xem thử, chưa ghi gì.")
        return
    is_same = wording.is_nothing_new(done.imported)
    typer.echo("Không có gì để ghi." if is_same else "Đã nhận danh sách.")
    if done.imported.invited:
        typer.echo(f"Tờ in mã mời: {sheet}. In ra, phát tận tay, rồi xóa tệp này.")


# ---------------------------------------------------------------- files


def _read(kind: ListKind, file: Path) -> Upload:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise WrongInput(f"{file} nặng {size(file.stat().st_size)}, tối đa {size(MAX_BYTES)}.")
        return read_upload(kind, file.read_bytes())
    except OSError:
        raise WrongInput(
            f"Không đọc được {file}. Xem lại tên tệp, và đóng tệp trong Excel."
        ) from None
    except Unreadable as error:
        raise WrongInput(f"{file}: {error}") from None


def _sheet_file(kind: Kind, file: Path, to: Path | None, *, trial: bool) -> Path:
    """Where the codes go; nobody is invited before it is sure that they can be printed."""
    sheet = to or file.with_name(f"{file.stem}-ma-moi.pdf")
    if kind.kind is ListKind.MEMBERS and not trial and sheet.exists():
        raise WrongInput(f"Đã có tệp {sheet}. Ghi tên khác: --to TÊN.pdf")
    return sheet


def _write_new(file: Path, body: bytes) -> None:
    try:
        file.touch(mode=0o600, exist_ok=False)  # codes that open a role may be in it
        file.write_bytes(body)
    except FileExistsError:
        raise WrongInput(f"Đã có tệp {file}. Ghi tên khác, ví dụ moi-{file.name}.") from None
    except OSError:
        raise WrongInput(f"Không ghi được {file}. Ghi vào thư mục khác.") from None


# ---------------------------------------------------------------- the ward


async def _take(config: Config, upload: Upload, sheet: Path, *, trial: bool) -> _Done:
    async with open_ward(config) as ward:
        with bar("Đang đọc"):
            async with ward.database.reading(now()) as tx:
                shown = await try_upload(tx, administrator(), upload)
        if isinstance(shown, Wrong) or trial:
            return _Done(shown)
        with bar("Đang ghi"):
            return _Done(shown, await _import(ward, upload, shown, sheet))


async def _import(ward: Ward, upload: Upload, shown: ListTried, sheet: Path) -> ListImported:
    """Write what was shown; the codes of a list of members are on disk before they hold."""
    request = ImportList(shown.kind, upload.parsed.lines, shown.seal)
    async with ward.database.transaction(now()) as tx:
        answer = await perform(tx, administrator(), request)
        if isinstance(answer, ListImported) and answer.invited:
            from bot.reports.sheet import invite_sheet  # noqa: PLC0415 - loads typst: for members alone

            _write_new(sheet, invite_sheet(ward.config.ward.name, answer.invited))
    match answer:
        case ListImported():
            return answer
        case ListOutdated() | ListRefused():
            raise WrongInput("Dữ liệu vừa được người khác đổi. Chạy lại lệnh này.")


# ---------------------------------------------------------------- what is said


def _refuse(kind: Kind, wrong: Wrong) -> NoReturn:
    for problem in wrong.problems:
        sys.stderr.write(f"{wording.sentence(kind, problem)}\n")
    sys.stderr.write(f"Chưa nhận gì: {len(wrong.problems)} lỗi phải sửa trong tệp.\n")
    raise typer.Exit(WRONG)


def _print(upload: Upload, shown: ListTried) -> None:
    for line in _lines(upload, shown):
        typer.echo(line)


def _lines(upload: Upload, shown: ListTried) -> Iterable[str]:
    """Every row that changes, what is worth knowing, and the sum."""
    changes = [one for one in shown.changes if one.outcome is not Outcome.SAME]
    for one in changes[:SHOWN]:
        cells = "; ".join(wording.cell(upload.kind, cell) for cell in one.cells)
        yield f"{wording.OUTCOMES[one.outcome]:<5}{one.name}{f' ({cells})' if cells else ''}"
    if len(changes) > SHOWN:
        yield f"… và {len(changes) - SHOWN} dòng nữa."
    for notice in shown.notices:
        yield f"Lưu ý: {wording.remark(upload.kind, notice)}"
    if upload.parsed.ignored:
        yield f"Không dùng đến cột: {', '.join(upload.parsed.ignored)}."
    summary = wording.summary(shown.changes)
    yield f"{upload.kind.title}: {summary}."
