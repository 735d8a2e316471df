"""What Prometheus is told. With several workers their counts are added up by way of files."""

from __future__ import annotations

import os
from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

requests = Counter("screening_requests", "Requests answered", ["route", "method", "status"])
seconds = Histogram("screening_request_seconds", "Seconds from request to answer", ["route"])
decisions = Counter("screening_decisions", "Lines decided and on record", ["verdict"])
commits = Histogram("screening_ledger_commit_seconds", "Seconds until a group is on disk")
grouped = Histogram("screening_ledger_commit_size", "Submissions put on disk together",
                    buckets=(1, 2, 4, 8, 16, 32, 64, 128))  # fmt: skip
failures = Counter("screening_ledger_failures", "Submissions that could not be recorded")

opinions = Counter("screening_second_opinions", "Second opinions asked for", ["outcome"])
opinion_seconds = Histogram("screening_second_opinion_seconds",
                            "Seconds until the second engine answered, or could not")  # fmt: skip
restarts = Counter("screening_referee_restarts", "Starts of the second engine after its first")


class _Now(Collector):
    def __init__(self, now: dict[str, float]) -> None:
        self._now = now

    def collect(self) -> list[GaugeMetricFamily]:
        return [GaugeMetricFamily(f"screening_{name}", name.replace("_", " "), value)
                for name, value in self._now.items()]  # fmt: skip


def exposition(now: dict[str, float]) -> bytes:
    """All counts in Prometheus's text form, with values of this moment."""
    told = CollectorRegistry()
    told.register(_Now(now))
    counts: CollectorRegistry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        counts = CollectorRegistry()
        MultiProcessCollector(counts)  # type: ignore[no-untyped-call]
    return generate_latest(told) + generate_latest(counts)


def answered(route: str, method: str, status: int, took: float) -> None:
    """A request was answered, after so many seconds."""
    count, timer = _of_route(route, method, status)
    count.inc()
    timer.observe(took)


@lru_cache(maxsize=1024)
def _of_route(route: str, method: str, status: int) -> tuple[Counter, Histogram]:
    return requests.labels(route, method, status), seconds.labels(route)


def recorded(submissions: int, took: float) -> None:
    """A group is on disk, after so many seconds."""
    commits.observe(took)
    grouped.observe(submissions)
