"""Makes a new process the one that an attempt runs in: session, files, environment, then the code.

The process was forked from the warm parent, or started on its own (cold). This module knows what an
attempt may inherit, which is nothing but what is listed here.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import signal
import sys
from types import ModuleType
from typing import Any, Mapping, NamedTuple, NoReturn, Optional

from headrace.executor import processes
from headrace.executor.attempt import (
    DEFAULT,
    LOG_FILE,
    WORK_DIRECTORY,
    load_for,
    perform,
    read_task,
    set_signal,
)
from headrace.executor.source import Compiled

CLAIM = "started"
#: Names the attempt in the environment of its processes, by which detached programs are found.
MARKER_VARIABLE = "HEADRACE_ATTEMPT"
#: Exit status of a process that found its attempt begun by another one.
ALREADY_CLAIMED = 75
#: Exit status when the executor itself failed: it could not begin, or could not write the result.
EXECUTOR_FAILED = 113
_MAX_DESCRIPTORS = 4096
_UMASK = 0o022


class Readied(NamedTuple):
    """What is prepared for an attempt before its process exists.

    Attributes:
        directory: The attempt's directory.
        task: Its task file.
        log: Descriptor of its log, open for appending.
        compiled: The component's code, when it is compiled already.
        marker: Value of the environment variable that names the attempt.
    """

    directory: str
    task: Mapping[str, Any]
    log: int
    compiled: Optional[Compiled]
    marker: Optional[str]


def ready(
    directory: str,
    task: Optional[Mapping[str, Any]] = None,
    compiled: Optional[Compiled] = None,
) -> Readied:
    """Prepare all that does not need the attempt's own process.

    After a fork each page that is touched is copied, so what can be done before is done here.

    Args:
        directory: The attempt's directory.
        task: Its task file, when that is at hand; else it is read.
        compiled: The component's code, when it is compiled already.

    Raises:
        OSError: The directory cannot be read or written.
        ValueError: The task file is damaged.
    """
    if task is None:
        task = read_task(directory)
    load_for(task)
    with contextlib.suppress(FileExistsError):
        os.mkdir(os.path.join(directory, WORK_DIRECTORY))
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    log = os.open(os.path.join(directory, LOG_FILE), flags, 0o600)
    wanted: Mapping[str, str] = task["env"]
    _take_environment(wanted)
    return Readied(directory, task, log, compiled, wanted.get(MARKER_VARIABLE))


def _take_environment(wanted: Mapping[str, str]) -> None:
    """Make the environment of this process that of an attempt, all but the attempt's name.

    A warm parent needs none of its own, and attempts that follow each other have much the same.
    """
    for name in [name for name in os.environ if name not in wanted]:
        del os.environ[name]
    for name, value in wanted.items():
        if name != MARKER_VARIABLE and os.environ.get(name) != value:
            os.environ[name] = value


def run_forked(readied: Readied, marker: str, status: int) -> NoReturn:
    """Run an attempt in this freshly forked process; never returns to the parent's code.

    Args:
        readied: The attempt.
        marker: Says in the claim which parent watches over it.
        status: Descriptor to which the start-up handshake goes.
    """
    code = EXECUTOR_FAILED
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        set_signal(signal.SIGCHLD, DEFAULT)
        os.dup2(readied.log, 1)
        os.dup2(readied.log, 2)
        code = _run_claimed(readied, marker, status)
    except BaseException as error:  # this process must end here, whatever happens
        _say(error)
    finally:
        os._exit(code)


def run_cold(directory: str, marker: str) -> NoReturn:
    """Run an attempt in this process, which was started for it."""
    code = EXECUTOR_FAILED
    try:
        if os.getsid(0) != os.getpid():
            os.setsid()
        prepare_streams()
        readied = ready(directory)
        os.dup2(readied.log, 1)
        os.dup2(readied.log, 2)
        code = _run_claimed(readied, marker, None)
    except BaseException as error:  # as above: the status is all that can be told
        _say(error)
    finally:
        os._exit(code)


def prepare_streams() -> None:
    """Have standard output and error hold nothing back: what was printed is in the log at once."""
    sys.stdout = sys.__stdout__ = _stream(1)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _stream(2)  # type: ignore[misc]


def _say(error: BaseException) -> None:
    os.write(2, ("[headrace] the executor failed: %r\n" % (error,)).encode("utf-8", "replace"))


def _run_claimed(readied: Readied, marker: str, status: Optional[int]) -> int:
    if not claim(readied.directory, marker):
        return ALREADY_CLAIMED
    if status is not None:
        os.write(status, os.getpid().to_bytes(8, "little"))
    os.closerange(3, _MAX_DESCRIPTORS)
    _enter(readied)
    return perform(readied.directory, readied.task, readied.compiled)


def process_name(slug: str) -> str:
    """Return the name of an attempt's process, by which forks that detached are found."""
    return "hr-" + slug


def claim(directory: str, marker: str) -> bool:
    """Begin the attempt for this process; False when another process has begun it already.

    A symbolic link is made or refused in one step, and its text says at once whose it is: pid,
    time, boot and parent.
    """
    text = "%d|%d|%s|%s" % (os.getpid(), processes.ticks_now(), processes.boot_id(), marker)
    try:
        os.symlink(text, os.path.join(directory, CLAIM))
    except FileExistsError:
        return False
    return True


def _enter(readied: Readied) -> None:
    environment: Mapping[str, str] = readied.task["env"]
    os.umask(_UMASK)
    processes.set_name(process_name(readied.marker or ""))
    if readied.marker is not None:
        os.environ[MARKER_VARIABLE] = readied.marker
    os.chdir(os.path.join(readied.directory, WORK_DIRECTORY))
    sys.argv = [readied.task.get("component") or "task"]
    # Processes that the code spawns look at the main module, which must not be the warm parent.
    sys.modules["__main__"] = ModuleType("__main__")
    sys.path[:0] = [p for p in environment.get("PYTHONPATH", "").split(os.pathsep) if p]
    _reseed()
    gc.enable()


def _stream(descriptor: int) -> io.TextIOWrapper:
    """Return a stream that holds nothing back: what was printed before a crash is in the log."""
    raw = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(raw, "utf-8", "backslashreplace", write_through=True)  # type: ignore[type-var]


def _reseed() -> None:
    """Have each task draw its own numbers; ``random`` sees to that itself after a fork."""
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()
