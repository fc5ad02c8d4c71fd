"""The task file: everything that the process of an attempt reads about itself. Pure.

Keys: ``attempt``, ``component``, ``directory``, ``output_root``, ``executor_input``,
``output_types``, ``digests`` (of input artifacts by path), ``env``, and one of ``python``
(``path``, ``function``, ``file``, ``line``), ``command``, or ``container`` (the engine's commands)
with ``environment`` (text of its environment file).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from headrace.engine.attempts import AttemptSpec
from headrace.errors import SpecError
from headrace.ir.placeholders import local_path
from headrace.launchers.container.command_line import container_commands
from headrace.launchers.executor_input import (
    executor_input,
    output_types,
    rendered_command,
    rendered_environment,
)
from headrace.launchers.prepared import Prepared
from headrace.launchers.surroundings import container_environment, task_environment

ENVIRONMENT_FILE = "container.env"

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
    io_directory = directory if prepared.engine is None else directory / "io"
    values = executor_input(spec, str(io_directory))
    declared = rendered_environment(spec, values)
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
            declared if prepared.engine is None else {},
            inherited=inherited,
            python=prepared.python,
            payload=payload,
        ),
    }
    if prepared.engine is not None:
        content["environment"], multiline = _by_line(container_environment(spec, declared))
        commands = container_commands(
            spec,
            values,
            prepared.engine,
            io_directory=io_directory,
            environment_file=directory / ENVIRONMENT_FILE,
            multiline=multiline,
            payload=payload,
            user=(os.getuid(), os.getgid()),
        )
        content["container"] = asdict(commands)
    elif prepared.task is None:
        content["command"] = _command(spec, values)
    else:
        content["python"] = {
            "path": str(source),
            "function": prepared.task.function,
            "file": prepared.task.source_file,
            "line": prepared.task.source_line,
        }
    return content


def _by_line(variables: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the text of an environment file, and the variables that it cannot hold."""
    multiline = {name: value for name, value in variables.items() if "\n" in value or "\r" in value}
    lines = (f"{name}={value}\n" for name, value in variables.items() if name not in multiline)
    return "".join(lines), multiline


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
