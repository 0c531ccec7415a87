"""All rules over a content folder that has been read: what an editor must mend, and what they may.

Rules for one text stand in lint_texts, for numbers and addresses in lint_contacts, for lessons
together in lint_library, between texts and code in lint_phrases. What cannot even be read (an
unknown key, a missing field) is found while reading.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lessons._lesson import LessonFile
from lessons._phrases import PhraseLine
from lessons._tables import Contacts
from lessons.lint_contacts import contact_problems
from lessons.lint_library import balance_problems, lesson_problems
from lessons.lint_phrases import Used, lesson_placeholder_problems, phrase_problems
from lessons.lint_texts import text_problems
from lessons.passages import Passage
from lessons.problems import Problem


@dataclass(frozen=True, slots=True)
class Draft:
    """A content folder as read; `folder` is its name in the sentences an editor reads.

    Lessons that could not be read are left out, and then shares over all lessons are not judged;
    `contacts` is None when they could not be read, and then they are not checked.
    """

    folder: str
    lessons: tuple[LessonFile, ...]
    has_every_lesson: bool
    phrases: tuple[PhraseLine, ...]
    passages: tuple[Passage, ...]
    contacts: Contacts | None


def lint(draft: Draft, used: Used | None = None, today: date | None = None) -> tuple[Problem, ...]:
    """Return every problem, in the order of files and lines.

    Args:
        draft: what was read.
        used: the phrase keys that code says, with the placeholders it fills; None: not checked.
        today: the local day, for reviews that are overdue; None: not checked.
    """
    return tuple(sorted(_problems(draft, used, today), key=_by_place))


def _problems(draft: Draft, used: Used | None, today: date | None) -> Iterator[Problem]:
    for passage in draft.passages:
        yield from text_problems(passage)
    if draft.contacts is not None:
        yield from _contacts(draft.passages, draft.contacts)
    yield from lesson_problems(draft.lessons, today)
    if draft.has_every_lesson:
        yield from balance_problems(draft.lessons, f"{draft.folder}/library")
    if used is not None:
        given = draft.contacts.by_ward if draft.contacts is not None else ()
        yield from phrase_problems(draft.phrases, used, given, f"{draft.folder}/phrases")


def _contacts(passages: tuple[Passage, ...], contacts: Contacts) -> Iterator[Problem]:
    known = frozenset(contact.value for contact in contacts.listed)
    for passage in passages:
        yield from contact_problems(passage, known)
    yield from lesson_placeholder_problems(passages, contacts.by_ward)


def _by_place(problem: Problem) -> tuple[str, int]:
    return problem.file, problem.line or 0
