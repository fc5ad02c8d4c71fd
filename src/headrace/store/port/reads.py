"""The protocols of what people read: runs and what belongs to them, and the cache."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from headrace.store.query import Page, Query, RunFilter
from headrace.store.records import (
    Attempt,
    CacheEntry,
    HistoryEntry,
    Metric,
    Run,
    StoredArtifact,
    TaskRun,
    Use,
)


class ReadStore(Protocol):
    """What people read.

    A run is named by its id; unknown runs are ``NotFound`` in all methods. A namespace of None
    means all of them; where a method asks for none, who serves others looks the run up first.
    """

    def run(self, run_id: str, namespace: str | None = None) -> Run:
        """Return the run with this id, or the only one whose id begins so.

        Raises:
            NotFound: There is none, or not in the namespace.
            InvalidRequest: Several begin so.
        """
        ...

    def runs(
        self, where: RunFilter | None = None, *, limit: int = 50, page_token: str | None = None
    ) -> Page[Run]:
        """Return runs, the newest first: ``find_runs`` in few words.

        Raises:
            InvalidRequest: The token is not of this list.
        """
        ...

    def find_runs(self, query: Query) -> Page[Run]:
        """Return the runs that fit, in the order asked for.

        Raises:
            InvalidRequest: The query names what runs do not have, or its token is of another one.
        """
        ...

    def tasks(self, run_id: str, paths: Collection[str] | None = None) -> list[TaskRun]:
        """Return the task runs in the order in which they came into being.

        Args:
            paths: Only those with one of these paths; what it costs follows their number then.
        """
        ...

    def attempts(self, run_id: str, path: str | None = None) -> list[Attempt]:
        """Return the attempts, of one task or all, by path and number."""
        ...

    def artifacts(self, run_id: str) -> list[StoredArtifact]:
        """Return the artifacts that the run made, in order."""
        ...

    def find_artifacts(self, query: Query) -> Page[StoredArtifact]:
        """Return the artifacts of all runs that fit, in the order asked for."""
        ...

    def artifact(self, artifact_id: str, namespace: str | None = None) -> StoredArtifact:
        """Return the artifact.

        Raises:
            NotFound: There is none, or not in the namespace.
        """
        ...

    def artifact_uris(self) -> list[str]:
        """Return the URIs of all artifacts of all runs: what a sweep of their bytes must keep."""
        ...

    def uses(
        self,
        *,
        run_id: str | None = None,
        artifact_id: str | None = None,
        namespace: str | None = None,
    ) -> list[Use]:
        """Return the lineage of a run, of an artifact over all runs, or of both."""
        ...

    def metrics(self, run_id: str) -> list[Metric]:
        """Return the run's metrics by path, artifact and name."""
        ...

    def metrics_of(self, run_ids: Collection[str]) -> dict[str, list[Metric]]:
        """Return the metrics of several runs by run; runs without any are not in it."""
        ...

    def progress_of(self, run_ids: Collection[str]) -> dict[str, dict[str, int]]:
        """Return by run how many of its task runs are in which state."""
        ...

    def events(
        self,
        after_id: int = 0,
        *,
        run_id: str | None = None,
        namespace: str | None = None,
        limit: int = 1000,
    ) -> list[HistoryEntry]:
        """Return the history after that entry, of one run or all, in order."""
        ...

    def last_event_id(self) -> int:
        """Return the id of the newest entry of the history of all runs; 0 when there is none."""
        ...

    def document(self, digest: str) -> bytes:
        """Return a stored IR document.

        Raises:
            NotFound: There is none.
        """
        ...


class CacheStore(Protocol):
    """Entries of the cache, by namespace."""

    def cache_entry(self, key: str, namespace: str = "") -> CacheEntry | None:
        """Return the entry with this key."""
        ...

    def nearest_cache_entry(
        self, *, pipeline: str, path: str, component: str, namespace: str = ""
    ) -> CacheEntry | None:
        """Return what to compare a miss with.

        That is the newest entry of the same task of the same pipeline, else of the same component.
        """
        ...

    def cache_entries(self, namespace: str = "", *, limit: int = 1000) -> list[CacheEntry]:
        """Return entries, the newest first."""
        ...

    def remove_cache_entries(
        self,
        namespace: str = "",
        *,
        keys: Collection[str] | None = None,
        pipeline: str | None = None,
        before: float | None = None,
    ) -> int:
        """Remove the entries that fit all that is given; return how many."""
        ...
