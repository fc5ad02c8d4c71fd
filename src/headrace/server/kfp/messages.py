"""The messages of KFP's REST API v2beta1. Field names are those of the JSON; None is not set.

Enums list their names in the order of their numbers, gaps included. Integers of 64 bits are text
in answers.
"""

from __future__ import annotations

from typing import Any, Literal

from headrace.server.kfp.wire import Int64, Message, enum

StorageState = Literal["STORAGE_STATE_UNSPECIFIED", "AVAILABLE", "ARCHIVED"]
RuntimeState = Literal[
    "RUNTIME_STATE_UNSPECIFIED",
    "PENDING",
    "RUNNING",
    "SUCCEEDED",
    "SKIPPED",
    "FAILED",
    "CANCELING",
    "CANCELED",
    "PAUSED",
]
Mode = Literal["MODE_UNSPECIFIED", "ENABLE", "DISABLE"]
Status = Literal["STATUS_UNSPECIFIED", "ENABLED", "DISABLED"]
Operation = Literal[
    "OPERATION_UNSPECIFIED",
    "EQUALS",
    "NOT_EQUALS",
    "GREATER_THAN",
    "4",  # a number without a name
    "GREATER_THAN_EQUALS",
    "LESS_THAN",
    "LESS_THAN_EQUALS",
    "IN",
    "IS_SUBSTRING",
]

for _form in (StorageState, RuntimeState, Mode, Status, Operation):
    enum(_form)


class Fault(Message):
    """An error (``google.rpc.Status``)."""

    code: int | None = None
    message: str | None = None
    details: list[dict[str, Any]] | None = None


class Experiment(Message):
    """A named set of runs."""

    experiment_id: str | None = None
    display_name: str | None = None
    description: str | None = None
    created_at: str | None = None
    namespace: str | None = None
    storage_state: StorageState | None = None
    last_run_created_at: str | None = None


class Experiments(Message):
    """A page of experiments."""

    experiments: list[Experiment] | None = None
    total_size: int | None = None
    next_page_token: str | None = None


class Pipeline(Message):
    """A named pipeline."""

    pipeline_id: str | None = None
    display_name: str | None = None
    name: str | None = None
    description: str | None = None
    created_at: str | None = None
    namespace: str | None = None
    error: Fault | None = None
    tags: dict[str, str] | None = None


class Pipelines(Message):
    """A page of pipelines."""

    pipelines: list[Pipeline] | None = None
    total_size: int | None = None
    next_page_token: str | None = None


class Url(Message):
    """Where a package is fetched from."""

    pipeline_url: str | None = None


class PipelineVersion(Message):
    """A version of a pipeline."""

    pipeline_id: str | None = None
    pipeline_version_id: str | None = None
    display_name: str | None = None
    name: str | None = None
    description: str | None = None
    created_at: str | None = None
    package_url: Url | None = None
    code_source_url: str | None = None
    pipeline_spec: dict[str, Any] | None = None
    error: Fault | None = None
    tags: dict[str, str] | None = None


class PipelineVersions(Message):
    """A page of versions."""

    pipeline_versions: list[PipelineVersion] | None = None
    next_page_token: str | None = None
    total_size: int | None = None


class PipelineAndVersion(Message):
    """A pipeline to create together with its first version."""

    pipeline: Pipeline | None = None
    pipeline_version: PipelineVersion | None = None


class VersionReference(Message):
    """A version of a pipeline; without one, its latest."""

    pipeline_id: str | None = None
    pipeline_version_id: str | None = None


class RuntimeConfig(Message):
    """What a run is started with."""

    parameters: dict[str, Any] | None = None
    pipeline_root: str | None = None


class RuntimeStatus(Message):
    """A state and when it began."""

    update_time: str | None = None
    state: RuntimeState | None = None
    error: Fault | None = None


class ArtifactList(Message):
    """Ids of artifacts."""

    artifact_ids: list[str] | None = None


class ChildTask(Message):
    """A task that another one brought about."""

    task_id: str | None = None
    pod_name: str | None = None


class ExecutorDetail(Message):
    """The jobs behind a task."""

    main_job: str | None = None
    pre_caching_check_job: str | None = None
    failed_main_jobs: list[str] | None = None
    failed_pre_caching_check_jobs: list[str] | None = None


class TaskDetail(Message):
    """The execution of a task in a run."""

    run_id: str | None = None
    task_id: str | None = None
    display_name: str | None = None
    create_time: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    executor_detail: ExecutorDetail | None = None
    state: RuntimeState | None = None
    execution_id: str | None = None
    error: Fault | None = None
    inputs: dict[str, ArtifactList] | None = None
    outputs: dict[str, ArtifactList] | None = None
    parent_task_id: str | None = None
    state_history: list[RuntimeStatus] | None = None
    pod_name: str | None = None
    child_tasks: list[ChildTask] | None = None


class RunDetails(Message):
    """What happened in a run."""

    pipeline_context_id: str | None = None
    pipeline_run_context_id: str | None = None
    task_details: list[TaskDetail] | None = None


class MetadataValue(Message):
    """A value that a plug-in shows."""

    value: Any = None
    render_type: str | None = None


class PluginOutput(Message):
    """What a plug-in has to say of a run; written by servers only."""

    entries: dict[str, MetadataValue] | None = None
    state: str | None = None
    state_message: str | None = None


class Run(Message):
    """One execution of a pipeline."""

    experiment_id: str | None = None
    run_id: str | None = None
    display_name: str | None = None
    storage_state: StorageState | None = None
    description: str | None = None
    pipeline_version_id: str | None = None
    pipeline_spec: dict[str, Any] | None = None
    pipeline_version_reference: VersionReference | None = None
    runtime_config: RuntimeConfig | None = None
    service_account: str | None = None
    created_at: str | None = None
    scheduled_at: str | None = None
    finished_at: str | None = None
    state: RuntimeState | None = None
    error: Fault | None = None
    run_details: RunDetails | None = None
    recurring_run_id: str | None = None
    state_history: list[RuntimeStatus] | None = None
    plugins_input: dict[str, dict[str, Any]] | None = None
    plugins_output: dict[str, PluginOutput] | None = None


class Runs(Message):
    """A page of runs."""

    runs: list[Run] | None = None
    total_size: int | None = None
    next_page_token: str | None = None


class CronSchedule(Message):
    """Ticks at the times of a cron expression."""

    start_time: str | None = None
    end_time: str | None = None
    cron: str | None = None


class PeriodicSchedule(Message):
    """Ticks at an interval."""

    start_time: str | None = None
    end_time: str | None = None
    interval_second: Int64 | None = None


class Trigger(Message):
    """When a recurring run makes runs."""

    cron_schedule: CronSchedule | None = None
    periodic_schedule: PeriodicSchedule | None = None


class RecurringRun(Message):
    """A schedule of runs."""

    recurring_run_id: str | None = None
    display_name: str | None = None
    description: str | None = None
    pipeline_version_id: str | None = None
    pipeline_spec: dict[str, Any] | None = None
    pipeline_version_reference: VersionReference | None = None
    runtime_config: RuntimeConfig | None = None
    service_account: str | None = None
    max_concurrency: Int64 | None = None
    trigger: Trigger | None = None
    mode: Mode | None = None
    created_at: str | None = None
    updated_at: str | None = None
    status: Status | None = None
    error: Fault | None = None
    no_catchup: bool | None = None
    namespace: str | None = None
    experiment_id: str | None = None
    plugins_input: dict[str, dict[str, Any]] | None = None


class RecurringRuns(Message, rename={"recurring_runs": "recurringRuns"}):
    """A page of recurring runs; its list alone has a name in camel case, as KFP writes it."""

    recurring_runs: list[RecurringRun] | None = None
    total_size: int | None = None
    next_page_token: str | None = None


class IntValues(Message):
    """Several numbers."""

    values: list[int] | None = None


class StringValues(Message):
    """Several texts."""

    values: list[str] | None = None


class Predicate(Message):
    """A condition of a filter."""

    operation: Operation | None = None
    key: str | None = None
    int_value: int | None = None
    long_value: int | None = None
    string_value: str | None = None
    timestamp_value: str | None = None
    int_values: IntValues | None = None
    long_values: IntValues | None = None
    string_values: StringValues | None = None


class Filter(Message):
    """Conditions that all hold."""

    predicates: list[Predicate] | None = None


class Visualization(Message):
    """A picture to be drawn by a service that no longer exists."""

    type: Any = None
    source: str | None = None
    arguments: str | None = None
    html: str | None = None
    error: str | None = None
