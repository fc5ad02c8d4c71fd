"""Python client of a server's native API; knows its documented HTTP interface and nothing else.

``headrace.connect`` makes one. Needs the extra ``client``.
"""

from __future__ import annotations

from headrace.client.aio import AsyncClient
from headrace.client.records import (
    Attempt,
    Event,
    Experiment,
    LogChunk,
    Me,
    Metric,
    Pipeline,
    PipelineVersion,
    PlanStep,
    RecurringRun,
    Run,
    RunDetail,
    Slot,
    StoredArtifact,
    TaskRun,
)
from headrace.client.sync import Client

__all__ = [
    "AsyncClient",
    "Attempt",
    "Client",
    "Event",
    "Experiment",
    "LogChunk",
    "Me",
    "Metric",
    "Pipeline",
    "PipelineVersion",
    "PlanStep",
    "RecurringRun",
    "Run",
    "RunDetail",
    "Slot",
    "StoredArtifact",
    "TaskRun",
]
