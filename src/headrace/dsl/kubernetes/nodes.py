"""Which nodes a task may run on: selectors by label, and taints that it tolerates."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast

from headrace.dsl.channels import PipelineChannel
from headrace.dsl.exceptions import refused
from headrace.dsl.kubernetes.configuration import (
    Config,
    append,
    config_of,
    configures,
    source,
    static_text,
    whole_number,
)
from headrace.dsl.tasks import PipelineTask
from headrace.errors import AuthoringError


@configures
def add_node_selector(
    task: PipelineTask,
    label_key: str,
    label_value: str,
) -> PipelineTask:
    """Run only on nodes that have a label.

    Args:
        task: The task.
        label_key: Key of the label.
        label_value: Value of the label.
    """
    key, value = static_text(label_key, "label_key"), static_text(label_value, "label_value")
    config_of(task).setdefault("nodeSelector", {}).setdefault("labels", {})[key] = value
    return task


@configures
def add_node_selector_json(
    task: PipelineTask, node_selector_json: PipelineChannel | dict[str, Any]
) -> PipelineTask:
    """Run only on nodes that have the labels of a dict, which may come from a channel.

    Args:
        task: The task.
        node_selector_json: Labels, or a channel that brings them.
    """
    value = source(task, node_selector_json, "node_selector_json")
    config_of(task).setdefault("nodeSelector", {})["nodeSelectorJson"] = value
    return task


@configures
def add_toleration(
    task: PipelineTask,
    key: str | None = None,
    operator: Literal["Equal", "Exists"] | None = None,
    value: str | None = None,
    effect: Literal["NoExecute", "NoSchedule", "PreferNoSchedule"] | None = None,
    toleration_seconds: int | None = None,
) -> PipelineTask:
    """Tolerate taints of nodes.

    Args:
        task: The task.
        key: Key of the taint; None means every key.
        operator: ``Equal`` compares the value, ``Exists`` does not.
        value: Value of the taint.
        effect: Effect of the taint; None means every effect.
        toleration_seconds: How long the task may stay once such a taint is set.
    """
    fields = {"key": key, "operator": operator, "value": value, "effect": effect}
    append(task, "tolerations", _toleration({**fields, "toleration_seconds": toleration_seconds}))
    return task


@configures
def add_toleration_json(
    task: PipelineTask,
    toleration_json: PipelineChannel | list[dict[str, Any]] | dict[str, Any],
) -> PipelineTask:
    """Tolerate taints that a dict or a list of dicts describes, which may come from a channel.

    Args:
        task: The task.
        toleration_json: Keys ``key``, ``operator``, ``value``, ``effect`` and
            ``toleration_seconds``; or a channel that brings such a value in Kubernetes' spelling.
    """
    if isinstance(toleration_json, PipelineChannel):
        value = source(task, toleration_json, "toleration_json")
        append(task, "tolerations", {"tolerationJson": value})
        return task
    for entry in list(_tolerations(toleration_json)):
        append(task, "tolerations", _toleration(entry))
    return task


def _tolerations(value: Any) -> Iterator[Mapping[str, Any]]:
    entries = cast("list[Any]", value if isinstance(value, list) else [value])
    for entry in entries:
        if not isinstance(entry, dict):
            message = "toleration_json is neither a toleration, nor a list of them, nor a channel"
            hint = f"pass a dict, a list of dicts or a channel, not {type(entry).__name__}"
            raise refused(AuthoringError, message, hint=hint)
        fields = cast("dict[str, Any]", entry)
        if "tolerationSeconds" in fields:
            warnings.warn(
                "add_toleration_json reads toleration_seconds; tolerationSeconds is ignored, as by "
                "kfp-kubernetes",
                stacklevel=4,
            )
        yield fields


def _toleration(fields: Mapping[str, Any]) -> Config:
    names = ("key", "operator", "value", "effect")
    texts = {name: static_text(fields[name], name) for name in names if fields.get(name)}
    seconds = fields.get("toleration_seconds")
    if seconds is None:
        return dict(texts)
    return {**texts, "tolerationSeconds": whole_number(seconds, "toleration_seconds")}
