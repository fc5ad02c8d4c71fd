"""Cancel, deadlines, and ending at the first failure."""

from __future__ import annotations

import pytest

from headrace import engine
from headrace.engine.changes import RunChanged
from headrace.engine.events import CancelRequested
from headrace.testing import Simulation, each, fail, simulate, succeed
from headrace.testing.sketches import Arg, Status, Task, sketch


def guarded():
    exit_task = Task(inputs={"s": Status("body")}, always=True)
    return sketch(
        {
            "body": Task(body={"slow": Task(), "next": Task(after=("slow",))}),
            "exit": exit_task,
            "other": Task(after=("body",)),
        }
    )


def test_a_cancel_stops_what_runs_and_still_runs_exit_tasks():
    simulation = Simulation(guarded(), {"slow": succeed(duration_s=1000)})
    simulation.cancel(10, "changed my mind")
    run = simulation.finish()
    assert (run.state, run.error) == ("canceled", "changed my mind")
    assert run.states == {
        "body": "canceled",
        "body/slow": "canceled",
        "body/next": "canceled",
        "exit": "succeeded",
        "other": "canceled",
    }
    assert run["exit"].inputs.parameters["s"]["state"] == "CANCELED"
    states = [change.state for change in run.changes if isinstance(change, RunChanged)]
    assert states == ["running", "canceling", "canceled"]


def test_a_second_cancel_stops_the_exit_task_too():
    simulation = Simulation(
        guarded(), {"slow": succeed(duration_s=1000), "exit": succeed(duration_s=1000)}
    )
    simulation.cancel(10)
    simulation.cancel(20)
    assert simulation.finish()["exit"].state == "canceled"


def test_an_exit_task_that_runs_already_is_left_alone_by_the_first_cancel():
    simulation = Simulation(guarded(), {"exit": succeed(duration_s=50)})
    simulation.cancel(20)
    run = simulation.finish()
    assert (run["exit"].state, run.state) == ("succeeded", "canceled")


def test_a_task_that_succeeded_before_the_stop_reached_it_has_succeeded():
    simulation = Simulation(sketch({"t": Task(), "u": Task(after=("t",))}))
    simulation.next()
    engine.step(simulation.plan, simulation.state, CancelRequested(), simulation.now)
    simulation.finish()
    states = {task.path: task.state for task in engine.task_runs(simulation.state)}
    assert states == {"t": "succeeded", "u": "canceled"}


@pytest.mark.parametrize("after_s", [0, 0.5, 1.5, 2.5, 30])
def test_a_loop_is_canceled_wherever_it_is(after_s):
    loop = Task(items=list(range(10)), limit=2, body={"t": Task(retries=1)})
    failing = each(fail(), succeed())
    document = sketch({"l": loop})
    document.raw["components"]["comp-l"]["dag"]["tasks"]["t"]["retryPolicy"]["backoffDuration"] = (
        "3s"
    )
    simulation = Simulation(document.raw, {"t": failing})
    simulation.cancel(after_s)
    run = simulation.finish()
    assert run.state == ("canceled" if after_s < 25 else "succeeded")
    assert not simulation.state.active


def test_a_cancel_of_an_ended_run_changes_nothing():
    simulation = Simulation(sketch({"t": Task()}))
    simulation.finish()
    step = engine.step(simulation.plan, simulation.state, CancelRequested(), simulation.now)
    assert (simulation.state.name, step.commands) == ("succeeded", [])


@pytest.mark.parametrize(
    ("of_run", "of_pipeline", "limit"), [(60.0, None, 60), (None, "90", 90), (60.0, "30", 30)]
)
def test_a_run_fails_when_its_time_is_up(of_run, of_pipeline, limit):
    tasks = {"t": Task(), "exit": Task(after=("t",), always=True)}
    document = sketch(
        tasks, platform={"activeDeadlineSeconds": of_pipeline} if of_pipeline else None
    )
    run = simulate(document, {"t": succeed(duration_s=1000)}, deadline_s=of_run)
    assert (run.state, run["t"].state, run["exit"].state) == ("failed", "canceled", "succeeded")
    assert run.error == f"the run took longer than the {limit} s that it may take"


def test_a_run_within_its_time_is_not_disturbed():
    assert simulate(sketch({"t": Task()}), deadline_s=60.0).state == "succeeded"


def test_fail_fast_stops_the_other_branches_and_still_runs_exit_tasks():
    tasks = {
        "bad": Task(),
        "slow": Task(),
        "later": Task(after=("slow",)),
        "exit": Task(after=("bad", "slow"), always=True),
    }
    run = simulate(
        sketch(tasks), {"bad": fail("boom"), "slow": succeed(duration_s=99)}, fail_fast=True
    )
    assert run.states == {
        "bad": "failed",
        "slow": "canceled",
        "later": "canceled",
        "exit": "succeeded",
    }
    assert (run.state, run.error) == ("failed", "bad failed: boom")
    assert run["slow"].reason == "stopped because bad failed"


def test_fail_fast_waits_for_the_last_retry():
    tasks = {"bad": Task(retries=1), "slow": Task()}
    run = simulate(
        sketch(tasks),
        {"bad": each(fail(), succeed()), "slow": succeed(duration_s=9)},
        fail_fast=True,
    )
    assert run.state == "succeeded"


def test_nothing_in_a_canceled_loop_begins_any_more():
    loop = Task(items=list(range(100)), limit=3, body={"t": Task(inputs={"n": Arg("item")})})
    simulation = Simulation(sketch({"l": loop}))
    simulation.cancel(0.5)
    run = simulation.finish()
    assert len(run.attempts) == 3
    assert run["l"].state == "canceled"
