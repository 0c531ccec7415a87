"""What is counted costs a turn next to nothing, and what monitors read says it right and nothing personal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from timeit import repeat

from prometheus_client.parser import text_string_to_metric_families

from bot.channels._calls import Sent, Undecided
from bot.meter import BOUNDS, Meter
from bot.metrics import page
from storage.outbox import Kind
from tests.bot.test_health import GOOD_COPY, WELL

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NANOSECONDS_PER_TURN = 20_000
"""Of some 5 ms that a turn takes; measured: 700."""

Samples = dict[tuple[str, tuple[str, ...]], float]


def read(meter: Meter, stored: object = WELL.stored, free: int | None = 7) -> Samples:
    text = page(meter, stored, free, NOW).decode()  # type: ignore[arg-type]
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_messages_answers_and_outcomes_are_counted_by_channel_and_account() -> None:
    meter = Meter()
    for channel in ("web", "web", "telegram"):
        meter.turn(channel, 0.004)
    meter.said["web"] += 2
    meter.told("telegram", Sent("7"))
    meter.told("telegram", Undecided("timeout"))
    meter.failed += 1

    found = read(meter)

    assert found["hocso_messages_in_total", ("web",)] == 2
    assert found["hocso_messages_said_total", ("web",)] == 2
    assert found["hocso_sends_total", ("telegram", "sent")] == 1
    assert found["hocso_sends_total", ("telegram", "undecided")] == 1
    assert found["hocso_turns_failed_total", ()] == 1


def test_lengths_of_turns_fall_into_their_classes_with_bounds_included() -> None:
    meter = Meter()
    for seconds in (0.001, BOUNDS[0], 0.3, 99.0):
        meter.turn("web", seconds)

    found = read(meter)

    assert found["hocso_turn_seconds_bucket", ("0.005",)] == 2
    assert found["hocso_turn_seconds_bucket", ("0.5",)] == 3
    assert found["hocso_turn_seconds_bucket", ("+Inf",)] == 4
    assert found["hocso_turn_seconds_count", ()] == 4
    assert round(found["hocso_turn_seconds_sum", ()], 3) == 99.306


def test_queues_disk_copy_and_memory_are_gauges_of_the_moment() -> None:
    assert WELL.stored is not None
    stored = replace(
        WELL.stored,
        waiting={("telegram", Kind.ALERT): 3},
        inbox_waiting=2,
        copy=replace(GOOD_COPY, at=NOW - timedelta(hours=1)),
    )

    found = read(Meter(), stored)

    assert found["hocso_outbox_waiting", ("telegram", "alert")] == 3
    assert found["hocso_inbox_waiting", ()] == 2
    assert found["hocso_copy_age_seconds", ()] == 3600
    assert found["hocso_disk_free_bytes", ()] == 7
    assert found["process_resident_memory_bytes", ()] > 0


def test_a_database_that_does_not_answer_is_a_number_too() -> None:
    found = read(Meter(), None, None)

    assert found["hocso_database_up", ()] == 0
    assert ("hocso_inbox_waiting", ()) not in found


def test_two_pages_share_no_registry() -> None:
    assert read(Meter()).keys() == read(Meter()).keys()


def test_counting_a_turn_costs_it_next_to_nothing() -> None:
    meter = Meter()
    times = 10_000

    def count() -> None:
        meter.turn("web", 0.006)
        meter.said["web"] += 1

    best = min(repeat(count, number=times, repeat=3)) / times
    assert best * 1e9 < NANOSECONDS_PER_TURN
