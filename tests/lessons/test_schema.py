"""What a lesson is, and when it counts as changed."""

from dataclasses import replace

import pytest

from lessons import Card, Lesson, Question

LESSON = Lesson(
    id="TB-01",
    version=1,
    title="Chỉnh chữ to",
    need="dien_thoai",
    audience=("cao_tuoi",),
    skill="TB1",
    level=1,
    minutes=5,
    objective="Tự tăng được cỡ chữ.",
    confidence="BACKGROUND",
    needs_review=False,
    review_note=None,
    review_by="2027-05-22",
    cards=(Card("Mở Cài đặt."), Card("Kéo sang phải."), Card("Thấy vừa thì dừng.")),
    practice="Thử tăng một nấc.",
    quiz=(Question("Mở mục nào?", ("Danh bạ", "Cài đặt"), 1, "Cài đặt có hình bánh răng."),),
    radio=None,
)

READ_BY_RESIDENTS = {
    "title": "Chỉnh chữ nhỏ",
    "minutes": 6,
    "objective": "Tự giảm được cỡ chữ.",
    "cards": (Card("Mở Cài đặt.", "a.png", "Bánh răng"), *LESSON.cards[1:]),
    "practice": "Thử giảm một nấc.",
    "quiz": (replace(LESSON.quiz[0], answer=0),),
    "radio": "Mời bà con học.",
}
FOR_THE_OFFICE = {
    "version": 2,
    "skill": "TB2",
    "confidence": "CONFIRMED",
    "needs_review": True,
    "review_note": "Đã hỏi.",
    "review_by": None,
}


def test_the_same_lesson_always_has_the_same_hash() -> None:
    assert LESSON.content_hash == replace(LESSON).content_hash
    assert len(LESSON.content_hash) == 64


@pytest.mark.parametrize("name", READ_BY_RESIDENTS)
def test_what_a_resident_reads_changes_the_hash(name: str) -> None:
    changed = replace(LESSON, **{name: READ_BY_RESIDENTS[name]})

    assert changed.content_hash != LESSON.content_hash


@pytest.mark.parametrize("name", FOR_THE_OFFICE)
def test_what_only_the_office_reads_leaves_an_approval_valid(name: str) -> None:
    changed = replace(LESSON, **{name: FOR_THE_OFFICE[name]})

    assert changed.content_hash == LESSON.content_hash


def test_a_text_that_moves_to_the_next_field_changes_the_hash() -> None:
    joined = replace(LESSON, cards=(Card("Mở Cài đặt. Kéo sang phải."), LESSON.cards[2]))

    assert joined.content_hash != LESSON.content_hash
