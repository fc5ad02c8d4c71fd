"""Pass: the declared inputs and outputs of components, in the form of the IR.

Turns interfaces, and what groups take in and give out, into input and output definitions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from headrace.compiler.channel_names import channel_name
from headrace.compiler.surfacing import Surfaced
from headrace.compiler.values import ir_value
from headrace.dsl.graph import Loop
from headrace.dsl.interface import NO_DEFAULT, ArtifactType, InputSpec, Interface
from headrace.dsl.refs import Ref
from headrace.types.parameters import ParameterType

Type = ParameterType | ArtifactType

#: Kinds that only inputs can have; as an output they are a struct.
_ONLY_INPUT = ("TASK_FINAL_STATUS", "TASK_CONFIG")


def interface_definitions(interface: Interface) -> dict[str, Any]:
    """Return the definitions that a component's interface gives."""
    inputs = {name: _input(spec) for name, spec in interface.inputs.items()}
    outputs = {
        name: _described(_output(spec.type), spec.description)
        for name, spec in interface.outputs.items()
    }
    return _definitions(_split(interface.inputs, inputs), _split(interface.outputs, outputs))


def group_definitions(
    taken_in: Iterable[Ref], loop: Loop | None, given_out: Mapping[str, Surfaced]
) -> dict[str, Any]:
    """Return the definitions of a group's component.

    Args:
        taken_in: References that it takes in.
        loop: The group, when it is a loop: its item is an input too.
        given_out: What it gives out.
    """
    refs = [*taken_in, *((loop.item,) if loop is not None else ())]
    types: dict[str, Type] = {channel_name(ref): ref.type for ref in refs}
    inputs = {name: _typed(found) for name, found in types.items()}
    outputs = {name: _output(surfaced.type) for name, surfaced in given_out.items()}
    given: dict[str, Type] = {name: surfaced.type for name, surfaced in given_out.items()}
    return _definitions(_split_types(types, inputs), _split_types(given, outputs))


def _input(spec: InputSpec) -> dict[str, Any]:
    declared = _typed(spec.type)
    if spec.optional:
        declared["isOptional"] = True
    if spec.default is not NO_DEFAULT and spec.default is not None:
        declared["defaultValue"] = ir_value(spec.default)
    if isinstance(spec.type, ParameterType) and spec.type.literals:
        declared["literals"] = [ir_value(literal) for literal in spec.type.literals]
    return _described(declared, spec.description)


def _output(found: Type) -> dict[str, Any]:
    if isinstance(found, ParameterType) and found.kind in _ONLY_INPUT:
        return {"parameterType": "STRUCT"}
    return _typed(found)


def _typed(found: Type) -> dict[str, Any]:
    if isinstance(found, ParameterType):
        return {"parameterType": found.kind}
    typed: dict[str, Any] = {
        "artifactType": {
            "schemaTitle": found.schema_title,
            "schemaVersion": found.schema_version,
        }
    }
    if found.is_list:
        typed["isArtifactList"] = True
    return typed


def _described(declared: dict[str, Any], description: str | None) -> dict[str, Any]:
    if description:
        declared["description"] = description
    return declared


def _split(specs: Mapping[str, Any], declared: Mapping[str, Any]) -> dict[str, Any]:
    return _split_types({name: spec.type for name, spec in specs.items()}, declared)


def _split_types(types: Mapping[str, Type], declared: Mapping[str, Any]) -> dict[str, Any]:
    parameters = {n: d for n, d in declared.items() if isinstance(types[n], ParameterType)}
    artifacts = {n: d for n, d in declared.items() if isinstance(types[n], ArtifactType)}
    split: dict[str, Any] = {}
    if parameters:
        split["parameters"] = parameters
    if artifacts:
        split["artifacts"] = artifacts
    return split


def _definitions(inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    if inputs:
        definitions["inputDefinitions"] = inputs
    if outputs:
        definitions["outputDefinitions"] = outputs
    return definitions
