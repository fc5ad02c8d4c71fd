"""What is reused, what runs again, and the words that say why."""

from __future__ import annotations

import json
import sqlite3

from .conftest import CHAIN, IMAGE

WORKS_OTHERWISE = CHAIN.replace('"row\\n" * n', '"row\\n" * (n + 0)')
GIVES_OTHERWISE = CHAIN.replace('"row\\n" * n', '"row\\n" * (n + 1)')


def reused(ended):
    return {name for name, task in ended.tasks.items() if task["cached"]}


def test_an_unchanged_run_is_reused_and_says_why(chain):
    second = chain.run_chain()
    assert second.status == 0
    assert reused(second) == {"first", "second", "third"}
    assert chain.ran == ["first", "second", "third"]
    assert second.json["outputs"] == chain.first.json["outputs"]
    run_id = chain.first.json["run_id"]
    assert second.tasks["second"]["reason"] == f"same code and inputs as second in run {run_id}"
    assert "reused" in second.stderr
    assert {task["attempts"] for task in second.json["tasks"]} == {0}


def test_no_cache_runs_all_again(chain):
    assert reused(chain.run_chain("--no-cache")) == set()
    assert chain.ran == ["first", "second", "third"] * 2


def test_a_changed_step_that_makes_the_same_stops_there(chain):
    chain.write("chain.py", WORKS_OTHERWISE)
    assert reused(chain.run_chain()) == {"first", "third"}
    assert chain.ran == ["first", "second", "third", "second"]


def test_a_changed_step_that_makes_another_thing_runs_what_follows(chain):
    chain.write("chain.py", GIVES_OTHERWISE)
    ended = chain.run_chain()
    assert reused(ended) == {"first"}
    assert ended.json["outputs"] == {"Output": 4}


def test_a_changed_parameter_is_named_as_the_reason(chain):
    ended = chain.run_chain(n=7)
    assert reused(ended) == set()
    told = chain.run("explain", ended.json["run_id"], "first", "--json").json
    assert told["verdict"] == "miss"
    assert len(told["differences"]) == 1
    (field,) = told["differences"]
    assert "n" in field.split() or field.endswith("n")
    assert told["nearest"] == f"{chain.first.json['run_id']}/first"


def test_explain_tells_people_too(chain):
    second = chain.run_chain()
    said = chain.run("explain", second.json["run_id"], "third").stdout
    assert said.startswith("third: hit\n")
    assert chain.first.json["run_id"] in said


def test_the_first_run_had_nothing_to_reuse(chain):
    told = chain.run("explain", chain.first.json["run_id"], "first", "--json").json
    assert (told["verdict"], told["reason"]) == ("miss", "no earlier run of this step")


def test_entries_are_listed_and_removed(chain):
    listed = chain.run("cache", "ls", "--json").json
    assert sorted(entry["path"] for entry in listed) == ["first", "second", "third"]
    assert {entry["run_id"] for entry in listed} == {chain.first.json["run_id"]}
    first = next(entry for entry in listed if entry["path"] == "first")
    removed = chain.run("cache", "rm", first["key"][:16])
    assert (removed.status, removed.stdout[:2]) == (0, "1 ")
    assert reused(chain.run_chain()) == {"second", "third"}
    chain.run("cache", "rm", "--all")
    assert chain.run("cache", "ls", "--json").json == []
    assert reused(chain.run_chain()) == set()


def test_removing_asks_for_something_to_remove(chain):
    assert chain.run("cache", "rm").status == 2
    assert chain.run("cache", "rm", "ffffffff").status == 2
    assert len(chain.run("cache", "ls", "--json").json) == 3


def test_removing_by_another_pipeline_removes_nothing(chain):
    assert chain.run("cache", "rm", "--pipeline", "other").stdout[:2] == "0 "
    assert len(chain.run("cache", "ls", "--json").json) == 3


def test_a_plan_says_what_a_changed_source_would_do_and_does_nothing(chain):
    chain.write("chain.py", GIVES_OTHERWISE)
    before = len(chain.run("runs", "--json").json)
    run_id = chain.first.json["run_id"]
    steps = chain.run("rerun", run_id, "chain.py", "--plan", "--json").json
    assert [(step["path"], step["fate"]) for step in steps] == [
        ("first", "reuse"),
        ("second", "run"),
        ("third", "depends"),
    ]
    assert all(step["why"] for step in steps)
    assert len(chain.run("runs", "--json").json) == before
    assert chain.ran == ["first", "second", "third"]


def test_a_rerun_with_changed_source_runs_what_changed(chain):
    chain.write("chain.py", GIVES_OTHERWISE)
    ended = chain.run("rerun", chain.first.json["run_id"], "chain.py", "--json")
    assert ended.status == 0, ended.stderr
    assert ended.json["run_id"] != chain.first.json["run_id"]
    assert reused(ended) == {"first"}
    assert ended.json["outputs"] == {"Output": 4}


def test_a_rerun_without_source_keeps_code_and_parameters(chain):
    (chain.path / "chain.py").unlink()
    ended = chain.run("rerun", chain.first.json["run_id"], "--json")
    assert ended.json["outputs"] == {"Output": 3}
    assert reused(ended) == {"first", "second", "third"}


def test_a_rerun_from_a_step_runs_it_whatever_the_cache_says(chain):
    ended = chain.run("rerun", chain.first.json["run_id"], "--from", "second", "--json")
    assert reused(ended) == {"first", "third"}
    assert chain.ran == ["first", "second", "third", "second"]


def test_a_rerun_with_another_parameter_keeps_the_others(chain):
    ended = chain.run("rerun", chain.first.json["run_id"], "-p", "n=5", "--json")
    assert ended.json["parameters"] == {"witness": str(chain.witness), "n": 5}
    assert ended.json["outputs"] == {"Output": 6}


LATE_IMAGE = f"""
from kfp import dsl


@dsl.component
def say(witness: str):
    with open(witness, "a") as file:
        file.write("said\\n")
    if open(witness).read().count("said") == 1:
        raise ValueError("once")


@dsl.pipeline(name="late")
def late(witness: str, image: str = "{IMAGE}"):
    say(witness=witness).set_container_image(image).set_retry(1)
"""


def test_packages_of_an_image_that_is_known_late_are_kept_with_each_run_once(desk):
    desk.write("late.py", LATE_IMAGE)
    runs = []
    for _ in range(2):
        ended = desk.run("run", "late.py", "-p", f"witness={desk.witness}", "--json", "--no-cache")
        assert ended.status == 0, ended.stderr
        runs.append(ended.json["run_id"])
    assert desk.ran == ["said"] * 3
    kept = locks_kept(desk)
    assert [event["attempt"]["run_id"] for event in kept] == runs
    assert {event["lock"]["python"] for event in kept} == {IMAGE.partition(":")[2]}


def test_a_rerun_takes_the_packages_that_its_run_found_late(desk):
    """What a lock says that nothing resolves to any more is in the rerun too, and in its rerun."""
    desk.write("late.py", LATE_IMAGE)
    ended = desk.run("run", "late.py", "-p", f"witness={desk.witness}", "--json", "--no-cache")
    (lock,) = [event["lock"] for event in locks_kept(desk)]
    assert lock["cutoff_reason"] == ""
    database = sqlite3.connect(desk.home / "headrace.db")
    with database:
        database.execute(
            "UPDATE journal SET event = json_set(event, '$.lock.cutoff_reason', 'as it was then')"
            " WHERE json_extract(event, '$.event') = 'packages_locked'"
        )
    database.close()
    for _ in range(2):
        ended = desk.run("rerun", ended.json["run_id"], "--from", "say", "--json")
        assert ended.status == 0, ended.stderr
    assert [event["lock"] for event in locks_kept(desk)] == [
        {**lock, "cutoff_reason": "as it was then"}
    ] * 3


def locks_kept(desk):
    """Return the events of all runs that say which packages a step got, in their order."""
    database = sqlite3.connect(f"file:{desk.home / 'headrace.db'}?mode=ro", uri=True)
    try:
        rows = database.execute("SELECT event FROM journal").fetchall()
    finally:
        database.close()
    events = [json.loads(event) for (event,) in rows]
    return [event for event in events if event["event"] == "packages_locked"]
