"""Changes of the engine applied to the tables in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headrace.engine.changes import (
    ArtifactAdded,
    ArtifactUsed,
    AttemptChanged,
    CacheEntryAdded,
    Change,
    Logged,
    MetricAdded,
    RunChanged,
    TaskChanged,
)
from headrace.store.memory.state import MemoryState, RunRows
from headrace.store.records import (
    CacheEntry,
    HistoryEntry,
    Metric,
    StoredArtifact,
    Use,
    attempt,
    run_with,
    task_run,
)


class MemoryProjection(MemoryState):
    """Applies changes; the caller holds the lock."""

    def __init__(self) -> None:
        super().__init__()
        self._handlers: dict[type, Callable[[RunRows, float, Any], None]] = {
            RunChanged: self._run_changed,
            TaskChanged: self._task_changed,
            AttemptChanged: self._attempt_changed,
            ArtifactAdded: self._artifact_added,
            ArtifactUsed: self._artifact_used,
            MetricAdded: self._metric_added,
            CacheEntryAdded: self._cache_entry_added,
            Logged: self._logged,
        }

    def _apply(self, rows: RunRows, at: float, change: Change) -> None:
        self._handlers[type(change)](rows, at, change)

    def _run_changed(self, rows: RunRows, _at: float, change: RunChanged) -> None:
        rows.run = run_with(rows.run, change)

    def _task_changed(self, rows: RunRows, _at: float, change: TaskChanged) -> None:
        rows.tasks[change.path] = task_run(rows.run.run_id, change)

    def _attempt_changed(self, rows: RunRows, _at: float, change: AttemptChanged) -> None:
        rows.attempts[change.path, change.number] = attempt(rows.run.run_id, change)

    def _artifact_added(self, rows: RunRows, at: float, change: ArtifactAdded) -> None:
        made = StoredArtifact(
            artifact=change.artifact,
            run_id=rows.run.run_id,
            path=change.path,
            attempt=change.attempt,
            created_at=at,
        )
        self._artifacts.setdefault(change.artifact.id, made)

    def _artifact_used(self, rows: RunRows, _at: float, change: ArtifactUsed) -> None:
        rows.uses.add(
            Use(
                run_id=rows.run.run_id,
                path=change.path,
                role=change.role,
                name=change.name,
                artifact_id=change.artifact_id,
            )
        )

    def _metric_added(self, rows: RunRows, _at: float, change: MetricAdded) -> None:
        rows.metrics[change.path, change.artifact, change.name] = Metric(
            run_id=rows.run.run_id,
            path=change.path,
            artifact=change.artifact,
            name=change.name,
            value=change.value,
        )

    def _cache_entry_added(self, rows: RunRows, at: float, change: CacheEntryAdded) -> None:
        run = rows.run
        task = rows.tasks.get(change.path)
        # Taken out first: the newest entry is the last.
        self._cache.pop((run.namespace, change.key), None)
        self._cache[run.namespace, change.key] = CacheEntry(
            namespace=run.namespace,
            key=change.key,
            run_id=run.run_id,
            pipeline=run.pipeline,
            path=change.path,
            component="" if task is None else task.component,
            fields=change.fields,
            outputs=change.outputs,
            created_at=at,
        )

    def _logged(self, rows: RunRows, at: float, change: Logged) -> None:
        self._events.append(
            HistoryEntry(
                id=len(self._events) + 1,
                run_id=rows.run.run_id,
                at=at,
                kind=change.kind,
                path=change.path,
                message=change.message,
                data=change.data,
            )
        )
