"""Timers of all runs in one heap; setting a timer again moves it."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field


@dataclass(slots=True)
class Timers:
    """What fires when; times are seconds since the epoch."""

    _heap: list[tuple[float, str, str]] = field(default_factory=list[tuple[float, str, str]])
    _due: dict[tuple[str, str], float] = field(default_factory=dict[tuple[str, str], float])

    def set(self, run_id: str, timer: str, at: float) -> None:
        """Let the run's timer fire at that time, and at no other."""
        self._due[run_id, timer] = at
        heapq.heappush(self._heap, (at, run_id, timer))

    def drop(self, run_id: str) -> None:
        """Forget all timers of a run."""
        for key in [key for key in self._due if key[0] == run_id]:
            del self._due[key]

    def next(self) -> float | None:
        """Return when the next timer fires, or None."""
        while self._heap and self._due.get(self._heap[0][1:]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def fired(self, now: float) -> list[tuple[str, str]]:
        """Return the runs and timers whose time has come, the earliest first, and forget them."""
        ready: list[tuple[str, str]] = []
        while (at := self.next()) is not None and at <= now:
            _, run_id, timer = heapq.heappop(self._heap)
            del self._due[run_id, timer]
            ready.append((run_id, timer))
        return ready
