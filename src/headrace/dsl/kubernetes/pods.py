"""The pod of a task: labels, annotations, its own fields as variables, how long it may run."""

from __future__ import annotations

from headrace.dsl.exceptions import refused
from headrace.dsl.kubernetes.configuration import (
    append,
    config_of,
    configures,
    static_text,
    whole_number,
)
from headrace.dsl.tasks import PipelineTask
from headrace.errors import AuthoringError


@configures
def add_pod_label(
    task: PipelineTask,
    label_key: str,
    label_value: str,
) -> PipelineTask:
    """Set a label of the pod.

    Args:
        task: The task.
        label_key: Key of the label.
        label_value: Value of the label.
    """
    key, value = static_text(label_key, "label_key"), static_text(label_value, "label_value")
    config_of(task).setdefault("podMetadata", {}).setdefault("labels", {})[key] = value
    return task


@configures
def add_pod_annotation(
    task: PipelineTask,
    annotation_key: str,
    annotation_value: str,
) -> PipelineTask:
    """Set an annotation of the pod.

    Args:
        task: The task.
        annotation_key: Key of the annotation.
        annotation_value: Value of the annotation.
    """
    key = static_text(annotation_key, "annotation_key")
    value = static_text(annotation_value, "annotation_value")
    config_of(task).setdefault("podMetadata", {}).setdefault("annotations", {})[key] = value
    return task


@configures
def use_field_path_as_env(
    task: PipelineTask,
    env_name: str,
    field_path: str,
) -> PipelineTask:
    """Set an environment variable from a field of the pod.

    Args:
        task: The task.
        env_name: Name of the variable.
        field_path: The field, such as ``metadata.annotations['tag']``.
    """
    name, path = static_text(env_name, "env_name"), static_text(field_path, "field_path")
    append(task, "fieldPathAsEnv", {"name": name, "fieldPath": path})
    return task


@configures
def set_timeout(
    task: PipelineTask,
    seconds: int,
) -> PipelineTask:
    """Limit how long an attempt may take.

    Args:
        task: The task.
        seconds: The limit; 0 is none.
    """
    text = whole_number(seconds, "seconds")
    if seconds < 0:
        message = f"seconds is {seconds!r}, but a time-out is a whole number of seconds from 0"
        raise refused(AuthoringError, message, hint="write 0 for no limit")
    if seconds:
        config_of(task)["activeDeadlineSeconds"] = text
    else:
        config_of(task).pop("activeDeadlineSeconds", None)
    return task
