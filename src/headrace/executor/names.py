"""The names of ``kfp.dsl`` as code inside a task sees them.

Here are the runtime names; every other name of the authoring surface is answered with an inert
object, so that a module that also holds pipelines can be imported inside a task. This module does
not know how a task is run.
"""

from __future__ import annotations

from typing import Any, NoReturn

from headrace.types import (
    HTML,
    Artifact,
    ClassificationMetrics,
    Dataset,
    EmbeddedInput,
    Input,
    InputPath,
    Markdown,
    Metrics,
    Model,
    Output,
    OutputPath,
    PipelineTaskFinalStatus,
    SlicedClassificationMetrics,
    TaskConfig,
    get_uri,
)

PIPELINE_JOB_NAME_PLACEHOLDER = "{{$.pipeline_job_name}}"
PIPELINE_JOB_RESOURCE_NAME_PLACEHOLDER = "{{$.pipeline_job_resource_name}}"
PIPELINE_JOB_ID_PLACEHOLDER = "{{$.pipeline_job_uuid}}"
PIPELINE_TASK_NAME_PLACEHOLDER = "{{$.pipeline_task_name}}"
PIPELINE_TASK_ID_PLACEHOLDER = "{{$.pipeline_task_uuid}}"
PIPELINE_TASK_EXECUTOR_OUTPUT_PATH_PLACEHOLDER = "{{$.outputs.output_file}}"
PIPELINE_TASK_EXECUTOR_INPUT_PLACEHOLDER = "{{$}}"
PIPELINE_ROOT_PLACEHOLDER = "{{$.pipeline_root}}"
PIPELINE_JOB_CREATE_TIME_UTC_PLACEHOLDER = "{{$.pipeline_job_create_time_utc}}"
PIPELINE_JOB_SCHEDULE_TIME_UTC_PLACEHOLDER = "{{$.pipeline_job_schedule_time_utc}}"
WORKSPACE_PATH_PLACEHOLDER = "{{$.workspace_path}}"

__all__ = [
    "HTML",
    "PIPELINE_JOB_CREATE_TIME_UTC_PLACEHOLDER",
    "PIPELINE_JOB_ID_PLACEHOLDER",
    "PIPELINE_JOB_NAME_PLACEHOLDER",
    "PIPELINE_JOB_RESOURCE_NAME_PLACEHOLDER",
    "PIPELINE_JOB_SCHEDULE_TIME_UTC_PLACEHOLDER",
    "PIPELINE_ROOT_PLACEHOLDER",
    "PIPELINE_TASK_EXECUTOR_INPUT_PLACEHOLDER",
    "PIPELINE_TASK_EXECUTOR_OUTPUT_PATH_PLACEHOLDER",
    "PIPELINE_TASK_ID_PLACEHOLDER",
    "PIPELINE_TASK_NAME_PLACEHOLDER",
    "WORKSPACE_PATH_PLACEHOLDER",
    "Artifact",
    "ClassificationMetrics",
    "Dataset",
    "EmbeddedInput",
    "Input",
    "InputPath",
    "Markdown",
    "Metrics",
    "Model",
    "Output",
    "OutputPath",
    "PipelineTaskFinalStatus",
    "SlicedClassificationMetrics",
    "TaskConfig",
    "get_uri",
    "run_notebook",
]

_DECORATORS = frozenset(("component", "container_component", "notebook_component", "pipeline"))
_AUTHORING = frozenset(
    (
        "Collected",
        "ConcatPlaceholder",
        "Condition",
        "ContainerSpec",
        "Elif",
        "Else",
        "ExitHandler",
        "If",
        "IfPresentPlaceholder",
        "KubernetesWorkspaceConfig",
        "OneOf",
        "ParallelFor",
        "PipelineConfig",
        "PipelineTask",
        "TaskConfigField",
        "TaskConfigPassthrough",
        "WorkspaceConfig",
        "importer",
    )
)


def run_notebook(**kwargs: Any) -> NoReturn:
    """Refuse: a notebook component puts its own function in this place.

    Raises:
        NotImplementedError: Always.
    """
    del kwargs
    raise NotImplementedError("dsl.run_notebook works only inside a @dsl.notebook_component")


class Inert:
    """Stands for a name that only authoring knows; it can be called, entered and indexed."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return "<dsl.%s, which does nothing inside a task>" % self._name

    def __call__(self, *args: Any, **kwargs: Any) -> "Inert":
        del args, kwargs
        return self

    def __enter__(self) -> "Inert":  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(self, *details: object) -> None:
        return None

    def __getitem__(self, key: Any) -> "Inert":
        return self

    def __getattr__(self, name: str) -> "Inert":
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert("%s.%s" % (self._name, name))


def inert_decorator(function: Any = None, **options: Any) -> Any:
    """Return the function as it is, with or without arguments to the decorator."""
    del options
    return inert_decorator if function is None else function


def authoring_name(name: str) -> Any:
    """Return what stands for an authoring name inside a task.

    Raises:
        AttributeError: ``kfp.dsl`` has no such name.
    """
    if name in _DECORATORS:
        return inert_decorator
    if name in _AUTHORING:
        return Inert(name)
    raise AttributeError("kfp.dsl has no name %s inside a task" % name)
