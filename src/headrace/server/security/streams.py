"""How many event streams one user may hold open at once, and for how long.

Each holds a connection for hours, and who asks was decided when it began. So where there are users
it ends after a while: readers come back by themselves, from the last event that they have, and are
judged anew. Whoever lost their rights does not come back.
"""

from __future__ import annotations

from collections import Counter
from time import monotonic

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headrace.errors import TooManyRequests
from headrace.server.access import Principal
from headrace.server.errors import error_reply

_STREAM = "text/event-stream"


class _Refused(Exception):
    """The stream was refused or has ended; whoever would fill it is to stop."""


class StreamLayer:
    """Refuses streams beyond a number, by user, or by address where there is one user.

    Args:
        most: How many one user may have.
        most_in_all: How many there may be.
        longest_s: How long one lasts, in seconds; None for ever.
    """

    def __init__(
        self, app: ASGIApp, *, most: int, most_in_all: int, longest_s: float | None = None
    ) -> None:
        self._app = app
        self._longest_s = longest_s
        self._most = most
        self._most_in_all = most_in_all
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        user = _user(scope)
        streams, began = False, 0.0

        async def send_or_refuse(message: Message) -> None:
            nonlocal streams, began
            if message["type"] == "http.response.start" and _is_stream(message):
                if self._open[user] >= self._most or self._open.total() >= self._most_in_all:
                    await self._refuse(scope, receive, send)
                    raise _Refused
                self._open[user] += 1
                streams, began = True, monotonic()
            await send(message)
            if streams and self._longest_s is not None and monotonic() - began > self._longest_s:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                raise _Refused

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
