"""From an attempt to KFP's ExecutorInput, the command and the task file."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.engine.attempts import (
    Artifact,
    AttemptId,
    AttemptSpec,
    Inputs,
    Job,
    ResourceRequest,
)
from headrace.errors import SpecError
from headrace.executor.executor_input import ExecutorInput
from headrace.ir.model import (
    ArtifactTypeSchema,
    Component,
    Container,
    EnvVar,
    InputDefinitions,
    InputParameterSpec,
    OutputArtifactSpec,
    OutputDefinitions,
    OutputParameterSpec,
)
from headrace.launchers.executor_input import (
    executor_input,
    parameter_values,
    rendered_command,
    rendered_environment,
)
from headrace.launchers.prepared import Prepared, PythonTask
from headrace.launchers.surroundings import inherited_environment, task_environment
from headrace.launchers.task_file import task_file

JOB = Job(
    run_id="r1",
    run_name="my run",
    pipeline="p",
    task_name="fit",
    task_id="t1",
    pipeline_root="/root",
    created_at=1700000000.0,
)


def _spec(container=None, parameters=None, values=None, outputs=None, artifacts=None, **more):
    interface = Component(
        input_definitions=InputDefinitions(parameters=parameters or {}),
        output_definitions=OutputDefinitions(
            parameters={
                n: OutputParameterSpec(parameter_type=t) for n, t in (outputs or {}).items()
            },
            artifacts={
                n: OutputArtifactSpec(
                    artifact_type=ArtifactTypeSchema(schema_title=t, schema_version="0.0.1"),
                    metadata={"given": True},
                )
                for n, t in (artifacts or {}).items()
            },
        ),
    )
    return AttemptSpec(
        id=AttemptId("r1", "root.fit", 2),
        job=JOB,
        executor_label="exec-fit",
        interface=interface,
        inputs=more.pop("inputs", Inputs(parameters=values or {})),
        output_root="file:///store/fit/",
        container=container or Container(image="i", command=("run",)),
        **more,
    )


def test_the_executor_input_has_kfps_form():
    data = Artifact(
        id="a", name="data", schema_title="system.Dataset", schema_version="0.0.1",
        uri="s3://b/data", metadata={"rows": 1}, digest="sha256:0", custom_path="/c",
    )  # fmt: skip
    spec = _spec(
        outputs={"n": "STRING"},
        artifacts={"model": "system.Model"},
        inputs=Inputs(parameters={"x": 1}, artifacts={"data": (data,)}),
    )
    assert executor_input(spec, "/dir") == {
        "inputs": {
            "parameterValues": {"x": 1},
            "artifacts": {
                "data": {
                    "artifacts": [
                        {
                            "name": "data",
                            "type": {"schemaTitle": "system.Dataset", "schemaVersion": "0.0.1"},
                            "uri": "s3://b/data",
                            "metadata": {"rows": 1},
                            "customPath": "/c",
                        }
                    ]
                }
            },
        },
        "outputs": {
            "parameters": {"n": {"outputFile": "/dir/outputs/n"}},
            "artifacts": {
                "model": {
                    "artifacts": [
                        {
                            "name": "model",
                            "type": {"schemaTitle": "system.Model", "schemaVersion": "0.0.1"},
                            "uri": "file:///store/fit/model",
                            "metadata": {"given": True},
                        }
                    ]
                }
            },
            "outputFile": "/dir/output_metadata.json",
        },
    }


@pytest.mark.parametrize(
    ("declared", "given_values", "seen"),
    [
        ({"default_value": 5}, {}, {"x": 5}),
        ({"default_value": 5}, {"x": None}, {"x": 5}),
        ({"default_value": 5}, {"x": 6}, {"x": 6}),
        ({"default_value": 5.0}, {}, {"x": 5}),
        ({"is_optional": True}, {}, {}),
        ({"is_optional": True}, {"x": None}, {}),
        ({}, {"x": 3.0}, {"x": 3}),
        ({}, {"x": 3.5}, {"x": 3.5}),
        ({}, {"x": 2**60}, {"x": 2**60}),
    ],
)
def test_the_code_sees_defaults_and_whole_numbers(declared, given_values, seen):
    parameter = InputParameterSpec(parameter_type="NUMBER_INTEGER", **declared)
    found = parameter_values(_spec(parameters={"x": parameter}, values=given_values))
    assert found == seen
    assert [type(v) for v in found.values()] == [type(v) for v in seen.values()]


@pytest.mark.parametrize("name", ["../x", "a/b", "..", ".", "", "a\0b", "a\\b", "a\nb", "x" * 300])
def test_an_output_whose_name_could_lead_elsewhere_is_refused(name):
    with pytest.raises(SpecError, match="has an output named"):
        executor_input(_spec(outputs={name: "STRING"}), "/dir")
    with pytest.raises(SpecError, match="has an output named"):
        executor_input(_spec(artifacts={name: "system.Model"}), "/dir")


@given(st.text())
def test_no_value_changes_the_arguments_around_it(value):
    container = Container(
        image="i",
        command=("a", "{{$.inputs.parameters['x']}}", "b"),
        args=("{{$.inputs.parameters['x']}}",),
    )
    spec = _spec(container, values={"x": value})
    command, arguments = rendered_command(spec, executor_input(spec, "/dir"))
    assert command == ["a", value, "b"]
    assert arguments == [value]


def test_placeholders_say_what_kfp_makes_them_say():
    names = (
        "$.pipeline_job_name", "$.pipeline_job_uuid", "$.pipeline_task_name", "$.pipeline_root",
        "$.pipeline_job_create_time_utc", "$.outputs.output_file", "$.workspace_path",
    )  # fmt: skip
    spec = _spec(
        Container(image="i", command=tuple("{{" + name + "}}" for name in names)),
        workspace="file:///ws",
    )
    command, _ = rendered_command(spec, executor_input(spec, "/dir"))
    assert command == [
        "my run",
        "r1",
        "fit",
        "/root",
        "2023-11-14T22:13:20Z",
        "/dir/output_metadata.json",
        "/ws",
    ]


def test_the_whole_input_can_be_passed_on():
    spec = _spec(Container(image="i", command=("run", "{{$}}")), values={"x": "é"})
    values = executor_input(spec, "/dir")
    command, _ = rendered_command(spec, values)
    assert json.loads(command[1]) == values


def test_environment_variables_may_hold_placeholders():
    env = (EnvVar(name="A", value="{{$.inputs.parameters['x']}}!"), EnvVar(name="B", value="$HOME"))
    spec = _spec(Container(image="i", env=env), values={"x": 1})
    assert rendered_environment(spec, executor_input(spec, "/dir")) == {"A": "1!", "B": "$HOME"}


# ------------------------------------------------------------------------- task file


def _file(spec, task=None):
    return task_file(
        spec,
        Prepared(Path("/env/bin/python"), task),
        directory=Path("/dir"),
        payload=Path("/payload"),
        source=None if task is None else Path("/src/m.py"),
        inherited={"PATH": "/bin", "HOME": "/home/me"},
    )


def test_the_task_file_of_a_function_names_its_source():
    content = _file(_spec(outputs={"n": "STRING"}), PythonTask("…", "fit", "/home/me/p.py", 12))
    assert content["python"] == {
        "path": "/src/m.py", "function": "fit", "file": "/home/me/p.py", "line": 12,
    }  # fmt: skip
    assert content["output_types"] == {"n": "STRING"}
    assert "command" not in content
    assert json.loads(msgspec.json.encode(content)) == content


def test_the_task_file_of_a_command_has_it_rendered():
    spec = _spec(
        Container(image="i", command=("run",), args=("{{$.inputs.parameters['x']}}",)),
        values={"x": 1},
    )
    assert _file(spec)["command"] == ["run", "1"]


def test_an_argument_that_the_system_does_not_take_is_refused():
    spec = _spec(Container(image="i", command=("run", "x" * 140_000)))
    with pytest.raises(SpecError, match="an argument of 140000 characters"):
        _file(spec)


def test_digests_of_inputs_are_known_by_path():
    data = Artifact(
        id="a", name="d", schema_title="system.Dataset", schema_version="0.0.1",
        uri="file:///data/a%20b", digest="sha256:1",
    )  # fmt: skip
    unknown = msgspec.structs.replace(data, uri="file:///other", digest=None)
    spec = _spec(inputs=Inputs(artifacts={"d": (data, unknown)}))
    assert _file(spec)["digests"] == {"/data/a b": "sha256:1"}


def test_what_is_written_is_what_the_executor_reads():
    spec = _spec(values={"x": 1}, outputs={"n": "STRING"}, artifacts={"m": "system.Model"})
    given = ExecutorInput(executor_input(spec, "/dir"))
    assert given.parameters == {"x": 1}
    assert given.output_files == {"n": "/dir/outputs/n"}
    assert given.outputs["m"]["uri"] == "file:///store/fit/m"
    assert given.output_file == "/dir/output_metadata.json"


# ------------------------------------------------------------------------- environment


def test_only_what_is_listed_is_inherited():
    environment = {
        "PATH": "/bin", "HOME": "/h", "LC_ALL": "C", "HTTPS_PROXY": "p", "no_proxy": "x", "TZ": "UTC",
        "AWS_SECRET_ACCESS_KEY": "s", "HEADRACE_HOME": "/x", "PYTHONDONTWRITEBYTECODE": "1",
        "DATABASE_URL": "d", "PIP_INDEX_URL": "u", "PYTHONPATH": "/p", "VIRTUAL_ENV": "/v",
    }  # fmt: skip
    assert sorted(inherited_environment(environment)) == [
        "HOME", "HTTPS_PROXY", "LC_ALL", "PATH", "TZ", "no_proxy",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("resources", "threads"),
    [({}, None), ({"cpu_limit": 2.0}, "2"), ({"cpu_limit": 0.5}, "1"), ({"cpu_request": 1.5}, "2")],
)
def test_numeric_libraries_start_as_many_threads_as_there_are_cores_for_them(resources, threads):
    spec = _spec(resources=ResourceRequest(**resources))
    environment = task_environment(spec, {}, inherited={})
    assert environment.get("OMP_NUM_THREADS") == threads
    assert environment.get("OPENBLAS_NUM_THREADS") == threads


def test_what_the_pipeline_declares_wins():
    spec = _spec(resources=ResourceRequest(cpu_limit=2.0))
    declared = {
        "OMP_NUM_THREADS": "7",
        "PATH": "/mine",
        "PYTHONPATH": "/lib",
        "HEADRACE_ATTEMPT": "no",
    }
    environment = task_environment(
        spec,
        declared,
        inherited={"PATH": "/bin"},
        python=Path("/env/bin/python"),
        payload=Path("/payload"),
    )
    assert environment["OMP_NUM_THREADS"] == "7"
    assert environment["PATH"] == "/mine"
    assert environment["PYTHONPATH"] == "/payload:/lib"
    assert environment["HEADRACE_ATTEMPT"] == spec.id.slug
    assert environment["KFP_RETRY_INDEX"] == "1"


def test_programs_of_the_environment_are_found_first():
    environment = task_environment(
        _spec(), {}, inherited={"PATH": "/bin"}, python=Path("/env/bin/python")
    )
    assert environment["PATH"] == "/env/bin:/bin"
