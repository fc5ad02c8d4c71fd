"""Pass: the outputs of DAGs, in the form of the IR: which inner output each of them is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headrace.compiler.channel_names import surfaced_name
from headrace.compiler.surfacing import Surfaced
from headrace.dsl.graph import Pipeline
from headrace.dsl.interface import ArtifactType
from headrace.dsl.refs import CollectedRef, Ref
from headrace.dsl.scopes import Scopes


def dag_outputs(given_out: Mapping[str, Surfaced]) -> dict[str, Any]:
    """Return the outputs of a group's DAG."""
    outputs: dict[str, Any] = {}
    for name, surfaced in given_out.items():
        _add(outputs, name, surfaced)
    return outputs


def pipeline_outputs(pipeline: Pipeline, scopes: Scopes) -> dict[str, Any]:
    """Return the outputs of a pipeline's own DAG."""
    outputs: dict[str, Any] = {}
    for name, ref in pipeline.outputs.items():
        _add(outputs, name, Surfaced(ref.type, (_source(ref, scopes),)))
    return outputs


def _source(ref: Ref, scopes: Scopes) -> tuple[str, str]:
    assert ref.task_name is not None
    if isinstance(ref, CollectedRef):
        return scopes.at_depth(ref.task_name, 0), surfaced_name(ref.output)
    return ref.task_name, ref.name


def _add(outputs: dict[str, Any], name: str, surfaced: Surfaced) -> None:
    if isinstance(surfaced.type, ArtifactType):
        selectors = [
            {"producerSubtask": task, "outputArtifactKey": key} for task, key in surfaced.sources
        ]
        outputs.setdefault("artifacts", {})[name] = {"artifactSelectors": selectors}
        return
    selectors = [
        {"producerSubtask": task, "outputParameterKey": key} for task, key in surfaced.sources
    ]
    outputs.setdefault("parameters", {})[name] = (
        {"valueFromOneof": {"parameterSelectors": selectors}}
        if surfaced.one_of
        else {"valueFromParameter": selectors[0]}
    )
