"""The catalog and recurring runs over the native API."""

from __future__ import annotations

import json

import pytest
from native_bench import SPEC


def pipeline(bench, **more):
    return bench.post("/pipelines", {"name": "p", "spec": SPEC, **more}, 201)


def test_a_pipeline_comes_with_its_first_version(bench):
    made = pipeline(bench, tags={"team": "a"})
    assert bench.get(f"/pipelines/{made['id']}") == made
    assert [one["name"] for one in bench.get("/pipelines")["items"]] == ["p"]
    (version,) = bench.get(f"/pipelines/{made['id']}/versions")["items"]
    assert bench.get(f"/versions/{version['id']}/document")["spec"] == SPEC
    assert bench.get(f"/versions/{version['id']}/graph")["nodes"]


def test_a_pipeline_is_uploaded_as_a_file(bench):
    files = {"file": ("../x/pipe.json", json.dumps(SPEC).encode())}
    data = {"name": "mine", "tags": '{"team": "a"}'}
    made = bench.send("POST", "/pipelines", 201, files=files, data=data)
    assert (made["name"], made["tags"]) == ("mine", {"team": "a"})
    (version,) = bench.get(f"/pipelines/{made['id']}/versions")["items"]
    assert version["source"] == "pipe.json"
    again = bench.send(
        "POST", f"/pipelines/{made['id']}/versions", 201, files=files, data={"name": "v2"}
    )
    assert again["name"] == "v2"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"files": {"other": ("a", b"x")}}, 400),
        ({"files": {"file": ("a.yaml", b"not: [valid")}}, 400),
        ({"files": {"file": ("a.json", json.dumps(SPEC).encode())}, "data": {"x": "1"}}, 400),
        ({"files": {"file": ("a.json", json.dumps(SPEC).encode())}, "data": {"tags": "["}}, 400),
        ({"content": b"x" * 100, "headers": {"content-type": "multipart/form-data"}}, 400),
        ({"content": b"{"}, 400),
        ({"json": {}}, 400),
        ({"json": {"name": "p", "spec": {"root": {}}}}, 400),
    ],
)
def test_what_is_no_pipeline_is_refused(bench, more, status):
    assert bench.send("POST", "/pipelines", status, **more)["error"]["message"]
    assert bench.get("/pipelines")["items"] == []


def test_versions_without_a_name_are_counted(bench):
    made = pipeline(bench)
    path = f"/pipelines/{made['id']}/versions"
    names = [bench.post(path, {"spec": SPEC}, 201)["name"] for _ in range(2)]
    bench.post(path, {"spec": SPEC, "name": "v5"}, 201)
    assert [*names, bench.post(path, {"spec": SPEC}, 201)["name"]] == ["v2", "v3", "v6"]


def test_names_are_taken_once(bench):
    pipeline(bench)
    bench.post("/pipelines", {"name": "p", "spec": SPEC}, 409)


def test_pipelines_and_versions_are_changed_and_deleted(bench):
    made = pipeline(bench)
    (version,) = bench.get(f"/pipelines/{made['id']}/versions")["items"]
    changed = bench.send("PATCH", f"/pipelines/{made['id']}", json={"display_name": "P"})
    assert changed["display_name"] == "P"
    changed = bench.send("PATCH", f"/versions/{version['id']}", json={"description": "good"})
    assert changed["description"] == "good"
    bench.send("DELETE", f"/versions/{version['id']}", 204)
    bench.get(f"/versions/{version['id']}", 404)
    bench.send("DELETE", f"/pipelines/{made['id']}", 204)
    bench.get(f"/pipelines/{made['id']}", 404)


def test_experiments_hold_runs(bench):
    made = bench.post("/experiments", {"name": "tuning", "description": "rates"}, 201)
    run = bench.post("/runs", {"spec": SPEC, "experiment": made["id"]}, 201)
    assert [one["run_id"] for one in bench.get("/runs", experiment=made["id"])["items"]] == [
        run["run_id"]
    ]
    names = {one["name"] for one in bench.get("/experiments")["items"]}
    assert "tuning" in names
    assert len(names) == 2
    bench.send("PATCH", f"/experiments/{made['id']}", json={"description": "r"})
    assert bench.post(f"/experiments/{made['id']}/archive")["archived"]
    bench.post("/runs", {"spec": SPEC, "experiment": made["id"]}, 409)
    assert not bench.post(f"/experiments/{made['id']}/restore").get("archived")
    bench.send("DELETE", f"/experiments/{made['id']}", 204)
    bench.get(f"/experiments/{made['id']}", 404)


HOURLY = {"cron": "0 0 * * * *"}


def recurring(bench, status=201, **more):
    body = {"display_name": "nightly", "trigger": HOURLY, "spec": SPEC} | more
    return bench.post("/recurring-runs", body, status)


def test_a_recurring_run_knows_its_next_tick(bench):
    made = recurring(bench)
    assert made["next_tick_at"] % 3600 == 0
    assert made["next_tick_at"] > bench.clock.at
    assert bench.get("/recurring-runs")["items"] == [made]


@pytest.mark.parametrize(
    "more",
    [
        {"trigger": {"cron": "every day"}},
        {"trigger": {"cron": "0 0 * * * *", "interval_s": 60}},
        {"trigger": {"interval_s": 0}},
        {"trigger": {"cron": "0 0 * * * *", "time_zone": "Mars"}},
        {"parameters": {"rte": 1}},
        {"max_concurrency": 0},
        {"display_name": ""},
        {"spec": None},
    ],
    ids=str,
)
def test_a_recurring_run_that_could_not_run_is_refused(bench, more):
    recurring(bench, 400, **more)
    assert bench.get("/recurring-runs")["items"] == []


def test_a_recurring_run_is_switched_off_and_on(bench):
    made = recurring(bench)
    path = f"/recurring-runs/{made['id']}"
    assert bench.post(f"{path}/disable")["enabled"] is False
    bench.clock.at += 100_000
    back = bench.post(f"{path}/enable")
    assert back.get("enabled", True)
    assert back["next_tick_at"] > bench.clock.at
    bench.send("DELETE", path, 204)
    bench.get(path, 404)


def test_a_recurring_run_is_changed(bench):
    made = recurring(bench)
    path = f"/recurring-runs/{made['id']}"
    changed = bench.send("PATCH", path, json={"trigger": {"interval_s": 60}, "display_name": "x"})
    assert changed["trigger"] == {"interval_s": 60}
    assert changed["next_tick_at"] <= bench.clock.at + 60
    bench.send("PATCH", path, 400, json={"parameters": {"rte": 1}})
    stored = pipeline(bench)
    changed = bench.send("PATCH", path, json={"pipeline_id": stored["id"]})
    assert changed["pipeline_id"] == stored["id"]
    assert "document" not in changed


def test_a_span_of_the_past_is_filled_up_once(bench):
    made = recurring(bench)
    path = f"/recurring-runs/{made['id']}"
    span = {"begin": 7200.0, "end": 18000.0}
    planned = bench.post(f"{path}/backfill", span | {"plan": True})["items"]
    assert [slot["at"] for slot in planned] == [7200.0, 10800.0, 14400.0, 18000.0]
    assert bench.get(f"{path}/runs")["items"] == []
    bench.post(f"{path}/backfill", span)
    again = bench.post(f"{path}/backfill", span)["items"]
    assert all(slot["exists"] for slot in again)
    assert len(bench.get(f"{path}/runs")["items"]) == 4
    bench.post(f"{path}/backfill", {"begin": 0.0, "end": 3600.0 * 500, "most": 10}, 400)


def test_a_trigger_is_shown_before_it_is_saved(bench):
    shown = bench.post("/recurring-runs/preview", {"trigger": HOURLY})
    assert len(shown["next"]) == 5
    assert shown["sentence"]
    assert "warning" not in shown
    odd = bench.post("/recurring-runs/preview", {"trigger": {"cron": "0 3 * * *"}})
    assert odd["warning"]
    assert len(bench.post("/recurring-runs/preview", {"trigger": {}})["next"]) == 1
    bench.post("/recurring-runs/preview", {"trigger": {"cron": "x"}}, 400)
