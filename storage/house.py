"""Everything of one ward that storage decides by, made once by the composition root."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from handlers._requests.help import WardNumber
from handlers._requests.person import Role
from lessons import Content, PassRule


@dataclass(frozen=True, slots=True)
class House:
    """A ward: its content, its words, its rules.

    `values` fills the ward-wide placeholders of phrases ({ward}, {bot}, {cong_an_phuong} …).
    `public_channels` are those on which only approved lessons go out. `confirming_channels` make a person
    count as người by themselves (Zalo); on all others somebody must vouch.
    """

    content: Content
    values: Mapping[str, str]
    numbers: tuple[WardNumber, ...]
    timezone: ZoneInfo
    pass_rule: PassRule
    public_channels: frozenset[str]
    confirming_channels: frozenset[str]
    hold_hours: int = 24
    history_days: int = 30
    event_id_days: int = 7


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: read in the transaction of the request, never taken from a talk.

    A resident without a person yet (undecided, declined) has `person` None and an `address`. The command
    line acts as admin, named "os:<user>" in the audit.
    """

    name: str
    roles: frozenset[Role]
    channel: str = "console"
    address: int | None = None
    person: int | None = None
