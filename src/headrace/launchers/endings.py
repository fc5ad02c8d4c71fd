"""Decides how an attempt ended from what is left of it: exit record and result file. Pure."""

from __future__ import annotations

import signal
from typing import Any, Literal

import msgspec

from headrace.engine.attempts import AttemptResult, Failure, Usage
from headrace.executor.child import EXECUTOR_FAILED

#: Of a limit, the share beyond which a kill from outside is taken for one for memory.
_NEAR_THE_LIMIT = 0.9
_GIB = 1 << 30


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """The exit record, as the warm parent writes it.

    Attributes:
        exit_code: Exit status, or None when a signal ended the process.
        signal: The signal that ended it.
        reason: Why it was ended from here, or could not be started.
        memory_bytes: Its limit of memory.
        peak_bytes: Most memory that its processes held together, when that was measured.
        kernel_out_of_memory: The kernel killed some process for memory while it ran.
        message: Text of the error that kept it from starting.
    """

    exit_code: int | None = None
    signal: int | None = None
    reason: Literal["stop", "deadline", "memory", "stalled", "no_process"] | None = None
    wall_s: float = 0.0
    cpu_s: float = 0.0
    max_rss_bytes: int = 0
    memory_bytes: int | None = None
    peak_bytes: int = 0
    kernel_out_of_memory: bool = False
    message: str = ""


def ended(ending: Ending | None, result: bytes | None) -> AttemptResult:
    """Return how an attempt ended.

    Args:
        ending: Its exit record; None when nobody was there to write one.
        result: Content of its result file; None when there is none.
    """
    found = _read(result)
    usage = _usage(ending, found)
    # The result is the last act: what comes after it cannot undo it.
    if found is not None and found.error is None:
        return msgspec.structs.replace(found, usage=usage)
    if ending is None:
        failure = _failure(found) or _lost()
        return AttemptResult(error=failure, usage=usage)
    failure = _forced(ending) or _failure(found) or _died(ending)
    return AttemptResult(error=failure, usage=usage)


def never_started(message: str) -> AttemptResult:
    """Return the end of an attempt that was stopped before it began."""
    return AttemptResult(error=Failure(kind="canceled", message=message))


def _read(result: bytes | None) -> AttemptResult | None:
    if result is None:
        return None
    try:
        return msgspec.json.decode(result, type=AttemptResult)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None  # a torn or foreign file is no result


def _failure(found: AttemptResult | None) -> Failure | None:
    return None if found is None else found.error


def _forced(ending: Ending) -> Failure | None:
    """Return the failure when the attempt was ended from here, or could not begin."""
    match ending.reason:
        case "stop":
            return Failure(kind="canceled", message="stopped", exit_code=_code(ending))
        case "deadline":
            message = f"its deadline passed after {ending.wall_s:.1f} s"
            return Failure(kind="deadline", message=message, exit_code=_code(ending))
        case "memory":
            return _out_of_memory(ending)
        case "stalled":
            return Failure(kind="infrastructure", message="the process stalled as it started")
        case "no_process":
            message = f"no process could be started: {ending.message}"
            return Failure(kind="infrastructure", message=message)
        case None:
            return None


def _died(ending: Ending) -> Failure:
    """Return the failure of a process that ended by itself and left no result."""
    if ending.exit_code == EXECUTOR_FAILED:
        message = "the attempt could not begin, or its result could not be written; see its log"
        return Failure(kind="infrastructure", message=message, exit_code=ending.exit_code)
    if ending.signal is None:
        message = f"the process ended with exit status {ending.exit_code} and without a result"
        return Failure(kind="user", message=message, exit_code=ending.exit_code)
    if ending.signal == signal.SIGKILL:
        limit = ending.memory_bytes
        near = limit is not None and _held(ending) >= _NEAR_THE_LIMIT * limit
        if near or ending.kernel_out_of_memory:
            return _out_of_memory(ending)
        message = "killed from outside by SIGKILL"
        return Failure(kind="infrastructure", message=message, exit_code=_code(ending))
    message = f"the process was ended by {_signal_name(ending.signal)}"
    return Failure(kind="user", message=message, exit_code=_code(ending))


def _out_of_memory(ending: Ending) -> Failure:
    held = _held(ending) / _GIB
    if ending.memory_bytes is None:
        message = f"killed for lack of memory at {held:.2g} GiB"
    else:
        message = f"killed at {held:.3g} GiB of {ending.memory_bytes / _GIB:.3g} GiB"
    return Failure(kind="oom", message=message, exit_code=_code(ending))


def _lost() -> Failure:
    message = "the process was lost: it is gone, and left neither a result nor an exit record"
    return Failure(kind="infrastructure", message=message)


def _held(ending: Ending) -> int:
    """Return the most that it held: as sampled over all processes, or by the kernel's own mark."""
    return max(ending.peak_bytes, ending.max_rss_bytes)


def _code(ending: Ending) -> int | None:
    """Return the exit status as a shell would show it."""
    return 128 + ending.signal if ending.signal is not None else ending.exit_code


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _usage(ending: Ending | None, found: AttemptResult | None) -> Usage:
    if ending is None:
        return Usage() if found is None else found.usage
    return Usage(
        wall_s=ending.wall_s,
        cpu_s=ending.cpu_s,
        max_rss_bytes=max(ending.max_rss_bytes, ending.peak_bytes),
    )


def read_ending(content: bytes) -> Ending | None:
    """Return an exit record, or None when it cannot be read."""
    try:
        return msgspec.json.decode(content, type=Ending)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def ending_of(value: Any) -> Ending:
    """Return an exit record from its JSON value."""
    return msgspec.convert(value, Ending)
