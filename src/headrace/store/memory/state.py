"""What the memory store holds, and the lock around it."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field

from headrace.errors import NotFound
from headrace.store.records import (
    Attempt,
    CacheEntry,
    Experiment,
    HistoryEntry,
    Metric,
    Pipeline,
    PipelineVersion,
    Request,
    Run,
    StoredArtifact,
    TaskRun,
    Use,
)


@dataclass(slots=True)
class RunRows:
    """All rows of one run; dictionaries keep the order in which their keys came."""

    run: Run
    owner: str = ""
    epoch: int = 0
    expires_at: float = 0.0
    #: Events as JSON, so that nobody can change them afterwards.
    journal: list[tuple[float, bytes]] = field(default_factory=list[tuple[float, bytes]])
    tasks: dict[str, TaskRun] = field(default_factory=dict[str, TaskRun])
    attempts: dict[tuple[str, int], Attempt] = field(default_factory=dict[tuple[str, int], Attempt])
    uses: set[Use] = field(default_factory=set[Use])
    metrics: dict[tuple[str, str, str], Metric] = field(
        default_factory=dict[tuple[str, str, str], Metric]
    )


class MemoryState:
    """The tables; every method of the store holds the lock."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._version: int = 0
        self._runs: dict[str, RunRows] = {}
        self._documents: dict[str, bytes] = {}
        self._requests: dict[int, Request] = {}
        self._requests_made = 0
        self._artifacts: dict[str, StoredArtifact] = {}
        self._events: list[HistoryEntry] = []
        self._cache: dict[tuple[str, str], CacheEntry] = {}
        self._pipelines: dict[str, Pipeline] = {}
        self._versions: dict[str, PipelineVersion] = {}
        self._experiments: dict[str, Experiment] = {}

    def _rows(self, run_id: str) -> RunRows:
        try:
            return self._runs[run_id]
        except KeyError:
            raise NotFound(f"there is no run {run_id}") from None

    def _keep(self, document: bytes) -> str:
        digest = "sha256:" + hashlib.sha256(document).hexdigest()
        self._documents[digest] = document
        return digest
