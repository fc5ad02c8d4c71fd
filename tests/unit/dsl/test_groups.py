"""Control flow: which blocks may stand where, and who may read from whom."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

from headrace import dsl
from headrace.dsl.exceptions import InvalidControlFlowException, InvalidTopologyException
from headrace.dsl.graph import Branch, Branches, ExitScope, Loop, Pipeline, Task


def pipeline_of(body: Callable[..., Any]) -> Pipeline:
    @dsl.pipeline(name="p")
    def p(text: str = "t", texts: list = ["a"], flag: bool = True):  # noqa: B006
        body(text, texts, flag)

    graph = p.component.implementation
    assert isinstance(graph, Pipeline)
    return graph


def shape(nodes: Any) -> list[Any]:
    """The names in a graph, nested."""
    return [
        node.name if isinstance(node, Task) else {node.name: shape(node.children)} for node in nodes
    ]


def test_groups_are_numbered_as_kfp_does(kit: Any) -> None:
    def body(text: Any, texts: Any, flag: Any) -> None:
        with dsl.If(text == "a"):
            kit.say()
        with dsl.ParallelFor(["x"]) as item:
            kit.say(text=item)
        with dsl.If(text == "b"):
            kit.say()
        with dsl.Elif(text == "c"):
            kit.say()
        with dsl.Else():
            kit.say()

    assert shape(pipeline_of(body).children) == [
        {"condition-1": ["say"]},
        {"for-loop-3": ["say-2"]},
        {
            "condition-branches-4": [
                {"condition-5": ["say-3"]},
                {"condition-6": ["say-4"]},
                {"condition-7": ["say-5"]},
            ]
        },
    ]


def test_each_branch_has_the_opposites_of_those_before_it(kit: Any) -> None:
    def body(text: Any, texts: Any, flag: Any) -> None:
        with dsl.If(text == "b"):
            kit.say()
        with dsl.Elif(text == "c"):
            kit.say()
        with dsl.Else():
            kit.say()

    (branches,) = pipeline_of(body).children
    assert isinstance(branches, Branches)
    tests = [[(t.right, t.negate) for t in b.tests] for b in branches.children]  # type: ignore[union-attr]
    assert tests == [
        [("b", False)],
        [("b", True), ("c", False)],
        [("b", True), ("c", True)],
    ]


def test_what_follows_a_chain_without_else_stays_beside_it(kit: Any) -> None:
    def body(text: Any, texts: Any, flag: Any) -> None:
        with dsl.ParallelFor(texts):
            with dsl.If(text == "b"):
                kit.say()
            with dsl.Elif(text == "c"):
                kit.say()
            kit.say()
        kit.say()

    assert shape(pipeline_of(body).children) == [
        {
            "for-loop-1": [
                {
                    "condition-branches-2": [
                        {"condition-3": ["say"]},
                        {"condition-4": ["say-2"]},
                        "say-3",
                    ]
                }
            ]
        },
        "say-4",
    ]


def test_an_exit_task_leaves_the_block_it_was_made_in(kit: Any) -> None:
    def body(text: Any, texts: Any, flag: Any) -> None:
        with dsl.ExitHandler(kit.report()):
            kit.say()

    (scope,) = pipeline_of(body).children
    assert isinstance(scope, ExitScope)
    assert scope.exit_task.name == "report"
    assert shape(scope.children) == ["say"]


@pytest.mark.parametrize(
    ("items", "kind", "values"),
    [
        (["a"], "STRING", ["a"]),
        ((1, 2), "NUMBER_INTEGER", [1, 2]),
        ([0.5], "NUMBER_DOUBLE", [0.5]),
        ([{"a": 1}], "STRUCT", [{"a": 1}]),
        ([[1]], "LIST", [[1]]),
    ],
)
def test_the_item_of_a_written_list_has_the_type_of_its_first(
    kit: Any, items: Any, kind: str, values: Any
) -> None:
    def body(text: Any, texts: Any, flag: Any) -> None:
        with dsl.ParallelFor(items, parallelism=2):
            kit.say()

    (loop,) = pipeline_of(body).children
    assert isinstance(loop, Loop)
    assert (str(loop.item.type), loop.values, loop.parallelism) == (kind, values, 2)


def test_fields_of_written_items_may_have_any_name(kit: Any) -> None:
    def body(text: Any, texts: Any, flag: Any) -> None:
        with dsl.ParallelFor([{"name": "a", "type": "b"}]) as item:
            kit.say(text=item.name)
            kit.say(text=item.type)

    (loop,) = pipeline_of(body).children
    fields = [task.arguments["text"].field for task in loop.children]  # type: ignore[union-attr]
    assert fields == ["name", "type"]


def test_a_comparison_that_python_decides_is_warned_of() -> None:
    def body(text: Any, texts: Any, flag: Any) -> None:
        assert text == "a"

    with pytest.warns(UserWarning, match="counts as true"), pytest.raises(ValueError):
        pipeline_of(body)


def two(kit: Any, text: Any) -> tuple[Any, Any]:
    with dsl.If(text == "a"):
        one = kit.number()
    with dsl.Else():
        other = kit.number()
    return one, other


def inside(kit: Any, group: Any) -> Any:
    with group:
        return kit.number()


MISPLACED: dict[str, tuple[type[Exception], Callable[..., Any]]] = {
    "an Else without an If": (
        InvalidControlFlowException,
        lambda kit, t, ls, f: inside(kit, dsl.Else()),
    ),
    "an Else after an Else": (
        InvalidControlFlowException,
        lambda kit, t, ls, f: (two(kit, t), inside(kit, dsl.Else())),
    ),
    "an Elif after a loop": (
        InvalidControlFlowException,
        lambda kit, t, ls, f: (inside(kit, dsl.ParallelFor(ls)), inside(kit, dsl.Elif(t == "a"))),
    ),
    "a constant condition": (ValueError, lambda kit, t, ls, f: dsl.If(1 == 1)),  # noqa: PLR0133
    "a channel as a condition": (AttributeError, lambda kit, t, ls, f: dsl.If(f)),
    "a list in a condition": (ValueError, lambda kit, t, ls, f: dsl.If(ls == "a")),
    "None in a condition": (AssertionError, lambda kit, t, ls, f: dsl.If(t == None)),  # noqa: E711
    "a boolean against a number": (ValueError, lambda kit, t, ls, f: dsl.If(f == 1)),
    "an empty list": (ValueError, lambda kit, t, ls, f: dsl.ParallelFor([])),
    "a loop over text": (TypeError, lambda kit, t, ls, f: dsl.ParallelFor("abc")),
    "a loop over a single parameter": (ValueError, lambda kit, t, ls, f: dsl.ParallelFor(t)),
    "a loop over a single artifact": (
        ValueError,
        lambda kit, t, ls, f: dsl.ParallelFor(kit.many().outputs["data"]),
    ),
    "a negative parallelism": (
        ValueError,
        lambda kit, t, ls, f: dsl.ParallelFor(ls, parallelism=-1),
    ),
    "a parallelism in text": (
        TypeError,
        lambda kit, t, ls, f: dsl.ParallelFor(ls, parallelism="2"),
    ),
    "a field that is no name": (ValueError, lambda kit, t, ls, f: dsl.ParallelFor([{"a b": 1}])),
    "None in a loop": (TypeError, lambda kit, t, ls, f: dsl.ParallelFor([None])),
    "an exit task that depends on another": (
        ValueError,
        lambda kit, t, ls, f: dsl.ExitHandler(kit.say().after(kit.say())),
    ),
    "an exit task that is no task": (TypeError, lambda kit, t, ls, f: dsl.ExitHandler(kit.say)),
    "OneOf without the Else": (
        ValueError,
        lambda kit, t, ls, f: dsl.OneOf(two(kit, t)[0].output),
    ),
    "OneOf of different types": (
        TypeError,
        lambda kit, t, ls, f: dsl.OneOf(two(kit, t)[0].output, kit.say().output),
    ),
    "OneOf of tasks outside of branches": (
        AttributeError,
        lambda kit, t, ls, f: dsl.OneOf(kit.number().output, kit.number().output),
    ),
    "OneOf in a text": (
        NotImplementedError,
        lambda kit, t, ls, f: str(dsl.OneOf(*(task.output for task in two(kit, t)))),
    ),
    "OneOf collected": (
        ValueError,
        lambda kit, t, ls, f: dsl.Collected(dsl.OneOf(*(task.output for task in two(kit, t)))),
    ),
    "OneOf of nothing": (ValueError, lambda kit, t, ls, f: dsl.OneOf()),
}


@pytest.mark.parametrize("what", MISPLACED)
def test_a_misplaced_block_is_refused_at_its_line(kit: Any, what: str) -> None:
    kind, body = MISPLACED[what]
    with pytest.raises(kind) as caught:
        pipeline_of(lambda text, texts, flag: body(kit, text, texts, flag))
    error: Any = caught.value
    assert error.where[0].file == __file__
    assert error.hint


def nested_exit(kit: Any, text: Any) -> None:
    with dsl.If(text == "a"), dsl.ExitHandler(kit.report()):
        kit.say()


def test_an_exit_handler_stands_at_the_top_only(kit: Any) -> None:
    with pytest.raises(ValueError, match="at the top"):
        pipeline_of(lambda text, texts, flag: nested_exit(kit, text))


UNREACHABLE: dict[str, Callable[..., Any]] = {
    "an output in a condition": lambda kit, t, ls: kit.say(
        times=inside(kit, dsl.If(t == "a")).output
    ),
    "the order after a task in a condition": lambda kit, t, ls: kit.say().after(
        inside(kit, dsl.If(t == "a"))
    ),
    "an output in a loop": lambda kit, t, ls: kit.say(
        times=inside(kit, dsl.ParallelFor(ls)).output
    ),
    "an output in a loop, in a text": lambda kit, t, ls: kit.say(
        text=f"{inside(kit, dsl.ParallelFor(ls)).output}"
    ),
    "an output in an exit handler": lambda kit, t, ls: kit.say(
        times=inside(kit, dsl.ExitHandler(kit.report())).output
    ),
    "collecting outside of loops": lambda kit, t, ls: kit.total(
        numbers=dsl.Collected(kit.number().output)
    ),
    "collecting from a loop in a condition": lambda kit, t, ls: kit.total(
        numbers=dsl.Collected(loop_in_condition(kit, t, ls).output)
    ),
    "the item of a loop outside of it": lambda kit, t, ls: kit.say(text=item_of(kit, ls)),
    "an output of an exit task": lambda kit, t, ls: exit_output(kit),
}


def loop_in_condition(kit: Any, text: Any, texts: Any) -> Any:
    with dsl.If(text == "a"), dsl.ParallelFor(texts):
        return kit.number()


def item_of(kit: Any, texts: Any) -> Any:
    with dsl.ParallelFor(texts) as item:
        kit.say()
    return item


def exit_output(kit: Any) -> None:
    last = kit.say()
    with dsl.ExitHandler(last):
        kit.say()
    kit.say(text=last.output)


@pytest.mark.parametrize("what", UNREACHABLE)
def test_what_cannot_be_reached_is_refused(kit: Any, what: str) -> None:
    with pytest.raises(InvalidTopologyException) as caught:
        pipeline_of(lambda text, texts, flag: UNREACHABLE[what](kit, text, texts))
    assert caught.value.where[0].file == __file__
    assert caught.value.hint


def test_order_after_a_task_in_a_loop_is_order_after_the_loop(kit: Any) -> None:
    pipeline_of(lambda t, ls, f: kit.say().after(inside(kit, dsl.ParallelFor(ls))))


def test_tasks_that_wait_for_one_another_are_refused(kit: Any) -> None:
    def body(text: Any, texts: Any, flag: Any) -> None:
        first = kit.say()
        first.after(kit.say(text=first.output))

    with pytest.raises(ValueError, match="circle: say, say-2"):
        pipeline_of(body)


def test_the_name_of_an_item_is_warned_of_where_it_is_no_field(kit: Any) -> None:
    def body(text: Any, texts: Any, flag: Any) -> None:
        with dsl.ParallelFor(texts) as item:
            kit.say(text=item.name)

    with pytest.warns(UserWarning, match="name of the loop's channel"):
        pipeline_of(body)


def test_condition_is_the_older_name_of_if(kit: Any) -> None:
    def body(text: Any, texts: Any, flag: Any) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            group = dsl.Condition(text == "a")
        with group:
            kit.say()

    (branch,) = pipeline_of(body).children
    assert isinstance(branch, Branch)
