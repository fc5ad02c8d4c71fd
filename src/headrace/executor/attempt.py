"""Runs one attempt in this process, from its task file to its result file.

The result is written by an atomic rename as the last act, so that it is there exactly when the
attempt came to its end. This module knows the attempt's directory; it does not know who started the
process or who reads the result.
"""

from __future__ import annotations

import atexit
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from types import CoroutineType
from typing import Any, Dict, List, Mapping, Optional

from headrace.executor.arguments import Call
from headrace.executor.files import write_json
from headrace.executor.outputs import (
    gathered_artifacts,
    gathered_parameters,
    refuse_changed,
    signatures,
)
from headrace.executor.returned import Returned, take_returned
from headrace.executor.source import Compiled, Source, load_source, source_of
from headrace.executor.tracebacks import failure_of, shortened
from headrace.types.artifacts import ARTIFACT_CLASSES, Artifact, set_task_root

TASK_FILE = "spec.json"
RESULT_FILE = "result.json"
LOG_FILE = "log"
WORK_DIRECTORY = "work"

SUCCEEDED, FAILED, TERMINATED = 0, 1, 143
_TAIL_BYTES = 4096


class Terminated(KeyboardInterrupt):
    """The attempt was told to stop."""


class CommandError(RuntimeError):
    """The command of a container component ended with a status other than zero."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def read_task(directory: str) -> Dict[str, Any]:
    """Return the task file of an attempt; its keys are described where launchers write it."""
    with open(os.path.join(directory, TASK_FILE), encoding="utf-8") as file:
        return json.load(file)


def perform(directory: str, task: Mapping[str, Any], compiled: Optional[Compiled] = None) -> int:
    """Run the attempt and write its result.

    Args:
        directory: The attempt's directory.
        task: Its task file.
        compiled: The component's code, when it is compiled already.

    Returns:
        The exit status of the process.
    """
    started = time.time()
    python = task.get("python")
    source = None if python is None else source_of(python, task.get("component"))
    status, result = SUCCEEDED, {}  # type: int, Dict[str, Any]
    try:
        signal.signal(signal.SIGTERM, _terminate)
        if source is None:
            result = _run_command(directory, task)
        else:
            result = _run_function(directory, task, source, compiled)
    except BaseException as error:  # the user's code may raise anything, and all of it is reported
        status, result = _failed(error, task, () if source is None else source.files)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _end_of_process()
    result["usage"] = _usage(started)
    write_json(os.path.join(directory, RESULT_FILE), result)
    return status


def _terminate(number: int, frame: object) -> None:
    del frame
    signal.signal(number, signal.SIG_IGN)  # a second one must not cut short the user's clean-up
    raise Terminated("stopped by SIGTERM")


def _run_function(
    directory: str, task: Mapping[str, Any], source: Source, compiled: Optional[Compiled]
) -> Dict[str, Any]:
    executor_input: Mapping[str, Any] = task["executor_input"]
    set_task_root(task.get("output_root"))
    function = load_source(source, compiled)
    call = Call(function, executor_input, directory)
    before = signatures(call.input_paths, task.get("digests") or {})
    try:
        value = function(**call.arguments)
        if isinstance(value, CoroutineType):
            value = _awaited(value)
    except SystemExit as error:
        if error.code not in (None, 0):
            raise
        value = None
    _join_threads()
    refuse_changed(before)
    returned = take_returned(value, call)
    return {
        "parameters": gathered_parameters(
            returned, call.output_files, task.get("output_types") or {}
        ),
        "artifacts": gathered_artifacts(call.outputs, _declared(executor_input), directory),
    }


def _run_command(directory: str, task: Mapping[str, Any]) -> Dict[str, Any]:
    executor_input: Mapping[str, Any] = task["executor_input"]
    declared = _declared(executor_input)
    for record in declared.values():
        os.makedirs(os.path.dirname(_output(record).path), exist_ok=True)
    files = _parameter_files(executor_input)
    for path in files.values():
        os.makedirs(os.path.dirname(path), exist_ok=True)
    before = signatures(_input_paths(executor_input), task.get("digests") or {})
    _call_command(directory, task["command"])
    refuse_changed(before)
    return command_outputs(directory, task)


def command_outputs(directory: str, task: Mapping[str, Any]) -> Dict[str, Any]:
    """Return the outputs that a command left: its executor output and its files.

    Raises:
        InvalidOutputError: One is missing or unreadable.
    """
    executor_input: Mapping[str, Any] = task["executor_input"]
    written = _executor_output(executor_input)
    declared = _declared(executor_input)
    outputs = {name: _output(record) for name, record in declared.items()}
    for name, entry in (written.get("artifacts") or {}).items():
        for record in (entry.get("artifacts") or [])[:1]:
            if name in outputs:
                _merge(outputs[name], record)
    returned = Returned(dict(written.get("parameterValues") or {}), set())
    return {
        "parameters": gathered_parameters(
            returned, _parameter_files(executor_input), task.get("output_types") or {}
        ),
        "artifacts": gathered_artifacts(outputs, declared, directory),
    }


def _call_command(directory: str, command: List[str]) -> None:
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise CommandError("cannot run %s: %s" % (command[0], error.strerror), 127) from error
    try:
        status = process.wait()
    except Terminated:
        process.terminate()
        process.wait()
        raise
    if status:
        code = 128 - status if status < 0 else status
        raise CommandError("the command ended with exit status %d" % code, code)


def _failed(
    error: BaseException, task: Mapping[str, Any], files: "tuple[str, ...]"
) -> "tuple[int, Dict[str, Any]]":
    if isinstance(error, Terminated):
        return TERMINATED, {"error": {"kind": "canceled", "message": str(error)}}
    if isinstance(error, CommandError):
        message = str(error)
        failure: Dict[str, Any] = {"kind": "user", "message": message, "exit_code": error.exit_code}
        _flush()
        failure["traceback"] = log_tail(task)
        return FAILED, {"error": failure}
    failure = failure_of(error, files)
    if isinstance(error, SystemExit):
        failure["exit_code"] = error.code if isinstance(error.code, int) else 1
        failure["message"] = "the code called sys.exit(%r)" % (error.code,)
    print(failure["traceback"], end="", file=sys.stderr)
    return FAILED, {"error": failure}


def log_tail(task: Mapping[str, Any]) -> str:
    """Return the last lines of an attempt's output."""
    try:
        with open(os.path.join(task["directory"], LOG_FILE), "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - _TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except (OSError, KeyError):
        return ""
    return shortened("\n".join(text.splitlines()[-20:]), _TAIL_BYTES)


def _end_of_process() -> None:
    """Do what the interpreter does at its end, for the process leaves without coming to it.

    Exit functions may still flush files and remove temporary directories.
    """
    try:
        getattr(atexit, "_run_exitfuncs", lambda: None)()
    except BaseException as error:
        print("an exit function failed: %r" % (error,), file=sys.stderr)
    _flush()


def _join_threads() -> None:
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            continue  # the code may have closed or replaced it


def _usage(started: float) -> Dict[str, Any]:
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "wall_s": time.time() - started,
        "cpu_s": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
        "max_rss_bytes": max(own.ru_maxrss, children.ru_maxrss) * unit,
    }


def _declared(executor_input: Mapping[str, Any]) -> Dict[str, Mapping[str, Any]]:
    entries = (executor_input.get("outputs") or {}).get("artifacts") or {}
    return {name: entry["artifacts"][0] for name, entry in entries.items() if entry["artifacts"]}


def _parameter_files(executor_input: Mapping[str, Any]) -> Dict[str, str]:
    entries = (executor_input.get("outputs") or {}).get("parameters") or {}
    return {name: entry["outputFile"] for name, entry in entries.items()}


def _input_paths(executor_input: Mapping[str, Any]) -> List[str]:
    entries = (executor_input.get("inputs") or {}).get("artifacts") or {}
    return [
        _output(record).path
        for entry in entries.values()
        for record in entry.get("artifacts") or []
    ]


def _output(record: Mapping[str, Any]) -> Artifact:
    title = (record.get("type") or {}).get("schemaTitle") or ""
    artifact = ARTIFACT_CLASSES.get(title, Artifact)(
        record.get("name"), record.get("uri"), dict(record.get("metadata") or {})
    )
    artifact.schema_title = title or artifact.schema_title
    artifact.custom_path = record.get("customPath") or ""
    return artifact


def _merge(artifact: Artifact, record: Mapping[str, Any]) -> None:
    artifact.uri = record.get("uri") or artifact.uri
    artifact.metadata.update(record.get("metadata") or {})
    artifact.custom_path = record.get("custom_path") or record.get("customPath") or ""


def _executor_output(executor_input: Mapping[str, Any]) -> Mapping[str, Any]:
    path = (executor_input.get("outputs") or {}).get("outputFile")
    if not path or not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        text = file.read()
    return json.loads(text) if text.strip() else {}


def _awaited(coroutine: Any) -> Any:
    import asyncio  # large, and seldom needed: the warm parent stays without it

    return asyncio.run(coroutine)
