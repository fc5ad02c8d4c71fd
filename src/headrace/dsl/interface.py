"""The interface of a component: its inputs and outputs with their types.

Frozen values. Knows types and nothing of functions, channels or the IR's JSON form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from headrace.types.parameters import ParameterType


@dataclass(frozen=True, slots=True)
class ArtifactType:
    """Type of an artifact.

    Attributes:
        schema_title: Such as ``system.Dataset``.
        schema_version: Such as ``0.0.1``.
        is_list: Whether it is a list of such artifacts.
    """

    schema_title: str
    schema_version: str
    is_list: bool = False

    def __str__(self) -> str:
        name = f"{self.schema_title}@{self.schema_version}"
        return f"List[{name}]" if self.is_list else name


class _NoDefault:
    def __repr__(self) -> str:
        return "NO_DEFAULT"


#: Stands for the default of an input that has none; None is a default like any other.
NO_DEFAULT: Final = _NoDefault()

ANY_ARTIFACT: Final = ArtifactType("system.Artifact", "0.0.1")


@dataclass(frozen=True, slots=True)
class InputSpec:
    """An input of a component.

    Attributes:
        type: What may be passed.
        default: The value when nothing is passed, or ``NO_DEFAULT``.
        optional: Whether it may be left out.
        description: From the docstring, or None.
    """

    type: ParameterType | ArtifactType
    default: Any = NO_DEFAULT
    optional: bool = False
    description: str | None = None

    @property
    def is_artifact(self) -> bool:
        """Whether this is an artifact or a list of them."""
        return isinstance(self.type, ArtifactType)

    @property
    def is_artifact_list(self) -> bool:
        """Whether this is a list of artifacts."""
        return isinstance(self.type, ArtifactType) and self.type.is_list


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """An output of a component.

    Attributes:
        type: What it produces.
        description: From the docstring, or None.
    """

    type: ParameterType | ArtifactType
    description: str | None = None

    @property
    def is_artifact(self) -> bool:
        """Whether this is an artifact or a list of them."""
        return isinstance(self.type, ArtifactType)

    @property
    def is_artifact_list(self) -> bool:
        """Whether this is a list of artifacts."""
        return isinstance(self.type, ArtifactType) and self.type.is_list


@dataclass(frozen=True, slots=True)
class Interface:
    """Name, description, inputs and outputs of a component.

    Attributes:
        name: Name in Kubernetes form.
        description: From the decorator or docstring, or None.
        inputs: By name, in the order of the signature.
        outputs: By name, in the order of the signature.
    """

    name: str
    description: str | None = None
    inputs: Mapping[str, InputSpec] = field(default_factory=dict[str, InputSpec])
    outputs: Mapping[str, OutputSpec] = field(default_factory=dict[str, OutputSpec])

    @property
    def required_inputs(self) -> list[str]:
        """Names of the inputs that must be passed."""
        return [name for name, spec in self.inputs.items() if not spec.optional]
