"""Pass: the comparisons of a branch become one CEL expression.

Pure functions from tests to text. Operands of two number types meet as doubles, any other value
meets a string as its text; a boolean and a number were refused when the branch was written.
"""

from __future__ import annotations

from collections.abc import Sequence

from headrace.compiler.channel_names import channel_name
from headrace.dsl.graph import Test
from headrace.dsl.refs import Ref
from headrace.types.parameters import ParameterType, type_of_value


def trigger_expression(tests: Sequence[Test]) -> str:
    """Return the expression that holds when all tests hold."""
    return " && ".join(_expression(test) for test in tests)


def _expression(test: Test) -> str:
    left_kind, right_kind = _kind(test.left), _kind(test.right)
    left = _as_kind(test.left, left_kind, right_kind)
    right = _as_kind(test.right, right_kind, left_kind)
    comparison = f"{left} {test.operator} {right}"
    return f"!({comparison})" if test.negate else comparison


def _kind(operand: object) -> str:
    if isinstance(operand, Ref):
        assert isinstance(operand.type, ParameterType)
        return operand.type.kind
    found = type_of_value(operand)
    assert found is not None
    return found.kind


def _as_kind(operand: object, own: str, other: str) -> str:
    """Return an operand's text, converted to meet an operand of another kind."""
    if own == "STRING":
        return _text(operand)
    if other == "STRING":
        if isinstance(operand, Ref):
            return f"string({_plain(operand, own)})"
        return _quoted(_literal(operand))
    if own == "NUMBER_INTEGER" and other == "NUMBER_DOUBLE":
        return f"double({_plain(operand, own)})"
    return _plain(operand, own)


def _text(operand: object) -> str:
    return _input(operand) if isinstance(operand, Ref) else _quoted(str(operand))


def _plain(operand: object, kind: str) -> str:
    if not isinstance(operand, Ref):
        return _literal(operand)
    return f"int({_input(operand)})" if kind == "NUMBER_INTEGER" else _input(operand)


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _input(ref: Ref) -> str:
    return f"inputs.parameter_values['{channel_name(ref)}']"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return "'" + escaped.replace("\n", "\\n").replace("\r", "\\r") + "'"
