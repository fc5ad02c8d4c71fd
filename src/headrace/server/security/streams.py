"""How many event streams one user may hold open at once: each holds a connection for hours."""

from __future__ import annotations

from collections import Counter

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headrace.errors import TooManyRequests
from headrace.server.access import Principal
from headrace.server.errors import error_reply

_STREAM = "text/event-stream"


class _Refused(Exception):
    """The stream was refused; whoever would fill it is to stop."""


class StreamLayer:
    """Refuses streams beyond a number, by user, or by address where there is one user."""

    def __init__(self, app: ASGIApp, *, most: int, most_in_all: int) -> None:
        self._app = app
        self._most = most
        self._most_in_all = most_in_all
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        user = _user(scope)
        streams = False

        async def send_or_refuse(message: Message) -> None:
            nonlocal streams
            if message["type"] == "http.response.start" and _is_stream(message):
                if self._open[user] >= self._most or self._open.total() >= self._most_in_all:
                    await self._refuse(scope, receive, send)
                    raise _Refused
                self._open[user] += 1
                streams = True
            await send(message)

        try:
            await self._app(scope, receive, send_or_refuse)
        except _Refused:
            return
        finally:
            if streams:
                self._open[user] -= 1
                self._open += Counter()  # forgets whoever has none left

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        error = TooManyRequests(
            "too many event streams are open", retry_after_s=5, hint="close one, such as a tab"
        )
        await error_reply(Request(scope), error)(scope, receive, send)


def _is_stream(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type", "").startswith(_STREAM)


def _user(scope: Scope) -> str:
    principal = scope.get("state", {}).get("principal")
    if isinstance(principal, Principal) and principal.user:
        return principal.user
    client = scope.get("client")
    return str(client[0]) if client else ""
