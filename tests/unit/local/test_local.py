"""``init``, the runners and the tasks that calls return, without running anything."""

from __future__ import annotations

import pytest

from headrace import local
from headrace.engine.attempts import Artifact as StoredArtifact
from headrace.engine.attempts import Outputs
from headrace.errors import Conflict, InvalidRequest, UnknownOutput
from headrace.local.task import LocalTask, outputs_of
from headrace.testing.sketches import Out, Task, sketch
from headrace.types.artifacts import Model


@pytest.mark.parametrize("runner", [None, "subprocess", local.SubprocessRunner])
def test_init_wants_a_runner(runner):
    with pytest.raises(InvalidRequest, match="is not a runner") as raised:
        local.init(runner=runner)
    assert raised.value.where[0].file == __file__


def test_the_only_output_is_the_output():
    assert LocalTask("add", "succeeded", {"Output": 3}).output == 3


@pytest.mark.parametrize(
    ("state", "outputs", "said"),
    [
        ("succeeded", {}, "add has 0 outputs: none"),
        ("succeeded", {"a": 1, "b": 2}, "add has 2 outputs: a, b"),
        ("failed", {}, "add failed, so it has no output"),
    ],
)
def test_there_is_no_single_output(state, outputs, said):
    with pytest.raises(UnknownOutput, match=said):
        _ = LocalTask("add", state, outputs).output


def test_settings_for_a_cluster_warn_and_go_on():
    task = LocalTask("add", "succeeded", {})
    with pytest.warns(RuntimeWarning, match="set_cpu_limit has no effect"):
        assert task.set_cpu_limit("1") is task


@pytest.mark.parametrize("name", ["after", "set_retry", "set_env_variable", "set_caching_options"])
def test_what_comes_too_late_is_refused(name):
    with pytest.raises(Conflict, match=f"{name} comes too late"):
        getattr(LocalTask("add", "succeeded", {}), name)


def test_other_attributes_are_not_there():
    assert not hasattr(LocalTask("add", "succeeded", {}), "frobnicate")


def stored(name="model"):
    return StoredArtifact(
        id="a",
        name=name,
        schema_title="system.Model",
        schema_version="0.0.1",
        uri="file:///home/model",
        metadata={"auc": 0.9},
    )


def test_outputs_are_values_and_artifacts():
    make = Task(outputs={"model": "system.Model", "score": "NUMBER_DOUBLE"})
    document = sketch(
        {"make": make},
        outputs={"model": "system.Model"},
        yields={"model": (Out("make", "model"),)},
    )
    found = outputs_of(
        Outputs(parameters={"score": 0.5}, artifacts={"model": (stored(),)}), document
    )
    assert found["score"] == 0.5
    assert isinstance(found["model"], Model)
    assert (found["model"].path, found["model"].metadata) == ("/home/model", {"auc": 0.9})


def test_an_artifact_list_stays_a_list():
    make = Task(outputs={"models": "system.Model[]"})
    document = sketch(
        {"make": make},
        outputs={"models": "system.Model[]"},
        yields={"models": (Out("make", "models"),)},
    )
    found = outputs_of(Outputs(artifacts={"models": (stored(),)}), document)
    assert [one.name for one in found["models"]] == ["model"]


def test_a_run_without_outputs_has_none():
    assert outputs_of(None, sketch({"a": Task()})) == {}
