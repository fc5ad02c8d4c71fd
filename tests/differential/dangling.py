"""What in a compiled document refers to nothing: such a document no backend can run.

The official SDK writes some, for example where a field of a loop's item stands in an f-string, or a
setting inside a group takes a pipeline's input. They are no measure of ours, but ours must run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_OPERAND = re.compile(r"inputs\.parameter_values\['([^']*)'\]")
_QUOTED_CALL = re.compile(r"'\w+\(inputs\.")
_PLACEHOLDER = re.compile(r"\{\{\$\.inputs\.parameters\['([^']*)'\]\}\}")


def dangling(spec: dict[str, Any]) -> set[str]:
    """Return what in a PipelineSpec refers to nothing, each with its place."""
    return set(_of_component("root", spec["root"], spec))


def _of_component(name: str, component: dict[str, Any], spec: dict[str, Any]) -> Iterator[str]:
    dag = component.get("dag", {})
    tasks = dag.get("tasks", {})
    for task_name, task in tasks.items():
        place = f"{name}.{task_name}"
        inner = spec.get("components", {}).get(task["componentRef"]["name"])
        if inner is None:
            yield f"{place}: no component {task['componentRef']['name']}"
            continue
        for key, source in _inputs(task):
            yield from _of_input(f"{place}.{key}", source, component, tasks, spec)
        yield from _of_texts(place, task, inner)
        yield from _of_component(place, inner, spec)
    for producer, key in _selected(dag.get("outputs", {})):
        if key not in _outputs_of(producer, tasks, spec):
            yield f"{name}: no output {producer}.{key}"


def _inputs(task: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    inputs = task.get("inputs", {})
    yield from inputs.get("parameters", {}).items()
    yield from inputs.get("artifacts", {}).items()


def _of_input(
    place: str,
    source: dict[str, Any],
    component: dict[str, Any],
    tasks: dict[str, Any],
    spec: dict[str, Any],
) -> Iterator[str]:
    declared = component.get("inputDefinitions", {})
    for kind, group in (("Parameter", "parameters"), ("Artifact", "artifacts")):
        read = source.get(f"componentInput{kind}")
        if read is not None and read not in declared.get(group, {}):
            yield f"{place}: no input {read}"
        made = source.get(f"taskOutput{kind}")
        if made is not None:
            producer, key = made["producerTask"], made[f"output{kind}Key"]
            if key not in _outputs_of(producer, tasks, spec):
                yield f"{place}: no output {producer}.{key}"


def _of_texts(place: str, task: dict[str, Any], inner: dict[str, Any]) -> Iterator[str]:
    given = {name for name, _ in _inputs(task)}
    condition = task.get("triggerPolicy", {}).get("condition", "")
    yield from (
        f"{place}: no operand {name}" for name in _OPERAND.findall(condition) if name not in given
    )
    if _QUOTED_CALL.search(condition):
        yield f"{place}: a call in quotes: {condition}"
    constants = str([source.get("runtimeValue") for _, source in _inputs(task)])
    yield from (
        f"{place}: no input for {name}"
        for name in _PLACEHOLDER.findall(constants.replace("\\'", "'"))
        if name not in given
    )
    items = [
        task.get(kind, {}).get("items", {}) for kind in ("parameterIterator", "artifactIterator")
    ]
    for one in items:
        source = one.get("inputParameter") or one.get("inputArtifact")
        if source is not None and source not in given:
            yield f"{place}: no items {source}"
    if "{{channel:" in str(task) + str(inner.get("executorLabel")):
        yield f"{place}: the text of a channel"


def _outputs_of(producer: str, tasks: dict[str, Any], spec: dict[str, Any]) -> set[str]:
    if producer not in tasks:
        return set()
    component = spec["components"].get(tasks[producer]["componentRef"]["name"], {})
    outputs = component.get("outputDefinitions", {})
    return {*outputs.get("parameters", {}), *outputs.get("artifacts", {})}


def _selected(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if "producerSubtask" in value:
            key = value.get("outputParameterKey") or value.get("outputArtifactKey")
            yield value["producerSubtask"], key
        for one in value.values():
            yield from _selected(one)
    elif isinstance(value, list):
        for one in value:
            yield from _selected(one)
