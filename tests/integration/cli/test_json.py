"""The JSON that scripts rely on, field by field, and the exit statuses beside it."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_a_run_prints_one_object_with_all_fields(chain):
    result = chain.first.json
    assert {"run_id", "pipeline", "state", "outputs", "tasks"} <= result.keys()
    assert result["pipeline"] == "chain"
    assert result["state"] == "SUCCEEDED"
    assert result["outputs"] == {"Output": 3}
    assert [task["path"] for task in result["tasks"]] == ["first", "second", "third"]
    assert chain.first.stderr  # progress is there, and nowhere else


def test_tasks_have_all_fields(chain):
    for task in chain.first.json["tasks"]:
        assert task["component"] == f"comp-{task['path']}"
        assert task["state"] == "SUCCEEDED"
        assert task["cached"] is False
        assert task["attempts"] == 1
        assert task["error"] is None
        assert TIME.fullmatch(task["started_at"])
        assert moment(task["started_at"]) <= moment(task["finished_at"])
    tasks = chain.first.tasks
    assert tasks["first"]["parameters"] == {"Output": 3}
    assert tasks["first"]["artifacts"] == {}


def test_artifacts_have_all_fields(chain):
    (rows,) = chain.first.tasks["second"]["artifacts"]["rows"]
    assert rows["uri"].startswith("file:///")
    assert Path(rows["path"]).read_text() == "row\n" * 3
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", rows["digest"])
    assert rows["size"] == len("row\n" * 3)
    assert rows["metadata"] == {"rows": 3}


def test_metrics_are_in_the_result(chain):
    assert chain.first.tasks["third"]["artifacts"]["report"][0]["metadata"] == {"rows": 3}
    assert [(m["name"], m["value"]) for m in chain.first.json["metrics"]] == [("rows", 3.0)]


def test_a_failed_step_says_where_in_the_users_file(desk):
    source = desk.write(
        "bad.py",
        """
        from kfp import dsl

        @dsl.component
        def breaks():
            values = {}
            values["absent"]

        @dsl.component
        def follows(): pass

        @dsl.pipeline
        def bad():
            follows().after(breaks())
        """,
    )
    ended = desk.run("run", source, "--json")
    assert ended.status == 1
    assert ended.json["state"] == "FAILED"
    error = ended.tasks["breaks"]["error"]
    assert error.keys() >= {"kind", "type", "message", "file", "line"}
    assert (error["kind"], error["type"]) == ("user", "KeyError")
    assert "absent" in error["message"]
    assert (error["file"], error["line"]) == (str(source), 7)
    assert ended.tasks["follows"]["state"] == "SKIPPED"
    assert ended.tasks["follows"]["attempts"] == 0


def test_runs_are_listed_the_newest_first(chain):
    second = chain.run_chain(n=5)
    listed = chain.run("runs", "--json").json
    assert [run["run_id"] for run in listed] == [
        second.json["run_id"],
        chain.first.json["run_id"],
    ]
    assert listed[0].keys() >= {"run_id", "pipeline", "state", "created_at"}
    assert {(run["pipeline"], run["state"]) for run in listed} == {("chain", "SUCCEEDED")}
    assert moment(listed[0]["created_at"]) >= moment(listed[1]["created_at"])


def test_runs_of_an_empty_home_are_an_empty_list_and_make_nothing(desk):
    ended = desk.run("runs", "--json")
    assert (ended.status, ended.json) == (0, [])
    assert desk.tree() == []


def test_runs_can_be_filtered_and_limited(chain):
    chain.run_chain(n=5)
    assert len(chain.run("runs", "--json", "-n", "1").json) == 1
    assert chain.run("runs", "--json", "--state", "FAILED").json == []
    assert chain.run("runs", "--json", "--pipeline", "other").json == []


def test_show_and_resume_of_an_ended_run_print_what_run_printed(chain):
    run_id = chain.first.json["run_id"]
    assert chain.run("show", run_id, "--json").json == chain.first.json
    resumed = chain.run("resume", run_id, "--json")
    assert (resumed.status, resumed.json) == (0, chain.first.json)


def test_a_run_can_be_named_by_the_beginning_of_its_id(chain):
    run_id = chain.first.json["run_id"]
    assert chain.run("show", run_id[:8], "--json").json["run_id"] == run_id


def test_artifacts_are_listed_with_their_makers(chain):
    listed = chain.run("artifacts", chain.first.json["run_id"], "--json").json
    assert [(one["task"], one["name"]) for one in listed] == [
        ("second", "rows"),
        ("third", "report"),
    ]
    assert listed[0].keys() >= {"uri", "path", "digest", "size", "metadata"}


def test_logs_are_complete_by_step(chain):
    run_id = chain.first.json["run_id"]
    assert chain.run("logs", run_id, "first").stdout == "first says 2\n"
    (entry,) = chain.run("logs", run_id, "first", "--json").json
    assert entry == {"path": "first", "attempt": 1, "text": "first says 2\n"}


def test_people_get_a_summary_instead(chain):
    shown = chain.run("show", chain.first.json["run_id"]).stdout
    for piece in ("first", "second", "third", "Output", "rows", "succeeded", "3 steps"):
        assert piece in shown


def moment(text):
    return datetime.fromisoformat(text)
