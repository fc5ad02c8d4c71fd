"""The inputs of a pipeline as a form asks for them. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from headrace.ir.model import Document


class FormInput(msgspec.Struct, frozen=True, kw_only=True):
    """One input of a pipeline.

    Attributes:
        type: Of a parameter as in the IR (``NUMBER_INTEGER``); of an artifact its schema title.
        default: JSON value that is taken when nothing is given; absent when there is none.
        required: A run cannot start without it.
        literals: The only values that are allowed; empty allows all of the type.
        artifact: It cannot be given when a run is submitted.
    """

    name: str
    type: str
    required: bool
    optional: bool = False
    default: Any = msgspec.UNSET
    has_default: bool = False
    literals: list[Any] = []
    description: str = ""
    artifact: bool = False


def form_of(document: Document) -> list[FormInput]:
    """Return the inputs of the root in the order in which they were declared."""
    declared = document.spec.root.input_definitions
    form = [
        FormInput(
            name=name,
            type=spec.parameter_type,
            required=spec.default_value is msgspec.UNSET and not spec.is_optional,
            optional=spec.is_optional,
            default=_default(spec.default_value, spec.parameter_type),
            has_default=spec.default_value is not msgspec.UNSET,
            literals=list(spec.literals),
            description=spec.description,
        )
        for name, spec in declared.parameters.items()
    ]
    form += [
        FormInput(
            name=name,
            type=spec.artifact_type.schema_title or "system.Artifact",
            required=not spec.is_optional,
            optional=spec.is_optional,
            description=spec.description,
            artifact=True,
        )
        for name, spec in declared.artifacts.items()
    ]
    return form


def _default(value: Any, kind: str) -> Any:
    """Return the default; protobuf's JSON writes whole numbers as ``1.0``."""
    if kind == "NUMBER_INTEGER" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value
