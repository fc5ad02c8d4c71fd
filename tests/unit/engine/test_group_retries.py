"""Retries of groups: pipelines in pipelines and loops go on inside after a failure."""

from __future__ import annotations

import pytest

from headrace.testing import Simulation, each, fail, simulate, succeed
from headrace.testing.sketches import Status, Task, sketch


def group(retries=1, **policy):
    body = {"a": Task(), "b": Task(after=("a",)), "c": Task(after=("b",))}
    more = {"retryPolicy": {"maxRetryCount": retries, **policy}}
    return sketch({"g": Task(body=body, retries=retries, more=more), "next": Task(after=("g",))})


def test_what_failed_in_a_group_runs_again_and_what_succeeded_stays():
    run = simulate(group(), {"b": each(fail(), succeed())})
    assert (run.state, set(run.states.values())) == ("succeeded", {"succeeded"})
    assert [run.started(name) for name in ("a", "b", "c", "next")] == [1, 2, 1, 1]
    assert run["g"].error is None


def test_a_group_that_has_no_retries_left_has_failed():
    run = simulate(group(2), {"b": fail("again")})
    assert (run.state, run.started("b"), run["next"].state) == ("failed", 3, "skipped")
    assert run["g"].error.message == "g/b failed: again"


def test_a_group_waits_before_it_goes_on_and_says_so():
    run = simulate(group(1, backoffDuration="30s"), {"b": each(fail(), succeed())})
    first, second = [
        c
        for c in run.changes
        if getattr(c, "path", "") == "g/b"
        and getattr(c, "state", "") == "running"
        and hasattr(c, "kind")
    ]
    assert second.started_at - first.started_at == 31
    assert "g: b failed; goes on in 30 s" in run.messages


def test_a_loop_goes_on_with_what_failed_within_its_limit():
    loop = Task(items=list(range(5)), limit=2, retries=1, body={"t": Task()})
    run = simulate(sketch({"l": loop}), {"t": each(fail(), succeed())})
    assert (run.state, len(run.attempts)) == ("succeeded", 10)


def test_a_group_within_a_group_spends_its_own_retries_first():
    inner = Task(body={"t": Task()}, retries=1)
    outer = Task(body={"inner": inner}, retries=1)
    run = simulate(sketch({"outer": outer}), {"t": fail()})
    assert run.started("t") == 4


def test_nothing_is_tried_again_that_can_never_start():
    assert simulate(group(3), {"b": fail(kind="configuration")}).started("b") == 1


@pytest.mark.parametrize("after_s", [1.5, 2.5, 10, 40])
def test_a_group_that_waits_can_be_canceled(after_s):
    simulation = Simulation(group(1, backoffDuration="60s"), {"b": fail()})
    simulation.cancel(after_s)
    run = simulation.finish()
    assert (run.state, run["g"].state) == ("canceled", "canceled")


def test_an_exit_task_hears_only_of_the_last_end():
    body = Task(body={"t": Task()}, retries=1)
    exit_task = Task(inputs={"s": Status("body")}, always=True)
    run = simulate(sketch({"body": body, "exit": exit_task}), {"t": each(fail(), succeed())})
    assert run.started("exit") == 1
    assert run["exit"].inputs.parameters["s"]["state"] == "SUCCEEDED"


def test_fail_fast_waits_until_a_group_has_no_retries_left():
    document = sketch({"g": Task(body={"t": Task()}, retries=1), "slow": Task()})
    outcomes = {"t": each(fail(), succeed()), "slow": succeed(duration_s=99)}
    assert simulate(document, outcomes, fail_fast=True).state == "succeeded"
    run = simulate(document, outcomes | {"t": fail()}, fail_fast=True)
    assert (run.state, run["slow"].state) == ("failed", "canceled")
