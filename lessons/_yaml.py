"""YAML text into values that remember their lines.

Stricter than YAML where an office worker would be caught out: `yes` and `no` stay words, a date and
`1:30` stay text, a key may stand once, there are no tags and no anchors (so no file can grow).
Events are read, not PyYAML's nodes: its C composer ends the process at deep nesting (measured with
100,000 brackets), and an event costs the same.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import yaml

from lessons.problems import Problem

MAX_BYTES = 400_000
MAX_DEPTH = 10

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INDENTED_BY_TAB = re.compile(r"^ *\t")
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INTEGER = re.compile(r"[-+]?(0|[1-9]\d{0,15})")  # longer ones are texts, not counts
_FLOAT = re.compile(r"[-+]?\d{1,16}\.\d{1,16}")
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTHS = MappingProxyType({"true": True, "True": True, "false": False, "False": False})

# PyYAML's sentence (a part of it) -> what the editor did and does about it.
_COMPLAINTS = (
    ("mapping values are not allowed", "có dấu hai chấm trong câu. Đặt cả câu trong ngoặc kép."),
    ("unexpected end of stream", "thiếu dấu ngoặc kép đóng. Thêm ngoặc kép vào cuối câu."),
    ("could not find expected ':'", "thiếu dấu hai chấm sau tên mục. Thêm dấu hai chấm."),
    ("cannot start any token", "câu mở đầu bằng ký hiệu đặc biệt. Đặt cả câu trong ngoặc kép."),
    ("unknown escape character", "có dấu \\ trong ngoặc kép. Bỏ dấu đó đi."),
    ("',' or", "thiếu dấu phẩy hoặc dấu đóng ngoặc. Xem lại chỗ ngoặc mở gần nhất ở phía trên."),
    (
        "did not find expected",
        "thụt dòng chưa thẳng hàng hoặc ngoặc kép nằm giữa câu. Xem lại dòng này và dòng trên.",
    ),
)
_OTHER_COMPLAINT = "viết chưa đúng cách YAML. Xem lại dấu hai chấm, ngoặc kép và thụt dòng."


@dataclass(frozen=True, slots=True)
class Item:
    """A value of a content file and the line it stands on (counted from 1)."""

    value: "Value"
    line: int


Value: TypeAlias = "str | int | float | bool | tuple[Item, ...] | Mapping[str, Item] | None"


class _BadFileError(Exception):
    """Reading stops here; never leaves this module."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line
        self.text = text


def read_yaml(file: str, text: str) -> tuple[Item | None, tuple[Problem, ...]]:
    """Read one document; the item is None when it cannot be read, and then there is a problem."""
    try:
        _check_characters(text)
        events = iter(yaml.parse(text, Loader=_LOADER))
        return _Composer(events).document(), ()
    except _BadFileError as wrong:
        return None, (Problem(file, wrong.line, None, wrong.text),)
    except yaml.YAMLError as wrong:
        return None, (_translated(file, wrong),)


def plain(item: Item) -> Any:
    """The item without its lines, as dicts, lists and scalars."""
    if isinstance(item.value, tuple):
        return [plain(inner) for inner in item.value]
    if isinstance(item.value, Mapping):
        return {key: plain(inner) for key, inner in item.value.items()}
    return item.value


def _check_characters(text: str) -> None:
    if len(text) > MAX_BYTES:
        raise _BadFileError(1, f"tệp quá dài, tối đa {MAX_BYTES} ký tự. Tách thành nhiều tệp.")
    for number, line in enumerate(text.split("\n"), start=1):
        if _INDENTED_BY_TAB.match(line):
            raise _BadFileError(
                number, "thụt dòng bằng phím Tab. Xóa Tab, thụt dòng bằng dấu cách."
            )
        if found := _UNREADABLE.search(line):
            code = f"U+{ord(found[0]):04X}"
            raise _BadFileError(number, f"có ký tự điều khiển {code}. Xóa ký tự đó.")


def _translated(file: str, wrong: yaml.YAMLError) -> Problem:
    mark = getattr(wrong, "problem_mark", None)
    said = str(getattr(wrong, "problem", ""))
    text = next((ours for theirs, ours in _COMPLAINTS if theirs in said), _OTHER_COMPLAINT)
    return Problem(file, None if mark is None else mark.line + 1, None, text)


class _Composer:
    """Builds items out of the parser's events."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events

    def document(self) -> Item:
        next(self._events)  # stream start
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise _BadFileError(1, "tệp trống. Viết nội dung vào, hoặc xóa tệp.")
        item = self._item(next(self._events), 0)
        next(self._events)  # document end
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _BadFileError(
                after.start_mark.line + 1, "có dấu --- thứ hai. Mỗi tệp chỉ viết một phần."
            )
        return item

    def _item(self, event: Any, depth: int) -> Item:
        line = event.start_mark.line + 1
        _check_event(event, line, depth)
        if isinstance(event, yaml.ScalarEvent):
            return Item(_scalar(event), line)
        if isinstance(event, yaml.SequenceStartEvent):
            return Item(tuple(self._sequence(depth)), line)
        return Item(self._mapping(depth), line)

    def _sequence(self, depth: int) -> Iterator[Item]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._item(event, depth + 1)

    def _mapping(self, depth: int) -> Mapping[str, Item]:
        found: dict[str, Item] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent):
                raise _BadFileError(
                    line, "tên mục phải là một chữ. Viết lại: tên, hai chấm, nội dung."
                )
            key = event.value
            if key in found:
                first = found[key].line
                raise _BadFileError(
                    line, f"mục “{key}” viết hai lần (đã có ở dòng {first}). Bỏ một chỗ."
                )
            found[key] = Item(self._item(next(self._events), depth + 1).value, line)
        return MappingProxyType(found)


def _check_event(event: Any, line: int, depth: int) -> None:
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        raise _BadFileError(
            line, "dùng dấu & hoặc * ở đầu. Viết đủ nội dung, hoặc đặt câu trong ngoặc kép."
        )
    if event.tag is not None:
        raise _BadFileError(line, "dùng dấu ! ở đầu. Đặt cả câu trong ngoặc kép.")
    if depth > MAX_DEPTH:
        raise _BadFileError(line, f"lồng nhau quá {MAX_DEPTH} bậc. Viết lại theo mẫu.")


def _scalar(event: Any) -> str | int | float | bool | None:
    value: str = event.value
    if not event.implicit[0]:  # it stands in quotes or in a block: a text whatever it looks like
        return value
    if value in _NOTHING:
        return None
    if value in _TRUTHS:
        return _TRUTHS[value]
    if _INTEGER.fullmatch(value):
        return int(value)
    return float(value) if _FLOAT.fullmatch(value) else value
