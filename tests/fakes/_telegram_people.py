"""People in front of their phones: they write, tap, send pictures, block, come back, and read the screen."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.fakes._telegram_checks import Upload
from tests.fakes._telegram_log import Accepted

WAIT_SECONDS = 10.0
QUERY_SECONDS = 15.0

Body = dict[str, Any]


class World(Protocol):
    """What people need of the server."""

    bot: Body
    blocked: set[int]
    messages: int

    def push(self, kind: str, content: Body) -> int:
        """Tell the bot."""

    async def until(self, is_so: Callable[[], object], seconds: float = WAIT_SECONDS) -> None:
        """Wait until something is so."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message of the bot as it stands on somebody's screen; `buttons` are rows of label and data."""

    message_id: int
    method: str
    text: str
    buttons: tuple[tuple[tuple[str, str], ...], ...]
    parameters: Body
    message: Body

    @classmethod
    def of(cls, call: Accepted, message: Body) -> "Seen":
        """The screen after an accepted call."""
        markup = call.parameters.get("reply_markup", {})
        rows = tuple(
            tuple((button["text"], button.get("callback_data", "")) for button in row)
            for row in markup.get("inline_keyboard", ())
        )
        assert call.message_id is not None
        return cls(call.message_id, call.method, call.text, rows, call.parameters, message)

    @property
    def labels(self) -> list[str]:
        """Every button's label, row by row."""
        return [label for row in self.buttons for label, _ in row]

    @property
    def screen(self) -> str:
        """The message on one line, its buttons behind it."""
        return " ".join([*self.text.split(), *(f"[{label}]" for label in self.labels)])

    def __str__(self) -> str:
        return self.screen

    def data(self, button: str | int) -> str:
        """What a button carries: by its label, the label's beginning or one of its ends, or its place."""
        both = [pair for row in self.buttons for pair in row]
        if isinstance(button, int):
            return both[button - 1][1]
        for fits in (str.__eq__, str.startswith, str.endswith):
            found = [data for label, data in both if fits(label, button)]
            if found:
                return found[0]
        raise LookupError(f"no button {button!r} among {self.labels}")


@dataclass(slots=True)
class Person:
    """One person and their private chat with the bot."""

    world: World
    id: int
    name: str
    seen: list[Seen] = field(default_factory=list)
    read: int = 0
    spinning: dict[str, float] = field(default_factory=dict)
    toasts: list[str] = field(default_factory=list)
    last: Body | None = None

    @property
    def user(self) -> Body:
        """Who they are to Telegram."""
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": "vi"}

    @property
    def chat(self) -> Body:
        """Their chat."""
        return {"id": self.id, "type": "private", "first_name": self.name}

    # ------------------------------------------------------------ what they do

    def say(self, **content: Any) -> int:
        """A message with any content: location=…, contact=…, and the rest."""
        self.last = self._message(content)
        return self.world.push("message", self.last)

    def send(self, text: str) -> int:
        """Write something; a word with a slash in front is a command."""
        if not text.startswith("/"):
            return self.say(text=text)
        length = len(text.split(maxsplit=1)[0])
        entity = {"type": "bot_command", "offset": 0, "length": length}
        return self.say(text=text, entities=[entity])

    def start(self, payload: str = "") -> int:
        """Press START, or follow a link t.me/bot?start=payload."""
        return self.send(f"/start {payload}".strip())

    def tap(self, button: str | int, on: Seen | None = None) -> int:
        """Press a button, on the newest message that has any unless another is named."""
        shown = on or next(one for one in reversed(self.seen) if one.buttons)
        query_id = f"{self.id}{time.monotonic_ns()}"
        self.spinning[query_id] = time.monotonic()
        query = {"id": query_id, "from": self.user, "chat_instance": str(self.id)}
        data = shown.data(button)
        return self.world.push("callback_query", {**query, "message": shown.message, "data": data})

    def photo(self, caption: str | None = None) -> int:
        """Send a picture."""
        sizes = [{**_file("photo"), "width": size, "height": size} for size in (90, 320, 800)]
        return self.say(photo=sizes, **({"caption": caption} if caption else {}))

    def sticker(self, emoji: str = "👍") -> int:
        """Send a sticker."""
        size = {"type": "regular", "width": 512, "height": 512}
        flags = {"is_animated": False, "is_video": False, "emoji": emoji}
        return self.say(sticker={**_file("sticker"), **size, **flags})

    def voice(self, seconds: int = 3) -> int:
        """Speak instead of writing."""
        return self.say(voice={**_file("voice"), "duration": seconds, "mime_type": "audio/ogg"})

    def document(self, name: str = "giay.pdf") -> int:
        """Send a file."""
        return self.say(document={**_file("document"), "file_name": name})

    def edit(self, text: str) -> int:
        """Change the message sent last."""
        assert self.last is not None, "nothing was sent yet"
        now = {**self.last, "edit_date": int(time.time()), "text": text}
        return self.world.push("edited_message", now)

    def block(self) -> int:
        """Block the bot: whatever it sends is refused from now on."""
        self.world.blocked.add(self.id)
        return self._member("member", "kicked")

    def come_back(self) -> int:
        """Let the bot write again."""
        self.world.blocked.discard(self.id)
        return self._member("kicked", "member")

    def _member(self, old: str, new: str) -> int:
        statuses = {"old_chat_member": self._status(old), "new_chat_member": self._status(new)}
        head = {"chat": self.chat, "from": self.user, "date": int(time.time())}
        return self.world.push("my_chat_member", {**head, **statuses})

    def _status(self, status: str) -> Body:
        until = {"until_date": 0} if status == "kicked" else {}
        return {"status": status, "user": self.world.bot, **until}

    def _message(self, content: Body) -> Body:
        self.world.messages += 1
        head = {"message_id": self.world.messages, "from": self.user, "chat": self.chat}
        return {**head, "date": int(time.time()), **content}

    # ------------------------------------------------------------ what they read

    async def answered(self, seconds: float = WAIT_SECONDS) -> Seen:
        """The bot's next message that was not read yet; waits for it."""
        await self.world.until(lambda: len(self.seen) > self.read, seconds)
        self.read += 1
        return self.seen[self.read - 1]

    def unread(self) -> list[Seen]:
        """Everything that came and was not read yet; it is read now."""
        new = self.seen[self.read :]
        self.read = len(self.seen)
        return new

    async def sees(self, words: str, seconds: float = WAIT_SECONDS) -> Seen:
        """Read on until a message with these words on its screen comes."""
        async with asyncio.timeout(seconds):
            while words not in (seen := await self.answered(seconds)).screen:
                pass
        return seen

    def answer_query(self, query_id: str, text: str) -> bool:
        """A button stops spinning, perhaps with a word; False when it had stopped before."""
        since = self.spinning.pop(query_id, None)
        if since is None or time.monotonic() - since > QUERY_SECONDS:
            return False
        if text:
            self.toasts.append(text)
        return True


def _file(kind: str) -> Body:
    number = time.monotonic_ns()
    return {"file_id": f"{kind}-{number}", "file_unique_id": f"{kind}{number}", "file_size": 1000}


# ---------------------------------------------------------------- what the bot's calls become


def logged(parameters: Body) -> Body:
    """Parameters as the log keeps them: a file by its name, size and fingerprint."""
    return {
        name: value.facts() if isinstance(value, Upload) else value
        for name, value in parameters.items()
    }


def media_of(method: str, file_id: str, upload: Body | None) -> Body:
    """What a sent file looks like in the answered Message."""
    name = method.removeprefix("send").lower()
    file = {"file_id": file_id, "file_unique_id": file_id[:12]}
    if upload is not None:
        file["file_size"] = upload["size"]
    if name == "photo":
        return {"photo": [{**file, "width": 800, "height": 600}]}
    if name == "audio":
        return {"audio": {**file, "duration": 1}}
    return {"document": {**file, **({"file_name": upload["name"]} if upload else {})}}
