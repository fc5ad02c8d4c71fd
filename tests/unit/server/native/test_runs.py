"""Runs over the native API: lists, details, starting, actions, rerunning, comparing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from native_bench import SPEC, Bench, attempt, ended, task

from headrace.engine.attempts import AttemptId, Usage
from headrace.engine.changes import Logged, MetricAdded, RunChanged
from headrace.engine.events import PackagesLocked
from headrace.environments import Lock
from headrace.server.access import Principal
from headrace.store import RunBatch


def metric(name, value, path="fit"):
    return MetricAdded(path=path, artifact="report", name=name, value=value)


def test_a_list_has_metrics_and_progress(bench):
    bench.run(task("load"), task("fit", "running"), metric("auc", 0.9))
    (item,) = bench.get("/runs")["items"]
    assert item["run_id"] == "r1"
    assert item["metrics"] == {"auc": 0.9}
    assert item["progress"] == {"succeeded": 1, "running": 1}
    assert item["options"] == {}


def test_a_list_is_filtered_sorted_and_paged(bench):
    for number in range(5):
        bench.run(run_id=f"r{number}", at=1000.0 + number, tags={"team": "ab"[number % 2]})
    where = json.dumps([{"field": "tag.team", "op": "eq", "value": "a"}])
    first = bench.get("/runs", filter=where, sort="created_at", limit=2, total=1)
    assert [run["run_id"] for run in first["items"]] == ["r0", "r2"]
    assert first["total"] == 3
    rest = bench.get(
        "/runs", filter=where, sort="created_at", limit=2, total=1, page_token=first["next_token"]
    )
    assert [run["run_id"] for run in rest["items"]] == ["r4"]
    assert "next_token" not in rest


@pytest.mark.parametrize(
    "query",
    [
        {"filter": "not json"},
        {"filter": '[{"field": "options", "op": "eq", "value": 1}]'},
        {"sort": "created_at; DROP TABLE runs"},
        {"limit": "0"},
        {"limit": "many"},
        {"page_token": "forged"},
        {"unknown": "1"},
    ],
    ids=lambda query: next(iter(query)) + "=" + next(iter(query.values()))[:20],
)
def test_a_list_that_cannot_be_is_refused(bench, query):
    error = bench.get("/runs", 400, **query)["error"]
    assert error["code"] == "HR3001"
    assert error["message"]


def test_archived_runs_are_listed_when_they_are_asked_for(bench):
    bench.run(*ended())
    bench.post("/runs/r1/archive")
    assert bench.get("/runs")["items"] == []
    assert len(bench.get("/runs", archived="true")["items"]) == 1
    assert bench.post("/runs/r1/restore")["run_id"] == "r1"
    assert len(bench.get("/runs")["items"]) == 1


def test_a_run_comes_with_all_that_is_known_of_it(bench):
    bench.run(task("load"), attempt("load", usage=Usage(cpu_s=1.0)), Logged(kind="task_succeeded"))
    detail = bench.get("/runs/r1")
    assert [row["path"] for row in detail["tasks"]] == ["load"]
    assert detail["attempts"][0]["usage"] == {"cpu_s": 1.0}
    assert detail["last_event_id"] == bench.store.events()[-1].id
    assert [entry["kind"] for entry in bench.get("/runs/r1/events")["items"]] == ["task_succeeded"]


def test_the_beginning_of_an_id_names_no_run(bench):
    bench.run(run_id="abc")
    assert "abc" not in bench.get("/runs/ab", 404)["error"]["message"].replace("ab", "")


def test_a_run_is_started_from_a_document(bench):
    made = bench.post("/runs", {"spec": SPEC, "name": "mine", "tags": {"a": "b"}}, 201)
    assert (made["display_name"], made["state"], made["tags"]) == ("mine", "pending", {"a": "b"})
    assert bench.runs.submissions[0].parameters == {}


def test_a_run_is_started_from_the_latest_version(bench):
    pipeline = bench.post("/pipelines", {"spec": SPEC, "name": "p"}, 201)
    made = bench.post("/runs", {"pipeline_id": pipeline["id"], "parameters": {"rate": 1}}, 201)
    assert made["pipeline_id"] == pipeline["id"]
    assert made["version_id"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"spec": {}}, 400),
        ({"spec": SPEC, "version_id": "v"}, 400),
        ({"version_id": "nowhere"}, 404),
        ({"spec": SPEC, "parameters": {"rte": 1}}, 400),
        ({"spec": SPEC, "deadline_s": -1}, 400),
        ({"spec": SPEC, "surprise": 1}, 400),
        ({"spec": SPEC, "name": " "}, 400),
        ({"spec": SPEC, "experiment": "nowhere"}, 404),
    ],
    ids=str,
)
def test_a_run_that_cannot_start_says_why(bench, body, status):
    assert bench.post("/runs", body, status)["error"]["message"]
    assert bench.get("/runs")["items"] == []


def test_a_run_is_asked_to_end_and_to_go_on(bench):
    bench.run(task("load", "running"), RunChanged(state="running"))
    bench.post("/runs/r1/terminate")
    bench.post("/runs/r1/retry", status=409)
    [asked] = bench.store.take_requests()
    assert (asked.kind, asked.body["reason"]) == ("cancel", "canceled by a user")
    bench.commit("r1", *ended("failed"))
    bench.post("/runs/r1/terminate", status=409)
    bench.post("/runs/r1/retry")
    assert [one.kind for one in bench.store.take_requests()] == ["cancel", "retry"]
    assert bench.runs.woken == 2


def test_only_an_ended_run_is_deleted(bench):
    bench.run()
    bench.send("DELETE", "/runs/r1", 409)
    bench.commit("r1", *ended())
    bench.send("DELETE", "/runs/r1", 204)
    bench.get("/runs/r1", 404)


def test_an_action_on_several_runs_stops_at_none(bench):
    bench.run(*ended("failed"))
    bench.run(run_id="r2")
    found = bench.post("/runs/bulk", {"action": "retry", "run_ids": ["r1", "r2", "r3"]})
    assert found["done"] == ["r1"]
    assert [one["run_id"] for one in found["failed"]] == ["r2", "r3"]


def test_what_people_say_of_a_run_can_be_changed(bench):
    bench.run()
    changed = bench.send(
        "PATCH", "/runs/r1", json={"display_name": "better", "tags": {"team": "a"}}
    )
    assert (changed["display_name"], changed["tags"]) == ("better", {"team": "a"})


def test_the_document_comes_as_values_and_as_yaml(bench):
    bench.run()
    found = bench.get("/runs/r1/document")
    assert found["spec"] == SPEC
    assert "pipelineInfo:" in found["yaml"]


def test_a_rerun_takes_what_the_run_had_and_what_is_changed(bench):
    bench.run(task("load"), *ended(), parameters={"rate": 0.1})
    steps = bench.post("/runs/r1/rerun", {"from_task": "load", "plan": True})["steps"]
    assert steps[0] == {"path": "load", "action": "reuse", "reason": "unchanged"}
    made = bench.post("/runs/r1/rerun", {"parameters": {"rate": 0.7}}, 201)
    submission = bench.runs.submissions[-1]
    assert (submission.reuse_of, submission.parameters) == ("r1", {"rate": 0.7})
    assert made["run_id"] != "r1"
    bench.post("/runs/r1/rerun", {"from_task": "nowhere"}, 404)


def test_runs_are_compared_by_parameters_metrics_and_steps(bench):
    bench.run(task("load", cache_key="k"), metric("auc", 0.9), parameters={"rate": 1, "n": 1})
    bench.run(
        task("load", "failed", cache_key="k"),
        metric("auc", 0.9),
        run_id="r2",
        parameters={"rate": 2, "n": 1},
    )
    found = bench.get("/compare", runs="r1,r2")
    parameters = {one["name"]: one["differs"] for one in found["parameters"]}
    assert parameters == {"rate": True, "n": False}
    assert found["metrics"] == [{"name": "auc", "values": {"r1": 0.9, "r2": 0.9}, "differs": False}]
    assert found["tasks"][0]["differs"]
    bench.get("/compare", 400, runs="")
    bench.get("/compare", 404, runs="r1,nowhere")


def test_the_graph_of_a_run_has_its_form(bench):
    bench.run(task("load"))
    found = bench.get("/runs/r1/graph")
    assert {node["path"] for node in found["nodes"]} == {"load", "fit"}
    (field,) = found["inputs"]
    assert (field["name"], field["default"], field["required"]) == ("rate", 0.5, False)
    again = bench.post("/graph?artifacts=1", {"spec": SPEC})
    assert "load:table" in {node["path"] for node in again["nodes"]}


def test_usage_says_what_was_asked_for_and_used(bench):
    used = Usage(wall_s=2.0, cpu_s=1.0, max_rss_bytes=100 << 20)
    bench.run(task("load"), attempt("load", usage=used))
    (row,) = bench.get("/runs/r1/usage")["items"]
    assert (row["path"], row["cpu_s"], row["peak_rss_bytes"]) == ("load", 1.0, 100 << 20)
    assert row["suggestion"].startswith(".set_cpu_request")


def test_why_a_step_was_reused_is_told(bench):
    bench.run(task("load", cached=True, cache_key="k", cache_source="r0/load", reason="same"))
    found = bench.get("/runs/r1/explain", task="load")
    assert found == {"hit": True, "reason": "same", "fields": [], "compared_with": "r0/load"}
    bench.get("/runs/r1/explain", 404, task="nowhere")


def test_a_step_that_is_no_function_shows_its_command(bench):
    bench.run(task("load"))
    assert bench.get("/runs/r1/source", task="load") == {
        "text": "image-of-load",
        "language": "command",
    }
    found = bench.get("/runs/r1/environment", task="load")
    assert found["packages"] == []
    assert found["reason"]


def test_packages_that_were_resolved_when_a_step_began_are_shown(bench):
    lock = Lock("d" * 64, "3.11", Path("/usr/bin/python3.11"), "linux-x86_64", cutoff_reason="so")
    bench.run(task("load"))
    found = PackagesLocked(attempt=AttemptId("r1", "load", 1), lock=lock.to_dict())
    (lease,) = bench.store.claim("me", now=1002.0, lease_s=9.0, run_ids=["r1"])
    bench.store.commit([RunBatch(lease=lease, at=1002.0, events=[(1002.0, found)])])
    answer = bench.get("/runs/r1/environment", task="load")
    assert (answer["python"], answer["reason"]) == ("3.11", "so")


def test_the_cluster_says_who_runs_and_who_waits(bench):
    bench.run(
        task("load", "running", started_at=1000.5),
        task("fit", "pending", reason="waits for room to run"),
        RunChanged(state="running"),
    )
    found = bench.get("/cluster")
    assert found["capacity"]["cpu"] == 4.0
    assert [one["path"] for one in found["running"]] == ["load"]
    assert [one["path"] for one in found["waiting"]] == ["fit"]


TEAM_A = Principal(user="ann", roles={"a": "editor"})
PATHS = [
    "/runs/r1",
    "/runs/r1/graph",
    "/runs/r1/document",
    "/runs/r1/events",
    "/runs/r1/usage",
    "/runs/r1/explain?task=load",
    "/runs/r1/source?task=load",
    "/runs/r1/environment?task=load",
    "/runs/r1/logs?task=load",
    "/runs/r1/logs/stream?task=load",
    "/events?run_id=r1",
    "/compare?runs=r1",
    "/artifacts?run_id=r1",
]


@pytest.fixture
def of_team_b(store):
    bench = Bench(store, mode="multi", principal=TEAM_A)
    bench.run(task("load"), attempt("load"), namespace="b")
    return bench


@pytest.mark.parametrize("path", PATHS)
def test_what_is_of_another_namespace_is_not_there(of_team_b, path):
    response = of_team_b.client.get("/api/v1" + path)
    assert response.status_code == 404
    assert "namespace b" not in response.text


@pytest.mark.parametrize("action", ["terminate", "retry", "archive", "restore", "rerun"])
def test_nothing_is_done_to_what_is_of_another_namespace(of_team_b, action):
    of_team_b.post(f"/runs/r1/{action}", status=404)
    of_team_b.send("DELETE", "/runs/r1", 404)
    found = of_team_b.post("/runs/bulk", {"action": "archive", "run_ids": ["r1"]})
    assert found["done"] == []


def test_viewers_read_and_change_nothing(store):
    bench = Bench(store, mode="multi", principal=Principal(user="eve", roles={"b": "viewer"}))
    bench.run(namespace="b")
    bench.get("/runs/r1")
    bench.post("/runs/r1/terminate", status=403)
    bench.post("/runs", {"spec": SPEC}, 403)
    assert bench.get("/runs", namespace="b")["items"][0]["run_id"] == "r1"
    bench.get("/runs", 404, namespace="a")
    bench.get("/settings", 403)


def test_who_asks_is_told_who_they_are(bench, store):
    assert bench.get("/me") == {
        "user": "",
        "mode": "single",
        "admin": True,
        "namespaces": [{"name": "", "role": "admin"}],
        "version": "1.2.3",
    }
    assert bench.get("/settings")["mode"] == "single"
