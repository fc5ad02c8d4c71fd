"""What an attempt is asked to do and what it answers; shared by engine, launchers and store.

An attempt is one try of a task run. Its id is deterministic, which makes every command about it
idempotent: a launcher asked twice to start the same attempt starts it once.
"""

from __future__ import annotations

import hashlib
from typing import Any, Literal

import msgspec

from headrace.ir.model import Component, Container, Importer


class _Value(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """Base of the engine's values; JSON keys are the field names."""


class AttemptId(msgspec.Struct, frozen=True, order=True, gc=False):
    """Identity of one try: the run, the path of the task in it, and the count of tries from 1."""

    run_id: str
    task: str
    number: int

    def __str__(self) -> str:
        return f"{self.run_id}/{self.task}#{self.number}"

    @property
    def slug(self) -> str:
        """A short name for directories and pods: 20 hexadecimal digits, the same every time."""
        return hashlib.sha256(str(self).encode()).hexdigest()[:20]


class Artifact(_Value, frozen=True):
    """A typed reference to stored bytes.

    Attributes:
        id: Identity of the record; a reused artifact keeps the id of its producer's.
        name: Name of the output that it came from.
        uri: Where the bytes are.
        digest: ``sha256:…`` of the content (file or directory), or None when unknown (imported).
        size: Bytes, or None when unknown; 0 without a digest when the step wrote nothing.
    """

    id: str
    name: str
    schema_title: str
    schema_version: str
    uri: str
    metadata: dict[str, Any] = {}
    digest: str | None = None
    size: int | None = None
    custom_path: str | None = None

    @property
    def holds_nothing(self) -> bool:
        """Whether there is metadata alone, as of most Metrics: no bytes were ever written."""
        return self.digest is None and self.size == 0


class Inputs(_Value, frozen=True):
    """Resolved inputs; a single artifact is a tuple of one."""

    parameters: dict[str, Any] = {}
    artifacts: dict[str, tuple[Artifact, ...]] = {}


class Outputs(_Value, frozen=True):
    """Values that a task made; a single artifact is a tuple of one."""

    parameters: dict[str, Any] = {}
    artifacts: dict[str, tuple[Artifact, ...]] = {}


class ResourceRequest(_Value, frozen=True):
    """Resources of one attempt, parsed: cores, bytes, whole accelerators; None is not asked."""

    cpu_request: float | None = None
    cpu_limit: float | None = None
    memory_request_bytes: int | None = None
    memory_limit_bytes: int | None = None
    accelerator_type: str | None = None
    accelerator_count: int = 0


class Job(_Value, frozen=True):
    """What placeholders may say about the run and the task (KFP: ``{{$.pipeline_job_…}}``).

    Times are seconds since the epoch, UTC.
    """

    run_id: str
    run_name: str
    pipeline: str
    task_name: str
    task_id: str
    pipeline_root: str
    created_at: float
    scheduled_at: float | None = None


class AttemptSpec(_Value, frozen=True):
    """Everything that a launcher needs to start an attempt.

    Attributes:
        interface: Declared inputs and outputs of the component.
        container: Set for container tasks, with dynamic image and resources filled in; command and
            args still hold placeholders, since paths are the launcher's.
        importer: Set for importers, with the URI and metadata filled in.
        output_root: URI below which each output ``x`` is stored as ``<output_root>/x``; belongs to
            this attempt alone.
        lock: Digest of the package environment, or None.
        deadline_s: Longest time that it may run, in seconds.
        kubernetes: The executor's part of the platform specification.
        workspace: URI or path of the run's workspace when the task uses it, else None.
    """

    id: AttemptId
    job: Job
    executor_label: str
    interface: Component
    inputs: Inputs
    output_root: str
    container: Container | None = None
    importer: Importer | None = None
    resources: ResourceRequest = ResourceRequest()
    lock: str | None = None
    deadline_s: float | None = None
    kubernetes: dict[str, Any] = {}
    workspace: str | None = None


FailureKind = Literal["user", "oom", "deadline", "infrastructure", "configuration", "canceled"]


class Failure(_Value, frozen=True):
    """Why an attempt failed.

    Attributes:
        kind: ``user`` the code failed; ``oom`` killed for memory; ``deadline``; ``infrastructure``
            the place it ran was lost; ``configuration`` it can never start; ``canceled``.
        type: Exception class of the user's code, when there was one.
        file: The innermost frame in the user's own file.
    """

    kind: FailureKind
    message: str
    type: str | None = None
    traceback: str | None = None
    file: str | None = None
    line: int | None = None
    exit_code: int | None = None


class Usage(_Value, frozen=True):
    """What an attempt used: seconds and bytes."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    max_rss_bytes: int = 0


class OutputArtifact(_Value, frozen=True):
    """An artifact as the executor reports it.

    Attributes:
        schema_title: Set when the code returned another type than declared.
        missing: The code wrote nothing at the path.
    """

    uri: str
    metadata: dict[str, Any] = {}
    digest: str | None = None
    size: int | None = None
    schema_title: str | None = None
    custom_path: str | None = None
    missing: bool = False


class AttemptResult(_Value, frozen=True):
    """How an attempt ended; ``error`` is None exactly when it succeeded."""

    parameters: dict[str, Any] = {}
    artifacts: dict[str, tuple[OutputArtifact, ...]] = {}
    error: Failure | None = None
    usage: Usage = Usage()
