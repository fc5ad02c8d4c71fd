"""Pass: platform configuration of tasks and of the pipeline, in the form of the platform document.

Configuration names outputs and inputs as the author sees them; here they become what the DAG of the
task offers.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any, cast

from headrace.compiler.bindings import Dag, binding
from headrace.compiler.crossings import resolved
from headrace.compiler.values import ir_value
from headrace.dsl.config import PipelineConfig
from headrace.dsl.graph import Task
from headrace.dsl.refs import Ref

_FROM_TASK = "taskOutputParameter"
_FROM_COMPONENT = "componentInputParameter"


def platform_config(dag: Dag, task: Task) -> dict[str, Any]:
    """Return the configuration of a task for each platform, with its references bound."""
    by_name = {
        ref.full_name: binding(dag, resolved(dag.scopes, task.name, ref))
        for ref in task.platform_refs
    }
    return ir_value(_bound(copy.deepcopy(dict(task.platform_config)), by_name))


def pipeline_config(config: PipelineConfig | None) -> dict[str, Any]:
    """Return the ``pipelineConfig`` of the Kubernetes platform; empty when nothing is set."""
    if config is None:
        return {}
    written: dict[str, Any] = {}
    if config.workspace is not None:
        written["workspace"] = {
            "size": config.workspace.size,
            "kubernetes": {"pvcSpecPatch": ir_value(config.workspace.kubernetes.pvcSpecPatch)},
        }
    seconds = {
        "resourceTtlOnCompletion": config.ttl_seconds_after_finished,
        "resourceTtlOnSuccess": config.ttl_seconds_after_success,
        "resourceTtlOnFailure": config.ttl_seconds_after_failure,
        "activeDeadlineSeconds": config.active_deadline_seconds,
    }
    return written | {name: value for name, value in seconds.items() if value}


def platform_document(
    names: Iterable[str],
    executors: Mapping[str, Mapping[str, Any]],
    config: Mapping[str, Any],
) -> dict[str, Any] | None:
    """Return the platform document, or None when there is nothing to say.

    Args:
        names: Platforms to name in any case.
        executors: Configuration for each platform by the label of the executor.
        config: Configuration of the pipeline on Kubernetes.
    """
    platforms: dict[str, Any] = {name: {} for name in sorted(names)}
    for label, by_platform in executors.items():
        for platform, settings in by_platform.items():
            deployment = platforms.setdefault(platform, {}).setdefault("deploymentSpec", {})
            deployment.setdefault("executors", {})[label] = settings
    if config:
        platforms.setdefault("kubernetes", {})["pipelineConfig"] = dict(config)
    return {"platforms": platforms} if platforms else None


def _bound(value: Any, by_name: Mapping[str, dict[str, Any]]) -> Any:
    if isinstance(value, Ref):
        return by_name[value.full_name]
    if isinstance(value, list):
        return [_bound(item, by_name) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    bound: dict[str, Any] = {}
    for key, item in cast("dict[str, Any]", value).items():
        name = _name(key, item)
        if name is not None and name in by_name:
            bound.update(by_name[name])
        else:
            bound[key] = _bound(item, by_name)
    return bound


def _name(key: str, item: Any) -> str | None:
    """Return the full name of the reference that an entry stands for, or None."""
    if key == _FROM_COMPONENT:
        return str(item)
    if key == _FROM_TASK:
        return f"{item['producerTask']}-{item['outputParameterKey']}"
    return None
