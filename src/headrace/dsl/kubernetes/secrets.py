"""Secrets as environment variables and as files of a task."""

from __future__ import annotations

from headrace.dsl.channels import PipelineChannel
from headrace.dsl.kubernetes.configuration import (
    append,
    configures,
    name_source,
    static_mapping,
    static_text,
)
from headrace.dsl.tasks import PipelineTask


@configures
def use_secret_as_env(
    task: PipelineTask,
    secret_name: str | PipelineChannel,
    secret_key_to_env: dict[str, str],
    optional: bool = False,
) -> PipelineTask:
    """Set environment variables from a secret.

    Args:
        task: The task.
        secret_name: Name of the secret, or a channel that brings it.
        secret_key_to_env: Names of the variables by key of the secret.
        optional: Whether the task also runs when the secret does not exist.
    """
    named = name_source(task, secret_name, "secret_name")
    variables = static_mapping(secret_key_to_env, "secret_key_to_env")
    entry = {
        "secretName": secret_name if isinstance(secret_name, str) else None,
        "secretNameParameter": named,
        "keyToEnv": [{"secretKey": key, "envVar": name} for key, name in variables.items()],
        "optional": bool(optional),
    }
    append(task, "secretAsEnv", entry)
    return task


@configures
def use_secret_as_volume(
    task: PipelineTask,
    secret_name: str | PipelineChannel,
    mount_path: str,
    optional: bool = False,
) -> PipelineTask:
    """Mount a secret as files, one for each of its keys.

    Args:
        task: The task.
        secret_name: Name of the secret, or a channel that brings it.
        mount_path: Directory of the files.
        optional: Whether the task also runs when the secret does not exist.
    """
    entry = {
        "secretName": secret_name if isinstance(secret_name, str) else None,
        "secretNameParameter": name_source(task, secret_name, "secret_name"),
        "mountPath": static_text(mount_path, "mount_path"),
        "optional": bool(optional),
    }
    append(task, "secretAsVolume", entry)
    return task
