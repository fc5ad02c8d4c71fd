"""Changes of the engine as rows: one list for each table, written with one statement each.

Knows the columns; it does not know transactions or leases. Of several changes of one row in a
batch only the last is written, since a change holds the whole row.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

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
    TaskRemoved,
)
from headrace.store.records import ENDED
from headrace.store.sql.connection import Connection
from headrace.store.sql.queries import load
from headrace.store.sql.values import Packer, to_json

_SQL = load("projection")


class RunKey(NamedTuple):
    """What rows need to know of their run."""

    key: int
    namespace: str
    pipeline: str


class Projection:
    """Collects the changes of one transaction, then writes them."""

    def __init__(self) -> None:
        self._packer = Packer()
        self._runs: list[tuple[Any, ...]] = []
        self._tasks: dict[tuple[int, str], TaskChanged] = {}
        self._removed: set[tuple[int, str]] = set()
        self._attempts: dict[tuple[int, str, int], AttemptChanged] = {}
        self._artifacts: list[tuple[Any, ...]] = []
        self._uses: list[tuple[Any, ...]] = []
        self._metrics: list[tuple[Any, ...]] = []
        self._cache: dict[tuple[str, str], tuple[Any, ...]] = {}
        self._events: list[tuple[Any, ...]] = []
        self._add: dict[type, Callable[[RunKey, float, Any], None]] = {
            RunChanged: self._add_run,
            TaskChanged: self._add_task,
            TaskRemoved: self._remove_task,
            AttemptChanged: self._add_attempt,
            ArtifactAdded: self._add_artifact,
            ArtifactUsed: self._add_use,
            MetricAdded: self._add_metric,
            CacheEntryAdded: self._add_cache,
            Logged: self._add_event,
        }

    def add(self, run: RunKey, at: float, change: Change) -> None:
        """Collect one change; the time is that of rows which have none of their own."""
        self._add[type(change)](run, at, change)

    def write(self, connection: Connection) -> None:
        """Write all that was collected. Cache entries look at tasks, so they come after them."""
        tasks = [self._task_row(key, change) for (key, _), change in self._tasks.items()]
        attempts = [self._attempt_row(key, change) for (key, *_), change in self._attempts.items()]
        self._packer.write(connection)
        for name, rows in (
            ("run", self._runs),
            ("task_removed", list(self._removed)),
            ("task", tasks),
            ("attempt", attempts),
            ("artifact", self._artifacts),
            ("use", self._uses),
            ("metric", self._metrics),
            ("cache_removed", list(self._cache)),
            ("cache", list(self._cache.values())),
            ("event", self._events),
        ):
            if rows:
                connection.executemany(_SQL[name], rows)

    def _add_run(self, run: RunKey, _at: float, change: RunChanged) -> None:
        ended = change.state in ENDED
        self._runs.append(
            (
                change.state,
                change.started_at,
                change.finished_at if ended else None,
                self._packer.pack(change.outputs, run.key),
                change.error if ended else None,
                run.key,
            )
        )

    def _add_task(self, run: RunKey, _at: float, change: TaskChanged) -> None:
        self._tasks[run.key, change.path] = change

    def _remove_task(self, run: RunKey, _at: float, change: TaskRemoved) -> None:
        self._tasks.pop((run.key, change.path), None)
        self._removed.add((run.key, change.path))

    def _add_attempt(self, run: RunKey, _at: float, change: AttemptChanged) -> None:
        self._attempts[run.key, change.path, change.number] = change

    def _add_artifact(self, run: RunKey, at: float, change: ArtifactAdded) -> None:
        made = change.artifact
        self._artifacts.append(
            (
                made.id,
                run.key,
                change.path,
                change.attempt,
                made.name,
                made.schema_title,
                made.schema_version,
                made.uri,
                made.digest,
                made.size,
                self._packer.pack(made.metadata, run.key),
                made.custom_path,
                at,
            )
        )

    def _add_use(self, run: RunKey, _at: float, change: ArtifactUsed) -> None:
        self._uses.append((run.key, change.path, change.role, change.name, change.artifact_id))

    def _add_metric(self, run: RunKey, _at: float, change: MetricAdded) -> None:
        # What is no number is kept as missing: databases differ in where they put it.
        value = None if math.isnan(change.value) else change.value
        self._metrics.append((run.key, change.path, change.artifact, change.name, value))

    def _add_cache(self, run: RunKey, at: float, change: CacheEntryAdded) -> None:
        place = (run.namespace, change.key)
        # Taken out first: the newest entry is the last.
        self._cache.pop(place, None)
        self._cache[place] = (
            *place,
            run.key,
            run.pipeline,
            change.path,
            run.key,
            change.path,
            self._packer.pack(change.fields, run.key),
            self._packer.pack(change.outputs, run.key),
            at,
        )

    def _add_event(self, run: RunKey, at: float, change: Logged) -> None:
        data = self._packer.pack(change.data, run.key) if change.data else None
        self._events.append((run.key, at, change.kind, change.path, change.message, data))

    def _task_row(self, key: int, change: TaskChanged) -> tuple[Any, ...]:
        pack = self._packer.pack
        return (
            key,
            change.path,
            change.parent,
            change.name,
            change.display_name,
            change.component,
            change.kind,
            change.state,
            change.reason,
            change.cached,
            change.cache_key,
            pack(change.cache_fields, key) if change.cache_fields else None,
            change.cache_source,
            change.attempts,
            change.iteration,
            change.created_at,
            change.started_at,
            change.finished_at,
            pack(change.inputs, key),
            pack(change.outputs, key),
            pack(change.error, key),
        )

    def _attempt_row(self, key: int, change: AttemptChanged) -> tuple[Any, ...]:
        pack = self._packer.pack
        return (
            key,
            change.path,
            change.number,
            change.state,
            change.created_at,
            change.started_at,
            change.finished_at,
            change.where,
            pack(change.error, key),
            None if change.usage is None else to_json(change.usage),
        )
