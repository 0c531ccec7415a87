"""A report as text: the same text for the same figures, known by its hash, read back exactly or not at all."""

from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter

from handlers._requests.report import VERSION, ReportFigures


class NotTheseFigures(ValueError):
    """A text is no report of this version."""


_CODEC = TypeAdapter(ReportFigures)


def freeze(figures: ReportFigures) -> str:
    """The figures as JSON text, the same text for the same figures."""
    return _CODEC.dump_json(figures).decode()


def thaw(text: str) -> ReportFigures:
    """The figures a frozen text holds.

    Raises:
        NotTheseFigures: it holds something else, something more, or not in this form.
    """
    try:
        found = _CODEC.validate_json(text, strict=True)
    except ValueError as error:
        raise NotTheseFigures(f"no report of version {VERSION}: {_first_line(error)}") from None
    if freeze(found) != text:
        raise NotTheseFigures("a report with something in it that this version does not know")
    return found


def _first_line(error: ValueError) -> str:
    return str(error).partition("\n")[0]


def as_document(figures: ReportFigures) -> dict[str, Any]:
    """The figures as plain JSON values, for a column or a file."""
    found: dict[str, Any] = _CODEC.dump_python(figures, mode="json")
    return found


def hash_of(frozen: str) -> str:
    """What a frozen report is known by: the SHA-256 of its text, in hex."""
    return sha256(frozen.encode()).hexdigest()
