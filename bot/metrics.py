"""
What the service measures of itself, in Prometheus' words; docs/reference/metrics.md explains each.

A label's values are few and known beforehand: never an id, an address or a word of anybody.
"""

import asyncio
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Protocol

import aiohttp
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from yarl import URL

from bot import __version__
from bot.clock import stopwatch
from bot.errors import DeliveryError, Later

#: seconds; upper ends of the buckets of histograms, for one commit, one call, and what people notice
COMMITS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
CALLS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
JOURNEYS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
OUTCOMES = ("delivered", "rejected", "unreachable", "closed", "later", "down", "unconfirmed", "error")  #: of deliveries
LAG_EVERY_S = 1.0  #: between two looks at the loop's lag


class Calls(Protocol):
    """Is told of every call to a platform."""

    def __call__(self, platform: str, method: str, status: int | None, took_s: float) -> None:
        """It was answered with this HTTP status (None: with nothing) after so many seconds."""
        ...


class Metrics:
    """All of them, in one registry; whoever does the work says so here."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry = registry or CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        self._build = Info("loket_build", "The running version.", registry=registry)
        self._received = Counter("loket_received", "What platforms handed over.", ["source"], registry=registry)
        self._deliveries = Counter(
            "loket_deliveries", "Attempts to deliver a part.", ["target", "outcome"], registry=registry
        )
        self._refused = Counter(
            "loket_webhooks_refused", "Calls to our webhooks that were refused.", ["source", "status"],
            registry=registry,
        )  # fmt: skip
        self._pruned = Counter("loket_payloads_pruned", "Payloads that were emptied.", registry=registry)
        self._measure(registry)
        self._show(registry)

    def _measure(self, registry: CollectorRegistry) -> None:
        """How long things take."""

        def histogram(name: str, what: str, buckets: tuple[float, ...], labels: tuple[str, ...] = ()) -> Histogram:
            return Histogram(f"loket_{name}_seconds", what, labels, buckets=buckets, registry=registry)

        self._commits = histogram("inbox_commit", "From handed over to durable.", COMMITS, ("source",))
        self._decisions = histogram("inbox_processing", "From received to decided.", JOURNEYS, ("source",))
        self._to_thread = histogram("customer_to_thread", "From received to shown in Slack.", JOURNEYS)
        self._to_customer = histogram("agent_to_customer", "From released to taken by the channel.", JOURNEYS)
        self._calls = histogram("platform_call", "One call to a platform.", CALLS, ("platform", "method", "status"))
        self._waits = histogram("database_wait", "Waiting for the right to write.", COMMITS)
        self._transactions = histogram("database_transaction", "One transaction, once begun.", COMMITS)
        self._lag = histogram("event_loop_lag", "How late the event loop woke up.", COMMITS)

    def _show(self, registry: CollectorRegistry) -> None:
        """How things stand; set when somebody asks."""

        def gauge(name: str, what: str, *labels: str) -> Gauge:
            return Gauge(f"loket_{name}", what, labels, registry=registry)

        self.up = gauge("up", "1 while the part shows signs of life.", "part")
        self.silence = gauge("silence_seconds", "Since the part's last sign of life.", "part")
        self.connections = gauge("slack_connections", "Open WebSockets to Slack.")
        self.inbox = gauge("inbox_rows", "Rows of the inbox that are not done.", "state")
        self.outbox = gauge("outbox_parts", "Parts of the outbox that are not done, and undecided texts.", "state")
        self.lanes = gauge("lanes", "Lanes with work, by what they do.", "queue", "state")
        self.unfinished = gauge("unfinished", "What has not come through yet.", "stage")
        self.unfinished_age = gauge("unfinished_oldest_seconds", "Age of the oldest of these.", "stage")
        self.oldest = gauge("oldest_waiting_seconds", "Age of the oldest that waits.", "queue")

    def built(self, *, database: str) -> None:
        """Which program this is."""
        self._build.info({"version": __version__, "python": platform.python_version(), "database": database})

    def expects(self, targets: Iterable[str]) -> None:
        """Count deliveries from zero on; else the first of its kind would be no increase to Prometheus."""
        for target in targets:
            for outcome in OUTCOMES:
                self._deliveries.labels(target, outcome)

    def received(self, source: str, number: int) -> None:
        """A platform handed over so many things."""
        self._received.labels(source).inc(number)

    def committed(self, source: str, took_s: float) -> None:
        """What was handed over is durable."""
        self._commits.labels(source).observe(took_s)

    def decided(self, source: str, after: timedelta) -> None:
        """A row of the inbox is done."""
        self._decisions.labels(source).observe(after.total_seconds())

    def shown(self, after: timedelta) -> None:
        """A customer's message stands in Slack."""
        self._to_thread.observe(after.total_seconds())

    def answered(self, after: timedelta) -> None:
        """A channel took all of an agent's text."""
        self._to_customer.observe(after.total_seconds())

    def called(self, platform: str, method: str, status: int | None, took_s: float) -> None:
        """A platform was called; see `Calls`."""
        self._calls.labels(platform, method, "none" if status is None else f"{status // 100}xx").observe(took_s)

    def refused(self, source: str, status: int) -> None:
        """A call to a webhook was not answered with success."""
        self._refused.labels(source, str(status)).inc()

    def pruned(self, number: int) -> None:
        """So many payloads were kept long enough, and were emptied."""
        self._pruned.inc(number)

    def transaction(self, waited_s: float, took_s: float) -> None:
        """A transaction is over."""
        self._waits.observe(waited_s)
        self._transactions.observe(took_s)

    @contextmanager
    def delivery(self, target: str) -> Iterator[None]:
        """Count how an attempt to deliver ends."""
        outcome = "error"
        try:
            yield
            outcome = "delivered"
        except DeliveryError as reason:
            outcome = "later" if isinstance(reason, Later) else type(reason).__name__.lower()
            raise
        finally:
            self._deliveries.labels(target, outcome).inc()

    async def watch_loop(self) -> None:
        """Measure until cancelled how late the event loop is."""
        while True:
            slept = stopwatch()
            await asyncio.sleep(LAG_EVERY_S)
            self._lag.observe(max(0.0, slept() - LAG_EVERY_S))

    def text(self) -> bytes:
        """All of it, in Prometheus' text format."""
        return generate_latest(self.registry)


def stand(gauge: Gauge, values: Mapping[tuple[str, ...], float]) -> None:
    """Let the gauge show these values, by its labels, and no others."""
    gauge.clear()
    for labels, value in values.items():
        gauge.labels(*labels).set(value)


def tracing(told: Calls, *, platform: str, method: Callable[[URL], str]) -> aiohttp.TraceConfig:
    """For an aiohttp session all of whose requests are calls to this platform; ``method`` names one by its address."""

    async def began(_: object, context: SimpleNamespace, __: object) -> None:
        context.took_s = stopwatch()

    async def ended(_: object, context: SimpleNamespace, answer: aiohttp.TraceRequestEndParams) -> None:
        told(platform, method(answer.url), answer.response.status, context.took_s())

    async def failed(_: object, context: SimpleNamespace, failure: aiohttp.TraceRequestExceptionParams) -> None:
        told(platform, method(failure.url), None, context.took_s())

    config = aiohttp.TraceConfig()
    config.on_request_start.append(began)
    config.on_request_end.append(ended)
    config.on_request_exception.append(failed)
    return config


def untold(platform: str, method: str, status: int | None, took_s: float) -> None:
    """Nobody is told of a call."""
