"""Small pipelines written as IR in a few words, for tests of what the engine does with them.

A sketch says tasks, edges and control flow; components, executors and declarations follow from it.

Example:
    >>> load = Task(outputs={"n": "NUMBER_INTEGER"})
    >>> use = Task(inputs={"n": Out("load", "n")}, types={"n": "NUMBER_INTEGER"})
    >>> sketch({"load": load, "use": use}).spec.root.dag.tasks["use"].dependent_tasks
    ('load',)
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from headrace import ir

_TYPES: dict[type, str] = {
    bool: "BOOLEAN",
    int: "NUMBER_INTEGER",
    float: "NUMBER_DOUBLE",
    str: "STRING",
    list: "LIST",
    dict: "STRUCT",
}


@dataclass(frozen=True, slots=True)
class Out:
    """An output of a task beside it."""

    task: str
    key: str = "Output"


@dataclass(frozen=True, slots=True)
class Arg:
    """An input of the graph that the task is in."""

    name: str


@dataclass(frozen=True, slots=True)
class Status:
    """The final status of a task beside it."""

    task: str


@dataclass(frozen=True, slots=True)
class Task:
    """A task of a sketch.

    Attributes:
        inputs: Constants, ``Out``, ``Arg`` or ``Status`` by name.
        types: Declared types by input; a constant's own and STRING are the default. One with a dot,
            such as ``system.Dataset``, declares an artifact, and with ``[]`` after it a list.
        outputs: Declared types by output, likewise.
        defaults: Declared defaults by input, which makes it optional.
        optional: Inputs that may have no value.
        extras: Inputs that the component does not declare, for placeholders.
        after: Tasks that it waits for without reading their outputs.
        body: Tasks inside, which makes it a group.
        yields: Outputs of a group: name to the selections of which the first with a value counts.
        items: A literal list, or the name of an input: the group is a loop over it.
        item: Name of the input of the body that is the loop's item.
        always: Starts when all that it waits for has ended (an exit task).
        more: Further fields of the task's specification.
        executor: The executor; else a container.
        platform: Its Kubernetes configuration.
    """

    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    types: Mapping[str, str] = field(default_factory=dict[str, str])
    outputs: Mapping[str, str] = field(default_factory=dict[str, str])
    defaults: Mapping[str, Any] = field(default_factory=dict[str, Any])
    optional: tuple[str, ...] = ()
    extras: Mapping[str, Any] = field(default_factory=dict[str, Any])
    after: tuple[str, ...] = ()
    body: Mapping[str, Task] | None = None
    yields: Mapping[str, tuple[Out, ...]] = field(default_factory=dict[str, "tuple[Out, ...]"])
    items: Sequence[object] | str | None = None
    item: str = "item"
    limit: int = 0
    condition: str = ""
    always: bool = False
    cache: bool = False
    cache_key: str = ""
    retries: int = 0
    more: Mapping[str, Any] = field(default_factory=dict[str, Any])
    component: Mapping[str, Any] = field(default_factory=dict[str, Any])
    executor: Mapping[str, Any] | None = None
    platform: Mapping[str, Any] | None = None


def sketch(
    tasks: Mapping[str, Task],
    *,
    inputs: Mapping[str, str] | None = None,
    defaults: Mapping[str, Any] | None = None,
    outputs: Mapping[str, str] | None = None,
    yields: Mapping[str, tuple[Out, ...]] | None = None,
    platform: Mapping[str, Any] | None = None,
) -> ir.Document:
    """Return the IR of a pipeline.

    Args:
        tasks: Tasks of the root by name.
        inputs: Types of the run's parameters by name.
        defaults: Defaults of the run's parameters.
        outputs: Types of the pipeline's outputs.
        yields: Where its outputs come from.
        platform: The platform's pipeline configuration.
    """
    root = Task(
        types=dict(inputs or {}),
        defaults=dict(defaults or {}),
        outputs=dict(outputs or {}),
        yields=dict(yields or {}),
        body=tasks,
    )
    writer = _Writer()
    spec: dict[str, Any] = {
        "pipelineInfo": {"name": "sketch"},
        "schemaVersion": "2.1.0",
        "sdkVersion": "kfp-2.17.0",
        "root": writer.component(root, "root"),
        "components": writer.components,
        "deploymentSpec": {"executors": writer.executors},
    }
    kubernetes: dict[str, Any] = {}
    if writer.platforms:
        kubernetes["deploymentSpec"] = {"executors": writer.platforms}
    if platform:
        kubernetes["pipelineConfig"] = dict(platform)
    return ir.read_dict(spec, {"platforms": {"kubernetes": kubernetes}} if kubernetes else None)


class _Writer:
    def __init__(self) -> None:
        self.components: dict[str, Any] = {}
        self.executors: dict[str, Any] = {}
        self.platforms: dict[str, Any] = {}

    def component(self, task: Task, name: str) -> dict[str, Any]:
        """Return the component of a task; those inside of it are added beside."""
        component: dict[str, Any] = {
            "inputDefinitions": _definitions(_input_types(task), task),
            "outputDefinitions": _definitions(task.outputs, None),
            **task.component,
        }
        if task.body is None:
            label = f"exec-{name}"
            component["executorLabel"] = label
            self.executors[label] = task.executor or {"container": {"image": f"image-of-{name}"}}
            if task.platform:
                self.platforms[label] = dict(task.platform)
            return component
        dag: dict[str, Any] = {
            "tasks": {key: self._task(child, key, name) for key, child in task.body.items()}
        }
        if task.yields:
            dag["outputs"] = _dag_outputs(task)
        return component | {"dag": dag}

    def _task(self, task: Task, name: str, parent: str) -> dict[str, Any]:
        unique = name if parent == "root" else f"{parent}.{name}"
        self.components[f"comp-{unique}"] = self.component(task, unique)
        types = _input_types(task)
        inputs: dict[str, Any] = {"parameters": {}, "artifacts": {}}
        for key, value in {**task.inputs, **task.extras}.items():
            artifact = "." in types.get(key, "")
            inputs["artifacts" if artifact else "parameters"][key] = _binding(value, artifact)
        trigger: dict[str, Any] = {}
        if task.condition:
            trigger["condition"] = task.condition
        if task.always:
            trigger["strategy"] = "ALL_UPSTREAM_TASKS_COMPLETED"
        spec: dict[str, Any] = {
            "componentRef": {"name": f"comp-{unique}"},
            "taskInfo": {"name": name},
            "inputs": {key: value for key, value in inputs.items() if value},
            "dependentTasks": sorted({*task.after, *_producers(task)}),
            "triggerPolicy": trigger,
            "cachingOptions": {"enableCache": task.cache, "cacheKey": task.cache_key},
            **_iterator(task, types),
            **task.more,
        }
        if task.retries:
            spec["retryPolicy"] = {"maxRetryCount": task.retries} | spec.get("retryPolicy", {})
        return spec


def _input_types(task: Task) -> dict[str, str]:
    types = {name: task.types.get(name) or _type_of(value) for name, value in task.inputs.items()}
    types |= {name: _type_of(value) for name, value in task.defaults.items()}
    types |= task.types
    if task.items is not None and task.item not in types:
        types[task.item] = _item_type(task)
    return types


def _item_type(task: Task) -> str:
    return _type_of(task.items[0]) if task.items and not isinstance(task.items, str) else "STRING"


def _type_of(value: object) -> str:
    return "TASK_FINAL_STATUS" if isinstance(value, Status) else _TYPES.get(type(value), "STRING")


def _definitions(types: Mapping[str, str], task: Task | None) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    artifacts: dict[str, Any] = {}
    for name, kind in types.items():
        optional = task is not None and (name in task.optional or name in task.defaults)
        if "." in kind:
            title = {"schemaTitle": kind.removesuffix("[]"), "schemaVersion": "0.0.1"}
            artifacts[name] = {"artifactType": title}
            if kind.endswith("[]"):
                artifacts[name]["isArtifactList"] = True
        else:
            parameters[name] = {"parameterType": kind}
        if optional:
            (artifacts if "." in kind else parameters)[name]["isOptional"] = True
        if task is not None and task.defaults.get(name) is not None:
            parameters[name]["defaultValue"] = task.defaults[name]
    found = {"parameters": parameters, "artifacts": artifacts}
    return {key: value for key, value in found.items() if value}


def _binding(value: Any, artifact: bool) -> dict[str, Any]:
    match value:
        case Out(task, key):
            if artifact:
                return {"taskOutputArtifact": {"producerTask": task, "outputArtifactKey": key}}
            return {"taskOutputParameter": {"producerTask": task, "outputParameterKey": key}}
        case Arg(name):
            return {"componentInputArtifact" if artifact else "componentInputParameter": name}
        case Status(task):
            return {"taskFinalStatus": {"producerTask": task}}
        case _:
            return {"runtimeValue": {"constant": value}}


def _producers(task: Task) -> set[str]:
    values = (*task.inputs.values(), *task.extras.values())
    return {value.task for value in values if isinstance(value, Out | Status)}


def _iterator(task: Task, types: Mapping[str, str]) -> dict[str, Any]:
    if task.items is None:
        return {}
    policy = {"iteratorPolicy": {"parallelismLimit": task.limit}} if task.limit else {}
    if not isinstance(task.items, str):
        items = {"raw": json.dumps(task.items)}
        return {"parameterIterator": {"items": items, "itemInput": task.item}} | policy
    if "." in types.get(task.items, ""):
        artifacts = {"inputArtifact": task.items}
        return {"artifactIterator": {"items": artifacts, "itemInput": task.item}} | policy
    parameters = {"inputParameter": task.items}
    return {"parameterIterator": {"items": parameters, "itemInput": task.item}} | policy


def _dag_outputs(task: Task) -> dict[str, Any]:
    outputs: dict[str, Any] = {"parameters": {}, "artifacts": {}}
    for name, choices in task.yields.items():
        if "." in task.outputs.get(name, ""):
            outputs["artifacts"][name] = {
                "artifactSelectors": [
                    {"producerSubtask": out.task, "outputArtifactKey": out.key} for out in choices
                ]
            }
            continue
        selectors = [
            {"producerSubtask": out.task, "outputParameterKey": out.key} for out in choices
        ]
        outputs["parameters"][name] = (
            {"valueFromParameter": selectors[0]}
            if len(selectors) == 1
            else {"valueFromOneof": {"parameterSelectors": selectors}}
        )
    return {key: value for key, value in outputs.items() if value}
