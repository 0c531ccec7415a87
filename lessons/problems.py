"""What is wrong with a content file, in one sentence that says what to do.

Exceptions a caller can meet from this package when content is read:

    ContentError    the files must be mended; its text is one sentence per problem
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one content file; a warning does not stop the content from being used.

    `str()` of it is what an editor reads, for example
    "lessons/library/TB-01.yaml dòng 12, bài TB-01: thẻ 2 dài 240 ký tự, tối đa 220. Cắt bớt ..."
    """

    file: str
    line: int | None
    lesson: str | None
    text: str
    is_warning: bool = False

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file} dòng {self.line}"
        if self.lesson is not None:
            where += f", bài {self.lesson}"
        return f"{where}: {self.text}"


class ContentError(Exception):
    """The content cannot be used as it stands; `problems` holds every reason, never a warning."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
