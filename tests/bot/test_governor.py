"""How fast an account may send, over generated moments."""

import math
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.channels._calls import Limits
from bot.governor import MAX_PAUSE_SECONDS, OUTAGE, QUIET_SECONDS, Governor

RATES = st.integers(1, 60)
GAPS = st.floats(0, 3, allow_nan=False)
AFTER = st.integers(1, 100)
START = 1000.0


def paced(rate: float = 30, per_chat: float = 1.0, now: float = START) -> Governor:
    return Governor(Limits(rate, per_chat), now)


def leave(governor: Governor, now: float) -> float:
    """Let a call leave as soon as it may, not before `now`; returns when."""
    at = now
    while (seconds := governor.wait(at)) > 0:
        at += seconds
    governor.left(at)
    return at


def sent(governor: Governor, count: int, now: float = START) -> list[float]:
    """So many calls, one as soon after the other as it may."""
    times: list[float] = []
    for _ in range(count):
        times.append(leave(governor, times[-1] if times else now))
    return times


def worst_second(times: list[float]) -> int:
    """The most of them in any second, its first moment included and its last not."""
    worst, first = 0, 0
    for number, at in enumerate(times):
        while at - times[first] >= 1.0:
            first += 1
        worst = max(worst, number - first + 1)
    return worst


def rate_of(governor: Governor, now: float) -> int:
    """How many calls leave in the second after a long rest."""
    times = sent(governor, 200, now)
    return worst_second(times)


# ---------------------------------------------------------------- calls in a second


@given(rate=RATES, gaps=st.lists(GAPS, min_size=1, max_size=150))
def test_no_second_ever_has_more_calls_than_the_limit(rate: int, gaps: list[float]) -> None:
    governor = paced(rate)
    times: list[float] = []

    for gap in gaps:
        times.append(leave(governor, (times[-1] if times else START) + gap / rate))

    assert worst_second(times) <= rate


@given(rate=RATES, later=st.floats(0, 5))
def test_the_second_before_it_was_made_counts_as_full(rate: int, later: float) -> None:
    governor = paced(rate)

    first = leave(governor, START + later)

    assert first >= START + 1.0
    assert first <= max(START + later, START + 1.1)


@given(rate=RATES)
def test_the_limit_is_used_to_the_full_by_who_has_enough_to_say(rate: int) -> None:
    times = sent(paced(rate), rate * 10 + 1)

    lasted = times[-1] - times[0]
    assert rate * 10 / lasted >= rate * 0.98


@given(rate=RATES)
def test_calls_are_spread_over_the_second_and_do_not_leave_in_a_heap(rate: int) -> None:
    times = sent(paced(rate), 3 * rate, START + 100)

    assert min((later - at for at, later in pairwise(times)), default=1.0) >= 0.5 / rate


@given(
    rate=RATES,
    gaps=st.lists(GAPS, max_size=80),
    hold=st.floats(0, 2),
    seconds=st.floats(0, 2),
    most=st.integers(0, 100),
)
def test_room_promises_no_more_than_may_leave_and_no_less(
    rate: int, gaps: list[float], hold: float, seconds: float, most: int
) -> None:
    governor = paced(rate)
    now = START
    for gap in gaps:
        now = leave(governor, now + gap / rate)
    governor.hold(hold, now)

    promised = governor.room(now, seconds, most)

    end = now + seconds
    left = 0
    while left < most and (now := now + max(0.0, governor.wait(now))) <= end + 1e-9:
        governor.left(now)
        left += 1
    assert promised <= left
    assert promised >= min(left, rate) - 1  # a moment more or less at the very end


def test_without_a_limit_there_is_room_for_all_at_once() -> None:
    governor = paced(math.inf)

    for _ in range(1000):
        governor.left(START)

    assert governor.wait(START) <= 0
    assert governor.room(START, 0.2, 70) == 70


# ---------------------------------------------------------------- “too fast”


@given(rate=RATES, after=AFTER, asked=st.lists(st.floats(0, 120), max_size=20))
def test_nothing_leaves_before_retry_after_is_over_and_something_then(
    rate: int, after: int, asked: list[float]
) -> None:
    governor = paced(rate)
    governor.throttled(after, START + 10)

    for moment in asked:
        now, left = START + 10 + moment, after - moment
        assume(abs(left) > 1e-6)
        assert governor.is_held(now) == (left > 0)
        assert governor.wait(now) == pytest.approx(left)
        assert governor.room(now, 0.0, 9) == (left < 0)

    assert leave(governor, START + 10) == pytest.approx(START + 10 + after)


@given(first=AFTER, second=AFTER)
def test_the_longest_silence_that_was_asked_for_is_kept(first: int, second: int) -> None:
    governor = paced()
    governor.throttled(first, START)
    governor.throttled(second, START + 0.1)

    assert governor.held_for(START) == pytest.approx(max(first, second + 0.1))


@given(rate=st.integers(10, 60), more=st.integers(0, 29))
def test_after_a_throttle_it_is_a_tenth_slower_however_many_were_told(rate: int, more: int) -> None:
    governor = paced(rate)
    for number in range(more + 1):
        governor.throttled(3, START + number / 100)

    assert rate_of(governor, START + 4) == math.floor(rate * 0.9)


@given(throttles=st.integers(1, 30))
def test_every_throttle_makes_it_slower_but_one_call_a_second_always_leaves(throttles: int) -> None:
    governor = paced(30)
    rates: list[int] = []
    for number in range(throttles):
        governor.throttled(1, START + 10 * number)
        rates.append(governor._allowed)

    assert rates == sorted(rates, reverse=True)
    assert rates[-1] >= 1
    assert throttles < 20 or rates[-1] == 1


@given(quiet=st.integers(0, 6))
def test_each_quiet_half_minute_gives_one_call_a_second_back(quiet: int) -> None:
    governor = paced(30)
    governor.throttled(3, START)

    leave(governor, START + 3 + quiet * QUIET_SECONDS)

    assert governor._allowed == min(30, 27 + quiet)


def test_who_was_throttled_reaches_the_full_rate_again_and_not_more() -> None:
    governor = paced(30)
    governor.throttled(3, START)

    times = sent(governor, 30 * 150)

    assert worst_second(times) == 30
    assert worst_second([at for at in times if at < START + 3 + QUIET_SECONDS]) == 27


# ---------------------------------------------------------------- nobody answers


def pauses(governor: Governor, count: int, *, is_sure: bool, now: float = START) -> list[float]:
    """The pauses that so many failures make, each when the one before is over."""
    found: list[float] = []
    for _ in range(count):
        governor.failed(now, is_sure=is_sure)
        found.append(max(0.0, governor.held_for(now)))
        now += found[-1]
    return found


def test_the_third_lost_answer_in_a_row_begins_pauses_that_double_up_to_half_a_minute() -> None:
    found = pauses(paced(), 10, is_sure=False)

    assert found == [0, 0, 1, 2, 4, 8, 16, 30, 30, 30]


def test_the_first_call_that_reached_nobody_begins_them_at_once() -> None:
    found = pauses(paced(), 8, is_sure=True)

    assert found == [1, 2, 4, 8, 16, 30, 30, 30]


@given(failures=st.integers(1, 40), is_sure=st.booleans())
def test_the_first_answer_ends_an_outage(failures: int, is_sure: bool) -> None:
    governor = paced()
    pauses(governor, failures, is_sure=is_sure)

    governor.answered(7, START + 10_000)

    assert not governor.is_failing
    assert pauses(governor, 2, is_sure=False, now=START + 10_000) == [0, 0]


def test_being_told_to_be_slower_is_an_answer_too() -> None:
    governor = paced()
    pauses(governor, 5, is_sure=True)

    governor.throttled(1, START + 10_000)

    assert not governor.is_failing


@given(moments=st.lists(st.floats(0, 0.99), max_size=30), is_sure=st.booleans())
def test_calls_of_the_same_outage_that_were_on_their_way_make_no_pause_longer(
    moments: list[float], is_sure: bool
) -> None:
    governor = paced()
    governor.failed(START, is_sure=True)

    for moment in sorted(moments):
        governor.failed(START + moment, is_sure=is_sure)

    assert governor.held_for(START) == 1
    governor.failed(START + 1, is_sure=True)
    assert governor.held_for(START + 1) == 2


Told = Callable[[Governor, float], None]
TOLD: dict[str, Told] = {
    "answered": lambda governor, now: governor.answered(7, now),
    "lost": lambda governor, now: governor.failed(now, is_sure=False),
    "unreachable": lambda governor, now: governor.failed(now, is_sure=True),
    "throttled": lambda governor, now: governor.throttled(2, now),
}


@given(told=st.lists(st.tuples(st.sampled_from(sorted(TOLD)), st.floats(0, 2)), max_size=60))
def test_whatever_it_is_told_it_neither_exceeds_the_limit_nor_rests_for_ever(
    told: list[tuple[str, float]],
) -> None:
    governor = paced(5)
    now, times = START, []
    for name, gap in told:
        now = leave(governor, now + gap)
        times.append(now)
        TOLD[name](governor, now)

    assert worst_second(times or [START]) <= 5
    assert leave(governor, now) <= now + MAX_PAUSE_SECONDS + 2


@given(lost=st.integers(0, OUTAGE - 1))
def test_fewer_lost_answers_than_an_outage_change_nothing(lost: int) -> None:
    governor = paced()
    now = leave(governor, START + 10)
    before = governor.wait(now)

    pauses(governor, lost, is_sure=False, now=now)

    assert governor.wait(now) == before
    assert not governor.is_failing


# ---------------------------------------------------------------- chats that rest


@given(
    written=st.lists(st.tuples(st.integers(1, 8), st.floats(0, 3)), max_size=40),
    per_chat=st.floats(0.1, 2),
    later=st.floats(0, 3),
)
def test_a_chat_rests_until_its_time_since_the_last_message_is_over(
    written: list[tuple[int, float]], per_chat: float, later: float
) -> None:
    governor = paced(per_chat=per_chat)
    last: dict[int, float] = {}
    now = START
    for chat, gap in written:
        now += gap
        governor.answered(chat, now)
        last[chat] = now
    now += later
    assume(all(abs(at + per_chat - now) > 1e-6 for at in last.values()))

    resting = set(governor.resting(now))

    assert resting == {chat for chat, at in last.items() if at + per_chat > now}
    first = min((last[chat] + per_chat for chat in resting), default=now)
    assert governor.rest_over(now) == pytest.approx(first - now)


def test_without_a_limit_per_chat_no_chat_rests() -> None:
    governor = paced(per_chat=0)

    governor.answered(7, START)

    assert not governor.resting(START)
    assert governor.rest_over(START) == 0
