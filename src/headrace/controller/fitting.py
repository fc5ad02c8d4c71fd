"""Requests that fit what steps were seen to use; pure.

The memory is the highest peak of a step's attempts and a fifth, in steps of 64 MiB; the cores are
the mean use while it ran, in steps of a tenth.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from headrace.store import Attempt

_MARGIN = 1.2
_LEAST_SECONDS = 1.0
_MEBIBYTE = 1 << 20


def fitting_requests(attempts: Iterable[Attempt]) -> dict[str, str]:
    """Return by path the calls that ask for what fits; of steps that ran long enough to judge."""
    peaks: dict[str, tuple[float, int]] = {}
    for attempt in attempts:
        usage = attempt.usage
        if usage is None or usage.wall_s < _LEAST_SECONDS or attempt.state != "succeeded":
            continue
        cores, memory = peaks.get(attempt.path, (0.0, 0))
        peaks[attempt.path] = (
            max(cores, usage.cpu_s / usage.wall_s),
            max(memory, usage.max_rss_bytes),
        )
    return {
        path: f".set_cpu_request('{_cores(cores)}').set_memory_request('{_memory(memory)}')"
        for path, (cores, memory) in sorted(peaks.items())
    }


def _cores(used: float) -> str:
    return f"{max(1, math.ceil(used * _MARGIN * 10)) * 100}m"


def _memory(used: int) -> str:
    blocks = max(1, math.ceil(used * _MARGIN / (64 * _MEBIBYTE)))
    return f"{blocks * 64}Mi"
