"""JSON as protobuf writes it: how requests become messages, and values become text.

Requests may name fields in snake or camel case, give 64-bit integers as numbers or text, and enums
by name or number; null means not given. An unknown field is refused. Answers use snake case, leave
out what is not set, and write times in UTC with ``Z``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Annotated, Any, TypeVar, cast, get_args

import msgspec
from msgspec import inspect

from headrace.errors import InvalidRequest

_Message = TypeVar("_Message", bound="Message")

_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_INT64 = re.compile(r"-?\d{1,19}", re.ASCII)
_MOST_DEEP = 100

#: A whole number of 64 bits, which answers write as text.
Int64 = Annotated[str, msgspec.Meta(description="int64")]

_ENUMS: dict[frozenset[Any], tuple[str, ...]] = {}

#: When something that has no time yet is said to be.
NEVER = "1970-01-01T00:00:00Z"


class Message(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Base of the messages: a field that is None is not set."""


def enum(form: Any) -> None:
    """Make known the numbers of a ``Literal``, whose names stand in their order."""
    names = get_args(form)
    _ENUMS[frozenset(names)] = names


def message_of(value: Any, kind: type[_Message], what: str = "body") -> _Message:
    """Return the JSON of a request as a message; ``what`` is what an error calls it.

    Raises:
        InvalidRequest: A field is not known or has a value of another kind; the error says which.
    """
    try:
        return msgspec.convert(_known(value, kind, "", 0), kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidRequest(f"the {what} is not as expected: {error}") from error


@lru_cache(maxsize=4096)
def time_text(at: float | None) -> str | None:
    """Return a time in RFC 3339, UTC, as protobuf does: no fraction, or milliseconds."""
    if at is None:
        return None
    text = datetime.fromtimestamp(round(at, 3), UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z").replace(".000Z", "Z")


def time_of(text: str | None, field: str) -> float | None:
    """Return the seconds since the epoch of a time in RFC 3339; an empty text is none.

    Raises:
        InvalidRequest: It is not one.
    """
    if not text:
        return None
    if not _TIME.fullmatch(text):
        raise InvalidRequest(
            f"{field} is {text[:50]!r}, which is no time", hint="write it as 2030-01-31T08:00:00Z"
        )
    whole, point, rest = text.partition(".")
    if point:  # more digits than microseconds are allowed, and lost
        digits = re.match(r"\d+", rest)
        assert digits is not None
        text = f"{whole}.{digits.group()[:6]:0<6}{rest[digits.end() :]}"
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidRequest(f"{field} is {text[:50]!r}, which is no time") from error


def text_or_none(text: str | None) -> str | None:
    """Return a text, or None for an empty one, which is not written."""
    return text or None


def _known(value: Any, kind: type[msgspec.Struct], path: str, depth: int) -> Any:
    """Return an object with its fields by their own names, and only those that are set."""
    if not isinstance(value, dict):
        raise InvalidRequest(f"{path or 'the body'} must be an object")
    if depth > _MOST_DEEP:
        raise InvalidRequest("the body is nested too deeply")
    fields = _fields_of(kind)
    found: dict[str, Any] = {}
    for key, item in cast("dict[str, Any]", value).items():
        name = key if key in fields else _HUMP.sub(r"_\1", key).lower()
        if name not in fields:
            where = f" of {path}" if path else ""
            raise InvalidRequest(f"field {key[:80]!r}{where} is not known")
        if item is not None:
            found[name] = _value(item, fields[name], f"{path}.{name}" if path else name, depth)
    return found


def _value(item: Any, form: inspect.Type, path: str, depth: int) -> Any:
    if isinstance(form, inspect.StructType):
        return _known(item, form.cls, path, depth + 1)
    if isinstance(form, inspect.ListType) and isinstance(item, list):
        items = cast("list[Any]", item)
        return [_value(one, form.item_type, f"{path}[{n}]", depth) for n, one in enumerate(items)]
    if isinstance(form, inspect.DictType) and isinstance(form.value_type, inspect.StructType):
        if isinstance(item, dict):
            items_of = cast("dict[str, Any]", item).items()
            kind = form.value_type.cls
            return {key: _known(one, kind, f"{path}.{key}", depth + 1) for key, one in items_of}
        return item
    if isinstance(form, inspect.LiteralType) and type(item) is int:
        names = _ENUMS[frozenset(form.values)]
        return names[item] if 0 <= item < len(names) else item
    if isinstance(form, inspect.Metadata) and type(item) is int:
        return str(item)
    if isinstance(form, inspect.Metadata | inspect.IntType) and isinstance(item, str):
        if not _INT64.fullmatch(item):
            raise InvalidRequest(f"{path} is {item[:50]!r}, but must be a whole number")
        return item if isinstance(form, inspect.Metadata) else int(item)
    return item


@cache
def _fields_of(kind: type[msgspec.Struct]) -> dict[str, inspect.Type]:
    """Return the fields of a message with their types, without what allows None."""
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    return {field.encode_name: _required(field.type) for field in info.fields}


def _required(form: inspect.Type) -> inspect.Type:
    if isinstance(form, inspect.UnionType):
        rest = [one for one in form.types if not isinstance(one, inspect.NoneType)]
        return rest[0] if len(rest) == 1 else form
    return form
