"""Lists in memory: what ``fields`` says of a query, done with plain values.

This is the meaning of a query; the statements of other stores are compared with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from headrace.store.fields import Kind, checked, searchable
from headrace.store.paging import Key, Place, checked_place, read_token, write_token
from headrace.store.query import Page, Predicate, Query

_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda here, there: here == there,
    "gt": lambda here, there: here > there,
    "ge": lambda here, there: here >= there,
    "lt": lambda here, there: here < there,
    "le": lambda here, there: here <= there,
    "contains": lambda here, there: there.translate(_LOWER) in here.translate(_LOWER),
}


class Entry(NamedTuple):
    """An entry of a list.

    Attributes:
        item: What the page shows.
        number: Its place by age.
        field: Gives its field of a name: a value, None when it has none, and all that it has of a
            family that may have several.
    """

    item: Any
    number: int
    field: Callable[[str], Any]


def find(kind: Kind, entries: Iterable[Entry], query: Query, scope: str = "") -> Page[Any]:
    """Return the page that the query asks for.

    Raises:
        InvalidRequest: The query, or its page token, is not one of this list.
    """
    query = checked(kind, query)
    scope = kind.name + scope
    fitting = [entry for entry in entries if _is_wanted(kind, entry, query)]
    placed: list[tuple[Place, Entry]] = []
    for part in range(len(_shapes(kind, query.sort))):
        mine = [(place, e) for e in fitting if (place := _place(kind, e, query)).part == part]
        placed += sorted(mine, key=lambda pair: pair[0].key, reverse=query.descending)
    after = read_token(scope, query)
    if after is not None:
        place = checked_place(after, _shapes(kind, query.sort))
        placed = [pair for pair in placed if _is_after(pair[0], place, query.descending)]
    shown = placed[: query.limit]
    more = len(placed) > query.limit
    return Page(
        items=tuple(entry.item for _, entry in shown),
        next_token=write_token(shown[-1][0], scope, query) if more else None,
        total=len(fitting) if query.total else None,
    )


def _is_wanted(kind: Kind, entry: Entry, query: Query) -> bool:
    space = query.namespace if "namespace" in kind.fields else None
    if space is not None and entry.field("namespace") != space:
        return False
    return all(_fits(kind, entry, predicate) for predicate in query.where)


def _fits(kind: Kind, entry: Entry, predicate: Predicate) -> bool:
    values = _values(entry, predicate.field)
    if predicate.op == "ne":
        return not _fits(kind, entry, Predicate(predicate.field, "eq", predicate.value))
    if predicate.value is None:
        return not values
    is_any = kind.field(predicate.field).type == "any"
    return any(
        _holds(searchable(value) if is_any else (None, value), predicate, is_any=is_any)
        for value in values
    )


def _holds(here: tuple[float | None, Any], predicate: Predicate, *, is_any: bool) -> bool:
    """Say whether a value, as number and text, fits; only parameters have both."""
    number, text = here
    wanted = predicate.value
    if predicate.op == "in":
        assert isinstance(wanted, tuple | list)
        some = (Predicate(predicate.field, "eq", one) for one in wanted)
        return any(_holds(here, one, is_any=is_any) for one in some)
    test = _TESTS[predicate.op]
    if not is_any:
        return test(text, wanted)
    if isinstance(wanted, bool):
        wanted = "true" if wanted else "false"
    if isinstance(wanted, str):
        return test(text, wanted)
    return number is not None and test(number, wanted)


def _values(entry: Entry, name: str) -> list[Any]:
    value = entry.field(name)
    if isinstance(value, list):
        return value  # pyright: ignore[reportUnknownVariableType]
    return [] if value is None else [value]


def _place(kind: Kind, entry: Entry, query: Query) -> Place:
    field = kind.field(query.sort)
    values = _values(entry, query.sort)
    shapes = _shapes(kind, query.sort)
    if not values:
        return Place(len(shapes) - 1, (entry.number,))
    if field.type == "any":
        number, text = searchable(values[0])
        if number is not None:
            return Place(0, (number, entry.number))
        return Place(1, (text, entry.number))
    value = max(values) if query.descending else min(values)
    value = int(value) if field.type == "flag" else value
    return Place(0, (value, *(entry.field(name) for name in field.then), entry.number))


def _shapes(kind: Kind, sort: str) -> list[tuple[type, ...]]:
    field = kind.field(sort)
    if field.type == "any":
        return [(float, int), (str, int), (int,)]
    types = {"number": float, "flag": int}
    ties = [types.get(kind.field(name).type, str) for name in field.then]
    first = (types.get(field.type, str), *ties, int)
    return [first, (int,)] if field.optional else [first]


def _is_after(place: Place, other: Place, descending: bool) -> bool:
    if place.part != other.part:
        return place.part > other.part
    mine: Key = place.key
    return mine < other.key if descending else mine > other.key
