"""A seat at which a controller works: it can be stopped for a while, and its clock can be wrong.

What is stopped goes no further than to where it waits next, as a process under SIGSTOP: all tasks
that were begun from the seat stand still, and what happens meanwhile reaches them when it goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from contextvars import ContextVar, copy_context
from typing import Any

_SEAT: ContextVar[Seat | None] = ContextVar("headrace_seat", default=None)


class Seat:
    """Where one controller works; it is the controller's clock, too.

    Attributes:
        wrong_s: By how much its clock is ahead.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._goes_on = asyncio.Event()
        self._goes_on.set()
        self.wrong_s = 0.0

    @classmethod
    def taken(cls) -> Seat | None:
        """Return the seat from which the code that asks was begun."""
        return _SEAT.get()

    def now(self) -> float:
        """Return what its clock shows."""
        return self._loop.time() + self.wrong_s

    def stop(self, for_s: float) -> None:
        """Stop all that was begun here for so many seconds."""
        self._goes_on.clear()
        self._loop.call_later(for_s, self._goes_on.set)

    def begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin some work here."""
        context = copy_context()
        context.run(_SEAT.set, self)
        return context.run(self._loop.create_task, work)

    @property
    def is_stopped(self) -> bool:
        """Whether what was begun here stands still."""
        return not self._goes_on.is_set()

    def going_on(self) -> Generator[Any, Any, Any]:
        """Wait until it goes on."""
        return self._goes_on.wait().__await__()


def stoppable_tasks(
    loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **options: Any
) -> asyncio.Task[Any]:
    """Make a task that stands still while its seat is stopped; a task factory of event loops."""
    seat = Seat.taken()
    held = work if seat is None else _Held(work, seat)
    return asyncio.Task(held, loop=loop, **options)


class _Held(Coroutine[Any, Any, Any]):
    """A coroutine that goes no further while its seat is stopped."""

    def __init__(self, work: Coroutine[Any, Any, Any], seat: Seat) -> None:
        self._work = work
        self._steps = _steps(work, seat)
        self._is_begun = False

    def send(self, value: Any) -> Any:
        self._is_begun = True
        return self._steps.send(value)

    def throw(self, *error: Any) -> Any:
        if not self._is_begun:
            self._work.close()
        return self._steps.throw(*error)

    def close(self) -> None:
        self._steps.close()
        self._work.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._steps


def _steps(work: Coroutine[Any, Any, Any], seat: Seat) -> Generator[Any, Any, Any]:
    """Take the work from one point where it waits to the next, each only when the seat goes on."""
    value: Any = None
    error: BaseException | None = None
    while True:
        while seat.is_stopped:
            try:
                yield from seat.going_on()
            except asyncio.CancelledError as cancelled:
                error = cancelled  # it hears of that when it goes on
        try:
            waits_for = work.send(value) if error is None else work.throw(error)
        except StopIteration as done:
            return done.value
        value = error = None
        try:
            value = yield waits_for
        except asyncio.CancelledError as cancelled:
            error = cancelled
