"""JSON values as YAML, character for character as PyYAML's default dumper lays them out.

KFP writes its files with that dumper, and files are compared as text; it takes a second and more
for a thousand tasks, and libyaml breaks long lines elsewhere. So: block style, sorted keys, lines
broken after column 80, ASCII only. Pure; a test holds it equal to PyYAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, cast

_WIDTH = 80
_STEP = 2
_LONGEST_KEY = 122  # PyYAML counts "!!str" towards the 128 characters of a key on one line

#: Text that needs no look at the rules: one word or several, no meaning of its own in YAML.
_PLAIN_WORDS = re.compile(r"[A-Za-z/$][\w/$()]*(?:[.+-][\w/$()]+)*", re.ASCII)
_RESERVED = frozenset(["yes", "no", "true", "false", "on", "off", "null", "y", "n"])
_NOT_PRINTABLE = re.compile(r"[^\n\x20-\x7e]")
_SPACE_AND_BREAK = re.compile(r" \n|\n ")
_NEVER_FIRST = frozenset("#,[]{}&*!|>'\"%@`")
_PART_OF_DOUBLE_QUOTED = re.compile(r" |[\x21\x23-\x5b\x5d-\x7e]+|.", re.DOTALL)
_PART_OF_SINGLE_QUOTED = re.compile(r" +|\n+|[^ \n]+")
_SHORT_ESCAPES = {
    "\0": "0",
    "\x07": "a",
    "\x08": "b",
    "\t": "t",
    "\n": "n",
    "\x0b": "v",
    "\x0c": "f",
    "\r": "r",
    "\x1b": "e",
    '"': '"',
    "\\": "\\",
    "\x85": "N",
    "\xa0": "_",
    "\u2028": "L",
    "\u2029": "P",
}


def dump(value: Mapping[str, Any]) -> str:
    """Return a mapping of JSON values as one YAML document that ends with a line break."""
    if not value:
        return "{}\n"
    return "".join(_mapping(value, 0, ""))


def _node(value: Any, indent: int, column: int, *, sequence_indent: int) -> Iterator[str]:
    """Yield the text of what stands after ``key:`` or ``-``, line break included.

    Args:
        value: The value.
        indent: Where nested lines of the value begin.
        column: Where the text so far ends.
        sequence_indent: Where the dashes of a list go; lists in mappings are not indented.
    """
    if isinstance(value, Mapping) and value:
        yield "\n"
        yield from _mapping(cast("Mapping[str, Any]", value), indent, " " * indent)
    elif isinstance(value, list | tuple) and value:
        yield "\n"
        yield from _sequence(cast("list[Any]", value), sequence_indent, " " * sequence_indent)
    else:
        yield f" {_scalar(value, indent, column + 1)}\n"


def _mapping(value: Mapping[str, Any], indent: int, first: str) -> Iterator[str]:
    """Yield the lines of a mapping; ``first`` stands before its first key."""
    lead = first
    for key in sorted(value):
        written = _key(key)
        if written is not None:
            yield f"{lead}{written}:"
            column = indent + len(written) + 1
        else:
            yield f"{lead}? {_scalar(key, indent + _STEP, indent + _STEP)}\n{' ' * indent}:"
            column = indent + 1
        inner = value[key]
        if written is None and _is_open(inner):
            yield from _inline(inner, indent + _STEP)
        else:
            yield from _node(inner, indent + _STEP, column, sequence_indent=indent)
        lead = " " * indent


def _sequence(items: list[Any], indent: int, first: str) -> Iterator[str]:
    """Yield the lines of a list; ``first`` stands before its first dash."""
    lead = first
    for item in items:
        yield f"{lead}-"
        if _is_open(item):
            yield from _inline(item, indent + _STEP)
        else:
            yield f" {_scalar(item, indent + _STEP, indent + _STEP)}\n"
        lead = " " * indent


def _is_open(value: Any) -> bool:
    return isinstance(value, Mapping | list | tuple) and len(cast("list[Any]", value)) > 0


def _inline(value: Any, indent: int) -> Iterator[str]:
    """Yield a mapping or list that begins on the line of its dash."""
    if isinstance(value, Mapping):
        yield from _mapping(cast("Mapping[str, Any]", value), indent, " ")
    else:
        yield from _sequence(value, indent, " ")


def _scalar(value: Any, indent: int, column: int) -> str:
    match value:
        case str():
            return _text(value, indent, column)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _number(value)
        case Mapping():
            return "{}"
        case _:
            return "[]"


def _number(value: float) -> str:
    text = repr(value)
    if "." not in text and "e" in text:
        text = text.replace("e", ".0e", 1)  # "1e17" would be read as text
    return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(text, text)


@lru_cache(maxsize=8192)
def _key(key: str) -> str | None:
    """Return a key that fits on one line, or None."""
    if not key or len(key) > _LONGEST_KEY or "\n" in key or _breaks(key):
        return None
    style = _style(key)
    if style == "plain":
        return key
    return _quoted(key) if style == "single" else _escaped(key, None, 0)


def _breaks(text: str) -> bool:
    return any(mark in text for mark in "\x85\u2028\u2029")


@lru_cache(maxsize=4096)
def _text(text: str, indent: int, column: int) -> str:
    if len(text) + column <= _WIDTH and _is_word(text):
        return text
    style = _style(text)
    if style == "plain":
        return _folded_plain(text, indent, column)
    if style == "single":
        return _folded_single(text, indent, column)
    return _escaped(text, indent, column)


def _is_word(text: str) -> bool:
    return _PLAIN_WORDS.fullmatch(text) is not None and text.lower() not in _RESERVED


@lru_cache(maxsize=1)
def _resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    import yaml

    return cast("Any", yaml.SafeDumper).yaml_implicit_resolvers


def _style(text: str) -> str:
    """Return how a text is written: plain, single (quotes) or double (quotes)."""
    if not text:
        return "single"
    if _NOT_PRINTABLE.search(text) or _SPACE_AND_BREAK.search(text):
        return "double"
    if "\n" in text or text[0] == " " or text[-1] == " " or not _may_be_plain(text):
        return "single"
    for _, pattern in _resolvers().get(text[0], ()):
        if pattern.match(text):
            return "single"
    return "plain"


def _may_be_plain(text: str) -> bool:
    if text[0] in _NEVER_FIRST or text.startswith(("---", "...")):
        return False
    if text[0] in "?:-" and (len(text) == 1 or text[1] == " "):
        return False
    return ": " not in text and not text.endswith(":") and " #" not in text


# ------------------------------------------------------------------------ lines that are too long


def _folded_plain(text: str, indent: int, column: int) -> str:
    parts: list[str] = []
    for part in _PART_OF_SINGLE_QUOTED.findall(text):
        if part == " " and column > _WIDTH:
            parts.append("\n" + " " * indent)
            column = indent
        else:
            parts.append(part)
            column += len(part)
    return "".join(parts)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _folded_single(text: str, indent: int, column: int) -> str:
    parts = ["'"]
    column += 1
    end = len(text)
    for match in _PART_OF_SINGLE_QUOTED.finditer(text):
        part = match.group()
        if part == " " and column > _WIDTH and match.start() and match.end() != end:
            parts.append("\n" + " " * indent)
            column = indent
        elif part[0] == "\n":
            parts.append("\n" * (len(part) + 1) + " " * indent)
            column = indent
        else:
            written = part.replace("'", "''")
            parts.append(written)
            column += len(written)
    parts.append("'")
    return "".join(parts)


def _escaped(text: str, indent: int | None, column: int) -> str:
    """Return a text in double quotes; without an indent it stays on one line."""
    parts = ['"']
    column += 1
    last = len(text) - 1
    after_escape = False
    for match in _PART_OF_DOUBLE_QUOTED.finditer(text):
        part, start = match.group(), match.start()
        folds = indent is not None and 0 < start < last
        is_space = part == " "
        is_escape = not is_space and len(part) == 1 and not _stays(part)
        written = _escape(part) if is_escape else part
        if folds and not is_escape and (is_space or after_escape) and column > _WIDTH:
            parts.append("\\\n" + " " * (indent or 0) + "\\" * is_space)
            column = (indent or 0) + is_space
        parts.append(written)
        column += len(written)
        if folds and is_escape and column - 1 > _WIDTH:
            leads = text[start + 1] == " "
            parts.append("\\\n" + " " * (indent or 0) + "\\" * leads)
            column = (indent or 0) + leads
        after_escape = is_escape
    parts.append('"')
    return "".join(parts)


def _stays(character: str) -> bool:
    return "\x20" <= character < "\x7f" and character not in '"\\'


def _escape(character: str) -> str:
    short = _SHORT_ESCAPES.get(character)
    if short is not None:
        return "\\" + short
    code = ord(character)
    if code <= 0xFF:  # noqa: PLR2004 - two digits
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"  # noqa: PLR2004
