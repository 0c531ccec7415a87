"""Calls that carry no message: what was answered, and how long to wait when it was nothing good.

Told(result)   the platform did it; otherwise an outcome of bot/channels/_calls.py

NETWORK        nobody reached, no readable answer     1, 2, 4 ... 30 s
DATABASE       what was told cannot be kept           the same
CONFLICT       another machine asks with this token   the same
THROTTLED      too fast                               as long as the platform says
ACCOUNT        the token is wrong or revoked          60 s: a person must act
REFUSED        anything else it does not want         60 s

A trouble is logged once when it begins, and once when it is over.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

import structlog

from bot.accounts import Account
from bot.channels._calls import (
    Answer,
    Call,
    Outcome,
    Rejected,
    Throttled,
    Undecided,
    Unreachable,
    Unusable,
)
from bot.wire import Wire

log = structlog.get_logger()

MAX_PAUSE_SECONDS = 30.0
STAFF_SECONDS = 60.0


class Trouble(Enum):
    """Why nothing comes; each with what the log says about it."""

    NETWORK = "Không nối được với Telegram. Trợ lý sẽ tự thử lại; kiểm tra mạng và telegram.proxy."
    DATABASE = "Chưa ghi được tin vào cơ sở dữ liệu. Telegram giữ tin lại, trợ lý sẽ tự thử lại."
    CONFLICT = (
        "Máy khác cũng đang nhận tin bằng mã bot này. Chỉ để một máy chạy; nếu máy kia không phải của "
        "phường thì mã đã lộ: nhắn @BotFather /revoke để lấy mã mới."
    )
    THROTTLED = "Telegram yêu cầu chờ một lúc rồi mới hỏi tiếp."
    ACCOUNT = (
        "Telegram không nhận mã bot: mã sai hoặc đã bị thu hồi. Xin lại mã ở @BotFather, "
        "ghi vào HOCSO_TELEGRAM_TOKEN (hoặc telegram.token), rồi chạy lại."
    )
    REFUSED = (
        "Telegram từ chối yêu cầu này. Xem lý do, sửa mục telegram trong config.yaml "
        "hoặc mục commands trong intents.yaml."
    )


OVER = "Telegram đã hoạt động trở lại."
_LEVELS: Mapping[Trouble, str] = MappingProxyType(
    {
        Trouble.NETWORK: "warning",
        Trouble.DATABASE: "warning",
        Trouble.CONFLICT: "error",
        Trouble.THROTTLED: "warning",
        Trouble.ACCOUNT: "error",
        Trouble.REFUSED: "error",
    }
)


@dataclass(frozen=True, slots=True)
class Told:
    """What the platform answered to a call that it carried out; updates hold what people wrote."""

    result: Any = field(repr=False)


async def ask(wire: Wire, account: Account, call: Call) -> Told | Outcome:
    """Make one call and say what became of it; never raises for what the network or the platform does."""
    answer = await wire.call(account, call)
    if not isinstance(answer, Answer):
        return answer
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        said = None
    match said:
        case {"ok": True, "result": result} if answer.status == 200:  # noqa: PLR2004 - the only success
            return Told(result)
    return account.channel.read(call, answer)


async def tell_menu(wire: Wire, account: Account, menu: Call) -> Outcome | None:
    """Set the commands; None: done, or refused for good, and the log says so. Nothing depends on it."""
    outcome = await ask(wire, account, menu)
    if isinstance(outcome, Rejected):
        log.error(Trouble.REFUSED.value, account=account.name, reason=outcome.reason)
    return None if isinstance(outcome, Told | Rejected) else outcome


class Patience:
    """How long to wait after each failure of one account, growing while nothing else happens."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._trouble: Trouble | None = None
        self._times = 0

    @property
    def trouble(self) -> Trouble | None:
        """What is wrong at present."""
        return self._trouble

    def after(self, outcome: Outcome) -> float:
        """Return the seconds to wait after a call that was not carried out."""
        match outcome:
            case Throttled(seconds):
                self.wait(Trouble.THROTTLED, seconds=seconds)
                return seconds
            case Unusable():
                return self.wait(Trouble.ACCOUNT)
            case Unreachable(reason) | Undecided(reason):
                return self.wait(Trouble.NETWORK, reason=reason)
            case _:
                return self.wait(Trouble.REFUSED, reason=getattr(outcome, "reason", ""))

    def wait(self, trouble: Trouble, **facts: object) -> float:
        """Return the seconds to wait because of a trouble; the log hears of it when it is a new one."""
        if trouble is not self._trouble:
            self._trouble, self._times = trouble, 0
            getattr(log, _LEVELS[trouble])(trouble.value, account=self._account, **facts)
        self._times += 1
        if trouble in {Trouble.ACCOUNT, Trouble.REFUSED}:
            return STAFF_SECONDS
        return min(2.0 ** min(self._times - 1, 10), MAX_PAUSE_SECONDS)

    def over(self) -> None:
        """Note that all is well."""
        if self._trouble is not None:
            log.info(OVER, account=self._account)
        self._trouble, self._times = None, 0
