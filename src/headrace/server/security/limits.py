"""How long a request may be and how slowly it may come: the outermost layer.

Only time that is spent waiting for the client counts: an endpoint that takes long costs nobody
their upload. What comes before the head of a request is bounded in ``connections``.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headrace.errors import HeadraceError, RequestTooLarge
from headrace.server.errors import error_reply, http_error_reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of a request.

    Attributes:
        body_bytes: The longest body of any request.
        idle_s: How long a client may send nothing while it should, in seconds.
        grace_s: After how long the rate counts.
        bytes_per_s: The least that must have come on average by then.
        write_s: How long a client may take nothing of what is sent to it.
        streams_per_user: Event streams that one user may hold open.
        streams: Event streams of all users.
        stream_s: How long a stream lasts where there are users, who are then judged anew.
    """

    body_bytes: int = (32 << 20) + (1 << 20)
    idle_s: float = 30.0
    grace_s: float = 20.0
    bytes_per_s: float = 4096.0
    write_s: float = 60.0
    streams_per_user: int = 64
    streams: int = 1000
    stream_s: float = 900.0


class LimitLayer:
    """Cuts requests that are too long or too slow."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(self._limits, receive, send)
        announced = Headers(scope=scope).get("content-length", "")
        try:
            if announced.isdecimal() and int(announced[:20]) > self._limits.body_bytes:
                raise _too_large(self._limits.body_bytes)
            await self._app(scope, exchange.receive, exchange.send)
        except (HeadraceError, HTTPException) as error:
            if exchange.has_begun:
                raise
            await _reply_of(Request(scope), error, scope, receive, send)


class _Exchange:
    """One request on its way, with what has come of it."""

    def __init__(self, limits: Limits, receive: Receive, send: Send) -> None:
        self._limits = limits
        self._receive = receive
        self._send = send
        self._bytes = 0
        self._waited = 0.0
        self._is_whole = False
        self.has_begun = False

    async def receive(self) -> Message:
        if self._is_whole:
            return await self._receive()  # waits for the client to leave
        began = monotonic()
        try:
            async with asyncio.timeout(self._limits.idle_s):
                message = await self._receive()
        except TimeoutError as error:
            raise _too_slow() from error
        self._waited += monotonic() - began
        if message["type"] != "http.request":
            return message
        self._bytes += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        if self._bytes > self._limits.body_bytes:
            raise _too_large(self._limits.body_bytes)
        wanted = self._limits.bytes_per_s * self._waited
        if not self._is_whole and self._waited > self._limits.grace_s and self._bytes < wanted:
            raise _too_slow()
        return message

    async def send(self, message: Message) -> None:
        self.has_begun = True
        try:
            async with asyncio.timeout(self._limits.write_s):
                await self._send(message)
        except TimeoutError as error:
            raise ConnectionAbortedError("the client takes nothing") from error


async def _reply_of(
    request: Request,
    error: HeadraceError | HTTPException,
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    reply = (
        http_error_reply(request, error)
        if isinstance(error, HTTPException)
        else error_reply(request, error)
    )
    reply.headers["connection"] = "close"
    await reply(scope, receive, send)


def _too_large(limit: int) -> RequestTooLarge:
    return RequestTooLarge(f"the body is longer than {limit} bytes", hint="send less at once")


def _too_slow() -> HTTPException:
    return HTTPException(408, "the request comes too slowly", {"Connection": "close"})
