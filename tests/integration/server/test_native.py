"""The native API of a real server with real runs: watched, read, failed, retried, followed."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx2
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from native_server import BOUND_S, HEADRACE, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("native")) as server:
        yield server


def follow(server, path, seen, headers=None, **query):
    """Append the server-sent events of a stream, with the time at which each came."""
    timeout = httpx2.Timeout(BOUND_S)
    with server.http.stream(
        "GET", path, params=query, headers=headers or {}, timeout=timeout
    ) as response:
        fields = {}
        for line in response.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
                continue
            if "data" in fields:
                seen.append((time.time(), fields["event"], json.loads(fields["data"]), fields))
                if fields["event"] in ("run_ended", "end"):
                    return
            fields = {}


def test_a_run_with_a_loop_and_artifacts_is_seen_whole(server):
    detail = server.ended(server.start(name="whole"))
    run_id = detail["run"]["run_id"]
    assert detail["run"]["state"] == "succeeded"
    paths = {row["path"] for row in detail["tasks"]}
    (loop,) = [row["path"] for row in detail["tasks"] if row["kind"] == "loop"]
    assert {f"{loop}[0]/fit", f"{loop}[1]/fit", "check", "load"} <= paths
    graph = {node["path"] for node in server.get(f"/runs/{run_id}/graph")["nodes"]}
    assert paths == graph
    assert sorted(metric["value"] for metric in detail["metrics"]) == [0.8, 0.9]
    artifacts = server.get("/artifacts", run_id=run_id)["items"]
    kinds = {
        one["artifact"]["name"]: server.get(f"/artifacts/{one['artifact']['id']}/preview")["kind"]
        for one in artifacts
    }
    assert kinds == {"table": "table", "report": "metrics", "model": "model"}
    (table,) = [one for one in artifacts if one["artifact"]["name"] == "table"]
    table_id = table["artifact"]["id"]
    content = server.http.get(f"/artifacts/{table_id}/content", headers={"Range": "bytes=0-3"})
    assert (content.status_code, content.content) == (206, b"a,b\n")
    consumers = server.get(f"/artifacts/{table_id}")["consumers"]
    assert {one["path"] for one in consumers} == {f"{loop}[0]/fit", f"{loop}[1]/fit"}
    source = server.get(f"/runs/{run_id}/source", task="load")
    assert source["language"] == "python"
    assert "def load(" in source["text"]
    assert server.get(f"/runs/{run_id}/environment", task="load")["reason"]
    assert server.http.get(f"/runs/{run_id}/logs?task=load").text == "loading 10\n"


def test_a_second_run_reuses_and_says_why(server):
    server.ended(server.start(parameters={"rows": 11}))
    run_id = server.ended(server.start(parameters={"rows": 11}))["run"]["run_id"]
    assert server.get(f"/runs/{run_id}/explain", task="load")["hit"]
    other = server.ended(server.start(parameters={"rows": 12}))["run"]["run_id"]
    told = server.get(f"/runs/{other}/explain", task="load")
    assert not told["hit"]
    assert any("rows" in one["field"] for one in told["fields"])


def test_a_failure_is_told_and_a_rerun_with_other_parameters_mends_it(server):
    failed = server.ended(server.start(parameters={"rows": 13, "fail": True}))
    run_id = failed["run"]["run_id"]
    assert failed["run"]["state"] == "failed"
    (row,) = [one for one in failed["tasks"] if one["path"] == "check"]
    assert row["error"]["type"] == "ValueError"
    plan = server.post(f"/runs/{run_id}/rerun", {"parameters": {"fail": False}, "plan": True})
    actions = {step["path"]: step["action"] for step in plan["steps"]}
    assert (actions["load"], actions["check"]) == ("reuse", "run")
    again = server.post(f"/runs/{run_id}/rerun", {"parameters": {"fail": False}}, 201)
    assert server.ended(again["run_id"])["run"]["state"] == "succeeded"
    compared = server.get("/compare", runs=f"{run_id},{again['run_id']}")
    differing = [one["name"] for one in compared["parameters"] if one["differs"]]
    assert differing == ["fail"]


def test_a_failed_run_is_retried(server):
    run_id = server.ended(server.start(parameters={"fail": True}))["run"]["run_id"]
    server.post(f"/runs/{run_id}/retry")
    until = time.monotonic() + BOUND_S
    while time.monotonic() < until:
        detail = server.get(f"/runs/{run_id}")
        if len([one for one in detail["attempts"] if one["path"] == "check"]) == 2:
            break
        time.sleep(0.05)
    assert server.ended(run_id)["run"]["state"] == "failed"


def test_logs_are_followed_while_they_grow(server, tmp_path):
    gate = tmp_path / "gate"
    run_id = server.start(parameters={"gate": str(gate)})
    until = time.monotonic() + BOUND_S
    while not server.get(f"/runs/{run_id}")["attempts"] and time.monotonic() < until:
        time.sleep(0.02)
    seen = []
    reader = threading.Thread(
        target=follow, args=(server, f"/runs/{run_id}/logs/stream", seen), kwargs={"task": "chatty"}
    )
    reader.start()
    while not seen and time.monotonic() < until:
        time.sleep(0.02)
    assert "begins" in seen[0][2]["text"]
    gate.touch()
    reader.join(BOUND_S)
    assert [event for _, event, *_ in seen][-1] == "end"
    text = "".join(data["text"] for _, event, data, _ in seen if event == "text")
    assert text == "begins\nends\n"
    server.ended(run_id)


def test_a_run_can_be_asked_to_end(server, tmp_path):
    run_id = server.start(parameters={"gate": str(tmp_path / "never")})
    server.post(f"/runs/{run_id}/terminate")
    assert server.ended(run_id)["run"]["state"] == "canceled"


def test_every_change_reaches_a_follower_at_once_also_from_another_process(server, tmp_path):
    """What ``headrace run`` commits is heard from the server within 300 ms of its commit."""
    seen = []
    reader = threading.Thread(target=follow, args=(server, "/events", seen), kwargs={"rows": 1})
    reader.start()
    time.sleep(0.3)
    compiled = server.home.parent / "native.json"
    subprocess.run(
        [HEADRACE, "run", compiled, "-p", "rows=14"],
        env=server.environment(),
        check=True,
        capture_output=True,
        timeout=BOUND_S,
    )
    reader.join(BOUND_S)
    kinds = [event for _, event, *_ in seen]
    assert kinds[-1] == "run_ended"
    assert {"run_running", "task_running", "task_succeeded"} <= set(kinds)
    assert seen[-1][2]["run"]["state"] == "succeeded"
    waits = sorted(came - data["at"] for came, _, data, _ in seen)
    assert waits[len(waits) // 2] < 0.3
    last = int(seen[2][3]["id"])
    again = []
    follow(server, "/events", again, headers={"Last-Event-ID": str(last)}, rows=0)
    assert [fields["id"] for *_, fields in again] == [fields["id"] for *_, fields in seen[3:]]


def test_stored_pipelines_run_and_recur(server):
    files = {"file": ("native.json", (server.home.parent / "native.json").read_bytes())}
    made = server.http.post("/pipelines", files=files).json()
    assert made["name"] == "native"
    run = server.post("/runs", {"pipeline_id": made["id"]}, 201)
    recurring = server.post(
        "/recurring-runs",
        {"display_name": "often", "pipeline_id": made["id"], "trigger": {"interval_s": 1}},
        201,
    )
    path = f"/recurring-runs/{recurring['id']}"
    until = time.monotonic() + BOUND_S
    while not server.get(f"{path}/runs")["items"] and time.monotonic() < until:
        time.sleep(0.1)
    server.post(f"{path}/disable")
    (fired, *_) = server.get(f"{path}/runs")["items"]
    assert fired["recurring_run_id"] == recurring["id"]
    for run_id in (run["run_id"], fired["run_id"]):
        assert server.ended(run_id)["run"]["state"] == "succeeded"
