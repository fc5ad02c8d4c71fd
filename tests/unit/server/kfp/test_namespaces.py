"""Whose things KFP's API shows and changes, with many users and with one."""

from __future__ import annotations

import pytest
from native_bench import SPEC

from headrace.server.access import Principal

BLUE = Principal(user="ann", roles={"blue": "editor"})
READS = Principal(user="eve", roles={"blue": "viewer", "red": "editor"})


@pytest.fixture
def shared(make_desk):
    desk = make_desk(mode="multi", principal=BLUE)
    experiment = desk.post("/experiments", {"display_name": "e", "namespace": "blue"})
    pipeline = desk.post("/pipelines", {"name": "p", "namespace": "blue"})
    desk.post(
        f"/pipelines/{pipeline['pipeline_id']}/versions", {"name": "v", "pipeline_spec": SPEC}
    )
    desk.run(run_id="r", namespace="blue", experiment=experiment["experiment_id"])
    job = desk.post(
        "/recurringruns",
        {
            "display_name": "j",
            "experiment_id": experiment["experiment_id"],
            "pipeline_spec": SPEC,
            "max_concurrency": "1",
            "trigger": {"periodic_schedule": {"interval_second": "60"}},
        },
    )
    desk.paths = {
        "experiment": f"/experiments/{experiment['experiment_id']}",
        "pipeline": f"/pipelines/{pipeline['pipeline_id']}",
        "versions": f"/pipelines/{pipeline['pipeline_id']}/versions",
        "run": "/runs/r",
        "job": f"/recurringruns/{job['recurring_run_id']}",
        "runs": f"/runs?experiment_id={experiment['experiment_id']}",
    }
    return desk


KINDS = ["experiment", "pipeline", "versions", "run", "job", "runs"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_anothers_is_not_there(shared, kind):
    shared.get(shared.paths[kind])
    shared.principal = Principal(user="bob", roles={"red": "admin"})
    shared.send("GET", shared.paths[kind], 404)
    if kind not in ("versions", "runs"):
        shared.send("DELETE", shared.paths[kind], 404)


@pytest.mark.parametrize("kind", ["experiment", "pipeline", "run", "job"])
def test_who_may_read_may_not_change(shared, kind):
    shared.principal = READS
    shared.get(shared.paths[kind])
    shared.send("DELETE", shared.paths[kind], 403)


def test_who_has_one_namespace_need_not_name_it(shared):
    assert shared.get("/experiments")["experiments"][0]["display_name"] == "e"
    shared.principal = READS
    assert "namespace" in shared.send("GET", "/experiments", 400)["message"]
    assert shared.get("/experiments", namespace="red") == {}
    shared.send("GET", "/experiments", 404, params={"namespace": "green"})


def test_a_run_needs_an_experiment_where_there_are_many_users(shared):
    body = {"display_name": "x", "pipeline_spec": SPEC}
    assert "experiment" in shared.send("POST", "/runs", 400, json=body)["message"]


def test_nobody_gets_nothing(shared):
    shared.principal = None
    assert shared.send("GET", "/runs", 401)["code"] == 16
    assert shared.get("/healthz")["multi_user"] is True


def test_one_user_has_one_namespace_whatever_is_named(desk):
    desk.post("/experiments", {"display_name": "e", "namespace": "kubeflow"})
    found = desk.get("/experiments", namespace="another")["experiments"]
    assert [one["display_name"] for one in found if one["display_name"] != "Default"] == ["e"]
    assert not any("namespace" in one for one in found)


def test_a_name_is_free_in_another_namespace(shared):
    shared.principal = READS
    shared.post("/pipelines", {"name": "p", "namespace": "red"})
    found = shared.get("/pipelines", namespace="red")["pipelines"]
    assert [(one["name"], one["namespace"]) for one in found] == [("p", "red")]
