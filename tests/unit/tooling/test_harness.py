"""The benchmark harness measures in turns, leaves out what fails, and reports ratios."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def harness():
    spec = importlib.util.spec_from_file_location("harness", ROOT / "benchmarks" / "harness.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["harness"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["harness"]


def candidate(harness, name, times, order, rounds=None):
    values = iter(times)

    def measure():
        order.append(name)
        return next(values)

    return harness.Candidate(name, measure, rounds)


def test_candidates_take_turns_and_the_order_turns_too(harness):
    order = []
    candidates = [
        candidate(harness, "ours", [1, 3, 2], order),
        candidate(harness, "peer", [5, 5], order, rounds=2),
    ]
    measured = harness.measure_in_turns(candidates, 3)
    assert order == ["ours", "peer", "peer", "ours", "ours"]
    assert (measured.median("ours"), measured.median("peer")) == (2, 5)


def test_a_candidate_that_fails_is_named_and_the_others_go_on(harness):
    def fail():
        raise RuntimeError("exit 1: no such module")

    order = []
    candidates = [
        harness.Candidate("broken", fail),
        candidate(harness, "ours", [1, 1], order),
    ]
    measured = harness.measure_in_turns(candidates, 2)
    assert measured.failures == {"broken": "exit 1: no such module"}
    assert measured.seconds == {"ours": [1, 1]}
    assert measured.median("broken") != measured.median("broken")


def test_the_report_has_ratios_per_task_and_says_what_was_missed(harness, tmp_path, capsys):
    measured = harness.Measurements(seconds={"ours": [0.2, 0.4, 0.3], "floor": [0.1]})
    output = tmp_path / "results.jsonl"
    harness.report(
        "Fan-out",
        measured,
        reference="floor",
        steps=100,
        targets={"twice the floor": ("3.0", False)},
        output=output,
    )
    document = json.loads(output.read_text())
    assert document["candidates"]["ours"]["median"] == pytest.approx(3.0)
    assert document["candidates"]["ours"]["ratio"] == pytest.approx(3.0)
    assert "MISSED  twice the floor: 3.0" in capsys.readouterr().out


def test_a_failed_command_tells_what_it_wrote(harness):
    command = [sys.executable, "-c", "import sys; sys.exit('it broke')"]
    with pytest.raises(RuntimeError, match="exit 1: it broke"):
        harness.timed(command)


def test_working_time_runs_from_the_first_step_to_the_end(harness):
    document = {
        "created_at": "2026-11-24T10:00:00.000Z",
        "finished_at": "2026-11-24T10:00:03.000Z",
        "tasks": [
            {"cached": True, "started_at": "2026-11-24T10:00:00.100Z"},
            {"cached": False, "started_at": "2026-11-24T10:00:01.500Z"},
            {"cached": False, "started_at": None},
        ],
    }
    assert harness.working_seconds(document) == pytest.approx(1.5)
    assert harness.working_seconds({**document, "tasks": []}) == pytest.approx(3.0)
