"""Graphs and forms of pipelines, from their plans alone."""

from __future__ import annotations

import time

import pytest

from headrace import engine
from headrace.server.native.forms import form_of
from headrace.server.native.graph import MAX_NODES, pipeline_graph, run_graph
from headrace.store import TaskRun
from headrace.testing.sketches import Arg, Out, Task, sketch

TABLE = {"table": "system.Dataset"}
LOOP = Task(
    inputs={"rows": Out("load", "n")},
    types={"rows": "LIST"},
    items="rows",
    limit=2,
    body={
        "fit": Task(inputs={"x": Arg("item")}),
        "score": Task(after=("fit",)),
    },
)
WHOLE = sketch(
    {
        "load": Task(outputs={"n": "LIST", **TABLE}, retries=3),
        "each": LOOP,
        "big": Task(
            condition="inputs.parameter_values['n'] == 1",
            inputs={"n": Arg("n")},
            types={"n": "NUMBER_INTEGER"},
            body={"report": Task()},
        ),
        "read": Task(inputs={"data": Out("load", "table")}, types={"data": "system.Dataset"}),
        "exit-handler-1": Task(body={"inner": Task()}),
        "clean": Task(after=("exit-handler-1",), always=True),
        "fetch": Task(
            executor={
                "importer": {
                    "artifactUri": {"constant": "s3://b/k"},
                    "typeSchema": {"schemaTitle": "system.Dataset"},
                }
            },
            outputs={"artifact": "system.Dataset"},
        ),
    },
    inputs={"n": "NUMBER_INTEGER"},
)


def nodes_of(graph):
    return {node.path: node for node in graph.nodes}


def edges_of(graph):
    return {(e.source, e.target, e.kind, e.label) for e in graph.edges}


def test_a_pipeline_shows_its_tasks_by_kind_with_each_body_once():
    nodes = nodes_of(pipeline_graph(engine.plan(WHOLE)))
    assert {path: (node.kind, node.parent) for path, node in nodes.items()} == {
        "load": ("container", ""),
        "each": ("loop", ""),
        "each/fit": ("container", "each"),
        "each/score": ("container", "each"),
        "big": ("condition", ""),
        "big/report": ("container", "big"),
        "read": ("container", ""),
        "exit-handler-1": ("exit", ""),
        "exit-handler-1/inner": ("container", "exit-handler-1"),
        "clean": ("container", ""),
        "fetch": ("importer", ""),
    }


def test_nodes_say_what_decides_whether_and_how_they_run():
    nodes = nodes_of(pipeline_graph(engine.plan(WHOLE)))
    assert nodes["load"].retries == 3
    assert nodes["load"].image == "image-of-load"
    assert (nodes["each"].items, nodes["each"].parallelism) == ("rows", 2)
    assert nodes["big"].condition == "inputs.parameter_values['n'] == 1"
    assert nodes["clean"].always


def test_edges_join_siblings_and_name_what_is_passed():
    assert edges_of(pipeline_graph(engine.plan(WHOLE))) == {
        ("load", "each", "data", "n"),
        ("each/fit", "each/score", "order", ""),
        ("load", "read", "data", "table"),
        ("exit-handler-1", "clean", "order", ""),
    }


def test_artifacts_stand_between_the_tasks_that_make_and_read_them():
    graph = pipeline_graph(engine.plan(WHOLE), artifacts=True)
    node = nodes_of(graph)["load:table"]
    assert (node.kind, node.component, node.name) == ("artifact", "system.Dataset", "table")
    edges = edges_of(graph)
    assert ("load", "load:table", "data", "") in edges
    assert ("load:table", "read", "data", "") in edges
    assert not {edge for edge in edges if edge[:2] == ("load", "read")}


def row(path, parent, iteration):
    return TaskRun(
        run_id="r",
        path=path,
        parent=parent,
        name=path,
        display_name=path,
        component="c",
        kind="iteration",
        state="running",
        iteration=iteration,
    )


def test_a_run_shows_the_iterations_that_have_begun_in_their_order():
    rows = [row("each[1]", "each", 1), row("each[0]", "each", 0)]
    graph = run_graph(engine.plan(WHOLE), rows)
    inside = [node.path for node in graph.nodes if node.path.startswith("each")]
    assert inside == [
        "each",
        "each[0]",
        "each[1]",
        "each[0]/fit",
        "each[0]/score",
        "each[1]/fit",
        "each[1]/score",
    ]
    assert nodes_of(graph)["each[1]"].iteration == 1
    assert ("each[1]/fit", "each[1]/score", "order", "") in edges_of(graph)


def test_a_loop_within_a_loop_has_iterations_of_its_own():
    document = sketch(
        {"a": Task(items=[1, 2], body={"b": Task(items=[1], item="i", body={"c": Task()})})}
    )
    rows = [row("a[0]", "a", 0), row("a[1]", "a", 1), row("a[1]/b[0]", "a[1]/b", 0)]
    paths = set(nodes_of(run_graph(engine.plan(document), rows)))
    assert paths == {
        "a",
        "a[0]",
        "a[1]",
        "a[0]/b",
        "a[0]/b/c",
        "a[1]/b",
        "a[1]/b[0]",
        "a[1]/b[0]/c",
    }


def test_literal_items_are_shown_when_they_are_few():
    few = sketch({"a": Task(items=[1, 2], body={"b": Task()})})
    many = sketch({"a": Task(items=list(range(500)), body={"b": Task()})})
    assert nodes_of(pipeline_graph(engine.plan(few)))["a"].items == [1, 2]
    assert nodes_of(pipeline_graph(engine.plan(many)))["a"].items == "500 items"


def test_what_is_too_large_to_draw_says_so():
    document = sketch({"a": Task(items=[1], body={"b": Task()})})
    rows = [row(f"a[{i}]", "a", i) for i in range(MAX_NODES + 10)]
    graph = run_graph(engine.plan(document), rows)
    assert graph.truncated
    assert len(graph.nodes) <= MAX_NODES + 1


def test_two_thousand_tasks_are_drawn_at_once():
    tasks = {f"t{i}": Task(inputs={"a": Out(f"t{i - 1}")} if i else {}) for i in range(2000)}
    for name in tasks:
        tasks[name] = Task(inputs=tasks[name].inputs, outputs={"Output": "STRING"})
    plan = engine.plan(sketch(tasks))
    before = time.process_time()
    graph = pipeline_graph(plan)
    assert time.process_time() - before < 0.5
    assert (len(graph.nodes), len(graph.edges)) == (2000, 1999)


@pytest.mark.parametrize(
    ("kind", "default", "expected"),
    [
        ("NUMBER_INTEGER", 3.0, (False, 3)),
        ("NUMBER_DOUBLE", 3.5, (False, 3.5)),
        ("STRUCT", {"a": [1]}, (False, {"a": [1]})),
        ("STRING", "x", (False, "x")),
    ],
)
def test_a_form_has_defaults_as_people_write_them(kind, default, expected):
    document = sketch({"a": Task()}, inputs={"p": kind}, defaults={"p": default})
    (field,) = form_of(document)
    assert (field.required, field.default) == expected
    assert type(field.default) is type(expected[1])


def test_a_form_says_what_must_be_given():
    document = sketch({"a": Task()}, inputs={"n": "NUMBER_INTEGER", "d": "system.Dataset"})
    fields = {field.name: field for field in form_of(document)}
    assert (fields["n"].type, fields["n"].required) == ("NUMBER_INTEGER", True)
    assert (fields["d"].type, fields["d"].artifact) == ("system.Dataset", True)
