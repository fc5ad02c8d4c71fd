"""Rows that a step of the engine adds or replaces; the store commits them with the event.

They are projections for reading (lists, pages, the command line). The journal of events alone
rebuilds a run's state.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from headrace.engine.attempts import Artifact, Failure, Inputs, Outputs, Usage

RunStateName = Literal["pending", "running", "succeeded", "failed", "canceling", "canceled"]
TaskStateName = Literal["pending", "running", "succeeded", "failed", "skipped", "canceled"]
TaskKind = Literal["container", "importer", "dag", "condition", "loop", "iteration", "exit_handler"]


class _Change(
    msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag_field="change"
):
    """Base of the changes."""


class RunChanged(_Change, frozen=True, tag="run"):
    """New state of the run; ``outputs`` and times are set once known."""

    state: RunStateName
    started_at: float | None = None
    finished_at: float | None = None
    outputs: Outputs | None = None
    error: str | None = None


class TaskChanged(_Change, frozen=True, tag="task"):
    """New state of a task run, whole: it replaces the row of the same path.

    Attributes:
        path: ``name``, ``group/name`` or, in a loop, ``loop[3]/name``.
        parent: Path of the group that it is in; empty for tasks of the root.
        reason: Why it is in this state, in one sentence: what it waits for, why it was skipped or
            reused.
        cache_key: Set when the task may be reused.
    """

    path: str
    parent: str
    name: str
    display_name: str
    component: str
    kind: TaskKind
    state: TaskStateName
    reason: str = ""
    cached: bool = False
    cache_key: str | None = None
    cache_fields: dict[str, str] = {}
    cache_source: str | None = None
    attempts: int = 0
    iteration: int | None = None
    created_at: float | None = None
    started_at: float | None = None
    finished_at: float | None = None
    inputs: Inputs | None = None
    outputs: Outputs | None = None
    error: Failure | None = None


class TaskRemoved(_Change, frozen=True, tag="task_gone"):
    """The row of this path is no more: what it stood for will have rows of its own.

    When a run goes on, a group that had been skipped begins after all, and the rows that stood for
    what is inside of it make way. Comes before the rows of the same step.
    """

    path: str


class AttemptChanged(_Change, frozen=True, tag="attempt"):
    """New state of an attempt, whole."""

    path: str
    number: int
    state: TaskStateName
    created_at: float
    started_at: float | None = None
    finished_at: float | None = None
    where: str = ""
    error: Failure | None = None
    usage: Usage | None = None


class ArtifactAdded(_Change, frozen=True, tag="artifact"):
    """An artifact that an attempt made (never changed afterwards)."""

    artifact: Artifact
    path: str
    attempt: int


class ArtifactUsed(_Change, frozen=True, tag="use"):
    """Lineage: the task read this artifact (``input``) or has it as output (``output``)."""

    artifact_id: str
    path: str
    role: Literal["input", "output"]
    name: str


class MetricAdded(_Change, frozen=True, tag="metric"):
    """A scalar metric of a task, taken from a Metrics artifact."""

    path: str
    artifact: str
    name: str
    value: float


class CacheEntryAdded(_Change, frozen=True, tag="cache"):
    """Outputs that later tasks with the same key may take over."""

    key: str
    path: str
    fields: dict[str, str]
    outputs: Outputs


class Logged(_Change, frozen=True, tag="log"):
    """An entry of the run's history for people and event feeds."""

    kind: str
    path: str = ""
    message: str = ""
    data: dict[str, Any] = {}


Change = (
    RunChanged
    | TaskChanged
    | TaskRemoved
    | AttemptChanged
    | ArtifactAdded
    | ArtifactUsed
    | MetricAdded
    | CacheEntryAdded
    | Logged
)
