"""Turns the wish to interrupt, a signal or an event, into a cancel of the run."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

_PAUSE_S = 0.1
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@asynccontextmanager
async def interrupts(
    cancel: Callable[[], None], notice: Callable[[str], None], event: threading.Event | None
) -> AsyncGenerator[list[bool]]:
    """Yield a list that is no longer empty once somebody interrupted.

    Args:
        cancel: Called at the first interrupt.
        notice: Told that it came.
        event: The interrupt, when it is set; None listens to SIGINT and SIGTERM, of which the
            second ends the process: nothing is lost, and ``resume`` goes on.
    """
    seen: list[bool] = []

    def on_interrupt() -> None:
        if seen:
            os._exit(130)
        seen.append(True)
        notice("interrupted: the run is being canceled; once more to leave at once")
        cancel()

    if event is None:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, on_interrupt)
        try:
            yield seen
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)
    else:
        watching = asyncio.create_task(_watch(event, on_interrupt))
        try:
            yield seen
        finally:
            watching.cancel()


async def _watch(event: threading.Event, on_interrupt: Callable[[], None]) -> None:
    # The event belongs to another thread, so there is nothing to await but time.
    while not event.is_set():  # noqa: ASYNC110
        await asyncio.sleep(_PAUSE_S)
    on_interrupt()
