"""Random pipelines and how their tasks end."""

from __future__ import annotations

from hypothesis import strategies as st

from headrace.testing import fail, succeed
from headrace.testing.sketches import Arg, Out, Task

NUMBER = {"Output": "NUMBER_INTEGER"}


@st.composite
def graphs(draw, depth=2, inside=False):
    """Draw the tasks of a graph: leaves with edges of data and order, groups, loops, conditions."""
    tasks = {}
    for index in range(draw(st.integers(1, 4))):
        names = list(tasks)
        some = st.sets(st.sampled_from(names), max_size=2) if names else st.just(set())
        after = tuple(sorted(draw(some)))
        always = draw(st.integers(0, 5)) == 0
        kind = draw(
            st.sampled_from(["leaf", "leaf", "leaf", "group", "loop", "if"] if depth else ["leaf"])
        )
        if kind == "leaf":
            inputs = leaf_inputs(draw, tasks, always, inside)
            tasks[f"t{index}"] = Task(
                inputs=inputs,
                types=dict.fromkeys(inputs, "NUMBER_INTEGER"),
                defaults={"d": 0} if "d" in inputs else {},
                outputs=NUMBER,
                after=after,
                always=always,
                retries=draw(st.integers(0, 1)),
                cache=draw(st.booleans()),
            )
            continue
        more = {}
        if kind == "loop":
            more = {
                "items": draw(st.lists(st.integers(0, 9), max_size=3)),
                "limit": draw(st.integers(0, 2)),
            }
        elif kind == "if":
            value = str(draw(st.booleans()))
            more = {"inputs": {"c": value}, "condition": "inputs.parameter_values['c'] == 'True'"}
        body = draw(graphs(depth=depth - 1, inside=kind == "loop"))
        more["retries"] = draw(st.integers(0, 1))
        tasks[f"g{index}"] = Task(body=body, after=after, always=always, **more)
    return tasks


def leaf_inputs(draw, tasks, always, inside):
    leaves = [name for name, task in tasks.items() if task.body is None]
    inputs = {}
    if inside and draw(st.booleans()):
        inputs["i"] = Arg("item")
    if leaves and draw(st.booleans()):
        inputs["d" if always else "x"] = Out(draw(st.sampled_from(leaves)))
    return inputs


def scripted(spec):
    """Fail every fifth attempt or so, by the digits of its id: the same in every replay."""
    digit = int(spec.id.slug[:2], 16)
    if digit < 40:
        return fail("boom", kind=["user", "oom", "infrastructure", "configuration"][digit % 4])
    return succeed({"Output": digit}, duration_s=digit % 7)


def names_in(tasks):
    for name, task in tasks.items():
        yield name
        yield from names_in(task.body or {})
