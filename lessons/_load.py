"""A content folder into one Content value; the only module of this package that opens files.

    library/*.yaml    one lesson each        phrases/*.yaml    what the bot says, by conversation
    intents.yaml      words with a meaning   alarms.yaml       the alarm lanes, and what they have
                                             learnt in alarms_weights.txt
    contacts.yaml     who may be named       needs.yaml        what people come for
    code_words.yaml   what codes of invites are made of

Nothing is read at import, and nothing is read twice.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from lessons._evidence import NO_WEIGHTS, Weights, WeightsError, read_weights
from lessons._fields import Notes
from lessons._lesson import LessonFile, read_lesson
from lessons._phrases import PhraseLine, read_phrases
from lessons._tables import Contacts, read_contacts, read_intents, read_needs
from lessons._yaml import MAX_BYTES, Item, plain, read_yaml
from lessons.alarms import Lanes, read_lanes
from lessons.codes import read_code_words
from lessons.intents import Intents
from lessons.lint import Draft, lint
from lessons.lint_phrases import Used
from lessons.passages import Passage
from lessons.phrases import Phrases
from lessons.problems import ContentError, Problem
from lessons.schema import Content, Need

_Read = TypeVar("_Read")


def load(folder: Path, used: Used | None = None) -> Content:
    """Return the content of a folder.

    Args:
        folder: the folder that holds library/, phrases/ and the tables.
        used: the phrase keys that code says, each with the placeholders it fills (None for a key
            whose placeholders are not checked); without it keys are not checked.

    Raises:
        ContentError: something in the folder must be mended first.
    """
    content, problems = examine(folder, used)
    errors = [problem for problem in problems if not problem.is_warning]
    if content is None or errors:
        raise ContentError(errors)
    return content


def examine(
    folder: Path, used: Used | None = None, today: date | None = None
) -> tuple[Content | None, tuple[Problem, ...]]:
    """Return the content, None when it cannot be used, and every problem including warnings."""
    folder = folder.resolve()  # “.” has no name to tell an editor
    reading = _Reading(folder)
    tables = _tables(reading)
    lesson_files = reading.files("library")
    lessons = tuple(_lessons(reading, lesson_files, tables.needs))
    phrases = tuple(_phrases(reading, tables.intents))
    draft = Draft(
        folder.name,
        lessons,
        len(lessons) == len(lesson_files),
        phrases,
        tuple(reading.passages),
        tables.contacts,
    )
    problems = (*reading.problems, *lint(draft, used, today))
    if any(not problem.is_warning for problem in problems):
        return None, problems
    return _content(tables, draft), problems


@dataclass(slots=True)
class _Reading:
    """Opens the files of one folder and gathers what reading them brings to light."""

    folder: Path
    problems: list[Problem] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)

    def name(self, path: Path) -> str:
        """Return how an editor calls a file: lessons/library/TB-01.yaml."""
        return f"{self.folder.name}/{path.relative_to(self.folder).as_posix()}"

    def text(self, path: Path, lesson: str | None = None) -> str | None:
        """Return the text of a file; None, with a problem noted, when it cannot be read."""
        try:
            raw = path.read_bytes()
        except OSError:
            self.wrong(path, "không mở được tệp này. Xem lại tên tệp và quyền đọc.", lesson)
            return None
        if len(raw) > MAX_BYTES:
            said = f"tệp quá lớn, tối đa {MAX_BYTES} byte. Tách thành nhiều tệp."
            self.wrong(path, said, lesson)
            return None
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as wrong:
            line = raw.count(b"\n", 0, wrong.start) + 1
            said = f"dòng {line} không phải chữ UTF-8. Lưu lại tệp theo mã UTF-8."
            self.wrong(path, said, lesson)
            return None

    def item(self, path: Path, lesson: str | None = None) -> Item | None:
        """Return what a YAML file holds; None, with a problem noted, when it cannot be read."""
        text = self.text(path, lesson)
        if text is None:
            return None
        item, problems = read_yaml(self.name(path), text)
        self.problems += [replace(problem, lesson=lesson) for problem in problems]
        return item

    def files(self, name: str) -> Sequence[Path]:
        """Return the YAML files of a part of the folder; other files there are problems."""
        found = sorted(path for path in (self.folder / name).glob("*") if path.name[0] not in "._")
        for path in found:
            if path.suffix != ".yaml":
                self.wrong(path, "đuôi tệp phải là .yaml. Đổi tên hoặc chuyển đi chỗ khác.")
        chosen = [path for path in found if path.suffix == ".yaml"]
        if not chosen:
            said = "không có tệp .yaml nào. Xem lại thư mục nội dung."
            self.wrong(self.folder / name, said)
        return chosen

    def keep(self, notes: Notes) -> None:
        """Gather what reading one file brought to light."""
        self.problems += notes.problems
        self.passages += notes.passages

    def wrong(self, path: Path, text: str, lesson: str | None = None) -> None:
        """Note what must be mended in a file."""
        self.problems.append(Problem(self.name(path), None, lesson, text))


@dataclass(frozen=True, slots=True)
class _Tables:
    """The single tables; None is one that could not be read."""

    intents: Intents | None
    lanes: Lanes | None
    contacts: Contacts | None
    needs: tuple[Need, ...] | None
    code_words: tuple[str, ...] | None


def _tables(reading: _Reading) -> _Tables:
    weights = _weights(reading)
    lanes = _table(reading, "alarms.yaml", partial(_lanes, weights))
    return _Tables(
        _table(reading, "intents.yaml", read_intents),
        lanes,
        _table(reading, "contacts.yaml", read_contacts),
        _table(reading, "needs.yaml", read_needs),
        _table(reading, "code_words.yaml", read_code_words),
    )


def _table(reading: _Reading, name: str, read: Callable[[Item, Notes], _Read]) -> _Read | None:
    path = reading.folder / name
    item = reading.item(path)
    if item is None:
        return None
    notes = Notes(reading.name(path))
    found = read(item, notes)
    reading.keep(notes)
    return found


def _weights(reading: _Reading) -> Weights:
    """Return what the alarm lanes have learnt; nothing, with a problem noted, if it is unreadable."""
    path = reading.folder / "alarms_weights.txt"
    text = reading.text(path)
    if text is None:
        return NO_WEIGHTS
    try:
        return read_weights(text)
    except WeightsError as wrong:
        reading.wrong(path, str(wrong))
        return NO_WEIGHTS


def _lanes(weights: Weights, item: Item, notes: Notes) -> Lanes | None:
    """Return the compiled lanes; what their own reader refuses is told in its words."""
    document = plain(item)
    if not isinstance(document, dict):
        notes.wrong(item.line, "bảng báo động phải gồm các mục “tên: nội dung”. Viết lại theo mẫu.")
        return None
    try:
        return read_lanes(document, weights)
    except ValueError as wrong:
        notes.wrong(item.line, str(wrong).removeprefix("lessons/alarms.yaml").lstrip(": "))
    except (AttributeError, KeyError, TypeError):  # a list where a table belongs, a rule cut short
        notes.wrong(item.line, "có mục viết sai kiểu. So lại với mẫu ghi ở đầu tệp.")
    return None


def _lessons(
    reading: _Reading, files: Sequence[Path], needs: tuple[Need, ...] | None
) -> Iterator[LessonFile]:
    """Yield the lessons in which nothing was wrong to read."""
    keys = None if needs is None else [need.key for need in needs]
    for path in files:
        item = reading.item(path, lesson=path.stem)
        if item is not None:
            notes = Notes(reading.name(path), lesson=path.stem)
            lesson = read_lesson(item, notes, path.stem, keys)
            reading.keep(notes)
            if not notes.problems:
                yield lesson


def _phrases(reading: _Reading, intents: Intents | None) -> Iterator[PhraseLine]:
    word_sets = None if intents is None else intents.word_sets
    for path in reading.files("phrases"):
        item = reading.item(path)
        if item is not None:
            notes = Notes(reading.name(path))
            yield from read_phrases(item, notes, path.stem, word_sets)
            reading.keep(notes)


def _content(tables: _Tables, draft: Draft) -> Content | None:
    intents, lanes, contacts, needs = tables.intents, tables.lanes, tables.contacts, tables.needs
    code_words = tables.code_words
    if intents is None or lanes is None or contacts is None or needs is None or code_words is None:
        return None
    ordered = sorted(draft.lessons, key=lambda one: (one.order, one.lesson.level, one.lesson.id))
    lessons = {one.lesson.id: one.lesson for one in ordered}
    entries = {line.entry.key: line.entry for line in draft.phrases}
    return Content(
        lessons=MappingProxyType(lessons),
        phrases=Phrases(MappingProxyType(entries)),
        intents=intents,
        alarms=lanes,
        contacts=contacts.listed,
        ward_contacts=contacts.by_ward,
        needs=needs,
        code_words=code_words,
    )
