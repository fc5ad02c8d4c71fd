"""When tasks begin, and what the end of one means for the others."""

from __future__ import annotations

import pytest

from headrace.engine.values import shown
from headrace.testing import Simulation, fail, simulate, succeed
from headrace.testing.sketches import Arg, Out, Status, Task, sketch

NUMBER = {"Output": "NUMBER_INTEGER"}


def chain(**more):
    return sketch({"a": Task(), "b": Task(after=("a",)), "c": Task(after=("b",)), **more})


def test_tasks_run_in_the_order_of_their_dependencies():
    run = simulate(chain())
    assert [spec.id.task for spec in run.attempts] == ["a", "b", "c"]
    assert run.state == "succeeded"


def test_an_edge_of_data_is_a_dependency_without_being_listed():
    document = sketch({"use": Task(inputs={"n": Out("make")}), "make": Task(outputs=NUMBER)})
    raw = document.raw
    del raw["root"]["dag"]["tasks"]["use"]["dependentTasks"]
    run = simulate(raw, {"make": succeed({"Output": 5})})
    assert run["use"].inputs.parameters == {"n": "5"}


def test_a_failed_task_skips_what_depends_on_it_and_lets_others_go_on():
    run = simulate(chain(other=Task(), last=Task(after=("other",))), {"a": fail("boom")})
    assert run.states == {
        "a": "failed",
        "b": "skipped",
        "c": "skipped",
        "other": "succeeded",
        "last": "succeeded",
    }
    assert (run.state, run.error) == ("failed", "a failed: boom")
    assert run["b"].reason == "skipped because a failed"
    assert run["c"].reason == "skipped because b was skipped"


def test_pending_tasks_say_what_they_wait_for():
    document = sketch({"a": Task(), "b": Task(), "c": Task(after=("a", "b"))})
    run = simulate(document)
    first = next(change for change in run.changes if getattr(change, "path", "") == "c")
    assert first.reason == "waits for a and b"


@pytest.mark.parametrize(
    ("value", "state"), [(4, "succeeded"), (3, "skipped")], ids=["true runs", "false skips"]
)
def test_a_condition_decides_whether_a_group_runs(value, state):
    condition = "int(inputs.parameter_values['pipelinechannel--a-Output']) > 3"
    group = Task(
        inputs={"pipelinechannel--a-Output": Out("a")},
        types={"pipelinechannel--a-Output": "NUMBER_INTEGER"},
        condition=condition,
        body={"deploy": Task(), "more": Task(body={"deep": Task()}, after=("deploy",))},
    )
    run = simulate(
        sketch({"a": Task(outputs=NUMBER), "condition-1": group}), {"a": succeed({"Output": value})}
    )
    assert run.state == "succeeded"
    inside = ["condition-1", "condition-1/deploy", "condition-1/more", "condition-1/more/deep"]
    assert [run[path].state for path in inside] == [state] * 4
    if state == "skipped":
        assert (
            run["condition-1"].reason == "skipped because its condition is false: a-Output (3) > 3"
        )
        assert (
            run["condition-1/more/deep"].reason
            == "skipped because the condition is false: a-Output (3) > 3"
        )


def test_what_follows_a_false_condition_is_skipped_and_the_run_succeeds():
    group = Task(
        inputs={"x": "no"}, condition="inputs.parameter_values['x'] == 'yes'", body={"t": Task()}
    )
    run = simulate(sketch({"g": group, "after": Task(after=("g",))}))
    assert (run.state, run["after"].state) == ("succeeded", "skipped")


def test_a_condition_that_cannot_be_decided_fails_its_task():
    group = Task(
        inputs={"x": "text"}, condition="int(inputs.parameter_values['x']) > 3", body={"t": Task()}
    )
    run = simulate(sketch({"g": group}))
    assert (run.state, run["g"].error.kind) == ("failed", "configuration")


def test_a_loops_body_is_skipped_once_without_index():
    loop = Task(items=[1, 2, 3], body={"t": Task()})
    run = simulate(
        sketch({"a": Task(), "for-loop-1": Task(after=("a",), body={"l": loop})}), {"a": fail()}
    )
    assert run.states["for-loop-1/l/t"] == "skipped"


# ---------------------------------------------------------------------------- exit tasks


def exits(**body):
    status = Task(inputs={"s": Status("body")}, after=("body",), always=True)
    return sketch({"body": Task(body=body or {"t": Task()}), "exit": status})


@pytest.mark.parametrize(
    ("outcome", "state", "error"),
    [
        (succeed(), "SUCCEEDED", {}),
        (fail("boom"), "FAILED", {"code": 9, "message": "body/t failed: boom"}),
        (fail("late", kind="deadline"), "FAILED", {"code": 4, "message": "body/t failed: late"}),
    ],
)
def test_an_exit_task_runs_once_and_learns_how_the_body_ended(outcome, state, error):
    run = simulate(exits(), {"t": outcome})
    assert run["exit"].state == "succeeded"
    assert run.started("exit") == 1
    assert run["exit"].inputs.parameters["s"] == {
        "state": state,
        "pipelineJobResourceName": "run",
        "pipelineTaskName": "body",
        "error": error,
    }
    assert run.state == ("succeeded" if state == "SUCCEEDED" else "failed")


def test_a_failed_exit_task_fails_the_run():
    assert simulate(exits(), {"exit": fail("in the exit")}).state == "failed"


def test_an_exit_task_waits_until_all_of_the_body_has_ended():
    run = simulate(
        exits(quick=Task(), slow=Task()), {"quick": fail(), "slow": succeed(duration_s=60)}
    )
    assert [spec.id.task for spec in run.attempts][-1] == "exit"
    assert run["exit"].started_at >= run["body/slow"].finished_at


def test_an_exit_task_runs_also_when_the_body_never_began():
    status = Task(inputs={"s": Status("body")}, always=True)
    document = sketch({"a": Task(), "body": Task(after=("a",), body={"t": Task()}), "exit": status})
    run = simulate(document, {"a": fail()})
    assert run["exit"].inputs.parameters["s"]["state"] == "SKIPPED"
    assert run["exit"].state == "succeeded"


def test_ignoring_an_upstream_failure_gives_the_declared_default():
    clean = Task(
        inputs={"text": Out("a"), "s": Status("a")}, defaults={"text": "none"}, always=True
    )
    document = sketch(
        {"a": Task(outputs={"Output": "STRING"}), "clean": clean, "next": Task(after=("clean",))}
    )
    run = simulate(document, {"a": fail()})
    assert run["clean"].inputs.parameters["text"] == "none"
    assert run.states == {"a": "failed", "clean": "succeeded", "next": "succeeded"}
    assert run.state == "failed"
    assert simulate(document)["clean"].inputs.parameters["text"] == "text"


def test_ignoring_the_failure_of_several_runs_once_after_the_last():
    clean = Task(after=("a", "b", "c"), always=True)
    document = sketch({"a": Task(), "b": Task(), "c": Task(after=("b",)), "clean": clean})
    run = simulate(document, {"a": fail(), "b": fail(duration_s=9)})
    assert run.started("clean") == 1
    assert run["clean"].started_at >= run["b"].finished_at


def test_exit_tasks_at_three_levels_run_each_once():
    def level(inner):
        return {"body": Task(body=inner), "exit": Task(after=("body",), always=True)}

    run = simulate(sketch(level(level(level({"t": Task()})))), {"t": fail("deep")})
    assert run.started("exit") == 3
    assert run.error == "body/body/body/t failed: deep"


def test_an_exit_pipeline_runs_its_tasks_after_a_cancel():
    exit_pipeline = Task(
        body={"one": Task(), "two": Task(after=("one",))}, after=("body",), always=True
    )
    document = sketch({"body": Task(body={"t": Task()}), "exit": exit_pipeline})
    simulation = Simulation(document, {"t": succeed(duration_s=100)})
    simulation.cancel(5)
    run = simulation.finish()
    assert run.states == {
        "body": "canceled",
        "body/t": "canceled",
        "exit": "succeeded",
        "exit/one": "succeeded",
        "exit/two": "succeeded",
    }
    assert run.state == "canceled"


# ---------------------------------------------------------------------------- one of


def branches(*conditions):
    body = {
        f"condition-{index}": Task(
            inputs={"n": Arg("n")},
            types={"n": "NUMBER_INTEGER"},
            outputs={"x": "STRING", "d": "system.Dataset"},
            yields={"x": (Out("say"),), "d": (Out("say", "d"),)},
            condition=condition,
            body={"say": Task(outputs={"Output": "STRING", "d": "system.Dataset"})},
        )
        for index, condition in enumerate(conditions)
    }
    group = Task(
        inputs={"n": Arg("n")},
        types={"n": "NUMBER_INTEGER"},
        outputs={"x": "STRING", "d": "system.Dataset"},
        yields={name: tuple(Out(task, name) for task in body) for name in ("x", "d")},
        body=body,
    )
    use = Task(
        inputs={"x": Out("condition-branches-9", "x"), "d": Out("condition-branches-9", "d")},
        types={"d": "system.Dataset"},
    )
    return {"condition-branches-9": group, "use": use}


N = "int(inputs.parameter_values['n'])"


@pytest.mark.parametrize(("n", "taken"), [(1, 0), (2, 1), (7, 2)])
def test_one_of_gives_the_value_of_the_branch_that_ran(n, taken):
    tasks = branches(f"{N} == 1", f"!({N} == 1) && {N} == 2", f"!({N} == 1) && !({N} == 2)")
    run = simulate(
        sketch(tasks, inputs={"n": "NUMBER_INTEGER"}),
        {f"condition-branches-9/condition-{taken}/say": succeed({"Output": f"branch {taken}"})},
        parameters={"n": n},
    )
    assert run["use"].inputs.parameters["x"] == f"branch {taken}"
    [dataset] = run["use"].inputs.artifacts["d"]
    assert f"condition-{taken}/say" in dataset.uri


def test_one_of_without_a_branch_taken_skips_its_consumer_and_says_why():
    run = simulate(
        sketch(branches(f"{N} == 1"), inputs={"n": "NUMBER_INTEGER"}), parameters={"n": 3}
    )
    assert (run.state, run["use"].state) == ("succeeded", "skipped")
    assert (
        run["use"].reason == "skipped because condition-branches-9 made no x, which input x needs"
    )


def test_an_optional_consumer_of_an_absent_output_runs_without_it():
    tasks = branches(f"{N} == 1")
    use = Task(inputs={"x": Out("condition-branches-9", "x")}, optional=("x",))
    run = simulate(
        sketch(tasks | {"use": use}, inputs={"n": "NUMBER_INTEGER"}), parameters={"n": 3}
    )
    assert run["use"].state == "succeeded"
    assert run["use"].inputs.parameters == {}


def test_values_are_shown_with_their_type():
    assert [shown(value) for value in (None, "a", 1, True, [1], {"a": 1})] == [
        "nothing",
        "the string 'a'",
        "the number 1",
        "true",
        "the list [1]",
        'the dictionary {"a":1}',
    ]
