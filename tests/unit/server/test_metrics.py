"""Metrics in Prometheus' format, counted from changes and read from the store."""

from __future__ import annotations

import pytest

from headrace.engine.changes import RunChanged, TaskChanged
from headrace.launchers.port import Capacity
from headrace.server.access import Principal
from headrace.server.metrics import ENDPOINTS, Metrics
from headrace.store.memory import MemoryStore

pytest.importorskip("prometheus_client")


@pytest.fixture
def metrics():
    store = MemoryStore()
    yield Metrics(store, Capacity(cpus=4.0, memory_bytes=1 << 30, accelerators={}), "1.2.3")
    store.close()


def task(state="succeeded", **more):
    return TaskChanged(
        path="fit", parent="", name="fit", display_name="fit", component="c", kind="container",
        state=state, **more,
    )  # fmt: skip


def lines(metrics):
    text = metrics.render().decode()
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))


def test_ends_are_counted(metrics):
    metrics.observe(
        "r1",
        [
            task("running"),
            task(started_at=1.0, finished_at=3.0),
            task(cached=True, started_at=1.0, finished_at=1.0),
            task("failed", started_at=1.0, finished_at=100.0),
            RunChanged(state="running"),
            RunChanged(state="failed"),
        ],
    )
    found = lines(metrics)
    assert found['headrace_tasks_total{state="succeeded"}'] == "2.0"
    assert found['headrace_tasks_total{state="failed"}'] == "1.0"
    assert found["headrace_tasks_reused_total"] == "1.0"
    assert found["headrace_task_seconds_count"] == "2.0"
    assert found['headrace_task_seconds_bucket{le="5.0"}'] == "1.0"
    assert found['headrace_runs_total{state="failed"}'] == "1.0"


def test_what_is_open_is_read_from_the_store(metrics):
    found = lines(metrics)
    assert found['headrace_runs_open{state="pending"}'] == "0.0"
    assert found["headrace_recurring_runs_enabled"] == "0.0"
    assert found["headrace_capacity_cpus"] == "4.0"
    assert found['headrace_info{version="1.2.3"}'] == "1.0"


def test_metrics_tell_of_all_namespaces_and_are_for_who_administers():
    (endpoint,) = ENDPOINTS
    assert (endpoint.verb, endpoint.exempt) == ("administer", False)


def test_they_are_served_to_administrators_alone(metrics):
    from dataclasses import replace
    from types import SimpleNamespace

    from starlette.testclient import TestClient

    from headrace.server.application import application
    from headrace.server.services import Services, Settings

    who = SimpleNamespace(is_=Principal(user="root", admin=True))

    async def authenticate(_):
        return who.is_

    services = Services(
        store=None, runs=None, logs=None, artifacts=None, capacity=None, metrics=metrics,
        settings=Settings(mode="multi"),
    )  # fmt: skip
    client = TestClient(
        application(services, ENDPOINTS, authenticate=authenticate), base_url="http://localhost"
    )
    assert client.get("/metrics").status_code == 200
    who.is_ = Principal(user="ann", roles={"a": "admin"})
    assert client.get("/metrics").status_code == 403
    who.is_ = Principal(user="root", admin=True)
    without = application(replace(services, metrics=None), ENDPOINTS, authenticate=authenticate)
    answer = TestClient(without, base_url="http://localhost").get("/metrics")
    assert (answer.status_code, "headrace[metrics]" in answer.text) == (404, True)
