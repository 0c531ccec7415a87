"""Telegram as a channel: what an update says, what a message becomes, what an answer means.

    update  -> events() -> inbox  -> parse()   private chats only; nothing at all for everything else
    message -> rows()   -> outbox -> build()   one row, one call, one message there
    answer  -> read()                          one outcome

The platform's own sentences below are those of https://core.telegram.org/bots/api, Bot API 10.1, read
on 2026-11-22. Texts are plain: no parse mode, so nothing a person or an editor writes can break one.
"""

import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bot.channels._calls import Attachment, Call, Limits
from bot.channels._signs import is_like
from bot.channels._telegram_answers import read
from bot.channels._telegram_text import MAX_CAPTION, MAX_TEXT, cut, keyboard, units, with_choices
from bot.channels._telegram_updates import TYPING, events
from handlers._talk import Heard, Kind, Tap
from handlers._understand import MAX_CHARS

__all__ = ["LIMITS", "NAME", "TYPING", "build", "events", "menu", "parse", "read", "rows", "verify"]

NAME = "telegram"
LIMITS = Limits(per_second=30, seconds_per_chat=1.0)
"""“Not able to broadcast more than about 30 messages per second”, and in one chat “avoid sending more
than one message per second” (https://core.telegram.org/bots/faq, read on 2026-11-22)."""
START = "/start"
"""What the engine understands as opening the chat."""
NOT_OURS = Tap("", 0, "")
"""A button that no question of ours has: it is answered as one of an earlier question."""

_KINDS = {kind.value: kind for kind in Kind}
_NO_COMMANDS: Mapping[str, str] = MappingProxyType({})
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@[A-Za-z0-9_]{1,32})?(?:\s+(.*))?", re.DOTALL)
_MIMES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
}


def verify(header: str | None, secret: str) -> bool:
    """Whether a webhook request carries the secret, compared in constant time; no secret, no request.

    “A secret token to be sent in a header “X-Telegram-Bot-Api-Secret-Token” in every webhook request.”
    """
    if not header or not secret:
        return False
    given, wanted = (one.encode("utf-8", "surrogatepass") for one in (header, secret))
    return hmac.compare_digest(given, wanted)


# ---------------------------------------------------------------- what came in


def parse(
    body: Mapping[str, Any], at: datetime, commands: Mapping[str, str] = _NO_COMMANDS
) -> Heard:
    """The message in a body that `events` made.

    Args:
        body: what the inbox kept.
        at: when it was taken in.
        commands: the words that each command of the menu stands for (`Intents.commands`).
    """
    if "start" in body:
        return Heard(START, at)
    raw, tap, kind = body.get("text"), body.get("tap"), body.get("kind")
    text = raw[:MAX_CHARS] if isinstance(raw, str) else ""
    if isinstance(tap, str):
        return Heard(text, at, tap=Tap.read(tap) or NOT_OURS)
    if isinstance(kind, str) and kind in _KINDS:
        return Heard(text, at, _KINDS[kind])
    return Heard(_said(text, commands), at, Kind.LIKE if is_like(text) else Kind.TEXT)


def _said(text: str, commands: Mapping[str, str]) -> str:
    """A command as the words it stands for; one that nobody knows, as its own words."""
    found = _COMMAND.fullmatch(text.strip())
    if found is None:
        return text
    name, more = found[1], found[2] or ""
    return f"{commands.get(name.lower(), name)} {more}".strip()


# ---------------------------------------------------------------- what goes out


_ON_LAST = ("choices", "question", "several", "placeholder", "buttons")
"""What belongs to the end of a message: its last row carries it."""


def rows(body: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """The rows one message becomes, in the order they are sent: each will be one message there.

    A picture carries the whole text when that fits into a caption, and stands before it otherwise; sound
    stands before the text, so that the question is what is read last; a file follows it.
    """
    shown = with_choices(body)
    text, image, file = shown["text"], body.get("image"), body.get("file")
    last = {key: shown[key] for key in _ON_LAST if key in shown}
    made: list[dict[str, Any]] = []
    if body.get("audio"):
        made.append({"text": "", "audio": body["audio"]})
    if image and units(text) <= MAX_CAPTION:
        made.append({"text": text, "image": image, **last})
    else:
        made += [{"text": "", "image": image}] if image else []
        made += _texts(text, last)
    if file and file["text"]:
        made.append({"text": "", "file": file})
    return tuple(made)


def _texts(text: str, last: Mapping[str, Any]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = [{"text": piece} for piece in cut(text, MAX_TEXT)]
    if made:
        made[-1].update(last)
    return made


def build(key: str, body: Mapping[str, Any], known: Mapping[str, str], media: Path) -> Call:
    """The call that sends one row.

    Args:
        key: the chat.
        body: the row, as `rows` made it.
        known: the files the account has there already, by `Call.upload`.
        media: the folder of the content's pictures and sounds.
    """
    parameters: dict[str, Any] = {"chat_id": int(key)}
    if (buttons := keyboard(body)) is not None:
        parameters["reply_markup"] = buttons
    if body.get("image"):
        if body["text"].strip():
            parameters["caption"] = body["text"]
        return _with_media("photo", parameters, media / body["image"]["src"], known)
    if body.get("audio"):
        return _with_media("audio", parameters, media / body["audio"], known)
    if body.get("file"):
        one = body["file"]
        content = one["text"].encode()
        return Call(
            "sendDocument", parameters, Attachment("document", one["name"], one["mime"], content)
        )
    parameters["text"] = body["text"]
    parameters["link_preview_options"] = {"is_disabled": True}
    return Call("sendMessage", parameters)


def _with_media(
    field: str, parameters: Mapping[str, Any], file: Path, known: Mapping[str, str]
) -> Call:
    """A call with a file of the content folder: by its id where it was sent before, uploaded otherwise."""
    method, upload = f"send{field.capitalize()}", _edition(file)
    if file_id := known.get(upload):
        return Call(method, {**parameters, field: file_id}, upload=upload)
    attachment = Attachment(field, file.name, _MIMES[file.suffix.lower()], file)
    return Call(method, parameters, attachment, upload)


def _edition(file: Path) -> str:
    """The name a file is remembered by: another one as soon as somebody puts a mended picture there."""
    try:
        found = file.stat()
    except OSError:  # the sender, who opens it, says so
        return file.name
    return f"{file.name}:{found.st_size:x}:{found.st_mtime_ns:x}"


def menu(titles: Mapping[str, str]) -> Call:
    """The call that tells Telegram the commands, each with its title (`Intents.menu`)."""
    commands = [{"command": name, "description": title} for name, title in titles.items()]
    return Call("setMyCommands", {"commands": commands, "scope": {"type": "all_private_chats"}})
