"""What this machine is: owner names of its processes, and its accelerators."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from functools import cache
from pathlib import Path

from headrace.launchers.container import Engine, engine_of, find_engine
from headrace.launchers.port import Capacity


def owner_name() -> str:
    """Return the name under which this process owns runs: host, boot, pid and its start time."""
    pid = os.getpid()
    return f"{socket.gethostname()}|{_boot_id()}|{pid}|{_start_time(pid)}"


def is_gone(owner: str) -> bool:
    """Say whether the process behind an owner name has certainly ended.

    True only for processes of this machine: of others nothing can be known but their lease.
    """
    try:
        host, boot, pid, started = owner.split("|")
    except ValueError:
        return False
    if host != socket.gethostname():
        return False
    return boot != _boot_id() or started != _start_time(int(pid))


def is_of_this_machine(owner: str) -> bool:
    """Say whether an owner name is that of a process of this machine."""
    return owner.partition("|")[0] == socket.gethostname()


def accelerators() -> dict[str, int]:
    """Return how many accelerators there are, by Kubernetes resource name."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return {}
    try:
        listing = subprocess.run(
            [tool, "-L"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    count = sum(line.startswith("GPU ") for line in listing.stdout.splitlines())
    return {"nvidia.com/gpu": count} if count else {}


def capacity() -> Capacity:
    """Return what this machine offers to steps: cores, memory, accelerators.

    Limits of the control group that this process is in count, since steps run in it too.
    """
    cpus = float(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0)
    cpus = cpus or float(os.cpu_count() or 1)
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    quota = _cpu_quota()
    limit = _memory_limit()
    return Capacity(
        cpus=min(cpus, quota) if quota else cpus,
        memory_bytes=min(memory, limit) if limit else memory,
        accelerators=accelerators(),
    )


@cache
def find_engine_here() -> Engine | None:
    """Return the container engine of this machine, or None; asked once in a process."""
    program = find_engine()
    return None if program is None else engine_of(program)


def _cpu_quota() -> float | None:
    words = _first_line("/sys/fs/cgroup/cpu.max").split()
    if words[1:] and words[0] != "max":
        return int(words[0]) / int(words[1])
    quota = _first_line("/sys/fs/cgroup/cpu/cpu.cfs_quota_us")
    period = _first_line("/sys/fs/cgroup/cpu/cpu.cfs_period_us")
    return int(quota) / int(period) if quota.isdecimal() and period.isdecimal() else None


def _memory_limit() -> int | None:
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        if (text := _first_line(path)).isdecimal():
            return int(text)
    return None


def _first_line(path: str) -> str:
    try:
        return Path(path).read_text("ascii").strip()
    except OSError:
        return ""


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _start_time(pid: int) -> str:
    """Return the process's start time in clock ticks since boot, or "" when there is no process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return _start_time_by_ps(pid)
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def _start_time_by_ps(pid: int) -> str:
    tool = shutil.which("ps")
    if tool is None or Path("/proc/self/stat").exists():
        return ""
    command = [tool, "-o", "lstart=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
