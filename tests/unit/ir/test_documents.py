"""Documents: what KFP writes is read, and every mistake is named with its path."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace import ir
from headrace.errors import SpecError
from headrace.ir import validation
from headrace.ir.problems import MAX_PROBLEMS
from headrace.testing.sketches import Task, sketch

Spec = dict[str, Any]


def component(label: str, **interface: Any) -> Spec:
    return {"executorLabel": label, **interface}


def task(name: str, **more: Any) -> Spec:
    return {"componentRef": {"name": name}, "taskInfo": {"name": name}, **more}


SPEC: Spec = {
    "pipelineInfo": {"name": "p"},
    "schemaVersion": "2.1.0",
    "sdkVersion": "kfp-2.17.0",
    "deploymentSpec": {
        "executors": {
            "exec-load": {
                "container": {"image": "python:3.11", "command": ["x"], "args": ["{{$}}"]}
            },
            "exec-fit": {"container": {"image": "python:3.11"}},
        }
    },
    "components": {
        "comp-load": component(
            "exec-load",
            inputDefinitions={"parameters": {"n": {"parameterType": "NUMBER_INTEGER"}}},
            outputDefinitions={
                "parameters": {"rows": {"parameterType": "NUMBER_INTEGER"}},
                "artifacts": {"data": {"artifactType": {"schemaTitle": "system.Dataset"}}},
            },
        ),
        "comp-fit": component(
            "exec-fit",
            inputDefinitions={
                "parameters": {
                    "rows": {"parameterType": "NUMBER_INTEGER"},
                    "mode": {"parameterType": "STRING", "literals": ["a", "b"], "isOptional": True},
                    "opts": {"parameterType": "STRUCT", "defaultValue": {}},
                },
                "artifacts": {"data": {"artifactType": {"schemaTitle": "system.Dataset"}}},
            },
        ),
    },
    "root": {
        "inputDefinitions": {
            "parameters": {"n": {"parameterType": "NUMBER_INTEGER", "defaultValue": 3.0}}
        },
        "outputDefinitions": {"parameters": {"rows": {"parameterType": "NUMBER_INTEGER"}}},
        "dag": {
            "tasks": {
                "load": task(
                    "comp-load", inputs={"parameters": {"n": {"componentInputParameter": "n"}}}
                ),
                "fit": task(
                    "comp-fit",
                    dependentTasks=["load"],
                    inputs={
                        "parameters": {
                            "rows": {
                                "taskOutputParameter": {
                                    "producerTask": "load",
                                    "outputParameterKey": "rows",
                                }
                            },
                            "mode": {"runtimeValue": {"constant": "a"}},
                        },
                        "artifacts": {
                            "data": {
                                "taskOutputArtifact": {
                                    "producerTask": "load",
                                    "outputArtifactKey": "data",
                                }
                            }
                        },
                    },
                    triggerPolicy={"condition": "int(inputs.parameter_values['rows']) > 0"},
                ),
            },
            "outputs": {
                "parameters": {
                    "rows": {
                        "valueFromParameter": {
                            "producerSubtask": "load",
                            "outputParameterKey": "rows",
                        }
                    }
                }
            },
        },
    },
}
FIT = "root.dag.tasks.fit"


def changed(path: str, value: Any) -> Spec:
    """Return the document with one place changed; DELETE removes it."""
    spec = copy.deepcopy(SPEC)
    *parents, last = path.split("/")
    place: Any = spec
    for key in parents:
        place = place[int(key)] if isinstance(place, list) else place.setdefault(key, {})
    if value is DELETE:
        del place[last]
    else:
        place[last] = value
    return spec


DELETE = object()
T = "root/dag/tasks/"
FI = T + "fit/inputs/"

WRONG: dict[str, tuple[str, Any, str, str]] = {
    "an unknown field": (
        T + "fit/tiggerPolicy",
        {},
        FIT + ".tiggerPolicy",
        "did you mean triggerPolicy",
    ),
    "an unknown field at the top": ("rooot", {}, "rooot", "did you mean root"),
    "a missing component": (
        T + "fit/componentRef/name",
        "comp-fitt",
        FIT + ".componentRef.name",
        "did you mean comp-fit",
    ),
    "a missing executor": (
        "components/comp-fit/executorLabel",
        "exec-fi",
        "components.comp-fit.executorLabel",
        "did you mean exec-fit",
    ),
    "no implementation": (
        "components/comp-fit/executorLabel",
        DELETE,
        "components.comp-fit",
        "either a dag or",
    ),
    "two implementations": (
        "components/comp-fit/dag",
        {"tasks": {}},
        "components.comp-fit",
        "either a dag or",
    ),
    "no schema version": ("schemaVersion", DELETE, "schemaVersion", "not a compiled pipeline"),
    "an old schema version": ("schemaVersion", "2.0.0", "schemaVersion", "2.0.0.*only 2.1.0"),
    "no root": ("root", DELETE, "", "root is missing"),
    "a bad name": ("pipelineInfo/name", "My Pipeline", "pipelineInfo.name", "cannot be the name"),
    "no name": ("pipelineInfo", {}, "pipelineInfo", "name is missing"),
    "an unknown producer": (
        FI + "parameters/rows/taskOutputParameter/producerTask",
        "lod",
        FIT + ".inputs.parameters.rows.taskOutputParameter.producerTask",
        "did you mean load",
    ),
    "an unknown output": (
        FI + "parameters/rows/taskOutputParameter/outputParameterKey",
        "row",
        FIT + ".inputs.parameters.rows.taskOutputParameter.outputParameterKey",
        "did you mean rows",
    ),
    "an unknown output artifact": (
        FI + "artifacts/data/taskOutputArtifact/outputArtifactKey",
        "dat",
        FIT + ".inputs.artifacts.data.taskOutputArtifact.outputArtifactKey",
        "did you mean data",
    ),
    "an unknown pipeline input": (
        T + "load/inputs/parameters/n",
        {"componentInputParameter": "m"},
        "root.dag.tasks.load.inputs.parameters.n.componentInputParameter",
        "there is n",
    ),
    "an unknown pipeline artifact": (
        FI + "artifacts/data",
        {"componentInputArtifact": "m"},
        FIT + ".inputs.artifacts.data.componentInputArtifact",
        "there is no input artifact",
    ),
    "no source of an input": (
        FI + "parameters/rows",
        {},
        FIT + ".inputs.parameters.rows",
        "exactly one source",
    ),
    "two sources of an input": (
        FI + "parameters/mode/componentInputParameter",
        "n",
        FIT + ".inputs.parameters.mode",
        "exactly one source",
    ),
    "no source of an artifact": (
        FI + "artifacts/data",
        {},
        FIT + ".inputs.artifacts.data",
        "exactly one source",
    ),
    "a missing input": (
        FI + "parameters/rows",
        DELETE,
        FIT + ".inputs.parameters",
        "'rows' is missing",
    ),
    "a missing artifact": (FI + "artifacts", {}, FIT + ".inputs.artifacts", "'data' is missing"),
    "a constant of the wrong type": (
        FI + "parameters/opts",
        {"runtimeValue": {"constant": [1]}},
        FIT + ".inputs.parameters.opts.runtimeValue.constant",
        "a mapping is needed, not a list",
    ),
    "a boolean for a number": (
        FI + "parameters/rows",
        {"runtimeValue": {"constant": True}},
        FIT + ".inputs.parameters.rows.runtimeValue.constant",
        "an integer is needed, not true",
    ),
    "a constant that is not allowed": (
        FI + "parameters/mode",
        {"runtimeValue": {"constant": "c"}},
        FIT + ".inputs.parameters.mode.runtimeValue.constant",
        "not one of the allowed",
    ),
    "a constant that is no JSON": (
        FI + "parameters/mode",
        {"runtimeValue": {"constant": float("nan")}},
        FIT + ".inputs.parameters.mode.runtimeValue.constant",
        "not a JSON number",
    ),
    "a constant with half a surrogate pair": (
        FI + "parameters/mode",
        {"runtimeValue": {"constant": ["\ud800"]}},
        FIT + ".inputs.parameters.mode.runtimeValue.constant",
        "surrogate",
    ),
    "a constant that names no input": (
        FI + "parameters/x",
        {"runtimeValue": {"constant": "{{$.inputs.parameters['row']}}"}},
        FIT + ".inputs.parameters.x.runtimeValue.constant",
        "did you mean rows",
    ),
    "a selector that does not parse": (
        FI + "parameters/rows/parameterExpressionSelector",
        "parseJson(",
        FIT + ".inputs.parameters.rows.parameterExpressionSelector",
        "column 11",
    ),
    "a condition that does not parse": (
        T + "fit/triggerPolicy/condition",
        "a ==",
        FIT + ".triggerPolicy.condition",
        "column 5",
    ),
    "a condition on an unknown input": (
        T + "fit/triggerPolicy/condition",
        "inputs.parameter_values['row'] == 1",
        FIT + ".triggerPolicy.condition",
        "did you mean rows",
    ),
    "a default of the wrong type": (
        "root/inputDefinitions/parameters/n/defaultValue",
        "three",
        "root.inputDefinitions.parameters.n.defaultValue",
        "an integer is needed",
    ),
    "an unknown parameter type": (
        "root/inputDefinitions/parameters/n/parameterType",
        "INTEGER",
        "root.inputDefinitions.parameters.n.parameterType",
        "NUMBER_INTEGER",
    ),
    "an unknown strategy": (
        T + "fit/triggerPolicy/strategy",
        "ALWAYS",
        FIT + ".triggerPolicy.strategy",
        "not allowed here",
    ),
    "an unknown dependency": (
        T + "fit/dependentTasks",
        ["lead"],
        FIT + ".dependentTasks",
        "did you mean load",
    ),
    "a task that waits for itself": (
        T + "fit/dependentTasks",
        ["fit"],
        FIT,
        "in a circle: fit > fit",
    ),
    "tasks in a circle": (T + "load/dependentTasks", ["fit"], FIT, "in a circle: fit > load > fit"),
    "a final status of nothing": (
        FI + "parameters/s",
        {"taskFinalStatus": {"producerTask": "x"}},
        FIT + ".inputs.parameters.s.taskFinalStatus.producerTask",
        "there is no task",
    ),
    "an output of an unknown task": (
        "root/dag/outputs/parameters/rows/valueFromParameter/producerSubtask",
        "x",
        "root.dag.outputs.parameters.rows.producerSubtask",
        "there is no task",
    ),
    "an output that is not declared": (
        "root/outputDefinitions",
        {},
        "root.dag.outputs.parameters.rows",
        "declared output",
    ),
    "an iterator over nothing": (
        T + "fit/parameterIterator",
        {"items": {"inputParameter": "x"}, "itemInput": "rows"},
        FIT + ".parameterIterator.items.inputParameter",
        "there is no input parameter",
    ),
    "an iterator into nothing": (
        T + "fit/parameterIterator",
        {"items": {"raw": "[]"}, "itemInput": "x"},
        FIT + ".parameterIterator.itemInput",
        "there is no input parameter",
    ),
    "items that are no list": (
        T + "fit/parameterIterator",
        {"items": {"raw": "{}"}, "itemInput": "rows"},
        FIT + ".parameterIterator.items.raw",
        "are a list, not a mapping",
    ),
    "items that are no JSON": (
        T + "fit/parameterIterator",
        {"items": {"raw": "[" * 99999}, "itemInput": "rows"},
        FIT + ".parameterIterator.items.raw",
        "not JSON",
    ),
    "an artifact iterator over nothing": (
        T + "fit/artifactIterator",
        {"items": {"inputArtifact": "x"}, "itemInput": "data"},
        FIT + ".artifactIterator.items.inputArtifact",
        "there is no input artifact",
    ),
    "a duration without unit": (
        T + "fit/retryPolicy",
        {"backoffDuration": "5"},
        FIT + ".retryPolicy.backoffDuration",
        "not a duration",
    ),
    "a negative retry count": (
        T + "fit/retryPolicy",
        {"maxRetryCount": -1},
        FIT + ".retryPolicy.maxRetryCount",
        "negative",
    ),
    "a negative limit": (
        T + "fit/iteratorPolicy",
        {"parallelismLimit": -1},
        FIT + ".iteratorPolicy.parallelismLimit",
        "negative",
    ),
    "a list instead of a mapping": (
        "components",
        [],
        "components",
        "a mapping is needed, not a list",
    ),
    "a mapping instead of a list": (
        T + "fit/dependentTasks",
        {},
        FIT + ".dependentTasks",
        "a list is needed",
    ),
    "a number instead of a string": (
        T + "fit/taskInfo/name",
        5,
        FIT + ".taskInfo.name",
        "a string is needed, not the number 5",
    ),
    "a string instead of a boolean": (
        T + "fit/cachingOptions",
        {"enableCache": "yes"},
        FIT + ".cachingOptions.enableCache",
        "true or false is needed",
    ),
    "half a task": (
        T + "fit/retryPolicy",
        {"maxRetryCount": 1.5},
        FIT + ".retryPolicy.maxRetryCount",
        "an integer is needed",
    ),
    "an executor of no kind": (
        "deploymentSpec/executors/exec-fit",
        {},
        "deploymentSpec.executors.exec-fit",
        "either a container or",
    ),
    "an executor that nobody runs": (
        "deploymentSpec/executors/exec-fit",
        {"customJob": {}},
        "deploymentSpec.executors.exec-fit.customJob",
        "Google Cloud",
    ),
    "no image": (
        "deploymentSpec/executors/exec-fit/container/image",
        "",
        "deploymentSpec.executors.exec-fit.container.image",
        "empty",
    ),
    "a root without dag": ("root", {"executorLabel": "exec-fit"}, "root", "has a dag"),
}


@pytest.mark.parametrize(("place", "value", "path", "message"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_named_with_its_path(place, value, path, message):
    with pytest.raises(SpecError) as caught:
        ir.read_dict(changed(place, value))
    problems = getattr(caught.value, "problems", (caught.value,))
    found = [problem for problem in problems if problem.path == path]
    assert found, str(caught.value)

    assert any(re.search(message, str(problem)) for problem in found), str(caught.value)


def test_the_document_itself_is_valid():
    document = ir.read_dict(SPEC)
    assert document.raw == SPEC
    assert document.spec.root.dag is not None
    assert document.spec.root.dag.tasks["fit"].dependent_tasks == ("load",)


def test_all_problems_are_reported_together():
    spec = changed(T + "fit/componentRef/name", "x")
    spec["root"]["dag"]["tasks"]["load"]["dependentTasks"] = ["y"]
    with pytest.raises(ir.InvalidDocument) as caught:
        ir.read_dict(spec)
    assert {problem.path for problem in caught.value.problems} == {
        FIT + ".componentRef.name",
        "root.dag.tasks.load.dependentTasks",
        "root.dag.tasks.fit.inputs.parameters",
    } or len(caught.value.problems) >= 2


def test_the_list_of_problems_is_bounded():
    spec = changed("root/dag/tasks", {f"t{n}": task("gone") for n in range(10_000)})
    with pytest.raises(ir.InvalidDocument) as caught:
        ir.read_dict(spec)
    assert len(caught.value.problems) == MAX_PROBLEMS


def nested(depth: int, width: int) -> Spec:
    spec = copy.deepcopy(SPEC)
    for level in range(depth):
        inner = f"c{level + 1}" if level + 1 < depth else "leaf"
        spec["components"][f"c{level}"] = {
            "dag": {"tasks": {f"t{n}": task(inner) for n in range(width)}}
        }
    spec["components"]["leaf"] = component("exec-fit")
    spec["root"] = {"dag": {"tasks": {"t": task("c0")}}}
    return spec


def test_components_that_unfold_to_too_much_are_refused():
    with pytest.raises(SpecError, match=f"more than {validation.MAX_TASKS} tasks"):
        ir.read_dict(nested(30, 10))


def test_components_nested_too_deep_are_refused():
    with pytest.raises(SpecError, match="nested 10002 deep"):
        ir.read_dict(nested(10_000, 1))


def test_a_component_that_contains_itself_is_refused():
    spec = nested(3, 1)
    spec["components"]["leaf"] = {"dag": {"tasks": {"t": task("c1")}}}
    with pytest.raises(SpecError, match="contains itself: c1 > c2 > leaf > c1"):
        ir.read_dict(spec)


LENIENT: dict[str, tuple[str, Any, Callable[[Any], Any], Any]] = {
    "a number as text": (
        T + "fit/retryPolicy",
        {"maxRetryCount": "3"},
        lambda t: t.retry_policy.max_retry_count,
        3,
    ),
    "a float for an integer": (
        T + "fit/retryPolicy",
        {"maxRetryCount": 3.0},
        lambda t: t.retry_policy.max_retry_count,
        3,
    ),
    "a factor as text": (
        T + "fit/retryPolicy",
        {"backoffFactor": "2.5"},
        lambda t: t.retry_policy.backoff_factor,
        2.5,
    ),
    "names in snake case": (
        T + "fit/retry_policy",
        {"max_retry_count": 2},
        lambda t: t.retry_policy.max_retry_count,
        2,
    ),
    "null for an absent field": (T + "fit/retryPolicy", None, lambda t: t.retry_policy, None),
    "a null constant": (
        FI + "parameters/mode",
        {"runtimeValue": {"constant": None}},
        lambda t: t.inputs.parameters["mode"].runtime_value.constant,
        None,
    ),
    "a constant that stays as it is": (
        FI + "parameters/opts",
        {"runtimeValue": {"constant": {"some_key": 5}}},
        lambda t: t.inputs.parameters["opts"].runtime_value.constant,
        {"some_key": 5},
    ),
    "a placeholder for another type": (
        FI + "parameters/opts",
        {"runtimeValue": {"constant": "{{$.inputs.parameters['rows']}}"}},
        lambda t: len(t.inputs.parameters),
        3,
    ),
    "an input that is not declared": (
        FI + "parameters/pipelinechannel--x",
        {"componentInputParameter": "n"},
        lambda t: len(t.inputs.parameters),
        3,
    ),
}


@pytest.mark.parametrize(("place", "value", "look", "expected"), LENIENT.values(), ids=LENIENT)
def test_what_protobuf_accepts_is_accepted(place, value, look, expected):
    dag = ir.read_dict(changed(place, value)).spec.root.dag
    assert dag is not None
    assert look(dag.tasks["fit"]) == expected


def test_fields_that_nothing_reads_are_kept():
    spec = changed("components/comp-fit/singlePlatformSpecs", [])
    assert ir.read_dict(spec).raw == spec


def test_integers_stay_integers():
    spec = changed("root/inputDefinitions/parameters/n/defaultValue", 2**60 + 1)
    text = ir.write_yaml(spec)
    dag = ir.read(text).spec.root.input_definitions.parameters["n"]
    assert dag.default_value == 2**60 + 1


# ----------------------------------------------------------------------------- shapes of files

PLATFORM = {
    "platforms": {
        "kubernetes": {"deploymentSpec": {"executors": {"exec-fit": {"imagePullPolicy": "Always"}}}}
    }
}
_MANIFEST = {
    "apiVersion": "pipelines.kubeflow.org/v2beta1",
    "kind": "PipelineVersion",
    "metadata": {"name": "p"},
    "spec": {"pipelineName": "p", "pipelineSpec": SPEC, "platformSpec": PLATFORM},
}
SHAPES = {
    "yaml with a platform": ir.write_yaml(SPEC, PLATFORM),
    "yaml, platform first": ir.dump_yaml(PLATFORM, SPEC),
    "a manifest": ir.dump_yaml(_MANIFEST),
    "two manifests": ir.dump_yaml({"kind": "Pipeline", "spec": {}}, _MANIFEST),
    "both specs in one object": json.dumps({"pipeline_spec": SPEC, "platform_spec": PLATFORM}),
    "both specs in one object, camel case": json.dumps(
        {"pipelineSpec": SPEC, "platformSpec": PLATFORM}
    ),
    "bytes with a byte order mark": b"\xef\xbb\xbf" + ir.write_yaml(SPEC, PLATFORM).encode(),
}


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_every_shape_of_file_gives_the_same_document(text):
    document = ir.read(text)
    assert document.raw == SPEC
    assert document.raw_platform == PLATFORM
    assert document.kubernetes_config("exec-fit") == {"imagePullPolicy": "Always"}
    assert document.kubernetes_config("exec-load") == {}


def test_a_document_without_platform_has_none():
    document = ir.read(ir.write_json(SPEC))
    assert document.raw_platform is None
    assert document.kubernetes == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("# nothing\n", "is empty"),
        ("just text", "holds the string"),
        ("[1]", "holds a list"),
        ("a: 1\n---\nb: 1\n---\nc: 1\n", "has 3 documents"),
        ("kind: Deployment\n", "kind 'Deployment'"),
        ("kind: Pipeline\n", "0 manifests of kind PipelineVersion"),
        ("kind: PipelineVersion\nspec: {}\n", "no spec.pipelineSpec"),
        ("kind: PipelineVersion\nspec: 1\n", "a mapping is needed"),
        ("name: x\nimplementation: {container: {image: x}}\n", "format of KFP 1"),
        ("apiVersion: argoproj.io/v1alpha1\nmetadata: {}\n", "Argo workflow|kind"),
        ("hello: 1\n", "not a compiled pipeline"),
    ],
)
def test_a_file_that_is_no_pipeline_is_refused(text, message):
    with pytest.raises(SpecError, match=message):
        ir.read(text, source="x.yaml")


@pytest.mark.parametrize(
    ("platform", "path"),
    [
        ({"platform": {}}, "platform"),
        ({"platforms": []}, "platforms"),
        (
            {"platforms": {"kubernetes": {"deploymentSpecs": {}}}},
            "platforms.kubernetes.deploymentSpecs",
        ),
        (
            {
                "platforms": {
                    "kubernetes": {
                        "deploymentSpec": {"executors": {"exec-fit": {"secretAsEnvs": []}}}
                    }
                }
            },
            "platforms.kubernetes.deploymentSpec.executors.exec-fit.secretAsEnvs",
        ),
        (
            {"platforms": {"kubernetes": {"pipelineConfig": {"ttl": 1}}}},
            "platforms.kubernetes.pipelineConfig.ttl",
        ),
    ],
)
def test_a_misspelled_platform_field_is_refused(platform, path):
    with pytest.raises(SpecError) as caught:
        ir.read_dict(SPEC, platform)
    assert caught.value.path == path


def test_reading_does_not_change_what_is_read():
    before = copy.deepcopy(SPEC)
    ir.read_dict(SPEC)
    assert before == SPEC


# ---------------------------------------------------------------------------- any document at all


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(found for key, item in keys for found in places(item, (*path, key)))]


PLACES = places(SPEC)[1:]
ANYTHING = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=5),
        st.sampled_from(
            ["load", "fit", "comp-fit", "exec-fit", "rows", "{{$}}", "{{$.inputs.parameters['x']}}"]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["dag", "tasks", "inputs", "x", "rows", "name", "raw"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=5,
)


@given(st.lists(st.tuples(st.sampled_from(PLACES), ANYTHING), min_size=1, max_size=3))
@settings(max_examples=400, deadline=None)
def test_any_damage_to_a_document_is_a_clean_error_or_none(damages):
    spec = copy.deepcopy(SPEC)
    for path, value in damages:
        place: Any = spec
        for key in path[:-1]:
            place = place[key] if isinstance(place, dict) and key in place else None
        if isinstance(place, dict):
            place[path[-1]] = value
    with suppress(SpecError):
        document = ir.read_dict(spec)
        assert ir.read(ir.write_json(document.raw)).spec == document.spec


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"intValue": "5"}, 5),
        ({"doubleValue": 0.5}, 0.5),
        ({"stringValue": "x"}, "x"),
    ],
)
def test_a_deprecated_constant_is_read_as_a_constant(written, read):
    document = sketch({"a": Task(inputs={"n": read})}).raw
    task = document["root"]["dag"]["tasks"]["a"]
    task["inputs"]["parameters"]["n"] = {"runtimeValue": {"constantValue": written}}
    spec = ir.read_dict(document).spec
    value = spec.root.dag.tasks["a"].inputs.parameters["n"].runtime_value
    assert (value.constant, value.constant_value) == (read, None)


def test_a_deprecated_constant_that_is_no_number_is_refused():
    document = sketch({"a": Task(inputs={"n": 1})}).raw
    task = document["root"]["dag"]["tasks"]["a"]
    task["inputs"]["parameters"]["n"] = {"runtimeValue": {"constantValue": {"intValue": "five"}}}
    with pytest.raises(SpecError, match="'five'"):
        ir.read_dict(document)
