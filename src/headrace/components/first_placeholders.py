"""Placeholders in command lines of KFP 1, turned into those of KFP 2.

Each is a mapping with one key, such as ``{inputValue: rows}``. Whether it fits the input's or
output's type is checked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, NoReturn, cast

from headrace.dsl.exceptions import refused
from headrace.dsl.interface import InputSpec, OutputSpec
from headrace.dsl.placeholders import CommandElement, ConcatPlaceholder, IfPresentPlaceholder
from headrace.errors import InvalidComponent, TypeMismatch

_Inputs = Mapping[str, tuple[str, InputSpec]]
_Outputs = Mapping[str, tuple[str, OutputSpec]]

#: Placeholders of inputs and outputs: what they become for a parameter and for an artifact.
_INPUT_FORMS: dict[str, tuple[str | None, str | None]] = {
    "inputValue": ("{{$.inputs.parameters['%s']}}", None),
    "inputPath": (None, "{{$.inputs.artifacts['%s'].path}}"),
    "inputUri": (None, "{{$.inputs.artifacts['%s'].uri}}"),
}
_OUTPUT_FORMS: dict[str, tuple[str | None, str | None]] = {
    "outputPath": (
        "{{$.outputs.parameters['%s'].output_file}}",
        "{{$.outputs.artifacts['%s'].path}}",
    ),
    "outputUri": (None, "{{$.outputs.artifacts['%s'].uri}}"),
}
_NESTING = ("concat", "if")
_MAX_DEPTH = 50


class _UnexpectedElementError(InvalidComponent, TypeError):
    """An element of a command line that is no placeholder of KFP 1."""


def command_of(elements: Any, inputs: _Inputs, outputs: _Outputs) -> tuple[CommandElement, ...]:
    """Return a command line with its placeholders in the form of KFP 2.

    Args:
        elements: The list in the file, or None.
        inputs: Identifier and specification of each input, by its name in the file.
        outputs: Likewise for outputs.

    Raises:
        InvalidComponent: An element is no placeholder, names nothing or does not fit.
    """
    if elements is None:
        return ()
    if not isinstance(elements, list):
        _refuse(elements, "command and args are lists")
    return tuple(_element(one, inputs, outputs, 0) for one in cast("list[Any]", elements))


def _element(written: Any, inputs: _Inputs, outputs: _Outputs, depth: int) -> CommandElement:
    if isinstance(written, str):
        return written
    if not isinstance(written, dict) or len(cast("dict[str, Any]", written)) != 1:
        hint = (
            "quote it" if isinstance(written, bool | int | float) else "use text or a placeholder"
        )
        _refuse(written, hint)
    [(key, value)] = cast("dict[str, Any]", written).items()
    if depth > _MAX_DEPTH:
        _refuse(key, f"nest placeholders no deeper than {_MAX_DEPTH}")
    if key == "executorInput":
        return "{{$}}"
    if key in _INPUT_FORMS:
        return _of_input(key, value, inputs)
    if key in _OUTPUT_FORMS:
        return _of_output(key, value, outputs)
    if key == "concat" and isinstance(value, list):
        parts = cast("list[Any]", value)
        return ConcatPlaceholder([_element(one, inputs, outputs, depth + 1) for one in parts])
    if key == "if" and isinstance(value, dict):
        return _choice(cast("dict[str, Any]", value), inputs, outputs, depth + 1)
    known = ", ".join((*_INPUT_FORMS, *_OUTPUT_FORMS, "executorInput", *_NESTING))
    _refuse(written, f"placeholders are {known}")


def _of_input(key: str, name: Any, inputs: _Inputs) -> str:
    identifier, spec = _known(name, inputs, "input", key)
    return _fitting(key, name, identifier, _INPUT_FORMS[key], spec)


def _of_output(key: str, name: Any, outputs: _Outputs) -> str:
    identifier, spec = _known(name, outputs, "output", key)
    return _fitting(key, name, identifier, _OUTPUT_FORMS[key], spec)


def _fitting(
    key: str,
    name: str,
    identifier: str,
    forms: tuple[str | None, str | None],
    spec: InputSpec | OutputSpec,
) -> str:
    form = forms[1] if spec.is_artifact else forms[0]
    if form is None:
        sort = "Input" if key in _INPUT_FORMS else "Output"
        other = "inputValue" if sort == "Input" and not spec.is_artifact else "a path"
        raise refused(
            TypeMismatch,
            f'{sort} "{name}" with type "{spec.type}" cannot be paired with {key}',
            hint=f"use {other}, or change the type",
        )
    return form.replace("%s", identifier)


def _choice(
    fields: Mapping[str, Any], inputs: _Inputs, outputs: _Outputs, depth: int
) -> CommandElement:
    condition = fields.get("cond")
    if not isinstance(condition, dict) or "isPresent" not in condition:
        _refuse(fields, "the only condition is {isPresent: name of an input}")
    name = cast("dict[str, Any]", condition)["isPresent"]
    identifier, _ = _known(name, inputs, "input", "isPresent")
    if "then" not in fields:
        _refuse(fields, "an 'if' has 'then'")
    then = _branch(fields["then"], inputs, outputs, depth)
    otherwise = fields.get("else")
    if otherwise is None:
        return IfPresentPlaceholder(identifier, then)
    return IfPresentPlaceholder(identifier, then, _branch(otherwise, inputs, outputs, depth))


def _branch(
    written: Any, inputs: _Inputs, outputs: _Outputs, depth: int
) -> CommandElement | list[CommandElement]:
    if isinstance(written, list):
        elements = cast("list[Any]", written)
        return [_element(one, inputs, outputs, depth) for one in elements]
    return _element(written, inputs, outputs, depth)


def _known(name: Any, known: Mapping[str, tuple[str, Any]], sort: str, key: str) -> Any:
    if isinstance(name, str) and name in known:
        return known[name]
    close = get_close_matches(str(name), known, 1)
    hint = f"did you mean {close[0]!r}?" if close else f"there is {', '.join(known) or 'none'}"
    message = f'Argument "{key}: {str(name)[:80]}" references non-existing {sort}.'
    raise refused(TypeMismatch, message, hint=hint)


def _refuse(written: Any, hint: str) -> NoReturn:
    message = f"Unexpected argument {str(written)[:120]} of type {type(written).__name__}."
    raise refused(_UnexpectedElementError, message, hint=hint)
