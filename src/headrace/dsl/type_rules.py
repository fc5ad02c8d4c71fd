"""Which type may be passed where: KFP's rules, and one that it lacks.

Parameters match by their type in the IR alone, artifacts by title and major version;
``system.Artifact`` matches every artifact. Beyond KFP, an integer constant may be passed where a
float is declared. Pure functions on types.
"""

from __future__ import annotations

from headrace.dsl.interface import ArtifactType
from headrace.types.parameters import ParameterType, type_of_value

Type = ParameterType | ArtifactType

_ANY = "system.Artifact"


def fits(given: Type, wanted: Type) -> bool:
    """Tell whether a value of one type may be passed to an input of another."""
    if isinstance(given, ArtifactType) and isinstance(wanted, ArtifactType):
        return _artifact_fits(given, wanted)
    if isinstance(given, ArtifactType) or isinstance(wanted, ArtifactType):
        return False
    return given.loose or given.kind == wanted.kind


def constant_fits(value: object, wanted: Type) -> bool:
    """Tell whether a constant may be passed to an input; it must be of a parameter type."""
    given = type_of_value(value)
    if given is None or isinstance(wanted, ArtifactType):
        return False
    if wanted.kind == "NUMBER_DOUBLE" and given.kind == "NUMBER_INTEGER":
        return True
    return given.kind == wanted.kind


def literal_allows(value: object, wanted: Type) -> bool:
    """Tell whether a constant is one of the values that the type allows."""
    if isinstance(wanted, ArtifactType) or not wanted.literals:
        return True
    if isinstance(value, str) and "{{" in value:
        return True  # known only when the pipeline runs
    return value in wanted.literals


def _artifact_fits(given: ArtifactType, wanted: ArtifactType) -> bool:
    if given.is_list != wanted.is_list:
        return False
    if _ANY in (given.schema_title, wanted.schema_title):
        return True
    return given.schema_title == wanted.schema_title and (
        given.schema_version.split(".")[0] == wanted.schema_version.split(".")[0]
    )
