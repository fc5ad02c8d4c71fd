"""What attempts wrote: in ranges, as it grows, and whole."""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from headrace.errors import NotFound
from headrace.server.named import run_named, task_named
from headrace.server.native.events import STREAM, event_stream, last_id
from headrace.server.native.feed import HEARTBEAT_S, sse
from headrace.server.native.files import attachment, inert
from headrace.server.native.operations import Asked, Query, operation
from headrace.server.routing import services_of
from headrace.server.services import Services

_MOST_BYTES = 4 << 20
_BLOCK_BYTES = 1 << 16
_PAUSE_S = 0.15
_TEXT = "text/plain; charset=utf-8"
_OPEN = ("pending", "running")


class LogQuery(Query, frozen=True):
    """Which part of which log.

    Attributes:
        task: Path of the task.
        attempt: Which try; the last without it.
        offset: First byte; below zero it counts from the end.
        limit: The most bytes.
        download: The whole log as a file.
    """

    task: str
    attempt: Annotated[int, Meta(ge=1, le=10**9)] | None = None
    offset: Annotated[int, Meta(ge=-(2**62), le=2**62)] = 0
    limit: Annotated[int, Meta(ge=1, le=_MOST_BYTES)] = _BLOCK_BYTES
    download: Annotated[int, Meta(ge=0, le=1)] = 0


class LogStreamQuery(Query, frozen=True):
    """Which log to follow, and from which byte on; ``Last-Event-ID`` counts more."""

    task: str
    attempt: Annotated[int, Meta(ge=1, le=10**9)] | None = None
    offset: Annotated[int, Meta(ge=0, le=2**62)] = 0


@dataclass(frozen=True, slots=True)
class _Log:
    """The log of an attempt; number 0 stands for a task that never ran."""

    services: Services
    run_id: str
    path: str
    number: int

    def size(self) -> int:
        return self.services.logs.size(self.run_id, self.path, self.number) if self.number else 0

    def read(self, offset: int, limit: int) -> bytes:
        if not self.number:
            return b""
        return self.services.logs.read(self.run_id, self.path, self.number, offset, limit)

    def is_complete(self) -> bool:
        """Whether nothing more will be written: its attempt, or its task without any, has ended."""
        store = self.services.store
        try:
            for attempt in store.attempts(self.run_id, self.path):
                if attempt.number == self.number:
                    return attempt.state not in _OPEN
            return store.run(self.run_id).finished_at is not None
        except NotFound:  # the run was deleted meanwhile
            return True


def read_log(asked: Asked[LogQuery, None]) -> Response:
    """Return part of what an attempt wrote; headers say where it is and whether it is all."""
    query = asked.query
    log = _log_named(asked.request, asked.named("run_id"), query.task, query.attempt)
    if query.download:
        name = f"{log.path.replace('/', '.')}-{log.number}.log"
        return StreamingResponse(_blocks(log), media_type=_TEXT, headers=attachment(name))
    complete = log.is_complete()  # asked first: what is written until then is in the size
    size = log.size()
    begin = max(0, size + query.offset) if query.offset < 0 else query.offset
    data = log.read(begin, query.limit)
    end = begin + len(data)
    headers = {
        "X-Log-Offset": str(begin),
        "X-Log-End": str(end),
        "X-Log-Complete": "true" if complete and end >= size else "false",
    }
    return Response(data, media_type=_TEXT, headers=inert() | headers)


async def follow_log(asked: Asked[LogStreamQuery, None]) -> Response:
    """Follow what an attempt writes, as server-sent events, until it has ended."""
    query = asked.query
    log = await run_in_threadpool(
        _log_named, asked.request, asked.named("run_id"), query.task, query.attempt
    )
    resumed = last_id(asked.request)
    messages = _grown(log, query.offset if resumed is None else resumed)
    return event_stream(asked.request, messages)


def _log_named(request: Request, run_id: str, path: str, number: int | None) -> _Log:
    """Return the log that is asked for.

    Raises:
        NotFound: There is no such run, task or attempt.
    """
    services = services_of(request)
    run = run_named(request, run_id)
    attempts = services.store.attempts(run.run_id, path)
    if not attempts:
        task_named(request, run, path)
    numbers = [attempt.number for attempt in attempts]
    if number is None:
        number = max(numbers, default=0)
    elif number not in numbers:
        raise NotFound(f"task {path[:200]} has {len(numbers)} attempts, none is number {number}")
    return _Log(services, run.run_id, path, number)


def _blocks(log: _Log) -> Iterator[bytes]:
    offset, end = 0, log.size()
    while offset < end and (block := log.read(offset, min(_BLOCK_BYTES * 4, end - offset))):
        offset += len(block)
        yield block


async def _grown(log: _Log, offset: int) -> AsyncIterator[bytes]:
    """Yield what is written; a character that is cut in two waits for its rest."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    silent_s, known = 0.0, -1
    while True:
        size = await run_in_threadpool(log.size)
        complete = size == known and await run_in_threadpool(log.is_complete)
        known = size
        while block := await run_in_threadpool(log.read, offset, _BLOCK_BYTES):
            begin = offset - _pending(decoder)
            text = decoder.decode(block)
            offset += len(block)
            if text:
                yield sse("text", {"text": text, "offset": begin}, offset - _pending(decoder))
                silent_s = 0.0
        if complete:
            yield sse("end", {"offset": offset}, offset)
            return
        await asyncio.sleep(_PAUSE_S)
        silent_s += _PAUSE_S
        if silent_s >= HEARTBEAT_S:
            yield b": still here\n\n"
            silent_s = 0.0


def _pending(decoder: codecs.IncrementalDecoder) -> int:
    return len(decoder.getstate()[0])


OPERATIONS = (
    operation(
        "GET", "/runs/{run_id}/logs", read_log, kind="log", query=LogQuery, media="text/plain"
    ),
    operation(
        "GET",
        "/runs/{run_id}/logs/stream",
        follow_log,
        kind="log",
        query=LogStreamQuery,
        media=STREAM,
    ),
)
