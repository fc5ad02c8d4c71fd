"""What an expression means: evaluation of the tree over JSON values, as CEL defines it.

Pure and total: nothing but a value or a SpecError comes out, whatever the values are. Integers and
floats compare by value, since KFP's numbers are doubles; equality between different kinds is false
and order between them an error; an error in one operand of ``&&`` or ``||`` does not count when
the other one decides.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, cast

from headrace.errors import SpecError
from headrace.ir.expression_syntax import (
    Call,
    Compare,
    Every,
    Index,
    ListOf,
    Literal,
    Name,
    Negative,
    Node,
    Not,
    Some,
)
from headrace.ir.values import text_of

_INT64 = range(-(2**63), 2**63)
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})
_INTEGER = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_DECIMAL = re.compile(
    r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?i:inf|infinity)|(?i:nan)", re.ASCII
)


def evaluate(node: Node, variables: Mapping[str, Any]) -> Any:
    """Return the value of an expression.

    Args:
        node: The tree.
        variables: JSON values by the names that the expression may use.

    Raises:
        SpecError: A key or variable does not exist, or an operation does not fit its operands.
    """
    match node:
        case Literal(value):
            return value
        case Name(name):
            if name not in variables:
                _refuse(f"there is no {name}; there is {', '.join(sorted(variables))}")
            return variables[name]
        case Index(base, key):
            return _member(evaluate(base, variables), evaluate(key, variables))
        case Call(function, argument):
            return _FUNCTIONS[function](evaluate(argument, variables))
        case Not(operand):
            return not _boolean(evaluate(operand, variables), "!")
        case Negative(operand):
            return _negative(evaluate(operand, variables))
        case Compare(operator, left, right):
            return _compare(operator, evaluate(left, variables), evaluate(right, variables))
        case Every(operands):
            return not _any(operands, variables, deciding=False)
        case Some(operands):
            return _any(operands, variables, deciding=True)
        case ListOf(items):
            return [evaluate(item, variables) for item in items]


def kind_of(value: Any) -> str:
    """Return what a JSON value is called in messages: string, number, boolean, null, list, map."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "list"
        case _:
            return "map"


def _any(operands: tuple[Node, ...], variables: Mapping[str, Any], *, deciding: bool) -> bool:
    """Return whether an operand has the value that decides; errors count only when none has."""
    failure: SpecError | None = None
    for operand in operands:
        try:
            if _boolean(evaluate(operand, variables), "||" if deciding else "&&") is deciding:
                return True
        except SpecError as error:
            failure = failure or error
    if failure is not None:
        raise failure
    return False


def _boolean(value: Any, operator: str) -> bool:
    if isinstance(value, bool):
        return value
    _refuse(f"{operator} needs a boolean, not the {kind_of(value)} {_shown(value)}")


def _negative(value: Any) -> int | float:
    if kind_of(value) != "number":
        _refuse(f"- needs a number, not the {kind_of(value)} {_shown(value)}")
    return -value


def _member(base: Any, key: Any) -> Any:
    if isinstance(base, Mapping):
        members = cast("Mapping[Any, Any]", base)
        if isinstance(key, str) and key in members:
            return members[key]
        known = ", ".join(sorted(map(str, members))[:10]) or "nothing"
        _refuse(f"there is no key {_shown(key)}; there is {known}")
    if isinstance(base, list):
        items = cast("list[Any]", base)
        if kind_of(key) == "number" and key == int(key) and 0 <= key < len(items):
            return items[int(key)]
        _refuse(f"there is no element {_shown(key)} in a list of {len(items)}")
    _refuse(f"a {kind_of(base)} has no members; {_shown(key)} was asked of {_shown(base)}")


_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def _compare(operator: str, left: Any, right: Any) -> bool:
    if operator in ("==", "!="):
        return _same(left, right) is (operator == "==")
    if operator == "in":
        if isinstance(right, Mapping):
            return isinstance(left, str) and left in cast("Mapping[str, Any]", right)
        if isinstance(right, list):
            return any(_same(left, item) for item in cast("list[Any]", right))
        _refuse(f"'in' needs a list or map, not the {kind_of(right)} {_shown(right)}")
    kinds = kind_of(left), kind_of(right)
    if kinds[0] != kinds[1] or kinds[0] not in ("number", "string", "boolean"):
        what = f"the {kinds[0]} {_shown(left)} with the {kinds[1]} {_shown(right)}"
        _refuse(f"{operator} cannot compare {what}")
    return _ORDERS[operator](left, right)


def _same(left: Any, right: Any) -> bool:
    pairs = [(left, right)]  # a stack, since values may be nested deeper than Python recurses
    while pairs:
        one, other = pairs.pop()
        kind = kind_of(one)
        if kind != kind_of(other):
            return False
        if kind in ("list", "map"):
            if len(one) != len(other) or (kind == "map" and one.keys() != other.keys()):
                return False
            keys = range(len(one)) if kind == "list" else one
            pairs.extend((one[key], other[key]) for key in keys)
        elif one != other:
            return False
    return True


# ------------------------------------------------------------------------------------ functions


def _int(value: Any) -> int:
    number: Any = value
    if isinstance(value, str):
        if not _INTEGER.fullmatch(value):
            _refuse(f"int() needs the text of an integer, not {_shown(value)}")
        number = int(value)
    elif kind_of(value) != "number":
        _refuse(f"int() cannot convert the {kind_of(value)} {_shown(value)}")
    if math.isfinite(number) and int(number) in _INT64:
        return int(number)
    _refuse(f"int() cannot hold {_shown(value)} in 64 bits")


def _double(value: Any) -> float:
    if kind_of(value) == "number":
        try:
            return float(value)
        except OverflowError:
            _refuse("double() cannot hold so large a number")
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return float(value)
    _refuse(f"double() cannot convert the {kind_of(value)} {_shown(value)}")


def _string(value: Any) -> str:
    if kind_of(value) in ("string", "number", "boolean"):
        return text_of(value)
    _refuse(f"string() cannot convert the {kind_of(value)} {_shown(value)}")


def _bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in _TRUE | _FALSE:
        return value in _TRUE
    _refuse(f"bool() cannot convert the {kind_of(value)} {_shown(value)}")


def _size(value: Any) -> int:
    if kind_of(value) in ("string", "list", "map"):
        return len(value)
    _refuse(f"size() cannot measure the {kind_of(value)} {_shown(value)}")


def _parse_json(value: Any) -> Any:
    if not isinstance(value, str):
        _refuse(f"parseJson() needs a string, not the {kind_of(value)} {_shown(value)}")
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        _refuse(f"parseJson() cannot read {_shown(value)}: {error}")


_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "int": _int,
    "double": _double,
    "string": _string,
    "bool": _bool,
    "size": _size,
    "parseJson": _parse_json,
}


def _shown(value: Any) -> str:
    try:
        text = ascii(value)
    except RecursionError:
        return "(deeply nested)"
    return text if len(text) <= 40 else text[:37] + "..."  # noqa: PLR2004 - fits on a line


def _refuse(reason: str) -> NoReturn:
    raise SpecError(reason, code="HR2311")
