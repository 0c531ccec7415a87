"""Grading: two of three by default, rounded up, and any other rule a ward may set."""

import pytest

from lessons import PassRule, Question, Score, grade

QUIZ = tuple(Question("Câu hỏi?", ("a", "b", "c"), answer, "Vì sao.") for answer in (0, 2, 1))


@pytest.mark.parametrize(
    ("chosen", "score"),
    [
        ((0, 2, 1), Score(3, 3, passed=True)),
        ((0, 2, 0), Score(2, 3, passed=True)),
        ((0, 1, 0), Score(1, 3, passed=False)),
        ((-1, -1, -1), Score(0, 3, passed=False)),
    ],
)
def test_two_right_answers_of_three_are_enough(chosen: tuple[int, ...], score: Score) -> None:
    assert grade(QUIZ, chosen) == score


@pytest.mark.parametrize(
    ("questions", "needed"), [(0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (300, 200)]
)
def test_what_is_needed_is_rounded_up_for_any_length(questions: int, needed: int) -> None:
    assert PassRule().needed(questions) == needed


def test_a_stricter_rule_asks_for_every_answer() -> None:
    assert grade(QUIZ, (0, 2, 0), PassRule(right=1, of=1)) == Score(2, 3, passed=False)


def test_a_missing_answer_is_a_bug_of_the_caller() -> None:
    with pytest.raises(ValueError, match="shorter"):
        grade(QUIZ, (0, 2))


@pytest.mark.parametrize(("right", "of"), [(4, 3), (-1, 3), (0, 0)])
def test_a_rule_that_nobody_can_meet_is_refused(right: int, of: int) -> None:
    with pytest.raises(ValueError, match="no quiz can ask"):
        PassRule(right, of)
