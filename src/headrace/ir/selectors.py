"""Selectors of task inputs: a part of a value, such as ``parseJson(string_value)["key"]``.

Pure. KFP hands an expression the value in the fields of a protobuf Value; the SDK writes only the
form above. Language and meaning are those of ``expressions``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from headrace.errors import SpecError
from headrace.ir.expression_syntax import Call, Index, Name, Node
from headrace.ir.expression_syntax import parse as parse_expression
from headrace.ir.expressions import evaluate
from headrace.ir.values import text_of

_PARSED = "parsed value"  # no name of the language, so nothing can clash with it
_PARSE = Call("parseJson", Name("string_value"))


@dataclass(frozen=True, slots=True)
class Selector:
    """A parsed selector.

    Attributes:
        text: The selector as it is written in the document.
        root: Its tree, in which ``parseJson(string_value)`` is one name.
        reads_json: Whether that name occurs.
    """

    text: str
    root: Node
    reads_json: bool

    def apply(self, value: Any) -> Any:
        """Return the part of a value that is selected, with its JSON type.

        Raises:
            SpecError: The value has no such part.
        """
        variables: dict[str, Any] = {f"{_field(value)}_value": value}
        variables["string_value"] = text_of(value)
        try:
            if self.reads_json:
                is_text = isinstance(value, str)
                variables[_PARSED] = evaluate(_PARSE, variables) if is_text else value
            return evaluate(self.root, variables)
        except SpecError as error:
            message = f"a selector finds nothing: {error.message}"
            raise SpecError(message, hint=f"it is {self.text[:500]}", code="HR2312") from error


@lru_cache(maxsize=1024)
def parse(text: str) -> Selector:
    """Return the selector that a text states.

    Raises:
        SpecError: The text is not in the language.

    Example:
        >>> parse('parseJson(string_value)["a"]').apply({"a": 1})
        1
    """
    written = parse_expression(text)
    root = _shortened(written)
    return Selector(text, root, reads_json=root != written)


def _shortened(node: Node) -> Node:
    """Return the tree without the way through JSON text, which loops of dicts take every time."""
    match node:
        case Call("parseJson", Name("string_value")):
            return Name(_PARSED)
        case Index(base, key):
            return Index(_shortened(base), key)
        case _:
            return node


def _field(value: Any) -> str:
    """Return the field of a protobuf Value that holds a JSON value."""
    match value:
        case None:
            return "null"
        case bool():
            return "bool"
        case str():
            return "string"
        case list():
            return "list"
        case dict():
            return "struct"
        case _:
            return "number"
