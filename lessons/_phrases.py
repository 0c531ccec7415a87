"""One phrase file (lessons/phrases/visit.yaml) into phrase entries, keyed visit.<name>.

hello: "Chào bà con!"         plain
agree:                        or with details
  text: "Đồng ý"
  words: yes                  a word set of intents.yaml, or a list of own words
  version: 2                  wording version, for consents
  needs_review: true
  review_note: "..."
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lessons._fields import Fields, Notes, did_you_mean
from lessons._yaml import Item
from lessons.passages import Kind, Place
from lessons.phrases import PhraseEntry, phrase_entry

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_DETAILS = ("text", "version", "words", "needs_review", "review_note")
_MAX_VERSION = 9999


WordSets = Mapping[str, tuple[str, ...]]  # None: unknown, so not checked


@dataclass(frozen=True, slots=True)
class PhraseLine:
    """A phrase as read and the place it stands."""

    place: Place
    entry: PhraseEntry


def read_phrases(
    item: Item, notes: Notes, stem: str, word_sets: WordSets | None
) -> tuple[PhraseLine, ...]:
    """Read one phrase file; `stem` is the file's name without .yaml."""
    if not _NAME.fullmatch(stem):
        notes.wrong(1, f"tên tệp “{stem}” phải là chữ thường không dấu. Đổi tên tệp.")
    if not isinstance(item.value, Mapping):
        notes.wrong(item.line, "tệp câu chữ phải gồm các dòng “tên: câu”. Viết lại theo mẫu.")
        return ()
    return tuple(_lines(item.value, notes, stem, word_sets))


def _lines(
    found: Mapping[str, Item], notes: Notes, stem: str, word_sets: WordSets | None
) -> Iterator[PhraseLine]:
    for name, item in found.items():
        if not _NAME.fullmatch(name):
            notes.wrong(
                item.line, f"tên câu “{name}” phải là chữ thường không dấu, nối bằng gạch dưới."
            )
        key = f"{stem}.{name}"
        yield PhraseLine(Place(notes.file, item.line), _entry(key, item, notes, word_sets))


def _entry(key: str, item: Item, notes: Notes, word_sets: WordSets | None) -> PhraseEntry:
    name = f"câu {key}"
    if not isinstance(item.value, Mapping):
        text = notes.text(item, name)
        _noted(notes, item.line, Kind.MESSAGE, name, text)
        return phrase_entry(key, text)
    fields = notes.fields(item, name, _DETAILS)
    text = fields.text("text")
    _noted(notes, fields.line("text"), _kind(key, fields), name, text)
    needs_review, note = fields.review()
    version = fields.integer("version", 1, _MAX_VERSION, default=1)
    return phrase_entry(
        key,
        text,
        version=version,
        words=_words(fields, word_sets),
        needs_review=needs_review,
        review_note=note,
    )


def _noted(notes: Notes, line: int, kind: Kind, name: str, text: str) -> None:
    if text:
        notes.passage(line, kind, name, text)


def _kind(key: str, fields: Fields) -> Kind:
    """A consent is what asks for one: it carries a version. Its options do not."""
    if "words" in fields:
        return Kind.LABEL
    return Kind.CONSENT if key.startswith("consent.") and "version" in fields else Kind.MESSAGE


def _words(fields: Fields, word_sets: WordSets | None) -> tuple[str, ...]:
    if "words" not in fields:
        return ()
    item = fields.values["words"]
    if not isinstance(item.value, str):
        return fields.texts("words")
    if word_sets is None:
        return ()
    if item.value not in word_sets:
        fields.notes.wrong(
            item.line,
            f"{fields.name} dùng bộ từ “{item.value}” chưa có trong intents.yaml. "
            f"{did_you_mean(item.value, word_sets)}",
        )
    return word_sets.get(item.value, ())
