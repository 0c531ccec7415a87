"""`hocso combine`: one workbook over many communes, from the files they sent.

    hocso combine --mau danh-sach.xlsx                                     an empty list of communes
    hocso combine thang-11/*.json --expected danh-sach.xlsx --xlsx tong-hop.xlsx

Needs no data folder: it reads the files and the list, and writes the workbook.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from bot.commands._frame import WrongInput
from bot.reports.combine import Combined, Commune, SentFile, combine, span
from bot.reports.combine_xlsx import as_xlsx
from bot.reports.communes import NotTheList, read_communes, template_csv, template_xlsx
from bot.reports.exchange import MAX_BYTES
from bot.samples import BANNER

NOTHING_ADDED = 1
SHOWN = 20
"""So many faults are printed; all stand in the workbook."""

Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TỆP...", help="Tệp các xã, phường gửi (.json), hoặc thư mục chứa chúng."
    ),
]
Expected = Annotated[
    Path | None,
    typer.Option(
        "--expected", metavar="TỆP", help="Danh sách xã, phường phải gửi (.xlsx hoặc .csv)."
    ),
]
Out = Annotated[
    Path | None, typer.Option("--xlsx", metavar="TỆP", help="Ghi bảng tổng hợp vào đây.")
]
Template = Annotated[
    Path | None,
    typer.Option("--mau", metavar="TỆP", help="Ghi một danh sách xã, phường trống rồi thôi."),
]


def combine_(
    *, files: Files = None, expected: Expected = None, out: Out = None, template: Template = None
) -> None:
    """Gộp tệp số liệu của nhiều xã, phường thành một bảng Excel."""
    if template is not None:
        _write(template, template_csv() if template.suffix == ".csv" else template_xlsx())
        typer.echo(f"Đã ghi danh sách mẫu: {template}. Điền mã và tên từng xã, phường.")
        return
    if expected is None or out is None:
        raise WrongInput("Ghi cả --expected TỆP và --xlsx TỆP. Xin danh sách mẫu bằng --mau TỆP.")
    found = combine([_read(path) for path in _paths(files or [])], _communes(expected))
    _write(out, as_xlsx(found))
    _tell(found, out)
    if not found.added:
        raise typer.Exit(NOTHING_ADDED)


def _paths(given: Sequence[str]) -> Iterator[Path]:
    """The files that were named, each once: themselves, in a folder, or by a pattern (as on Windows)."""
    seen: set[Path] = set()
    for name in given:
        path = Path(name)
        found = sorted(path.glob("*.json")) if path.is_dir() else [path]
        if not path.exists() and "*" in path.name:
            found = sorted(path.parent.glob(path.name))
        for one in found:
            if one.resolve() not in seen:
                seen.add(one.resolve())
                yield one
    if not seen:
        raise WrongInput("Chưa có tệp nào. Ghi các tệp .json đã nhận, hoặc thư mục chứa chúng.")


def _read(path: Path) -> SentFile:
    name = path.name.encode(errors="replace").decode()
    try:
        with path.open("rb") as opened:
            return SentFile(name, opened.read(MAX_BYTES + 1))
    except OSError as error:
        return SentFile(name, b"", f"không mở được ({error.strerror})")


def _communes(file: Path) -> tuple[Commune, ...]:
    try:
        return read_communes(file.read_bytes())
    except OSError as error:
        raise WrongInput(f"Không mở được {file} ({error.strerror}).") from None
    except NotTheList as error:
        raise WrongInput(f"{file}: {error}") from None


def _write(file: Path, body: bytes) -> None:
    try:
        file.write_bytes(body)
    except OSError as error:
        raise WrongInput(
            f"Không ghi được {file} ({error.strerror}). Tệp đang mở bằng Excel thì đóng lại, rồi thử lại."
        ) from None


def _tell(found: Combined, out: Path) -> None:
    if found.is_sample:
        sys.stderr.write(f"{BANNER}\n")
    if found.days is not None:
        typer.echo(f"Kỳ {span(found.days)}, mã cách tính {found.definitions}.")
    typer.echo(f"Đã cộng {len(found.added)} trên {len(found.expected)} xã, phường: {out}")
    for one in found.missing[:SHOWN]:
        typer.echo(f"Thiếu: {one.commune.code} {one.commune.name}, {one.reason}.")
    for fault in found.faults[:SHOWN]:
        typer.echo(f"{fault.kind.value}: {fault.file}, {fault.reason}.")
    rest = max(0, len(found.missing) - SHOWN) + max(0, len(found.faults) - SHOWN)
    if rest:
        typer.echo(f"Còn {rest} dòng nữa, xem trang “Chưa gửi” và “Lỗi” trong tệp Excel.")
