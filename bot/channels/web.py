"""The web chat as a channel. Local: no request leaves; sent means readable in the person's history."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.channels._signs import is_like
from handlers._talk import Heard, Kind, Tap
from handlers._understand import MAX_CHARS

NAME = "web"
START = "/start"
_VISITOR = re.compile(r"[A-Za-z0-9_-]{43}")


def visitor_key(header: str | None) -> str | None:
    """The stored key of a visitor: the SHA-256 of the 256 random bits in their header, or None."""
    if header is None or not _VISITOR.fullmatch(header):
        return None
    return hashlib.sha256(header.encode()).hexdigest()


def parse(body: Mapping[str, Any], at: datetime) -> Heard:
    """The message in a posted body; anything that is no text reads as an empty one."""
    if body.get("start"):
        return Heard(START, at)
    raw = body.get("text")
    text = raw[:MAX_CHARS] if isinstance(raw, str) else ""
    tap = body.get("tap")
    seen = body.get("seen")
    return Heard(
        text=text,
        at=at,
        kind=Kind.LIKE if is_like(text) else Kind.TEXT,
        tap=Tap.read(tap) if isinstance(tap, str) else None,
        seen=seen if isinstance(seen, str) else None,
    )
