"""What is cut: bodies that are too long, too slow or never end, and clients that take nothing."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse

from headrace.server.access import Principal
from headrace.server.security import limits as limits_module
from headrace.server.security import streams as streams_module
from headrace.server.security.limits import LimitLayer, Limits
from headrace.server.security.rates import Failures
from headrace.server.security.streams import StreamLayer

TIGHT = Limits(body_bytes=100, idle_s=0.05, grace_s=1.0, bytes_per_s=10, write_s=0.05)


async def _echo(scope: dict, receive: Any, send: Any) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{len(body)}")(scope, receive, send)


def _ask(
    app: Any,
    parts: Iterable[bytes | None],
    headers: dict[str, str] | None = None,
    write: Any = None,
) -> tuple[int, bytes]:
    """Send the parts as a body; None sends nothing more and stays connected."""
    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {
        "type": "http", "method": "POST", "path": "/api/v1/x", "headers": raw, "query_string": b"",
    }  # fmt: skip
    coming = itertools.chain(parts, [b""])
    sent: list[dict] = []

    async def receive() -> dict:
        part = next(coming)
        if part is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": part, "more_body": part != b""}

    async def send(message: dict) -> None:
        if write is not None:
            await write(message)
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], body


def test_a_body_within_the_bounds_passes() -> None:
    assert _ask(LimitLayer(_echo, TIGHT), [b"x" * 50, b"x" * 50]) == (200, b"100")


def test_an_announced_length_beyond_the_bound_is_refused_before_anything_is_read() -> None:
    async def unseen(*_: object) -> None:
        raise AssertionError

    for length in ("101", "9" * 30):
        status, body = _ask(LimitLayer(unseen, TIGHT), [], {"content-length": length})
        assert status == 413
        assert b"longer than 100 bytes" in body


def test_an_endless_body_is_cut_at_the_bound() -> None:
    status, _ = _ask(LimitLayer(_echo, TIGHT), (b"x" * 60 for _ in range(10**9)))
    assert status == 413


def test_a_body_that_stops_coming_is_cut() -> None:
    status, body = _ask(LimitLayer(_echo, TIGHT), [b"x", None])
    assert (status, b"too slowly" in body) == (408, True)


def test_a_body_that_dribbles_is_cut_by_its_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time; all of them together do not."""
    ticks = iter(x * 0.4 for x in range(1000))
    monkeypatch.setattr(limits_module, "monotonic", lambda: next(ticks))
    taken = []

    def dribble() -> Iterable[bytes]:
        for _ in range(90):
            taken.append(1)
            yield b"x"

    status, _ = _ask(LimitLayer(_echo, TIGHT), dribble())
    assert status == 408
    assert len(taken) == 3  # 1.2 s, in which 12 bytes should have come


def test_time_that_the_server_takes_itself_does_not_count() -> None:
    async def slow(scope: dict, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        async for _ in request.stream():
            await asyncio.sleep(0.1)
        await PlainTextResponse("done")(scope, receive, send)

    tight = Limits(body_bytes=100, idle_s=5, grace_s=0.05, bytes_per_s=100)
    assert _ask(LimitLayer(slow, tight), [b"x"] * 3)[0] == 200


def test_a_client_that_takes_nothing_is_left() -> None:
    async def blocked(message: dict) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    with pytest.raises(ConnectionAbortedError):
        _ask(LimitLayer(_echo, TIGHT), [b"x"], write=blocked)


def _streams(most: int, in_all: int = 1000) -> tuple[StreamLayer, asyncio.Event]:
    go_on = asyncio.Event()

    async def feed(scope: dict, receive: Any, send: Any) -> None:
        async def events() -> Any:
            yield b"data: 1\n\n"
            await go_on.wait()

        await StreamingResponse(events(), media_type="text/event-stream")(scope, receive, send)

    return StreamLayer(feed, most=most, most_in_all=in_all), go_on


async def _open(layer: StreamLayer, user: str) -> tuple[asyncio.Task[None], list[dict]]:
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/api/v1/events",
        "headers": [],
        "query_string": b"",
        "asgi": {"spec_version": "2.3"},  # as uvicorn says
        "state": {"principal": Principal(user=user)},
    }
    sent: list[dict] = []
    begun = asyncio.Event()

    async def receive() -> dict:
        await asyncio.Event().wait()
        return {}

    async def send(message: dict) -> None:
        sent.append(message)
        begun.set()

    task = asyncio.create_task(layer(scope, receive, send))
    await begun.wait()
    return task, sent


def test_streams_of_one_user_are_bounded_and_others_have_their_own() -> None:
    async def check() -> None:
        layer, go_on = _streams(2)
        opened = [await _open(layer, user) for user in ("ann", "ann", "ann", "bob")]
        assert [sent[0]["status"] for _, sent in opened] == [200, 200, 429, 200]
        assert (b"retry-after", b"5") in opened[2][1][0]["headers"]
        await opened[2][0]  # what would have filled it has ended
        go_on.set()
        await asyncio.gather(*(task for task, _ in opened))
        task, sent = await _open(layer, "ann")
        assert sent[0]["status"] == 200
        await task
        assert not layer._open

    asyncio.run(check())


def test_a_stream_ends_after_a_while_where_there_are_users(monkeypatch) -> None:
    """Who has lost their rights meanwhile does not come back."""
    at = [0.0]
    monkeypatch.setattr(streams_module, "monotonic", lambda: at[0])
    sent_parts = 0

    async def feed(scope: dict, receive: Any, send: Any) -> None:
        async def events() -> Any:
            nonlocal sent_parts
            while True:
                sent_parts += 1
                at[0] += 15.0
                yield b": still here\n\n"

        await StreamingResponse(events(), media_type="text/event-stream")(scope, receive, send)

    async def check() -> None:
        layer = StreamLayer(feed, most=1, most_in_all=1, longest_s=60.0)
        task, sent = await _open(layer, "ann")
        await task
        assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
        assert not layer._open

    asyncio.run(check())
    assert sent_parts == 5


def test_streams_in_all_are_bounded() -> None:
    async def check() -> None:
        layer, go_on = _streams(2, in_all=2)
        opened = [await _open(layer, user) for user in ("a", "b", "c")]
        assert [sent[0]["status"] for _, sent in opened] == [200, 200, 429]
        go_on.set()
        await asyncio.gather(*(task for task, _ in opened))

    asyncio.run(check())


def test_failures_are_counted_by_key_and_forgotten(clock) -> None:
    failures = Failures(clock.now, most=2, within_s=60)
    for _ in range(2):
        failures.check("a")
        failures.add("a")
    with pytest.raises(Exception, match="too many wrong credentials") as refused:
        failures.check("a")
    assert refused.value.retry_after_s == 60
    failures.check("b")
    clock.at += 60
    failures.check("a")


def test_failures_take_bounded_memory(clock) -> None:
    failures = Failures(clock.now)
    for number in range(10_050):
        failures.add(str(number))
    assert len(failures._times) == 10_000
