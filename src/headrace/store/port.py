"""The protocols of the run store and the values that are written through them.

All methods are synchronous and may be called from any thread. They raise ``InfrastructureError``
when the store cannot be used; its ``retryable`` says whether the same call may succeed later. A
call that raises has written nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from headrace.engine.changes import Change
from headrace.engine.events import Event, RunSubmitted
from headrace.errors import InfrastructureError
from headrace.store.records import (
    Attempt,
    CacheEntry,
    Experiment,
    HistoryEntry,
    Metric,
    OpenRun,
    Pipeline,
    PipelineVersion,
    Request,
    Run,
    StoredArtifact,
    TaskRun,
    Use,
)

DEFAULT_EXPERIMENT = "default"

_T = TypeVar("_T")


class LeaseLost(InfrastructureError):
    """A commit came from a controller that no longer owns the run; nothing of it was written.

    Attributes:
        runs: The runs that somebody else owns now.
    """

    default_code = "HR5010"

    def __init__(self, runs: Collection[str]) -> None:
        self.runs = frozenset(runs)
        super().__init__(
            f"another controller owns {', '.join(sorted(self.runs))}",
            hint="this controller stops working on it; the other one goes on",
        )


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the values that are written."""


class NewRun(_Value, frozen=True):
    """A run to create.

    Attributes:
        submitted: First event of its journal; holds the run id and the namespace.
        document: The IR document as JSON; stored once however many runs have it.
        options: Anything that the caller wants to find with the run again (JSON).
    """

    submitted: RunSubmitted
    pipeline: str
    document: bytes
    created_at: float
    experiment: str = DEFAULT_EXPERIMENT
    source: str = ""
    options: dict[str, Any] = {}


class Lease(_Value, frozen=True):
    """Ownership of a run; each change of owner raises the epoch, which fences the earlier one."""

    run_id: str
    owner: str
    epoch: int


class RunBatch(_Value, frozen=True):
    """What one run's transition writes.

    Attributes:
        events: Facts for the journal with their times, in order.
        changes: Rows to add or replace, in order.
        at: Time of the changes that have none of their own.
        consumed: Ids of the requests that this batch carries out.
        first_seq: Place of the first event in the journal, counted from 1, when it is known. What
            is already there is not written again: a commit may be repeated whose answer got lost.
    """

    lease: Lease
    at: float
    events: Sequence[tuple[float, Event]] = ()
    changes: Sequence[Change] = ()
    consumed: Sequence[int] = ()
    first_seq: int | None = None


class RunFilter(_Value, frozen=True):
    """Which runs to list; None does not filter.

    Attributes:
        text: Part of the run's id, display name or pipeline, in either case of ASCII letters.
    """

    namespace: str | None = None
    state: str | None = None
    pipeline: str | None = None
    experiment: str | None = None
    text: str | None = None


class Page(_Value, Generic[_T], frozen=True):
    """Part of a list; ``next_token`` is None on the last page, else opaque."""

    items: tuple[_T, ...]
    next_token: str | None = None


class RunStore(Protocol):
    """What the controller writes and reads back."""

    def create_run(self, run: NewRun) -> Run:
        """Store a pending run and the first event of its journal.

        Raises:
            AlreadyExists: The run id is taken.
        """
        ...

    def claim(
        self,
        owner: str,
        *,
        now: float,
        lease_s: float,
        run_ids: Collection[str] | None = None,
        limit: int = 100,
        dead: Collection[str] = (),
    ) -> list[Lease]:
        """Take runs that nobody owns, the oldest first.

        Args:
            owner: A name that no other controller has had or will have.
            now: Leases that ended before it are free.
            lease_s: How long the lease lasts, in seconds.
            run_ids: Only these, also ended ones (to retry them); None means every run that has not
                ended or is asked for something.
            limit: The most runs to take.
            dead: Owners that are known to be gone: their leases are free at once.
        """
        ...

    def renew(self, leases: Collection[Lease], *, now: float, lease_s: float) -> list[Lease]:
        """Prolong the leases; return those that are still held."""
        ...

    def release(self, leases: Collection[Lease]) -> None:
        """Give the runs up; those that are no longer held are left alone."""
        ...

    def commit(self, batches: Sequence[RunBatch]) -> None:
        """Write all batches in one transaction, durably, or nothing.

        Raises:
            LeaseLost: A lease is no longer held.
        """
        ...

    def journal(self, run_id: str, after_seq: int = 0) -> Iterator[tuple[float, Event]]:
        """Yield the events of the run after that place with their times, in order."""
        ...

    def unfinished_runs(self) -> list[OpenRun]:
        """Return the runs that have not ended, the oldest first."""
        ...

    def send(self, run_id: str, kind: str, body: dict[str, Any], *, now: float) -> int:
        """Ask something of whoever owns the run; return the id of the request.

        Raises:
            NotFound: There is no such run.
        """
        ...

    def take_requests(self, run_ids: Collection[str] | None = None) -> list[Request]:
        """Return what was asked and not yet carried out, in order; None means of every run.

        A request is carried out when a commit names it as consumed; until then it is returned
        again.
        """
        ...

    def data_version(self) -> int:
        """Return a number that changes when anyone, also another process, has written."""
        ...


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
        """Return runs, the newest first.

        Raises:
            InvalidRequest: The token is not of this list.
        """
        ...

    def tasks(self, run_id: str) -> list[TaskRun]:
        """Return the task runs in the order in which they came into being."""
        ...

    def attempts(self, run_id: str, path: str | None = None) -> list[Attempt]:
        """Return the attempts, of one task or all, by path and number."""
        ...

    def artifacts(self, run_id: str) -> list[StoredArtifact]:
        """Return the artifacts that the run made, in order."""
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


class CatalogStore(Protocol):
    """Pipelines, their versions, and experiments; names are unique in their namespace.

    Adding what exists raises ``AlreadyExists``, naming what does not raises ``NotFound``.
    """

    def put_document(self, document: bytes) -> str:
        """Store an IR document and return its digest."""
        ...

    def add_pipeline(self, pipeline: Pipeline) -> None:
        """Add a pipeline without versions."""
        ...

    def pipelines(self, namespace: str | None = None) -> list[Pipeline]:
        """Return the pipelines, the newest first."""
        ...

    def remove_pipeline(self, pipeline_id: str) -> None:
        """Remove a pipeline and its versions; runs stay."""
        ...

    def add_version(self, version: PipelineVersion) -> None:
        """Add a version; its document is stored already."""
        ...

    def versions(self, pipeline_id: str) -> list[PipelineVersion]:
        """Return the versions of a pipeline, the newest first."""
        ...

    def remove_version(self, version_id: str) -> None:
        """Remove a version."""
        ...

    def add_experiment(self, experiment: Experiment) -> None:
        """Add an experiment."""
        ...

    def experiments(self, namespace: str | None = None) -> list[Experiment]:
        """Return the experiments, the newest first."""
        ...

    def remove_experiment(self, experiment_id: str) -> None:
        """Remove an experiment; its runs stay."""
        ...


class Store(RunStore, ReadStore, CacheStore, CatalogStore, Protocol):
    """A whole store, as the composition root hands it out."""

    def backup(self, path: Path) -> None:
        """Write a consistent copy of the store to a new file, while others go on.

        Raises:
            AlreadyExists: There is a file.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections; the store cannot be used afterwards."""
        ...
