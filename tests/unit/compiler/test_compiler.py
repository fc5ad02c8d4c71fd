"""Files: names, formats, overrides; nothing is written when something is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from headrace import dsl
from headrace.compiler import Compiler, KubernetesManifestOptions, compile_document
from headrace.compiler.values import ir_value
from headrace.errors import AuthoringError


@dsl.component
def say(text: str, data: dsl.Input[dsl.Dataset] = None) -> str:
    """Say it."""
    return text


@dsl.pipeline(name="p", description="A pipeline.", display_name="P", pipeline_root="gs://root")
def p(text: str = "t", data: dsl.Input[dsl.Dataset] = None):
    say(text=text)


@dsl.pipeline(name="q", pipeline_config=dsl.PipelineConfig(active_deadline_seconds=9))
def configured():
    say(text="x")


def compiled(component: Any, path: Path, **options: Any) -> str:
    Compiler().compile(component, str(path), **options)
    return path.read_text(encoding="utf-8")


def test_a_pipeline_is_written_as_yaml_with_a_header(tmp_path: Path) -> None:
    text = compiled(p, tmp_path / "p.yaml")
    assert text.startswith("# PIPELINE DEFINITION\n# Name: p\n# Description: A pipeline.\n")
    spec = yaml.safe_load(text)
    assert spec["pipelineInfo"] == {"name": "p", "displayName": "P", "description": "A pipeline."}
    assert spec["defaultPipelineRoot"] == "gs://root"
    assert spec["schemaVersion"] == "2.1.0"


def test_the_same_pipeline_gives_the_same_file(tmp_path: Path) -> None:
    assert compiled(p, tmp_path / "a.yaml") == compiled(p, tmp_path / "b.yml")


def test_a_component_becomes_a_pipeline_of_one_task(tmp_path: Path) -> None:
    text = compiled(say, tmp_path / "say.yaml")
    assert "# Description: Say it.\n" in text
    spec = yaml.safe_load(text)
    assert spec["pipelineInfo"] == {"name": "say"}
    assert spec["root"]["dag"]["tasks"]["say"]["inputs"]["parameters"] == {
        "text": {"componentInputParameter": "text"}
    }


def test_names_and_defaults_are_overridden(tmp_path: Path) -> None:
    text = compiled(
        p,
        tmp_path / "p.yaml",
        pipeline_name="other",
        pipeline_display_name="Other",
        pipeline_parameters={"text": "new"},
    )
    spec = yaml.safe_load(text)
    assert spec["pipelineInfo"]["name"] == "other"
    assert spec["pipelineInfo"]["displayName"] == "Other"
    assert spec["root"]["inputDefinitions"]["parameters"]["text"]["defaultValue"] == "new"
    assert p.pipeline_spec["pipelineInfo"]["name"] == "p"


def test_the_platform_stands_in_a_document_of_its_own(tmp_path: Path) -> None:
    _, platform = yaml.safe_load_all(compiled(configured, tmp_path / "q.yaml"))
    assert platform == {
        "platforms": {"kubernetes": {"pipelineConfig": {"activeDeadlineSeconds": 9}}}
    }


def test_json_is_written_with_a_warning(tmp_path: Path) -> None:
    with pytest.warns(DeprecationWarning, match="JSON"):
        text = compiled(p, tmp_path / "p.json")
    assert json.loads(text)["pipelineInfo"]["name"] == "p"


def test_a_manifest_names_pipeline_and_version(tmp_path: Path) -> None:
    options = KubernetesManifestOptions(
        pipeline_name="pipe",
        pipeline_version_name="v1",
        namespace="team",
        include_pipeline_manifest=True,
    )
    text = compiled(
        p,
        tmp_path / "p.yaml",
        kubernetes_manifest_format=True,
        kubernetes_manifest_options=options,
    )
    pipeline, version = yaml.safe_load_all(text)
    assert (pipeline["kind"], pipeline["metadata"]) == (
        "Pipeline",
        {"name": "pipe", "namespace": "team"},
    )
    assert version["metadata"] == {"name": "v1", "namespace": "team"}
    assert version["spec"]["pipelineName"] == "pipe"
    assert version["spec"]["pipelineSpec"]["pipelineInfo"]["name"] == "p"


@pytest.mark.parametrize(
    ("component", "name", "options", "kind"),
    [
        (p, "p.txt", {}, ValueError),
        (configured, "q.json", {}, ValueError),
        (lambda: None, "x.yaml", {}, ValueError),
        (p, "p.yaml", {"pipeline_parameters": {"txt": 1}}, ValueError),
        (p, "p.yaml", {"pipeline_parameters": {"data": 1}}, NotImplementedError),
    ],
)
def test_nothing_is_written_when_something_is_wrong(
    tmp_path: Path, component: Any, name: str, options: Any, kind: type[Exception]
) -> None:
    with pytest.raises(kind) as caught:
        Compiler().compile(component, str(tmp_path / name), **options)
    assert isinstance(caught.value, AuthoringError)
    assert caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_workspace_that_is_used_must_be_configured() -> None:
    @dsl.pipeline(name="w")
    def w():
        say(text=f"{dsl.WORKSPACE_PATH_PLACEHOLDER}/a")

    with pytest.raises(ValueError, match="workspace") as caught:
        compile_document(w)
    assert caught.value.where[0].file == __file__  # type: ignore[attr-defined]


def test_a_loop_over_what_another_collected_iterates_over_an_input_that_it_has() -> None:
    @dsl.component
    def write(text: str, data: dsl.Output[dsl.Dataset]) -> str:
        return text

    @dsl.pipeline(name="c")
    def c():
        with dsl.ParallelFor(["a", "b"]) as text:
            written = write(text=text)
        with dsl.ParallelFor(dsl.Collected(written.outputs["data"])) as one:
            say(text="x", data=one)
        with dsl.ParallelFor(dsl.Collected(written.outputs["Output"])) as back:
            say(text=back)

    document, _ = compile_document(c)
    loops = [task for name, task in document["root"]["dag"]["tasks"].items() if "loop" in name]
    read = [
        (loop["artifactIterator"]["items"]["inputArtifact"], loop["inputs"]["artifacts"])
        for loop in loops
        if "artifactIterator" in loop
    ] + [
        (loop["parameterIterator"]["items"]["inputParameter"], loop["inputs"]["parameters"])
        for loop in loops
        if "inputParameter" in loop.get("parameterIterator", {}).get("items", {})
    ]
    assert len(read) == 2
    assert all(name in inputs for name, inputs in read)


@given(st.recursive(st.booleans() | st.integers() | st.text(), st.lists, max_leaves=10))
def test_numbers_are_doubles_in_the_ir(value: Any) -> None:
    converted = ir_value(value)
    assert converted == _as_doubles(value)
    json.dumps(converted, allow_nan=False)


def _as_doubles(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_doubles(item) for item in value]
    return float(value) if type(value) is int else value


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 10**400])
def test_a_number_that_no_double_holds_is_refused(value: Any) -> None:
    with pytest.raises(AuthoringError):
        ir_value([value])
