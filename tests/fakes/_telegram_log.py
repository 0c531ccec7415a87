"""What the fake truly accepted, and what may be said about it: the judge of every delivery test."""

import json
from collections import defaultdict, deque
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

from tests.fakes._telegram_table import MESSAGES


@dataclass(frozen=True, slots=True)
class Accepted:
    """One accepted call; `at` is time.monotonic(), `connection` says which TCP connection it came on."""

    order: int
    at: float
    chat_id: int | str | None
    method: str
    parameters: dict[str, Any]
    message_id: int | None
    connection: int

    @property
    def text(self) -> str:
        """What a person reads of it."""
        return str(self.parameters.get("text", self.parameters.get("caption", "")))


@dataclass(slots=True)
class Log:
    """Accepted calls in their order; also appended to `file`, one JSON line each, before any answer."""

    accepted: list[Accepted] = field(default_factory=list)
    file: IO[str] | None = None

    def add(self, call: Accepted) -> None:
        """Keep one more call; when this returns it is with the operating system."""
        self.accepted.append(call)
        if self.file is not None:
            self.file.write(line_of(call))
            self.file.flush()

    @classmethod
    def read(cls, path: Path | str) -> "Log":
        """The log in a file of JSON lines."""
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        return cls([Accepted(**json.loads(line)) for line in lines])

    @property
    def messages(self) -> list[Accepted]:
        """The calls that made a message."""
        return [call for call in self.accepted if call.method in MESSAGES]

    def of(self, chat: int) -> list[Accepted]:
        """The messages to one chat, in their order."""
        return [call for call in self.messages if call.chat_id == chat]

    def texts(self, chat: int) -> list[str]:
        """What one chat got to read, in its order."""
        return [call.text for call in self.of(chat)]

    def doubled(self) -> list[list[Accepted]]:
        """The messages that one chat got more than once, word for word."""
        same: defaultdict[tuple[object, ...], list[Accepted]] = defaultdict(list)
        for call in self.messages:
            same[call.chat_id, call.method, _canonical(call.parameters)].append(call)
        return [calls for calls in same.values() if len(calls) > 1]

    def worst_window(self, seconds: float = 1.0) -> int:
        """The most messages accepted in any sliding window of so many seconds."""
        window: deque[float] = deque()
        worst = 0
        for call in self.messages:
            window.append(call.at)
            while call.at - window[0] >= seconds:
                window.popleft()
            worst = max(worst, len(window))
        return worst

    def closest(self) -> float:
        """The fewest seconds between two messages to one chat; infinite when none got two."""
        times: defaultdict[object, list[float]] = defaultdict(list)
        for call in self.messages:
            times[call.chat_id].append(call.at)
        gaps = (later - at for of_chat in times.values() for at, later in pairwise(of_chat))
        return min(gaps, default=float("inf"))


def line_of(call: Accepted) -> str:
    """One accepted call as a JSON line."""
    return json.dumps(asdict(call), ensure_ascii=False) + "\n"


def _canonical(parameters: dict[str, Any]) -> str:
    return json.dumps(parameters, sort_keys=True, ensure_ascii=False)
