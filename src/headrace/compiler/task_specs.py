"""Pass: tasks and groups as entries of a DAG, in the form of the IR."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from headrace.compiler.bindings import Dag, group_inputs, task_inputs
from headrace.compiler.channel_names import channel_name
from headrace.compiler.crossings import resolved
from headrace.compiler.triggers import trigger_expression
from headrace.dsl.graph import Branch, ExitScope, Group, Loop, Task
from headrace.dsl.refs import Ref
from headrace.dsl.settings import Retry, TaskSettings
from headrace.dsl.topology import status_input, upstream_of

_WHEN_ALL_ENDED = "ALL_UPSTREAM_TASKS_COMPLETED"


def task_spec(dag: Dag, task: Task, component: str, before: Iterable[str]) -> dict[str, Any]:
    """Return the entry of a task.

    Args:
        dag: The DAG that it stands in.
        task: The task.
        component: Key of its component.
        before: Siblings that must come first.
    """
    spec = _entry(task.settings.display_name or task.name, component, task_inputs(dag, task))
    _order(spec, before)
    _settle(spec, task.settings)
    if task.settings.ignore_upstream_failure:
        spec["triggerPolicy"] = {"strategy": _WHEN_ALL_ENDED}
        name = status_input(task)
        if name is not None:
            (producer,) = upstream_of(task)
            _add_status(spec, name, producer)
    return spec


def exit_task_spec(dag: Dag, scope: ExitScope, component: str) -> dict[str, Any]:
    """Return the entry of an exit task, which runs when its group has ended in any way."""
    task = scope.exit_task
    spec = _entry(task.settings.display_name or task.name, component, task_inputs(dag, task))
    _settle(spec, task.settings)
    spec["dependentTasks"] = [scope.name]
    spec["triggerPolicy"] = {"strategy": _WHEN_ALL_ENDED}
    name = status_input(task)
    if name is not None:
        _add_status(spec, name, scope.name)
    return spec


def group_spec(
    dag: Dag, group: Group, component: str, before: Iterable[str], taken_in: Iterable[Ref]
) -> dict[str, Any]:
    """Return the entry of a group."""
    spec = _entry(group.label, component, group_inputs(dag, taken_in))
    _order(spec, before)
    if isinstance(group, Branch):
        spec["triggerPolicy"] = {"condition": trigger_expression(group.tests)}
    elif isinstance(group, Loop):
        spec.update(_iteration(dag, group))
    return spec


def _entry(label: str, component: str, inputs: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {"taskInfo": {"name": label}, "componentRef": {"name": component}}
    if inputs:
        entry["inputs"] = inputs
    return entry


def _order(spec: dict[str, Any], before: Iterable[str]) -> None:
    names = sorted(before)
    if names:
        spec["dependentTasks"] = names


def _settle(spec: dict[str, Any], settings: TaskSettings) -> None:
    caching: dict[str, Any] = {}
    if settings.enable_caching:
        caching["enableCache"] = True
    if settings.cache_key:
        caching["cacheKey"] = settings.cache_key
    spec["cachingOptions"] = caching
    if settings.retry is not None:
        spec["retryPolicy"] = _retry(settings.retry)


def _retry(retry: Retry) -> dict[str, Any]:
    policy: dict[str, Any] = {
        "backoffDuration": f"{retry.backoff_s}s",
        "backoffFactor": retry.factor,
        "backoffMaxDuration": f"{retry.most_backoff_s}s",
    }
    if retry.count:
        policy["maxRetryCount"] = retry.count
    return policy


def _add_status(spec: dict[str, Any], name: str, producer: str) -> None:
    inputs = spec.setdefault("inputs", {})
    inputs.setdefault("parameters", {})[name] = {"taskFinalStatus": {"producerTask": producer}}


def _iteration(dag: Dag, loop: Loop) -> dict[str, Any]:
    item = channel_name(loop.item)
    source = loop.item.items and resolved(dag.scopes, loop.name, loop.item.items)
    iteration: dict[str, Any] = {}
    if loop.values is not None:
        items = {"raw": json.dumps(loop.values, sort_keys=True)}
        iteration["parameterIterator"] = {"items": items, "itemInput": item}
    elif source is not None and loop.item.is_artifact:
        artifacts = {"inputArtifact": channel_name(source)}
        iteration["artifactIterator"] = {"items": artifacts, "itemInput": item}
    elif source is not None:
        parameters = {"inputParameter": channel_name(source)}
        iteration["parameterIterator"] = {"items": parameters, "itemInput": item}
    if loop.parallelism:
        iteration["iteratorPolicy"] = {"parallelismLimit": loop.parallelism}
    return iteration
