"""Both clients against a server that is a function of the request."""

from __future__ import annotations

import asyncio
import json
from typing import ClassVar

import httpx2
import pytest

from headrace.client import AsyncClient, Client
from headrace.errors import AlreadyExists, Conflict, InfrastructureError, InvalidRequest, NotFound

_ADDRESS = "http://server:8080"


def _run(state="running", run_id="r1"):
    return {
        "run_id": run_id,
        "namespace": "",
        "pipeline": "p",
        "display_name": "a run",
        "experiment": "default",
        "state": state,
        "created_at": 1.0,
        "news": "of a later server",
    }


def _client(answer, **options):
    return Client(_ADDRESS, transport=httpx2.MockTransport(answer), **options)


def _json(value, status=200):
    return httpx2.Response(status, json=value)


def _stream(*entries):
    lines = [f"id: {e['id']}\nevent: {e['kind']}\ndata: {json.dumps(e)}\n\n" for e in entries]
    return httpx2.Response(
        200, headers={"content-type": "text/event-stream"}, content=": hello\n\n" + "".join(lines)
    )


def _entry(number, state):
    return {"id": number, "run_id": "r1", "at": 1.0, "kind": "run", "run": _run(state)}


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "HR3002", NotFound),
        (409, "HR3003", AlreadyExists),
        (409, "HR3004", Conflict),
        (400, "HR3001", InvalidRequest),
        (401, "HR3001", InvalidRequest),
        (403, "HR3001", InvalidRequest),
        (429, "HR3001", InfrastructureError),
        (503, "HR5000", InfrastructureError),
    ],
)
def test_refusals_are_errors_of_their_kind(status, code, kind):
    body = {"error": {"code": code, "message": "what happened", "hint": "what to do"}}
    with _client(lambda _: _json(body, status)) as client, pytest.raises(kind) as raised:
        client.run("r1")
    assert (raised.value.message, raised.value.hint) == ("what happened", "what to do")


def test_an_answer_that_is_no_headrace_servers_is_said_so():
    client = _client(lambda _: httpx2.Response(200, text="<html>"))
    with client, pytest.raises(InfrastructureError, match="is not understood"):
        client.me()
    client = _client(lambda _: httpx2.Response(502, text="<html>"))
    with client, pytest.raises(InfrastructureError, match="status 502"):
        client.me()


def test_submitting_sends_the_ir_of_an_authoring_object_and_leaves_out_what_is_not_given():
    sent = []

    class Pipeline:
        pipeline_spec: ClassVar = {"root": {}}
        platform_spec: ClassVar = {}

    def answer(request):
        sent.append(json.loads(request.content))
        return _json(_run("pending"), 201)

    with _client(answer, namespace="team") as client:
        assert client.submit(Pipeline(), {"x": 1}, name="n").state == "pending"
        client.submit({"root": {}})
        client.submit("version-id")
        with pytest.raises(InvalidRequest, match="cannot run a int"):
            client.submit(5)
    assert sent == [
        {"spec": {"root": {}}, "parameters": {"x": 1}, "name": "n", "namespace": "team"},
        {"spec": {"root": {}}, "parameters": {}, "namespace": "team"},
        {"version_id": "version-id", "parameters": {}, "namespace": "team"},
    ]


@pytest.mark.parametrize("state", ["succeeded", "failed", "canceled"])
def test_waiting_ends_at_every_end_of_a_run(state):
    def answer(request):
        if request.url.path.endswith("/events"):
            assert request.url.params["after"] == "7"
            return _stream(_entry(8, "running"), _entry(9, state))
        return _json({"run": _run(), "last_event_id": 7})

    with _client(answer) as client:
        assert client.wait("r1").state == state


def test_waiting_gives_up_in_time_and_leaves_the_run_alone():
    asked = []

    def answer(request):
        asked.append(request.method)
        if request.url.path.endswith("/events"):
            return _stream(_entry(8, "running"))
        return _json({"run": _run(), "last_event_id": 7})

    with _client(answer) as client, pytest.raises(TimeoutError, match="r1 has not ended"):
        client.wait("r1", timeout=0.01)
    assert set(asked) == {"GET"}


def test_a_feed_goes_on_after_a_broken_line_where_it_broke():
    asked = []

    def answer(request):
        if not request.url.path.endswith("/events"):
            return _json({"run": _run(), "last_event_id": 3})
        asked.append(request.url.params.get("after"))
        if len(asked) == 1:
            return _stream(_entry(1, "running"), _entry(2, "running"))
        return _stream(_entry(3, "failed"))

    with _client(answer) as client:
        assert [event.id for event in client.events("r1", after=0)] == [1, 2, 3]
    assert asked == ["0", "2"]


def test_a_feed_that_begins_late_tells_everything_that_was_before_the_end():
    def answer(request):
        if request.url.path.endswith("/events"):
            return _stream(*[_entry(number, "failed") for number in (1, 2, 3)])
        return _json({"run": _run("failed"), "last_event_id": 3})

    with _client(answer) as client:
        assert [event.id for event in client.events("r1", after=0)] == [1, 2, 3]


def test_lists_are_read_page_after_page_up_to_the_limit():
    pages = {None: (["a", "b"], "t1"), "t1": (["c", "d"], None)}
    asked = []

    def answer(request):
        asked.append(dict(request.url.params))
        items, token = pages[request.url.params.get("page_token")]
        return _json({"items": [_run(run_id=i) for i in items], "next_token": token})

    with _client(answer) as client:
        assert [run.run_id for run in client.runs(state="failed")] == ["a", "b", "c", "d"]
        assert [run.run_id for run in client.runs(limit=3)] == ["a", "b", "c"]
        assert [run.run_id for run in client.runs(limit=0)] == []
    assert asked[0] == {"state": "failed", "limit": "200"}
    assert asked[2]["limit"] == "3"


def test_logs_are_read_to_the_last_byte_of_the_last_attempt():
    text = bytes(range(256)) * 5000  # more than one block

    def answer(request):
        if request.url.path.endswith("/logs"):
            assert (request.url.params["task"], request.url.params["attempt"]) == ("fit", "2")
            start, size = int(request.url.params["offset"]), int(request.url.params["limit"])
            return httpx2.Response(200, content=text[start : start + size])
        tries = [
            {"run_id": "r1", "path": p, "number": n, "state": "failed", "created_at": float(n)}
            for p, n in [("fit", 1), ("fit", 2), ("load", 1)]
        ]
        return _json({"run": _run("failed"), "attempts": tries})

    with _client(answer) as client:
        chunks = list(client.logs("r1", "fit", follow=True))
    assert b"".join(chunk.data for chunk in chunks) == text
    assert [chunk.offset for chunk in chunks] == [0, 1 << 20]


def test_reads_are_sent_again_and_writes_are_not(monkeypatch):
    monkeypatch.setattr("headrace.client.connecting.PAUSES_S", (0.0, 0.0))
    asked = []

    def answer(request):
        asked.append(request.method)
        raise httpx2.ReadError("reset", request=request)

    with _client(answer) as client:
        with pytest.raises(InfrastructureError, match="does not answer"):
            client.run("r1")
        assert asked == ["GET"] * 3
        with pytest.raises(InfrastructureError):
            client.terminate("r1")
    assert asked == ["GET"] * 3 + ["POST"]


def test_names_in_addresses_are_quoted():
    seen = []

    def answer(request):
        seen.append(request.url.raw_path)
        return _json({"run": _run()})

    with _client(answer) as client:
        client.detail("../../x?y#z")
    assert seen == [b"/api/v1/runs/..%2F..%2Fx%3Fy%23z"]


def test_tokens_go_into_the_header_alone(monkeypatch, tmp_path):
    monkeypatch.setattr("platformdirs.user_config_dir", lambda _: str(tmp_path))
    seen = []

    def answer(request):
        seen.append((request.headers.get("authorization"), str(request.url)))
        return _json({"user": "ada", "mode": "multi"})

    with _client(answer, token="hr_secret") as client:
        assert client.me().user == "ada"
    with _client(answer) as client:
        client.me()
    assert seen == [("Bearer hr_secret", f"{_ADDRESS}/api/v1/me"), (None, f"{_ADDRESS}/api/v1/me")]
    with pytest.raises(InvalidRequest, match="characters that no token has"):
        _client(answer, token="a\r\nX-Evil: 1")


def test_the_asyncio_client_does_the_same():
    def answer(request):
        if request.url.path.endswith("/events"):
            return _stream(_entry(9, "failed"))
        if request.url.path.endswith("/runs"):
            return _json({"items": [_run(run_id="a")]})
        return _json({"run": _run(), "last_event_id": 7})

    async def use():
        async with AsyncClient(_ADDRESS, transport=httpx2.MockTransport(answer)) as client:
            ended = await client.wait("r1")
            events = [event.id async for event in client.events("r1", after=0)]
            return ended.state, events, [run.run_id async for run in client.runs()]

    assert asyncio.run(use()) == ("failed", [9], ["a"])
