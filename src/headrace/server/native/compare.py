"""Runs side by side: their parameters, metrics and steps, with what differs marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from headrace.errors import InvalidRequest
from headrace.server.named import run_named
from headrace.server.native.operations import Answer, Asked, Query, operation
from headrace.server.native.runs import public, run_metric
from headrace.store.records import Metric, Run, TaskRun

MOST_RUNS = 100
_MOST_ROWS = 5000


class CompareQuery(Query, frozen=True):
    """Ids of the runs, with commas between them."""

    runs: str


class ComparedValue(Answer, frozen=True):
    """A value by run; runs without it are left out."""

    name: str
    values: dict[str, Any]
    differs: bool


class TaskOutcome(Answer, frozen=True):
    """How a task went in one run."""

    state: str
    cached: bool = False
    seconds: float | None = None
    key: str | None = None


class ComparedTask(Answer, frozen=True):
    """A task by run; it differs in its state, or in what it ran on."""

    path: str
    values: dict[str, TaskOutcome]
    differs: bool


class Comparison(Answer, frozen=True):
    """Runs side by side."""

    runs: list[Run]
    parameters: list[ComparedValue]
    metrics: list[ComparedValue]
    tasks: list[ComparedTask]


def compare_runs(asked: Asked[CompareQuery, None]) -> Comparison:
    """Compare runs."""
    ids = list(dict.fromkeys(part.strip() for part in asked.query.runs.split(",") if part.strip()))
    if not 1 <= len(ids) <= MOST_RUNS:
        raise InvalidRequest(f"{len(ids)} runs are named", hint=f"name 1 to {MOST_RUNS}")
    runs = [public(run_named(asked.request, run_id)) for run_id in ids]
    metrics = asked.store.metrics_of(ids)
    return Comparison(
        runs=runs,
        parameters=compared({run.run_id: run.parameters for run in runs}),
        metrics=compared({run_id: metric_values(metrics.get(run_id, ())) for run_id in ids}),
        tasks=compared_tasks({run_id: asked.store.tasks(run_id) for run_id in ids}),
    )


def compared(by_run: Mapping[str, Mapping[str, Any]]) -> list[ComparedValue]:
    """Return each name with its value in each run; what a run lacks is a difference, too."""
    names = dict.fromkeys(name for values in by_run.values() for name in values)
    found: list[ComparedValue] = []
    for name in names:
        values = {run_id: own[name] for run_id, own in by_run.items() if name in own}
        first = next(iter(values.values()))
        same = len(values) == len(by_run) and all(_same(one, first) for one in values.values())
        found.append(ComparedValue(name=name, values=values, differs=not same))
    return found


def metric_values(metrics: Iterable[Metric]) -> dict[str, float | None]:
    """Return metrics by name; those that several artifacts have are named by task, too."""
    several = list(metrics)
    counts = Counter(metric.name for metric in several)
    found: dict[str, float | None] = {}
    for metric in several:
        whole = f"{metric.path}.{metric.artifact}.{metric.name}"
        found[metric.name if counts[metric.name] == 1 else whole] = run_metric(metric).value
    return found


def compared_tasks(by_run: Mapping[str, Iterable[TaskRun]]) -> list[ComparedTask]:
    """Return each task with how it went in each run."""
    rows: dict[str, dict[str, TaskOutcome]] = {}
    for run_id, tasks in by_run.items():
        for task in tasks:
            if len(rows) < _MOST_ROWS or task.path in rows:
                rows.setdefault(task.path, {})[run_id] = _outcome(task)
    return [
        ComparedTask(
            path=path,
            values=values,
            differs=len(values) < len(by_run)
            or len({(one.state, one.key) for one in values.values()}) > 1,
        )
        for path, values in rows.items()
    ]


def _outcome(task: TaskRun) -> TaskOutcome:
    seconds = None
    if task.started_at is not None and task.finished_at is not None:
        seconds = round(task.finished_at - task.started_at, 3)
    return TaskOutcome(state=task.state, cached=task.cached, seconds=seconds, key=task.cache_key)


def _same(one: Any, other: Any) -> bool:
    """Say whether two JSON values are the same; true is not 1 here."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


OPERATIONS = (
    operation("GET", "/compare", compare_runs, kind="run", query=CompareQuery, answer=Comparison),
)
