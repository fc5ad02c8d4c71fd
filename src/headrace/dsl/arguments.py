"""From the arguments of a call to the values of a task: names, presence and types are checked.

Every problem of one call is found before any is reported. Knows components and channels; knows
nothing of tasks and traces.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, cast

from headrace.dsl.channels import PipelineChannel, ref_of, text_of
from headrace.dsl.exceptions import InconsistentTypeException, refused
from headrace.dsl.graph import Component
from headrace.dsl.interface import ArtifactType, InputSpec
from headrace.dsl.refs import Ref
from headrace.dsl.type_rules import Type, constant_fits, fits, literal_allows
from headrace.errors import (
    AuthoringError,
    HeadraceError,
    TypeMismatch,
    UnknownInput,
    caller_location,
)
from headrace.types.parameters import ParameterType, plain_value, type_of_value

#: Inputs that the backend fills, and nobody passes.
_GIVEN_BY_BACKEND = ("TASK_FINAL_STATUS", "TASK_CONFIG")

_READABLE = {
    "STRING": "str",
    "NUMBER_INTEGER": "int",
    "NUMBER_DOUBLE": "float",
    "BOOLEAN": "bool",
    "LIST": "list",
    "STRUCT": "dict",
}


class NotAConstantError(AuthoringError, TypeError):
    """A value that a pipeline cannot pass."""

    default_code = "HR1208"


def bind(
    component: Component,
    positional: tuple[Any, ...],
    named: Mapping[str, Any],
    *,
    running: bool = False,
) -> tuple[dict[str, Any], list[HeadraceError]]:
    """Return what a call passes to a component, by input, and what is wrong with the call.

    Args:
        component: What is called.
        positional: Positional arguments, in the order of the component's signature.
        named: Keyword arguments.
        running: The component is about to run, so artifacts may be passed themselves.

    Returns:
        References and plain constants by the name of the input, as far as they fit; and the
        problems found.
    """
    inputs = passable_inputs(component)
    problems: list[HeadraceError] = []
    passed = _by_name(component, inputs, positional, named, problems)
    arguments: dict[str, Any] = {}
    for name, value in passed.items():
        if running and inputs[name].is_artifact and not isinstance(value, PipelineChannel):
            arguments[name] = value
            continue
        try:
            arguments[name] = checked(component, name, inputs[name], value)
        except HeadraceError as error:
            problems.append(error)
    missing = [name for name, spec in inputs.items() if not spec.optional and name not in passed]
    if missing:
        problems.append(_missing(component, missing))
    return arguments, problems


def passable_inputs(component: Component) -> dict[str, InputSpec]:
    """Return the inputs that a caller may pass."""
    return {
        name: spec
        for name, spec in component.interface.inputs.items()
        if not (isinstance(spec.type, ParameterType) and spec.type.kind in _GIVEN_BY_BACKEND)
    }


def checked(component: Component, name: str, spec: InputSpec, value: object) -> Any:
    """Return an argument as a reference or plain constant.

    Raises:
        InconsistentTypeException: It does not fit the input.
        NotAConstantError: It is nothing that a pipeline can pass.
    """
    if isinstance(value, PipelineChannel):
        ref = ref_of(value)
        if not fits(ref.type, spec.type):
            raise _mismatch(component, name, spec, ref.type)
        return ref
    constant = constant_of(value, name)
    if not constant_fits(constant, spec.type):
        given = type_of_value(constant)
        assert given is not None
        raise _mismatch(component, name, spec, given)
    if not literal_allows(constant, spec.type):
        assert isinstance(spec.type, ParameterType)
        allowed = ", ".join(repr(literal) for literal in spec.type.literals)
        raise refused(
            TypeMismatch,
            f"{constant!r} is not a value of input {name!r} of component "
            f"{component.interface.name!r}",
            hint=f"pass one of {allowed}",
        )
    return constant


def constant_of(value: object, name: str) -> Any:
    """Return a constant in plain JSON form, channels inside it as their patterns.

    Args:
        value: What the author passed.
        name: Name of the input, for messages.

    Raises:
        NotAConstantError: It is nothing that a pipeline can pass.
    """
    plain = plain_value(value)
    if type_of_value(plain) is None:
        hint = "use str, int, float, bool, list or dict"
        if hasattr(value, "outputs"):
            hint = "pass one of its outputs: task.output or task.outputs['name']"
        elif value is None:
            hint = "leave the argument out to use the default of the input"
        raise refused(
            NotAConstantError,
            f"{name!r} gets {value!r}, and a {type(value).__name__} cannot be passed as a constant",
            hint=hint,
        )
    if isinstance(plain, list | dict):
        return _plain_inside(cast("object", plain), name)
    return plain


def _plain_inside(value: object, name: str) -> Any:
    if isinstance(value, PipelineChannel):
        return text_of(value)
    if isinstance(value, list):
        return [_plain_inside(item, name) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        fields = cast("dict[object, object]", value)
        return {_key(key, name): _plain_inside(item, name) for key, item in fields.items()}
    if type_of_value(value) is None:
        raise refused(
            NotAConstantError,
            f"{value!r} inside argument {name!r} is not a value that a pipeline can pass",
            hint="use str, int, float, bool, list or dict",
        )
    return value


def _key(key: object, name: str) -> str:
    if isinstance(key, PipelineChannel):
        return text_of(key)
    if isinstance(key, str):
        return key
    raise refused(
        NotAConstantError,
        f"The key {key!r} of a dict inside argument {name!r} is not a string",
        hint=f"write it as text: {str(key)!r}",
    )


def _by_name(
    component: Component,
    inputs: Mapping[str, InputSpec],
    positional: tuple[Any, ...],
    named: Mapping[str, Any],
    problems: list[HeadraceError],
) -> dict[str, Any]:
    passed = dict(zip(inputs, positional, strict=False))
    if len(positional) > len(inputs):
        problems.append(
            refused(
                UnknownInput,
                f"{_call(component)} takes {len(inputs)} arguments but {len(positional)} were "
                "given",
                hint=_takes(inputs),
            )
        )
    for name, value in named.items():
        if name in passed:
            problems.append(
                refused(
                    UnknownInput,
                    f"{_call(component)} got multiple values for argument {name!r}",
                    hint="pass it once, best by name",
                )
            )
        elif name not in inputs:
            problems.append(_unknown(component, inputs, name))
        else:
            passed[name] = value
    return passed


def _unknown(component: Component, inputs: Mapping[str, InputSpec], name: str) -> UnknownInput:
    close = difflib.get_close_matches(name, inputs, n=1)
    return UnknownInput(
        f'{_call(component)} got an unexpected keyword argument "{name}".',
        where=[caller_location(), component.where],
        hint=f"did you mean {close[0]!r}?" if close else _takes(inputs),
    )


def _missing(component: Component, missing: list[str]) -> UnknownInput:
    noun = "argument" if len(missing) == 1 else "arguments"
    return UnknownInput(
        f"{_call(component)} missing {len(missing)} required {noun}: {', '.join(missing)}.",
        where=[caller_location(), component.where],
        hint=f"pass {', '.join(f'{name}=…' for name in missing)}",
    )


def _mismatch(
    component: Component, name: str, spec: InputSpec, given: Type
) -> InconsistentTypeException:
    return InconsistentTypeException(
        f"input {name!r} of {component.interface.name!r} takes {spec.type}, and is given {given}",
        where=[caller_location(), component.where],
        hint=f"pass {_described(spec.type)}, or declare {name}: {_annotation(given)}",
    )


def _described(wanted: Type) -> str:
    if isinstance(wanted, ArtifactType):
        title = wanted.schema_title.rpartition(".")[2]
        return f"a list of {title} artifacts" if wanted.is_list else f"a {title} artifact"
    return f"a value of type {_READABLE.get(wanted.kind, wanted.kind)}"


def _annotation(given: Type) -> str:
    if isinstance(given, ArtifactType):
        title = given.schema_title.rpartition(".")[2]
        return f"Input[List[{title}]]" if given.is_list else f"Input[{title}]"
    return _READABLE.get(given.kind, given.kind)


def _call(component: Component) -> str:
    return f"{component.interface.name}()"


def _takes(inputs: Iterable[str]) -> str:
    names = ", ".join(inputs)
    return f"it takes {names}" if names else "it takes no arguments"


def is_constant(argument: object) -> bool:
    """Tell whether an argument is a constant, not a reference."""
    return not isinstance(argument, Ref)
