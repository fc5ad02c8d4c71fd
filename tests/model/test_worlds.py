"""The controller in a world where everything fails: runs end, nothing runs twice, nothing is lost.

A failure names its seed; the same seed gives the same world again.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headrace.errors import InvariantViolation
from headrace.testing import Accidents, World, each, fail, succeed
from headrace.testing.sketches import Task, sketch

from .drawing import graphs, names_in, scripted

PIPELINES = Path(__file__).parents[1] / "histories" / "pipelines"
ROUGH = Accidents(crash=0.05, store_out=0.05, start_fails=0.1, repeated=0.2, lost=0.05, delay_s=3.0)
MURDEROUS = Accidents(crash=0.3, delay_s=1.0)
#: One that stands still for longer than its lease of 60 s goes on when others have taken over.
STOPPED = Accidents(stop=0.15, repeated=0.2, delay_s=3.0)
LATE = Accidents(stop=0.15, repeated=0.3, delay_s=150.0)
ASTRAY = Accidents(clock=0.2, repeated=0.1, delay_s=3.0)
EVERYTHING = Accidents(
    crash=0.05,
    store_out=0.05,
    start_fails=0.1,
    repeated=0.2,
    lost=0.05,
    delay_s=20.0,
    stop=0.1,
    clock=0.05,
)
SEEDS = int(os.environ.get("HEADRACE_TEST_SEEDS", "120"))
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


#: Everything that a controller does, small: a retry, a loop, a failure, an exit task.
RIVALRY = sketch(
    {
        "a": Task(more={"retryPolicy": {"maxRetryCount": 2, "backoffDuration": "30s"}}),
        "l": Task(items=[1, 2], after=("a",), body={"t": Task()}),
        "bad": Task(after=("a",)),
        "exit": Task(after=("l", "bad"), always=True),
    }
)
ENDS = {"a": each(fail("once"), succeed(duration_s=20)), "bad": fail("boom")}


@pytest.mark.parametrize(
    "accidents",
    [Accidents(), STOPPED, LATE, ASTRAY, EVERYTHING],
    ids=["calm", "stopped", "late", "astray", "everything"],
)
def test_of_two_live_controllers_one_owns_the_run_whatever_happens(accidents):
    calm = World(RIVALRY, ENDS).finish()
    for seed in range(SEEDS):
        run = World(RIVALRY, ENDS, seed=seed, accidents=accidents, controllers=2).finish()
        lost = any(row.error and row.error.kind == "infrastructure" for row in run.tasks.values())
        assert run.states == calm.states or lost, f"seed {seed}"
        assert run.state == calm.state, f"seed {seed}"


def test_a_controller_that_stood_still_beyond_its_lease_is_taken_over_and_goes_on():
    owners = set()
    for seed in range(40):
        world = World(RIVALRY, ENDS, seed=seed, accidents=STOPPED, controllers=2)
        world.finish()
        owners.add(world.store._runs["run"].epoch)
        assert world.deaths == 0
    assert max(owners) > 2


@pytest.mark.parametrize(
    "accidents", [Accidents(), STOPPED, EVERYTHING], ids=["calm", "stopped", "everything"]
)
def test_cancels_and_retries_twice_and_at_any_moment_end_the_run_once(accidents):
    for seed in range(SEEDS):
        world = World(RIVALRY, ENDS, seed=seed, accidents=accidents, controllers=1 + seed % 2)
        world.cancel(seed % 83 * 1.0)
        world.retry(seed % 83 + 1.0)
        world.retry(seed % 89 * 2.0)
        world.cancel(seed % 97 + 0.5)
        assert world.finish().state in {"failed", "canceled"}, f"seed {seed}"


def test_a_cancel_while_a_loop_expands_leaves_nothing_behind():
    loop = sketch(
        {"l": Task(items=list(range(40)), limit=3, body={"t": Task(), "u": Task(after=("t",))})}
    )
    for tenth in range(60):
        world = World(loop, seed=tenth, accidents=Accidents(crash=0.1, delay_s=1.0))
        world.cancel(tenth / 5)
        assert world.finish().state == "canceled"
        assert len(world.place.began) < 80


def test_attempts_that_go_on_after_the_end_are_found_out():
    world = World(sketch({"a": Task()}))
    world.finish()
    next(iter(world.place.running.values())).ends_at += 1000
    with pytest.raises(InvariantViolation, match="go on after the end"):
        world._checked()
