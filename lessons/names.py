"""What somebody writes when asked how to be called: a form of address, a name, or both."""

import re

from lessons.text import clean, fold

FORMS = {
    "ong": "ông",
    "ba": "bà",
    "cu": "cụ",
    "bac": "bác",
    "co": "cô",
    "chu": "chú",
    "anh": "anh",
    "chi": "chị",
    "em": "em",
}
"""Forms of address by their folded spelling (residents.md: typed or skipped, never guessed)."""
MAX_NAME = 40
MAX_WORDS = 5
"""More words than this are a message, not a name."""
_MANY_DIGITS = re.compile(r"\d\D{0,2}\d\D{0,2}\d\D{0,2}\d")
_INTRODUCTION = re.compile(
    r"^(?:(?:cứ|hãy)\s+)?(?:tên\s+(?:tôi|là)(?:\s+là)?|tôi\s+(?:là|tên(?:\s+là)?)|gọi\s+(?:tôi\s+)?là)\s+",
    re.IGNORECASE,
)
_NOT_IN_NAMES = re.compile(r"[^\w\s'’.-]|_")


def called(text: str) -> tuple[str | None, str | None]:
    """Return (form of address, name); both None when it is no name: a number, a whole message."""
    spoken = _INTRODUCTION.sub("", clean(text))
    if _MANY_DIGITS.search(spoken) or "://" in spoken:
        return None, None
    parts = _NOT_IN_NAMES.sub(" ", spoken).split()
    if not parts or len(parts) > MAX_WORDS:
        return None, None
    form = FORMS.get(fold(parts[0]))
    name = " ".join(parts[1:] if form else parts)[:MAX_NAME].strip() or None
    return form, name if name and any(letter.isalpha() for letter in name) else None
