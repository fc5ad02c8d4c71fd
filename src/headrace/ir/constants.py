"""Whether a constant fits the declared type of a parameter.

Pure. The rule is KFP's: a STRING takes any value as text, numbers are not told apart, a constant
that holds placeholders is judged when they are known.
"""

from __future__ import annotations

import math
from typing import Any, cast

import msgspec

from headrace.ir import model
from headrace.ir.schema import shown
from headrace.ir.text import is_json_text

_NEEDED = {
    "NUMBER_DOUBLE": "a number",
    "NUMBER_INTEGER": "an integer",
    "BOOLEAN": "true or false",
    "LIST": "a list",
    "STRUCT": "a mapping",
}


def type_problem(value: Any, parameter: model.InputParameterSpec) -> str | None:
    """Return what is wrong with a value for a parameter, or None.

    Args:
        value: A JSON value; UNSET, null and text with placeholders always fit.
        parameter: The declared parameter.
    """
    if value is msgspec.UNSET or value is None:
        return None
    problem = json_problem(value)
    if problem:
        return problem
    if isinstance(value, str) and "{{$" in value:
        return None
    if parameter.literals and not any(_equal(value, one) for one in parameter.literals):
        allowed = ", ".join(shown(one) for one in parameter.literals[:10])
        return f"{shown(value)} is not one of the allowed values: {allowed}"
    if _fits(value, parameter.parameter_type):
        return None
    return f"{_NEEDED[parameter.parameter_type]} is needed, not {shown(value)}"


def json_problem(value: Any) -> str | None:
    """Return why a value cannot be written as JSON, or None: NaN, infinities, half surrogates."""
    stack = [value]
    while stack:
        item = stack.pop()
        match item:
            case float() if not math.isfinite(item):
                return f"{item} is not a JSON number"
            case str() if not item.isascii() and not is_json_text(item):
                return "text has half of a surrogate pair"
            case list():
                stack.extend(cast("list[Any]", item))
            case dict():
                members = cast("dict[Any, Any]", item)
                stack.extend(members)
                stack.extend(members.values())
            case None | bool() | int() | float() | str():
                pass
            case _:
                return f"{shown(item)} is not a JSON value"
    return None


def _fits(value: Any, parameter_type: str) -> bool:
    match parameter_type:
        case "NUMBER_DOUBLE" | "NUMBER_INTEGER":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "BOOLEAN":
            return isinstance(value, bool)
        case "LIST":
            return isinstance(value, list)
        case "STRUCT":
            return isinstance(value, dict)
        case _:
            return True


def _equal(one: Any, other: Any) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)
