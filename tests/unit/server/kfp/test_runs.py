"""Runs as KFP's API shows them, and what it lets people do with them."""

from __future__ import annotations

import base64

import pytest
from native_bench import SPEC, attempt, ended, made, task

from headrace.engine.attempts import Failure, Outputs
from headrace.engine.changes import RunChanged
from headrace.server.kfp import runs

FAILURE = Failure(kind="oom", message="killed at 2 GiB")


def test_a_run_that_waits_has_never_ended(desk):
    desk.run(parameters={"rate": 0.25}, description="slow")
    assert desk.get("/runs/r1") == {
        "experiment_id": "default",
        "run_id": "r1",
        "display_name": "r1",
        "storage_state": "AVAILABLE",
        "description": "slow",
        "pipeline_spec": SPEC,
        "runtime_config": {"parameters": {"rate": 0.25}, "pipeline_root": "memory://r"},
        "created_at": "1970-01-01T00:16:40Z",
        "scheduled_at": "1970-01-01T00:16:40Z",
        "finished_at": "1970-01-01T00:00:00Z",
        "state": "PENDING",
        "run_details": {
            "task_details": [
                {
                    "run_id": "r1",
                    "task_id": desk.get("/runs/r1")["run_details"]["task_details"][0]["task_id"],
                    "display_name": "root",
                    "create_time": "1970-01-01T00:16:40Z",
                    "state": "PENDING",
                }
            ]
        },
        "state_history": [{"update_time": "1970-01-01T00:16:40Z", "state": "PENDING"}],
    }


def test_tasks_are_the_tree_that_they_are(desk):
    desk.run(
        RunChanged(state="running", started_at=1001.0),
        task("loop", "running", kind="loop", started_at=1001.0),
        task("loop[0]", "running", kind="iteration", parent="loop", name="loop"),
        task("loop[0]/fit", "failed", parent="loop[0]", name="fit", attempts=2, error=FAILURE),
        task("load", attempts=1, started_at=1001.0, finished_at=1001.5),
        attempt("load"),
        *made("a1", "load"),
    )
    details = desk.get("/runs/r1")["run_details"]["task_details"]
    by_name = {one["display_name"]: one for one in details}
    root, fit = by_name["root"], by_name["loop[0]/fit"]
    assert [one["pod_name"] for one in root["child_tasks"]] == [
        by_name["loop"]["task_id"],
        by_name["load"]["task_id"],
    ]
    assert fit["parent_task_id"] == by_name["loop[0]"]["task_id"]
    assert by_name["loop"]["parent_task_id"] == root["task_id"]
    assert fit["error"] == {"code": 8, "message": "killed at 2 GiB"}
    assert "pod_name" not in by_name["loop"]
    assert by_name["load"]["pod_name"] == by_name["load"]["task_id"]
    assert [one["state"] for one in by_name["load"]["state_history"]] == [
        "PENDING",
        "RUNNING",
        "SUCCEEDED",
    ]
    assert len({one["task_id"] for one in details}) == len(details)


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("pending", "PENDING"),
        ("running", "RUNNING"),
        ("canceling", "CANCELING"),
        ("succeeded", "SUCCEEDED"),
        ("failed", "FAILED"),
        ("canceled", "CANCELED"),
    ],
)
def test_states_have_names_of_kfp(desk, state, shown):
    desk.run(RunChanged(state=state, started_at=1001.0, finished_at=1002.0, error="why"))
    run = desk.get("/runs/r1")
    assert run["state"] == shown
    assert run["state_history"][-1]["state"] == shown
    assert ("error" in run) == (state in ("failed", "canceled", "succeeded"))
    assert (run["finished_at"] > "1970-01-01T00:01") == (
        state in ("succeeded", "failed", "canceled")
    )


def test_what_was_asked_shows_before_it_is_done(desk):
    desk.run(RunChanged(state="running", started_at=1001.0))
    desk.post("/runs/r1:terminate")
    assert desk.get("/runs/r1")["state"] == "CANCELING"
    assert desk.get("/runs")["runs"][0]["state"] == "CANCELING"
    assert desk.runs.woken == 1
    desk.run(*ended("failed"), run_id="r2")
    desk.post("/runs/r2:retry")
    found = desk.get("/runs/r2")
    assert found["state"] == "PENDING"
    assert found["finished_at"] == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("state", "action"),
    [
        ("succeeded", "retry"),
        ("running", "retry"),
        ("succeeded", "terminate"),
        ("canceled", "terminate"),
    ],
)
def test_what_a_state_does_not_allow_is_a_400(desk, state, action):
    desk.run(RunChanged(state=state, finished_at=1002.0))
    body = desk.send("POST", f"/runs/r1:{action}", 400)
    assert body["code"] == 9
    assert body["details"][0]["code"] == 9


def test_a_run_of_a_version_names_it_and_no_document(desk):
    pipeline = desk.post("/pipelines", {"name": "p"})["pipeline_id"]
    version = desk.post(f"/pipelines/{pipeline}/versions", {"name": "v1", "pipeline_spec": SPEC})[
        "pipeline_version_id"
    ]
    desk.clock.at += 1
    latest = desk.post(f"/pipelines/{pipeline}/versions", {"name": "v2", "pipeline_spec": SPEC})[
        "pipeline_version_id"
    ]
    for reference, expected in (
        ({"pipeline_id": pipeline, "pipeline_version_id": version}, version),
        ({"pipeline_id": pipeline}, latest),
    ):
        run = desk.post("/runs", {"display_name": "x", "pipeline_version_reference": reference})
        assert run["pipeline_version_reference"] == {
            "pipeline_id": pipeline,
            "pipeline_version_id": expected,
        }
        assert "pipeline_spec" not in run
    other = desk.post("/pipelines", {"name": "other"})["pipeline_id"]
    desk.send(
        "POST",
        "/runs",
        404,
        json={
            "display_name": "x",
            "pipeline_version_reference": {"pipeline_id": other, "pipeline_version_id": version},
        },
    )


def test_a_run_is_submitted_as_it_was_asked_for(desk):
    desk.post(
        "/runs",
        {
            "displayName": "mine",
            "pipelineSpec": {"pipeline_spec": SPEC, "platform_spec": {"platforms": {}}},
            "runtimeConfig": {"parameters": {"rate": 1}, "pipelineRoot": "gs://x"},
            "serviceAccount": "sa",
            "pluginsInput": {"mlflow": {"disabled": True}},
        },
    )
    (asked,) = desk.runs.submissions
    assert (asked.name, asked.service_account, asked.pipeline_root) == ("mine", "sa", "gs://x")
    assert asked.document == SPEC
    assert asked.platform == {"platforms": {}}
    assert asked.parameters == {"rate": 1}
    assert asked.extra == {"plugins_input": {"mlflow": {"disabled": True}}}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"display_name": "x"}, id="no pipeline"),
        pytest.param({"pipeline_spec": SPEC}, id="no name"),
        pytest.param({"display_name": " ", "pipeline_spec": SPEC}, id="a blank name"),
        pytest.param(
            {"display_name": "x", "pipeline_spec": SPEC, "pipeline_version_id": "v"},
            id="two pipelines",
        ),
        pytest.param({"display_name": "x", "pipeline_version_reference": {}}, id="names nothing"),
        pytest.param({"display_name": "x", "pipeline_spec": {}}, id="an empty document"),
        pytest.param({"display_name": "x", "pipeline_spec": SPEC, "nope": 1}, id="unknown field"),
        pytest.param(
            {"display_name": "x", "pipeline_spec": SPEC, "plugins_output": {}},
            id="written by servers",
        ),
        pytest.param(
            {
                "display_name": "x",
                "pipeline_spec": SPEC,
                "runtime_config": {"parameters": {"rate": "fast"}},
            },
            id="wrong type",
        ),
    ],
)
def test_a_wrong_run_is_a_400_and_nothing_is_made(desk, body):
    assert desk.send("POST", "/runs", 400, json=body)["code"] == 3
    assert desk.get("/runs") == {}


def test_a_run_goes_to_the_experiment_that_it_names(desk):
    experiment = desk.post("/experiments", {"display_name": "e"})["experiment_id"]
    run = desk.post(
        "/runs", {"display_name": "x", "pipeline_spec": SPEC, "experiment_id": experiment}
    )
    assert run["experiment_id"] == experiment
    desk.post(f"/experiments/{experiment}:archive")
    body = {"display_name": "x", "pipeline_spec": SPEC, "experiment_id": experiment}
    assert "archived" in desk.send("POST", "/runs", 400, json=body)["message"]
    assert desk.get("/experiments/" + experiment)["storage_state"] == "ARCHIVED"


def test_the_log_of_a_task_is_that_of_its_last_attempt(desk):
    desk.run(
        task("load", attempts=2), attempt("load", "failed"), attempt("load", number=2), *ended()
    )
    desk.logs.text = {("r1", "load", 1): b"first", ("r1", "load", 2): b"second" * 20_000}
    node = desk.get("/runs/r1")["run_details"]["task_details"][1]["pod_name"]
    for follow in ("", "?follow=true"):
        found = desk.client.get(f"/apis/v1alpha1/runs/r1/nodes/{node}/log{follow}")
        assert found.content == b"second" * 20_000
        assert found.headers["content-type"].startswith("text/plain")
    desk.send("GET", "/apis/v1alpha1/runs/r1/nodes/none/log", 404)


def test_an_artifact_is_read_as_base64(desk):
    changes = made("a1", "load")
    artifact = changes[0].artifact
    desk.run(task("load", attempts=1, outputs=Outputs(artifacts={"table": (artifact,)})), *changes)
    desk.artifacts.content = {"memory://a1": b"\x00bytes"}
    node = desk.get("/runs/r1")["run_details"]["task_details"][1]["pod_name"]
    found = desk.get(f"/runs/r1/nodes/{node}/artifacts/table:read")
    assert base64.b64decode(found["data"]) == b"\x00bytes"
    desk.send("GET", f"/runs/r1/nodes/{node}/artifacts/none:read", 404)
    desk.artifacts.content = {"memory://a1/part": b"x"}
    assert (
        "directory"
        in desk.send("GET", f"/runs/r1/nodes/{node}/artifacts/table:read", 400)["message"]
    )


def test_what_is_archived_stays_in_lists_until_it_is_filtered_out(desk):
    desk.run(run_id="r1")
    desk.run(run_id="r2", at=1001.0)
    desk.post("/runs/r1:archive")
    assert [run["run_id"] for run in desk.get("/runs")["runs"]] == ["r1", "r2"]
    text = '{"predicates":[{"operation":1,"key":"storage_state","string_value":"AVAILABLE"}]}'
    found = desk.get("/runs", filter=text)
    assert [run["run_id"] for run in found["runs"]] == ["r2"]
    assert found["total_size"] == 1
    desk.post("/runs/r1:unarchive")
    assert desk.get("/runs/r1")["storage_state"] == "AVAILABLE"


def test_lists_show_the_tasks_of_runs_that_have_few(desk, monkeypatch):
    monkeypatch.setattr(runs, "_MOST_TASKS", 3)
    monkeypatch.setattr(runs, "_MOST_TASKS_OF_PAGE", 5)
    for place, (run_id, count) in enumerate([("a", 2), ("b", 4), ("c", 3), ("d", 1)]):
        desk.run(*(task(f"t{n}") for n in range(count)), run_id=run_id, at=1000.0 + place)
    found = {run["run_id"]: "run_details" in run for run in desk.get("/runs")["runs"]}
    assert found == {"a": True, "b": False, "c": True, "d": False}


def test_part_of_an_id_names_no_run(desk):
    desk.run(run_id="abcdef")
    desk.send("GET", "/runs/abc", 404)


def test_a_run_that_has_ended_is_removed(desk):
    desk.run(*ended())
    assert desk.send("DELETE", "/runs/r1") == {}
    desk.send("GET", "/runs/r1", 404)
    desk.send("DELETE", "/runs/r1", 404)
