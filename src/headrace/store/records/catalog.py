"""Records of what people name and keep: pipelines, versions, experiments and recurring runs."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from headrace.schedules import Trigger


class _Record(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Base of the records; JSON keys are the field names."""


class Pipeline(_Record, frozen=True):
    """A named pipeline of a namespace."""

    id: str
    namespace: str
    name: str
    created_at: float
    display_name: str = ""
    description: str = ""
    tags: dict[str, str] = {}


class PipelineVersion(_Record, frozen=True):
    """A version of a pipeline.

    Attributes:
        document: Digest of its IR.
        source: What it was made from, such as the path of a file.
        code_source_url: Where its code can be read.
        package_url: Where its IR was fetched from.
    """

    id: str
    pipeline_id: str
    name: str
    document: str
    created_at: float
    display_name: str = ""
    description: str = ""
    source: str = ""
    code_source_url: str = ""
    package_url: str = ""
    tags: dict[str, str] = {}


class Experiment(_Record, frozen=True):
    """A named set of runs of a namespace.

    Attributes:
        last_run_created_at: When its newest run was created; derived, never written.
    """

    id: str
    namespace: str
    name: str
    created_at: float
    display_name: str = ""
    description: str = ""
    archived: bool = False
    last_run_created_at: float | None = None


class RecurringRun(_Record, frozen=True):
    """A schedule: what it runs, when, and how far it has come.

    Attributes:
        experiment: Id of the experiment of its runs.
        pipeline_id: The pipeline whose version is run; None when ``document`` is.
        version_id: The version that is run; None is the newest at each tick.
        document: Digest of the IR given with the schedule; None when ``pipeline_id`` is.
        max_concurrency: The most runs of it that may be active at once.
        catchup: Whether ticks that were missed are made up for one by one.
        options: Anything that the caller wants to find with it again (JSON).
        last_tick_at: The last tick that was carried out.
        next_tick_at: The next one; None when there is none.
        ticks: How many were carried out.
        error: Why the last tick made no run; None when it made one.
    """

    id: str
    namespace: str
    experiment: str
    display_name: str
    created_at: float
    updated_at: float
    trigger: Trigger
    description: str = ""
    pipeline_id: str | None = None
    version_id: str | None = None
    document: str | None = None
    parameters: dict[str, Any] = {}
    pipeline_root: str = ""
    service_account: str = ""
    max_concurrency: int = 1
    enabled: bool = True
    catchup: bool = True
    options: dict[str, Any] = {}
    created_by: str = ""
    last_tick_at: float | None = None
    next_tick_at: float | None = None
    ticks: int = 0
    error: str | None = None


class RecurringRunUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """What changes of a recurring run; what is not given stays as it is."""

    experiment: str | UnsetType = UNSET
    display_name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    trigger: Trigger | UnsetType = UNSET
    pipeline_id: str | UnsetType | None = UNSET
    version_id: str | UnsetType | None = UNSET
    document: str | UnsetType | None = UNSET
    parameters: dict[str, Any] | UnsetType = UNSET
    pipeline_root: str | UnsetType = UNSET
    service_account: str | UnsetType = UNSET
    max_concurrency: int | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    catchup: bool | UnsetType = UNSET
    options: dict[str, Any] | UnsetType = UNSET
    next_tick_at: float | UnsetType | None = UNSET
    error: str | UnsetType | None = UNSET


def updated(record: RecurringRun, change: RecurringRunUpdate, now: float) -> RecurringRun:
    """Return the recurring run after the change."""
    given = {
        name: value for name, value in msgspec.structs.asdict(change).items() if value is not UNSET
    }
    return msgspec.structs.replace(record, **given, updated_at=now)
