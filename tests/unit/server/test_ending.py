"""Streams end with the server; all else is left to end by itself."""

from __future__ import annotations

import asyncio

import pytest

from headrace.server.ending import EndingLayer


def ask(path="/api/v1/events", query=b""):
    return {"type": "http", "method": "GET", "path": path, "query_string": query}


async def never(_scope, _receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"x", "more_body": True})
    await asyncio.sleep(3600)


def served(app, scope, *, end):
    """Return what was sent to a client whose server is asked to end once something was sent."""

    async def main():
        layer, sent = EndingLayer(app), []

        async def send(message):
            sent.append(message)
            if end:
                layer.end()

        await asyncio.wait_for(layer(scope, None, send), 5)
        return sent

    return asyncio.run(main())


@pytest.mark.parametrize(
    "scope",
    [
        ask(),
        ask("/api/v1/runs/r/logs/stream"),
        ask("/apis/v1alpha1/runs/r/nodes/n/log", b"follow=true"),
    ],
    ids=["feed", "log", "log of KFP's API"],
)
def test_a_stream_is_closed_properly(scope):
    sent = served(never, scope, end=True)
    assert [message.get("more_body") for message in sent] == [None, True, False]


def test_an_answer_that_has_ended_is_not_ended_again():
    async def whole(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x", "more_body": False})
        await asyncio.sleep(0.01)

    assert len(served(whole, ask(), end=True)) == 2


def test_other_answers_go_on():
    async def slow(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(0.01)
        await send({"type": "http.response.body", "body": b"x", "more_body": False})

    assert served(slow, ask("/api/v1/runs"), end=True)[-1]["body"] == b"x"


def test_what_fails_fails():
    async def broken(_scope, _receive, _send):
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        served(broken, ask(), end=False)
