"""Whether a call is one the Bot API would take, and what it answers when it is not.

Stricter than the real one where a mistake would go unseen there: an unknown parameter is refused, and so is
a number or a truth value written as text in a JSON body.
"""

import hashlib
import ipaddress
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.fakes._telegram_table import (
    ACTIONS,
    BUTTONS_PER_KEYBOARD,
    METHODS,
    OBJECTS,
    PARSE_MODES,
    SCOPES,
    UPDATES,
    Method,
    Parameter,
)

PHOTO_BYTES, FILE_BYTES = 10_000_000, 50_000_000
IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF", b"BM")
PORTS = (443, 80, 88, 8443)
CALLBACK_ACTIONS = frozenset(OBJECTS["InlineKeyboardButton"].parameters) - {
    "text",
    "style",
    "icon_custom_emoji_id",
}
TOO_LONG = {"text": "message is too long", "caption": "message caption is too long"}
EMPTY = {"text": "message text is empty", "chat_id": "chat_id is empty"}
_COMMAND = re.compile("[a-z0-9_]{1,32}")
_SECRET = re.compile("[A-Za-z0-9_-]{1,256}")


class Refusal(Exception):
    """The answer to a call that is not carried out."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """The answer as the Bot API writes it."""
        answer: dict[str, Any] = {"ok": False, "error_code": self.code}
        answer["description"] = self.description
        if self.retry_after is not None:
            answer["parameters"] = {"retry_after": self.retry_after}
        return answer


def bad(what: str) -> Refusal:
    """A 400 with its usual beginning."""
    return Refusal(400, f"Bad Request: {what}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in a multipart body."""

    name: str
    mime: str
    content: bytes

    def facts(self) -> dict[str, Any]:
        """Its name, size and fingerprint, as the log keeps it."""
        digest = hashlib.sha256(self.content).hexdigest()
        return {"name": self.name, "mime": self.mime, "size": len(self.content), "sha256": digest}


def checked(method: Method, given: dict[str, Any], *, is_form: bool) -> dict[str, Any]:
    """The parameters of a call with their types; `is_form`: everything came as text.

    Raises:
        Refusal: the Bot API would not take this call.
    """
    files = {name: value for name, value in given.items() if isinstance(value, Upload)}
    values: dict[str, Any] = {}
    for name, value in given.items():
        parameter = method.parameters.get(name)
        if parameter is not None and value is not None:
            values[name] = _typed(parameter, value, files, is_form=is_form)
    attached = {id(value) for value in values.values() if isinstance(value, Upload)}
    for name, value in given.items():
        if name not in method.parameters and id(value) not in attached:
            raise bad(f"unknown parameter {name} of {method.name}")
    _complete(method, values)
    for name, value in values.items():
        _within(method.parameters[name], value)
    for check in _CHECKS.get(method.name, ()):
        check(values)
    return values


def _complete(method: Method, values: dict[str, Any]) -> None:
    for parameter in method.parameters.values():
        if parameter.is_required and parameter.name not in values:
            raise bad(EMPTY.get(parameter.name, f"parameter {parameter.name} is required"))


def _within(parameter: Parameter, value: Any) -> None:
    limit = parameter.limit
    if limit is None or isinstance(value, Upload | dict) or limit.holds(value):
        return
    if parameter.name == "commands":
        raise bad("BOT_COMMANDS_TOO_MUCH")
    raise bad(TOO_LONG.get(parameter.name, f"{parameter.name} is not {limit.low}-{limit.high}"))


# ---------------------------------------------------------------- types


def _typed(parameter: Parameter, value: Any, files: dict[str, Upload], *, is_form: bool) -> Any:
    if isinstance(value, str) and value.startswith("attach://"):
        value = files.get(value.removeprefix("attach://"), value)
    for kind in parameter.types:
        read = _read(kind, value, is_form=is_form)
        if read is not None:
            return read
    expected = " or ".join(parameter.types)
    raise bad(f"parameter {parameter.name} must be {expected}, not {str(value)[:60]!r}")


def _read(kind: str, value: Any, *, is_form: bool) -> Any:
    """The value as this type, or None when it is none."""
    if kind == "InputFile":
        return value if isinstance(value, Upload) else None
    if isinstance(value, Upload):
        return None
    match kind:
        case "String":
            return value if isinstance(value, str) else None
        case "Integer":
            return _integer(value, is_form=is_form)
        case "Boolean":
            return _boolean(value, is_form=is_form)
    return _nested(kind, value)


def _integer(value: Any, *, is_form: bool) -> int | None:
    if is_form and isinstance(value, str) and re.fullmatch("-?[0-9]{1,19}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _boolean(value: Any, *, is_form: bool) -> bool | None:
    if is_form and isinstance(value, str):
        return {"true": True, "1": True, "false": False, "0": False}.get(value.lower())
    return value if isinstance(value, bool) else None


def _nested(kind: str, value: Any) -> Any:
    """An array or an object; both may come as “a JSON-serialized …” in any kind of body."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    return value if isinstance(value, list if kind.startswith("Array of ") else dict) else None


# ---------------------------------------------------------------- what a type alone does not say


def _chat(values: dict[str, Any]) -> None:
    chat = values["chat_id"]
    if isinstance(chat, str) and re.fullmatch("-?[0-9]{1,19}", chat):
        values["chat_id"] = int(chat)
    elif isinstance(chat, str) and not chat.startswith("@"):
        raise bad("chat not found")


def _words(values: dict[str, Any]) -> None:
    if "text" in values and not values["text"].strip():
        raise bad("message text is empty")
    if values.get("parse_mode", "HTML") not in PARSE_MODES:
        raise bad("unsupported parse_mode")


def _markup(values: dict[str, Any]) -> None:
    markup = values.get("reply_markup", {})
    if not markup.keys() & {"inline_keyboard", "keyboard", "remove_keyboard", "force_reply"}:
        if markup:
            raise bad("object expected as reply markup")
        return
    rows = markup.get("inline_keyboard", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad("can't parse inline keyboard: array of arrays expected")
    buttons = [button for row in rows for button in row]
    if len(buttons) > BUTTONS_PER_KEYBOARD:
        raise bad("reply markup is too long")
    for button in buttons:
        _button(button)


def _button(button: Any) -> None:
    where = "can't parse inline keyboard button:"
    if not isinstance(button, dict):
        raise bad(f"{where} object expected")
    for name, value in button.items():
        parameter = OBJECTS["InlineKeyboardButton"].parameters.get(name)
        if parameter is None:
            raise bad(f"{where} unknown field {name}")
        _typed(parameter, value, {}, is_form=False)
    if not str(button.get("text", "")).strip():
        raise bad(f'{where} Can\'t find field "text"')
    if len(button.keys() & CALLBACK_ACTIONS) != 1:
        raise bad(f"{where} Text buttons are unallowed in the inline keyboard")
    data = button.get("callback_data")
    limit = OBJECTS["InlineKeyboardButton"].parameters["callback_data"].limit
    if data is not None and limit is not None and not limit.holds(data):
        raise bad("BUTTON_DATA_INVALID")


def _file(name: str, most: int) -> Any:
    def check(values: dict[str, Any]) -> None:
        file = values[name]
        if not isinstance(file, Upload):
            if not file:
                raise bad(f"there is no {name} in the request")
            return
        if not file.content:
            raise bad("file must be non-empty")
        if len(file.content) > most:
            raise Refusal(413, "Request Entity Too Large")
        if name == "photo" and not file.content.startswith(IMAGES):
            raise bad("IMAGE_PROCESS_FAILED")

    return check


def _action(values: dict[str, Any]) -> None:
    if values["action"] not in ACTIONS:
        raise bad("wrong parameter action in request")


def _commands(values: dict[str, Any]) -> None:
    for one in values["commands"]:
        if not isinstance(one, dict) or one.keys() != {"command", "description"}:
            raise bad("can't parse BotCommand: command and description expected")
        if not _COMMAND.fullmatch(str(one["command"]).removeprefix("/")):
            raise bad("BOT_COMMAND_INVALID")
        limit = OBJECTS["BotCommand"].parameters["description"].limit
        assert limit is not None
        if not isinstance(one["description"], str) or not limit.holds(one["description"]):
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    if values.get("scope", {}).get("type", "default") not in SCOPES:
        raise bad("unsupported type of BotCommandScope")


def _webhook(values: dict[str, Any]) -> None:
    url = urlsplit(values["url"])
    if values["url"] and not _is_loopback(url.hostname):
        if url.scheme != "https":
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if (url.port or 443) not in PORTS:
            raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if "secret_token" in values and not _SECRET.fullmatch(values["secret_token"]):
        raise bad("secret token contains unallowed characters")


def _is_loopback(host: str | None) -> bool:
    """The fake's own allowance: a server under test has no certificate."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _kinds(values: dict[str, Any]) -> None:
    for kind in values.get("allowed_updates", []):
        if kind not in UPDATES:
            raise bad(f"can't parse allowed updates: {kind!r}")


_CHECKS: dict[str, tuple[Any, ...]] = {
    "sendMessage": (_chat, _words, _markup),
    "sendPhoto": (_chat, _words, _markup, _file("photo", PHOTO_BYTES)),
    "sendDocument": (_chat, _words, _markup, _file("document", FILE_BYTES)),
    "sendAudio": (_chat, _words, _markup, _file("audio", FILE_BYTES)),
    "sendChatAction": (_chat, _action),
    "setMyCommands": (_commands,),
    "setWebhook": (_webhook, _kinds),
    "getUpdates": (_kinds,),
}
assert _CHECKS.keys() <= METHODS.keys()
