"""The warm parent: forks one process per attempt, watches over it and records how it ended.

It belongs to one environment, imports and executes nothing of the user's, stays small so that forks
are quick, and outlives the controller while attempts run: deadlines, memory limits and exit records
are its own affair. Controllers come and go; how they talk to it is in ``controllers``.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from typing import Any, Dict, List, Optional

from headrace.executor import processes
from headrace.executor.attempt import RESULT_FILE
from headrace.executor.child import (
    ALREADY_CLAIMED,
    CLAIM,
    MARKER_VARIABLE,
    prepare_streams,
    process_name,
    ready,
    run_forked,
)
from headrace.executor.controllers import Connection, Controllers
from headrace.executor.files import write_json
from headrace.executor.source import prebuild_module
from headrace.executor.watched import Attempt, CodeCache

EXIT_FILE = "exit.json"
#: Modules to import before the first fork; what was only imported, and not used, can be forked.
PRELOAD_VARIABLE = "HEADRACE_PRELOAD"

_LINGER_S = 2.0
_FIRST_CONNECTION_S = 60.0
#: After this time a killed process that is still there waits in the kernel for what may never come.
_UNKILLABLE_S = 30.0
_TICK_S = 0.2
#: How often the memory of several processes is summed: the kernel keeps a peak of each one alone.
_SEVERAL_S = 0.05
#: The part of this process's time that measuring memory may take.
_MEASURING_SHARE = 0.05
#: Attempts that end within this time are announced with their end, in one message.
_ANNOUNCE_S = 0.02
_MAX_INLINE_BYTES = 256 * 1024
_COLD_CODE = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from headrace.executor.child import run_cold; run_cold(sys.argv[2], sys.argv[3])"
)


class WarmParent:
    """Serves controllers until none is left and no attempt runs.

    Args:
        listener: Bound, listening unix socket.
        payload: Directory with the code that tasks import, for cold starts.
        marker: Says in each claim where this parent can be reached.
    """

    def __init__(self, listener: socket.socket, payload: str, marker: str) -> None:
        self._payload = payload
        self._marker = marker
        self._attempts: Dict[int, Attempt] = {}
        self._selector = selectors.DefaultSelector()
        self._controllers = Controllers(listener, self._selector, self._handle)
        self._lonely_since: Optional[float] = time.monotonic() + _FIRST_CONNECTION_S
        self._next_tick = 0.0
        self._code = CodeCache()

    def serve(self) -> None:
        """Work until there is nothing more to do."""
        self._prepare()
        while not self._is_done():
            for key, _ in self._selector.select(self._patience()):
                self._guarded(key.data, key.fileobj)
            self._guarded(self._tick)
            self._guarded(self._controllers.flush)

    @staticmethod
    def _guarded(handler: Any, *arguments: Any) -> None:
        """Call a handler; its failure must not end the watch over the other attempts."""
        try:
            handler(*arguments)
        except Exception:
            traceback.print_exc()

    def _prepare(self) -> None:
        processes.become_subreaper()
        processes.boot_id()  # read once, for all children
        prebuild_module()
        for name in filter(None, os.environ.pop(PRELOAD_VARIABLE, "").split(",")):
            self._guarded(importlib.import_module, name)
        self._environment = dict(os.environ)  # before it is that of the attempts
        prepare_streams()
        self._memory_kills = processes.out_of_memory_kills()
        self._handshakes, self._handshake_end = os.pipe()
        os.set_blocking(self._handshakes, False)
        self._watch(self._handshakes, self._shake_hands)
        woken, wake = os.pipe()
        os.set_blocking(woken, False)
        os.set_blocking(wake, False)
        signal.signal(signal.SIGCHLD, _ignore)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._watch(woken, self._reap)
        gc.collect()
        gc.freeze()
        gc.disable()  # so that pages stay shared; the loop makes no cycles

    def _watch(self, file: Any, handler: Any) -> None:
        self._selector.register(file, selectors.EVENT_READ, handler)

    def _is_done(self) -> bool:
        if self._attempts or self._controllers.any:
            self._lonely_since = None
            return False
        now = time.monotonic()
        if self._lonely_since is None:
            self._lonely_since = now + _LINGER_S
        return now >= self._lonely_since

    def _patience(self) -> Optional[float]:
        if self._attempts:
            return max(0.0, self._next_tick - time.monotonic())
        return None if self._controllers.any else _LINGER_S

    # ------------------------------------------------------------------ controllers

    def _handle(self, connection: Connection, request: Dict[str, Any]) -> None:
        attempt = self._by_id(request["id"])
        if request["op"] == "start":
            if attempt is None:
                self._start(request)
        elif request["op"] == "stop":
            if attempt is not None:
                self._stop(attempt, "stop", request["grace_s"])
        elif attempt is None:
            self._controllers.tell(connection, {"event": "unknown", "id": request["id"]})
        else:
            attempt.announce_at = time.monotonic()
            self._announce_start(attempt)

    def _by_id(self, identity: str) -> Optional[Attempt]:
        for attempt in self._attempts.values():
            if attempt.id == identity:
                return attempt
        return None

    # ------------------------------------------------------------------ attempts

    def _start(self, request: Dict[str, Any]) -> None:
        attempt = Attempt(request)
        try:
            attempt.pid = self._spawn(attempt) if attempt.cold else self._fork(attempt)
        except (OSError, ValueError) as error:
            self._conclude(attempt, {"reason": "no_process", "message": str(error)})
            return
        self._attempts[attempt.pid] = attempt
        if attempt.cold:
            self._begin(attempt)
        self._next_tick = min(self._next_tick, time.monotonic() + _TICK_S)

    def _fork(self, attempt: Attempt) -> int:
        request = attempt.request
        readied = ready(attempt.directory, request.get("task"), self._code.of(request))
        gc.freeze()  # what was imported for this attempt too
        try:
            pid = os.fork()
            if pid == 0:
                run_forked(readied, self._marker, self._handshake_end)
        finally:
            os.close(readied.log)
        return pid

    def _spawn(self, attempt: Attempt) -> int:
        """Start a fresh interpreter for an attempt, without a fork of this process's memory."""
        command = [sys.executable, "-I", "-c", _COLD_CODE]
        command += [self._payload, attempt.directory, self._marker]
        return os.posix_spawn(sys.executable, command, self._environment)

    def _begin(self, attempt: Attempt) -> None:
        """Note that an attempt runs; what ends at once is told of together with its end."""
        attempt.shook_hands = True
        attempt.announce_at = time.monotonic() + _ANNOUNCE_S
        self._next_tick = min(self._next_tick, attempt.announce_at)

    def _announce_start(self, attempt: Attempt) -> None:
        if attempt.announce_at is not None:
            attempt.announce_at = None
            self._controllers.tell_all({"event": "started", "id": attempt.id, "pid": attempt.pid})

    def _shake_hands(self, descriptor: int) -> None:
        try:
            data = os.read(descriptor, 4096)
        except BlockingIOError:  # read already, when an end was seen first
            return
        for start in range(0, len(data), 8):
            attempt = self._attempts.get(int.from_bytes(data[start : start + 8], "little"))
            if attempt is not None:
                self._begin(attempt)

    def _stop(self, attempt: Attempt, reason: str, grace_s: float) -> None:
        if attempt.kill_at is None:
            attempt.reason = attempt.reason or reason
            attempt.kill_at = time.monotonic() + grace_s
            self._signal(attempt, signal.SIGTERM)
        else:
            attempt.kill_at = min(attempt.kill_at, time.monotonic() + grace_s)
        self._next_tick = min(self._next_tick, attempt.kill_at)

    def _signal(self, attempt: Attempt, number: int) -> None:
        pids = processes.tree_of(attempt.pid)
        for orphan in self._orphans(attempt):
            pids.extend(processes.tree_of(orphan))
        processes.signal_all(pids, attempt.pid, number)

    def _orphans(self, attempt: Attempt) -> List[int]:
        """Return our children that come from an attempt: their own parents have ended."""
        return [
            pid
            for pid in processes.children_of(os.getpid())
            if pid not in self._attempts and self._belongs(pid, attempt)
        ]

    @staticmethod
    def _belongs(pid: int, attempt: Attempt) -> bool:
        if processes.session_of(pid) == attempt.pid:
            return True
        if processes.has_name(pid, process_name(attempt.id)):
            return True
        return processes.environment_entry(pid, MARKER_VARIABLE) == attempt.id

    # ------------------------------------------------------------------ endings

    def _reap(self, descriptor: int) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(descriptor, 4096)
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            attempt = self._attempts.get(pid)
            if attempt is not None:
                # Handshakes come before ends, so that no attempt ends without having started.
                self._shake_hands(self._handshakes)
                self._end(attempt, status, usage)

    def _end(self, attempt: Attempt, status: int, usage: Any) -> None:
        if not attempt.shook_hands and attempt.reason == "stalled":
            self._start_cold(attempt)
            return
        for orphan in self._orphans(attempt):
            processes.kill_tree(orphan)
        del self._attempts[attempt.pid]
        attempt.log.finish()
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
        if code == ALREADY_CLAIMED and not attempt.cold:
            self._controllers.tell_all({"event": "unknown", "id": attempt.id})
            return
        unit = 1 if sys.platform == "darwin" else 1024
        peak = max(usage.ru_maxrss * unit, attempt.peak_bytes)
        ending: Dict[str, Any] = {
            "exit_code": code,
            "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
            "reason": attempt.reason,
            "wall_s": time.monotonic() - attempt.started,
            "cpu_s": usage.ru_utime + usage.ru_stime,
            "max_rss_bytes": peak,
            "memory_bytes": attempt.memory_bytes,
            "peak_bytes": attempt.peak_bytes,
            "kernel_out_of_memory": os.WIFSIGNALED(status) and self._kernel_has_killed(),
        }
        if attempt.request.get("clean_up") and not self._result_of(attempt):
            self._clean_up(attempt.request["clean_up"])
        self._conclude(attempt, ending)

    def _clean_up(self, command: List[str]) -> None:
        """Remove what an attempt that was killed could not remove itself; nobody waits for it."""
        with contextlib.suppress(OSError):
            os.posix_spawn(command[0], command, self._environment)

    def _kernel_has_killed(self) -> bool:
        """Tell whether the kernel has killed a process for memory since we last looked."""
        before, self._memory_kills = self._memory_kills, processes.out_of_memory_kills()
        return self._memory_kills > before

    def _conclude(self, attempt: Attempt, ending: Dict[str, Any]) -> None:
        """Record the end and tell of it; a result that is there needs no record beside it."""
        result = self._result_of(attempt)
        if not result or ending.get("reason"):
            try:
                write_json(os.path.join(attempt.directory, EXIT_FILE), ending)
            except OSError as error:  # the disk is full: the controller still hears of it
                ending["unrecorded"] = str(error)
        self._announce_start(attempt)
        self._controllers.tell_all({"event": "exited", "id": attempt.id, "ending": ending}, result)

    @staticmethod
    def _result_of(attempt: Attempt) -> bytes:
        try:
            with open(os.path.join(attempt.directory, RESULT_FILE), "rb") as file:
                result = file.read(_MAX_INLINE_BYTES + 1)
        except OSError:
            return b""
        return result if len(result) <= _MAX_INLINE_BYTES else b""

    def _start_cold(self, attempt: Attempt) -> None:
        """Start an attempt again that stalled right after the fork, now without a fork."""
        del self._attempts[attempt.pid]
        if os.path.lexists(os.path.join(attempt.directory, CLAIM)):
            self._conclude(attempt, {"reason": "stalled"})
            return
        self._controllers.tell_all({"event": "no_fork", "id": attempt.id})
        self._start(dict(attempt.request, cold=True))

    # ------------------------------------------------------------------ time

    def _tick(self) -> None:
        now = time.monotonic()
        if not self._attempts or now < self._next_tick:
            return
        self._next_tick = now + _TICK_S
        for attempt in list(self._attempts.values()):
            self._look_after(attempt, now)

    def _tell_starts(self, attempt: Attempt, now: float) -> None:
        if attempt.announce_at is not None and now < attempt.announce_at:
            self._next_tick = min(self._next_tick, attempt.announce_at)
        else:
            self._announce_start(attempt)

    def _look_after(self, attempt: Attempt, now: float) -> None:
        self._tell_starts(attempt, now)
        if not attempt.shook_hands and now > attempt.begin_by:
            attempt.reason = "stalled"
            processes.kill_tree(attempt.pid)
        if attempt.kill_at is not None and now >= attempt.kill_at:
            self._signal(attempt, signal.SIGKILL)
            if now >= attempt.kill_at + _UNKILLABLE_S:
                self._abandon(attempt)
                return
        if attempt.deadline is not None and now >= attempt.deadline and attempt.kill_at is None:
            self._stop(attempt, "deadline", float(attempt.request.get("grace_s") or 5.0))
        if now >= attempt.measure_at:
            attempt.measure_at = now + _TICK_S
            attempt.log.enforce()
            self._check_memory(attempt, now)
        for due in (attempt.kill_at, attempt.deadline, attempt.measure_at):
            if due is not None and due > now:
                self._next_tick = min(self._next_tick, due)

    def _abandon(self, attempt: Attempt) -> None:
        """Report an attempt that not even SIGKILL ends, as when a disk does not answer."""
        del self._attempts[attempt.pid]
        wall_s = time.monotonic() - attempt.started
        self._conclude(attempt, {"reason": attempt.reason, "wall_s": wall_s})

    def _check_memory(self, attempt: Attempt, now: float) -> None:
        pids = processes.tree_of(attempt.pid)
        limit = attempt.memory_bytes
        if len(pids) == 1 and limit is None:
            return  # the kernel keeps its peak
        resident = sum(processes.resident_memory(pid) for pid in pids)
        beyond = limit is not None and resident > limit
        if beyond or (len(pids) > 1 and resident > attempt.peak_bytes):
            # Pages shared between the processes are counted several times so far.
            resident = processes.memory_of(pids)
        attempt.peak_bytes = max(attempt.peak_bytes, resident)
        if limit is not None and resident > limit and attempt.reason is None:
            attempt.reason = "memory"
            self._signal(attempt, signal.SIGKILL)
        if len(pids) > 1:
            took = time.monotonic() - now
            attempt.measure_at = now + max(_SEVERAL_S, took / _MEASURING_SHARE)


def _ignore(number: int, frame: object) -> None:
    """Let the signal wake the loop and nothing else."""


def main() -> None:
    """Serve on the listening socket that was handed over: descriptor, payload, marker."""
    descriptor, payload, marker = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    listener = socket.socket(fileno=descriptor)
    listener.set_inheritable(False)
    try:
        WarmParent(listener, payload, marker).serve()
    finally:
        with contextlib.suppress(OSError):
            os.unlink(marker)
