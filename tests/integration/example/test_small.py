"""Each small example gives the result that its text promises."""

from __future__ import annotations

import shutil

import pytest

from .conftest import EXAMPLES, parameters

pytestmark = pytest.mark.timeout(120)

RESULTS = [
    ("hello", {"name": "Ada"}, "Hello, Ada!"),
    ("hello", {}, "Hello, world!"),
    ("conditions", {"celsius": 31.5}, "Take water."),
    ("conditions", {"celsius": 12}, "Take a walk."),
    ("conditions", {"celsius": -3.0}, "Take a coat."),
    ("loops", {}, 154.0),
    ("loops", {"sizes": [2]}, 11.0),
    ("retry", {}, "served"),
    ("caching", {"number": 12}, 144),
    ("subpipeline", {"celsius": 20.0}, 34.0),
]


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    RESULTS,
    ids=[f"{name} {values or 'by default'} gives {expected}" for name, values, expected in RESULTS],
)
def test_example(name, values, expected, headrace):
    ended = headrace("run", EXAMPLES / f"{name}.py", "--json", *parameters(**values))
    assert ended.status == 0, ended.stderr
    assert ended.json["outputs"] == {"Output": expected}


def test_the_branches_not_taken_are_skipped(headrace):
    ended = headrace("run", EXAMPLES / "conditions.py", "--json", *parameters(celsius=31.5))
    states = sorted(task["state"] for task in ended.json["tasks"] if task["component"])
    assert states.count("SUCCEEDED") < len(states)
    assert "SKIPPED" in states


@pytest.mark.parametrize(("fail", "status", "told"), [(False, 0, "SUCCEEDED"), (True, 1, "FAILED")])
def test_the_exit_step_learns_how_the_work_ended(fail, status, told, headrace):
    ended = headrace("run", EXAMPLES / "exit_handler.py", "--json", *parameters(fail=fail))
    assert ended.status == status, ended.stderr
    assert told in ended.tasks["tell"]["parameters"]["Output"]


def test_the_error_of_a_step_points_at_the_example(headrace):
    ended = headrace("run", EXAMPLES / "exit_handler.py", "--json", *parameters(fail=True))
    error = ended.tasks["work"]["error"]
    source = (EXAMPLES / "exit_handler.py").read_text("utf-8").splitlines()
    assert (error["kind"], error["type"]) == ("user", "RuntimeError")
    assert error["file"].endswith("exit_handler.py")
    assert "raise RuntimeError" in source[error["line"] - 1]


def test_a_retried_step_counts_its_attempts(headrace):
    ended = headrace("run", EXAMPLES / "retry.py", "--json")
    assert ended.tasks["flaky"]["attempts"] == 2


def test_caching_options_are_heeded(headrace):
    headrace("run", EXAMPLES / "caching.py", "--json")
    tasks = headrace("run", EXAMPLES / "caching.py", "--json").tasks
    assert {name: task["cached"] for name, task in tasks.items()} == {
        "square": True,
        "roll": False,
        "tag": True,
    }


def test_a_container_needs_an_engine_or_says_so(headrace):
    if shutil.which("podman") or shutil.which("docker"):
        pytest.skip("the image would have to be pulled")
    ended = headrace("run", EXAMPLES / "containers.py", "--json")
    assert ended.status == 2
    assert "count-words" in ended.stderr
    assert headrace("runs", "--json").json == []
