"""Loops: items, limits, nesting, and what they collect."""

from __future__ import annotations

import pytest

from headrace import engine
from headrace.engine import loops
from headrace.testing import Simulation, fail, simulate, succeed
from headrace.testing.sketches import Arg, Out, Task, sketch

INTEGER = {"Output": "NUMBER_INTEGER"}


def echo(spec):
    return succeed({"Output": spec.inputs.parameters["n"]})


def loop(items, **more):
    body = Task(inputs={"n": Arg("item")}, types={"n": "NUMBER_INTEGER"}, outputs=INTEGER)
    return Task(
        items=items,
        body={"t": body},
        outputs={"all": "LIST"},
        yields={"all": (Out("t"),)},
        **more,
    )


def collecting(task):
    total = Task(inputs={"xs": Out("l", "all")}, types={"xs": "LIST"})
    return {"l": task, "total": total}


def test_a_loop_runs_its_body_for_each_item_and_collects_in_their_order():
    def slow_first(spec):
        return succeed(echo(spec).outputs, duration_s=10 - spec.inputs.parameters["n"])

    run = simulate(sketch(collecting(loop([3, 1, 2]))), {"t": slow_first})
    assert run["total"].inputs.parameters["xs"] == [3, 1, 2]
    assert [path for path in run.tasks if path.startswith("l[1]")] == ["l[1]", "l[1]/t"]
    assert (run["l[1]"].kind, run["l[1]"].iteration, run["l[1]"].parent) == ("iteration", 1, "l")
    assert run["l[1]/t"].parent == "l[1]"


@pytest.mark.parametrize("items", [[], "[]"], ids=["list", "JSON text"])
def test_a_loop_over_nothing_succeeds_with_empty_lists(items):
    source = Task(outputs={"Output": "STRING" if isinstance(items, str) else "LIST"})
    task = loop("xs", inputs={"xs": Out("make")}, types={"xs": "LIST", "item": "NUMBER_INTEGER"})
    if isinstance(items, str):
        task = loop(
            "xs", inputs={"xs": Out("make")}, types={"xs": "STRING", "item": "NUMBER_INTEGER"}
        )
    run = simulate(
        sketch({"make": source} | collecting(task)), {"make": succeed({"Output": items})}
    )
    assert run.state == "succeeded"
    assert run["total"].inputs.parameters["xs"] == []


def test_a_loop_over_what_is_no_list_fails_and_says_so():
    task = loop("xs", inputs={"xs": Out("make")}, types={"xs": "STRING"})
    document = sketch({"make": Task(outputs={"Output": "STRING"})} | collecting(task))
    run = simulate(document, {"make": succeed({"Output": "many"})})
    assert run["l"].error.message == "l loops over xs, which is the string 'many', not a list"


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_no_more_iterations_are_open_than_the_limit_allows(limit):
    simulation = Simulation(
        sketch({"l": loop(list(range(9)), limit=limit)}), {"t": echo}, seed=limit
    )
    most = 0
    while not simulation.state.ended:
        simulation.next()
        most = max(most, len(simulation.state.active))
    assert most == limit


def test_loops_in_loops_give_lists_of_lists():
    inner = loop([1, 2], inputs={"outer": Arg("item")}, types={"outer": "NUMBER_INTEGER"})
    outer = Task(
        items=[10, 20, 30],
        body={"inner": inner},
        outputs={"all": "LIST"},
        yields={"all": (Out("inner", "all"),)},
    )
    run = simulate(sketch(collecting(outer)), {"t": echo})
    assert run["total"].inputs.parameters["xs"] == [[1, 2]] * 3
    assert run.states["l[2]/inner[1]/t"] == "succeeded"


def test_artifacts_are_collected_into_one_list_and_can_be_looped_over():
    make = Task(
        items=[1, 2],
        body={"t": Task(outputs={"d": "system.Dataset"})},
        outputs={"ds": "system.Dataset[]"},
        yields={"ds": (Out("t", "d"),)},
    )
    each = Task(
        inputs={"ds": Out("make", "ds")},
        types={"ds": "system.Dataset[]", "item": "system.Dataset"},
        items="ds",
        body={"u": Task(inputs={"d": Arg("item")}, types={"d": "system.Dataset"})},
    )
    run = simulate(sketch({"make": make, "each": each}))
    uris = [run[f"each[{index}]/u"].inputs.artifacts["d"][0].uri for index in range(2)]
    assert uris == [f"file:///root/sketch/run/make/{index}/t/1/d" for index in range(2)]
    assert len(run["make"].outputs.artifacts["ds"]) == 2


def test_a_dictionary_item_is_read_by_selector():
    use = Task(inputs={"n": Arg("item")}, types={"n": "NUMBER_INTEGER"}, outputs=INTEGER)
    document = sketch({"l": Task(items=[{"a": 1}, {"a": 2}], body={"t": use})})
    body = next(value for name, value in document.raw["components"].items() if name == "comp-l")
    binding = body["dag"]["tasks"]["t"]["inputs"]["parameters"]["n"]
    binding["parameterExpressionSelector"] = 'parseJson(string_value)["a"]'
    run = simulate(document.raw)
    assert [run[f"l[{index}]/t"].inputs.parameters["n"] for index in range(2)] == [1, 2]


def test_a_failed_iteration_fails_the_loop_while_the_others_go_on():
    run = simulate(sketch(collecting(loop([1, 2, 3]))), {"t": echo, "l[1]/t": fail("two")})
    assert run["l"].reason == "1 of 3 iterations failed"
    assert run.states["l[2]/t"] == "succeeded"
    assert run["total"].reason == "skipped because l failed"
    assert run.error == "l[1]/t failed: two"


def test_iterations_that_made_nothing_add_nothing():
    run = simulate(
        sketch(collecting(loop([1, 2, 3]))), {"t": echo, "l[1]/t": succeed(absent=["Output"])}
    )
    assert run["total"].inputs.parameters["xs"] == [1, 3]


def test_what_succeeded_in_a_finished_iteration_is_let_go_of():
    simulation = Simulation(sketch({"l": loop(list(range(50)))}), {"t": echo})
    simulation.finish()
    assert len(list(engine.task_runs(simulation.state))) == 1


def test_a_loop_opens_no_more_iterations_than_the_window(monkeypatch):
    monkeypatch.setattr(loops, "WINDOW", 7)
    simulation = Simulation(sketch({"l": loop(list(range(20)))}), {"t": echo})
    simulation.next()
    assert len(simulation.state.active) == 7
    assert simulation.finish().state == "succeeded"


def test_a_loop_may_be_guarded_by_a_condition():
    task = loop([1], inputs={"x": 1}, condition="int(inputs.parameter_values['x']) == 2")
    assert simulate(sketch({"l": task}))["l"].state == "skipped"


def test_artifacts_of_loops_in_loops_are_one_flat_list_in_their_order():
    write = Task(outputs={"data": "system.Dataset"})
    inner = Task(
        items=[1, 2],
        body={"write": write},
        outputs={"all": "system.Dataset[]"},
        yields={"all": (Out("write", "data"),)},
    )
    outer = Task(
        items=["a", "b"],
        body={"inner": inner},
        outputs={"all": "system.Dataset[]"},
        yields={"all": (Out("inner", "all"),)},
    )
    read = Task(inputs={"xs": Out("outer", "all")}, types={"xs": "system.Dataset[]"})
    run = simulate(sketch({"outer": outer, "read": read}))
    made = [f"outer[{i}]/inner[{j}]/write" for i in range(2) for j in range(2)]
    assert run["read"].inputs.artifacts["xs"] == tuple(
        run[path].outputs.artifacts["data"][0] for path in made
    )
