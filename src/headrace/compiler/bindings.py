"""Pass: where each input of a task or group comes from, seen from the DAG that it stands in.

A value comes from a sibling's output, from an input of the enclosing component, or is a constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from headrace.compiler.channel_names import channel_name, with_placeholders
from headrace.compiler.crossings import resolved
from headrace.compiler.routing import Routing
from headrace.compiler.values import ir_value
from headrace.dsl.graph import Group, Task
from headrace.dsl.refs import FieldRef, ItemRef, Ref
from headrace.dsl.scopes import Scopes


@dataclass(frozen=True, slots=True)
class Dag:
    """The DAG in which bindings are made.

    Attributes:
        scopes: The index of the pipeline.
        routing: The ways of values in it.
        path: The groups around the DAG, the outermost first; empty for the root.
    """

    scopes: Scopes
    routing: Routing
    path: tuple[Group, ...] = ()

    @property
    def is_root(self) -> bool:
        """Whether it is the pipeline's own DAG."""
        return not self.path


def binding(dag: Dag, ref: Ref) -> dict[str, Any]:
    """Return where the value of a reference comes from."""
    if isinstance(ref, FieldRef):
        raw = dag.is_root and ref.item.task_name is None
        return {
            "componentInputParameter": ref.item.name if raw else channel_name(ref.item),
            "parameterExpressionSelector": f'parseJson(string_value)["{ref.field}"]',
        }
    if _is_sibling(dag, ref):
        kind, key = _kinds(ref, "taskOutput", "output")
        return {kind: {"producerTask": ref.task_name, f"{key}Key": ref.name}}
    kind, _ = _kinds(ref, "componentInput", "")
    raw = dag.is_root and ref.task_name is None and not isinstance(ref, ItemRef)
    return {kind: ref.name if raw else channel_name(ref)}


def task_inputs(dag: Dag, task: Task) -> dict[str, Any]:
    """Return the inputs of a task: its arguments, and those that constants and settings need."""
    parameters: dict[str, Any] = {}
    artifacts: dict[str, Any] = {}
    refs = {ref.key: ref for ref in _added(task)}
    for name, argument in task.arguments.items():
        if not isinstance(argument, Ref):
            constant = ir_value(with_placeholders(argument, refs))
            parameters[name] = {"runtimeValue": {"constant": constant}}
        elif argument.is_artifact:
            artifacts[name] = binding(dag, resolved(dag.scopes, task.name, argument))
        else:
            parameters[name] = binding(dag, resolved(dag.scopes, task.name, argument))
    for name, text in task.settings.texts().items():
        if "{{channel:" in text:
            parameters[name] = {"runtimeValue": {"constant": with_placeholders(text, refs)}}
    for ref in _added(task):
        seen = dag.routing.in_text(resolved(dag.scopes, task.name, ref))
        parameters[channel_name(seen)] = binding(dag, seen)
    return _inputs(parameters, artifacts)


def group_inputs(dag: Dag, crossing: Iterable[Ref]) -> dict[str, Any]:
    """Return the inputs of a group: everything that it takes in."""
    parameters: dict[str, Any] = {}
    artifacts: dict[str, Any] = {}
    for ref in crossing:
        (artifacts if ref.is_artifact else parameters)[channel_name(ref)] = binding(dag, ref)
    return _inputs(parameters, artifacts)


def _added(task: Task) -> Iterable[Ref]:
    return dict.fromkeys((*task.inner_refs, *task.image_refs, *task.setting_refs))


def _inputs(parameters: Mapping[str, Any], artifacts: Mapping[str, Any]) -> dict[str, Any]:
    inputs: dict[str, Any] = {}
    if parameters:
        inputs["parameters"] = parameters
    if artifacts:
        inputs["artifacts"] = artifacts
    return inputs


def _is_sibling(dag: Dag, ref: Ref) -> bool:
    if ref.task_name is None or isinstance(ref, ItemRef):
        return False
    return dag.scopes.paths[ref.task_name] == dag.path


def _kinds(ref: Ref, prefix: str, key: str) -> tuple[str, str]:
    noun = "Artifact" if ref.is_artifact else "Parameter"
    return prefix + noun, key + noun
