"""The feed of events over HTTP: server-sent events that go on where a connection broke."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from functools import partial
from typing import Annotated

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from headrace.errors import InvalidRequest
from headrace.server.access import permits
from headrace.server.named import run_named
from headrace.server.namespaces import named_namespace
from headrace.server.native.feed import Feed, Wanted
from headrace.server.native.operations import Asked, Query, operation
from headrace.server.routing import principal_of, services_of

STREAM = "text/event-stream"
_LONGEST_ID = 19


class EventsQuery(Query, frozen=True):
    """What to follow.

    Attributes:
        after: Id of the last entry that is known; without it the feed begins now.
            ``Last-Event-ID`` counts more.
        rows: Send the rows of run, task and attempt along.
    """

    after: Annotated[int, Meta(ge=0, le=2**62)] | None = None
    run_id: str | None = None
    namespace: str | None = None
    rows: Annotated[int, Meta(ge=0, le=1)] = 0


async def follow_events(asked: Asked[EventsQuery, None]) -> Response:
    """Follow the events of one run, or of all, as server-sent events."""
    query, request = asked.query, asked.request
    after = last_id(request)
    wanted = Wanted(query.run_id, bool(query.rows), await _readable(request, query))
    messages = feed_of(request).follow(wanted, query.after if after is None else after)
    return event_stream(request, messages)


def event_stream(request: Request, messages: AsyncIterable[bytes]) -> Response:
    """Return an answer of server-sent events that nothing on the way keeps or gathers."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    if request.method == "HEAD":
        return Response(media_type=STREAM, headers=headers)
    return StreamingResponse(messages, media_type=STREAM, headers=headers)


def last_id(request: Request) -> int | None:
    """Return the ``Last-Event-ID`` of a request, or None.

    Raises:
        InvalidRequest: It is not one of ours.
    """
    text = request.headers.get("last-event-id", "")
    if not text:
        return None
    if not text.isdecimal() or not text.isascii() or len(text) > _LONGEST_ID:
        raise InvalidRequest("Last-Event-ID is not one of ours", hint="begin without it")
    return int(text)


def feed_of(request: Request) -> Feed:
    """Return the feed of this process, made at the first request for it."""
    state = request.app.state
    feed = getattr(state, "feed", None)
    if not isinstance(feed, Feed):
        feed = state.feed = Feed(services_of(request).store)
    return feed


async def _readable(request: Request, query: EventsQuery) -> Callable[[str], bool]:
    """Return what says of a namespace whether it may be told of."""
    if query.run_id is not None:
        await run_in_threadpool(run_named, request, query.run_id)
    principal = principal_of(request)
    if query.namespace is None:
        return partial(permits, principal, "read")
    return named_namespace(request, query.namespace, "read").__eq__


OPERATIONS = (
    operation("GET", "/events", follow_events, kind="event", query=EventsQuery, media=STREAM),
)
