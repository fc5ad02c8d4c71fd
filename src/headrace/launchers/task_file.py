"""The task file: everything that the process of an attempt reads about itself. Pure.

Keys: ``attempt``, ``component``, ``directory``, ``output_root``, ``executor_input``,
``output_types``, ``digests`` (of input artifacts by path), ``env``, and either ``python``
(``path``, ``function``, ``file``, ``line``) or ``command``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headrace.engine.attempts import AttemptSpec
from headrace.errors import SpecError
from headrace.ir.placeholders import local_path
from headrace.launchers.executor_input import (
    executor_input,
    output_types,
    rendered_command,
    rendered_environment,
)
from headrace.launchers.prepared import Prepared
from headrace.launchers.surroundings import task_environment

_MAX_ARGUMENT_BYTES = 128 * 1024 - 1


def task_file(
    spec: AttemptSpec,
    prepared: Prepared,
    *,
    directory: Path,
    payload: Path,
    source: Path | None,
    inherited: Mapping[str, str],
) -> dict[str, Any]:
    """Return the task file of an attempt that runs on this machine.

    Args:
        spec: The attempt.
        prepared: Its interpreter and function.
        directory: Its directory.
        payload: Where the modules are that tasks import.
        source: File that holds the source of the function, if it is one.
        inherited: What the task may see of the engine's environment.

    Raises:
        SpecError: The command cannot be rendered, is empty, or is longer than the system takes.
    """
    values = executor_input(spec, str(directory))
    content: dict[str, Any] = {
        "attempt": str(spec.id),
        "component": spec.job.task_name,
        "directory": str(directory),
        "output_root": spec.output_root,
        "executor_input": values,
        "output_types": output_types(spec),
        "digests": input_digests(spec),
        "env": task_environment(
            spec,
            rendered_environment(spec, values),
            inherited=inherited,
            python=prepared.python,
            payload=payload,
        ),
    }
    if prepared.task is None:
        content["command"] = _command(spec, values)
    else:
        content["python"] = {
            "path": str(source),
            "function": prepared.task.function,
            "file": prepared.task.source_file,
            "line": prepared.task.source_line,
        }
    return content


def input_digests(spec: AttemptSpec) -> dict[str, str]:
    """Return the digests of the input artifacts by local path, as far as they are known."""
    return {
        local_path({"uri": artifact.uri, "customPath": artifact.custom_path}): artifact.digest
        for several in spec.inputs.artifacts.values()
        for artifact in several
        if artifact.digest is not None
    }


def _command(spec: AttemptSpec, values: Mapping[str, Any]) -> list[str]:
    command, arguments = rendered_command(spec, values)
    if not command:
        message = f"task {spec.id.task} has no command to run on this machine"
        hint = "its image brings the command: run it with podman or docker"
        raise SpecError(message, path=spec.executor_label, hint=hint)
    for argument in (*command, *arguments):
        if len(argument.encode("utf-8", "surrogateescape")) > _MAX_ARGUMENT_BYTES:
            message = f"task {spec.id.task} has an argument of {len(argument)} characters"
            hint = "the system takes at most 128 KiB in one: hand it over as an artifact"
            raise SpecError(message, path=spec.executor_label, hint=hint)
    return [*command, *arguments]
