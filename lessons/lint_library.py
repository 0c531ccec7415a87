"""Rules for a lesson as a whole and for all lessons together: order, dates, fair answers.

A quiz whose right answer can be guessed unread (always B, always the longest) teaches nothing.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from lessons._lesson import LessonFile
from lessons.problems import Problem
from lessons.schema import LETTERS, Question
from lessons.text import fold

FEWEST_QUESTIONS = 12  # below this, shares of letters say nothing
LEAST_SHARE, GREATEST_SHARE = 20, 50  # percent of all right answers, for each letter
LONGEST_SHARE = 40  # percent of questions whose right option is the longest
LENGTH_RATIO = 2.5


@dataclass(frozen=True, slots=True)
class _Unique:
    """Something no two lessons may share, and how an editor calls it."""

    field: str
    name: str
    of: Callable[[LessonFile], Hashable]


_UNIQUE = (
    _Unique("id", "mã bài", lambda one: one.lesson.id),
    _Unique("order", "thứ tự", lambda one: one.order),
    _Unique("title", "tên bài", lambda one: fold(one.lesson.title)),
)


def lesson_problems(files: Sequence[LessonFile], today: date | None) -> Iterator[Problem]:
    """Yield what is wrong with single lessons; `today` finds those whose review is overdue."""
    for unique in _UNIQUE:
        yield from _shared(files, unique)
    for one in files:
        yield from _quiz(one)
        if today is not None:
            yield from _overdue(one, today)


def _problem(one: LessonFile, line: int, text: str, *, is_warning: bool = False) -> Problem:
    return Problem(one.file, line, one.lesson.id or None, text, is_warning)


def _shared(files: Sequence[LessonFile], unique: _Unique) -> Iterator[Problem]:
    first: dict[Hashable, LessonFile] = {}
    for one in files:
        owner = first.setdefault(unique.of(one), one)
        if owner is not one and unique.of(one) not in ("", 0):
            yield _problem(
                one,
                one.lines[unique.field],
                f"{unique.name} trùng với tệp {owner.file}. Đổi một bên.",
            )


def _quiz(one: LessonFile) -> Iterator[Problem]:
    quiz = one.lesson.quiz
    if len(quiz) > 1 and len({question.answer for question in quiz}) == 1:
        letter = LETTERS[quiz[0].answer]
        yield _problem(
            one,
            one.lines["quiz"],
            f"cả {len(quiz)} câu hỏi đều có đáp án {letter}. Đổi chỗ lựa chọn.",
        )
    for number, (question, line) in enumerate(zip(quiz, one.question_lines, strict=True), start=1):
        for text in _options(question):
            yield _problem(one, line, f"câu hỏi {number} {text}")


def _options(question: Question) -> Iterator[str]:
    folded = [fold(option) for option in question.options]
    for option, word in zip(question.options, folded, strict=True):
        if word and folded.count(word) > 1:
            yield f"có hai lựa chọn bỏ dấu thì giống nhau (“{option}”). Viết khác đi."
            return
    if question.answer >= len(question.options):
        return
    right = len(question.options[question.answer])
    others = [len(option) for i, option in enumerate(question.options) if i != question.answer]
    if others and right > LENGTH_RATIO * sum(others) / len(others):
        yield (
            "có đáp án dài hơn hẳn các lựa chọn khác, nhìn là đoán ra. "
            "Cắt bớt, hoặc viết dài các lựa chọn kia."
        )


def _overdue(one: LessonFile, today: date) -> Iterator[Problem]:
    review_by = one.lesson.review_by
    if review_by is not None and date.fromisoformat(review_by) < today:
        text = f"đã quá hạn xem lại {review_by}. Đọc lại cả bài rồi ghi ngày mới."
        yield _problem(one, one.lines["review_by"], text, is_warning=True)


def balance_problems(files: Sequence[LessonFile], folder: str) -> Iterator[Problem]:
    """Yield what gives right answers away over all lessons together."""
    questions = [question for one in files for question in one.lesson.quiz]
    if (count := len(questions)) < FEWEST_QUESTIONS:
        return
    letters = Counter(LETTERS[question.answer] for question in questions)
    for letter in LETTERS:
        share = 100 * letters[letter] / count
        if not LEAST_SHARE <= share <= GREATEST_SHARE:
            yield Problem(
                folder,
                None,
                None,
                f"đáp án {letter} chiếm {share:.0f} % số câu hỏi, cần từ {LEAST_SHARE} đến "
                f"{GREATEST_SHARE} %. Đổi chỗ lựa chọn ở vài bài.",
            )
    longest = sum(map(_is_longest, questions))
    if 100 * longest > LONGEST_SHARE * count:
        yield Problem(
            folder,
            None,
            None,
            f"{longest}/{count} câu hỏi có đáp án là lựa chọn dài nhất, tối đa {LONGEST_SHARE} %. "
            "Cắt bớt đáp án, hoặc viết dài lựa chọn khác ở vài bài.",
        )


def _is_longest(question: Question) -> bool:
    lengths = [len(option) for option in question.options]
    right = lengths[question.answer] if question.answer < len(lengths) else 0
    return lengths.count(max(lengths, default=0)) == 1 and right == max(lengths, default=0)
