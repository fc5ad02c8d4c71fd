"""How often something happened lately, by key and bounded in memory: failed logins by address."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable

from headrace.errors import TooManyRequests

_MOST_KEYS = 10_000


class Failures:
    """Counts failures by key; who has too many waits."""

    def __init__(
        self, clock: Callable[[], float], *, most: int = 20, within_s: float = 60.0
    ) -> None:
        self._clock = clock
        self._most = most
        self._within_s = within_s
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, key: str) -> None:
        """Make sure that there were not too many.

        Raises:
            TooManyRequests: There were; it says when there are few enough again.
        """
        with self._lock:
            times = self._recent(key)
            if len(times) >= self._most:
                wait = times[0] + self._within_s - self._clock()
                raise TooManyRequests(
                    "too many wrong credentials came from this address", retry_after_s=wait
                )

    def add(self, key: str) -> None:
        """Count one more."""
        with self._lock:
            times = self._recent(key)
            times.append(self._clock())
            while len(times) > self._most:
                times.popleft()
            self._times[key] = times
            self._times.move_to_end(key)
            while len(self._times) > _MOST_KEYS:
                self._times.popitem(last=False)

    def _recent(self, key: str) -> deque[float]:
        times = self._times.get(key, deque[float]())
        while times and times[0] + self._within_s <= self._clock():
            times.popleft()
        return times
