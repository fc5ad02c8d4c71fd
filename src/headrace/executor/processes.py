"""What the kernel tells about processes: identity, descendants, memory; and how to end them.

On Linux from ``/proc``; elsewhere what the standard library offers. This module knows no attempts.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
import time
from typing import Dict, List, Optional, Set

_PR_SET_CHILD_SUBREAPER = 36
_MAX_NAME = 15
_BLOCK_BYTES = 4096
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_HAS_PROC = os.path.exists("/proc/self/stat")


def become_subreaper() -> None:
    """Have orphans among the descendants become children of this process, where that exists."""
    if sys.platform == "linux":
        import ctypes  # tasks that are started cold do without it

        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def start_time(pid: int) -> Optional[int]:
    """Return when a process started, in ticks since boot; None when there is none or unknown."""
    fields = _stat_fields(pid)
    return None if not fields or fields[0] in "ZX" else int(fields[19])


def ticks_now() -> int:
    """Return the time since boot in the kernel's ticks, which processes' start times are in."""
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return 0
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * _TICKS_PER_S)


@functools.lru_cache(maxsize=None)
def boot_id() -> str:
    """Return what is different after each start of the machine, or ""."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def is_same_process(pid: int, seen_at: int) -> bool:
    """Tell whether the process that had this number then still runs.

    A later process of the same number started later.

    Args:
        pid: The number.
        seen_at: A moment at which the process was alive, as ``ticks_now`` tells it.
    """
    if _HAS_PROC:
        started = start_time(pid)
        return started is not None and started <= seen_at
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def children_of(pid: int) -> List[int]:
    """Return the children of a process, zombies included."""
    found: List[int] = []
    try:
        threads = [str(pid)] if pid == os.getpid() else os.listdir("/proc/%d/task" % pid)
    except OSError:
        return found
    for thread in threads:
        try:
            descriptor = os.open("/proc/%d/task/%s/children" % (pid, thread), os.O_RDONLY)
            try:
                text = b""
                while True:
                    block = os.read(descriptor, _BLOCK_BYTES)
                    text += block
                    if not block:
                        break
            finally:
                os.close(descriptor)
            found.extend(map(int, text.split()))
        except OSError:
            continue
    return found


def tree_of(pid: int) -> List[int]:
    """Return a process and its descendants, parents first."""
    found: Dict[int, None] = {}
    pending = [pid]
    while pending:
        current = pending.pop()
        if current not in found:
            found[current] = None
            pending.extend(children_of(current))
    return list(found)


def session_of(pid: int) -> Optional[int]:
    """Return the session id of a process, or None."""
    try:
        return os.getsid(pid)
    except OSError:
        return None


def set_name(name: str) -> None:
    """Name this process; what it forks has the same name until it runs another program."""
    try:
        descriptor = os.open("/proc/self/comm", os.O_WRONLY)
        os.write(descriptor, name[:_MAX_NAME].encode("utf-8"))
        os.close(descriptor)
    except OSError:
        return


def has_name(pid: int, name: str) -> bool:
    """Tell whether a process was given a name."""
    try:
        with open("/proc/%d/comm" % pid, encoding="utf-8", errors="replace") as file:
            return file.read().rstrip("\n") == name[:_MAX_NAME]
    except OSError:
        return False


def environment_entry(pid: int, name: str) -> Optional[str]:
    """Return a variable of the environment that a process was started with, or None."""
    try:
        with open("/proc/%d/environ" % pid, "rb") as file:
            entries = file.read().split(b"\0")
    except OSError:
        return None
    prefix = name.encode() + b"="
    for entry in entries:
        if entry.startswith(prefix):
            return entry[len(prefix) :].decode("utf-8", "replace")
    return None


def memory_of(pids: List[int]) -> int:
    """Return the bytes of memory that processes hold together; shared pages count once."""
    total = 0
    for pid in pids:
        total += _proportional(pid)
    return total


def _proportional(pid: int) -> int:
    try:
        with open("/proc/%d/smaps_rollup" % pid, encoding="ascii") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return resident_memory(pid)


def resident_memory(pid: int) -> int:
    """Return the bytes of memory that one process has resident, or 0 when it is gone."""
    try:
        with open("/proc/%d/statm" % pid, encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def out_of_memory_kills() -> int:
    """Return how often the kernel has killed a process for lack of memory since it started."""
    try:
        with open("/proc/vmstat", encoding="ascii") as file:
            for line in file:
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
    except (OSError, ValueError):
        pass
    return 0


def signal_all(pids: List[int], group: int, number: int) -> None:
    """Send a signal to a process group and to further processes; those that are gone do not matter.

    Never to a process that this one must not touch: itself, its parent, or process 1.
    """
    spared: Set[int] = {0, 1, os.getpid(), os.getppid()}
    if group not in spared:
        _quietly(os.killpg, group, number)
    for pid in pids:
        if pid not in spared:
            _quietly(os.kill, pid, number)


def _quietly(send: "object", target: int, number: int) -> None:
    try:
        send(target, number)  # type: ignore[operator]
    except OSError:
        return


def kill_tree(pid: int) -> None:
    """Kill a process and everything below it at once."""
    signal_all(tree_of(pid), 0, signal.SIGKILL)


def _stat_fields(pid: int) -> List[str]:
    try:
        with open("/proc/%d/stat" % pid, "rb") as file:
            text = file.read()
    except OSError:
        return []
    # The name of the program stands in brackets and may hold brackets itself.
    return text.rpartition(b")")[2].decode("ascii", "replace").split()
