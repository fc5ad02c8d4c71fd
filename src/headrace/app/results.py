"""A run as the command line prints it in JSON: the contract that scripts rely on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from headrace.engine.attempts import Artifact, Outputs
from headrace.store import Attempt, Metric, Run, Store, TaskRun

LEAF_KINDS = frozenset({"container", "importer"})


@dataclass(frozen=True, slots=True)
class WholeRun:
    """A run with all that is known of its steps, in the order of the store."""

    run: Run
    tasks: Sequence[TaskRun]
    attempts: Sequence[Attempt]
    metrics: Sequence[Metric]

    @classmethod
    def of(cls, store: Store, run: Run) -> WholeRun:
        """Read it from a store."""
        return cls(
            run,
            store.tasks(run.run_id),
            store.attempts(run.run_id),
            store.metrics(run.run_id),
        )


def run_result(whole: WholeRun) -> dict[str, Any]:
    """Return the whole run: its state, outputs and steps.

    Groups (conditions, loops, sub-pipelines) are not listed; their names stand in the paths of the
    steps that they hold.
    """
    run = whole.run
    attempts = {attempt.path: attempt for attempt in whole.attempts}
    return {
        "run_id": run.run_id,
        "pipeline": run.pipeline,
        "state": run.state.upper(),
        "outputs": outputs_values(run.outputs),
        "tasks": [
            task_result(task, attempts.get(task.path))
            for task in whole.tasks
            if task.kind in LEAF_KINDS
        ],
        "parameters": dict(run.parameters),
        "created_at": timestamp(run.created_at),
        "started_at": timestamp(run.started_at),
        "finished_at": timestamp(run.finished_at),
        "seconds": _seconds(run.started_at, run.finished_at),
        "error": run.error,
        "metrics": [
            {"path": m.path, "artifact": m.artifact, "name": m.name, "value": m.value}
            for m in whole.metrics
        ],
    }


def run_summary(run: Run) -> dict[str, Any]:
    """Return a run as lists show it."""
    return {
        "run_id": run.run_id,
        "pipeline": run.pipeline,
        "name": run.display_name,
        "state": run.state.upper(),
        "created_at": timestamp(run.created_at),
        "started_at": timestamp(run.started_at),
        "finished_at": timestamp(run.finished_at),
        "source": run.source,
        "error": run.error,
    }


def task_result(task: TaskRun, last: Attempt | None) -> dict[str, Any]:
    """Return a step with its outputs, its failure and what its last attempt used."""
    outputs = task.outputs or Outputs()
    error = task.error
    return {
        "path": task.path,
        "name": task.display_name or task.name,
        "component": task.component,
        "kind": task.kind,
        "state": task.state.upper(),
        "reason": task.reason,
        "cached": task.cached,
        "attempts": task.attempts,
        "started_at": timestamp(task.started_at),
        "finished_at": timestamp(task.finished_at),
        "seconds": _seconds(task.started_at, task.finished_at),
        "usage": attempt_usage(last),
        "parameters": dict(outputs.parameters),
        "artifacts": artifacts_values(outputs),
        "error": None
        if error is None
        else {
            "kind": error.kind,
            "type": error.type,
            "message": error.message,
            "file": error.file,
            "line": error.line,
            "exit_code": error.exit_code,
            "traceback": error.traceback,
        },
    }


def attempt_usage(attempt: Attempt | None) -> dict[str, Any] | None:
    """Return what an attempt used, in seconds and bytes; None when it never ran."""
    if attempt is None or attempt.usage is None:
        return None
    usage = attempt.usage
    return {"wall_s": usage.wall_s, "cpu_s": usage.cpu_s, "max_rss_bytes": usage.max_rss_bytes}


def outputs_values(outputs: Outputs | None) -> dict[str, Any]:
    """Return outputs by name: values of parameters, and lists of artifacts."""
    if outputs is None:
        return {}
    return {**outputs.parameters, **artifacts_values(outputs)}


def artifacts_values(outputs: Outputs) -> dict[str, list[dict[str, Any]]]:
    """Return the artifacts of outputs by name."""
    return {
        name: [artifact_value(artifact) for artifact in several]
        for name, several in outputs.artifacts.items()
    }


def artifact_value(artifact: Artifact) -> dict[str, Any]:
    """Return an artifact; ``path`` is None when it is not on this machine."""
    parts = urlsplit(artifact.uri)
    return {
        "id": artifact.id,
        "name": artifact.name,
        "type": artifact.schema_title,
        "uri": artifact.uri,
        "path": unquote(parts.path) if parts.scheme in ("file", "") else None,
        "digest": artifact.digest,
        "size": artifact.size,
        "metadata": artifact.metadata,
    }


def timestamp(at: float | None) -> str | None:
    """Return a time in RFC 3339, UTC, with milliseconds."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _seconds(started_at: float | None, finished_at: float | None) -> float | None:
    if started_at is None or finished_at is None:
        return None
    return round(finished_at - started_at, 3)
