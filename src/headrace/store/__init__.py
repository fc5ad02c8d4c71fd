"""The run store: what is written before it is done, and what people read of it.

``port`` holds the protocols, ``records`` the values that reads return; ``memory`` and ``sqlite``
keep them. A store knows the engine's values but none of its rules.
"""

from __future__ import annotations

from headrace.store.port import (
    CacheStore,
    CatalogStore,
    Lease,
    LeaseLost,
    NewRun,
    Page,
    ReadStore,
    RunBatch,
    RunFilter,
    RunStore,
    Store,
)
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

__all__ = [
    "Attempt",
    "CacheEntry",
    "CacheStore",
    "CatalogStore",
    "Experiment",
    "HistoryEntry",
    "Lease",
    "LeaseLost",
    "Metric",
    "NewRun",
    "OpenRun",
    "Page",
    "Pipeline",
    "PipelineVersion",
    "ReadStore",
    "Request",
    "Run",
    "RunBatch",
    "RunFilter",
    "RunStore",
    "Store",
    "StoredArtifact",
    "TaskRun",
    "Use",
]
