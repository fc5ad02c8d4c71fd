"""The controller in a world where everything fails: runs end, nothing runs twice, nothing is lost.

A failure names its seed; the same seed gives the same world again.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headrace.engine.events import AttemptFinished
from headrace.errors import InvariantViolation
from headrace.testing import Accidents, World, each, fail, succeed
from headrace.testing.sketches import Arg, Out, Task, sketch

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


#: Of a loop; a crash costs the replay of its history.
LENGTH = 120
DEADLY = Accidents(crash=0.04, repeated=0.2, delay_s=1.0)


@pytest.mark.parametrize("accidents", [DEADLY, EVERYTHING], ids=["deadly", "everything"])
def test_a_loop_expands_once_although_its_items_come_otherwise_at_another_attempt(accidents):
    """Its items are those of the one attempt whose outputs counted, whoever dies as it expands."""
    pipeline = sketch(
        {
            "names": Task(
                outputs={"Output": "LIST"},
                more={"retryPolicy": {"maxRetryCount": 9, "backoffDuration": "1s"}},
            ),
            "l": Task(
                inputs={"items": Out("names")},
                types={"items": "LIST"},
                items="items",
                body={"t": Task(inputs={"item": Arg("item")}, types={"item": "NUMBER_INTEGER"})},
            ),
        }
    )
    taken, deaths = set(), 0
    for seed in range(3):
        told = []

        def names(spec, told=told):
            told.append(spec.id.number)
            first = len(told) * LENGTH
            if len(told) == 1:
                return fail("once")
            return succeed({"Output": list(range(first, first + LENGTH))}, duration_s=2)

        world = World(pipeline, {"names": names}, seed=seed, accidents=accidents, controllers=2)
        run = world.finish()
        deaths += world.deaths
        (outputs,) = [row.outputs for row in run.tasks.values() if row.path == "names"]
        items = outputs.parameters["Output"]
        started = [spec for spec in run.attempts if spec.id.task != "names"]
        lost = any(row.error for row in run.tasks.values())
        assert run.state == "succeeded" or lost, f"seed {seed}"
        rows = [path for path in run.tasks if path.startswith("l[")]
        assert len([path for path in rows if path.endswith("/t")]) == LENGTH
        given = {spec.id.task: spec.inputs.parameters["item"] for spec in started}
        assert [given[f"l[{n}]/t"] for n in range(LENGTH)] == items, f"seed {seed}"
        taken.add(items[0])
    assert deaths


def nested_exits(depth):
    """Return graphs in graphs, every second one with an exit task; what is innermost fails."""
    body = {"bad": Task()}
    for level in range(depth):
        body = {"g": Task(body=body)}
        if level % 2:
            body["exit"] = Task(after=("g",), always=True)
    return sketch(body)


@pytest.mark.parametrize(
    "accidents", [Accidents(), MURDEROUS, EVERYTHING], ids=["calm", "murderous", "everything"]
)
def test_exit_tasks_of_three_levels_run_once_each_after_all_inside_whoever_dies(accidents):
    pipeline, bad = nested_exits(6), fail("boom")
    exits = ["g/g/g/g/exit", "g/g/exit", "exit"]
    for seed in range(SEEDS):
        controllers = 1 + seed % 2
        world = World(
            pipeline, {"bad": bad}, seed=seed, accidents=accidents, controllers=controllers
        )
        run = world.finish()
        assert run.state == "failed", f"seed {seed}"
        begun = [spec.id for spec in run.attempts]
        last = {one.task: place for place, one in enumerate(begun)}
        assert list(last) == ["g/g/g/g/g/g/bad", *exits], f"seed {seed}"
        assert list(last.values()) == sorted(last.values()), f"seed {seed}"
        ends = [event.attempt for _, event in run.journal if isinstance(event, AttemptFinished)]
        assert list(dict.fromkeys(end.task for end in ends)) == list(last), f"seed {seed}"


@pytest.mark.parametrize("accidents", [Accidents(), MURDEROUS], ids=["calm", "murderous"])
def test_what_waits_for_room_keeps_its_place_over_the_death_of_controllers(accidents):
    names = [f"t{number:02}" for number in range(12)]
    queue = sketch({name: Task() for name in names})
    deaths = 0
    for seed in range(8):
        world = World(
            queue, dict.fromkeys(names, succeed(duration_s=30)), seed=seed, accidents=accidents
        )
        run = world.finish()
        deaths += world.deaths
        order = [spec.id.task for spec in run.attempts]
        for place in range(0, len(names), 4):
            assert sorted(order[place : place + 4]) == names[place : place + 4], f"seed {seed}"
    assert bool(deaths) == (accidents is MURDEROUS)


def test_attempts_that_go_on_after_the_end_are_found_out():
    world = World(sketch({"a": Task()}))
    world.finish()
    next(iter(world.place.running.values())).ends_at += 1000
    with pytest.raises(InvariantViolation, match="go on after the end"):
        world._checked()
