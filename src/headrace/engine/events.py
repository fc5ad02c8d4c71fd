"""Facts fed to the engine. They are journaled as JSON and replayed to rebuild a run's state."""

from __future__ import annotations

from typing import Any

import msgspec

from headrace.engine.attempts import AttemptId, AttemptResult, Outputs


class _Event(
    msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag_field="event"
):
    """Base of the events."""


class RunSubmitted(_Event, frozen=True, tag="run_submitted"):
    """A run begins; holds everything that its course depends on.

    Attributes:
        pipeline_root: URI prefix; the run's outputs go below ``<root>/<pipeline>/<run_id>``.
        locks: Digest of the package environment by executor label.
        fingerprints: What else identifies an executor's code by label (digest of its image);
            optional.
        cache: False: nothing is reused; None: as the tasks say.
        reuse: Outputs of tasks of an earlier run by task path, taken over when their keys are the
            same.
        reuse_keys: Cache keys of those tasks, as that run recorded them.
        reuse_source: Id of that run.
        rerun: Task paths that must run again whatever the cache says (with all iterations).
        fail_fast: Cancel what still runs at the first failure.
        deadline_s: Longest time that the run may take.
        workspace: URI or path of the run's workspace, when the pipeline declares one.
    """

    run_id: str
    run_name: str
    parameters: dict[str, Any]
    pipeline_root: str
    namespace: str = ""
    locks: dict[str, str] = {}
    fingerprints: dict[str, str] = {}
    cache: bool | None = None
    reuse: dict[str, Outputs] = {}
    reuse_keys: dict[str, str] = {}
    reuse_source: str = ""
    rerun: tuple[str, ...] = ()
    fail_fast: bool = False
    deadline_s: float | None = None
    scheduled_at: float | None = None
    workspace: str | None = None


class CacheAnswered(_Event, frozen=True, tag="cache_answered"):
    """The store looked up a task's cache key.

    Attributes:
        outputs: What an earlier task made, verified to exist; None is a miss.
        source: ``run/task`` that made them, for a hit.
        reason: One sentence: why hit, or why miss (the field that differs).
    """

    task: str
    outputs: Outputs | None = None
    source: str | None = None
    reason: str = ""


class PackagesLocked(_Event, frozen=True, tag="packages_locked"):
    """The packages of an attempt whose image was known only now are these.

    Attributes:
        lock: The lock as it is stored, whole.
    """

    attempt: AttemptId
    lock: dict[str, Any]


class EnvironmentPrepared(_Event, frozen=True, tag="environment_prepared"):
    """The environment of an attempt had to be made first, which took so many seconds."""

    attempt: AttemptId
    seconds: float


class AttemptStarted(_Event, frozen=True, tag="attempt_started"):
    """The launcher started the attempt; ``where`` says on what (pid, pod)."""

    attempt: AttemptId
    where: str = ""


class AttemptFinished(_Event, frozen=True, tag="attempt_finished"):
    """The attempt ended, one way or the other."""

    attempt: AttemptId
    result: AttemptResult


class TimerFired(_Event, frozen=True, tag="timer_fired"):
    """The time of an earlier ``SetTimer`` has come."""

    timer: str


class CancelRequested(_Event, frozen=True, tag="cancel_requested"):
    """Somebody wants the run to end."""

    reason: str = ""


class RetryRequested(_Event, frozen=True, tag="retry_requested"):
    """Somebody wants an ended run to go on: what did not succeed runs again."""

    reason: str = ""


Event = (
    RunSubmitted
    | CacheAnswered
    | PackagesLocked
    | EnvironmentPrepared
    | AttemptStarted
    | AttemptFinished
    | TimerFired
    | CancelRequested
    | RetryRequested
)
