"""How a connection may behave before and after a request: the head in time, no endless body.

Uvicorn bounds how long the head of a request is, but not how long it takes to come, and reads for
ever what is sent after the answer. Both hold connections that others need.
"""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

#: How long the head of a request may take, and the rest of one that is answered already.
HEAD_S = 10.0


class BoundedProtocol(H11Protocol):
    """Uvicorn's protocol with a clock for what it waits for without one."""

    head_s = HEAD_S
    _clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Begin; nothing has come yet, and that is waited for too."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take bytes of the client."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Go on after an answer."""
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._stop()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Let the clock run while a head or a useless rest is waited for, from its first byte."""
        if not self._waits() or self.transport.is_closing():
            self._stop()
        elif self._clock is None:
            self._clock = self.loop.call_later(self.head_s, self._cut)

    def _waits(self) -> bool:
        is_answered = self.conn.our_state in (h11.DONE, h11.MUST_CLOSE)
        if self.conn.their_state is h11.SEND_BODY:
            return is_answered
        # Between two requests uvicorn's own clock runs.
        return self.conn.their_state is h11.IDLE and self.timeout_keep_alive_task is None

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _cut(self) -> None:
        self._clock = None
        if not self.transport.is_closing():
            self.transport.abort()
