"""Kubernetes configuration: what kfp-kubernetes 2.17.0 writes for the same calls, and refusals."""

from __future__ import annotations

import importlib.util
import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from headrace import dsl
from headrace import kubernetes as k
from headrace.errors import AuthoringError

HERE = Path(__file__).parent


def _cases() -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("kubernetes_cases", HERE / "cases.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.CASES


CASES = _cases()
#: What the official extension gave; written once by running the cases with it.
GOLDEN: dict[str, Any] = json.loads((HERE / "golden.json").read_text(encoding="utf-8"))


@dsl.component(base_image="python:3.11")
def mk() -> str:
    return "x"


@dsl.component(base_image="python:3.11")
def one():
    pass


def compiled(use: Any) -> dsl.BaseComponent:
    @dsl.pipeline(name="p")
    def pipeline(par: str = "x"):
        output = mk().output
        use(k, one(), par, output)

    return pipeline


def config_of(pipeline: dsl.BaseComponent) -> Any:
    platforms = pipeline.platform_spec.get("platforms", {})
    kubernetes = platforms.get("kubernetes", {})
    return kubernetes.get("deploymentSpec", {}).get("executors", {}).get("exec-one")


def test_every_case_has_its_golden_result():
    assert set(CASES) == set(GOLDEN)
    assert len(CASES) > 100


@pytest.mark.parametrize("name", [name for name, golden in GOLDEN.items() if "config" in golden])
def test_a_function_writes_what_kfp_writes(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline = compiled(CASES[name])
        task = pipeline.pipeline_spec["root"]["dag"]["tasks"]["one"]
        found = json.loads(json.dumps(config_of(pipeline)))
    assert found == GOLDEN[name]["config"]
    assert task.get("dependentTasks") == GOLDEN[name]["dependent_tasks"]
    assert "inputs" not in task


@pytest.mark.parametrize("name", [name for name, golden in GOLDEN.items() if "error" in golden])
def test_what_kfp_refuses_is_refused_with_the_same_kind_and_the_line(name):
    kind = {"ValueError": ValueError, "TypeError": TypeError, "AttributeError": AttributeError}
    with pytest.raises(kind[GOLDEN[name]["error"]]) as caught:
        compiled(CASES[name])
    assert isinstance(caught.value, AuthoringError)
    assert "cases.py:" in str(caught.value)
    assert "fix: " in str(caught.value)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda t, p: k.use_secret_as_env(t, f"x-{p}", {"a": "A"}), "channel inside a text"),
        (lambda t, p: k.mount_pvc(t, f"x-{p}", "/m"), "channel inside a text"),
        (lambda t, p: k.set_image_pull_secrets(t, "name"), "must be a list of names"),
        (lambda t, p: k.add_toleration_json(t, ["x"]), "neither a toleration"),
        (
            lambda t, p: k.add_node_affinity(t, [{"key": "k", "operator": "In", "values": "ab"}]),
            "must be a list",
        ),
        (lambda t, p: k.add_pod_label(t, "a", p), "must be text, not a channel"),
        (lambda t, p: k.use_secret_as_env(t, "s", ["a"]), "must be a dict of texts"),
    ],
)
def test_silent_mistakes_are_refused(use, message):
    with pytest.raises(ValueError, match=message):

        @dsl.pipeline(name="p")
        def pipeline(par: str = "x"):
            use(one(), par)


def test_several_mistakes_are_reported_together():
    with pytest.raises(ValueError, match="2 problems found"):

        @dsl.pipeline(name="p")
        def pipeline():
            k.set_timeout(one(), -1)
            k.set_image_pull_policy(one(), "sometimes")


def test_a_pipeline_cannot_be_configured():
    @dsl.pipeline(name="inner")
    def inner():
        one()

    with pytest.raises(ValueError, match="cannot be used on a pipeline: inner"):

        @dsl.pipeline(name="outer")
        def outer():
            k.set_timeout(inner(), 5)


def test_something_else_than_a_task_is_refused():
    with pytest.raises(TypeError, match=r"kubernetes.set_timeout takes a task first"):
        k.set_timeout("task", 5)


def test_a_task_that_has_run_is_left_alone_with_a_warning():
    class Result:
        outputs: dict[str, Any] = {}  # noqa: RUF012

    result = Result()
    with pytest.warns(UserWarning, match="no effect on a task that has run"):
        assert k.set_timeout(result, 5) is result


def test_a_misspelled_toleration_key_is_said():
    with pytest.warns(UserWarning, match="tolerationSeconds is ignored"):

        @dsl.pipeline(name="p")
        def pipeline():
            k.add_toleration_json(one(), {"key": "a", "tolerationSeconds": 5})


def test_claims_are_components_with_the_images_that_back_ends_know():
    @dsl.pipeline(name="p")
    def pipeline():
        claim = k.CreatePVC(pvc_name_suffix="-x", access_modes=["ReadWriteOnce"], size="5Gi")
        k.mount_pvc(one(), claim.outputs["name"], "/m")
        k.DeletePVC(pvc_name=claim.outputs["name"])

    spec = pipeline.pipeline_spec
    executors = spec["deploymentSpec"]["executors"]
    assert executors["exec-createpvc"] == {"container": {"image": "argostub/createpvc"}}
    assert executors["exec-deletepvc"] == {"container": {"image": "argostub/deletepvc"}}
    inputs = spec["components"]["comp-createpvc"]["inputDefinitions"]["parameters"]
    assert {name: field["parameterType"] for name, field in inputs.items()} == {
        "access_modes": "LIST",
        "annotations": "STRUCT",
        "data_source": "STRUCT",
        "pvc_name": "STRING",
        "pvc_name_suffix": "STRING",
        "size": "STRING",
        "storage_class_name": "STRING",
        "volume_name": "STRING",
    }
    assert inputs["storage_class_name"]["defaultValue"] == ""
    assert spec["root"]["dag"]["tasks"]["one"]["dependentTasks"] == ["createpvc"]


def test_an_init_container_is_written_whole():
    @dsl.pipeline(name="p")
    def pipeline():
        task = one()
        k.add_init_container(
            task,
            "wait",
            "busybox",
            command=["sh", "-c"],
            args=["sleep 1"],
            env={"A": "b"},
            volume_mounts={"v": "/m"},
            restart_policy="Always",
            resource_requests={"cpu": "100m"},
        )

    assert config_of(pipeline)["initContainers"] == [
        {
            "name": "wait",
            "image": "busybox",
            "command": ["sh", "-c"],
            "args": ["sleep 1"],
            "env": [{"name": "A", "value": "b"}],
            "volumeMounts": [{"volumeName": "v", "mountPath": "/m"}],
            "restartPolicy": "Always",
            "resources": {"requests": {"cpu": "100m"}},
        }
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "kfp-launcher", "image": "x"}, "cannot be called"),
        ({"name": "first", "image": "x"}, "already"),
        ({"name": "b", "image": "x", "volume_mounts": {"v": "m"}}, "no absolute path"),
        ({"name": "b", "image": "x", "restart_policy": "Never"}, "no restart policy"),
    ],
)
def test_a_wrong_init_container_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):

        @dsl.pipeline(name="p")
        def pipeline():
            task = one()
            k.add_init_container(task, "first", "busybox")
            k.add_init_container(task, **arguments)


def test_the_public_names_are_these():
    assert len(k.__all__) == 23
    assert all(hasattr(k, name) for name in k.__all__)
