"""The expression language of triggers and selectors, as text: tokens, tree and parser.

It is the part of CEL that KFP's documents can contain: literals, ``inputs.…`` with members and
indices, function calls, comparisons, ``!``, ``&&``, ``||``, parentheses and lists. Arithmetic,
``? :``, macros and messages are refused with their position. Pure; meaning is in ``expressions``.
Depth and length are bounded here, so that what walks the tree may recurse.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

from headrace.errors import SpecError

MAX_LENGTH = 1 << 20
MAX_DEPTH = 64
_INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: string, number, boolean or null."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """A member of a map or list: ``base.key`` or ``base[key]``."""

    base: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function of one argument."""

    function: str
    argument: Node


@dataclass(frozen=True, slots=True)
class Not:
    """Logical negation."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Negative:
    """Arithmetic negation."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Compare:
    """``left op right`` with one of ``== != < <= > >= in``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Every:
    """Operands joined by ``&&``."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """Operands joined by ``||``."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list literal."""

    items: tuple[Node, ...]


Node = Literal | Name | Index | Call | Not | Negative | Compare | Every | Some | ListOf

FUNCTIONS = ("int", "double", "string", "bool", "size", "parseJson")
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})
_CONSTANTS = {"true": True, "false": False, "null": None}


class Token(NamedTuple):
    """A token: its kind, its text and where it begins (from 0)."""

    kind: str
    text: str
    position: int


_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\n\r\f]+|//[^\n]*)
    | (?P<string>[rR]?(?:'''(?s:\\.|.)*?'''|\"\"\"(?s:\\.|.)*?\"\"\"
        |'(?s:\\.|[^'\\])*'|"(?s:\\.|[^"\\])*"))
    | (?P<double>(?:\d*\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)(?![\w.]))
    | (?P<int>(?:0[xX][0-9a-fA-F]+|\d+)[uU]?(?![\w]))
    | (?P<name>[A-Za-z_]\w*)
    | (?P<mark>==|!=|<=|>=|&&|\|\||[<>!()\[\].,-])
    """,
    re.VERBOSE | re.ASCII,
)
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.))", re.DOTALL
)
_SIMPLE_ESCAPES = dict(zip("abfnrtv\\'\"`?", "\a\b\f\n\r\t\v\\'\"`?", strict=True))


def parse(text: str) -> Node:
    """Return the tree of an expression.

    Raises:
        SpecError: The text is not an expression of the language; says where and what was expected.
    """
    if len(text) > MAX_LENGTH:
        message = f"an expression has {len(text)} characters; {MAX_LENGTH} are the most"
        raise SpecError(message, code="HR2310")
    return _Parser(text).whole()


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            tokens.append(Token("unknown", text[position], position))
            break
        if match.lastgroup != "space":
            tokens.append(Token(match.lastgroup or "", match.group(), position))
        position = match.end()
    tokens.append(Token("end", "", len(text)))
    return tokens


class _Parser:
    """Recursive descent over the tokens; one method per precedence level."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._next = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._either()
        if self._peek().kind != "end":
            self._refuse("an operator or the end")
        return node

    def _either(self) -> Node:
        operands = [self._both()]
        while self._accept("||"):
            operands.append(self._both())
        return operands[0] if len(operands) == 1 else Some(tuple(operands))

    def _both(self) -> Node:
        operands = [self._comparison()]
        while self._accept("&&"):
            operands.append(self._comparison())
        return operands[0] if len(operands) == 1 else Every(tuple(operands))

    def _comparison(self) -> Node:
        node = self._prefixed()
        links = 0
        while self._peek().text in _COMPARISONS and self._peek().kind != "string":
            links += 1
            self._bound(links)
            operator = self._take().text
            node = Compare(operator, node, self._prefixed())
        return node

    def _prefixed(self) -> Node:
        prefixes: list[str] = []
        while self._peek().text in ("!", "-"):
            prefixes.append(self._take().text)
            self._bound(len(prefixes))
        if prefixes and prefixes[-1] == "-" and self._peek().kind in ("int", "double"):
            prefixes.pop()
            node = self._members(self._number(self._take(), sign=-1))
        else:
            node = self._members(self._primary())
        for prefix in reversed(prefixes):
            node = Not(node) if prefix == "!" else Negative(node)
        return node

    def _members(self, node: Node) -> Node:
        links = 0
        while self._peek().text in (".", "["):
            links += 1
            self._bound(links)
            if self._accept("."):
                node = Index(node, Literal(self._expect_kind("name", "the name of a field").text))
            else:
                self._take()
                node = Index(node, self._nested())
                self._expect("]")
        return node

    def _primary(self) -> Node:
        token = self._peek()
        if token.kind == "string":
            return Literal(self._string(self._take()))
        if token.kind in ("int", "double"):
            return self._number(self._take(), sign=1)
        if token.kind == "name" and token.text != "in":
            return self._named(self._take())
        if self._accept("("):
            node = self._nested()
            self._expect(")")
            return node
        if self._accept("["):
            return self._list()
        self._refuse("a value, a name or '('")

    def _named(self, token: Token) -> Node:
        if token.text in _CONSTANTS:
            return Literal(_CONSTANTS[token.text])
        if not self._accept("("):
            return Name(token.text)
        if token.text not in FUNCTIONS:
            reason = f"there is no function {token.text}; there is {', '.join(FUNCTIONS)}"
            self._refuse_at(token.position, reason)
        node = Call(token.text, self._nested())
        self._expect(")")
        return node

    def _list(self) -> Node:
        items: list[Node] = []
        while not self._accept("]"):
            items.append(self._nested())
            if not self._accept(","):
                self._expect("]")
                break
        return ListOf(tuple(items))

    def _nested(self) -> Node:
        self._depth += 1
        self._bound(self._depth)
        node = self._either()
        self._depth -= 1
        return node

    def _number(self, token: Token, *, sign: int) -> Literal:
        if token.kind == "double":
            return Literal(sign * float(token.text))
        digits = token.text.rstrip("uU")
        if len(digits) <= len("-9223372036854775808"):
            value = sign * int(digits, 16 if digits[:2] in ("0x", "0X") else 10)
            if value in _INT64:
                return Literal(value)
        reason = f"{digits[:30]} does not fit into 64 bits"
        self._refuse_at(token.position, reason)

    def _string(self, token: Token) -> str:
        raw = token.text[0] in "rR"
        body = token.text[1:] if raw else token.text
        quotes = 3 if len(body) >= 6 and body[:3] in ("'''", '"""') else 1  # noqa: PLR2004
        body = body[quotes:-quotes]
        if raw or "\\" not in body:
            return body
        return _ESCAPE.sub(lambda match: self._escaped(match, token), body)

    def _escaped(self, match: re.Match[str], token: Token) -> str:
        *codes, octal, simple = match.groups()
        code = next((code for code in codes if code), None)
        if simple is not None and simple in _SIMPLE_ESCAPES:
            return _SIMPLE_ESCAPES[simple]
        number = int(code, 16) if code else int(octal, 8) if octal else -1
        if not 0 <= number <= 0x10FFFF or 0xD800 <= number <= 0xDFFF:  # noqa: PLR2004 - Unicode
            reason = f"the escape {match.group()} means no character"
            self._refuse_at(token.position, reason)
        return chr(number)

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _accept(self, mark: str) -> bool:
        token = self._peek()
        found = token.kind == "mark" and token.text == mark
        self._next += found
        return found

    def _expect(self, mark: str) -> None:
        if not self._accept(mark):
            self._refuse(f"'{mark}'")

    def _expect_kind(self, kind: str, description: str) -> Token:
        if self._peek().kind != kind:
            self._refuse(description)
        return self._take()

    def _bound(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            reason = f"it is nested more than {MAX_DEPTH} deep"
            self._refuse_at(self._peek().position, reason)

    def _refuse(self, expected: str) -> NoReturn:
        token = self._peek()
        found = _shown(token.text) if token.text else "the end"
        self._refuse_at(token.position, f"expected {expected}, found {found}")

    def _refuse_at(self, position: int, reason: str) -> NoReturn:
        _refuse(self._text, position, reason)


def _shown(text: str) -> str:
    short = text if len(text) <= 30 else text[:27] + "..."  # noqa: PLR2004 - fits on a line
    return ascii(short)


def _refuse(text: str, position: int, reason: str) -> NoReturn:
    message = f"an expression cannot be read at column {position + 1}: {reason}"
    excerpt = ascii(text[max(0, position - 40) : position + 40])
    hint = f"near {excerpt}; a quote inside a string is written \\'"
    raise SpecError(message, hint=hint, code="HR2310")
