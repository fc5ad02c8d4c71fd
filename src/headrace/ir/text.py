"""Text of a document to plain JSON values: YAML and JSON, hostile or not.

Only the types of JSON come out; tags, anchors' explosions, duplicate keys, NaN, depth and size are
refused while reading, before memory is spent on them. YAML is read as events of libyaml and put
together here, since PyYAML's composer recurses and knows no limits. Knows nothing of pipelines.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NoReturn, cast

from headrace.errors import Location, SpecError

#: Limits of what is read from text, generous for any real pipeline (KFP takes 32 MiB).
MAX_BYTES = 64 << 20
MAX_VALUES = 2_000_000
MAX_DEPTH = 200
MAX_DIGITS = 400
_MERGE = "<<"


def parse_documents(text: str | bytes, *, source: str = "") -> list[Any]:
    """Return the values of the documents in a text, which is JSON or YAML.

    Args:
        text: The text; bytes are UTF-8.
        source: Name of the file, for messages.

    Raises:
        SpecError: It is neither, or asks for more than the limits allow.
    """
    try:
        data = text.encode() if isinstance(text, str) else text
        decoded = data.decode("utf-8-sig")
    except UnicodeError as error:
        _refuse(f"it is not UTF-8 text: {error}", source)
    if len(data) > MAX_BYTES:
        limit = f"{MAX_BYTES >> 20} MiB are the most"
        _refuse(f"it has {len(data) >> 20} MiB; {limit}", source, code="HR2002")
    if decoded.lstrip()[:1] not in ("{", "["):
        return _parse_yaml(decoded, source)
    try:
        return [_parse_json(decoded, source)]
    except json.JSONDecodeError as error:
        try:
            return _parse_yaml(decoded, source)  # a flow mapping looks like JSON
        except SpecError:
            _refuse(f"it is not JSON: {error.msg}", source, line=error.lineno)


def is_json_text(text: str) -> bool:
    """Return whether a string can be written as UTF-8, which lone surrogates cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


# ----------------------------------------------------------------------------------------- JSON


def _parse_json(text: str, source: str) -> Any:
    if sum(text.count(mark) for mark in ",:[{") > 2 * MAX_VALUES:
        _refuse(f"it holds more than {MAX_VALUES} values", source, code="HR2002")

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) != len(pairs):
            count = Counter(key for key, _ in pairs)
            twice = count.most_common(1)[0][0]
            _refuse(f"the key {twice!a} occurs twice in one object", source)
        return value

    def constant(name: str) -> NoReturn:
        _refuse(f"{name} is not a JSON number", source)

    def integer(digits: str) -> int:
        if len(digits) > MAX_DIGITS:
            _refuse(f"a number has {len(digits)} digits", source, code="HR2002")
        return int(digits)

    def number(digits: str) -> float:
        value = float(digits)
        if not math.isfinite(value):
            _refuse(f"the number {digits[:40]} is too large", source)
        return value

    try:
        value = json.loads(
            text,
            object_pairs_hook=members,
            parse_constant=constant,
            parse_int=integer,
            parse_float=number,
        )
    except RecursionError:
        _refuse_depth(source)
    _check_depth(value, source)
    if "\\u" in text and not is_json_text(json.dumps(value, ensure_ascii=False)):
        _refuse("it has half of a surrogate pair", source)
    return value


def _check_depth(value: Any, source: str) -> None:
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        deeper: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                deeper.extend(cast("dict[str, Any]", item).values())
            elif isinstance(item, list):
                deeper.extend(cast("list[Any]", item))
        if not deeper:
            return
        level = deeper
    _refuse_depth(source)


# ----------------------------------------------------------------------------------------- YAML


def _parse_yaml(text: str, source: str) -> list[Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        events = cast("Iterator[Any]", cast("Any", yaml).parse(text, Loader=loader))
        return list(_Builder(events, source).documents())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = " ".join(filter(None, [error.context, error.problem]))
        _refuse(f"it is not YAML: {reason}", source, line=mark.line + 1 if mark else None)
    except yaml.YAMLError as error:
        _refuse(f"it is not YAML: {str(error).splitlines()[0]}", source)


class _Open:
    """A list or mapping that is being read."""

    __slots__ = ("anchor", "is_map", "key", "value")

    def __init__(self, value: Any, anchor: str | None, *, is_map: bool) -> None:
        self.value = value
        self.anchor = anchor
        self.is_map = is_map
        self.key: str | None = None


class _Builder:
    """Puts values together from YAML events, with a stack of its own."""

    def __init__(self, events: Iterator[Any], source: str) -> None:
        self._events = events
        self._source = source
        self._count = 0
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._line = 1

    def documents(self) -> Iterator[Any]:
        import yaml

        root: list[Any] = []
        for event in self._events:
            kind = cast("type[object]", type(event))
            if kind is yaml.ScalarEvent:
                self._line = event.start_mark.line + 1
                value = self._scalar(event)
                self._remember(event.anchor, value, 1)
                self._put(value, root, is_key=isinstance(value, str))
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._line = event.start_mark.line + 1
                self._open(event, is_map=kind is yaml.MappingStartEvent)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                closed = self._stack.pop()
                self._remember(closed.anchor, closed.value, _weight(closed.value))
                self._put(closed.value, root, is_key=False)
            elif kind is yaml.AliasEvent:
                self._line = event.start_mark.line + 1
                value, weight = self._aliased(event.anchor)
                self._spend(weight)
                self._put(value, root, is_key=isinstance(value, str))
            elif kind is yaml.DocumentEndEvent:
                self._anchors.clear()
                yield root.pop() if root else None

    def _open(self, event: Any, *, is_map: bool) -> None:
        self._spend(1)
        expected = "tag:yaml.org,2002:map" if is_map else "tag:yaml.org,2002:seq"
        if event.tag not in (None, "!", expected):
            self._refuse(f"the tag {event.tag[:60]} is not allowed")
        if len(self._stack) >= MAX_DEPTH:
            _refuse_depth(self._source)
        self._stack.append(_Open({} if is_map else [], event.anchor, is_map=is_map))

    def _put(self, value: Any, root: list[Any], *, is_key: bool) -> None:
        if not self._stack:
            root.append(value)
            return
        top = self._stack[-1]
        if not top.is_map:
            top.value.append(value)
        elif top.key is not None:
            top.value[top.key] = value
            top.key = None
        elif not is_key:
            self._refuse(f"a key must be a string, not {ascii(value)[:60]}", "quote it")
        elif value in top.value:
            self._refuse(f"the key {ascii(value)[:60]} occurs twice in one mapping")
        else:
            top.key = value

    def _scalar(self, event: Any) -> Any:
        self._spend(1)
        text: str = event.value
        plain, _ = event.implicit
        tag = event.tag
        if tag is None or tag == "!":
            return _plain_value(self, text) if plain and tag is None else text
        short = tag.removeprefix("tag:yaml.org,2002:")
        if short == "str":
            return text
        if short in ("int", "float", "bool", "null"):
            return _plain_value(self, text)
        self._refuse(f"the tag {tag[:60]} is not allowed")

    def _remember(self, anchor: str | None, value: Any, weight: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = (value, weight)

    def _aliased(self, anchor: str) -> tuple[Any, int]:
        if anchor not in self._anchors:
            self._refuse(f"the alias *{anchor[:60]} names no anchor before it")
        return self._anchors[anchor]

    def _spend(self, count: int) -> None:
        self._count += count
        if self._count > MAX_VALUES:
            message = f"it holds more than {MAX_VALUES} values, aliases included"
            _refuse(message, self._source, code="HR2002")

    def _refuse(self, reason: str, hint: str | None = None) -> NoReturn:
        _refuse(reason, self._source, line=self._line, hint=hint)

    def refuse(self, reason: str) -> NoReturn:
        """Raise the error of a scalar that means no JSON value."""
        self._refuse(reason)


def _weight(value: Any) -> int:
    """Return how many values an alias of this one stands for, up to the limit."""
    weight = 0
    stack = [value]
    while stack and weight <= MAX_VALUES:
        item = stack.pop()
        weight += 1
        if isinstance(item, dict):
            stack.extend(cast("dict[str, Any]", item).values())
        elif isinstance(item, list):
            stack.extend(cast("list[Any]", item))
    return weight


@lru_cache(maxsize=1)
def _resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    import yaml

    return cast("Any", yaml.SafeLoader).yaml_implicit_resolvers


def _plain_value(builder: _Builder, text: str) -> Any:
    """Return what an unquoted scalar means in YAML 1.1, as PyYAML and thus KFP reads it.

    Dates stay text, as JSON has none.
    """
    for tag, pattern in _resolvers().get(text[:1], ()):
        if pattern.match(text):
            match tag.rpartition(":")[2]:
                case "null":
                    return None
                case "bool":
                    return text.lower() in ("yes", "true", "on")
                case "int":
                    return _yaml_int(builder, text)
                case "float":
                    return _yaml_float(builder, text)
                case "merge":
                    builder.refuse(f"the merge key {_MERGE} is not allowed")
                case _:
                    return text
    return text


def _yaml_int(builder: _Builder, text: str) -> int:
    digits = text.replace("_", "")
    if len(digits) > MAX_DIGITS:
        builder.refuse(f"a number has {len(digits)} digits")
    sign = -1 if digits[0] == "-" else 1
    digits = digits.lstrip("+-")
    if ":" in digits:
        return sign * int(_sexagesimal(digits))
    if digits[:2] in ("0b", "0x"):
        return sign * int(digits, 0)
    return sign * int(digits, 8 if digits[0] == "0" and digits != "0" else 10)


def _yaml_float(builder: _Builder, text: str) -> float:
    digits = text.replace("_", "")
    if ":" in digits:
        sign = -1 if digits[0] == "-" else 1
        return sign * _sexagesimal(digits.lstrip("+-"))
    value = float(digits.lower().replace(".inf", "inf").replace(".nan", "nan"))
    if not math.isfinite(value):
        builder.refuse(f"{text[:40]} is not a JSON number")
    return value


def _sexagesimal(digits: str) -> float:
    total = 0.0
    for part in digits.split(":"):
        total = total * 60 + float(part)
    return total


def _refuse_depth(source: str) -> NoReturn:
    _refuse(f"it is nested more than {MAX_DEPTH} deep", source, code="HR2002")


def _refuse(
    reason: str,
    source: str,
    *,
    line: int | None = None,
    hint: str | None = None,
    code: str = "HR2001",
) -> NoReturn:
    name = source or "the document"
    where = Location(source or "<document>", line) if line else None
    raise SpecError(f"{name} cannot be read: {reason}", where=where, hint=hint, code=code)
