"""What people read of the memory store."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from typing import Any

from headrace.errors import InvalidRequest, NotFound
from headrace.store import fields
from headrace.store.memory.finding import Entry, find
from headrace.store.memory.state import MemoryState, RunRows
from headrace.store.paging import checked_limit
from headrace.store.query import Page, Query, RunFilter
from headrace.store.records import Attempt, HistoryEntry, Metric, Run, StoredArtifact, TaskRun, Use


class MemoryReads(MemoryState):
    """``ReadStore`` in memory."""

    def run(self, run_id: str, namespace: str | None = None) -> Run:
        """Return the run with this id, or the only one whose id begins so."""
        with self._lock:
            visible = {
                rows.run.run_id: rows.run
                for rows in self._runs.values()
                if namespace in (None, rows.run.namespace)
            }
        if run_id in visible:
            return visible[run_id]
        found = sorted(known for known in visible if run_id and known.startswith(run_id))
        if len(found) > 1:
            raise InvalidRequest(
                f"several runs begin with {run_id}: {', '.join(found[:5])}",
                hint="give more of the id",
            )
        if not found:
            raise NotFound(f"there is no run {run_id}", hint="`headrace runs` lists them")
        return visible[found[0]]

    def runs(
        self, where: RunFilter | None = None, *, limit: int = 50, page_token: str | None = None
    ) -> Page[Run]:
        """Return runs, the newest first: ``find_runs`` in few words."""
        return self.find_runs((where or RunFilter()).query(limit=limit, page_token=page_token))

    def find_runs(self, query: Query) -> Page[Run]:
        """Return the runs that fit, in the order asked for."""
        with self._lock:
            return find(fields.RUNS, [_entry(rows) for rows in self._runs.values()], query)

    def tasks(self, run_id: str, paths: Collection[str] | None = None) -> list[TaskRun]:
        """Return the task runs, all or some, in the order in which they came into being."""
        with self._lock:
            found = list(self._rows(run_id).tasks.values())
        return [task for task in found if paths is None or task.path in paths]

    def attempts(self, run_id: str, path: str | None = None) -> list[Attempt]:
        """Return the attempts, of one task or all, by path and number."""
        with self._lock:
            attempts = sorted(self._rows(run_id).attempts.items())
        return [attempt for (of, _), attempt in attempts if path in (None, of)]

    def artifacts(self, run_id: str) -> list[StoredArtifact]:
        """Return the artifacts that the run made, in order."""
        with self._lock:
            self._rows(run_id)
            return [made for made in self._artifacts.values() if made.run_id == run_id]

    def find_artifacts(self, query: Query) -> Page[StoredArtifact]:
        """Return the artifacts of all runs that fit, in the order asked for."""
        with self._lock:
            made = enumerate(self._artifacts.values(), 1)
            entries = [self._artifact_entry(number, one) for number, one in made]
            return find(fields.ARTIFACTS, entries, query)

    def artifact(self, artifact_id: str, namespace: str | None = None) -> StoredArtifact:
        """Return the artifact."""
        with self._lock:
            found = self._artifacts.get(artifact_id)
            if found is None or not self._is_in(found.run_id, namespace):
                raise NotFound(f"there is no artifact {artifact_id}")
            return found

    def artifact_uris(self) -> list[str]:
        """Return the URIs of all artifacts of all runs."""
        with self._lock:
            return [made.artifact.uri for made in self._artifacts.values()]

    def uses(
        self,
        *,
        run_id: str | None = None,
        artifact_id: str | None = None,
        namespace: str | None = None,
    ) -> list[Use]:
        """Return the lineage of a run, of an artifact over all runs, or of both."""
        if run_id is None and artifact_id is None:
            raise InvalidRequest("the lineage of what?", hint="name a run or an artifact")
        with self._lock:
            runs = self._runs.values() if run_id is None else [self._rows(run_id)]
            return [
                use
                for rows in runs
                for use in sorted(rows.uses, key=_order_of_use)
                if artifact_id in (None, use.artifact_id)
                and namespace in (None, rows.run.namespace)
            ]

    def metrics(self, run_id: str) -> list[Metric]:
        """Return the run's metrics by path, artifact and name."""
        with self._lock:
            metrics = self._rows(run_id).metrics
            return [metrics[key] for key in sorted(metrics)]

    def metrics_of(self, run_ids: Collection[str]) -> dict[str, list[Metric]]:
        """Return the metrics of several runs by run; runs without any are not in it."""
        with self._lock:
            known = [run_id for run_id in run_ids if run_id in self._runs]
            return {run_id: found for run_id in known if (found := self.metrics(run_id))}

    def progress_of(self, run_ids: Collection[str]) -> dict[str, dict[str, int]]:
        """Return by run how many of its task runs are in which state."""
        with self._lock:
            known = [run_id for run_id in run_ids if self._runs.get(run_id)]
            return {
                run_id: dict(Counter(task.state for task in tasks.values()))
                for run_id in known
                if (tasks := self._runs[run_id].tasks)
            }

    def events(
        self,
        after_id: int = 0,
        *,
        run_id: str | None = None,
        namespace: str | None = None,
        limit: int = 1000,
    ) -> list[HistoryEntry]:
        """Return the history after that entry, of one run or all, in order."""
        limit = checked_limit(limit)
        with self._lock:
            if run_id is not None:
                self._rows(run_id)
            return [
                entry
                for entry in self._events
                if entry.id > after_id
                and run_id in (None, entry.run_id)
                and self._is_in(entry.run_id, namespace)
            ][:limit]

    def last_event_id(self) -> int:
        """Return the id of the newest entry of the history of all runs; 0 when there is none."""
        with self._lock:
            return self._events[-1].id if self._events else 0

    def document(self, digest: str) -> bytes:
        """Return a stored IR document."""
        with self._lock:
            if digest not in self._documents:
                raise NotFound(f"there is no document {digest}")
            return self._documents[digest]

    def _artifact_entry(self, number: int, made: StoredArtifact) -> Entry:
        artifact, run = made.artifact, self._runs[made.run_id].run
        held = {
            "artifact_id": artifact.id,
            "run_id": run.run_id,
            "namespace": run.namespace,
            "pipeline": run.pipeline,
            "path": made.path,
            "name": artifact.name,
            "schema_title": artifact.schema_title,
            "uri": artifact.uri,
            "digest": artifact.digest,
            "created_at": made.created_at,
            "text": f"{artifact.name}\n{artifact.uri}\n{artifact.schema_title}",
        }
        return Entry(made, number, held.__getitem__)

    def _is_in(self, run_id: str, namespace: str | None) -> bool:
        return namespace in (None, self._runs[run_id].run.namespace)


def _entry(rows: RunRows) -> Entry:
    run = rows.run

    def field(name: str) -> Any:
        family, dot, member = name.partition(".")
        if not dot:
            words = (run.run_id, run.display_name, run.pipeline)
            return "\n".join(words) if name == "text" else getattr(run, name)
        if family == "metric":
            values = [metric.value for metric in rows.metrics.values() if metric.name == member]
            return [value for value in values if not math.isnan(value)]
        held = run.tags if family == "tag" else run.parameters
        return [held[member]] if member in held else []

    return Entry(run, run.position, field)


def _order_of_use(use: Use) -> tuple[str, ...]:
    return (use.path, use.role, use.name, use.artifact_id)
