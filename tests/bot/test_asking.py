"""How long to wait when a platform gives nothing good, and what the log hears of it."""

from typing import Any

import pytest
import structlog

from bot.asking import OVER, Patience, Trouble
from bot.channels._calls import (
    Blocked,
    Outcome,
    Rejected,
    Throttled,
    Undecided,
    Unreachable,
    Unusable,
)

OUTCOMES: list[tuple[Outcome, Trouble, float]] = [
    (Unreachable("ClientConnectorError 111"), Trouble.NETWORK, 1.0),
    (Undecided("502"), Trouble.NETWORK, 1.0),
    (Throttled(17.5), Trouble.THROTTLED, 17.5),
    (Unusable("401 Unauthorized"), Trouble.ACCOUNT, 60.0),
    (Rejected(400, "Bad Request: bad webhook"), Trouble.REFUSED, 60.0),
    (Blocked("Forbidden"), Trouble.REFUSED, 60.0),
]


@pytest.mark.parametrize(("outcome", "trouble", "seconds"), OUTCOMES)
def test_each_outcome_has_its_trouble_and_its_pause(
    outcome: Outcome, trouble: Trouble, seconds: float
) -> None:
    patience = Patience("telegram")

    waited = patience.after(outcome)

    assert (waited, patience.trouble) == (seconds, trouble)


def test_pauses_grow_to_half_a_minute_and_begin_anew_when_all_was_well() -> None:
    patience = Patience("telegram")

    grown = [patience.wait(Trouble.NETWORK) for _ in range(2000)]
    patience.over()

    assert grown[:7] == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    assert grown[-1] == 30.0
    assert patience.wait(Trouble.NETWORK) == 1.0


def test_a_trouble_is_logged_when_it_begins_and_when_it_is_over_and_not_in_between() -> None:
    patience = Patience("telegram")

    with structlog.testing.capture_logs() as lines:
        for _ in range(5):
            patience.after(Unreachable("TimeoutError"))
        for _ in range(5):
            patience.after(Unusable("401"))
        for _ in range(3):
            patience.over()

    assert [(line["log_level"], line["event"]) for line in lines] == [
        ("warning", Trouble.NETWORK.value),
        ("error", Trouble.ACCOUNT.value),
        ("info", OVER),
    ]
    assert seen(lines, "reason") == ["TimeoutError"]


def seen(lines: Any, name: str) -> list[Any]:
    return [line[name] for line in lines if name in line]
