"""Pass: a pipeline that is used as a step brings its components and executors into the outer one.

Names that are taken get a number, in the order and with the effects that KFP's compiler has: the
documents must be equal, and caches and user interfaces show these names.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from headrace.dsl.naming import UniqueNames


@dataclass(slots=True)
class Assembly:
    """A document in the making.

    Attributes:
        components: Component specs by key.
        executors: Executor specs by label.
        platform: Platform configuration by the label of the executor.
        platform_names: Platforms that an inner document names, also without configuring a task.
    """

    components: dict[str, Any] = field(default_factory=dict[str, Any])
    executors: dict[str, Any] = field(default_factory=dict[str, Any])
    platform: dict[str, Any] = field(default_factory=dict[str, Any])
    platform_names: set[str] = field(default_factory=set[str])
    component_names: UniqueNames = field(default_factory=UniqueNames)
    executor_names: UniqueNames = field(default_factory=UniqueNames)

    def add_component(self, wish: str, spec: dict[str, Any]) -> str:
        """Take in a component and return its key."""
        name = self.component_names.add(wish)
        self.components[name] = spec
        return name

    def add_executor(self, wish: str, spec: dict[str, Any]) -> str:
        """Take in an executor and return its label."""
        label = self.executor_names.add(wish)
        self.executors[label] = spec
        return label


def merged_root(
    assembly: Assembly, spec: Mapping[str, Any], platform: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Take in what a document has, and return its root component.

    Args:
        assembly: The outer document; it gets the inner one's components and executors.
        spec: The inner PipelineSpec; it is not changed.
        platform: The inner platform document, or None.
    """
    inner = copy.deepcopy({"root": spec["root"], "components": spec.get("components", {})})
    labels = _take_executors(assembly, spec)
    _take_platform(assembly, platform, labels)
    for component in inner["components"].values():
        label = component.get("executorLabel")
        if label is not None:
            component["executorLabel"] = labels.get(label, label)
    _take_components(assembly, inner)
    return inner["root"]


def _take_executors(assembly: Assembly, spec: Mapping[str, Any]) -> dict[str, str]:
    executors = spec.get("deploymentSpec", {}).get("executors", {})
    return {
        label: assembly.add_executor(label, copy.deepcopy(executor))
        for label, executor in executors.items()
    }


def _take_platform(
    assembly: Assembly, platform: Mapping[str, Any] | None, labels: Mapping[str, str]
) -> None:
    for name, content in (platform or {}).get("platforms", {}).items():
        assembly.platform_names.add(name)
        executors = content.get("deploymentSpec", {}).get("executors", {})
        for label, settings in executors.items():
            taken = assembly.platform.setdefault(labels.get(label, label), {})
            taken[name] = copy.deepcopy(settings)


def _take_components(assembly: Assembly, inner: dict[str, Any]) -> None:
    names = {name: assembly.component_names.add(name) for name in inner["components"]}
    for name, component in inner["components"].items():
        _rename_references(component, names)
        assembly.components[names[name]] = component
    _rename_references(inner["root"], names)


def _rename_references(component: dict[str, Any], names: Mapping[str, str]) -> None:
    for task in component.get("dag", {}).get("tasks", {}).values():
        reference = task.get("componentRef", {})
        if reference.get("name") in names:
            reference["name"] = names[reference["name"]]
