"""Component files in the format of KFP 1: containers with placeholders, turned into steps.

Types that KFP 2 does not know become general artifacts, names become Python identifiers, defaults
are read from their text, all as KFP 2 does. Graphs are refused.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn, cast

from headrace.components.first_placeholders import command_of
from headrace.dsl.exceptions import refused
from headrace.dsl.graph import Component, ContainerImplementation
from headrace.dsl.interface import (
    ANY_ARTIFACT,
    NO_DEFAULT,
    ArtifactType,
    InputSpec,
    Interface,
    OutputSpec,
)
from headrace.dsl.naming import kubernetes_name
from headrace.errors import InvalidComponent, NameConflict, TypeMismatch, caller_location
from headrace.types.artifacts import (
    HTML,
    Artifact,
    ClassificationMetrics,
    Dataset,
    Markdown,
    Metrics,
    Model,
    SlicedClassificationMetrics,
)
from headrace.types.parameters import ParameterType, parameter_type

_ARTIFACTS = {
    kind.__name__.lower(): ArtifactType(kind.schema_title, kind.schema_version)
    for kind in (
        Artifact,
        ClassificationMetrics,
        Dataset,
        HTML,
        Markdown,
        Metrics,
        Model,
        SlicedClassificationMetrics,
    )
}
_GOOGLE = re.compile(r"google\.\w+")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9\s_-]*")
_NOT_IN_IDENTIFIER = re.compile(r"[^_0-9a-z]+")
_TRUE = frozenset({"y", "yes", "t", "true", "on", "1"})
_FALSE = frozenset({"n", "no", "f", "false", "off", "0"})
_FIELDS = {
    "component": {"name", "description", "metadata", "inputs", "outputs", "implementation"},
    "input": {"name", "type", "description", "default", "optional", "annotations"},
    "output": {"name", "type", "description", "annotations"},
    "container": {"image", "command", "args", "env", "fileOutputs"},
}


class _UnsupportedGraphError(InvalidComponent, NotImplementedError):
    """A component of KFP 1 that is a graph."""


class _WrongFieldError(InvalidComponent, TypeError):
    """A component of KFP 1 with a field that does not exist or is of the wrong type."""


def is_first_format(value: Any) -> bool:
    """Return whether a document is a component of KFP 1."""
    return isinstance(value, dict) and "implementation" in value


def component_of_first_format(document: Mapping[str, Any]) -> Component:
    """Return the component that a document of KFP 1 describes.

    Raises:
        InvalidComponent: It is a graph, or names or types in it are wrong.
    """
    _check_fields(document, "component", "the component")
    implementation = _mapping(document["implementation"], "implementation")
    if "container" not in implementation:
        raise refused(
            _UnsupportedGraphError,
            "Container implementation not found.",
            hint="a graph component of KFP 1 must be written as a pipeline",
        )
    container = _mapping(implementation["container"], "implementation.container")
    _check_fields(container, "container", "implementation.container")
    inputs = _named(document.get("inputs"), "input", _input)
    outputs = _named(document.get("outputs"), "output", _output)
    name = kubernetes_name(_text(document.get("name") or "name", "name"))
    description = document.get("description")
    interface = Interface(
        name,
        _text(description, "description") if description else None,
        dict(inputs.values()),
        dict(outputs.values()),
    )
    return Component(interface, _container(container, inputs, outputs), (), caller_location())


def _container(
    container: Mapping[str, Any],
    inputs: Mapping[str, tuple[str, InputSpec]],
    outputs: Mapping[str, tuple[str, OutputSpec]],
) -> ContainerImplementation:
    env = _mapping(container.get("env") or {}, "implementation.container.env")
    image = container.get("image")
    if not image:
        _refuse_type("implementation.container has no image")
    return ContainerImplementation(
        image=_text(image, "implementation.container.image"),
        command=command_of(container.get("command"), inputs, outputs),
        args=command_of(container.get("args"), inputs, outputs),
        env={key: _text(value, f"env.{key}") for key, value in env.items()},
    )


def _named(entries: Any, sort: str, spec: Any) -> dict[str, tuple[str, Any]]:
    """Return identifier and specification of each input or output by its name in the file."""
    if entries is not None and not isinstance(entries, list):
        _refuse_type(f"{sort}s must be a list, not {type(entries).__name__}")
    found: dict[str, tuple[str, Any]] = {}
    taken: dict[str, str] = {}
    for entry in cast("list[Any]", entries or []):
        fields = _mapping(entry, f"an {sort}")
        _check_fields(fields, sort, f"an {sort}")
        name = _text(fields.get("name"), f"the name of an {sort}")
        if not _NAME.fullmatch(name):
            raise refused(
                InvalidComponent,
                f"{name!r} cannot name the {sort}: a letter comes first, then letters, digits, "
                "spaces, hyphens and underscores",
                hint=f"rename the {sort}",
            )
        identifier = _NOT_IN_IDENTIFIER.sub("_", name.lower()).strip("_")
        if identifier in taken:
            raise refused(
                NameConflict,
                f'Non-unique {sort} name "{name}"',
                hint=f"it is called {identifier} like {taken[identifier]!r}; rename one of them",
            )
        taken[identifier] = name
        found[name] = (identifier, spec(fields, name))
    return found


def _input(fields: Mapping[str, Any], name: str) -> InputSpec:
    kind = _type(fields.get("type"), name)
    default = fields.get("default")
    optional = bool(fields.get("optional")) or default is not None
    if isinstance(kind, ArtifactType):
        return InputSpec(kind, None if optional else NO_DEFAULT, optional)
    if kind.kind == "TASK_FINAL_STATUS":
        return InputSpec(kind, None, optional=True)
    if default is None:
        return InputSpec(kind, None if optional else NO_DEFAULT, optional)
    return InputSpec(kind, _default(default, kind.kind, name), optional=True)


def _output(fields: Mapping[str, Any], name: str) -> OutputSpec:
    return OutputSpec(_type(fields.get("type"), name))


def _type(written: Any, name: str) -> ParameterType | ArtifactType:
    if written is None or isinstance(written, dict):
        return ANY_ARTIFACT
    text = _text(written, f"the type of {name!r}")
    found = _ARTIFACTS.get(text.lower())
    if found is not None:
        return found
    if _GOOGLE.fullmatch(text):
        return ArtifactType(text, ANY_ARTIFACT.schema_version)
    parameter = None if text.lower() == "taskconfig" else parameter_type(text)
    return parameter or ANY_ARTIFACT


def _default(written: Any, kind: str, name: str) -> Any:
    if isinstance(written, dict | list):
        _refuse_type(f"the default of {name!r} must be text: quote it")
    text = str(cast("object", written))
    try:
        match kind:
            case "NUMBER_INTEGER":
                return int(text)
            case "NUMBER_DOUBLE":
                return _finite(float(text))
            case "BOOLEAN":
                return _boolean(text)
            case "LIST" | "STRUCT":
                return _json_or_text(text)
            case _:
                return text
    except ValueError as error:
        raise refused(
            TypeMismatch,
            f"the default {text[:80]!r} of {name!r} is no {kind}",
            hint="change the default or the type",
        ) from error


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError
    return number


def _boolean(text: str) -> bool:
    if text.lower() not in _TRUE | _FALSE:
        raise ValueError
    return text.lower() in _TRUE


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _check_fields(value: Mapping[str, Any], sort: str, place: str) -> None:
    unknown = [key for key in value if key not in _FIELDS[sort]]
    if unknown:
        known = ", ".join(sorted(_FIELDS[sort]))
        _refuse_type(f"{place} has an unknown field {unknown[0]!r}; it may have {known}")


def _mapping(value: Any, place: str) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    _refuse_type(f"{place} must be a mapping, not {type(value).__name__}")


def _text(value: Any, place: str) -> str:
    if isinstance(value, str):
        return value
    _refuse_type(f"{place} must be text, not {value!r}"[:200], "quote it")


def _refuse_type(message: str, hint: str = "correct the component file") -> NoReturn:
    raise refused(_WrongFieldError, message, hint=hint)
