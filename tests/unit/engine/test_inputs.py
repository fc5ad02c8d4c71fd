"""What a task receives: sources, defaults, types, placeholders."""

from __future__ import annotations

import pytest

from headrace.testing import Simulation, fail, simulate, succeed
from headrace.testing.sketches import Arg, Out, Task, sketch


def received(task, **options):
    return simulate(sketch({"t": task}), **options)["t"]


@pytest.mark.parametrize(
    ("kind", "given", "seen"),
    [
        ("STRING", "a", "a"),
        ("STRING", 3, "3"),
        ("STRING", 0.25, "0.25"),
        ("STRING", True, "true"),
        ("STRING", [1, "b"], '[1,"b"]'),
        ("STRING", {"k": 1.0}, '{"k":1}'),
        ("NUMBER_INTEGER", 3.0, 3),
        ("NUMBER_INTEGER", 3.5, 3.5),
        ("NUMBER_DOUBLE", 3, 3.0),
        ("BOOLEAN", False, False),
        ("LIST", [1.0, 2.5, [3.0]], [1, 2.5, [3]]),
        ("STRUCT", {"a": {"b": 2.0}}, {"a": {"b": 2}}),
    ],
)
def test_a_constant_takes_the_declared_type(kind, given, seen):
    value = received(Task(inputs={"x": given}, types={"x": kind})).inputs.parameters["x"]
    assert (value, type(value)) == (seen, type(seen))


@pytest.mark.parametrize(
    ("kind", "given", "problem"),
    [
        ("NUMBER_INTEGER", "3", "input x of t expects an integer, got the string '3'"),
        ("NUMBER_INTEGER", True, "input x of t expects an integer, got true"),
        ("BOOLEAN", 1, "input x of t expects true or false, got the number 1"),
        ("LIST", "[1]", "input x of t expects a list, got the string '[1]'"),
        ("STRUCT", [1], "input x of t expects a dictionary, got the list [1]"),
    ],
)
def test_a_value_of_another_type_fails_the_task_before_it_starts(kind, given, problem):
    source = Task(outputs={"Output": kind})
    use = Task(inputs={"x": Out("s")}, types={"x": kind})
    run = simulate(sketch({"s": source, "t": use}), {"s": succeed({"Output": given})})
    assert (run["t"].error.kind, run["t"].error.message) == ("configuration", problem)
    assert run.started("t") == 0


def test_defaults_are_filled_in_for_what_is_not_bound_or_has_no_value():
    task = Task(
        inputs={"y": Arg("missing")}, defaults={"x": 3.0, "y": "d"}, types={"x": "NUMBER_INTEGER"}
    )
    document = sketch({"t": task}, inputs={"missing": "STRING"}, defaults={"missing": None})
    assert simulate(document)["t"].inputs.parameters == {"x": 3, "y": "d"}


def test_an_optional_input_without_value_is_left_out():
    assert received(Task(types={"x": "STRING"}, optional=("x",))).inputs.parameters == {}


def test_a_required_input_that_nothing_binds_fails_its_task():
    document = sketch({"t": Task(inputs={"x": "v"})})
    del document.raw["root"]["dag"]["tasks"]["t"]["inputs"]
    from headrace.errors import SpecError

    try:
        run = simulate(document.raw)
    except SpecError:
        return  # reading refuses it before
    assert run["t"].error.message == "input x of t has no value"


@pytest.mark.parametrize(("given", "state"), [("b", "succeeded"), ("c", "failed")])
def test_literals_are_enforced(given, state):
    document = sketch({"t": Task(inputs={"x": Arg("p")})}, inputs={"p": "STRING"})
    document.raw["components"]["comp-t"]["inputDefinitions"]["parameters"]["x"]["literals"] = [
        "a",
        "b",
    ]
    run = simulate(document.raw, parameters={"p": given})
    assert run["t"].state == state


def test_placeholders_in_constants_see_other_inputs_and_the_job():
    text = "{{$.inputs.parameters['pipelinechannel--n']}} of {{$.pipeline_job_name}}/{{$.pipeline_task_name}}"
    task = Task(inputs={"x": text}, extras={"pipelinechannel--n": Arg("n")})
    run = simulate(
        sketch({"t": task}, inputs={"n": "NUMBER_INTEGER"}), parameters={"n": 4}, run_name="my run"
    )
    assert run["t"].inputs.parameters == {"x": "4 of my run/t"}


def test_placeholders_inside_lists_are_replaced_and_values_are_not_read_again():
    task = Task(
        inputs={"x": [{"k": "{{$.inputs.parameters['c']}}"}]},
        extras={"c": Arg("n")},
    )
    document = sketch({"t": task}, inputs={"n": "STRING"})
    run = simulate(document, parameters={"n": "{{$.pipeline_job_uuid}}"})
    assert run["t"].inputs.parameters == {"x": [{"k": "{{$.pipeline_job_uuid}}"}]}


def test_a_display_name_may_name_the_item_of_a_loop():
    body = Task(
        inputs={"n": Arg("item")},
        types={"n": "NUMBER_INTEGER"},
        more={"taskInfo": {"name": "train {{$.inputs.parameters['n']}}"}},
    )
    run = simulate(sketch({"l": Task(items=[5, 6], body={"t": body})}))
    assert [run[f"l[{i}]/t"].display_name for i in range(2)] == ["train 5", "train 6"]


def test_sub_pipelines_fill_their_defaults_and_pass_null_on():
    inner = Task(
        defaults={"a": 1.0},
        types={"a": "NUMBER_INTEGER", "b": "STRING"},
        optional=("b",),
        body={
            "t": Task(
                inputs={"a": Arg("a"), "b": Arg("b")},
                types={"a": "NUMBER_INTEGER"},
                optional=("b",),
            ),
        },
    )
    run = simulate(sketch({"inner": inner}))
    assert run["inner/t"].inputs.parameters == {"a": 1}


def test_a_dynamic_image_and_resources_are_filled_in():
    executor = {
        "container": {
            "image": "{{$.inputs.parameters['base_image']}}",
            "resources": {
                "resourceCpuLimit": "{{$.inputs.parameters['cpu_limit']}}",
                "resourceMemoryLimit": "4Gi",
                "accelerator": {
                    "resourceType": "nvidia.com/gpu",
                    "resourceCount": "{{$.inputs.parameters['gpus']}}",
                },
            },
        }
    }
    task = Task(
        extras={
            "base_image": "python:{{$.inputs.parameters['pipelinechannel--v']}}",
            "cpu_limit": "{{$.inputs.parameters['pipelinechannel--c']}}",
            "gpus": Arg("gpus"),
            "pipelinechannel--v": Arg("v"),
            "pipelinechannel--c": Arg("c"),
        },
        executor=executor,
    )
    types = {"v": "STRING", "c": "STRING", "gpus": "NUMBER_INTEGER"}
    run = simulate(
        sketch({"t": task}, inputs=types), parameters={"v": "3.12", "c": "500m", "gpus": 2}
    )
    [spec] = run.attempts
    assert spec.container.image == "python:3.12"
    assert spec.inputs.parameters == {}
    resources = spec.resources
    assert (resources.cpu_limit, resources.memory_limit_bytes) == (0.5, 4 * 2**30)
    assert (resources.accelerator_type, resources.accelerator_count) == ("nvidia.com/gpu", 2)


def test_a_dynamic_resource_that_is_no_amount_fails_the_task():
    executor = {
        "container": {
            "image": "i",
            "resources": {"resourceCpuLimit": "{{$.inputs.parameters['c']}}"},
        }
    }
    task = Task(extras={"c": Arg("c")}, executor=executor)
    run = simulate(sketch({"t": task}, inputs={"c": "STRING"}), parameters={"c": "lots"})
    assert run["t"].error.kind == "configuration"
    assert "'lots' is not an amount" in run["t"].error.message


def test_an_importer_gets_its_uri_and_metadata_and_keeps_the_metadata():
    executor = {
        "importer": {
            "artifactUri": {"runtimeParameter": "uri"},
            "typeSchema": {"schemaTitle": "system.Dataset", "schemaVersion": "0.0.1"},
            "metadata": {"made": "by {{$.inputs.parameters['metadata']}}"},
        }
    }
    task = Task(
        inputs={"uri": Arg("path"), "metadata": Arg("who")},
        outputs={"artifact": "system.Dataset"},
        executor=executor,
    )
    run = simulate(
        sketch({"t": task}, inputs={"path": "STRING", "who": "STRING"}),
        parameters={"path": "/data/x.csv", "who": "me"},
    )
    [spec] = run.attempts
    assert spec.importer.artifact_uri.constant == "/data/x.csv"
    [artifact] = run["t"].outputs.artifacts["artifact"]
    assert (artifact.uri, artifact.metadata) == ("/data/x.csv", {"made": "by me"})
    assert run["t"].kind == "importer"


def test_an_importer_without_uri_fails():
    executor = {
        "importer": {
            "artifactUri": {"constant": ""},
            "typeSchema": {"schemaTitle": "system.Dataset"},
        }
    }
    run = simulate(sketch({"t": Task(outputs={"artifact": "system.Dataset"}, executor=executor)}))
    assert run["t"].error.message == "the importer has no URI: it got ''"


@pytest.mark.parametrize(
    ("task", "used"),
    [
        (Task(), False),
        (Task(inputs={"x": "{{$.workspace_path}}/a"}), True),
        (Task(inputs={"x": "/kfp-workspace/a"}), True),
        (Task(executor={"container": {"image": "i", "args": ["{{$.workspace_path}}"]}}), True),
    ],
    ids=["not", "placeholder", "mount path", "argument"],
)
def test_a_task_gets_the_workspace_when_it_uses_it(task, used):
    run = simulate(sketch({"t": task}), workspace="/home/w")
    assert run.attempts[0].workspace == ("/home/w" if used else None)


def test_names_in_the_platform_configuration_become_constants():
    platform = {
        "secretAsEnv": [
            {
                "secretNameParameter": {"componentInputParameter": "name"},
                "keyToEnv": [{"secretKey": "k", "envVar": "K"}],
            }
        ],
        "pvcMount": [
            {
                "taskOutputParameter": {"producerTask": "make", "outputParameterKey": "Output"},
                "pvcNameParameter": {
                    "taskOutputParameter": {"producerTask": "make", "outputParameterKey": "Output"}
                },
                "mountPath": "/data",
            }
        ],
        "activeDeadlineSeconds": "30",
    }
    tasks = {"t": Task(platform=platform), "make": Task(outputs={"Output": "STRING"})}
    run = simulate(
        sketch(tasks, inputs={"name": "STRING"}),
        {"make": succeed({"Output": "claim"})},
        parameters={"name": "s3cret"},
    )
    spec = run.attempts[1]
    assert spec.id.task == "t"
    assert spec.deadline_s == 30
    constant = {"runtimeValue": {"constant": "s3cret"}}
    assert spec.kubernetes["secretAsEnv"][0]["secretNameParameter"] == constant
    [mount] = spec.kubernetes["pvcMount"]
    assert mount["mountPath"] == "/data"
    assert "claim" in str(mount)
    assert "taskOutputParameter" not in mount


def test_a_task_configuration_is_handed_to_the_code_instead_of_the_task():
    task = Task(
        types={"config": "TASK_CONFIG"},
        optional=("config",),
        component={
            "taskConfigPassthroughs": [
                {"field": "RESOURCES"},
                {"field": 2, "applyToTask": True},
                {"field": "KUBERNETES_TOLERATIONS"},
            ]
        },
        executor={
            "container": {
                "image": "i",
                "env": [{"name": "A", "value": "1"}],
                "resources": {"resourceCpuLimit": "2", "resourceMemoryLimit": "1Gi"},
            }
        },
        platform={"tolerations": [{"key": "gpu"}], "nodeSelector": {"labels": {"a": "b"}}},
    )
    [spec] = simulate(sketch({"t": task})).attempts
    assert spec.inputs.parameters["config"] == {
        "resources": {"limits": {"cpu": "2", "memory": "1Gi"}, "requests": {}},
        "env": [{"name": "A", "value": "1"}],
        "tolerations": [{"key": "gpu"}],
    }
    assert spec.container.resources is None
    assert spec.resources.cpu_limit is None
    assert len(spec.container.env) == 1
    assert spec.kubernetes == {"nodeSelector": {"labels": {"a": "b"}}}


def test_an_input_of_a_failed_task_without_default_fails_an_exit_task():
    exit_task = Task(inputs={"x": Out("a")}, always=True)
    run = simulate(sketch({"a": Task(outputs={"Output": "STRING"}), "e": exit_task}), {"a": fail()})
    assert run["e"].error.message == "input x has no value, since a failed, and no default"


def test_ids_and_roots_of_attempts_are_their_own():
    body = {"t": Task()}
    first = Simulation(sketch({"l": Task(items=[1, 2], body=body)}), run_id="one").finish()
    second = Simulation(sketch({"l": Task(items=[1, 2], body=body)}), run_id="two").finish()
    specs = [*first.attempts, *second.attempts]
    assert (
        len({spec.output_root for spec in specs}) == len({spec.job.task_id for spec in specs}) == 4
    )
    assert first.attempts[0].output_root == "file:///root/sketch/one/l/0/t/1"


CHANNEL = "pipelinechannel--x"


def through_a_group(use):
    group = Task(body={"use": use}, inputs={CHANNEL: Arg("x")}, types={CHANNEL: "NUMBER_INTEGER"})
    return sketch({"condition-1": group}, inputs={"x": "STRING"}, defaults={"x": None})


def test_what_was_not_given_passes_through_a_group_to_an_optional_input():
    use = Task(inputs={"x": Arg(CHANNEL)}, types={"x": "STRING"}, optional=("x",))
    run = simulate(through_a_group(use))
    assert run.state == "succeeded"
    assert run["condition-1/use"].inputs.parameters == {}


def test_what_was_not_given_fails_the_step_inside_of_a_group_that_needs_it():
    run = simulate(through_a_group(Task(inputs={"x": Arg(CHANNEL)}, types={"x": "STRING"})))
    assert run["condition-1/use"].error.message == "input x of use was given no value"


def test_a_value_of_another_type_passes_through_a_group_to_where_it_fits():
    use = Task(inputs={"x": Arg(CHANNEL)}, types={"x": "STRING"})
    run = simulate(through_a_group(use), parameters={"x": "text"})
    assert run["condition-1/use"].inputs.parameters == {"x": "text"}


def test_an_image_sees_the_defaults_of_inputs_that_are_not_bound():
    container = {"container": {"image": "tool:{{$.inputs.parameters['tag']}}"}}
    task = Task(defaults={"tag": "latest"}, executor=container)
    run = simulate(sketch({"t": task}))
    assert [spec.container.image for spec in run.attempts] == ["tool:latest"]
