"""A message as it is stored in the outbox and read by channels: plain JSON."""

from typing import Any

from handlers._talk import Message

CHOICE_FIELDS = ("number", "label", "tap")


def to_body(message: Message) -> dict[str, Any]:
    """The JSON of a message; absent parts are left out."""
    body: dict[str, Any] = {"text": message.text}
    if message.choices:
        body["choices"] = [
            {"number": c.number, "label": c.label, "tap": c.tap} for c in message.choices
        ]
    if message.question:
        body["question"] = message.question
    if message.is_several:
        body["several"] = True
    if message.hint:
        body["placeholder"] = message.hint
    if message.media and message.media.image:
        body["image"] = {"src": message.media.image, "alt": message.media.image_alt or ""}
    if message.media and message.media.audio:
        body["audio"] = message.media.audio
    if message.documents:
        one = message.documents[0]
        body["file"] = {"name": one.name, "mime": one.mime, "text": one.text}
    return body
