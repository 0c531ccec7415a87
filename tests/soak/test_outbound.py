"""The judge of killed servers says what is wrong, and says nothing when all is well."""

from collections.abc import Iterable

import pytest

from storage.outbox import Kind, State
from tests.fakes.telegram import Accepted, FakeTelegram
from tests.soak.outbound import history_faults, judge, log_faults
from tests.soak.stores import Row

WINDOW = 2


def row(
    number: int,
    state: State = State.SENT,
    kind: Kind = Kind.REPLY,
    *,
    is_resent: bool = False,
    message: int | None = None,
    chat: int = 7,
) -> Row:
    is_sent = state is State.SENT
    shown = message or (number if is_sent else None)
    return Row(number, chat, kind, state, is_resent, shown, f"tin {number}")


def faults(rows: Iterable[Row], accepted: str, orphans: Iterable[set[int]] = ()) -> tuple[str, ...]:
    """`accepted`: the numbers of the rows in the order in which a platform took them, e.g. "1 2 2"."""
    fake = FakeTelegram()
    for order, number in enumerate(accepted.split()):
        text = {"text": f"tin {number}"}
        fake.log.add(Accepted(order, float(order), 7, "sendMessage", text, int(number), 1))
    return judge(tuple(rows), fake, tuple(orphans), WINDOW).faults


@pytest.mark.parametrize(
    ("rows", "accepted", "orphans"),
    [
        pytest.param([row(1), row(2)], "1 2", [], id="each accepted once"),
        pytest.param([row(1, is_resent=True)], "1 1", [{1}], id="twice, listed as sent again"),
        pytest.param([row(1, is_resent=True)], "1", [{1}], id="once, listed as sent again"),
        pytest.param([row(1, State.UNKNOWN, Kind.ANNOUNCEMENT)], "", [{1}], id="unknown, lost"),
        pytest.param([row(1, State.UNKNOWN, Kind.ANNOUNCEMENT)], "1", [{1}], id="unknown, taken"),
        pytest.param([row(1, State.DROPPED, Kind.REMINDER)], "1", [{1}], id="dropped, taken"),
        pytest.param(
            [row(1, State.DROPPED, is_resent=True)], "1 1", [{1}, {1}], id="unknown twice"
        ),
    ],
)
def test_what_may_come_of_a_kill_is_no_fault(
    rows: list[Row], accepted: str, orphans: list[set[int]]
) -> None:
    assert faults(rows, accepted, orphans) == ()


@pytest.mark.parametrize(
    ("rows", "accepted", "orphans", "fault"),
    [
        pytest.param([row(1)], "", [], "row 1 (REPLY, sent): never accepted", id="lost"),
        pytest.param([row(1)], "1 1", [], "row 1 (REPLY, sent): accepted 2 times", id="doubled"),
        pytest.param(
            [row(1, is_resent=True)], "1 1 1", [{1}], "accepted 3 times", id="sent thrice"
        ),
        pytest.param(
            [row(1, State.UNKNOWN, Kind.ANNOUNCEMENT)],
            "1 1",
            [{1}],
            "accepted 2 times",
            id="an unknown one went again by itself",
        ),
        pytest.param([row(1, State.WAITING)], "", [], "left behind", id="still waiting"),
        pytest.param([row(1, State.SENDING)], "1", [], "left behind", id="still sending"),
        pytest.param([row(1, State.GAVE_UP)], "", [], "left behind", id="given up"),
        pytest.param([row(1, State.UNKNOWN)], "", [{1}], "nobody decided", id="an undecided reply"),
        pytest.param([row(1, message=5)], "1", [], "not the number the platform", id="another id"),
        pytest.param([row(1), row(2)], "2 1", [], "'tin 1' came too late", id="out of order"),
        pytest.param([row(1)], "1 2", [], "no row holds it", id="from nowhere"),
        pytest.param([row(1)], "1", [{1}], "not listed", id="unknown, but not listed"),
        pytest.param([row(1, is_resent=True)], "1", [], "held by no", id="listed for nothing"),
        pytest.param(
            [row(n, State.UNKNOWN, Kind.ANNOUNCEMENT) for n in (1, 2, 3)],
            "",
            [{1, 2, 3}],
            "kill 1: 3 of unknown end",
            id="more than the window",
        ),
    ],
)
def test_what_may_not_come_of_a_kill_is_named(
    rows: list[Row], accepted: str, orphans: list[set[int]], fault: str
) -> None:
    assert fault in "\n".join(faults(rows, accepted, orphans))


def test_a_history_that_differs_from_what_was_sent_is_named() -> None:
    rows = [row(1), row(2), row(3, State.UNKNOWN)]

    assert list(history_faults(rows, {7: ["tin 1", "tin 2"]})) == []
    assert len(list(history_faults(rows, {7: ["tin 1"]}))) == 1
    assert len(list(history_faults(rows, {7: ["tin 1", "tin 2", "tin 2"]}))) == 1
    assert len(list(history_faults(rows, {7: ["tin 1", "tin 2"], 8: ["tin 3"]}))) == 1


def test_errors_and_what_is_no_log_line_are_named() -> None:
    quiet = '{"event": "x", "level": "warning"}'
    loud = '{"event": "y", "level": "error"}'

    assert list(log_faults(quiet)) == []
    assert len(list(log_faults(f"{quiet}\n{loud}\nTraceback"))) == 2
