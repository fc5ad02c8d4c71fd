"""The Kubernetes configuration of an executor: where it names inputs, and the values put there.

Pure. Names of secrets, claims and the like may come from pipeline inputs or from other tasks'
outputs (facts B.7); launchers only ever see constants.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from headrace.ir.model import InputParameter, RuntimeValue, TaskOutputParameter

Path = tuple[str | int, ...]
_SOURCES = ("runtimeValue", "componentInputParameter", "taskOutputParameter")


@dataclass(frozen=True, slots=True)
class Reference:
    """A place of the configuration that names an input.

    Attributes:
        path: Keys and indexes from the configuration's root to the node.
        parameter: What it refers to.
        inline: The node has other fields too (the deprecated form of a claim's mount).
    """

    path: Path
    parameter: InputParameter
    inline: bool


def references(config: dict[str, Any]) -> tuple[Reference, ...]:
    """Return the places of a configuration that are not constants, in document order."""
    return tuple(_references(config))


def filled(config: dict[str, Any], values: list[tuple[Reference, Any]]) -> dict[str, Any]:
    """Return the configuration with each reference replaced by its value as a constant."""
    if not values:
        return config
    result = copy.deepcopy(config)
    for reference, value in values:
        node: Any = result
        for step in reference.path:
            node = node[step]
        for source in _SOURCES:
            node.pop(source, None)
        if reference.inline:
            node["constant"] = value
        else:
            node["runtimeValue"] = {"constant": value}
    return result


def _references(config: dict[str, Any]) -> Iterator[Reference]:
    stack: list[tuple[Path, Any]] = [((), config)]
    while stack:
        path, node = stack.pop()
        if isinstance(node, dict):
            fields = cast("dict[str, Any]", node)
            parameter = _parameter(fields)
            if parameter is not None:
                yield Reference(path, parameter, inline=any(key not in _SOURCES for key in fields))
            else:
                stack.extend(((*path, key), fields[key]) for key in reversed(fields))
        elif isinstance(node, list):
            items = list(enumerate(cast("list[Any]", node)))
            stack.extend(((*path, index), item) for index, item in reversed(items))


def _parameter(node: dict[str, Any]) -> InputParameter | None:
    output = node.get("taskOutputParameter")
    if isinstance(output, dict):
        fields = cast("dict[str, str]", output)
        producer, key = fields.get("producerTask", ""), fields.get("outputParameterKey", "")
        source = TaskOutputParameter(producer_task=producer, output_parameter_key=key)
        return InputParameter(task_output_parameter=source)
    if isinstance(node.get("componentInputParameter"), str):
        return InputParameter(component_input_parameter=node["componentInputParameter"])
    value = node.get("runtimeValue")
    if isinstance(value, dict) and "{{$" in str(cast("Any", value).get("constant")):
        constant = cast("dict[str, Any]", value)["constant"]
        return InputParameter(runtime_value=RuntimeValue(constant=constant))
    return None
