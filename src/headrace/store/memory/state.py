"""What the memory store holds, and the lock around it."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field

import msgspec

from headrace.errors import NotFound
from headrace.store.port.values import (
    DEFAULT_EXPERIMENT,
    DEFAULT_EXPERIMENT_NAME,
    default_experiment_id,
)
from headrace.store.records import (
    Attempt,
    AuditEntry,
    CacheEntry,
    Delivery,
    Experiment,
    HistoryEntry,
    Member,
    Metric,
    Namespace,
    Pipeline,
    PipelineVersion,
    RecurringRun,
    Request,
    Run,
    StoredArtifact,
    TaskRun,
    Token,
    Use,
    Webhook,
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
        self._events_made = 0
        self._runs_made = 0
        self._cache: dict[tuple[str, str], CacheEntry] = {}
        self._pipelines: dict[str, Pipeline] = {}
        self._versions: dict[str, PipelineVersion] = {}
        default = Experiment(
            id=DEFAULT_EXPERIMENT, namespace="", name=DEFAULT_EXPERIMENT_NAME, created_at=0.0
        )
        self._experiments: dict[str, Experiment] = {default.id: default}
        #: Documents that somebody put: what will refer to them may just be being written.
        self._put: set[str] = set()
        self._recurring_runs: dict[str, RecurringRun] = {}
        self._settings: dict[str, bytes] = {}
        self._namespaces: dict[str, Namespace] = {}
        self._members: dict[tuple[str, str], Member] = {}
        self._tokens: dict[str, Token] = {}
        self._audit: list[AuditEntry] = []
        self._webhooks: dict[str, Webhook] = {}
        self._secrets: dict[str, bytes] = {}
        self._deliveries: dict[str, Delivery] = {}
        self._cursor = 0

    def _rows(self, run_id: str) -> RunRows:
        try:
            return self._runs[run_id]
        except KeyError:
            raise NotFound(f"there is no run {run_id}") from None

    def _ensure_default_experiment(self, namespace: str, now: float) -> str:
        """Return the id of the namespace's default experiment, made or dated when needed."""
        for experiment in self._experiments.values():
            if (experiment.namespace, experiment.name) == (namespace, DEFAULT_EXPERIMENT_NAME):
                if not experiment.created_at:
                    dated = msgspec.structs.replace(experiment, created_at=now)
                    self._experiments[experiment.id] = dated
                return experiment.id
        id_ = default_experiment_id(namespace)
        self._experiments.setdefault(
            id_,
            Experiment(id=id_, namespace=namespace, name=DEFAULT_EXPERIMENT_NAME, created_at=now),
        )
        return id_

    def _keep(self, document: bytes) -> str:
        digest = "sha256:" + hashlib.sha256(document).hexdigest()
        self._documents[digest] = document
        return digest
