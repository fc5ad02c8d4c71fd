"""From pipelines to documents: what tasks, groups, loops and outputs become."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace import dsl
from headrace.compiler import compile_document
from headrace.ir import read_dict


@dsl.component
def say(text: str = "x", times: int = 1) -> str:
    return text * times


@dsl.component
def number(value: int = 1) -> int:
    return value


@dsl.component
def rows() -> list[dict[str, str]]:
    return []


@dsl.component
def make(data: dsl.Output[dsl.Dataset]): ...


@dsl.component
def merge(parts: dsl.Input[list[dsl.Dataset]], numbers: list = [1]): ...  # noqa: B006


@dsl.component
def report(status: dsl.PipelineTaskFinalStatus, text: str = "x"): ...


def document_of(body: Any, *, as_kfp: bool = False) -> dict[str, Any]:
    @dsl.pipeline(name="p")
    def p(text: str = "t", count: int = 1, texts: list = ["a"], flag: bool = True):  # noqa: B006
        body(text, count, texts, flag)

    spec, platform = compile_document(p, as_kfp=as_kfp)
    if not as_kfp:
        read_dict(spec, platform)  # every input has a source
    return spec


def dag_of(spec: dict[str, Any], name: str = "") -> dict[str, Any]:
    component = spec["components"][f"comp-{name}"] if name else spec["root"]
    return component["dag"]


def inputs_of(spec: dict[str, Any], task: str, group: str = "") -> dict[str, Any]:
    inputs = dag_of(spec, group)["tasks"][task].get("inputs", {})
    return {**inputs.get("parameters", {}), **inputs.get("artifacts", {})}


# ------------------------------------------------------------------ inputs


def test_an_argument_comes_from_a_constant_an_input_or_a_task() -> None:
    def body(text: Any, count: Any, texts: Any, flag: Any) -> None:
        say(text="a", times=2)
        say(text=text)
        say(text=say().output)

    spec = document_of(body)
    assert inputs_of(spec, "say") == {
        "text": {"runtimeValue": {"constant": "a"}},
        "times": {"runtimeValue": {"constant": 2.0}},
    }
    assert inputs_of(spec, "say-2") == {"text": {"componentInputParameter": "text"}}
    assert inputs_of(spec, "say-4") == {
        "text": {"taskOutputParameter": {"producerTask": "say-3", "outputParameterKey": "Output"}}
    }
    assert dag_of(spec)["tasks"]["say-4"]["dependentTasks"] == ["say-3"]


def test_a_channel_in_a_text_becomes_an_input_and_a_placeholder() -> None:
    spec = document_of(lambda text, count, texts, flag: say(text=f"{text}/{count}"))
    assert inputs_of(spec, "say") == {
        "text": {
            "runtimeValue": {
                "constant": "{{$.inputs.parameters['pipelinechannel--text']}}/"
                "{{$.inputs.parameters['pipelinechannel--count']}}"
            }
        },
        "pipelinechannel--text": {"componentInputParameter": "text"},
        "pipelinechannel--count": {"componentInputParameter": "count"},
    }


def test_a_group_takes_in_what_its_tasks_read() -> None:
    def body(text: Any, count: Any, texts: Any, flag: Any) -> None:
        made = say()
        with dsl.If(text == "a"), dsl.ParallelFor(texts):
            say(text=made.output, times=count)

    spec = document_of(body)
    names = {"pipelinechannel--text", "pipelinechannel--say-Output", "pipelinechannel--count"}
    assert names <= set(inputs_of(spec, "condition-1"))
    assert names <= set(inputs_of(spec, "for-loop-2", "condition-1"))
    assert inputs_of(spec, "say-2", "for-loop-2")["text"] == {
        "componentInputParameter": "pipelinechannel--say-Output"
    }
    assert dag_of(spec)["tasks"]["condition-1"]["dependentTasks"] == ["say"]


@pytest.mark.parametrize(
    ("test", "expression"),
    [
        (lambda t, c, f: t == "a", "inputs.parameter_values['pipelinechannel--text'] == 'a'"),
        (
            lambda t, c, f: t != "it's",
            r"inputs.parameter_values['pipelinechannel--text'] != 'it\'s'",
        ),
        (lambda t, c, f: c > 2, "int(inputs.parameter_values['pipelinechannel--count']) > 2"),
        (lambda t, c, f: 2 < c, "int(inputs.parameter_values['pipelinechannel--count']) > 2"),  # noqa: SIM300
        (
            lambda t, c, f: c == 1.5,
            "double(int(inputs.parameter_values['pipelinechannel--count'])) == 1.5",
        ),
        (lambda t, c, f: f == True, "inputs.parameter_values['pipelinechannel--flag'] == true"),  # noqa: E712
        (lambda t, c, f: t == 3, "inputs.parameter_values['pipelinechannel--text'] == '3'"),
        (
            lambda t, c, f: c == "3",
            "string(int(inputs.parameter_values['pipelinechannel--count'])) == '3'",
        ),
    ],
)
def test_a_comparison_becomes_a_trigger(test: Any, expression: str) -> None:
    def body(text: Any, count: Any, texts: Any, flag: Any) -> None:
        with dsl.If(test(text, count, flag)):
            say()

    task = dag_of(document_of(body))["tasks"]["condition-1"]
    assert task["triggerPolicy"] == {"condition": expression}


# ------------------------------------------------------------------ loops


def test_a_loop_over_a_written_list_holds_it_as_text() -> None:
    def body(text: Any, count: Any, texts: Any, flag: Any) -> None:
        with dsl.ParallelFor([{"b": 1, "a": 2}], parallelism=3) as item:
            number(value=item.a)

    spec = document_of(body)
    task = dag_of(spec)["tasks"]["for-loop-2"]
    assert task["parameterIterator"] == {
        "items": {"raw": '[{"a": 2, "b": 1}]'},
        "itemInput": "pipelinechannel--loop-item-param-1",
    }
    assert task["iteratorPolicy"] == {"parallelismLimit": 3}
    assert inputs_of(spec, "number", "for-loop-2") == {
        "value": {
            "componentInputParameter": "pipelinechannel--loop-item-param-1",
            "parameterExpressionSelector": 'parseJson(string_value)["a"]',
        }
    }


def test_a_field_in_a_text_inside_a_condition_has_a_source() -> None:
    def body(text: Any, count: Any, texts: Any, flag: Any) -> None:
        with dsl.ParallelFor(rows().output) as row, dsl.If(row.kind == "x"):
            say(text=f"{row.label}!")

    spec = document_of(body)
    field = "pipelinechannel--rows-Output-loop-item-subvar-label"
    assert inputs_of(spec, "say", "condition-2")[field] == {
        "componentInputParameter": "pipelinechannel--rows-Output-loop-item",
        "parameterExpressionSelector": 'parseJson(string_value)["label"]',
    }


def test_a_file_follows_kfp_where_that_leaves_a_field_without_a_source() -> None:
    def body(text: Any, count: Any, texts: Any, flag: Any) -> None:
        with dsl.ParallelFor([{"a": "x"}]) as item:
            say(text=f"{item.a}!")

    spec = document_of(body, as_kfp=True)
    assert inputs_of(spec, "for-loop-2") == {
        "pipelinechannel--loop-item-param-1-subvar-a": {
            "componentInputParameter": "loop-item-param-1-subvar-a"
        }
    }


def test_a_file_is_complete_where_kfp_gives_up() -> None:
    def body(text: Any, count: Any, texts: Any, flag: Any) -> None:
        with dsl.ParallelFor([{"a": "x"}]) as item, dsl.If(text == "b"):
            say(text=item.a)

    assert document_of(body, as_kfp=True) == document_of(body)


def test_collected_outputs_leave_every_group_on_the_way() -> None:
    def body(text: Any, count: Any, texts: Any, flag: Any) -> None:
        with dsl.ParallelFor(texts):
            with dsl.ParallelFor(texts), dsl.If(text == "a"):
                data = make()
                value = number()
            merge(parts=dsl.Collected(data.outputs["data"]))
        merge(parts=dsl.Collected(data.outputs["data"]), numbers=dsl.Collected(value.output))

    spec = document_of(body)
    for group in ("for-loop-1", "for-loop-2", "condition-3"):
        declared = spec["components"][f"comp-{group}"]["outputDefinitions"]
        assert declared["artifacts"]["pipelinechannel--make-data"]["isArtifactList"] is True
        assert declared["parameters"]["pipelinechannel--number-Output"]["parameterType"] == "LIST"
    assert inputs_of(spec, "merge-2")["numbers"] == {
        "taskOutputParameter": {
            "producerTask": "for-loop-1",
            "outputParameterKey": "pipelinechannel--number-Output",
        }
    }


def test_one_of_joins_branches() -> None:
    def body(text: Any, count: Any, texts: Any, flag: Any) -> None:
        with dsl.If(text == "a"):
            one = number()
        with dsl.Else():
            other = number()
        number(value=dsl.OneOf(one.output, other.output))

    spec = document_of(body)
    name = "pipelinechannel--condition-branches-1-oneof-1"
    outputs = dag_of(spec, "condition-branches-1")["outputs"]["parameters"]
    assert outputs == {
        name: {
            "valueFromOneof": {
                "parameterSelectors": [
                    {
                        "producerSubtask": "condition-2",
                        "outputParameterKey": "pipelinechannel--number-Output",
                    },
                    {
                        "producerSubtask": "condition-3",
                        "outputParameterKey": "pipelinechannel--number-2-Output",
                    },
                ]
            }
        }
    }
    assert inputs_of(spec, "number-3")["value"]["taskOutputParameter"] == {
        "producerTask": "condition-branches-1",
        "outputParameterKey": name,
    }


# ------------------------------------------------------------------ exit handlers and failure


def test_an_exit_task_waits_for_its_block_however_it_ends() -> None:
    def body(text: Any, count: Any, texts: Any, flag: Any) -> None:
        with dsl.ExitHandler(report(text=text), name="Clean up"):
            say()

    tasks = dag_of(document_of(body))["tasks"]
    assert tasks["exit-handler-1"]["taskInfo"] == {"name": "Clean up"}
    assert tasks["report"]["dependentTasks"] == ["exit-handler-1"]
    assert tasks["report"]["triggerPolicy"] == {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"}
    assert tasks["report"]["inputs"]["parameters"]["status"] == {
        "taskFinalStatus": {"producerTask": "exit-handler-1"}
    }


def test_a_task_may_ignore_failure_and_receive_the_status() -> None:
    def body(text: Any, count: Any, texts: Any, flag: Any) -> None:
        report(text=say().output).ignore_upstream_failure()

    task = dag_of(document_of(body))["tasks"]["report"]
    assert task["triggerPolicy"] == {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"}
    assert task["inputs"]["parameters"]["status"] == {"taskFinalStatus": {"producerTask": "say"}}


# ------------------------------------------------------------------ settings


def test_settings_reach_task_and_container() -> None:
    def body(text: Any, count: Any, texts: Any, flag: Any) -> None:
        task = say().set_cpu_limit("500m").set_memory_limit("2Gi").set_accelerator_limit(2)
        task.set_accelerator_type("gpu").set_env_variable("A", "b").set_env_variable("B", "")
        task.set_retry(2).set_caching_options(True, "key").set_display_name("Say")

    spec = document_of(body)
    task = dag_of(spec)["tasks"]["say"]
    assert task["retryPolicy"] == {
        "maxRetryCount": 2,
        "backoffDuration": "0s",
        "backoffFactor": 2.0,
        "backoffMaxDuration": "3600s",
    }
    assert task["cachingOptions"] == {"enableCache": True, "cacheKey": "key"}
    assert task["taskInfo"] == {"name": "Say"}
    container = spec["deploymentSpec"]["executors"]["exec-say"]["container"]
    assert container["env"] == [{"name": "A", "value": "b"}, {"name": "B"}]
    assert container["resources"] == {
        "resourceCpuLimit": "500m",
        "cpuLimit": 0.5,
        "resourceMemoryLimit": "2Gi",
        "memoryLimit": 2.147483648,
        "accelerator": {
            "resourceType": "gpu",
            "type": "gpu",
            "resourceCount": "2",
            "count": "2",
        },
    }


def test_a_resource_that_comes_later_is_written_as_a_placeholder_only() -> None:
    spec = document_of(lambda text, count, texts, flag: say().set_cpu_limit(text))
    container = spec["deploymentSpec"]["executors"]["exec-say"]["container"]
    placeholder = "{{$.inputs.parameters['pipelinechannel--text']}}"
    assert container["resources"] == {"resourceCpuLimit": placeholder}
    assert inputs_of(spec, "say") == {
        "cpu_limit": {"runtimeValue": {"constant": placeholder}},
        "pipelinechannel--text": {"componentInputParameter": "text"},
    }


# ------------------------------------------------------------------ pipelines in pipelines


def test_each_use_of_a_pipeline_has_components_of_its_own() -> None:
    @dsl.pipeline(name="inner")
    def inner(text: str) -> str:
        return say(text=text).output

    def body(text: Any, count: Any, texts: Any, flag: Any) -> None:
        say()
        inner(text=inner(text=text).output)
        say()

    spec = document_of(body)
    used = [
        dag_of(spec, name)["tasks"]["say"]["componentRef"]["name"] for name in ("inner", "inner-2")
    ]
    own = [dag_of(spec)["tasks"][name]["componentRef"]["name"] for name in ("say", "say-2")]
    labels = {spec["components"][name]["executorLabel"] for name in (*used, *own)}
    assert len(labels) == 4
    assert labels == set(spec["deploymentSpec"]["executors"])


def test_a_pipeline_gives_what_it_returns() -> None:
    class Outputs(NamedTuple):
        text: str
        texts: list

    @dsl.pipeline(name="p")
    def p() -> NamedTuple("Outputs", [("text", str), ("texts", list)]):
        with dsl.ParallelFor(["a"]) as item:
            said = say(text=item)
        return Outputs(text=say().output, texts=dsl.Collected(said.output))

    spec, _ = compile_document(p)
    assert dag_of(spec)["outputs"]["parameters"] == {
        "text": {
            "valueFromParameter": {"producerSubtask": "say-2", "outputParameterKey": "Output"}
        },
        "texts": {
            "valueFromParameter": {
                "producerSubtask": "for-loop-2",
                "outputParameterKey": "pipelinechannel--say-Output",
            }
        },
    }


# ------------------------------------------------------------------ properties


@st.composite
def plans(draw: st.DrawFn, depth: int = 3) -> list[Any]:
    """Nests of tasks and groups: ``["task", ("loop", […]), ("if", […])]``."""
    kinds = st.sampled_from(["task", "loop", "rows", "if", "branches", "collect"])
    plan: list[Any] = []
    for kind in draw(st.lists(kinds, min_size=1, max_size=3)):
        if kind == "task" or depth == 0:
            plan.append("task")
        else:
            plan.append((kind, draw(plans(depth=depth - 1))))
    return plan


def built(plan: list[Any], known: list[Any], text: Any, texts: Any) -> Iterator[Any]:
    """Build a plan; each task reads, in a text, all that it can reach. Yield the tasks."""
    for step in plan:
        if step == "task":
            task = say(text="-".join(f"{channel}" for channel in known) or "x")
            known = [*known[-4:], task.output]
            yield task
            continue
        kind, inner = step
        if kind in ("loop", "rows"):
            with dsl.ParallelFor(texts if kind == "loop" else [{"a": "x"}]) as item:
                field = item.b if kind == "loop" else item.a
                yield from built(inner, [*known, field], text, texts)
        elif kind == "collect":
            with dsl.ParallelFor(texts) as item:
                made = list(built(inner, [*known, item], text, texts))
            if made:
                count(numbers=dsl.Collected(made[0].output))
        else:
            with dsl.If(text == "a"):
                yield from built(inner, known, text, texts)
            if kind == "branches":
                with dsl.Else():
                    yield from built(inner, known, text, texts)


@dsl.component
def count(numbers: list): ...


@given(plans())
@settings(max_examples=40, deadline=None)
def test_in_any_nest_every_input_has_a_source(plan: list[Any]) -> None:
    def body(text: Any, count: Any, texts: Any, flag: Any) -> None:
        say()
        list(built(plan, [text], text, texts))

    first = document_of(body)
    assert document_of(body) == first
