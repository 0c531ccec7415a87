"""Grading: how many answers are right, and whether that is enough."""

from dataclasses import dataclass

from lessons.schema import Question


@dataclass(frozen=True, slots=True)
class PassRule:
    """A quiz is passed with `right` of every `of` answers right: 2 of 3, so 4 of 5 or 6."""

    right: int = 2
    of: int = 3

    def __post_init__(self) -> None:
        if not 0 <= self.right <= self.of or self.of == 0:
            raise ValueError(f"no quiz can ask for {self.right} of {self.of} right answers")

    def needed(self, questions: int) -> int:
        """Return how many of these questions must be right, rounded up."""
        return -(-self.right * questions // self.of)


@dataclass(frozen=True, slots=True)
class Score:
    """A graded quiz."""

    right: int
    of: int
    passed: bool


STANDARD = PassRule()


def grade(quiz: tuple[Question, ...], chosen: tuple[int, ...], rule: PassRule = STANDARD) -> Score:
    """Return the score of one option chosen per question, counted from 0.

    A number that is no option of the question, such as -1 for “không biết”, is not right.
    Raises ValueError when there are not as many answers as questions.
    """
    right = sum(question.answer == option for question, option in zip(quiz, chosen, strict=True))
    return Score(right, len(quiz), right >= rule.needed(len(quiz)))
