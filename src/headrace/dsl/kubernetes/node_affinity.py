"""Which nodes a task must or should run on, by rules over their labels and fields."""

from __future__ import annotations

import re
from typing import Any, NoReturn, cast

from headrace.dsl.channels import PipelineChannel
from headrace.dsl.exceptions import refused
from headrace.dsl.kubernetes.configuration import (
    Config,
    append,
    config_of,
    configures,
    present,
    source,
    static_text,
    static_texts,
)
from headrace.dsl.tasks import PipelineTask
from headrace.errors import AuthoringError, TypeMismatch

_OPERATORS = ("DoesNotExist", "Exists", "Gt", "In", "Lt", "NotIn")
_WEIGHTS = range(1, 101)
_FIELDS = (
    "required_during_scheduling_ignored_during_execution",
    "preferred_during_scheduling_ignored_during_execution",
)
_CAPITAL = re.compile(r"([A-Z])")


@configures
def add_node_affinity(
    task: PipelineTask,
    match_expressions: list[dict[str, Any]] | None = None,
    match_fields: list[dict[str, Any]] | None = None,
    weight: int | None = None,
) -> PipelineTask:
    """Run on nodes that match; with a weight, rather on them than on others.

    Args:
        task: The task.
        match_expressions: Rules over labels: dicts of ``key``, ``operator`` (In, NotIn, Exists,
            DoesNotExist, Gt or Lt) and ``values``.
        match_fields: The same over fields of the node, such as ``metadata.name``.
        weight: 1 to 100; None makes it a must.
    """
    entry = {
        "matchExpressions": _rules(match_expressions, "match_expression"),
        "matchFields": _rules(match_fields, "match_field"),
        "weight": _weight(weight),
    }
    append(task, "nodeAffinity", entry)
    return task


@configures
def add_node_affinity_json(
    task: PipelineTask, node_affinity_json: PipelineChannel | dict[str, Any]
) -> PipelineTask:
    """Run on nodes that match a NodeAffinity object, which may come from a channel.

    A later call replaces the object of an earlier one.

    Args:
        task: The task.
        node_affinity_json: The object in Kubernetes' spelling, or a channel that brings it.
    """
    if isinstance(node_affinity_json, dict):
        for key in node_affinity_json:
            if _CAPITAL.sub(lambda match: "_" + match.group().lower(), str(key)) not in _FIELDS:
                _refuse(
                    f"Invalid V1NodeAffinity JSON: it has no field {key!r}",
                    "use requiredDuringSchedulingIgnoredDuringExecution or "
                    "preferredDuringSchedulingIgnoredDuringExecution",
                )
    value = source(task, node_affinity_json, "node_affinity_json")
    entries: list[Config] = config_of(task).get("nodeAffinity", [])
    config_of(task)["nodeAffinity"] = [
        entry for entry in entries if "nodeAffinityJson" not in entry
    ]
    append(task, "nodeAffinity", {"nodeAffinityJson": value})
    return task


def _rules(rules: Any, argument: str) -> list[Config]:
    if rules is None:
        return []
    if not isinstance(rules, list):
        message = f"{argument}s must be a list of dicts, not {type(rules).__name__}"
        raise refused(TypeMismatch, message, hint="write [{'key': ..., 'operator': ...}]")
    return [_rule(rule, argument) for rule in cast("list[Any]", rules)]


def _rule(rule: Any, argument: str) -> Config:
    fields = cast("dict[str, Any]", rule) if isinstance(rule, dict) else {}
    key, operator = fields.get("key"), fields.get("operator")
    if not key:
        _refuse(
            f"a rule of {argument} names no label: 'key' is missing or empty",
            f"add 'key' to {rule!r}",
        )
    if not operator:
        message = f"the rule of {argument} for {key!r} says not how to compare: it lacks 'operator'"
        _refuse(message, f"add 'operator' to {rule!r}")
    if operator not in _OPERATORS:
        _refuse(
            f"Invalid operator {operator!r} for key {key!r} in {argument}. "
            f"Must be one of {list(_OPERATORS)}.",
            "mind the capital letters",
        )
    values = fields.get("values")
    return present(
        {
            "key": static_text(key, "key"),
            "operator": operator,
            "values": static_texts(values, "values") if values else None,
        }
    )


def _weight(weight: Any) -> float | None:
    if weight is None:
        return None
    if isinstance(weight, bool) or not isinstance(weight, int):
        message = f"weight must be an int, not {weight!r}"
        raise refused(TypeMismatch, message, hint="write a whole number from 1 to 100")
    if weight not in _WEIGHTS:
        _refuse(f"weight is {weight}, but takes 1 to 100", "or leave it out for a must")
    return float(weight)


def _refuse(message: str, hint: str) -> NoReturn:
    raise refused(AuthoringError, message, hint=hint)
