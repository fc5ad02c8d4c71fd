"""Requests that fit what steps were seen to use."""

from __future__ import annotations

import math

from headrace.store import Store

_MARGIN = 1.2
_LEAST_SECONDS = 1.0
_MEBIBYTE = 1 << 20


def suggestions(store: Store, run_id: str) -> list[str]:
    """Return a line for each step that ran long enough to judge: requests that would fit it.

    The memory is the highest peak of its attempts and a fifth, in steps of 64 MiB; the cores are
    the mean use while it ran, in steps of a tenth.
    """
    peaks: dict[str, tuple[float, int]] = {}
    for attempt in store.attempts(run_id):
        usage = attempt.usage
        if usage is None or usage.wall_s < _LEAST_SECONDS or attempt.state != "succeeded":
            continue
        cores, memory = peaks.get(attempt.path, (0.0, 0))
        peaks[attempt.path] = (
            max(cores, usage.cpu_s / usage.wall_s),
            max(memory, usage.max_rss_bytes),
        )
    return [
        f"{path} would fit .set_cpu_request('{_cores(cores)}')"
        f".set_memory_request('{_memory(memory)}')"
        for path, (cores, memory) in sorted(peaks.items())
    ]


def _cores(used: float) -> str:
    return f"{max(1, math.ceil(used * _MARGIN * 10)) * 100}m"


def _memory(used: int) -> str:
    blocks = max(1, math.ceil(used * _MARGIN / (64 * _MEBIBYTE)))
    return f"{blocks * 64}Mi"
