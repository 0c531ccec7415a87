"""A sheet read as a list of one kind: heads found, cells read, everything wrong with it said at once."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.lists.cells import Bad, odd, shown
from bot.lists.files import read_file
from bot.lists.kinds import Column, Kind
from bot.lists.sheets import MAX_FILLED_ROWS, CellValue, OddCell, Sheet, Unreadable
from handlers._requests.lists import Fault, ListLine, Problem
from lessons import fold
from storage._list_plan import Names

EXAMPLE = "ví dụ"
"""How the first cell of the template's example row begins."""
HEAD_WITHIN = 15
"""The heads stand in one of so many filled rows; titles may stand above them."""
SURE = 2
"""So many heads make a row the heads of a list."""
_TOTALS = ("tong", "tong cong", "tong so", "cong")
_COUNTED = re.compile(r"\(\d+\)")
_OLD_LETTERS = re.compile("[¸µ¶¹¨¾»¼½Æ©ÊÇÈÉË®ÐÌÎÏÑªÕÒÓÔÖ×ØÜÞãßáä«åæç¬îëìÝ]")
_OWN_LETTERS = re.compile("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)

Row = tuple[int, tuple[CellValue, ...]]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was read. `ignored` are the heads of columns that nobody asked for."""

    lines: tuple[ListLine, ...]
    problems: tuple[Problem, ...]
    ignored: tuple[str, ...] = ()


def read_list(kind: Kind, body: bytes) -> Parsed:
    """Read a file as a list.

    Raises:
        Unreadable: the file itself cannot be used.
    """
    sheets = read_file(body)
    found = [(sheet, head) for sheet in sheets if (head := _head(kind, sheet)) is not None]
    if len({sheet.name for sheet, _ in found}) > 1:
        names = ", ".join(f"“{sheet.name}”" for sheet, _ in found)
        raise Unreadable(
            f"Tệp có {len(found)} trang tính cùng có danh sách: {names}. Chỉ để lại một trang."
        )
    if not found:
        return Parsed((), tuple(_no_head(kind, sheets)))
    sheet, place = max(found, key=lambda one: len(_known(kind, one[0].rows[one[1]][1])))
    return _read(kind, sheet, place)


# ---------------------------------------------------------------- heads


def _names(kind: Kind) -> dict[str, Column]:
    """The columns by every name their heads may have."""
    return {fold(name): one for one in kind.columns for name in (one.head, *one.also)}


def _known(kind: Kind, row: Sequence[CellValue]) -> dict[int, Column]:
    """Which columns of the sheet are columns of the list."""
    names = _names(kind)
    heads = {place: names.get(_folded(cell)) for place, cell in enumerate(row)}
    return {place: column for place, column in heads.items() if column is not None}


def _folded(cell: CellValue) -> str:
    """A head as it is compared: without marks, without the “(*)” or “(người)” behind it."""
    return fold(re.sub(r"\(.*?\)", " ", shown(cell))) if isinstance(cell, str) else ""


def _head(kind: Kind, sheet: Sheet) -> int | None:
    """The place among the sheet's rows where its heads stand, or None."""
    rows = sheet.rows[:HEAD_WITHIN]
    numbers = [len({one.key for one in _known(kind, row).values()}) for _, row in rows]
    best = max(numbers, default=0)
    return numbers.index(best) if best >= SURE else None


def _no_head(kind: Kind, sheets: Iterable[Sheet]) -> Iterator[Problem]:
    """A file without the heads: each that is needed, with what may have been meant for it."""
    sheets = tuple(sheets)
    if any(_is_in_old_letters(sheet) for sheet in sheets):
        raise Unreadable(
            "Tệp dùng phông chữ cũ (.VnTime, TCVN3). Chuyển sang Unicode (ví dụ bằng UniKey: Ctrl+Shift+F6) "
            "rồi tải lên."
        )
    texts = [shown(cell) for sheet in sheets for _, row in sheet.rows[:HEAD_WITHIN] for cell in row]
    names = Names([one for one in texts if one])
    for column in kind.columns:
        if column.is_needed:
            yield Problem(0, column.key, Fault.NO_COLUMN, column.head, names.nearest(column.head))


def _is_in_old_letters(sheet: Sheet) -> bool:
    cells = [cell for _, row in sheet.rows[:HEAD_WITHIN] for cell in row if isinstance(cell, str)]
    text = " ".join(cells)
    return len(_OLD_LETTERS.findall(text)) > len(cells) / 2 and not _OWN_LETTERS.search(text)


def _heads_wrong(
    kind: Kind, number: int, row: Sequence[CellValue], known: Mapping[int, Column]
) -> Iterator[Problem]:
    """Heads that are missing, stand there twice, or have one letter wrong."""
    there = [one.key for one in known.values()]
    for column in kind.columns:
        if there.count(column.key) > 1:
            yield Problem(number, column.key, Fault.COLUMN_TWICE, column.head)
    missing = {fold(one.head): one for one in kind.columns if one.key not in there}
    names = Names(one.head for one in missing.values())
    near: set[str] = set()
    for place, cell in enumerate(row):
        meant = names.nearest(shown(cell)) if place not in known and cell is not None else ""
        if meant:
            near.add(missing[fold(meant)].key)
            yield Problem(
                number, missing[fold(meant)].key, Fault.NEARLY_A_COLUMN, shown(cell), meant
            )
    for column in missing.values():
        if column.is_needed and column.key not in near:
            yield Problem(number, column.key, Fault.NO_COLUMN, column.head)


# ---------------------------------------------------------------- rows


def _read(kind: Kind, sheet: Sheet, place: int) -> Parsed:
    number, head = sheet.rows[place]
    known = _known(kind, head)
    rows = [row for row in sheet.rows[place + 1 :] if not _is_left_out(row[1])]
    problems = list(_heads_wrong(kind, number, head, known))
    problems += [
        Problem(max(one.first, number), "", Fault.MERGED, one.cells)
        for one in sheet.merged
        if one.last >= number
    ]
    if not rows:
        problems.append(Problem(0, "", Fault.NO_ROWS))
    if len(rows) > kind.most_rows:
        is_cut = len(sheet.rows) > MAX_FILLED_ROWS  # nobody has read how many more there are
        told = f"hơn {kind.most_rows}" if is_cut else str(len(rows))
        problems.append(Problem(0, "", Fault.TOO_MANY_ROWS, told, str(kind.most_rows)))
        rows = []
    lines: list[ListLine] = []
    if not problems:
        lines, problems = _lines(kind, known, rows)
    ignored = [shown(cell) for at, cell in enumerate(head) if cell is not None and at not in known]
    return Parsed(tuple(lines), tuple(problems), tuple(ignored))


def _is_left_out(row: Sequence[CellValue]) -> bool:
    """The example of the template, a total, and the row “(1) (2) (3)” below the heads."""
    filled = [cell for cell in row if cell is not None]
    first = fold(shown(filled[0]))
    is_example = first == fold(EXAMPLE) or first.startswith(f"{fold(EXAMPLE)} ")
    is_counted = all(isinstance(cell, str) and _COUNTED.fullmatch(cell) for cell in filled)
    return is_example or first in _TOTALS or is_counted


def _lines(
    kind: Kind, known: Mapping[int, Column], rows: Iterable[Row]
) -> tuple[list[ListLine], list[Problem]]:
    lines: list[ListLine] = []
    problems: list[Problem] = []
    empty = {one.key: one.empty for one in kind.columns}
    for number, row in rows:
        found: dict[str, Any] = dict(empty)
        wrong = 0
        for place, column in known.items():
            value = _cell(column, row[place] if place < len(row) else None)
            if isinstance(value, Bad):
                wrong += 1
                problems.append(Problem(number, column.key, value.fault, value.given, value.meant))
            else:
                found[column.key] = value
        if not wrong:
            lines.append(kind.make(number, found))
    return lines, problems


def _cell(column: Column, cell: CellValue) -> Any:
    if cell is None:
        return Bad(Fault.EMPTY) if column.is_needed else column.empty
    return odd(cell) if isinstance(cell, OddCell) else column.read(cell)
