"""Documents in which KFP's compiler left inputs of groups out: they run all the same."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from headrace import ir
from headrace.errors import SpecError

Spec = dict[str, Any]


def say(**parameters: Any) -> Spec:
    return {"componentRef": {"name": "comp-say"}, "inputs": {"parameters": parameters}}


def group(name: str, **more: Any) -> Spec:
    return {"componentRef": {"name": name}, **more}


def loop(name: str, item: str) -> Spec:
    return group(name, parameterIterator={"itemInput": item, "items": {"raw": '["a"]'}})


def given(name: str) -> Spec:
    return {"componentInputParameter": name}


def text(*names: str) -> Spec:
    constant = "".join(f"{{{{$.inputs.parameters['{name}']}}}}" for name in names)
    return {"runtimeValue": {"constant": constant}}


OUTER, INNER = "pipelinechannel--loop-item-param-1", "pipelinechannel--loop-item-param-2"


def document(root: Spec, **components: Spec) -> Spec:
    return {
        "pipelineInfo": {"name": "p"},
        "schemaVersion": "2.1.0",
        "deploymentSpec": {"executors": {"exec-say": {"container": {"image": "x"}}}},
        "components": {
            "comp-say": {
                "executorLabel": "exec-say",
                "inputDefinitions": {"parameters": {"text": {"parameterType": "STRING"}}},
                "outputDefinitions": {"parameters": {"Output": {"parameterType": "STRING"}}},
            },
            **{name.replace("_", "-"): component for name, component in components.items()},
        },
        "root": {
            "inputDefinitions": {"parameters": {"memory": {"parameterType": "STRING"}}},
            "dag": {"tasks": root},
        },
    }


NESTED = document(
    {
        "for-loop-1": {
            **loop("comp-for-loop-1", OUTER),
            "inputs": {"parameters": {INNER: given("loop-item-param-2")}},
        }
    },
    comp_for_loop_1={
        "inputDefinitions": {
            "parameters": {OUTER: {"parameterType": "STRING"}, INNER: {"parameterType": "STRING"}}
        },
        "dag": {"tasks": {"for-loop-2": loop("comp-for-loop-2", INNER)}},
    },
    comp_for_loop_2={
        "inputDefinitions": {"parameters": {INNER: {"parameterType": "STRING"}}},
        "dag": {
            "tasks": {
                "say": say(text=text(OUTER, INNER), **{OUTER: given(OUTER), INNER: given(INNER)})
            }
        },
    },
)


def test_items_of_an_outer_loop_reach_texts_in_an_inner_one():
    spec = ir.read_dict(NESTED).spec
    assert spec.root.dag is not None
    assert INNER not in spec.root.dag.tasks["for-loop-1"].inputs.parameters
    middle = spec.components["comp-for-loop-1"]
    assert middle.input_definitions.parameters[INNER].is_optional
    assert middle.dag is not None
    handed = middle.dag.tasks["for-loop-2"].inputs.parameters[OUTER]
    assert handed.component_input_parameter == OUTER
    assert OUTER in spec.components["comp-for-loop-2"].input_definitions.parameters


def test_the_raw_document_is_kept_as_it_was_written():
    before = copy.deepcopy(NESTED)
    assert ir.read_dict(NESTED).raw == before
    assert before == NESTED


def in_condition(wanted: str, **more: Spec) -> Spec:
    return document(
        {"make": say(text=text()), "condition-1": group("comp-condition-1"), **more},
        comp_condition_1={
            "dag": {"tasks": {"say": say(text=text(wanted), **{wanted: given(wanted)})}}
        },
    )


def test_a_pipeline_input_reaches_a_setting_inside_a_group():
    spec = ir.read_dict(in_condition("pipelinechannel--memory")).spec
    assert spec.root.dag is not None
    handed = spec.root.dag.tasks["condition-1"].inputs.parameters["pipelinechannel--memory"]
    assert handed.component_input_parameter == "memory"


def test_an_output_of_a_task_outside_reaches_a_text_inside_a_group():
    spec = ir.read_dict(in_condition("pipelinechannel--make-Output")).spec
    assert spec.root.dag is not None
    handed = spec.root.dag.tasks["condition-1"].inputs.parameters["pipelinechannel--make-Output"]
    assert handed.task_output_parameter is not None
    assert handed.task_output_parameter.producer_task == "make"


def test_a_field_of_an_item_is_selected_from_the_item():
    field = f"{OUTER}-subvar-key"
    spec = ir.read_dict(
        document(
            {"for-loop-1": loop("comp-for-loop-1", OUTER)},
            comp_for_loop_1={
                "inputDefinitions": {"parameters": {OUTER: {"parameterType": "STRUCT"}}},
                "dag": {"tasks": {"say": say(text=text(field), **{field: given(field)})}},
            },
        )
    ).spec
    dag = spec.components["comp-for-loop-1"].dag
    assert dag is not None
    selected = dag.tasks["say"].inputs.parameters[field]
    assert selected.component_input_parameter == OUTER
    assert selected.parameter_expression_selector == 'parseJson(string_value)["key"]'


def test_a_declared_field_of_the_loop_s_own_item_is_selected_from_the_item():
    field = f"{OUTER}-subvar-key"
    spec = ir.read_dict(
        document(
            {
                "for-loop-1": {
                    **loop("comp-for-loop-1", OUTER),
                    "inputs": {"parameters": {field: given("loop-item-param-1-subvar-key")}},
                }
            },
            comp_for_loop_1={
                "inputDefinitions": {
                    "parameters": {
                        OUTER: {"parameterType": "STRUCT"},
                        field: {"parameterType": "STRING"},
                    }
                },
                "dag": {"tasks": {"say": say(text=text(field), **{field: given(field)})}},
            },
        )
    ).spec
    dag = spec.components["comp-for-loop-1"].dag
    assert dag is not None
    selected = dag.tasks["say"].inputs.parameters[field]
    assert selected.component_input_parameter == OUTER
    assert selected.parameter_expression_selector == 'parseJson(string_value)["key"]'


DATASET = {"artifactType": {"schemaTitle": "system.Dataset", "schemaVersion": "0.0.1"}}
DATASETS = {**DATASET, "isArtifactList": True}


@pytest.mark.parametrize("declared", [DATASET, DATASETS], ids=["one", "list"])
def test_artifacts_of_a_sub_pipeline_reach_loops_in_loops_as_what_they_are(declared: Spec):
    """The name of what is lost is how that of the outer loop's item begins."""
    lost, item = "pipelinechannel--x", "pipelinechannel--xs-loop-item"
    inner = {
        **loop("comp-for-loop-2", INNER),
        "inputs": {"artifacts": {item: {"componentInputArtifact": item}}},
    }
    outer = {
        **group("comp-for-loop-1"),
        "artifactIterator": {"itemInput": item, "items": {"inputArtifact": "pipelinechannel--xs"}},
        "inputs": {"artifacts": {"pipelinechannel--xs": {"componentInputArtifact": "xs"}}},
    }
    reading = {
        "componentRef": {"name": "comp-read"},
        "inputs": {"artifacts": {"data": {"componentInputArtifact": lost}}},
    }
    written = document(
        {"for-loop-1": outer},
        comp_read={
            "executorLabel": "exec-say",
            "inputDefinitions": {"artifacts": {"data": declared}},
        },
        comp_for_loop_1={
            "inputDefinitions": {"artifacts": {"pipelinechannel--xs": DATASETS, item: DATASET}},
            "dag": {"tasks": {"for-loop-2": inner}},
        },
        comp_for_loop_2={
            "inputDefinitions": {
                "parameters": {INNER: {"parameterType": "STRING"}},
                "artifacts": {item: DATASET},
            },
            "dag": {"tasks": {"read": reading}},
        },
    )
    written["root"]["inputDefinitions"]["artifacts"] = {"x": declared, "xs": DATASETS}
    spec = ir.read_dict(written).spec
    assert spec.root.dag is not None
    assert spec.root.dag.tasks["for-loop-1"].inputs.artifacts[lost].component_input_artifact == "x"
    for name in ("comp-for-loop-1", "comp-for-loop-2"):
        found = spec.components[name].input_definitions.artifacts[lost]
        assert found.is_artifact_list == (declared is DATASETS)
        assert found.artifact_type.schema_title == "system.Dataset"


def test_an_empty_group_is_a_graph_without_tasks():
    spec = ir.read_dict(
        document({"condition-1": group("comp-condition-1")}, comp_condition_1={})
    ).spec
    assert spec.components["comp-condition-1"].dag is not None


@pytest.mark.parametrize(
    "wanted", ["pipelinechannel--nothing", "memory2", "pipelinechannel--make-Result"]
)
def test_what_is_nowhere_is_still_a_problem_of_the_document_as_written(wanted):
    with pytest.raises(SpecError) as caught:
        ir.read_dict(in_condition(wanted))
    assert caught.value.path.startswith(
        "components.comp-condition-1.dag.tasks.say.inputs.parameters"
    )


def test_a_chain_of_many_groups_is_refused_in_time():
    groups = {
        f"comp_condition_{n}": {
            "dag": {"tasks": {f"condition-{n + 1}": group(f"comp-condition-{n + 1}")}}
        }
        for n in range(1, 5000)
    }
    spec = document({"condition-1": group("comp-condition-1")}, **groups)
    wanted = "pipelinechannel--gone"
    spec["components"]["comp-condition-5000"] = {
        "dag": {"tasks": {"say": say(text=text(wanted), **{wanted: given(wanted)})}}
    }
    with pytest.raises(SpecError):
        ir.read_dict(spec)
