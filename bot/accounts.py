"""The accounts of platforms that this ward sends through, made from its config."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from bot._sections import Telegram
from bot.channels import telegram
from bot.channels._calls import Answer, Call, Limits, Outcome

LATENCY_SECONDS = 0.3
"""A call that takes so long still lets the full rate be reached."""


class NetworkChannel(Protocol):
    """What the road out needs of a channel: bot/channels/telegram.py is one."""

    def build(
        self, key: str, body: Mapping[str, Any], known: Mapping[str, str], media: Path
    ) -> Call:
        """The call that sends one row to a chat."""

    def read(self, call: Call, answer: Answer) -> Outcome:
        """What the platform's answer means."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account of one platform; a call goes to `url`/<method>.

    `connections`: so many calls may be under way at once.
    """

    name: str
    channel: NetworkChannel
    url: str = field(repr=False)
    proxy: str | None = field(repr=False)
    limits: Limits
    connections: int = 30

    @property
    def window(self) -> int:
        """So many rows may be in flight: after a crash at most these are unknown."""
        rate = 0.0 if math.isinf(self.limits.per_second) else self.limits.per_second
        return max(32, self.connections, math.ceil(rate * 0.2))


def telegram_account(config: Telegram) -> Account:
    """The ward's bot on Telegram."""
    rate = config.per_second
    return Account(
        name=telegram.NAME,
        channel=telegram,
        url=f"{config.api_base}/bot{config.token.get_secret_value()}",
        proxy=config.proxy or None,
        limits=Limits(rate, telegram.LIMITS.seconds_per_chat),
        connections=max(30, math.ceil(rate * LATENCY_SECONDS)),
    )
