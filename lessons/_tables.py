"""The single tables of a content folder: intents.yaml, contacts.yaml, needs.yaml."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lessons._fields import Fields, Notes
from lessons._yaml import Item
from lessons.intents import Intent, Intents
from lessons.passages import Kind
from lessons.schema import CONFIDENCES, WARD_PLACEHOLDERS, Contact, Need

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Contacts:
    """The contacts anybody may be told, and the placeholders whose values a ward gives."""

    listed: tuple[Contact, ...]
    by_ward: Mapping[str, str]


def read_intents(item: Item, notes: Notes) -> Intents:
    """Read intents.yaml; a word that starts two conversations is a problem."""
    fields = notes.fields(
        item, "bảng từ", ("conversations", "word_sets", "polite", "marked", "commands")
    )
    word_sets = {
        name: notes.texts(inner, f"bộ từ “{name}”")
        for name, inner in _entries(fields.get("word_sets"), notes, "mục “word_sets”")
    }
    intents = tuple(
        _intent(name, inner, notes)
        for name, inner in _entries(fields.get("conversations"), notes, "mục “conversations”")
    )
    _note_shared_words(intents, fields.line("conversations"), notes)
    marked = fields.texts("marked") if "marked" in fields else ()
    commands = _commands(fields, intents, notes) if "commands" in fields else {}
    return Intents(
        intents, MappingProxyType(word_sets), fields.texts("polite"), frozenset(marked), commands
    )


def read_contacts(item: Item, notes: Notes) -> Contacts:
    """Read contacts.yaml."""
    fields = notes.fields(item, "danh bạ", ("contacts", "ward_contacts"))
    contacts = tuple(_contact(inner, notes) for inner in fields.elements("contacts"))
    placeholders = {
        name: notes.text(inner, f"chỗ trống “{name}”")
        for name, inner in _entries(fields.get("ward_contacts"), notes, "mục “ward_contacts”")
    }
    for name in placeholders:
        if name in WARD_PLACEHOLDERS:
            notes.wrong(
                fields.line("ward_contacts"), f"chỗ trống “{name}” đã có sẵn. Đặt tên khác."
            )
    return Contacts(contacts, MappingProxyType(placeholders))


def read_needs(item: Item, notes: Notes) -> tuple[Need, ...]:
    """Read needs.yaml: key and title of each need, in the order they are offered."""
    fields = notes.fields(item, "bảng nhu cầu", ("needs",))
    return tuple(_needs(fields.get("needs"), notes))


def _needs(item: Item | None, notes: Notes) -> Iterator[Need]:
    for key, inner in _entries(item, notes, "mục “needs”"):
        name = f"tên nhu cầu “{key}”"
        if title := notes.text(inner, name):
            notes.passage(inner.line, Kind.LABEL, name, title)
        yield Need(key, title)


def _entries(item: Item | None, notes: Notes, name: str) -> Iterator[tuple[str, Item]]:
    """Yield the entries of a mapping whose keys are free, but plain names."""
    if item is None:
        return
    if not isinstance(item.value, Mapping):
        notes.wrong(item.line, f"{name} phải gồm các mục “tên: nội dung”. Viết lại theo mẫu.")
        return
    for key, inner in item.value.items():
        if not _NAME.fullmatch(key):
            notes.wrong(
                inner.line, f"{name}: tên “{key}” phải là chữ thường không dấu, nối bằng gạch dưới."
            )
        yield key, inner


def _intent(name: str, item: Item, notes: Notes) -> Intent:
    fields = notes.fields(item, f"việc “{name}”", ("title", "words"))
    title = fields.read("title", Kind.LABEL, f"tên của việc “{name}”")
    return Intent(name, title, fields.texts("words"))


def _commands(fields: Fields, intents: tuple[Intent, ...], notes: Notes) -> Mapping[str, str]:
    """Return a messenger's menu; a command stands for words that ask for a conversation."""
    known = {word for intent in intents for word in intent.words}
    commands = {}
    for name, inner in _entries(fields.get("commands"), notes, "mục “commands”"):
        words = notes.text(inner, f"lệnh “{name}”")
        if words and words not in known:
            notes.wrong(
                inner.line,
                f"lệnh “{name}” thay cho “{words}”, nhưng không việc nào có từ này. "
                "Viết đúng một từ ở mục “words” của một việc.",
            )
        commands[name] = words
    return MappingProxyType(commands)


def _note_shared_words(intents: tuple[Intent, ...], line: int, notes: Notes) -> None:
    owners: dict[str, str] = {}
    for intent in intents:
        for word in intent.words:
            owner = owners.setdefault(word.casefold(), intent.name)
            if owner != intent.name:
                notes.wrong(
                    line, f"từ “{word}” mở cả việc “{owner}” và “{intent.name}”. Bỏ bớt một chỗ."
                )


def _contact(item: Item, notes: Notes) -> Contact:
    fields = notes.fields(
        item, "liên hệ", ("value", "use", "confidence", "needs_review", "review_note")
    )
    needs_review, note = fields.review()
    return Contact(
        value=fields.text("value"),
        use=fields.text("use"),
        confidence=fields.one_of("confidence", CONFIDENCES),
        needs_review=needs_review,
        review_note=note,
    )
