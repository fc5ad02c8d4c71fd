"""Prometheus metrics: what happened here, and how much there is. Needs the extra ``metrics``.

Counters count what this process saw; gauges are read from the store when they are asked for, so
that several controllers show the same. No label is a name that a user gave.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from headrace.engine.changes import Change, RunChanged, TaskChanged
from headrace.errors import NotFound
from headrace.launchers.port import Capacity
from headrace.server.routing import Endpoint, services_of
from headrace.store import ENDED, Predicate, Query, Store

if TYPE_CHECKING:
    from prometheus_client import Metric

_OPEN_STATES = ("pending", "running")
_BUCKETS = (0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600)
_TASK_ENDS = ENDED | {"skipped"}


class Metrics:
    """Counts changes and renders all metrics.

    Raises:
        ImportError: The extra ``metrics`` is not installed.
    """

    def __init__(self, store: Store, capacity: Capacity, version: str) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self._store = store
        self._registry = CollectorRegistry()
        self._runs = Counter(
            "headrace_runs", "Runs by how they ended", ["state"], registry=self._registry
        )
        self._tasks = Counter(
            "headrace_tasks", "Tasks by how they ended", ["state"], registry=self._registry
        )
        self._reused = Counter(
            "headrace_tasks_reused", "Tasks taken from the cache", registry=self._registry
        )
        self._seconds = Histogram(
            "headrace_task_seconds",
            "Time from the start of a task to its end",
            buckets=_BUCKETS,
            registry=self._registry,
        )
        info = Gauge("headrace_info", "Version", ["version"], registry=self._registry)
        info.labels(version).set(1)
        for name, amount in (("cpus", capacity.cpus), ("memory_bytes", capacity.memory_bytes)):
            gauge = Gauge(f"headrace_capacity_{name}", "What tasks share", registry=self._registry)
            gauge.set(amount or 0)
        self._registry.register(self)  # pyright: ignore[reportArgumentType] - it has collect

    def observe(self, _run_id: str, changes: Collection[Change]) -> None:
        """Count committed changes."""
        for change in changes:
            if isinstance(change, RunChanged) and change.state in ENDED:
                self._runs.labels(change.state).inc()
            elif isinstance(change, TaskChanged) and change.state in _TASK_ENDS:
                self._tasks.labels(change.state).inc()
                if change.cached:
                    self._reused.inc()
                elif change.started_at is not None and change.finished_at is not None:
                    self._seconds.observe(change.finished_at - change.started_at)

    def render(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        from prometheus_client import generate_latest

        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges that are read from the store."""
        from prometheus_client.core import GaugeMetricFamily

        runs = GaugeMetricFamily("headrace_runs_open", "Runs that have not ended", labels=["state"])
        for state in _OPEN_STATES:
            runs.add_metric([state], self._count("find_runs", Predicate("state", "eq", state)))
        yield runs
        yield GaugeMetricFamily(
            "headrace_recurring_runs_enabled",
            "Recurring runs that are enabled",
            value=self._count("find_recurring_runs", Predicate("enabled", "eq", value=True)),
        )

    def describe(self) -> list[Any]:
        """Return nothing: the store is not asked when this is registered."""
        return []

    def _count(self, find: str, where: Predicate) -> int:
        page = getattr(self._store, find)(Query(where=(where,), limit=1, total=True))
        return page.total or 0


def metrics(request: Request) -> Response:
    """Return the metrics; for who administers the server, as they tell of all namespaces."""
    found = services_of(request).metrics
    if found is None:
        message = "this server has no metrics: pip install 'headrace[metrics]'"
        raise NotFound(message)
    return Response(found.render(), media_type="text/plain; version=0.0.4; charset=utf-8")


ENDPOINTS = (Endpoint("GET", "/metrics", metrics, "administer", "metrics"),)
