"""Makes a new process the one that an attempt runs in: session, files, environment, then the code.

The process was forked from the warm parent, or started on its own (cold). This module knows what an
attempt may inherit, which is nothing but what is listed here.
"""

from __future__ import annotations

import gc
import io
import os
import random
import signal
import sys
from types import ModuleType
from typing import Any, Mapping, NoReturn, Optional

from headrace.executor import processes
from headrace.executor.attempt import LOG_FILE, WORK_DIRECTORY, perform, read_task

CLAIM = "started"
#: Exit status of a process that found its attempt begun by another one.
ALREADY_CLAIMED = 75
_MAX_DESCRIPTORS = 4096
_UMASK = 0o022


def run_forked(directory: str, marker: str, status: Optional[int]) -> NoReturn:
    """Run an attempt in this freshly forked process; never returns to the parent's code.

    Args:
        directory: The attempt's directory.
        marker: Says in the claim which parent watches over the attempt.
        status: Descriptor to which the start-up handshake goes, or None.
    """
    code = 70
    try:
        os.setsid()
        _restore_signals()
        _redirect(directory)
        if status is not None:
            os.write(status, os.getpid().to_bytes(8, "little"))
        os.closerange(3, _MAX_DESCRIPTORS)
        code = _run_claimed(directory, marker)
    except BaseException as error:  # this process must end here, whatever happens
        os.write(2, ("cannot start the attempt: %r\n" % (error,)).encode("utf-8", "replace"))
    finally:
        os._exit(code)


def run_cold(directory: str, marker: str) -> NoReturn:
    """Run an attempt in a process of its own that was started for it."""
    run_forked(directory, marker, None)


def _run_claimed(directory: str, marker: str) -> int:
    if not claim(directory, marker):
        return ALREADY_CLAIMED
    task = read_task(directory)
    _enter(directory, task)
    return perform(directory, task)


def claim(directory: str, marker: str) -> bool:
    """Begin the attempt for this process; False when another process has begun it already.

    A symbolic link is made or refused in one step, and its text says at once whose it is: pid,
    start time, boot and parent.
    """
    pid = os.getpid()
    text = "|".join((str(pid), processes.start_time(pid), processes.boot_id(), marker))
    try:
        os.symlink(text, os.path.join(directory, CLAIM))
    except FileExistsError:
        return False
    return True


def _restore_signals() -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _redirect(directory: str) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    log = os.open(os.path.join(directory, LOG_FILE), flags, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)


def _enter(directory: str, task: Mapping[str, Any]) -> None:
    os.umask(_UMASK)
    os.environ.clear()
    os.environ.update(task["env"])
    work = os.path.join(directory, WORK_DIRECTORY)
    os.makedirs(work, exist_ok=True)
    os.chdir(work)
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    sys.stdout = sys.__stdout__ = _stream(1)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _stream(2)  # type: ignore[misc]
    sys.argv = [task.get("component") or "task"]
    # Processes that the code spawns look at the main module, which must not be the warm parent.
    sys.modules["__main__"] = ModuleType("__main__")
    sys.path[:0] = [entry for entry in task["env"].get("PYTHONPATH", "").split(os.pathsep) if entry]
    _reseed()
    gc.enable()


def _stream(descriptor: int) -> io.TextIOWrapper:
    """Return a stream that holds nothing back: what was printed before a crash is in the log."""
    raw = open(descriptor, "wb", buffering=0, closefd=False)
    return io.TextIOWrapper(raw, "utf-8", "backslashreplace", write_through=True)  # type: ignore[type-var]


def _reseed() -> None:
    random.seed()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()
