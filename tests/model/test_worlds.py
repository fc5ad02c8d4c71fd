"""The controller in a world where everything fails: runs end, nothing runs twice, nothing is lost.

A failure names its seed; the same seed gives the same world again.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headrace.errors import InvariantViolation
from headrace.testing import Accidents, World, fail, succeed
from headrace.testing.sketches import Task, sketch

from .drawing import graphs, names_in, scripted

PIPELINES = Path(__file__).parents[1] / "histories" / "pipelines"
ROUGH = Accidents(crash=0.05, store_out=0.05, start_fails=0.1, repeated=0.2, lost=0.05, delay_s=3.0)
MURDEROUS = Accidents(crash=0.3, delay_s=1.0)
SLOW = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(
    "accidents", [Accidents(), ROUGH, MURDEROUS], ids=["calm", "rough", "murderous"]
)
@pytest.mark.parametrize("pipeline", ["simple", "loops", "exits", "branches", "nested"])
def test_compiled_pipelines_end_the_same_whatever_happens(pipeline, accidents):
    outcomes = {"fail": fail("boom")}
    calm = World(PIPELINES / f"{pipeline}.yaml", outcomes).finish()
    for seed in range(10):
        world = World(PIPELINES / f"{pipeline}.yaml", outcomes, seed=seed, accidents=accidents)
        run = world.finish()
        lost = any(row.error and row.error.kind == "infrastructure" for row in run.tasks.values())
        assert run.states == calm.states or lost, f"seed {seed}"
        assert (run.state, run.error) == (calm.state, calm.error) or lost, f"seed {seed}"


@given(graphs(), st.integers(0, 10_000), st.one_of(st.none(), st.floats(0, 40)))
@SLOW
def test_random_pipelines_keep_every_promise(tasks, seed, cancel_at):
    world = World(
        sketch(tasks), dict.fromkeys(names_in(tasks), scripted), seed=seed, accidents=ROUGH
    )
    if cancel_at is not None:
        world.cancel(cancel_at)
    assert world.finish().state in {"succeeded", "failed", "canceled"}


def test_a_step_that_ended_while_no_controller_lived_does_not_run_again():
    document = sketch({"a": Task(), "b": Task(after=("a",))})
    for seed in range(40):
        run = World(document, seed=seed, accidents=MURDEROUS).finish()
        assert [spec.id.task for spec in run.attempts] == ["a", "b"], f"seed {seed}"


def test_a_cancel_reaches_the_run_through_the_store():
    world = World(
        sketch({"a": Task(), "exit": Task(after=("a",), always=True)}),
        {"a": succeed(duration_s=500)},
    )
    world.cancel(20)
    run = world.finish()
    assert run.states == {"a": "canceled", "exit": "succeeded"}
    assert run.state == "canceled"


def test_the_same_seed_is_the_same_world():
    def journal():
        return World(PIPELINES / "loops.yaml", seed=5, accidents=ROUGH).finish().journal

    assert journal() == journal()


def test_a_launcher_that_runs_an_attempt_twice_is_found_out():
    world = World(sketch({"a": Task()}))
    world.finish()
    world.place.began.append(world.place.began[0])
    with pytest.raises(InvariantViolation, match="attempts ran twice"):
        world._checked()
