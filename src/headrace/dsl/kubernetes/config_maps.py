"""Config maps as environment variables and as files of a task."""

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
def use_config_map_as_env(
    task: PipelineTask,
    config_map_name: str | PipelineChannel,
    config_map_key_to_env: dict[str, str],
    optional: bool = False,
) -> PipelineTask:
    """Set environment variables from a config map.

    Args:
        task: The task.
        config_map_name: Name of the config map, or a channel that brings it.
        config_map_key_to_env: Names of the variables by key of the config map.
        optional: Whether the task also runs when the config map does not exist.
    """
    named = name_source(task, config_map_name, "config_map_name")
    variables = static_mapping(config_map_key_to_env, "config_map_key_to_env")
    entry = {
        "configMapName": config_map_name if isinstance(config_map_name, str) else None,
        "configMapNameParameter": named,
        "keyToEnv": [{"configMapKey": key, "envVar": name} for key, name in variables.items()],
        "optional": bool(optional),
    }
    append(task, "configMapAsEnv", entry)
    return task


@configures
def use_config_map_as_volume(
    task: PipelineTask,
    config_map_name: str | PipelineChannel,
    mount_path: str,
    optional: bool = False,
) -> PipelineTask:
    """Mount a config map as files, one for each of its keys.

    Args:
        task: The task.
        config_map_name: Name of the config map, or a channel that brings it.
        mount_path: Directory of the files.
        optional: Whether the task also runs when the config map does not exist.
    """
    entry = {
        "configMapName": config_map_name if isinstance(config_map_name, str) else None,
        "configMapNameParameter": name_source(task, config_map_name, "config_map_name"),
        "mountPath": static_text(mount_path, "mount_path"),
        "optional": bool(optional),
    }
    append(task, "configMapAsVolume", entry)
    return task
