"""Going on with a run that failed or was canceled."""

from __future__ import annotations

import pytest

from headrace import engine
from headrace.engine.events import RetryRequested
from headrace.testing import Simulation, fail, simulate, succeed
from headrace.testing.sketches import Arg, Out, Status, Task, sketch


def test_what_succeeded_stays_and_the_rest_runs():
    tasks = {"a": Task(), "b": Task(after=("a",)), "c": Task(after=("b",)), "d": Task()}
    simulation = Simulation(sketch(tasks), {"b": fail()})
    assert simulation.finish().state == "failed"
    run = simulation.retry({"b": succeed()})
    assert (run.state, set(run.states.values())) == ("succeeded", {"succeeded"})
    assert [run.started(name) for name in "abcd"] == [1, 2, 1, 1]
    assert run["b"].attempts == 2


def test_a_run_that_fails_again_can_be_retried_again():
    simulation = Simulation(sketch({"a": Task()}), {"a": fail()})
    simulation.finish()
    assert simulation.retry().state == "failed"
    run = simulation.retry({"a": succeed()})
    assert (run.state, run.error, run["a"].attempts) == ("succeeded", None, 3)


def test_a_loop_goes_on_with_the_iterations_that_failed():
    body = Task(
        inputs={"n": Arg("item")},
        types={"n": "NUMBER_INTEGER"},
        outputs={"Output": "NUMBER_INTEGER"},
    )
    loop = Task(
        items=[1, 2, 3],
        body={"t": body, "u": Task(after=("t",))},
        outputs={"all": "LIST"},
        yields={"all": (Out("t"),)},
    )
    total = Task(inputs={"xs": Out("l", "all")}, types={"xs": "LIST"})
    echo = lambda spec: succeed({"Output": spec.inputs.parameters["n"]})  # noqa: E731
    simulation = Simulation(sketch({"l": loop, "total": total}), {"t": echo, "l[1]/t": fail()})
    simulation.finish()
    run = simulation.retry({"l[1]/t": echo})
    assert run.started("t") == 4
    assert run["l[1]/t"].attempts == 2
    assert run["total"].inputs.parameters["xs"] == [1, 2, 3]


@pytest.mark.parametrize("after_s", [0.5, 3.5, 7.5])
def test_a_canceled_loop_goes_on_where_it_was(after_s):
    loop = Task(items=list(range(10)), limit=2, body={"t": Task(), "u": Task(after=("t",))})
    simulation = Simulation(sketch({"l": loop}))
    simulation.cancel(after_s)
    assert simulation.finish().state == "canceled"
    run = simulation.retry()
    assert run.state == "succeeded"
    succeeded = [spec.id.task for spec in run.attempts]
    assert len(set(succeeded)) == 20
    assert all(run.states[path] == "succeeded" for path in run.states if not path.endswith("]/u"))


def test_an_exit_task_runs_again_and_hears_of_the_new_end():
    exit_task = Task(inputs={"s": Status("body")}, always=True)
    document = sketch(
        {"body": Task(body={"t": Task()}), "exit": exit_task, "then": Task(after=("exit",))}
    )
    simulation = Simulation(document, {"t": fail()})
    assert simulation.finish()["exit"].inputs.parameters["s"]["state"] == "FAILED"
    run = simulation.retry({"t": succeed()})
    assert run["exit"].inputs.parameters["s"]["state"] == "SUCCEEDED"
    assert (run["exit"].attempts, run["then"].attempts) == (2, 2)


def test_attempts_inside_of_an_exit_pipeline_never_have_the_id_of_earlier_ones():
    inner = {"l": Task(items=[1, 2], body={"t": Task()}), "g": Task(body={"t": Task()})}
    exit_task = Task(after=("body",), always=True, body=inner)
    simulation = Simulation(sketch({"body": Task(), "exit": exit_task}), {"body": fail()})
    simulation.finish()
    run = simulation.retry({"body": succeed()})
    ids = [spec.id for spec in run.attempts]
    assert len(ids) == len(set(ids)) == 8
    assert run.state == "succeeded"


def test_a_group_that_was_skipped_runs_from_its_beginning():
    tasks = {
        "a": Task(),
        "g": Task(after=("a",), body={"x": Task(), "l": Task(items=[1], body={"t": Task()})}),
    }
    simulation = Simulation(sketch(tasks), {"a": fail()})
    simulation.finish()
    run = simulation.retry({"a": succeed()})
    assert run.state == "succeeded"
    assert run.states["g/l[0]/t"] == "succeeded"


@pytest.mark.parametrize("ended", [True, False], ids=["succeeded", "running"])
def test_only_a_run_that_failed_can_go_on(ended):
    simulation = Simulation(sketch({"t": Task()}))
    if ended:
        simulation.finish()
    else:
        simulation.next()
    state = simulation.state.name
    step = engine.step(simulation.plan, simulation.state, RetryRequested(), simulation.now)
    assert (simulation.state.name, step.commands) == (state, [])


def test_a_deadline_starts_anew():
    simulation = Simulation(sketch({"t": Task()}), {"t": succeed(duration_s=50)}, deadline_s=20.0)
    assert simulation.finish().state == "failed"
    assert simulation.retry({"t": succeed(duration_s=10)}).state == "succeeded"


def test_a_condition_is_decided_again():
    group = Task(
        inputs={"n": Out("a")},
        types={"n": "NUMBER_INTEGER"},
        condition="int(inputs.parameter_values['n']) > 1",
        body={"t": Task()},
    )
    tasks = {"a": Task(outputs={"Output": "NUMBER_INTEGER"}), "g": group, "bad": Task()}
    simulation = Simulation(sketch(tasks), {"bad": fail()})
    assert simulation.finish()["g"].state == "skipped"
    run = simulation.retry({"bad": succeed()})
    assert (run.state, run["g"].state) == ("succeeded", "skipped")


def test_a_run_is_the_same_after_a_replay_of_its_retries():
    document = sketch({"a": Task(), "g": Task(body={"b": Task(), "c": Task(after=("b",))})})
    simulation = Simulation(document, {"b": fail()})
    simulation.finish()
    simulation.retry({"b": succeed()})
    simulation._crash()
    assert simulation.state.name == "succeeded"


def test_history_says_that_the_run_goes_on():
    simulation = Simulation(sketch({"a": Task()}), {"a": fail()})
    simulation.finish()
    assert "the run goes on" in simulation.retry().messages
    assert simulate(sketch({"a": Task()})).messages == ["the run succeeded"]


def test_a_loop_keeps_its_limit_when_it_goes_on():
    document = sketch({"l": Task(items=list(range(6)), limit=2, body={"t": Task()})})
    simulation = Simulation(document, {"t": fail()})
    simulation.finish()
    run = simulation.retry({"t": succeed()})
    assert (run.state, len(run.attempts)) == ("succeeded", 12)


def test_a_loop_that_goes_on_can_be_canceled_and_go_on_again():
    document = sketch({"l": Task(items=list(range(6)), limit=2, body={"t": Task()})})
    simulation = Simulation(document, {"t": fail()})
    simulation.finish()
    simulation.cancel(2.5)
    assert simulation.retry({"t": succeed()}).state == "canceled"
    assert simulation.retry().state == "succeeded"


def test_rows_that_stood_for_what_was_skipped_make_way():
    loop = Task(items=[1, 2], body={"t": Task(), "g": Task(body={"u": Task()})})
    simulation = Simulation(
        sketch({"a": Task(), "l": Task(after=("a",), body={"l": loop})}), {"a": fail()}
    )
    assert simulation.finish().states["l/l/g/u"] == "skipped"
    run = simulation.retry({"a": succeed()})
    assert run.states["l/l[1]/g/u"] == "succeeded"
    assert [path for path in run.states if path.startswith("l/l/")] == []
    assert set(run.states.values()) == {"succeeded"}


GUARDED = {
    "exit-handler-1": Task(body={"t": Task(cache=True)}),
    "tidy": Task(after=("exit-handler-1",), always=True, cache=True),
    "report": Task(after=("exit-handler-1",), always=True, body={"send": Task(cache=True)}),
}


def test_a_cached_exit_task_runs_again_when_its_run_goes_on_and_fails_again():
    cache = {}
    simulation = Simulation(sketch(GUARDED), {"t": fail()}, cache=cache)
    simulation.finish()
    for generation in (2, 3):
        run = simulation.retry()
        assert [run.started(name) for name in ("tidy", "send")] == [generation] * 2
        assert not run["tidy"].cached
    assert cache == {}


def test_a_later_run_reuses_its_steps_and_runs_its_exit_tasks():
    cache = {}
    for cached in (False, True):
        run = simulate(sketch(GUARDED), cache=cache, run_id=f"run-{cached}")
        assert run["exit-handler-1/t"].cached == cached
        assert [run.started(name) for name in ("tidy", "send")] == [1, 1]


def test_a_rerun_runs_its_exit_tasks_whatever_it_may_reuse():
    first = simulate(sketch(GUARDED), run_id="first")
    leaves = {path: row for path, row in first.tasks.items() if row.outputs and row.attempts}
    assert set(leaves) == {"exit-handler-1/t", "tidy", "report/send"}
    run = simulate(
        sketch(GUARDED),
        reuse={path: row.outputs for path, row in leaves.items()},
        reuse_keys={path: row.cache_key for path, row in leaves.items() if row.cache_key},
        reuse_source="first",
    )
    assert [run.started(name) for name in ("t", "tidy", "send")] == [0, 1, 1]


def test_what_only_ignores_failures_is_reused_as_any_step():
    cache = {}
    document = sketch({"a": Task(), "b": Task(after=("a",), always=True, cache=True)})
    assert not simulate(document, cache=cache)["b"].cached
    assert simulate(document, cache=cache)["b"].cached
