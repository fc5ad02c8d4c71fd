"""Conditions of triggers: parsed once, then decided over the values of a task's inputs.

Pure. The language and its limits are in ``expression_syntax``, its meaning in ``expressions``; here
is what a condition adds: the one variable ``inputs``, and that the result is a boolean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

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
from headrace.ir.expression_syntax import parse as parse_expression
from headrace.ir.expressions import evaluate, kind_of

_GROUPS = ("parameter_values", "artifacts")


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition.

    Attributes:
        text: The condition as it is written in the document.
        root: Its tree.
        inputs: Names of the input parameters that it refers to, each once, in order.
        artifacts: Names of the input artifacts that it refers to, likewise.
    """

    text: str
    root: Node
    inputs: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()

    def evaluate(
        self, parameters: Mapping[str, Any], artifacts: Mapping[str, Any] | None = None
    ) -> bool:
        """Return whether the condition holds.

        Args:
            parameters: JSON values of the task's input parameters.
            artifacts: Its input artifacts, as in an executor input: lists by name.

        Raises:
            SpecError: An input has no value, an operation does not fit its operands, or the
                result is not a boolean. KFP fails the task then.
        """
        variables = {"inputs": {"parameter_values": parameters, "artifacts": artifacts or {}}}
        try:
            value = evaluate(self.root, variables)
        except SpecError as error:
            message = f"a condition cannot be decided: {error.message}"
            raise SpecError(message, hint=f"it is {self.text[:500]}", code="HR2311") from error
        if isinstance(value, bool):
            return value
        message = f"a condition gives a {kind_of(value)}, not true or false"
        raise SpecError(message, hint=f"it is {self.text[:500]}", code="HR2311")


@lru_cache(maxsize=1024)
def parse(text: str) -> Condition:
    """Return the condition that a text states.

    Raises:
        SpecError: The text is not in the language, or uses a variable other than ``inputs``.

    Example:
        >>> parse("int(inputs.parameter_values['n']) > 3").evaluate({"n": 4})
        True
    """
    root = parse_expression(text)
    names: dict[str, list[str]] = {group: [] for group in _GROUPS}
    for node in _walk(root):
        match node:
            case Index(Index(Name("inputs"), Literal(str(group))), Literal(str(key))):
                if group in names and key not in names[group]:
                    names[group].append(key)
            case Index(Name("inputs"), Literal(group)) if group not in _GROUPS:
                message = f"inputs has no field {group!r}; it has {' and '.join(_GROUPS)}"
                raise SpecError(message, hint=f"the condition is {text[:500]}", code="HR2310")
            case Name(name) if name != "inputs":
                message = f"a condition names {name!r}; it can only name 'inputs'"
                hint = f"write inputs.parameter_values['{name}'], or '{name}' for a string"
                raise SpecError(message, hint=hint, code="HR2310")
            case _:
                pass
    return Condition(text, root, tuple(names["parameter_values"]), tuple(names["artifacts"]))


def _walk(root: Node) -> Iterator[Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(_children(node)))


def _children(node: Node) -> tuple[Node, ...]:
    match node:
        case Index(base, key):
            return base, key
        case Call(_, operand) | Not(operand) | Negative(operand):
            return (operand,)
        case Compare(_, left, right):
            return left, right
        case Every(operands) | Some(operands) | ListOf(operands):
            return operands
        case Literal() | Name():
            return ()
