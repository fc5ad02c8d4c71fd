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
#: Protobuf's readers of JSON go no deeper, so a document with more could not be handed on.
_DEEPEST = 100
_LOWEST, _HIGHEST = -(2**63), 2**64 - 1
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


def from_outside(value: Any, spec: InputParameterSpec) -> Any:
    """Return a value that somebody gave from outside, as a task receives it.

    Unlike between tasks, nothing is turned into a string, and an integer is a whole number.

    Raises:
        BadValue: It is no JSON value, of another type, or not one of the literals.
    """
    _require_json(value)
    value = coerced(typed(value, spec.parameter_type), spec)
    if spec.parameter_type == "NUMBER_INTEGER" and isinstance(value, float):
        message = f"expects {words('NUMBER_INTEGER')}, got {shown(value)}"
        raise BadValue(message)
    return value


def _require_json(value: Any) -> None:
    """Refuse what JSON cannot say, and what no store could keep, also deep inside."""
    waiting: list[tuple[Any, int]] = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        if problem := _problem_of(item, depth):
            raise BadValue(problem)
        if isinstance(item, list):
            waiting.extend((inner, depth + 1) for inner in cast("list[Any]", item))
        elif isinstance(item, dict):
            for key, inner in cast("dict[Any, Any]", item).items():
                if not isinstance(key, str):
                    message = f"has the key {key!r}, which is not a string"
                    raise BadValue(message)
                waiting += ((key, depth + 1), (inner, depth + 1))


def _problem_of(item: Any, depth: int) -> str:
    match item:
        case None | bool():
            return ""
        case int():
            is_small = _LOWEST <= item <= _HIGHEST
            return "" if is_small else "has a whole number that does not fit in 64 bits"
        case float():
            return "" if math.isfinite(item) else "has a number that is infinite or none at all"
        case str():
            return "" if _is_unicode(item) else "has half a surrogate pair, which is no character"
        case list() | dict():
            return "" if depth < _DEEPEST else f"is nested deeper than {_DEEPEST} levels"
        case _:
            return f"has a Python {type(item).__name__}, which JSON does not know"


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


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
