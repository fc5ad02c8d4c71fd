"""An event loop whose time does not pass but jumps: hours of waiting take no time at all.

Whatever would sleep until the next timer is skipped. With no threads and no outside events the
order of everything is the same in every run.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Mapping
from typing import Any

START = 1_000_000.0


class _SkippingSelector(selectors.BaseSelector):
    """Looks at the files and, instead of waiting for them, moves the time on."""

    def __init__(self) -> None:
        self._real = selectors.DefaultSelector()
        self.now = START

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            message = "nothing is left that could ever happen"
            raise RuntimeError(message)
        self.now += max(0.0, timeout)
        return self._real.select(0)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time; ``asyncio.Runner(loop_factory=VirtualLoop)`` runs one."""

    def __init__(self) -> None:
        self._skipping = _SkippingSelector()
        super().__init__(self._skipping)

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._skipping.now


class VirtualClock:
    """The controller's clock, in the loop's time."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def now(self) -> float:
        """Return seconds since the epoch, UTC."""
        return self._loop.time()
