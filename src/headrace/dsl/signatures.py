"""From a Python function's signature to the interface of a component or pipeline.

Reads annotations and defaults; nothing is executed but annotations in quotes. Knows types and
nothing of containers, source code or the IR.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast, get_type_hints

from headrace.dsl.docstrings import Descriptions, descriptions
from headrace.dsl.exceptions import refused
from headrace.dsl.interface import ArtifactType, InputSpec, Interface, OutputSpec
from headrace.dsl.type_rules import Type, literal_allows
from headrace.errors import AuthoringError, InvalidComponent, Location, TypeMismatch
from headrace.types import artifacts
from headrace.types.annotations import (
    EmbeddedAnnotation,
    InputPath,
    OutputAnnotation,
    OutputPath,
    artifact_class_of,
    is_artifact_class,
    list_item,
    split_marker,
    strip_optional,
)
from headrace.types.parameters import (
    ParameterType,
    parameter_type,
    plain_value,
    resolved_hints,
    type_of_value,
)

#: Name of the output of a function that returns a single value.
SINGLE_OUTPUT = "Output"

_TITLE = re.compile(r"^(system|google)\.\w+$")
_VERSION = re.compile(r"^\d+\.\d+\.\d+$")


class BadAnnotationError(InvalidComponent, TypeError):
    """An annotation is missing or cannot be used."""

    default_code = "HR1101"


@dataclass(frozen=True, slots=True)
class Rules:
    """What differs between components and pipelines.

    Attributes:
        markers_needed: Whether artifacts must be marked with Input or Output (containers).
        output_lists: Whether lists of artifacts can be outputs (pipelines).
        reads_return: Whether the annotation of what is returned declares outputs.
        what: What it is called in messages.
    """

    markers_needed: bool = False
    reads_return: bool = True
    output_lists: bool = False
    what: str = "component"


@dataclass(slots=True)
class _Reading:
    """One function being read."""

    name: str
    rules: Rules
    where: Location | None
    texts: Descriptions
    inputs: dict[str, InputSpec]
    outputs: dict[str, OutputSpec]


def interface_of(
    function: Callable[..., Any],
    *,
    name: str,
    rules: Rules,
    where: Location | None,
    description: str | None = None,
) -> Interface:
    """Return the interface that a function declares.

    Args:
        function: The function.
        name: Name of the component in Kubernetes form.
        rules: What is allowed.
        where: Where the function is, for messages.
        description: Goes before the docstring's.

    Raises:
        BadAnnotationError: An annotation is missing or means nothing here.
        InvalidComponent: A name or a default cannot be used.
    """
    signature = inspect.signature(function)
    hints = resolved_hints(function)
    texts = descriptions(inspect.getdoc(function))
    reading = _Reading(name, rules, where, texts, {}, {})
    for parameter in signature.parameters.values():
        _read_parameter(reading, parameter, hints)
    if rules.reads_return:
        _read_return(reading, hints.get("return", signature.return_annotation))
    return Interface(name, description or texts.summary, reading.inputs, reading.outputs)


def artifact_type(
    artifact_class: Any, where: Location | None, is_list: bool = False
) -> ArtifactType:
    """Return the type that an artifact class stands for.

    Raises:
        BadAnnotationError: Its title or version is not in the form that KFP prescribes.
    """
    title, version = str(artifact_class.schema_title), str(artifact_class.schema_version)
    if not _TITLE.match(title):
        raise refused(
            BadAnnotationError,
            f"{title!r} is no title of an artifact type: KFP knows system.… and google.…",
            hint=f'write schema_title = "system.{title.rpartition(".")[2]}"',
            where=where,
        )
    if not _VERSION.match(version):
        raise refused(
            BadAnnotationError,
            f"{version!r} is no version of an artifact type: it has three numbers",
            hint='write schema_version = "0.0.1"',
            where=where,
        )
    return ArtifactType(title, version, is_list)


# ------------------------------------------------------------------ parameters


def _read_parameter(
    reading: _Reading, parameter: inspect.Parameter, hints: Mapping[str, Any]
) -> None:
    name = parameter.name
    if parameter.annotation is inspect.Parameter.empty:
        raise refused(
            BadAnnotationError,
            f"Missing type annotation for argument: {name}",
            hint=f"write {name}: str, for example",
            where=reading.where,
        )
    if name == SINGLE_OUTPUT:
        raise refused(
            InvalidComponent,
            f'"{SINGLE_OUTPUT}" is an invalid parameter name.',
            hint="this is the name of the returned value; choose another for the parameter",
            where=reading.where,
        )
    annotation, _ = strip_optional(hints.get(name, parameter.annotation))
    inner, marker = split_marker(annotation)
    if marker is EmbeddedAnnotation:
        return
    if marker is OutputAnnotation or isinstance(annotation, OutputPath):
        _add_output(reading, name, inner)
        return
    found = _type(reading, name, inner)
    bare_artifact = marker is None and artifact_class_of(inner) is not None
    if bare_artifact and reading.rules.markers_needed:
        raise refused(
            BadAnnotationError,
            f"{name!r} does not say whether the container reads or writes the artifact",
            hint=f"write {name}: Input[{_class_name(inner)}]",
            where=reading.where,
        )
    reading.inputs[name] = _input(reading, name, found, parameter.default)


def _add_output(reading: _Reading, name: str, inner: Any) -> None:
    found = _type(reading, name, inner)
    if isinstance(found, ArtifactType) and found.is_list and not reading.rules.output_lists:
        raise refused(
            InvalidComponent,
            f"output {name!r} of {reading.name!r} is a list of artifacts, which only a pipeline "
            "can give",
            hint="return one artifact, such as a directory, or collect outputs of a loop",
            where=reading.where,
        )
    unique = _free_name(reading.outputs, name)
    reading.outputs[unique] = OutputSpec(found, reading.texts.outputs.get(name))


def _free_name(taken: Mapping[str, Any], name: str) -> str:
    unique, number = name, 2
    while unique in taken:
        unique, number = f"{name}_{number}", number + 1
    return unique


def _input(reading: _Reading, name: str, found: Type, default: Any) -> InputSpec:
    text = reading.texts.inputs.get(name)
    if isinstance(found, ParameterType) and found.kind in ("TASK_FINAL_STATUS", "TASK_CONFIG"):
        return InputSpec(found, optional=True, description=text)
    if default is inspect.Parameter.empty:
        return InputSpec(found, description=text)
    if default is None:
        return InputSpec(found, default=None, optional=True, description=text)
    if isinstance(found, ArtifactType):
        raise refused(
            InvalidComponent,
            f"the artifact {name!r} has the default {default!r}, but only None is possible",
            hint=f"write {name} = None and use another artifact in the function",
            where=reading.where,
        )
    plain = _checked_default(reading, name, found, default)
    return InputSpec(found, default=plain, optional=True, description=text)


def _checked_default(reading: _Reading, name: str, found: ParameterType, default: Any) -> Any:
    plain = plain_value(default)
    given = type_of_value(plain)
    # KFP writes any number as a number, and so do its users: a = 1 for float, b = 0 for bool.
    numbers = {"NUMBER_INTEGER", "NUMBER_DOUBLE", "BOOLEAN"}
    if given is not None and (given.kind == found.kind or {given.kind, found.kind} <= numbers):
        if literal_allows(plain, found):
            return bool(plain) if found.kind == "BOOLEAN" else plain
        raise refused(
            TypeMismatch,
            f"The default {default!r} of {name!r} is not one of its literals",
            hint=f"use one of {', '.join(map(repr, found.literals))}",
            where=reading.where,
        )
    raise refused(
        _BadDefaultError,
        f"The default {default!r} of {name!r} does not fit its type {found}",
        hint=f"use a default of the type that {name!r} declares, or None",
        where=reading.where,
    )


class _BadDefaultError(TypeMismatch):
    """A default of the wrong type."""


# ------------------------------------------------------------------ returned values


def _read_return(reading: _Reading, annotation: Any) -> None:
    if annotation is None or annotation is inspect.Signature.empty or annotation is type(None):
        return
    fields = _named_fields(annotation)
    if fields is not None:
        for name, field in fields.items():
            _add_output(reading, name, split_marker(field)[0])
        return
    inner, marker = split_marker(annotation)
    if marker is not None and artifact_class_of(inner) is not None:
        raise refused(
            BadAnnotationError,
            f"What {reading.name!r} returns is marked with Input or Output",
            hint=f"write -> {_class_name(inner)}, or make the output a parameter",
            where=reading.where,
        )
    _add_output(reading, SINGLE_OUTPUT, inner)


def _named_fields(annotation: Any) -> dict[str, Any] | None:
    """Return the fields of a NamedTuple class, or None for anything else."""
    if not (inspect.isclass(annotation) and hasattr(annotation, "_fields")):
        return None
    try:
        return get_type_hints(annotation, include_extras=True)
    except Exception:  # noqa: BLE001 - evaluates the author's annotations, which may raise anything
        return dict(cast("Any", annotation).__annotations__)


# ------------------------------------------------------------------ types


def _type(reading: _Reading, name: str, annotation: Any) -> Type:
    if isinstance(annotation, InputPath | OutputPath):
        return _path_type(reading, name, annotation)
    found = _plain_type(reading, annotation)
    if found is None:
        raise _unusable(reading, name, annotation)
    return found


def _path_type(reading: _Reading, name: str, annotation: InputPath | OutputPath) -> Type:
    """Return the type of ``InputPath(x)``, where a name that means nothing is any artifact."""
    named = annotation.type
    if named is None:
        return artifact_type(artifacts.Artifact, reading.where)
    if isinstance(named, str):
        artifact_class = getattr(artifacts, named, artifacts.Artifact)
        found = parameter_type(named)
        if found is not None:
            return found
        usable = is_artifact_class(artifact_class)
        return artifact_type(artifact_class if usable else artifacts.Artifact, reading.where)
    found = _plain_type(reading, named)
    if found is None:
        raise _unusable(reading, name, named)
    return found


def _plain_type(reading: _Reading, annotation: Any) -> Type | None:
    if is_artifact_class(annotation):
        return artifact_type(annotation, reading.where)
    item = list_item(annotation)
    if is_artifact_class(item):
        return artifact_type(item, reading.where, is_list=True)
    return parameter_type(annotation)


def _unusable(reading: _Reading, name: str, annotation: Any) -> AuthoringError:
    return refused(
        BadAnnotationError,
        f"{_class_name(annotation)} is neither a parameter type nor an artifact "
        f"({name!r} of {reading.rules.what} {reading.name!r})",
        hint="use str, int, float, bool, list, dict, Literal, an Enum, a date, a Path, or an "
        "artifact such as Input[Dataset]",
        where=reading.where,
    )


def _class_name(annotation: Any) -> str:
    return cast("str", getattr(annotation, "__name__", None)) or str(annotation)
