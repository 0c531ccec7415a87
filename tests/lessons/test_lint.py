"""Rules over lessons together, and between texts and the code that says them."""

from pathlib import Path
from typing import Any

from lessons import examine

TB = "library/TB-01.yaml"
PHRASES = "phrases/learn.yaml"


def told(folder: Any, used: Any = None) -> list[str]:
    return [str(problem) for problem in examine(folder.path, used)[1]]


def test_three_equal_letters_in_a_lesson_give_the_answers_away(folder: Any) -> None:
    folder.replace(TB, "answer: A", "answer: B")
    folder.replace(TB, "answer: C", "answer: B")

    assert told(folder) == [
        (
            "lessons/library/TB-01.yaml dòng 19, bài TB-01: cả 3 câu hỏi đều có đáp án B. "
            "Đổi chỗ lựa chọn."
        )
    ]


def test_options_that_fold_to_the_same_words_are_refused(folder: Any) -> None:
    folder.replace(TB, '["Danh bạ", "Cài đặt", "Máy ảnh"]', '["Đúng", "Dừng", "Mở"]')

    assert told(folder) == [
        (
            "lessons/library/TB-01.yaml dòng 20, bài TB-01: câu hỏi 1 có hai lựa chọn bỏ dấu thì "
            "giống nhau (“Đúng”). Viết khác đi."
        )
    ]


def test_a_right_answer_much_longer_than_the_others_is_refused(folder: Any) -> None:
    folder.replace(TB, '"Cài đặt"', '"Cài đặt, hình bánh răng"')

    assert told(folder) == [
        (
            "lessons/library/TB-01.yaml dòng 20, bài TB-01: câu hỏi 1 có đáp án dài hơn hẳn các lựa "
            "chọn khác, nhìn là đoán ra. Cắt bớt, hoặc viết dài các lựa chọn kia."
        )
    ]


def library_of_four(folder: Any) -> None:
    for number in (2, 3, 4):
        folder.add_lesson(f"TB-0{number}", number, f"Bài thứ {number}")


def test_letters_that_are_rare_over_all_lessons_are_told(folder: Any) -> None:
    library_of_four(folder)
    for number in (1, 2, 3):
        folder.replace(f"library/TB-0{number}.yaml", "answer: C", "answer: B")

    assert told(folder) == [
        (
            "lessons/library: đáp án B chiếm 58 % số câu hỏi, cần từ 20 đến 50 %. "
            "Đổi chỗ lựa chọn ở vài bài."
        ),
        (
            "lessons/library: đáp án C chiếm 8 % số câu hỏi, cần từ 20 đến 50 %. "
            "Đổi chỗ lựa chọn ở vài bài."
        ),
    ]


def test_right_answers_that_are_mostly_the_longest_are_told(folder: Any) -> None:
    library_of_four(folder)
    for number in (1, 2, 3, 4):
        name = f"library/TB-0{number}.yaml"
        folder.replace(name, '"Cài đặt"', '"Mục Cài đặt"')
        folder.replace(name, '"Bấm nút âm lượng"', '"Bấm nút âm lượng máy"')

    assert told(folder) == []

    for number in (1, 2, 3, 4):
        folder.replace(
            f"library/TB-0{number}.yaml", "Bấm nút âm lượng máy", "Bấm nút âm lượng cạnh máy"
        )

    assert told(folder) == [
        (
            "lessons/library: 8/12 câu hỏi có đáp án là lựa chọn dài nhất, tối đa 40 %. "
            "Cắt bớt đáp án, hoặc viết dài lựa chọn khác ở vài bài."
        )
    ]


def test_two_lessons_may_share_neither_order_nor_title(folder: Any) -> None:
    folder.add_lesson("TB-02", 1, "Chinh chu to cho dễ đọc")

    assert told(folder) == [
        (
            "lessons/library/TB-02.yaml dòng 3, bài TB-02: tên bài trùng với tệp "
            "lessons/library/TB-01.yaml. Đổi một bên."
        ),
        (
            "lessons/library/TB-02.yaml dòng 5, bài TB-02: thứ tự trùng với tệp "
            "lessons/library/TB-01.yaml. Đổi một bên."
        ),
    ]


USED = {
    "learn.hello": frozenset[str](),
    "learn.saved": frozenset({"number"}),
    "learn.agree": None,
    "learn.later": frozenset[str](),
}


def test_keys_and_placeholders_that_fit_are_no_problem(folder: Any) -> None:
    assert told(folder, USED) == []


def test_a_misspelt_key_is_told_from_both_sides(folder: Any) -> None:
    folder.replace(PHRASES, "hello:", "helo:")

    assert told(folder, USED) == [
        "lessons/phrases/learn.yaml: thiếu câu “learn.hello”. Có phải “learn.helo” không?",
        (
            "lessons/phrases/learn.yaml dòng 1: câu “learn.helo” không chỗ nào dùng. "
            "Có phải “learn.hello” không?"
        ),
    ]


def test_a_missing_and_an_unused_phrase_are_told(folder: Any) -> None:
    used = {key: names for key, names in USED.items() if key != "learn.later"}

    assert told(folder, used | {"quiz.right": frozenset()}) == [
        "lessons/phrases/learn.yaml dòng 7: câu “learn.later” không chỗ nào dùng. Bỏ câu này.",
        "lessons/phrases/quiz.yaml: thiếu câu “quiz.right”. Thêm dòng “right: …”.",
    ]


def test_a_placeholder_nobody_fills_in_is_told_with_the_nearest(folder: Any) -> None:
    folder.replace(PHRASES, "{number}", "{numbr}")

    content, problems = examine(folder.path, USED)

    assert content is None
    assert [(str(problem), problem.is_warning) for problem in problems] == [
        (
            (
                "lessons/phrases/learn.yaml dòng 2: câu learn.saved có chỗ trống {numbr} không ai "
                "điền. Có phải {number} không?"
            ),
            False,
        ),
        (
            (
                "lessons/phrases/learn.yaml dòng 2: câu learn.saved không dùng {number} dù được điền. "
                "Thêm vào câu nếu cần."
            ),
            True,
        ),
    ]


def test_an_option_and_a_consent_have_their_own_lengths(folder: Any) -> None:
    folder.replace(PHRASES, 'text: "Đồng ý"', f'text: "{"Đồng ý " * 12}"')
    folder.write("phrases/consent.yaml", f'save: {{text: "{"lưu " * 110}", version: 1}}\n')

    assert told(folder)[0] == (
        "lessons/phrases/consent.yaml dòng 1: câu consent.save dài 439 ký tự, tối đa 400. "
        "Cắt bớt, phần còn lại để ở “Đọc kỹ hơn”."
    )
    assert told(folder)[-1] == (
        "lessons/phrases/learn.yaml dòng 5: câu learn.agree dài 83 ký tự, tối đa 70. Cắt bớt."
    )


def test_the_content_that_ships_has_no_errors() -> None:
    _, problems = examine(Path(__file__).parents[2] / "lessons")

    assert [str(problem) for problem in problems if not problem.is_warning] == []
