"""The terminal as a channel: `hocso talk`. Local."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.channels._signs import is_like
from handlers._talk import Heard, Kind
from handlers._understand import MAX_CHARS

NAME = "console"


def parse(body: Mapping[str, Any], at: datetime) -> Heard:
    """One typed line."""
    text = str(body.get("text", ""))[:MAX_CHARS]
    return Heard(text, at, Kind.LIKE if is_like(text) else Kind.TEXT)


def show(body: Mapping[str, Any]) -> str:
    """A message as lines of text: the choices numbered under it."""
    lines = [str(body["text"])] if body.get("text") else []
    if body.get("image"):
        lines.append(f"[ảnh: {body['image']['alt']}]")
    lines += [f"{choice['number']}. {choice['label']}" for choice in body.get("choices", ())]
    if body.get("file"):
        lines += [f"[{body['file']['name']}]", str(body["file"]["text"])]
    return "\n".join(lines)
