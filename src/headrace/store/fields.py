"""The fields by which each kind of entry is found and sorted; queries are checked against them.

This list is all that a query can name: what is not in it never reaches a statement. It does not
know how a store keeps the fields.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from headrace.errors import InvalidRequest
from headrace.store.paging import checked_limit
from headrace.store.query import Predicate, Query

Type = Literal["text", "number", "flag", "any", "words"]

_MOST_CONDITIONS = 50
_MOST_VALUES = 1000
_LONGEST_TEXT = 256
_OPS: dict[Type, frozenset[str]] = {
    "text": frozenset({"eq", "ne", "gt", "ge", "lt", "le", "in", "contains"}),
    "number": frozenset({"eq", "ne", "gt", "ge", "lt", "le", "in"}),
    "flag": frozenset({"eq", "ne"}),
    "any": frozenset({"eq", "ne", "gt", "ge", "lt", "le", "in", "contains"}),
    "words": frozenset({"contains"}),
}


class Field(NamedTuple):
    """One field.

    Attributes:
        type: What it holds; ``any`` is a pipeline's parameter, ``words`` several texts at once.
        optional: Whether entries may lack it.
        then: Fields that order entries among which it is equal, before their age does.
    """

    type: Type
    optional: bool = False
    then: tuple[str, ...] = ()


class Kind(NamedTuple):
    """One kind of entry.

    Attributes:
        fields: Those that it always has.
        families: Those named ``<family>.<name>``; each of them is optional.
    """

    name: str
    fields: Mapping[str, Field]
    families: Mapping[str, Field]

    def field(self, name: str) -> Field:
        """Return the field.

        Raises:
            InvalidRequest: There is none of that name.
        """
        family, dot, rest = name.partition(".")
        if dot and rest and family in self.families:
            return self.families[family]
        if name not in self.fields:
            known = [*self.fields, *(f"{family}.<name>" for family in self.families)]
            raise InvalidRequest(
                f"{self.name} have no field {name!r}", hint=f"there are {', '.join(known)}"
            )
        return self.fields[name]


_TEXT = Field("text")
_OPTIONAL = Field("text", optional=True)
_TIME = Field("number")
_MAYBE_TIME = Field("number", optional=True)
_FLAG = Field("flag")
# Few values over many runs: within one of them the newest is what people look for.
_GROUP = Field("text", then=("created_at",))
_WORDS = Field("words")
_TAGS = {"tag": _OPTIONAL}

RUNS = Kind(
    "runs",
    {
        "run_id": _TEXT,
        "namespace": _GROUP,
        "display_name": _TEXT,
        "description": _TEXT,
        "pipeline": _GROUP,
        "pipeline_id": _OPTIONAL,
        "version_id": _OPTIONAL,
        "experiment": _GROUP,
        "state": _GROUP,
        "archived": Field("flag", then=("created_at",)),
        "created_at": _TIME,
        "started_at": _MAYBE_TIME,
        "finished_at": _MAYBE_TIME,
        "scheduled_at": _MAYBE_TIME,
        "recurring_run_id": _OPTIONAL,
        "submitted_by": _GROUP,
        "service_account": _TEXT,
        "error": _OPTIONAL,
        "text": _WORDS,
    },
    _TAGS | {"parameter": Field("any", optional=True), "metric": Field("number", optional=True)},
)
_NAMED = {
    "id": _TEXT,
    "name": _TEXT,
    "display_name": _TEXT,
    "description": _TEXT,
    "created_at": _TIME,
}
PIPELINES = Kind("pipelines", _NAMED | {"namespace": _TEXT}, _TAGS)
VERSIONS = Kind("versions", _NAMED, _TAGS)
EXPERIMENTS = Kind(
    "experiments",
    _NAMED | {"namespace": _TEXT, "archived": _FLAG, "last_run_created_at": _MAYBE_TIME},
    {},
)
RECURRING_RUNS = Kind(
    "recurring runs",
    _NAMED
    | {
        "namespace": _TEXT,
        "experiment": _TEXT,
        "pipeline_id": _OPTIONAL,
        "version_id": _OPTIONAL,
        "updated_at": _TIME,
        "next_tick_at": _MAYBE_TIME,
        "enabled": _FLAG,
    },
    {},
)
ARTIFACTS = Kind(
    "artifacts",
    {
        "artifact_id": _TEXT,
        "run_id": _TEXT,
        "namespace": _TEXT,
        "pipeline": _TEXT,
        "path": _TEXT,
        "name": _TEXT,
        "schema_title": _TEXT,
        "uri": _TEXT,
        "digest": _OPTIONAL,
        "created_at": _TIME,
        "text": _WORDS,
    },
    {},
)
AUDIT = Kind(
    "audit entries",
    {
        "created_at": _TIME,
        "at": _TIME,
        "user": _TEXT,
        "action": _TEXT,
        "kind": _TEXT,
        "resource": _TEXT,
        "namespace": _TEXT,
        "outcome": _TEXT,
        "detail": _TEXT,
        "address": _TEXT,
    },
    {},
)


def checked(kind: Kind, query: Query) -> Query:
    """Return the query with a bounded limit, when everything in it may be asked for.

    Raises:
        InvalidRequest: Something may not.
    """
    if len(query.where) > _MOST_CONDITIONS:
        raise InvalidRequest(
            f"{len(query.where)} conditions are too many", hint=f"at most {_MOST_CONDITIONS}"
        )
    for predicate in query.where:
        _check(kind, predicate)
    if kind.field(query.sort).type == "words":
        raise InvalidRequest(f"{kind.name} cannot be sorted by {query.sort}")
    return msgspec.structs.replace(query, limit=checked_limit(query.limit))


def searchable(value: Any) -> tuple[float | None, str]:
    """Return a parameter's number, when it is one, and its text, as both are searched for.

    Numbers, lists and dictionaries have their JSON as text. Long texts are cut.
    """
    if isinstance(value, str):
        return None, value[:_LONGEST_TEXT]
    text = msgspec.json.encode(value).decode()[:_LONGEST_TEXT]
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    return (None if number is None else float(number)), text


def _check(kind: Kind, predicate: Predicate) -> None:
    field = kind.field(predicate.field)
    op, value = predicate.op, predicate.value
    if op not in _OPS[field.type]:
        raise InvalidRequest(
            f"{predicate.field} cannot be compared by {op!r}",
            hint=f"it can be by {', '.join(sorted(_OPS[field.type]))}",
        )
    if op == "in":
        values = value if isinstance(value, tuple | list) else (None,)
        if len(values) > _MOST_VALUES:
            raise InvalidRequest(
                f"{len(values)} values of {predicate.field} are too many",
                hint=f"at most {_MOST_VALUES}",
            )
        good = all(_fits(field.type, one) for one in values)
    elif value is None:
        good = field.optional and op in {"eq", "ne"}
    else:
        good = isinstance(value, str) if op == "contains" else _fits(field.type, value)
    if not good:
        raise InvalidRequest(
            f"{predicate.field} cannot be compared with {value!r}",
            hint=f"its values are of the type {_names(field)}",
        )


def _fits(type_: Type, value: object) -> bool:
    is_number = (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) < 2**63
        and math.isfinite(value)
    )
    match type_:
        case "number":
            return is_number
        case "flag":
            return isinstance(value, bool)
        case "any":
            return is_number or isinstance(value, str | bool)
        case _:
            return isinstance(value, str)


def _names(field: Field) -> str:
    return {"flag": "true or false", "any": "text, number or true or false"}.get(
        field.type, field.type
    )
