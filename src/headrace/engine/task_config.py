"""The value of a TASK_CONFIG input: how the task is set up, for code that starts pods of its own.

Pure. A component lists the kinds that it takes over (facts A.2, C.6); such a kind is left out of
the task itself unless it says that it applies to the task as well. Values have Kubernetes' form.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import msgspec

from headrace.engine.attempts import ResourceRequest
from headrace.engine.resources import NOTHING
from headrace.ir.model import Accelerator, Component, Container, Resources

_KINDS: dict[str, str] = {
    "1": "RESOURCES",
    "2": "ENV",
    "3": "KUBERNETES_AFFINITY",
    "4": "KUBERNETES_TOLERATIONS",
    "5": "KUBERNETES_NODE_SELECTOR",
    "6": "KUBERNETES_VOLUMES",
}
_FIELDS: dict[str, tuple[str, ...]] = {
    "KUBERNETES_AFFINITY": ("nodeAffinity", "podAffinity"),
    "KUBERNETES_TOLERATIONS": ("tolerations",),
    "KUBERNETES_NODE_SELECTOR": ("nodeSelector",),
    "KUBERNETES_VOLUMES": (
        "pvcMount",
        "secretAsVolume",
        "configMapAsVolume",
        "emptyDirMounts",
        "genericEphemeralVolume",
    ),
}


class Configured(NamedTuple):
    """The configuration for the code, and what is left for the task itself."""

    value: dict[str, Any]
    container: Container | None
    resources: ResourceRequest
    kubernetes: dict[str, Any]


def task_config(
    component: Component,
    container: Container | None,
    resources: ResourceRequest,
    kubernetes: dict[str, Any],
) -> Configured:
    """Split a task's configuration between its code and itself."""
    value: dict[str, Any] = {}
    for passthrough in component.task_config_passthroughs:
        kind = str(passthrough.field).removeprefix("TASK_CONFIG_PASSTHROUGH_TYPE_")
        kind = _KINDS.get(kind, kind)
        if kind == "RESOURCES" and container is not None:
            value["resources"] = _resources(container.resources)
            if not passthrough.apply_to_task:
                container = msgspec.structs.replace(container, resources=None)
                resources = NOTHING
        elif kind == "ENV" and container is not None:
            value["env"] = [{"name": item.name, "value": item.value} for item in container.env]
            if not passthrough.apply_to_task:
                container = msgspec.structs.replace(container, env=())
        elif kind in _FIELDS:
            value |= _kubernetes(kind, kubernetes)
            if not passthrough.apply_to_task:
                taken = _FIELDS[kind]
                kubernetes = {key: item for key, item in kubernetes.items() if key not in taken}
    return Configured(value, container, resources, kubernetes)


def _resources(resources: Resources | None) -> dict[str, Any]:
    resources = resources or Resources()
    accelerator = resources.accelerator or Accelerator()
    limits = {
        "cpu": resources.resource_cpu_limit,
        "memory": resources.resource_memory_limit,
        accelerator.resource_type or accelerator.type: accelerator.resource_count
        or str(accelerator.count or ""),
    }
    requests = {
        "cpu": resources.resource_cpu_request,
        "memory": resources.resource_memory_request,
    }
    return {
        name: {key: text for key, text in amounts.items() if key and text}
        for name, amounts in (("limits", limits), ("requests", requests))
    }


def _kubernetes(kind: str, config: dict[str, Any]) -> dict[str, Any]:
    match kind:
        case "KUBERNETES_TOLERATIONS":
            return {"tolerations": _flattened(_entries(config, "tolerations"), "tolerationJson")}
        case "KUBERNETES_NODE_SELECTOR":
            selector = cast("dict[str, Any]", config.get("nodeSelector") or {})
            labels: Any = (
                _constant(selector.get("nodeSelectorJson")) or selector.get("labels") or {}
            )
            return {"nodeSelector": labels}
        case "KUBERNETES_AFFINITY":
            return {"affinity": _affinity(_entries(config, "nodeAffinity"))}
        case _:
            return _volumes(config)


def _affinity(terms: list[dict[str, Any]]) -> dict[str, Any]:
    required: list[Any] = []
    preferred: list[Any] = []
    for term in terms:
        whole = _constant(term.get("nodeAffinityJson"))
        if whole:
            return {"nodeAffinity": whole}
        node = {key: term[key] for key in ("matchExpressions", "matchFields") if term.get(key)}
        if term.get("weight"):
            preferred.append({"weight": term["weight"], "preference": node})
        else:
            required.append(node)
    affinity: dict[str, Any] = {}
    if required:
        affinity["requiredDuringSchedulingIgnoredDuringExecution"] = {"nodeSelectorTerms": required}
    if preferred:
        affinity["preferredDuringSchedulingIgnoredDuringExecution"] = preferred
    return {"nodeAffinity": affinity} if affinity else {}


def _volumes(config: dict[str, Any]) -> dict[str, Any]:
    volumes: list[dict[str, Any]] = []
    mounts: list[dict[str, Any]] = []

    def add(name: str, source: dict[str, Any], entry: dict[str, Any]) -> None:
        if all(volume["name"] != name for volume in volumes):
            volumes.append({"name": name, **source})
        mount = {"name": name, "mountPath": entry.get("mountPath", "")}
        mounts.append(mount | ({"subPath": entry["subPath"]} if entry.get("subPath") else {}))

    for entry in _entries(config, "pvcMount"):
        name = str(_constant(entry.get("pvcNameParameter")) or entry.get("constant") or "")
        add(name, {"persistentVolumeClaim": {"claimName": name}}, entry)
    for entry in _entries(config, "secretAsVolume"):
        name = str(_constant(entry.get("secretNameParameter")) or entry.get("secretName") or "")
        optional = bool(entry.get("optional"))
        add(name, {"secret": {"secretName": name, "optional": optional}}, entry)
    for entry in _entries(config, "configMapAsVolume"):
        name = str(
            _constant(entry.get("configMapNameParameter")) or entry.get("configMapName") or ""
        )
        add(name, {"configMap": {"name": name, "optional": bool(entry.get("optional"))}}, entry)
    for entry in _entries(config, "emptyDirMounts"):
        limits = {"medium": entry.get("medium"), "sizeLimit": entry.get("sizeLimit")}
        empty = {key: item for key, item in limits.items() if item}
        add(str(entry.get("volumeName", "")), {"emptyDir": empty}, entry)
    return {"volumes": volumes, "volumeMounts": mounts}


def _flattened(entries: list[dict[str, Any]], key: str) -> list[Any]:
    found: list[Any] = []
    for entry in entries:
        value = _constant(entry.get(key))
        if isinstance(value, list):
            found.extend(cast("list[Any]", value))
        elif value:
            found.append(value)
        elif key not in entry:
            found.append(entry)
    return found


def _entries(config: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", config.get(key) or [])


def _constant(parameter: dict[str, Any] | None) -> Any:
    value = cast("dict[str, Any]", (parameter or {}).get("runtimeValue") or {})
    return value.get("constant")
