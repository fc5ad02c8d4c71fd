"""Raw JSON values to the typed values of ``model``: names, types and enumerations.

Lenient where protobuf's JSON is: snake_case names, numbers as text, ``5.0`` for an integer, null
for an absent field. Strict elsewhere: an unknown field is a problem. Pure; whether names refer to
anything is the matter of ``validation``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar, cast

import msgspec
from msgspec import inspect as shapes

from headrace.errors import SpecError
from headrace.ir import model
from headrace.ir.problems import Problems, join, offer

_Spec = TypeVar("_Spec", bound=msgspec.Struct)

#: Fields of KFP's messages that mean nothing here; they are kept in the raw document.
_UNREAD: dict[type, frozenset[str]] = {
    model.PipelineSpec: frozenset({"runtimeConfig", "deploymentConfig"}),
    model.Component: frozenset({"singlePlatformSpecs"}),
    model.Container: frozenset({"lifecycle"}),
    model.InputParameterSpec: frozenset({"type"}),
    model.OutputParameterSpec: frozenset({"type"}),
    model.OutputArtifactSpec: frozenset({"properties", "customProperties"}),
    model.Importer: frozenset({"properties", "customProperties"}),
}
_UNSUPPORTED = {
    (model.Executor, "resolver"): "resolver executors are not supported, here or on KFP",
    (model.Executor, "customJob"): "custom jobs run on Google Cloud only",
}
_UNDERSCORED = re.compile(r"_([a-z0-9])")
_INTEGER = re.compile(r"[+-]?\d{1,30}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d*)?([eE][+-]?\d{1,3})?", re.ASCII)


def typed(raw: Any, kind: type[_Spec], path: str = "") -> _Spec:
    """Return the typed value of a message.

    Args:
        raw: The message as JSON values.
        kind: The class in ``model``.
        path: Where the message is, for problems.

    Raises:
        SpecError: Fields are unknown, missing or of the wrong type; every such place is named.
    """
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError:
        pass  # not strictly so: leniently, or with problems that are worth their path
    problems = Problems()
    cleaned = _message(raw, _fields_of(kind), path, problems)
    problems.raise_if_any()
    try:
        return msgspec.convert(cleaned, kind)
    except msgspec.ValidationError as error:  # a rule of a class of its own
        raise SpecError(str(error), path=path) from error


class _Field(NamedTuple):
    type: shapes.Type
    required: bool


class _Message(NamedTuple):
    kind: type
    fields: dict[str, _Field]


@lru_cache(maxsize=256)
def _fields_of(kind: type) -> _Message:
    info = cast("shapes.StructType", shapes.type_info(kind))
    fields = {field.encode_name: _Field(field.type, field.required) for field in info.fields}
    return _Message(kind, fields)


def _camel(key: str) -> str:
    return _UNDERSCORED.sub(lambda match: match.group(1).upper(), key)


def _message(raw: Any, message: _Message, path: str, problems: Problems) -> dict[str, Any]:
    cleaned: dict[str, Any] = {}
    for key, value in _members(raw, path, problems):
        name = key if key in message.fields else _camel(key)
        place = join(path, key)
        field = message.fields.get(name)
        if field is None:
            _note_unknown(name, key, message, place, problems)
        elif name in cleaned:
            problems.add(place, f"{key} is given twice, in two spellings", code="HR2004")
        elif value is not None or isinstance(field.type, shapes.AnyType):
            cleaned[name] = _value(value, field.type, place, problems)
    for name, field in message.fields.items():
        if field.required and name not in cleaned:
            problems.add(path, f"{name} is missing", code="HR2006")
    return cleaned


def _members(raw: Any, path: str, problems: Problems) -> list[tuple[str, Any]]:
    if not isinstance(raw, Mapping):
        problems.add(path, f"a mapping is needed, not {shown(raw)}", code="HR2005")
        return []
    members = cast("Mapping[Any, Any]", raw)
    return [(key, value) for key, value in members.items() if isinstance(key, str)]


def _note_unknown(name: str, key: str, message: _Message, place: str, problems: Problems) -> None:
    if name in _UNREAD.get(message.kind, ()):
        return
    reason = _UNSUPPORTED.get((message.kind, name))
    if reason is not None:
        problems.add(place, reason, code="HR2014")
        return
    text = f"there is no field {key[:80]!a} here"
    problems.add(place, text, hint=offer(name, message.fields), code="HR2004")


def _value(raw: Any, kind: shapes.Type, path: str, problems: Problems) -> Any:
    """Return a value as strict conversion takes it; of one that is wrong, note the problem."""
    match kind:
        case shapes.StructType():
            return _message(raw, _fields_of(kind.cls), path, problems)
        case shapes.UnionType():
            return _value(raw, _chosen(raw, kind), path, problems)
        case shapes.DictType():
            return {
                key: _value(value, kind.value_type, join(path, key), problems)
                for key, value in _members(raw, path, problems)
            }
        case shapes.VarTupleType():
            return _list(raw, kind, path, problems)
        case shapes.LiteralType():
            return _literal(raw, kind, path, problems)
        case shapes.AnyType():
            return raw
        case _:
            return _scalar(raw, kind, path, problems)


def _chosen(raw: Any, kind: shapes.UnionType) -> shapes.Type:
    """Return the alternative of a union that fits a value: unions here are of scalars or null."""
    options = [option for option in kind.types if not isinstance(option, shapes.NoneType)]
    if isinstance(raw, str):
        return next((one for one in options if isinstance(one, shapes.StrType)), options[0])
    return next((one for one in options if not isinstance(one, shapes.StrType)), options[0])


def _list(raw: Any, kind: shapes.VarTupleType, path: str, problems: Problems) -> list[Any]:
    if not isinstance(raw, list | tuple):
        problems.add(path, f"a list is needed, not {shown(raw)}", code="HR2005")
        return []
    items = cast("list[Any]", raw)
    return [
        _value(item, kind.item_type, join(path, index), problems)
        for index, item in enumerate(items)
    ]


def _literal(raw: Any, kind: shapes.LiteralType, path: str, problems: Problems) -> Any:
    if raw not in kind.values:
        names = [str(value) for value in kind.values]
        hint = offer(raw, names) if isinstance(raw, str) else f"it is one of {', '.join(names)}"
        problems.add(path, f"{shown(raw)} is not allowed here", hint=hint, code="HR2005")
    return raw


def _scalar(raw: Any, kind: shapes.Type, path: str, problems: Problems) -> Any:
    is_number = isinstance(raw, int | float) and not isinstance(raw, bool)
    match kind:
        case shapes.StrType() if isinstance(raw, str):
            return raw
        case shapes.BoolType() if isinstance(raw, bool):
            return raw
        case shapes.IntType() if is_number and raw == int(raw):
            return int(raw)
        case shapes.IntType() if isinstance(raw, str) and _INTEGER.fullmatch(raw):
            return int(raw)
        case shapes.FloatType() if is_number:
            return raw
        case shapes.FloatType() if isinstance(raw, str) and _NUMBER.fullmatch(raw):
            return float(raw)
        case _:
            needed = _NEEDED.get(type(kind), "another value")
            problems.add(path, f"{needed} is needed, not {shown(raw)}", code="HR2005")
            return raw


_NEEDED: dict[type, str] = {
    shapes.StrType: "a string",
    shapes.BoolType: "true or false",
    shapes.IntType: "an integer",
    shapes.FloatType: "a number",
}


def shown(value: Any) -> str:
    """Return a JSON value in a few characters, for a message."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f"the string {value[:40]!a}"
        case int() | float():
            return f"the number {str(value)[:40]}"
        case list():
            return "a list"
        case _:
            return "a mapping" if isinstance(value, Mapping) else f"a {type(value).__name__}"
