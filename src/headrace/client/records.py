"""Typed answers of a server. Fields that a newer server adds are ignored.

Times are seconds since the epoch, UTC; task paths are those of the native API.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from headrace.engine.attempts import Artifact, Failure, Inputs, Outputs, Usage
from headrace.schedules import Trigger

#: States from which a run goes on by request only.
ENDED: frozenset[str] = frozenset({"succeeded", "failed", "canceled"})

_T = TypeVar("_T")


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the answers; JSON keys are the field names."""


class Run(_Answer, frozen=True):
    """One execution of a pipeline."""

    run_id: str
    namespace: str
    pipeline: str
    display_name: str
    experiment: str
    state: str
    created_at: float
    started_at: float | None = None
    finished_at: float | None = None
    description: str = ""
    archived: bool = False
    source: str = ""
    document: str = ""
    parameters: dict[str, Any] = {}
    tags: dict[str, str] = {}
    submitted_by: str = ""
    recurring_run_id: str | None = None
    pipeline_id: str | None = None
    version_id: str | None = None
    scheduled_at: float | None = None
    outputs: Outputs | None = None
    error: str | None = None

    @property
    def ended(self) -> bool:
        """Whether it goes on by request only."""
        return self.state in ENDED

    @property
    def succeeded(self) -> bool:
        """Whether it ended well."""
        return self.state == "succeeded"


class TaskRun(_Answer, frozen=True):
    """The execution of a task in a run."""

    run_id: str
    path: str
    name: str
    kind: str
    state: str
    parent: str = ""
    display_name: str = ""
    component: str = ""
    reason: str = ""
    cached: bool = False
    attempts: int = 0
    iteration: int | None = None
    created_at: float | None = None
    started_at: float | None = None
    finished_at: float | None = None
    inputs: Inputs | None = None
    outputs: Outputs | None = None
    error: Failure | None = None


class Attempt(_Answer, frozen=True):
    """One try of a task run."""

    run_id: str
    path: str
    number: int
    state: str
    created_at: float
    started_at: float | None = None
    finished_at: float | None = None
    where: str = ""
    error: Failure | None = None
    usage: Usage | None = None


class Metric(_Answer, frozen=True):
    """A scalar metric of a task."""

    run_id: str
    path: str
    artifact: str
    name: str
    value: float | None = None


class RunDetail(_Answer, frozen=True):
    """A run with everything that is known of its steps.

    Attributes:
        last_event_id: Where a feed of events goes on without a gap.
    """

    run: Run
    tasks: tuple[TaskRun, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    metrics: tuple[Metric, ...] = ()
    last_event_id: int = 0


class StoredArtifact(_Answer, frozen=True):
    """An artifact with what made it."""

    artifact: Artifact
    run_id: str
    path: str
    attempt: int
    created_at: float


class Event(_Answer, frozen=True):
    """An entry of the feed; ``run`` and ``task`` are the rows as they were when it was sent."""

    id: int
    run_id: str
    at: float
    kind: str
    path: str = ""
    message: str = ""
    data: Any = None
    run: Run | None = None
    task: TaskRun | None = None


class PlanStep(_Answer, frozen=True):
    """What a rerun would do with a step: ``run`` or ``reuse``, and why."""

    path: str
    action: str
    reason: str = ""


class Plan(_Answer, frozen=True):
    """What a rerun would do, step by step."""

    steps: tuple[PlanStep, ...] = ()


class Pipeline(_Answer, frozen=True):
    """A named pipeline of a namespace."""

    id: str
    namespace: str
    name: str
    created_at: float
    display_name: str = ""
    description: str = ""
    tags: dict[str, str] = {}


class PipelineVersion(_Answer, frozen=True):
    """A version of a pipeline; ``document`` is the digest of its IR."""

    id: str
    pipeline_id: str
    name: str
    created_at: float
    document: str = ""
    display_name: str = ""
    description: str = ""
    tags: dict[str, str] = {}


class Experiment(_Answer, frozen=True):
    """A named set of runs of a namespace."""

    id: str
    namespace: str
    name: str
    created_at: float
    display_name: str = ""
    description: str = ""
    archived: bool = False


class RecurringRun(_Answer, frozen=True):
    """A schedule and what it runs; without a version, the latest of its pipeline at each tick."""

    id: str
    namespace: str
    display_name: str
    trigger: Trigger
    created_at: float
    updated_at: float
    enabled: bool = True
    experiment: str = ""
    description: str = ""
    pipeline_id: str | None = None
    version_id: str | None = None
    document: str | None = None
    parameters: dict[str, Any] = {}
    max_concurrency: int = 1
    catchup: bool = True
    last_tick_at: float | None = None
    next_tick_at: float | None = None
    ticks: int = 0
    error: str | None = None


class Slot(_Answer, frozen=True):
    """A tick of a backfill; it exists when its run was there already."""

    at: float
    run_id: str
    exists: bool


class Membership(_Answer, frozen=True):
    """A namespace and the caller's role in it."""

    name: str
    role: str


class Me(_Answer, frozen=True):
    """Who the server takes the caller for."""

    user: str
    mode: str
    version: str = ""
    admin: bool = False
    namespaces: tuple[Membership, ...] = ()


class LogChunk(_Answer, frozen=True):
    """Bytes that an attempt wrote, in order; ``offset`` is where they begin."""

    path: str
    attempt: int
    offset: int
    data: bytes


class Page(_Answer, Generic[_T], frozen=True):
    """Part of a list; ``next_token`` is None on the last page."""

    items: tuple[_T, ...] = ()
    next_token: str | None = None
    total: int | None = None
