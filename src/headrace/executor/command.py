"""Runs the command of a container component on this machine and gathers what it left.

This module knows files and processes; it does not know the result file of an attempt.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any, Dict, List, Mapping

from headrace.executor.command_error import CommandError
from headrace.executor.executor_input import ExecutorInput, Record, artifact_of
from headrace.executor.outputs import (
    gathered_artifacts,
    gathered_parameters,
    refuse_changed,
    signatures,
)
from headrace.executor.returned import InvalidOutputError, Returned
from headrace.types.artifacts import Artifact

_NOT_FOUND = 127


def run_command(directory: str, task: Mapping[str, Any]) -> Dict[str, Any]:
    """Run the command of a task file and return its outputs.

    Args:
        directory: The attempt's directory.
        task: Its task file.

    Raises:
        CommandError: It failed.
        InvalidOutputError: An output is missing or unreadable.
        InputChangedError: It changed an input in place.
    """
    given = ExecutorInput(task["executor_input"])
    make_room(given)
    paths = [artifact_of(record).path for records in given.artifacts.values() for record in records]
    before = signatures(paths, task.get("digests") or {})
    call(task["command"])
    refuse_changed(before)
    return command_outputs(directory, task)


def make_room(given: ExecutorInput) -> None:
    """Make the directories into which the outputs are to be written."""
    paths = [artifact_of(record).path for record in given.outputs.values()]
    for path in (*paths, *given.output_files.values(), given.output_file):
        if os.path.dirname(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)


def command_outputs(directory: str, task: Mapping[str, Any]) -> Dict[str, Any]:
    """Return the outputs that a command left: its executor output and its files.

    Raises:
        InvalidOutputError: One is missing or unreadable.
    """
    given = ExecutorInput(task["executor_input"])
    written = _executor_output(given.output_file)
    outputs = {name: _as_declared(record) for name, record in given.outputs.items()}
    for name, records in written.artifacts.items():
        if name in outputs and records:
            _merge(outputs[name], records[0])
    returned = Returned(dict(written.parameters), set())
    kinds: Dict[str, str] = task.get("output_types") or {}
    return {
        "parameters": gathered_parameters(returned, given.output_files, kinds),
        "artifacts": gathered_artifacts(outputs, given.outputs, directory),
    }


def call(command: List[str]) -> None:
    """Run a command to its end; when the attempt is stopped, so is the command.

    Raises:
        CommandError: It cannot be run, or its exit status is not zero.
    """
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    except OSError as error:
        message = "cannot run %s: %s" % (command[0], error.strerror)
        raise CommandError(message, _NOT_FOUND) from error
    try:
        status = process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise
    if status:
        code = 128 - status if status < 0 else status
        raise CommandError("the command ended with exit status %d" % code, code)


def _as_declared(record: Record) -> Artifact:
    """Return an output artifact that keeps the declared type, whatever that is."""
    artifact = artifact_of(record)
    kind: Mapping[str, Any] = record.get("type") or {}
    artifact.schema_title = kind.get("schemaTitle") or artifact.schema_title
    return artifact


def _merge(artifact: Artifact, record: Record) -> None:
    artifact.uri = record.get("uri") or artifact.uri
    artifact.metadata.update(record.get("metadata") or {})
    artifact.custom_path = record.get("custom_path") or record.get("customPath") or ""


def _executor_output(path: str) -> ExecutorInput:
    """Return what a command wrote as its executor output, which has the form of inputs."""
    if not path or not os.path.exists(path):
        return ExecutorInput({})
    with open(path, encoding="utf-8") as file:
        text = file.read()
    try:
        return ExecutorInput({"inputs": dict(json.loads(text or "{}"))})
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        message = "the executor output file %s is not what KFP defines: %s" % (path, error)
        raise InvalidOutputError(message) from error
