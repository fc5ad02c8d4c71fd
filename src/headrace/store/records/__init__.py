"""What a store gives back: frozen values, one kind for each table.

Times are seconds since the epoch, UTC; ids are text unless they say otherwise.
"""

from __future__ import annotations

from headrace.store.records.catalog import (
    Experiment,
    Pipeline,
    PipelineVersion,
    RecurringRun,
    RecurringRunUpdate,
    Trigger,
    updated,
)
from headrace.store.records.delivery import Delivery, Webhook
from headrace.store.records.runs import (
    ENDED,
    Attempt,
    CacheEntry,
    HistoryEntry,
    Metric,
    OpenRun,
    Request,
    Run,
    StoredArtifact,
    TaskRun,
    Use,
    attempt,
    run_with,
    task_run,
)
from headrace.store.records.tenancy import (
    AuditEntry,
    Member,
    Namespace,
    NamespaceUsage,
    Quota,
    Role,
    Token,
)

__all__ = [
    "ENDED",
    "Attempt",
    "AuditEntry",
    "CacheEntry",
    "Delivery",
    "Experiment",
    "HistoryEntry",
    "Member",
    "Metric",
    "Namespace",
    "NamespaceUsage",
    "OpenRun",
    "Pipeline",
    "PipelineVersion",
    "Quota",
    "RecurringRun",
    "RecurringRunUpdate",
    "Request",
    "Role",
    "Run",
    "StoredArtifact",
    "TaskRun",
    "Token",
    "Trigger",
    "Use",
    "Webhook",
    "attempt",
    "run_with",
    "task_run",
    "updated",
]
