"""What monitors read: the counters of bot/meter.py and a look at the database, in Prometheus' text form.

Made when somebody asks, in a registry of its own. No label holds anything personal: channels, accounts,
kinds and outcomes are all there is.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from bot.meter import BOUNDS, Meter
from storage.health import Stored

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


def page(meter: Meter, stored: Stored | None, free: int | None, now: datetime) -> bytes:
    """Return the page of a moment; `stored` None: the database does not answer."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Now((*_counted(meter), *_gauges(stored, free, now))))
    return generate_latest(registry)


class _Now:
    """The collector of one page."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = tuple(metrics)

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _counted(meter: Meter) -> Iterable[Metric]:
    yield _counter("hocso_messages_in", "Messages handled.", meter.came_in)
    yield _counter("hocso_messages_said", "Answers put into the outbox.", meter.said)
    sends = CounterMetricFamily(
        "hocso_sends", "Calls to platforms by their outcome.", labels=("account", "outcome")
    )
    for (account, outcome), number in sorted(meter.sent.items()):
        sends.add_metric((account, outcome), number)
    yield sends
    yield CounterMetricFamily("hocso_turns_failed", "Turns that a bug ended.", value=meter.failed)
    yield _turns(meter)


def _turns(meter: Meter) -> Metric:
    total, buckets = 0, []
    for bound, number in zip((*map(str, BOUNDS), "+Inf"), meter.turns, strict=True):
        total += number
        buckets.append((bound, float(total)))
    return HistogramMetricFamily(
        "hocso_turn_seconds", "How long turns took.", buckets=buckets, sum_value=meter.seconds
    )


def _counter(name: str, told: str, numbers: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, told, labels=("channel",))
    for channel, number in sorted(numbers.items()):
        family.add_metric((channel,), number)
    return family


def _gauges(stored: Stored | None, free: int | None, now: datetime) -> Iterable[Metric]:
    yield GaugeMetricFamily(
        "hocso_database_up", "Whether the database answers.", value=float(stored is not None)
    )
    if free is not None:
        yield GaugeMetricFamily("hocso_disk_free_bytes", "Room on the data's disk.", value=free)
    if stored is None:
        return
    waiting = GaugeMetricFamily(
        "hocso_outbox_waiting", "Rows that wait to be sent.", labels=("account", "kind")
    )
    for (account, kind), number in sorted(stored.waiting.items()):
        waiting.add_metric((account, kind.name.lower()), number)
    yield waiting
    told = "Messages that wait to be handled."
    yield GaugeMetricFamily("hocso_inbox_waiting", told, value=stored.inbox_waiting)
    told = "Messages put aside after a bug."
    yield GaugeMetricFamily("hocso_inbox_parked", told, value=stored.inbox_parked)
    yield GaugeMetricFamily("hocso_database_bytes", "Size of the database.", value=stored.size)
    if stored.copy is not None:
        age = (now - stored.copy.at).total_seconds()
        yield GaugeMetricFamily("hocso_copy_age_seconds", "Age of the last good copy.", value=age)
