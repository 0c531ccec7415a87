"""`hocso export`: everything in the database, or everything about one person, as JSON or CSV.

JSON is exact: one line per row, {"table": "events", "row": {…}}, in an order in which rows can be put back.
CSV is for Excel: one file per table. A folder holds one export: personal data readable by its owner only.
"""

import asyncio
import csv
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from bot.commands._bar import bar
from bot.commands._frame import (
    ConfigFile,
    DataFolder,
    WrongInput,
    configured,
    one_of,
    person_number,
)
from bot.config import Config
from bot.house import now, open_ward
from bot.reports.figures import BOM, plain_cell
from storage import export as rows_of

Row = dict[str, Any]
Write = Callable[[str, Row], None]
"""Takes a table's name and one of its rows."""


class Form(Enum):
    """How rows are written."""

    JSON = "json"
    CSV = "csv"


Shape = Annotated[
    str, typer.Option("--format", metavar="json|csv", help="JSON đầy đủ, hay CSV cho Excel.")
]
Folder = Annotated[
    Path | None,
    typer.Option("--to", metavar="THƯ_MỤC", help="Thư mục mới để ghi; không có thì in JSON ra."),
]
Person = Annotated[
    str | None,
    typer.Option("--person", metavar="SỐ", help="Chỉ của một người, gộp thành một JSON."),
]


def export(
    context: typer.Context,
    *,
    form: Shape = "json",
    to: Folder = None,
    person: Person = None,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Xuất toàn bộ dữ liệu, hoặc dữ liệu của một người."""
    shape = one_of("--format", form, Form)
    number = None if person is None else person_number(person)
    if shape is Form.CSV and to is None:
        raise WrongInput("CSV cần một thư mục vì mỗi bảng một tệp. Thêm --to THƯ_MỤC.")
    if to is not None and (to.is_file() or (to.is_dir() and any(to.iterdir()))):
        raise WrongInput(f"{to} đã có sẵn. Ghi một thư mục mới sau --to.")
    written = asyncio.run(_export(configured(context, config, data), shape, to, number))
    if to is not None:
        typer.echo(
            f"Đã ghi {written} dòng vào {to}. Trong đó có dữ liệu riêng của bà con: giữ kín."
        )


async def _export(config: Config, shape: Form, to: Path | None, number: int | None) -> int:
    async with open_ward(config) as ward, ward.database.reading(now()) as tx:
        if number is None:
            rows, total = rows_of.tables(tx), await rows_of.count(tx)
        else:
            rows, total = rows_of.person(tx, number), None
        is_on_screen = (
            to is None and sys.stdout.isatty()
        )  # rows and a bar would run into each other
        progress = bar("Đang xuất", total, is_quiet=is_on_screen)
        with _written(shape, to, number) as write, progress as advance:
            written = 0
            async for table, row in rows:
                write(table, row)
                advance(1)
                written += 1
            if number is not None and not written:
                raise WrongInput(f"Không có người số {number}. Xem số: hocso report --by person")
    return written


def _written(shape: Form, to: Path | None, number: int | None) -> AbstractContextManager[Write]:
    if shape is Form.JSON and number is not None:
        return _one_document(number, to)
    return _on_stdout() if to is None else _in_files(to, shape)


# ---------------------------------------------------------------- where rows go


@contextmanager
def _on_stdout() -> Iterator[Write]:
    def write(table: str, row: Row) -> None:
        sys.stdout.write(_json({"table": table, "row": row}) + "\n")

    yield write


@contextmanager
def _one_document(number: int, to: Path | None) -> Iterator[Write]:
    """One JSON of everything, written when all of it is there."""
    found: dict[str, list[Row]] = {}
    yield lambda table, row: found.setdefault(table, []).append(row)
    text = json.dumps({"person": number, "tables": found}, ensure_ascii=False, indent=2) + "\n"
    if to is None:
        sys.stdout.write(text)
        return
    with _new_file(_new_folder(to) / f"person-{number}.json") as file:
        file.write(text)


@contextmanager
def _in_files(to: Path, shape: Form) -> Iterator[Write]:
    """One file per table that has rows, in a folder of their own."""
    begin = {Form.JSON: _json_lines, Form.CSV: _csv_lines}[shape]
    tables: dict[str, Callable[[Row], None]] = {}
    with ExitStack() as opened:

        def write(table: str, row: Row) -> None:
            if table not in tables:
                path = _new_folder(to) / f"{table}.{'csv' if shape is Form.CSV else 'jsonl'}"
                tables[table] = begin(opened.enter_context(_new_file(path)), row)
            tables[table](row)

        yield write


def _json_lines(file: TextIO, _first: Row) -> Callable[[Row], None]:
    return lambda row: _write_line(file, row)


def _write_line(file: TextIO, row: Row) -> None:
    file.write(_json(row) + "\n")


def _csv_lines(file: TextIO, first: Row) -> Callable[[Row], None]:
    file.write(BOM)
    sheet = csv.writer(file)
    sheet.writerow(first)
    return lambda row: _write_cells(sheet.writerow, row)


def _write_cells(write: Callable[[Sequence[object]], object], row: Row) -> None:
    write([_cell(value) for value in row.values()])


def _cell(value: object) -> object:
    if isinstance(value, dict | list):
        return _json(value)
    return plain_cell(value) if isinstance(value, str) else value


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _new_folder(path: Path) -> Path:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise WrongInput(
            f"Không ghi được vào {path} ({error.strerror}). Chọn thư mục khác."
        ) from None
    return path


def _new_file(path: Path) -> TextIO:
    """A new text file that only its owner may read."""
    path.touch(mode=0o600, exist_ok=False)
    return path.open("w", encoding="utf-8", newline="")
