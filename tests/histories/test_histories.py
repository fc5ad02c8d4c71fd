"""Journals of earlier versions, replayed to the same end for ever.

Each history is one run of a pipeline that the official SDK compiled, with faults: its journal as the
store keeps it, a JSON line an event, then the end. A bug adds one. ``--record-histories`` records
them again, which is right only when the meaning of a run was changed on purpose.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from headrace import engine
from headrace.engine.changes import TaskChanged, TaskRemoved
from headrace.engine.events import Event
from headrace.testing import Faults, Simulation, each, fail, succeed
from headrace.testing.simulator import document_of

HERE = Path(__file__).parent
ROUGH = Faults(repeated=0.2, unannounced=0.2, lost=0.1, crash=0.1, jitter_s=4.0)


def echo(spec):
    return succeed({"Output": spec.inputs.parameters["n"]})


#: What is recorded: pipeline, outcomes, options, time of a cancel, whether the run is retried.
RUNS = {
    "simple_succeeds": ("simple", {"use": succeed({"Output": 0.9})}, {}, None, False),
    "simple_condition_false": ("simple", {"use": succeed({"Output": 0.1})}, {}, None, False),
    "simple_retried_after_failure": (
        "simple",
        {"make": each(fail("disk"), succeed())},
        {},
        None,
        True,
    ),
    "loops_collect": (
        "loops",
        {"load": echo, "items": succeed({"Output": [4, 5]})},
        {"faults": ROUGH, "seed": 3},
        None,
        False,
    ),
    "loops_fail_inside": (
        "loops",
        {"for-loop-1[1]/items": fail("no items")},
        {"faults": ROUGH, "seed": 4},
        None,
        True,
    ),
    "loops_canceled": ("loops", {"load": echo}, {"faults": ROUGH, "seed": 5}, 4.0, False),
    "exits_after_failure": (
        "exits",
        {"fail": fail("boom", error_type="ValueError")},
        {"faults": ROUGH, "seed": 6},
        None,
        False,
    ),
    "exits_after_cancel": ("exits", {"fail": succeed(duration_s=60)}, {"seed": 7}, 9.0, True),
    "branches_else": (
        "branches",
        {"load": succeed({"Output": 9})},
        {"faults": ROUGH, "seed": 8},
        None,
        False,
    ),
    "nested_deadline": (
        "nested",
        {"say": succeed(duration_s=500)},
        {"deadline_s": 60.0},
        None,
        False,
    ),
    "nested_fail_fast": ("nested", {"inner/load": fail("k")}, {"fail_fast": True}, None, False),
}


class End(msgspec.Struct):
    """How a history ended."""

    pipeline: str
    state: str
    error: str | None
    tasks: dict[str, tuple[str, int]]


Line = msgspec.json.Decoder(tuple[float, Event])


def record(name):
    """Run the simulation of a history and write its journal."""
    pipeline, outcomes, options, cancel_at, retried = RUNS[name]
    simulation = Simulation(HERE / "pipelines" / f"{pipeline}.yaml", outcomes, **options)
    if cancel_at is not None:
        simulation.cancel(cancel_at)
    run = simulation.finish()
    if retried and run.state != "succeeded":
        simulation.retry()
    tasks = {path: (row.state, row.attempts) for path, row in run.tasks.items()}
    end = End(pipeline, simulation.state.name, simulation.state.error, tasks)
    lines = [msgspec.json.encode(entry) for entry in run.journal]
    (HERE / f"{name}.jsonl").write_bytes(b"\n".join([*lines, msgspec.json.encode(end)]) + b"\n")


@pytest.mark.parametrize(
    "path", sorted(HERE.glob("*.jsonl")) or list(RUNS), ids=lambda path: Path(path).stem
)
def test_a_recorded_run_comes_to_the_same_end(path, request):
    name = Path(path).stem
    if request.config.getoption("--record-histories", default=False):
        record(name)
    *lines, last = (HERE / f"{name}.jsonl").read_bytes().splitlines()
    end = msgspec.json.decode(last, type=End)
    plan = engine.plan(document_of(HERE / "pipelines" / f"{end.pipeline}.yaml"))
    state = engine.new_run(plan)
    rows = {}
    for line in lines:
        at, event = Line.decode(line)
        for change in engine.step(plan, state, event, at).changes:
            if isinstance(change, TaskChanged):
                rows[change.path] = (change.state, change.attempts)
            elif isinstance(change, TaskRemoved):
                rows.pop(change.path, None)
        engine.check_invariants(plan, state)
    assert (state.name, state.error) == (end.state, end.error)
    assert rows == end.tasks


@pytest.mark.parametrize("name", RUNS)
def test_every_history_is_recorded(name):
    assert (HERE / f"{name}.jsonl").exists()
