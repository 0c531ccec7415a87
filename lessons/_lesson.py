"""One lesson file (lessons/library/TB-01.yaml) into a Lesson.

id: TB-01                 the file's name
version: 1
title: "..."
need: dien_thoai          a key of needs.yaml
order: 1                  position in the recommended order
audience: [cao_tuoi, nguoi_dan]
skill: TB1
level: 1
minutes: 5
objective: "..."
confidence: BACKGROUND
needs_review: false       true asks for review_note
review_by: 2027-05-22
cards: ["...", {text: "...", image: a.png, image_alt: "...", audio: a.mp3}]
practice: "..."
quiz: [{q: "...", options: ["..", "..", ".."], answer: B, explain: "..."}]
radio: "..."              loudspeaker text
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lessons._fields import Fields, Notes, did_you_mean
from lessons._yaml import Item
from lessons.passages import Kind
from lessons.schema import AUDIENCES, CONFIDENCES, LETTERS, Card, Lesson, Question

_ID = re.compile(r"[A-Z]{2}-\d{2,3}")
_SKILL = re.compile(r"[A-Z]{2}\d")
_IMAGE = re.compile(r"[a-z0-9][a-z0-9_-]*\.(?:png|jpg|jpeg|webp)")
_AUDIO = re.compile(r"[a-z0-9][a-z0-9_-]*\.(?:mp3|m4a|ogg)")
_CARD_KEYS = ("text", "image", "image_alt", "audio")
_QUESTION_KEYS = ("q", "options", "answer", "explain")
_KEYS = (
    "id",
    "version",
    "title",
    "need",
    "order",
    "audience",
    "skill",
    "level",
    "minutes",
    "objective",
    "confidence",
    "needs_review",
    "review_note",
    "review_by",
    "cards",
    "practice",
    "quiz",
    "radio",
)
MAX_ORDER = 999
MAX_MINUTES = 15
MAX_LEVEL = 3
MAX_VERSION = 9999
CARD_COUNT = range(3, 6)
QUESTION_COUNT = 3
OPTION_COUNT = range(2, 4)


@dataclass(frozen=True, slots=True)
class LessonFile:
    """A lesson as read, with what only its file says."""

    file: str
    lesson: Lesson
    order: int
    lines: Mapping[str, int]
    question_lines: tuple[int, ...]


def read_lesson(item: Item, notes: Notes, stem: str, needs: Collection[str] | None) -> LessonFile:
    """Read one lesson; `stem` is the file's name without .yaml."""
    fields = notes.fields(item, "bài", _KEYS)
    review, note = fields.review()
    question_items = fields.elements("quiz")
    lesson = Lesson(
        id=_identity(fields, stem),
        version=fields.integer("version", 1, MAX_VERSION),
        title=fields.read("title", Kind.TITLE, "tên bài"),
        need=fields.one_of("need", needs),
        audience=_audience(fields),
        skill=fields.pattern("skill", _SKILL, "TB1"),
        level=fields.integer("level", 1, MAX_LEVEL),
        minutes=fields.integer("minutes", 1, MAX_MINUTES),
        objective=fields.read("objective", Kind.OBJECTIVE, "mục tiêu"),
        confidence=fields.one_of("confidence", CONFIDENCES),
        needs_review=review,
        review_note=note,
        review_by=fields.optional_date("review_by"),
        cards=_cards(fields),
        practice=fields.read("practice", Kind.PRACTICE, "phần tập làm"),
        quiz=_quiz(fields, question_items),
        radio=fields.optional_read("radio", Kind.RADIO, "bài phát loa"),
    )
    order = fields.integer("order", 1, MAX_ORDER)
    lines = {key: fields.line(key) for key in _KEYS}
    return LessonFile(
        notes.file, lesson, order, lines, tuple(question.line for question in question_items)
    )


def _identity(fields: Fields, stem: str) -> str:
    found = fields.pattern("id", _ID, "TB-01")
    if found and found != stem:
        fields.notes.wrong(
            fields.line("id"),
            f"mã bài “{found}” khác tên tệp “{stem}.yaml”. Đổi mã bài hoặc đổi tên tệp.",
        )
    return found


def _audience(fields: Fields) -> tuple[str, ...]:
    found = fields.texts("audience")
    if "audience" in fields and not found:
        fields.notes.wrong(
            fields.line("audience"), "mục “audience” của bài đang trống. Ghi ít nhất một nhóm."
        )
    for word in found:
        if word and word not in AUDIENCES:
            fields.notes.wrong(
                fields.line("audience"),
                f"không có nhóm người học “{word}”. {did_you_mean(word, AUDIENCES)}",
            )
    return found


def _cards(fields: Fields) -> tuple[Card, ...]:
    items = fields.elements("cards")
    if items and len(items) not in CARD_COUNT:
        fields.notes.wrong(
            fields.line("cards"),
            f"bài có {len(items)} thẻ, cần từ {CARD_COUNT[0]} đến {CARD_COUNT[-1]}. "
            "Gộp hoặc tách thẻ.",
        )
    return tuple(_card(fields.notes, item, f"thẻ {n}") for n, item in enumerate(items, start=1))


def _card(notes: Notes, item: Item, name: str) -> Card:
    if not isinstance(item.value, Mapping):
        if text := notes.text(item, name):
            notes.passage(item.line, Kind.CARD, name, text)
        return Card(text)
    fields = notes.fields(item, name, _CARD_KEYS)
    card = Card(
        text=fields.read("text", Kind.CARD, name),
        image=fields.pattern("image", _IMAGE, "cai-dat.png") if "image" in fields else None,
        image_alt=fields.optional_read("image_alt", Kind.ALT, f"lời tả ảnh của {name}"),
        audio=fields.pattern("audio", _AUDIO, "tb-01-1.mp3") if "audio" in fields else None,
    )
    if (card.image is None) != (card.image_alt is None):
        notes.wrong(
            item.line,
            f"{name} phải có cả “image” và “image_alt”. Viết lời tả ảnh cho người không thấy ảnh.",
        )
    return card


def _quiz(fields: Fields, items: tuple[Item, ...]) -> tuple[Question, ...]:
    if "quiz" in fields and len(items) != QUESTION_COUNT:
        fields.notes.wrong(
            fields.line("quiz"),
            f"bài có {len(items)} câu hỏi, cần đúng {QUESTION_COUNT}. Thêm hoặc bớt câu hỏi.",
        )
    return tuple(
        _question(fields.notes, item, f"câu hỏi {n}") for n, item in enumerate(items, start=1)
    )


def _question(notes: Notes, item: Item, name: str) -> Question:
    fields = notes.fields(item, name, _QUESTION_KEYS)
    options = _options(fields, name)
    return Question(
        text=fields.read("q", Kind.QUESTION, name),
        options=options,
        answer=_answer(fields, len(options)),
        explain=fields.read("explain", Kind.EXPLAIN, f"lời giải thích của {name}"),
    )


def _options(fields: Fields, name: str) -> tuple[str, ...]:
    items = fields.elements("options")
    if items and len(items) not in OPTION_COUNT:
        fields.notes.wrong(
            fields.line("options"),
            f"{name} có {len(items)} lựa chọn, cần {OPTION_COUNT[0]} hoặc {OPTION_COUNT[-1]}. "
            "Thêm hoặc bớt lựa chọn.",
        )
    return tuple(
        _option(fields.notes, item, f"{name}, lựa chọn {n}")
        for n, item in enumerate(items, start=1)
    )


def _option(notes: Notes, item: Item, name: str) -> str:
    if text := notes.text(item, name):
        notes.passage(item.line, Kind.OPTION, name, text)
    return text


def _answer(fields: Fields, count: int) -> int:
    letter = fields.text("answer")
    known = LETTERS[:count] or LETTERS
    if letter in known and len(letter) == 1:
        return LETTERS.index(letter)
    if letter:
        fields.notes.wrong(
            fields.line("answer"),
            f"đáp án “{letter}” của {fields.name} không có trong các lựa chọn. "
            f"Chọn một chữ: {', '.join(known)}.",
        )
    return 0
