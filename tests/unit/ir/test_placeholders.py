"""Placeholders: what each one becomes, and that nothing is read twice."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import SpecError
from headrace.ir import placeholders
from headrace.ir.placeholders import Context, Placeholder, render_command, render_constant

EXECUTOR_INPUT: dict[str, Any] = {
    "inputs": {
        "parameterValues": {
            "a": "A",
            "n": 5.0,
            "i": 7,
            "f": 1e-7,
            "b": True,
            "l": [1, {"x": None}],
            "none": None,
            "my input": "spaced",
        },
        "artifacts": {
            "d": {"artifacts": [{"name": "d", "uri": "gs://b/d", "metadata": {"k": 1.5}}]},
            "dd": {"artifacts": [{"name": "x", "uri": "/x"}, {"name": "y", "uri": "/y"}]},
            "empty": {"artifacts": []},
        },
    },
    "outputs": {
        "parameters": {"p": {"outputFile": "/tmp/p"}},
        "artifacts": {"m": {"artifacts": [{"name": "m", "uri": "file:///out/a%20b"}]}},
        "outputFile": "/tmp/output.json",
    },
}
CONTEXT = Context(
    EXECUTOR_INPUT,
    job_name="job",
    job_resource_name="job-x",
    job_id="id",
    task_name="task",
    task_id="tid",
    pipeline_root="/root",
    create_time="2026-01-02T03:04:05Z",
    workspace_path="/ws",
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{$.inputs.parameters['a']}}", "A"),
        ('{{$.inputs.parameters["a"]}}', "A"),
        ("{{$.inputs.parameters['my input']}}", "spaced"),
        ("{{$.inputs.parameters['n']}}", "5"),
        ("{{$.inputs.parameters['i']}}", "7"),
        ("{{$.inputs.parameters['f']}}", "0.0000001"),
        ("{{$.inputs.parameters['b']}}", "true"),
        ("{{$.inputs.parameters['l']}}", '[1,{"x":null}]'),
        ("{{$.inputs.parameters['none']}}", ""),
        ("x{{$.inputs.parameters['i']}}y{{$.inputs.parameters['a']}}", "x7yA"),
        ("{{$.inputs.artifacts['d'].path}}", "/gcs/b/d"),
        ("{{$.inputs.artifacts['d'].uri}}", "gs://b/d"),
        ("{{$.inputs.artifacts['d'].name}}", "d"),
        ("{{$.inputs.artifacts['d'].metadata}}", '{"k":1.5}'),
        ("{{$.inputs.artifacts['d'].metadata['k']}}", "1.5"),
        ("{{$.inputs.artifacts['empty']}}", "[]"),
        ("{{$.outputs.parameters['p'].output_file}}", "/tmp/p"),
        ("{{$.outputs.artifacts['m'].path}}", "/out/a b"),
        ("{{$.outputs.artifacts['m'].uri}}", "file:///out/a%20b"),
        ("{{$.outputs.output_file}}", "/tmp/output.json"),
        ("{{$.pipeline_job_name}}", "job"),
        ("{{$.pipeline_job_resource_name}}", "job-x"),
        ("{{$.pipeline_job_uuid}}", "id"),
        ("{{$.pipeline_task_name}}", "task"),
        ("{{$.pipeline_task_uuid}}", "tid"),
        ("{{$.pipeline_root}}/x", "/root/x"),
        ("{{$.pipeline_job_create_time_utc}}", "2026-01-02T03:04:05Z"),
        ("{{$.pipeline_job_schedule_time_utc}}", "2026-01-02T03:04:05Z"),
        ("{{$.workspace_path}}/data", "/ws/data"),
        ("{{$.unknown}}", "{{$.unknown}}"),
        ("{{$.inputs.parameters['a'].path}}", "{{$.inputs.parameters['a'].path}}"),
        ("{{ $ }}", "{{ $ }}"),
        ("{{$", "{{$"),
        ("{{$}", "{{$}"),
    ],
)
def test_each_placeholder_becomes_its_value(text, expected):
    assert render_command([text], CONTEXT) == [expected]


def test_the_executor_input_is_json_that_reads_back():
    (text,) = render_command(["{{$}}"], CONTEXT)
    assert json.loads(text) == EXECUTOR_INPUT


def test_a_whole_artifact_list_is_json():
    (text,) = render_command(["{{$.inputs.artifacts['dd']}}"], CONTEXT)
    assert [artifact["uri"] for artifact in json.loads(text)] == ["/x", "/y"]


A = "{{$.inputs.parameters['a']}}"


@pytest.mark.parametrize(
    ("structure", "expected"),
    [
        ({"Concat": ["x", A, "{{$.inputs.parameters['i']}}"]}, ["xA7"]),
        ({"Concat": []}, [""]),
        ({"IfPresent": {"InputName": "a", "Then": ["--a", A]}}, ["--a", "A"]),
        ({"IfPresent": {"InputName": "gone", "Then": ["--a", A]}}, []),
        ({"IfPresent": {"InputName": "gone", "Then": "x"}}, []),
        ({"IfPresent": {"InputName": "none", "Then": "x", "Else": "y"}}, ["y"]),
        ({"IfPresent": {"InputName": "d", "Then": "x", "Else": "y"}}, ["x"]),
        ({"IfPresent": {"InputName": "empty", "Then": "x", "Else": ["y", "z"]}}, ["y", "z"]),
        ({"Concat": ["x", {"IfPresent": {"InputName": "gone", "Then": "x"}}]}, ["x"]),
        (
            {"Concat": ["x", {"IfPresent": {"InputName": "a", "Then": {"Concat": ["1", A]}}}]},
            ["x1A"],
        ),
        (
            {
                "IfPresent": {
                    "InputName": "a",
                    "Then": [
                        "b",
                        {"IfPresent": {"InputName": "i", "Then": ["--a", {"Concat": ["1", "2"]}]}},
                    ],
                }
            },
            ["b", "--a", "12"],
        ),
        ({"Other": "Concat"}, ['{"Other": "Concat"}']),
    ],
)
def test_concat_and_if_present_are_evaluated_however_nested(structure, expected):
    assert render_command([json.dumps(structure)], CONTEXT) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{$.inputs.parameters['aa']}}", "did you mean a?"),
        ("{{$.outputs.parameters['q'].output_file}}", "there is p"),
        ("{{$.inputs.artifacts['zz'].uri}}", "names an input that has no value: zz"),
        ("{{$.inputs.artifacts['empty'].uri}}", "empty list"),
        ("{{$.inputs.artifacts['d'].metadata['z']}}", "no metadata of that key"),
        ('{"IfPresent": {"Then": "x"}}', "InputName"),
    ],
)
def test_a_placeholder_without_a_value_is_an_error_that_says_what_there_is(text, message):
    with pytest.raises(SpecError, match="(?s)" + message.replace("?", r"\?")):
        render_command([text], CONTEXT)


def test_a_workspace_that_is_not_there_is_an_error():
    with pytest.raises(SpecError, match="has no workspace"):
        render_command(["{{$.workspace_path}}"], Context({}))


def test_deep_nesting_is_refused_and_does_not_exhaust_the_stack():
    text = '{"Concat": [' * 5000 + '"x"' + "]}" * 5000
    assert render_command([text], CONTEXT) == [text]
    text = '{"Concat": [' * 100 + '"x"' + "]}" * 100
    with pytest.raises(SpecError, match="deep"):
        render_command([text], CONTEXT)


@given(st.text())
def test_a_value_is_never_read_as_a_placeholder(value):
    hostile = "{{$.inputs.parameters['b']}}{{$}}" + value
    context = Context({"inputs": {"parameterValues": {"a": hostile, "b": "SECRET"}}})
    assert render_command([A, "x" + A], context) == [hostile, "x" + hostile]
    assert render_command(['{"Concat": ["' + A + '"]}'], context) == [hostile]


@given(st.text())
def test_text_without_a_placeholder_stays_as_it_is(text):
    if "{{$" not in text and not text.startswith("{"):
        assert render_command([text], CONTEXT) == [text]


def test_constants_are_rendered_at_any_depth_and_always_to_text():
    constant = {"k" + A: [A, {"n": "{{$.inputs.parameters['i']}}"}, 1, True, None]}
    assert render_constant(constant, CONTEXT) == {"kA": ["A", {"n": "7"}, 1, True, None]}


def test_references_tell_what_a_command_uses():
    text = "{{$.inputs.artifacts['d'].metadata['k']}} {{$.pipeline_root}} {{$.nothing}}"
    assert placeholders.references(text) == (
        Placeholder(
            "input_artifact", "d", "metadata", "k", "{{$.inputs.artifacts['d'].metadata['k']}}"
        ),
        Placeholder("job", "pipeline_root", text="{{$.pipeline_root}}"),
    )


def test_references_look_into_structures():
    text = json.dumps({"Concat": [A, {"IfPresent": {"InputName": "q", "Then": [A]}}]})
    assert [found.name for found in placeholders.references(text)] == ["a", "a", "q"]


def test_shell_metacharacters_stay_one_argument():
    context = Context({"inputs": {"parameterValues": {"a": "; rm -rf $(HOME) `x` \n"}}})
    rendered = render_command(["echo", A], context)
    assert len(rendered) == 2
    assert shlex.join(rendered)
