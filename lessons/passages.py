"""The texts of a content folder one by one, each with the place it stands, for the linter."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a text is for; the linter has its own limits for each."""

    TITLE = "title"
    OBJECTIVE = "objective"
    CARD = "card"
    PRACTICE = "practice"
    QUESTION = "question"
    OPTION = "option"
    EXPLAIN = "explain"
    RADIO = "radio"
    ALT = "alt"
    LABEL = "label"  # an option of a choice among the phrases
    CONSENT = "consent"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a content file, and the lesson it belongs to."""

    file: str
    line: int | None
    lesson: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """One text a person reads; `name` is what an editor calls it, such as “thẻ 2”."""

    place: Place
    kind: Kind
    name: str
    text: str
