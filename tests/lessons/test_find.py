"""Lessons by need and by what people type, over the lessons the product ships with."""

from dataclasses import replace
from pathlib import Path

import pytest

from lessons import Content, Lesson, by_need, by_words, load

FOLDER = Path(__file__).parents[2] / "lessons"


@pytest.fixture(scope="module")
def content() -> Content:
    return load(FOLDER)


@pytest.fixture(scope="module")
def lessons(content: Content) -> tuple[Lesson, ...]:
    return tuple(content.lessons.values())


def ids(found: tuple[Lesson, ...]) -> list[str]:
    return [lesson.id for lesson in found]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("chữ to", "TB-01"),
        ("chu to", "TB-01"),
        ("CHỮ TO", "TB-01"),
        ("otp", "TC-22"),
        ("biên lai giả", "TM-24"),
        ("bien lai gia", "TM-24"),
        ("biên lia giả", "TM-24"),
        ("cài ứng dụgn", "TB-03"),
        ("nói thay gõ chữ", "TB-05"),
    ],
)
def test_typed_words_find_the_lesson_people_mean(
    lessons: tuple[Lesson, ...], typed: str, first: str
) -> None:
    assert ids(by_words(lessons, typed))[0] == first


def test_the_name_of_an_app_finds_every_lesson_about_it(lessons: tuple[Lesson, ...]) -> None:
    found = ids(by_words(lessons, "vneid"))

    assert {"DD-12", "DD-14"} <= set(found)


def test_the_words_of_a_need_find_its_lessons_first(lessons: tuple[Lesson, ...]) -> None:
    found = by_words(lessons, "lua dao")

    assert len(found) >= 3
    assert {lesson.need for lesson in found[:3]} == {"lua_dao"}


@pytest.mark.parametrize(
    "typed", ["", "  ", "?!", "👍", "a b c", "zzzzzz", "TB-01", "\u200b", "ốc sên"]
)
def test_what_no_lesson_speaks_of_finds_nothing(lessons: tuple[Lesson, ...], typed: str) -> None:
    assert by_words(lessons, typed) == ()


def test_a_very_long_message_finds_at_most_eight(lessons: tuple[Lesson, ...]) -> None:
    assert len(by_words(lessons, "mã QR tiền AI gọi " * 20_000)) <= 8


def test_equally_good_lessons_keep_their_recommended_order(lessons: tuple[Lesson, ...]) -> None:
    twins = tuple(replace(lessons[0], id=f"TB-{number}") for number in range(10, 22))

    assert ids(by_words(twins, "chữ to")) == [f"TB-{number}" for number in range(10, 18)]


def test_short_words_must_be_typed_as_they_are(lessons: tuple[Lesson, ...]) -> None:
    assert (
        by_words((replace(lessons[0], title="Mã QR", objective="Quét mã.", need="ai"),), "qa") == ()
    )


def test_a_need_lists_its_lessons_in_recommended_order(
    content: Content, lessons: tuple[Lesson, ...]
) -> None:
    order = list(content.lessons)

    for need in content.needs:
        found = ids(by_need(lessons, need.key))

        assert found
        assert found == sorted(found, key=order.index)


def test_a_need_nobody_knows_has_no_lessons(lessons: tuple[Lesson, ...]) -> None:
    assert by_need(lessons, "nau_an") == ()


def test_every_lesson_is_found_by_its_own_title(lessons: tuple[Lesson, ...]) -> None:
    for lesson in lessons:
        assert ids(by_words(lessons, lesson.title))[0] == lesson.id
