"""Artifacts over the native API: lists, downloads, frames, lineage; and logs."""

from __future__ import annotations

import json

import pytest
from native_bench import attempt, ended, made, read, task


def table(bench, text=b"a,b\n1,2\n", **more):
    bench.run(task("load"), task("fit"), *made("t", "load", **more), read("t", "fit"))
    bench.artifacts.content["memory://t"] = text


def test_artifacts_are_listed_by_type(bench):
    table(bench)
    bench.run(*made("m", "fit", "system.Model", name="model"), run_id="r2")
    models = bench.get("/artifacts", type="system.Model")["items"]
    assert [one["artifact"]["id"] for one in models] == ["m"]
    assert [one["artifact"]["id"] for one in bench.get("/artifacts", run_id="r1")["items"]] == ["t"]


def test_an_artifact_says_where_from_and_where_used(bench):
    table(bench)
    bench.run(task("fit", "failed"), read("t", "fit"), run_id="r2")
    found = bench.get("/artifacts/t")
    assert (found["producer"]["run"]["run_id"], found["producer"]["task"]["path"]) == ("r1", "load")
    assert [(one["run_id"], one["path"], one["state"]) for one in found["consumers"]] == [
        ("r1", "fit", "succeeded"),
        ("r2", "fit", "failed"),
    ]


@pytest.mark.parametrize(
    ("header", "status", "body", "content_range"),
    [
        ("", 200, b"0123456789", None),
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-50", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=5-500", 206, b"56789", "bytes 5-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=5-2", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
    ],
)
def test_ranges(bench, header, status, body, content_range):
    table(bench, b"0123456789")
    response = bench.client.get("/api/v1/artifacts/t/content", headers={"Range": header})
    assert (response.status_code, response.content) == (status, body)
    assert response.headers.get("content-range") == content_range


def test_downloads_are_attachments_that_no_browser_runs(bench):
    table(bench, b"<script>x()</script>", name='a"b\r\nSet-Cookie: x/../ü.html')
    headers = bench.client.get("/api/v1/artifacts/t/content").headers
    assert headers["content-disposition"].startswith('attachment; filename="')
    assert "set-cookie" not in headers
    assert headers["content-type"] == "application/octet-stream"
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]


def test_a_file_of_a_directory_is_named_by_its_path(bench):
    bench.run(*made("t", "load"))
    bench.artifacts.content["memory://t/a/b.csv"] = b"x,y\n1,2\n"
    bench.artifacts.content["memory://secret"] = b"no"
    bench.get("/artifacts/t/content", 400)
    assert bench.get("/artifacts/t/preview")["kind"] == "directory"
    assert bench.get("/artifacts/t/preview", path="a/b.csv")["kind"] == "table"
    response = bench.client.get("/api/v1/artifacts/t/content", params={"path": "a/b.csv"})
    assert response.content == b"x,y\n1,2\n"
    for path in ("../secret", "/secret", "a", "a/../a/b.csv", "", "a\0b"):
        bench.get("/artifacts/t/content", 404, path=path)


@pytest.mark.parametrize(
    ("content", "title", "media_type"),
    [
        (b"<p onclick=x()>", "system.HTML", "text/html; charset=utf-8"),
        (b"<svg onload=x()/>", "system.Artifact", "image/svg+xml"),
        (b"\x89PNG\r\n\x1a\n", "system.Artifact", "image/png"),
        (b"<!doctype html><script>", "system.Artifact", "text/html; charset=utf-8"),
    ],
)
def test_frames_are_sandboxed(bench, content, title, media_type):
    table(bench, content, title=title)
    headers = bench.client.get("/api/v1/artifacts/t/frame").headers
    assert headers["content-type"] == media_type
    policy = headers["content-security-policy"]
    assert policy.endswith("sandbox")
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    scripted = bench.client.get("/api/v1/artifacts/t/frame?scripts=1").headers
    assert scripted["content-security-policy"].endswith("sandbox allow-scripts")
    assert "connect-src" not in scripted["content-security-policy"]
    assert "allow-same-origin" not in scripted["content-security-policy"]


def test_only_what_belongs_in_a_frame_is_framed(bench):
    table(bench, b"a,b\n1,2\n")
    bench.get("/artifacts/t/frame", 404)


def test_lineage_goes_both_ways_through_runs(bench):
    table(bench)
    bench.commit("r1", *made("m", "fit", "system.Model", name="model"))
    bench.run(task("score"), read("m", "score"), *made("s", "score"), run_id="r2")
    found = bench.get("/artifacts/m/lineage")
    edges = {(edge["source"], edge["target"]) for edge in found["edges"]}
    assert edges == {
        ("r1/fit", "m"),
        ("t", "r1/fit"),
        ("r1/load", "t"),
        ("m", "r2/score"),
        ("r2/score", "s"),
    }
    assert {node["id"] for node in found["nodes"]} == {a for edge in edges for a in edge}
    up = bench.get("/artifacts/m/lineage", direction="up", depth=1)
    assert {node["id"] for node in up["nodes"]} == {"m", "r1/fit", "t"}


def test_lineage_of_everything_from_one_artifact_ends(bench):
    changes = [task("load"), *made("t", "load")]
    for number in range(700):
        changes += [task(f"u{number}"), read("t", f"u{number}")]
    bench.run(*changes)
    found = bench.get("/artifacts/t/lineage")
    assert len(found["nodes"]) <= 500
    assert found["truncated"]


def test_lineage_in_circles_ends(bench):
    bench.run(task("a"), *made("x", "a"), read("x", "a"))
    assert len(bench.get("/artifacts/x/lineage", depth=20)["nodes"]) == 2


# ------------------------------------------------------------------ logs


def logged(bench, text, state="succeeded"):
    bench.run(task("load", state), attempt("load", state))
    bench.logs.text["r1", "load", 1] = text


@pytest.mark.parametrize(
    ("query", "body", "begin", "end", "complete"),
    [
        ({}, b"0123456789", 0, 10, True),
        ({"offset": 4, "limit": 3}, b"456", 4, 7, False),
        ({"offset": -3}, b"789", 7, 10, True),
        ({"offset": -300}, b"0123456789", 0, 10, True),
        ({"offset": 99}, b"", 99, 99, True),
    ],
)
def test_a_range_of_a_log_says_where_it_is(bench, query, body, begin, end, complete):
    logged(bench, b"0123456789")
    response = bench.client.get("/api/v1/runs/r1/logs", params={"task": "load", **query})
    assert response.content == body
    assert response.headers["x-log-offset"] == str(begin)
    assert response.headers["x-log-end"] == str(end)
    assert response.headers["x-log-complete"] == ("true" if complete else "false")


def test_a_log_that_may_grow_is_not_complete(bench):
    logged(bench, b"x", "running")
    response = bench.client.get("/api/v1/runs/r1/logs?task=load")
    assert response.headers["x-log-complete"] == "false"


def test_the_last_attempt_is_read_unless_another_is_named(bench):
    logged(bench, b"first")
    bench.commit("r1", attempt("load", number=2))
    bench.logs.text["r1", "load", 2] = b"second"
    assert bench.client.get("/api/v1/runs/r1/logs?task=load").content == b"second"
    assert bench.client.get("/api/v1/runs/r1/logs?task=load&attempt=1").content == b"first"
    bench.get("/runs/r1/logs", 404, task="load", attempt=3)
    bench.get("/runs/r1/logs", 404, task="nowhere")
    bench.get("/runs/r1/logs", 400)


def test_a_step_that_never_ran_has_an_empty_log(bench):
    bench.run(task("load", cached=True), *ended())
    response = bench.client.get("/api/v1/runs/r1/logs?task=load")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["x-log-complete"] == "true"


def test_a_whole_log_is_downloaded(bench):
    text = b"line\n" * 200_000
    logged(bench, text)
    response = bench.client.get("/api/v1/runs/r1/logs?task=load&download=1")
    assert response.content == text
    assert "load-1.log" in response.headers["content-disposition"]


def test_a_stream_of_a_log_that_is_complete_ends(bench):
    text = ("ü" * 100_000).encode()
    logged(bench, text)
    body = bench.client.get("/api/v1/runs/r1/logs/stream?task=load").text
    events = [block.split("\n") for block in body.strip().split("\n\n")]
    assert events[-1][1] == "event: end"
    pieces = [json.loads(event[2].removeprefix("data: ")) for event in events[:-1]]
    assert "".join(piece["text"] for piece in pieces) == "ü" * 100_000
    ids = [int(event[0].removeprefix("id: ")) for event in events[:-1]]
    assert [piece["offset"] for piece in pieces] == [0, *ids[:-1]]
    resumed = bench.client.get(
        "/api/v1/runs/r1/logs/stream?task=load", headers={"Last-Event-ID": str(ids[0])}
    ).text
    assert resumed.startswith(f"id: {ids[1]}")
