"""Charts as SVG text: bars side by side with their names, columns over time. Pure.

Nothing is asked of whoever shows them: no script, no style sheet, no font of their own. Every mark carries its
number, dark on white, so that it reads on an old screen, on a black-and-white printer and by a screen reader
(title and desc); the caller puts the table behind it. Numbers are written as in Vietnamese: 25.736, 69,85%.

    bars(name, title, told, (Bar("Tân Trung", 25_736, 36_845), …))
    columns(name, title, told, (Column("10/2026", 120), …))
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap

from handlers import _printed

WIDTH = 480
FONT = "Segoe UI, Roboto, Noto Sans, Arial, sans-serif"
INK, FILL, SHEET, WRONG = "#14191f", "#0b3d66", "#ffffff", "#8a1010"
SIZE = 16
LINE = 21
"""Between the feet of two lines of text."""
LETTERS = 56
"""So many letters of this size fit into the width, wide ones too."""
MOST_LINES = 3
BAR = 16
ROW_GAP = 14
LETTER = 8.6
"""How wide a letter of a number is, at most."""
NOTHING = "Chưa có số liệu."

TALL = 170
"""The tallest column."""
UPRIGHT = 9
"""From so many columns on their numbers and names are turned, to be read upwards."""
MOST_COLUMNS = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, its number, and what that is a part of (None: nobody knows)."""

    name: str
    value: int
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name below it and its number above."""

    name: str
    value: int


def bars(
    name: str, title: str, told: str, rows: Sequence[Bar], *, is_to_greatest: bool = False
) -> str:
    """Draw bars below each other, each under its name.

    Where every row is a part of something known, a bar is that part and its frame the whole, or, with
    `is_to_greatest`, the longest bar is the greatest part and there is no frame; else the longest bar is
    the greatest number. More than the whole is as long as the whole, and says so. `name` is unique on its
    page; `told` says the same in a sentence.
    """
    are_shares = bool(rows) and all(row.of for row in rows)
    has_frames = are_shares and not is_to_greatest
    greatest = max((row.value for row in rows), default=0)
    longest = max(map(_part, rows)) if are_shares and is_to_greatest else 1
    numbers = [_number(row, is_share=are_shares) for row in rows]
    room = WIDTH - round(6 + LETTER * max(map(len, numbers), default=0))
    drawn, top = [], 0
    for row, number in zip(rows, numbers, strict=True):
        lines = _lines(row.name)
        drawn += [_text(0, top + LINE * n - 5, line) for n, line in enumerate(lines, start=1)]
        top += LINE * len(lines)
        whole = row.of if are_shares and row.of else greatest
        length = _length(row.value, whole * longest, room)
        if has_frames:
            drawn.append(_box(0.5, top + 0.5, (room - 1, BAR - 1), SHEET, INK))
        if length:
            drawn.append(_box(0, top, (length, BAR), WRONG if row.value > whole else FILL))
        drawn.append(_text((room if has_frames else length) + 6, top + BAR - 3, number))
        top += BAR + ROW_GAP
    return _svg(name, title, told, top, drawn)


def _part(row: Bar) -> float:
    """Which part of its whole a row is, never more than all of it."""
    return min(1, row.value / row.of) if row.of else 0


def _length(value: int, whole: float, room: int) -> int:
    """How long a bar is: something where there is anything, and never more than there is room."""
    return max(1, round(room * min(value, whole) / whole)) if value and whole else 0


def _number(row: Bar, *, is_share: bool) -> str:
    number = _printed.number(row.value)
    if not is_share or not row.of:
        return number
    over = " !" if row.value > row.of else ""
    return f"{number} ({_printed.percent(row.value, row.of)}){over}"


def columns(name: str, title: str, told: str, rows: Sequence[Column]) -> str:
    """Draw columns beside each other, oldest first; of more than `MOST_COLUMNS` the last ones."""
    rows = rows[-MOST_COLUMNS:]
    if not rows:
        return _svg(name, title, told, 0, ())
    is_upright = len(rows) >= UPRIGHT
    greatest = max(row.value for row in rows)
    above = 8 + (10 * len(_printed.number(greatest)) if is_upright else LINE)
    below = 10 + (9 * max(len(row.name) for row in rows) if is_upright else LINE)
    foot = above + TALL
    drawn = [f'<line x1="0" y1="{foot}" x2="{WIDTH}" y2="{foot}" stroke="{INK}"/>']
    step = WIDTH / len(rows)
    for place, row in enumerate(rows):
        tall = max(round(TALL * row.value / greatest), 1) if row.value else 0
        middle, wide = step * (place + 0.5), min(step * 0.7, 48)
        if tall:
            drawn.append(_box(middle - wide / 2, foot - tall, (wide, tall), FILL))
        under = foot + (below - 4 if is_upright else LINE - 3)
        drawn += [
            _word(middle, foot - tall - 6, _printed.number(row.value), is_upright=is_upright),
            _word(middle, under, row.name, is_upright=is_upright),
        ]
    return _svg(name, title, told, foot + below, drawn)


# ---------------------------------------------------------------- pieces


def _lines(text: str) -> list[str]:
    """A name in lines that fit; a very long one is cut."""
    return wrap(text, LETTERS, max_lines=MOST_LINES, placeholder=" …") or [""]


def _box(x: float, y: float, size: tuple[float, float], fill: str, edge: str = "") -> str:
    stroke = f' stroke="{edge}"' if edge else ""
    wide, high = map(_plain, size)
    at = f'x="{_plain(x)}" y="{_plain(y)}" width="{wide}" height="{high}"'
    return f'<rect {at} fill="{fill}"{stroke}/>'


def _text(x: float, y: float, text: str, more: str = "") -> str:
    """Text by the left end of its foot; `more` are attributes."""
    return f'<text x="{_plain(x)}" y="{_plain(y)}"{more}>{escape(text)}</text>'


def _word(middle: float, y: float, text: str, *, is_upright: bool) -> str:
    """A number or name of a column: across it, or turned to be read upwards from its foot."""
    if not is_upright:
        return _text(middle, y, text, ' text-anchor="middle"')
    x = middle + SIZE / 3
    return _text(x, y, text, f' transform="rotate(-90 {_plain(x)} {_plain(y)})"')


def _plain(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _svg(name: str, title: str, told: str, height: float, drawn: Iterable[str]) -> str:
    """The whole picture; without anything drawn it says that there is nothing."""
    body = "".join(drawn)
    if not body:
        height, body = LINE + 6, _text(0, LINE - 3, NOTHING)
    key = escape(name)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {_plain(height)}" role="img"'
        f' aria-labelledby="{key}-title {key}-desc" font-family="{FONT}" font-size="{SIZE}" fill="{INK}">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(told)}</desc>'
        f'<rect width="100%" height="100%" fill="{SHEET}"/>{body}</svg>'
    )
