"""What people read of the memory store."""

from __future__ import annotations

import string

from headrace.errors import InvalidRequest, NotFound
from headrace.store.memory.state import MemoryState
from headrace.store.paging import Place, checked_limit, checked_place, read_token, write_token
from headrace.store.port import Page, RunFilter
from headrace.store.records import Attempt, HistoryEntry, Metric, Run, StoredArtifact, TaskRun, Use

# As SQLite's lower() does.
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


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
        """Return runs, the newest first."""
        where = where or RunFilter()
        limit = checked_limit(limit)
        after = read_token("runs", where.query(page_token=page_token))
        after = after and checked_place(after, [(float, int)])
        with self._lock:
            found = [rows.run for rows in self._runs.values() if _fits(rows.run, where)]
        found = [run for run in found if after is None or _place(run) < after]
        found.sort(key=_place, reverse=True)
        page = tuple(found[:limit])
        token = write_token(_place(page[-1]), "runs", where.query()) if len(found) > limit else None
        return Page(items=page, next_token=token)

    def tasks(self, run_id: str) -> list[TaskRun]:
        """Return the task runs in the order in which they came into being."""
        with self._lock:
            return list(self._rows(run_id).tasks.values())

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
            # Ids count from 1 without gaps.
            later = self._events[max(after_id, 0) :]
            return [
                entry
                for entry in later
                if run_id in (None, entry.run_id) and self._is_in(entry.run_id, namespace)
            ][:limit]

    def document(self, digest: str) -> bytes:
        """Return a stored IR document."""
        with self._lock:
            if digest not in self._documents:
                raise NotFound(f"there is no document {digest}")
            return self._documents[digest]

    def _is_in(self, run_id: str, namespace: str | None) -> bool:
        return namespace in (None, self._runs[run_id].run.namespace)


def _fits(run: Run, where: RunFilter) -> bool:
    text = f"{run.run_id} {run.display_name} {run.pipeline}"
    return (
        where.namespace in (None, run.namespace)
        and where.state in (None, run.state)
        and where.pipeline in (None, run.pipeline)
        and where.experiment in (None, run.experiment)
        and (where.text or "").translate(_LOWER) in text.translate(_LOWER)
    )


def _place(run: Run) -> Place:
    return Place(0, (run.created_at, run.position))


def _order_of_use(use: Use) -> tuple[str, ...]:
    return (use.path, use.role, use.name, use.artifact_id)
