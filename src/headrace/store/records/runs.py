"""Records of runs and of what belongs to one, and how the engine's changes become them.

Paths are task paths as in ``engine.changes``.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from headrace.engine.attempts import Artifact, Failure, Inputs, Outputs, Usage
from headrace.engine.changes import (
    AttemptChanged,
    RunChanged,
    RunStateName,
    TaskChanged,
    TaskKind,
    TaskStateName,
)

#: States from which a run goes on by request only.
ENDED: frozenset[str] = frozenset({"succeeded", "failed", "canceled"})


class _Record(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Base of the records; JSON keys are the field names."""


class Run(_Record, frozen=True):
    """One execution of a pipeline.

    Attributes:
        position: Grows with each run of this store; the order of submission.
        experiment: Id of its experiment.
        source: What it was submitted from, such as the path of a file.
        document: Digest of the IR document; ``ReadStore.document`` gives its bytes.
        options: What the run was submitted with, as the caller gave it.
        pipeline_id: The catalog's pipeline that it came from, when it came from one.
        version_id: The version of that pipeline.
        recurring_run_id: The recurring run that made it, when one did.
        scheduled_at: The tick that it was made for.
        parameters: Values of the pipeline's parameters, with placeholders of the run filled in.
        pipeline_root: URI prefix of its outputs.
        submitted_by: The user, empty where there are none.
    """

    run_id: str
    position: int
    namespace: str
    pipeline: str
    display_name: str
    experiment: str
    source: str
    document: str
    options: dict[str, Any]
    state: RunStateName
    created_at: float
    started_at: float | None = None
    finished_at: float | None = None
    outputs: Outputs | None = None
    error: str | None = None
    description: str = ""
    archived: bool = False
    pipeline_id: str | None = None
    version_id: str | None = None
    recurring_run_id: str | None = None
    scheduled_at: float | None = None
    parameters: dict[str, Any] = {}
    pipeline_root: str = ""
    service_account: str = ""
    submitted_by: str = ""
    tags: dict[str, str] = {}


class TaskRun(_Record, frozen=True):
    """The execution of a task in a run; the fields are those of ``TaskChanged``."""

    run_id: str
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


class Attempt(_Record, frozen=True):
    """One try of a task run; the fields are those of ``AttemptChanged``."""

    run_id: str
    path: str
    number: int
    state: TaskStateName
    created_at: float
    started_at: float | None = None
    finished_at: float | None = None
    where: str = ""
    error: Failure | None = None
    usage: Usage | None = None


class StoredArtifact(_Record, frozen=True):
    """An artifact with what made it."""

    artifact: Artifact
    run_id: str
    path: str
    attempt: int
    created_at: float


class Use(_Record, frozen=True):
    """A line of lineage: this task of this run has the artifact as input or output."""

    run_id: str
    path: str
    role: Literal["input", "output"]
    name: str
    artifact_id: str


class Metric(_Record, frozen=True):
    """A scalar metric of a task."""

    run_id: str
    path: str
    artifact: str
    name: str
    value: float


class HistoryEntry(_Record, frozen=True):
    """An entry of the history for people; ``id`` grows over all runs, for feeds that resume."""

    id: int
    run_id: str
    at: float
    kind: str
    path: str = ""
    message: str = ""
    data: dict[str, Any] = {}


class CacheEntry(_Record, frozen=True):
    """Outputs that a task with the same key in the same namespace may take over."""

    namespace: str
    key: str
    run_id: str
    pipeline: str
    path: str
    component: str
    fields: dict[str, str]
    outputs: Outputs
    created_at: float


class Request(_Record, frozen=True):
    """Something asked of whoever owns the run, such as ``cancel`` or ``retry``."""

    id: int
    run_id: str
    kind: str
    body: dict[str, Any]
    created_at: float


class OpenRun(_Record, frozen=True):
    """A run that has not ended, with who owns it until when; no owner is an empty text."""

    run_id: str
    owner: str
    expires_at: float


def run_with(run: Run, change: RunChanged) -> Run:
    """Return the run after the change: what is not given stays, ends belong to ended runs only."""
    ended = change.state in ENDED
    return msgspec.structs.replace(
        run,
        state=change.state,
        started_at=run.started_at if change.started_at is None else change.started_at,
        finished_at=change.finished_at if ended else None,
        outputs=run.outputs if change.outputs is None else change.outputs,
        error=change.error if ended else None,
    )


def task_run(run_id: str, change: TaskChanged) -> TaskRun:
    """Return the task run that the change describes."""
    return TaskRun(run_id=run_id, **msgspec.structs.asdict(change))


def attempt(run_id: str, change: AttemptChanged) -> Attempt:
    """Return the attempt that the change describes."""
    return Attempt(run_id=run_id, **msgspec.structs.asdict(change))
