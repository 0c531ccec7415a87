"""The fields of one mapping in a content file, read one by one; whatever is wrong is noted.

Reading goes on after a problem, with an empty value, so that an editor sees all problems at once.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from types import MappingProxyType

from lessons._yaml import Item
from lessons.passages import Kind, Passage, Place
from lessons.problems import Problem

_TYPE_NAMES = MappingProxyType(
    {
        str: "chữ",
        int: "số",
        float: "số lẻ",
        bool: "true/false",
        tuple: "danh sách",
        type(None): "trống",
    }
)


@dataclass(slots=True)
class Notes:
    """What reading a file brings to light: problems, and the passages a person will read."""

    file: str
    lesson: str | None = None
    problems: list[Problem] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)

    def wrong(self, line: int, text: str) -> None:
        """Note a problem at a line."""
        self.problems.append(Problem(self.file, line, self.lesson, text))

    def passage(self, line: int, kind: Kind, name: str, text: str) -> None:
        """Note a text that people read."""
        self.passages.append(Passage(Place(self.file, line, self.lesson), kind, name, text))

    def fields(self, item: Item, name: str, known: Collection[str]) -> "Fields":
        """Return the fields of a mapping, having noted the keys that nobody knows.

        An item that is no mapping is a problem and reads as an empty one.
        """
        if not isinstance(item.value, Mapping):
            self.wrong(
                item.line, f"{name} phải gồm các mục “tên: nội dung”, đang là {kind_of(item)}."
            )
            return Fields(self, Item(None, item.line), name, MappingProxyType({}))
        for key, inner in item.value.items():
            if key not in known:
                self.wrong(inner.line, f"{name} có mục lạ “{key}”. {did_you_mean(key, known)}")
        return Fields(self, item, name, item.value)

    def text(self, item: Item, name: str) -> str:
        """Return a text that must not be empty."""
        if isinstance(item.value, str) and (text := item.value.strip()):
            return text
        if item.value is None or isinstance(item.value, str):
            self.wrong(item.line, f"{name} đang trống. Viết nội dung vào.")
        else:
            advice = (
                "Đặt trong ngoặc kép."
                if isinstance(item.value, int | float)
                else "Viết lại thành một câu."
            )
            self.wrong(item.line, f"{name} phải là chữ, đang là {kind_of(item)}. {advice}")
        return ""

    def list(self, item: Item, name: str) -> tuple[Item, ...]:
        """Return the elements of a list."""
        if isinstance(item.value, tuple):
            return item.value
        self.wrong(
            item.line,
            f"{name} phải là danh sách, đang là {kind_of(item)}. "
            "Mỗi ý một dòng, mở đầu bằng gạch ngang.",
        )
        return ()

    def texts(self, item: Item, name: str) -> tuple[str, ...]:
        """Return the texts of a list."""
        return tuple(
            self.text(inner, f"{name}, mục {number}")
            for number, inner in enumerate(self.list(item, name), start=1)
        )


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one mapping; `name` is what an editor calls the mapping."""

    notes: Notes
    item: Item
    name: str
    values: Mapping[str, Item]

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def get(self, key: str) -> Item | None:
        """Return a field that must be there."""
        found = self.values.get(key)
        if found is None and self.item.value is not None:
            self.notes.wrong(
                self.item.line, f"{self.name} thiếu mục “{key}”. Thêm dòng “{key}: …”."
            )
        return found

    def line(self, key: str) -> int:
        """Return the line of a field, or of the mapping when the field is not there."""
        found = self.values.get(key)
        return self.item.line if found is None else found.line

    def text(self, key: str) -> str:
        """Return a text that must be there."""
        found = self.get(key)
        return "" if found is None else self.notes.text(found, f"mục “{key}” của {self.name}")

    def optional_text(self, key: str) -> str | None:
        """Return a text, or None when the key is not there."""
        return self.text(key) if key in self else None

    def read(self, key: str, kind: Kind, name: str) -> str:
        """Return a text that must be there and that people read."""
        text = self.text(key)
        if text:
            self.notes.passage(self.line(key), kind, name, text)
        return text

    def optional_read(self, key: str, kind: Kind, name: str) -> str | None:
        """Return a text that people read, or None when the key is not there."""
        return self.read(key, kind, name) if key in self else None

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the texts of a list that must be there."""
        found = self.get(key)
        return () if found is None else self.notes.texts(found, f"mục “{key}” của {self.name}")

    def elements(self, key: str) -> tuple[Item, ...]:
        """Return the elements of a list that must be there."""
        found = self.get(key)
        return () if found is None else self.notes.list(found, f"mục “{key}” của {self.name}")

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number between two others, both included."""
        if default is not None and key not in self:
            return default
        found = self.get(key)
        if found is None:
            return low
        value = found.value
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        shown = f"“{value}”" if isinstance(value, str | int | float) else kind_of(found)
        self.notes.wrong(
            found.line,
            f"mục “{key}” của {self.name} phải là số từ {low} đến {high}, đang là {shown}.",
        )
        return low

    def flag(self, key: str) -> bool:
        """Return true or false; false when the key is not there."""
        found = self.values.get(key)
        if found is None:
            return False
        if isinstance(found.value, bool):
            return found.value
        self.notes.wrong(found.line, f"mục “{key}” của {self.name} phải là true hoặc false.")
        return False

    def one_of(self, key: str, known: Collection[str] | None) -> str:
        """Return a word that must be one of those known, if any are."""
        word = self.text(key)
        if word and known is not None and word not in known:
            self.notes.wrong(
                self.line(key),
                f"mục “{key}” của {self.name}: không có “{word}”. {did_you_mean(word, known)}",
            )
        return word

    def pattern(self, key: str, pattern: re.Pattern[str], example: str) -> str:
        """Return a text of a given shape."""
        text = self.text(key)
        if text and not pattern.fullmatch(text):
            self.notes.wrong(
                self.line(key), f"mục “{key}” của {self.name} là “{text}”. Viết như “{example}”."
            )
        return text

    def optional_date(self, key: str) -> str | None:
        """Return an ISO date, or None when the key is not there."""
        if key not in self:
            return None
        text = self.text(key)
        try:
            return date.fromisoformat(text).isoformat() if text else None
        except ValueError:
            self.notes.wrong(
                self.line(key),
                f"mục “{key}” của {self.name} là “{text}”, không phải ngày. Viết như 2027-05-22.",
            )
            return None

    def review(self) -> tuple[bool, str | None]:
        """Return needs_review and review_note, which go together."""
        needed, note = self.flag("needs_review"), self.optional_text("review_note")
        if needed and "review_note" not in self:
            self.notes.wrong(
                self.line("needs_review"),
                f"{self.name} cần duyệt mà thiếu mục “review_note”. Ghi ai phải xem lại điều gì.",
            )
        if note is not None and not needed:
            self.notes.wrong(
                self.line("review_note"),
                f"{self.name} có “review_note” mà không có “needs_review: true”. "
                "Thêm vào, hoặc bỏ ghi chú.",
            )
        return needed, note


def kind_of(item: Item) -> str:
    """Return what an item is, in an editor's words."""
    return _TYPE_NAMES.get(type(item.value), "nhóm mục")


def nearest(word: str, known: Collection[str]) -> str | None:
    """Return the known word that looks most like this one."""
    return next(iter(get_close_matches(word, known, n=1, cutoff=0.6)), None)


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return the sentence that names the nearest known word, or all of them."""
    near = nearest(word, known)
    if near is not None:
        return f"Có phải “{near}” không?"
    return f"Chỉ dùng: {', '.join(known)}." if known else "Hiện chưa có bộ nào."
