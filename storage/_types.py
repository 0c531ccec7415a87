"""Column types that both databases keep alike."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator


def dump(value: Any) -> str:
    """Return `value` as compact JSON that any database takes.

    Half a surrogate pair, as broken clients send them, is no UTF-8: such a text is written in escapes.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text


def storable(text: str) -> str:
    """Return `text` without what a text column cannot hold: U+0000 and half a surrogate pair."""
    return text.replace("\0", "").encode(errors="replace").decode()


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: an aware datetime goes in, an aware datetime in UTC comes out.

    SQLite alone takes naive values and returns naive ones. A naive value raises ValueError here.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """Return the moment in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: pass an aware datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """Return the stored moment, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A JSON value kept as text; None is NULL.

    Text, because PostgreSQL's own type refuses U+0000 and lone surrogates that people's messages may hold.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's
        """Return the JSON text."""
        return None if value is None else dump(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's
        """Return the parsed value."""
        return None if value is None else json.loads(value)
