"""What an update of Telegram says to us: private chats with people, and nothing else whatever it holds."""

import re
from collections.abc import Mapping
from typing import Any

from bot.channels._calls import Call, Event, Inbound, Reach
from bot.channels._signs import is_like
from handlers._talk import Kind
from handlers._understand import MAX_CHARS

_MAX_ID = 2**63
_MAX_DATA_BYTES = 64
_MAX_QUERY_CHARS = 256
_START = re.compile(r"/start(?:@[A-Za-z0-9_]{1,32})?(?:\s+(.*))?", re.DOTALL | re.IGNORECASE)
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")

_CONTENT = {
    **dict.fromkeys(("voice", "audio", "video_note"), Kind.VOICE),
    **dict.fromkeys(("sticker", "dice"), Kind.STICKER),
    **dict.fromkeys(
        ("photo", "video", "animation", "document", "live_photo", "paid_media", "story"),
        Kind.PICTURE,
    ),
    # Nothing says “not looked at and not kept” better than the note for a picture.
    **dict.fromkeys(
        ("contact", "location", "venue", "poll", "checklist", "game", "invoice"), Kind.PICTURE
    ),
    **dict.fromkeys(("giveaway", "giveaway_winners", "rich_message"), Kind.PICTURE),
}
"""What a person can send that is no text. A message with none of it tells of the chat itself (a pinned
message, a changed timer): nobody waits for an answer to that."""

TYPING = "sendChatAction"
"""The courtesy for whoever waits long for an answer; an answer that comes at once makes it needless."""


def events(update: object) -> tuple[Event, ...]:
    """What an update says; () for anything unknown, for groups, channels and other bots. Never raises."""
    if not isinstance(update, dict):
        return ()
    number = update.get("update_id")
    if not isinstance(number, int) or isinstance(number, bool) or abs(number) >= _MAX_ID:
        return ()
    event = _event(str(number), update)
    return () if event is None else (event,)


def _event(event_id: str, update: Mapping[Any, Any]) -> Event | None:
    match update:
        case {"message": dict() as message}:
            return _message(event_id, message)
        case {"edited_message": dict() as message}:
            return _edited(event_id, message)
        case {"callback_query": dict() as query}:
            return _tapped(event_id, query)
        case {"my_chat_member": dict() as change}:
            return _reach(change)
    return None


def _message(event_id: str, message: object) -> Event | None:
    chat = _private_chat(message)
    body = _body(message)
    if chat is None or body is None:
        return None
    match message:
        case {"media_group_id": str() as album} if "kind" in body and _PAYLOAD.fullmatch(album):
            event_id = f"album:{chat}:{album}"  # ten pictures sent at once are answered once
    return _inbound(event_id, chat, body)


def _edited(event_id: str, message: object) -> Event | None:
    """A change of words; a live location that moves is an edited message too.

    “This update may at times be triggered by changes to message fields that are either unavailable or
    not actively used by your bot.”
    """
    chat = _private_chat(message)
    match message:
        case {"text": str()} | {"caption": str()} if chat is not None:
            return _inbound(event_id, chat, {"text": "", "kind": Kind.EDITED.value, "alone": True})
    return None


def _inbound(event_id: str, chat: int, body: Mapping[str, Any]) -> Inbound:
    typing = Call(TYPING, {"chat_id": chat, "action": "typing"})
    return Inbound(str(chat), event_id, body, (typing,))


def _tapped(event_id: str, query: object) -> Event | None:
    """A button that was pressed; only in the own chat of whoever pressed it."""
    match query:
        case {
            "id": str() as query_id,
            "from": {"id": int() as sender} as person,
            "data": str() as data,
            "message": {"chat": {"id": int() as chat}} as message,
        } if (
            chat == sender
            and _private_chat({**message, "from": person}) == chat
            and _is_plain(data)
            and 0 < len(data.encode()) <= _MAX_DATA_BYTES
            and _is_plain(query_id)
            and 0 < len(query_id) <= _MAX_QUERY_CHARS
        ):
            body = {"text": _storable(_label(message, data)), "tap": data, "alone": True}
            call = Call("answerCallbackQuery", {"callback_query_id": query_id})
            return Inbound(str(chat), event_id, body, (call,))
    return None


def _label(message: Mapping[Any, Any], data: str) -> str:
    """What stands on the button; the message is only there while Telegram still shows it to bots."""
    match message:
        case {"reply_markup": {"inline_keyboard": list() as lines}}:
            buttons = [one for line in lines if isinstance(line, list) for one in line]
        case _:
            buttons = []
    for button in buttons:
        match button:
            case {"callback_data": str() as carried, "text": str() as label} if carried == data:
                return label
    return ""


def _reach(change: object) -> Event | None:
    """Whether the person let go of the bot or came back.

    “For private chats, this update is received only when the bot is blocked or unblocked by the user.”
    """
    chat = _private_chat(change)
    match change:
        case {"new_chat_member": {"status": "kicked" | "member" as status}} if chat is not None:
            return Reach(str(chat), is_reachable=status == "member")
    return None


# ---------------------------------------------------------------- what a message holds


def _body(message: object) -> dict[str, Any] | None:
    """What the inbox keeps of a message; None when a person sent nothing with it."""
    match message:
        case {"text": str() as text}:
            return _written(text)
        case {"sticker": {"emoji": str() as sign}} if is_like(sign):
            return {"text": "", "kind": Kind.LIKE.value}
        case dict():
            kind = next((kind for name, kind in _CONTENT.items() if name in message), None)
            caption = message.get("caption")
            text = _storable(caption) if isinstance(caption, str) else ""
            return None if kind is None else {"text": text, "kind": kind.value}
    return None


def _written(text: str) -> dict[str, Any]:
    found = _START.fullmatch(text.strip())
    if found is None:
        return {"text": _storable(text)}
    payload = found[1] or ""
    is_sound = _PAYLOAD.fullmatch(payload) is not None  # anybody may write a link
    return {"text": "", "start": payload if is_sound else "", "alone": True}


def _private_chat(holder: object) -> int | None:
    """The chat of a message that a person sent in private; None for any other."""
    match holder:
        case {
            "chat": {"type": "private", "id": int() as chat},
            "from": {"id": int() as sender} as person,
        } if _is_id(chat) and _is_id(sender) and person.get("is_bot") in (False, None):
            return chat
    return None


def _is_id(number: int) -> bool:
    """Whether it is a number a database can keep; True and False are no numbers."""
    return not isinstance(number, bool) and 0 < number < _MAX_ID


def _is_plain(text: str) -> bool:
    return text.isprintable()


def _storable(text: str) -> str:
    """The text without half characters, which no database can keep."""
    return text[:MAX_CHARS].encode("utf-8", "ignore").decode()
