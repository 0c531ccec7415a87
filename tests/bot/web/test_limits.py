"""The token bucket, with a clock that is set by hand."""

from hypothesis import given
from hypothesis import strategies as st

from bot.web.limits import Limit


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_burst_is_let_through_and_the_next_one_waits() -> None:
    limit = Limit(3, clock=Clock())

    waits = [limit.wait("lan") for _ in range(4)]

    assert waits == [0, 0, 0, 20]


def test_after_the_wait_that_was_told_there_is_a_token() -> None:
    clock = Clock()
    limit = Limit(1, clock=clock)
    limit.wait("lan")

    clock.seconds = limit.wait("lan")

    assert limit.wait("lan") == 0
    assert limit.wait("lan") == 60


def test_names_do_not_take_tokens_from_each_other() -> None:
    limit = Limit(1, clock=Clock())
    limit.wait("lan")

    assert limit.wait("minh") == 0


def test_no_more_names_are_remembered_than_there_is_room_for() -> None:
    limit = Limit(1, max_names=100, clock=Clock())

    for number in range(1000):
        limit.wait(str(number))

    assert len(limit) == 100
    assert "999" in limit
    assert "0" not in limit


def test_the_one_longest_silent_is_forgotten_first() -> None:
    limit = Limit(5, max_names=2, clock=Clock())

    for name in ("lan", "minh", "lan", "hoa"):
        limit.wait(name)

    assert "lan" in limit
    assert "minh" not in limit


@given(st.lists(st.floats(0, 100), max_size=60), st.integers(1, 60))
def test_in_any_minute_no_more_pass_than_a_burst_and_a_refill(
    pauses: list[float], per_minute: int
) -> None:
    clock = Clock()
    limit = Limit(per_minute, clock=clock)
    passed = []

    for pause in pauses:
        clock.seconds += pause
        if limit.wait("lan") == 0:
            passed.append(clock.seconds)

    for start in passed:
        assert sum(start <= one < start + 60 for one in passed) <= 2 * per_minute
