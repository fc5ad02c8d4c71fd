"""Values of parameters against their declared types: what is accepted, and what becomes what.

Pure. Facts C.6: a STRING that is given another JSON value takes its JSON text; any other mismatch
is an error. Whole numbers stand for integers however JSON writes them.
"""

from __future__ import annotations

import math
from typing import Any, cast

from headrace.ir.model import InputParameterSpec, ParameterType
from headrace.ir.values import text_of

_PYTHON: dict[str, tuple[type, ...]] = {
    "LIST": (list,),
    "STRUCT": (dict,),
    "TASK_FINAL_STATUS": (dict,),
    "TASK_CONFIG": (dict,),
}
_SHOWN = 60
_WORDS: dict[str, str] = {
    "NUMBER_DOUBLE": "a number",
    "NUMBER_INTEGER": "an integer",
    "STRING": "a string",
    "BOOLEAN": "true or false",
    "LIST": "a list",
    "STRUCT": "a dictionary",
    "TASK_FINAL_STATUS": "a final status",
    "TASK_CONFIG": "a task configuration",
}


class BadValue(ValueError):
    """A value that its declaration does not allow; the text completes "input x …"."""


def coerced(value: Any, spec: InputParameterSpec) -> Any:
    """Return the value as a task with this declaration receives it.

    Raises:
        BadValue: The value is of another type, or not one of the literals.
    """
    kind = spec.parameter_type
    if kind == "STRING":
        if type(value) is not str:
            value = text_of(value)
    else:
        value = typed(value, kind)
    if spec.literals and not any(_same(value, literal) for literal in spec.literals):
        allowed = ", ".join(text_of(literal) for literal in spec.literals)
        message = f"is {shown(value)}, which is not one of: {allowed}"
        raise BadValue(message)
    return value


def defaulted(spec: InputParameterSpec) -> Any:
    """Return the declared default as a task receives it.

    Raises:
        BadValue: The default is not of the declared type.
    """
    return coerced(whole(spec.default_value), spec)


def typed(value: Any, kind: ParameterType) -> Any:
    """Return the value when it is of the type; numbers become integers or floats as declared.

    Raises:
        BadValue: It is of another type.
    """
    if kind in ("NUMBER_INTEGER", "NUMBER_DOUBLE"):
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value) if kind == "NUMBER_DOUBLE" else whole(value)
    elif kind == "BOOLEAN":
        if isinstance(value, bool):
            return value
    elif kind == "STRING":
        if isinstance(value, str):
            return value
    elif isinstance(value, _PYTHON[kind]):
        return value
    message = f"expects {_WORDS[kind]}, got {shown(value)}"
    raise BadValue(message)


def whole(value: Any) -> Any:
    """Return a JSON value whose whole floats are integers, also inside of lists and dictionaries.

    Protobuf writes every number of a document as a double; KFP's back end gives tasks ``3`` for
    ``3.0`` again (facts C.3).
    """
    match value:
        case float():
            return int(value) if math.isfinite(value) and value.is_integer() else value
        case list():
            return [whole(item) for item in cast("list[Any]", value)]
        case dict():
            return {key: whole(item) for key, item in cast("dict[str, Any]", value).items()}
        case _:
            return value


def shown(value: Any) -> str:
    """Return a value as an error shows it: its type in words and its text, cut."""
    text = text_of(value)
    text = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    match value:
        case None:
            return "nothing"
        case bool():
            return text
        case str():
            return f"the string {text!r}"
        case int() | float():
            return f"the number {text}"
        case list():
            return f"the list {text}"
        case _:
            return f"the dictionary {text}"


def words(kind: ParameterType) -> str:
    """Return a type in words, such as ``an integer``."""
    return _WORDS[kind]


def _same(value: Any, literal: Any) -> bool:
    return value == literal and isinstance(value, bool) == isinstance(literal, bool)
