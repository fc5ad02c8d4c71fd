"""Runs one attempt in this process, from its task file to its result file.

The result is written by an atomic rename as the last act, so that it is there exactly when the
attempt came to its end. This module knows the attempt's directory; it does not know who started the
process or who reads the result.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import resource
import signal
import sys
import time
from types import CoroutineType
from typing import Any, Dict, Mapping, Optional, Tuple

from headrace.executor.arguments import Call
from headrace.executor.command_error import CommandError
from headrace.executor.executor_input import ExecutorInput
from headrace.executor.files import write_json
from headrace.executor.outputs import (
    InputChangedError,
    gathered_artifacts,
    gathered_parameters,
    refuse_changed,
    signatures,
)
from headrace.executor.returned import InvalidOutputError, take_returned
from headrace.executor.source import Compiled, Source, load_source, source_of
from headrace.executor.tracebacks import failure_of, shortened
from headrace.types.artifacts import set_task_root

TASK_FILE = "spec.json"
RESULT_FILE = "result.json"
LOG_FILE = "log"
WORK_DIRECTORY = "work"

SUCCEEDED, FAILED, TERMINATED = 0, 1, 143
_TAIL_BYTES = 4096
_TAIL_LINES = 20

#: ``signal.signal`` without the look-up of enumeration members, whose memory a fork would copy.
set_signal: Any = getattr(signal.signal, "__wrapped__", signal.signal)
#: The handlers as that function takes them.
DEFAULT, IGNORE = int(signal.SIG_DFL), int(signal.SIG_IGN)


class Terminated(KeyboardInterrupt):
    """The attempt was told to stop."""


def read_task(directory: str) -> Dict[str, Any]:
    """Return the task file of an attempt; its keys are described where launchers write it."""
    with open(os.path.join(directory, TASK_FILE), encoding="utf-8") as file:
        return json.load(file)


def load_for(task: Mapping[str, Any]) -> None:
    """Import what the attempt needs beyond the least; done before a fork, it serves all later ones.

    A process is forked the quicker, the less it has imported, so none of it is imported at first.
    """
    outputs: Mapping[str, Any] = task["executor_input"].get("outputs") or {}
    if "container" in task:
        importlib.import_module("headrace.executor.container")
    elif "python" not in task:
        importlib.import_module("headrace.executor.command")
    if task.get("digests") or outputs.get("artifacts"):
        importlib.import_module("headrace.types.digests")


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
    status = SUCCEEDED
    result: Dict[str, Any]
    try:
        set_signal(signal.SIGTERM, _terminate)
        if source is not None:
            result = _run_function(directory, task, source, compiled)
        elif "container" in task:
            from headrace.executor.container import run_container

            result = run_container(directory, task, log_tail)
        else:
            from headrace.executor.command import run_command

            result = run_command(directory, task)
    except BaseException as error:  # the user's code may raise anything, and all of it is reported
        set_signal(signal.SIGTERM, IGNORE)
        status, result = _failed(error, task, source)
    set_signal(signal.SIGTERM, IGNORE)
    _end_of_process()
    result["usage"] = _usage(started)
    write_json(os.path.join(directory, RESULT_FILE), result)
    return status


def _terminate(number: int, frame: object) -> None:
    del frame
    set_signal(number, IGNORE)  # a second one must not cut short the user's clean-up
    raise Terminated("stopped by SIGTERM")


def _run_function(
    directory: str, task: Mapping[str, Any], source: Source, compiled: Optional[Compiled]
) -> Dict[str, Any]:
    given = ExecutorInput(task["executor_input"])
    set_task_root(task.get("output_root"))
    function = load_source(source, compiled)
    call = Call(function, given, directory)
    before = signatures(call.input_paths, task.get("digests") or {})
    try:
        value = function(**call.arguments)
        if isinstance(value, CoroutineType):
            value = awaited(value)
    except SystemExit as error:
        if error.code not in (None, 0):
            raise
        value = None
    _join_threads()
    try:
        refuse_changed(before)
        returned = take_returned(value, call)
        kinds: Dict[str, str] = task.get("output_types") or {}
        return {
            "parameters": gathered_parameters(returned, given.output_files, kinds),
            "artifacts": gathered_artifacts(call.outputs, given.outputs, directory),
        }
    except (InvalidOutputError, InputChangedError) as error:
        error.function = function  # no frame of the user's is left to show where
        raise


def awaited(coroutine: Any) -> Any:
    """Return what a coroutine returns."""
    import asyncio  # large, and seldom needed: the warm parent stays without it

    return asyncio.run(coroutine)


def _failed(
    error: BaseException, task: Mapping[str, Any], source: Optional[Source]
) -> Tuple[int, Dict[str, Any]]:
    """Return the exit status and the result of an attempt that an exception ended."""
    if isinstance(error, Terminated):
        return TERMINATED, {"error": {"kind": "canceled", "message": str(error)}}
    if isinstance(error, CommandError):
        _flush()
        return FAILED, {"error": _command_failure(error, task)}
    failure = failure_of(error, () if source is None else source.files)
    if isinstance(error, SystemExit):
        failure["exit_code"] = error.code if isinstance(error.code, int) else 1
        failure["message"] = "the code called sys.exit(%r)" % (error.code,)
    if isinstance(error, (InvalidOutputError, InputChangedError)):
        failure["traceback"] = "%s: %s\n" % (failure["type"], failure["message"])
        code = getattr(error.function, "__code__", None)
        if code is not None:
            failure["file"], failure["line"] = code.co_filename, code.co_firstlineno
    print(failure["traceback"], end="", file=sys.stderr)
    return FAILED, {"error": failure}


def _command_failure(error: CommandError, task: Mapping[str, Any]) -> Dict[str, Any]:
    return {
        "kind": error.kind,
        "message": str(error),
        "exit_code": error.exit_code,
        "traceback": log_tail(task["directory"]),
    }


def log_tail(directory: str) -> str:
    """Return the last lines of an attempt's output."""
    try:
        with open(os.path.join(directory, LOG_FILE), "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - _TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return shortened("\n".join(text.splitlines()[-_TAIL_LINES:]), _TAIL_BYTES)


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
    threading = sys.modules.get("threading")
    if threading is None:  # and so no thread
        return
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
