"""How the image of a task is pulled."""

from __future__ import annotations

from typing import Any

from headrace.dsl.channels import PipelineChannel
from headrace.dsl.exceptions import refused
from headrace.dsl.kubernetes.configuration import append, config_of, configures, name_source
from headrace.dsl.tasks import PipelineTask
from headrace.errors import AuthoringError, TypeMismatch

_POLICIES = ("Always", "Never", "IfNotPresent")


@configures
def set_image_pull_policy(
    task: PipelineTask,
    policy: str,
) -> PipelineTask:
    """Say when the image is pulled.

    Args:
        task: The task.
        policy: ``"Always"``, ``"Never"`` or ``"IfNotPresent"``.
    """
    if policy not in _POLICIES:
        message = "the image pull policy is one of Always, Never and IfNotPresent"
        raise refused(AuthoringError, message, hint=f"{policy!r} is none of them")
    config_of(task)["imagePullPolicy"] = policy
    return task


@configures
def set_image_pull_secrets(
    task: PipelineTask,
    secret_names: list[str] | list[PipelineChannel] | list[str | PipelineChannel],
) -> PipelineTask:
    """Name secrets that open the registry of the image.

    Args:
        task: The task.
        secret_names: Names of the secrets, or channels that bring them.
    """
    if not isinstance(secret_names, list | tuple):  # pyright: ignore[reportUnnecessaryIsInstance]
        kind = type(secret_names).__name__
        message = f"'secret_names' must be a list of names, not {kind}"
        raise refused(TypeMismatch, message, hint="write ['name']")
    config_of(task)  # an empty list leaves an empty configuration, as KFP's does
    names = list[Any](secret_names)
    sources = [name_source(task, name, "secret_names") for name in names]
    for name, named in zip(names, sources, strict=True):
        text = name if isinstance(name, str) else None
        append(task, "imagePullSecret", {"secretName": text, "secretNameParameter": named})
    return task
