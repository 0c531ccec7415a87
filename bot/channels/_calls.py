"""What a network channel and the sender say to each other: calls, the platform's answers, what they mean.

A channel is pure: `build` makes a Call, `read` says what an Answer means. The sender adds the account's
base URL and secret, does the request, and says by itself what is left when there is no answer: Unreachable
when no byte left us, Undecided when some did.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a call in its form field: bytes at hand, or a file of the content folder."""

    field: str
    name: str
    mime: str
    content: bytes | Path


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the platform: `sendMessage` and its parameters; no secret is in it.

    `upload` is the name under which the account remembers the file in it, once it is there.
    """

    method: str
    parameters: Mapping[str, Any]
    attachment: Attachment | None = None
    upload: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform answered, whole."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """Accepted: the platform's own id of the message, and what was learnt for the account's next calls."""

    platform_id: str
    learnt: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Throttled:
    """Too fast: nothing of this account before so many seconds are over."""

    after: float


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No byte left us."""

    reason: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """Bytes left us, and there is no answer that says what became of them."""

    reason: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """This person cannot be reached any more: blocked, deactivated, chat gone."""

    reason: str


@dataclass(frozen=True, slots=True)
class WindowClosed:
    """The platform lets us write only within a window after they wrote, and it is over."""

    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """This message will never be accepted."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Again:
    """Surely not accepted, and worth another try with what was learnt."""

    reason: str
    learnt: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unusable:
    """The account is at fault, not the message: its token was revoked, it is disabled."""

    reason: str


Outcome = (
    Sent
    | Throttled
    | Unreachable
    | Undecided
    | Blocked
    | WindowClosed
    | Rejected
    | Again
    | Unusable
)


@dataclass(frozen=True, slots=True)
class Inbound:
    """Something a person sent: taken into the inbox under `event_id`, in the chat `key`.

    `body` is plain JSON that the channel's `parse` reads again later; `courtesies` are calls made at once
    after the inbox commit, never stored, never repeated.
    """

    key: str
    event_id: str
    body: Mapping[str, Any]
    courtesies: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """Somebody blocked the bot, or came back."""

    key: str
    is_reachable: bool


Event = Inbound | Reach


@dataclass(frozen=True, slots=True)
class Limits:
    """How fast an account may send; as data of its channel, never as code.

    per_second         accepted calls in any second, over all chats
    seconds_per_chat   between two calls to one chat
    """

    per_second: float
    seconds_per_chat: float
