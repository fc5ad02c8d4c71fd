"""Changes of the engine applied to the tables in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from headrace.engine.changes import (
    ArtifactAdded,
    ArtifactUsed,
    AttemptChanged,
    CacheEntryAdded,
    Logged,
    MetricAdded,
    RunChanged,
    TaskChanged,
    TaskRemoved,
)
from headrace.store.memory.state import MemoryState, RunRows
from headrace.store.port import RunBatch
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
            TaskRemoved: self._task_removed,
            AttemptChanged: self._attempt_changed,
            ArtifactAdded: self._artifact_added,
            ArtifactUsed: self._artifact_used,
            MetricAdded: self._metric_added,
            Logged: self._logged,
        }

    def _project(self, batches: Sequence[RunBatch]) -> None:
        """Apply all changes; cache entries look at tasks, so they come after them."""
        entries: list[tuple[RunRows, float, CacheEntryAdded]] = []
        for batch in batches:
            rows = self._runs[batch.lease.run_id]
            for change in batch.changes:
                if isinstance(change, CacheEntryAdded):
                    entries.append((rows, batch.at, change))
                else:
                    self._handlers[type(change)](rows, batch.at, change)
        for rows, at, entry in entries:
            self._cache_entry_added(rows, at, entry)

    def _run_changed(self, rows: RunRows, _at: float, change: RunChanged) -> None:
        rows.run = run_with(rows.run, change)

    def _task_changed(self, rows: RunRows, _at: float, change: TaskChanged) -> None:
        rows.tasks[change.path] = task_run(rows.run.run_id, change)

    def _task_removed(self, rows: RunRows, _at: float, change: TaskRemoved) -> None:
        rows.tasks.pop(change.path, None)

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
        self._events_made += 1
        self._events.append(
            HistoryEntry(
                id=self._events_made,
                run_id=rows.run.run_id,
                at=at,
                kind=change.kind,
                path=change.path,
                message=change.message,
                data=change.data,
            )
        )
