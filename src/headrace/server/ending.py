"""Ends streams when the server ends, so that it need not wait until their clients go away.

Feeds and logs that are followed never end by themselves. Whoever follows one sees it end, and asks
again where the next server is.
"""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LAST_PIECE: Message = {"type": "http.response.body", "body": b"", "more_body": False}


class EndingLayer:
    """Goes around an application; ``end`` closes the streams that are open, and later ones."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._ended = asyncio.Event()

    def end(self) -> None:
        """Let all streams end; to be called in the event loop."""
        self._ended.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not _may_stream(scope):
            await self._app(scope, receive, send)
            return
        sent: list[Message] = []

        async def noted(message: Message) -> None:
            await send(message)
            sent[:] = [message]

        serving = asyncio.ensure_future(self._app(scope, receive, noted))
        ending = asyncio.ensure_future(self._ended.wait())
        try:
            await asyncio.wait({serving, ending}, return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                serving.result()
                return
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            if sent and (sent[0]["type"] == "http.response.start" or sent[0].get("more_body")):
                await send(_LAST_PIECE)
        finally:
            serving.cancel()
            ending.cancel()


def _may_stream(scope: Scope) -> bool:
    """Say whether the answer may go on until the client goes away."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    path = str(scope["path"])
    return path.endswith(("/events", "/stream")) or b"follow" in scope["query_string"]
