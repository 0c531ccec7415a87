"""A small, sound content folder that a test may break."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

REAL = Path(__file__).parents[2] / "lessons"

LESSON = """\
id: {id}
version: 1
title: "{title}"
need: dien_thoai
order: {order}
audience: [cao_tuoi, nguoi_dan]
skill: TB1
level: 1
minutes: 5
objective: "Tự tăng được cỡ chữ trên điện thoại."
confidence: BACKGROUND
needs_review: false
review_by: 2027-05-22
cards:
  - "Chữ nhỏ quá thì mình chỉnh to lên được. Việc này không mất tiền."
  - "Mở Cài đặt, hình bánh răng, rồi tìm Màn hình."
  - "Kéo thanh trượt sang phải thì chữ to dần."
practice: "Thử mở Cài đặt và tăng cỡ chữ lên một nấc."
quiz:
  - q: "Muốn chữ to hơn, mình mở mục nào?"
    options: ["Danh bạ", "Cài đặt", "Máy ảnh"]
    answer: B
    explain: "Trong Cài đặt có mục Màn hình và Cỡ chữ."
  - q: "Tăng cỡ chữ có làm hỏng máy không?"
    options: ["Không hỏng gì cả", "Có, máy sẽ chậm đi", "Có, mất hết số"]
    answer: A
    explain: "Không thích thì kéo về như cũ."
  - q: "Tiếng nhỏ quá thì làm gì trước?"
    options: ["Mang ra cửa hàng sửa", "Tắt nguồn máy", "Bấm nút âm lượng"]
    answer: C
    explain: "Nút âm lượng ở cạnh máy."
radio: "Mời bà con học cách chỉnh chữ to."
"""

PHRASES = """\
hello: "Chào bà con! Đây là {bot}."
saved:
  text: "Đã ghi {number}."
agree:
  text: "Đồng ý"
  words: yes
later:
  text: "Để sau"
  words: ["mai", "thôi"]
"""

INTENTS = """\
conversations:
  learn: {title: "Học một bài", words: ["học", "học bài"]}
  results: {title: "Kết quả", words: ["kết quả"]}
word_sets:
  yes: ["có", "vâng"]
  no: ["không"]
polite: ["ạ", "dạ"]
marked: ["dừng"]
"""


ALARMS = """\
classes: {}
denials: ["không"]
speaker: ["tôi"]
guards: {}
lanes:
  self_harm: {plain: {patterns: ["muốn chết"]}}
  danger: {plain: {patterns: ["cháy nhà"]}}
  money_gone: {plain: {patterns: ["lỡ chuyển tiền"]}}
"""


@dataclass(frozen=True)
class Folder:
    """A content folder on disk; its lesson is library/TB-01.yaml."""

    path: Path

    def read(self, name: str) -> str:
        return (self.path / name).read_text(encoding="utf-8")

    def write(self, name: str, text: str | bytes) -> None:
        raw = text.encode() if isinstance(text, str) else text
        (self.path / name).write_bytes(raw)

    def replace(self, name: str, old: str, new: str) -> None:
        before = self.read(name)
        assert old in before
        self.write(name, before.replace(old, new, 1))

    def add_lesson(self, lesson_id: str, order: int, title: str) -> None:
        text = LESSON.format(id=lesson_id, order=order, title=title)
        self.write(f"library/{lesson_id}.yaml", text)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "lessons")
    (made.path / "library").mkdir(parents=True)
    (made.path / "phrases").mkdir()
    for name in ("contacts.yaml", "needs.yaml", "code_words.yaml", "alarms_weights.txt"):
        shutil.copy(REAL / name, made.path / name)
    made.write("alarms.yaml", ALARMS)
    made.write("intents.yaml", INTENTS)
    made.write("phrases/learn.yaml", PHRASES)
    made.add_lesson("TB-01", 1, "Chỉnh chữ to cho dễ đọc")
    return made
