"""What a browser posted, read without trusting any of it.

form = await read_form(request), or read_query(request.query) of an address
form["name"]            what was typed, one line, without blanks around it; "" when it was not there
form.number("tdp")      a whole number, or None
form.day("ends_on")     a day, or None
form.file("list")       an uploaded file, or None when none was chosen
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime

from aiohttp import ClientError, web
from aiohttp.http import HttpProcessingError

from bot.web.posted import clean

LONGEST_TEXT = 4000
LONGEST_NUMBER = 15
LONGEST_FILE_NAME = 120


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was uploaded; its name is whatever the browser says."""

    name: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a posted form."""

    texts: Mapping[str, str] = field(repr=False)
    files: Mapping[str, Upload]

    def __getitem__(self, name: str) -> str:
        return " ".join(self.lines(name).split())

    def lines(self, name: str) -> str:
        """What was typed into a field of several lines."""
        return self.texts.get(name, "").strip()

    def number(self, name: str) -> int | None:
        """A whole number from 0 on, or None for anything else."""
        return whole_number(self[name])

    def day(self, name: str) -> date | None:
        """A day typed as 22/11/2026 or sent as 2026-11-22 by a date field; None for anything else."""
        for form in ("%Y-%m-%d", "%d/%m/%Y"):
            with suppress(ValueError):
                return datetime.strptime(self[name], form).date()  # noqa: DTZ007 - a day has no zone
        return None

    def file(self, name: str) -> Upload | None:
        """An uploaded file, or None when none was chosen."""
        return self.files.get(name)


def whole_number(typed: str) -> int | None:
    """The number that was typed, from 0 on, or None."""
    is_number = typed.isascii() and typed.isdecimal() and len(typed) <= LONGEST_NUMBER
    return int(typed) if is_number else None


def read_query(query: Mapping[str, str]) -> Form:
    """Read what stands behind the question mark of an address, as a form."""
    return Form({name: clean(value, LONGEST_TEXT) for name, value in query.items()}, {})


async def read_form(request: web.Request) -> Form:
    """Read a posted form.

    Raises:
        web.HTTPRequestEntityTooLarge: it is larger than a page takes.
        web.HTTPBadRequest: it is no form, or was cut off.
    """
    try:
        posted = await request.post()
    except (ValueError, LookupError, ClientError, HttpProcessingError, web.RequestPayloadError):
        raise web.HTTPBadRequest from None  # LookupError: a charset nobody knows
    texts: dict[str, str] = {}
    files: dict[str, Upload] = {}
    for name, value in posted.items():
        if isinstance(value, str):
            texts.setdefault(name, clean(value, LONGEST_TEXT))
        elif isinstance(value, web.FileField) and value.filename:
            files.setdefault(name, _upload(value))
    return Form(texts, files)


def _upload(value: web.FileField) -> Upload:
    with value.file as opened:
        return Upload(clean(value.filename, LONGEST_FILE_NAME), opened.read())
