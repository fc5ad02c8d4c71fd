"""Lists as statements: a checked query becomes a page of one kind of entry.

Names of columns come from the tables below and never from a query; its values are bound. A list
comes in parts, one statement each: entries that have what they are sorted by, in the order of an
index, then those that do not, the newest first. That keeps a page a matter of the index's first
rows however many entries there are, and independent of where a database puts what is missing.

``total`` counts up to ``COUNTED`` entries and stops: it costs the same however many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from headrace.store.fields import Field, Kind, checked
from headrace.store.paging import Key, Place, checked_place, read_token, write_token
from headrace.store.query import Page, Predicate, Query
from headrace.store.sql.connection import Connection

COUNTED = 10_000
_FEW = 5_000

_SIGNS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


class Family(NamedTuple):
    """Fields in a table of their own: rows with an owner, a name and a value.

    Attributes:
        table: The table, called ``f`` in statements.
        owner: Its column that holds the number of the entry.
        fixed: A condition on its rows that ends in ``AND``.
        value: Its column of values; of parameters that of texts.
        number: Its column of numbers, when it has both.
        rank: What tells several values of one entry apart; the first of them sorts it.
    """

    table: str
    owner: str
    value: str
    number: str | None = None
    rank: str = ""
    fixed: str = ""


class Listing(NamedTuple):
    """How one kind of entry is stored.

    Attributes:
        columns: ``SELECT`` and what ``read`` takes a row of.
        source: ``FROM`` and the tables.
        key: The column that numbers the entries by age.
        names: The column, or expression, of each field that is not called as it is.
        words: What the field ``text`` looks into.
        read: Makes an entry of a row.
    """

    kind: Kind
    columns: str
    source: str
    key: str
    names: Mapping[str, str]
    families: Mapping[str, Family]
    words: str
    read: Callable[[Sequence[Any], Connection], Any]


class _Scope(NamedTuple):
    """Where a list is looked for, and what holds for all of it.

    Attributes:
        is_broad: Whether many entries are known to fit; asked for where the order needs it.
    """

    source: str
    source_values: list[Any]
    conditions: list[str]
    values: list[Any]
    is_broad: bool = False


class _Few(NamedTuple):
    """A condition that so few entries meet that their numbers are listed."""

    numbers: str
    values: list[Any]


class _Part(NamedTuple):
    """A part of a list: the entries for which ``where`` holds, by ``keys``.

    Attributes:
        table: The table ``f`` that has the keys, when it is another one.
        join: What its rows have in common with the entries.
    """

    table: str
    join: str
    where: list[str]
    values: list[Any]
    keys: list[str]
    shape: tuple[type, ...]
    join_values: list[Any]


def find(
    connection: Connection,
    listing: Listing,
    query: Query,
    fixed: Sequence[tuple[str, Any]] = (),
) -> Page[Any]:
    """Return the page that the query asks for.

    Args:
        connection: Where to look.
        listing: What is listed.
        query: As it came.
        fixed: Columns that have a value in all entries of the list.

    Raises:
        InvalidRequest: The query, or its page token, is not one of this list.
    """
    query = checked(listing.kind, query)
    name = listing.kind.name + "".join(f" {value}" for _, value in fixed)
    among = _scope(connection, listing, query, fixed)
    parts = _parts(listing, query)
    place = read_token(name, query)
    if place is not None:
        place = checked_place(place, [part.shape for part in parts])
    found: list[tuple[Place, Any]] = []
    for number, part in enumerate(parts):
        wanted = query.limit + 1 - len(found)
        if wanted and (place is None or number >= place.part):
            after = place.key if place is not None and place.part == number else None
            sql, bound = _page(listing, query, part, among, after)
            rows = connection.execute(sql, [*bound, wanted]).fetchall()
            width = len(part.keys)
            found += [(Place(number, tuple(row[-width:])), row) for row in rows]
    shown = found[: query.limit]
    items = tuple(listing.read(row, connection) for _, row in shown)
    more = len(found) > query.limit
    token = write_token(shown[-1][0], name, query) if more else None
    if not query.total:
        return Page(items=items, next_token=token)
    if not more and place is None:
        return Page(items=items, total=len(items))
    counted = _count(connection, among)
    return Page(
        items=items,
        next_token=token,
        total=min(counted, COUNTED),
        total_is_exact=counted <= COUNTED,
    )


def _page(
    listing: Listing,
    query: Query,
    part: _Part,
    among: _Scope,
    after: Key | None,
) -> tuple[str, list[Any]]:
    source, where = among.source, [*among.conditions, *part.where]
    if part.table and among.is_broad:
        # Its rows are looked at in their order until enough of them belong to entries that fit.
        source = source.replace("FROM ", f"FROM {part.table} CROSS JOIN ", 1)
        where = [part.join, *where]
    elif part.table:
        source = f"{source} JOIN {part.table} ON {part.join}"
    bound = [*among.source_values, *part.join_values, *among.values, *part.values]
    if after is not None:
        places = ", ".join("?" * len(after))
        where.append(f"({', '.join(part.keys)}) {'<' if query.descending else '>'} ({places})")
        bound += after
    direction = "DESC" if query.descending else "ASC"
    order = ", ".join(f"{key} {direction}" for key in part.keys)
    sql = (
        f"{listing.columns}, {', '.join(part.keys)} {source} "
        f"{_where(where)} ORDER BY {order} LIMIT ?"
    )
    return sql, bound


def _count(connection: Connection, among: _Scope, upto: int = COUNTED) -> int:
    """Return how many entries there are; when there are more than that, one more than that."""
    inner = f"SELECT 1 AS one {among.source} {_where(among.conditions)} LIMIT ?"
    sql = f"SELECT count(*) FROM ({inner}) AS counted"  # noqa: S608 - no part of it is a value
    bound = [*among.source_values, *among.values, upto + 1]
    return connection.execute(sql, bound).fetchone()[0]


def _where(conditions: list[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""


# ---------------------------------------------------------------------------- order


def _parts(listing: Listing, query: Query) -> list[_Part]:
    """Return the parts in which the list comes, whatever the direction."""
    field = listing.kind.field(query.sort)
    if "." in query.sort:
        return _family_parts(listing, query)
    column = _column(listing, query.sort)
    ties = [_column(listing, name) for name in field.then]
    shape = (_shape(field), *(_shape(listing.kind.field(name)) for name in field.then), int)
    keys = [column, *ties, listing.key]
    if not field.optional:
        return [_Part("", "", [], [], keys, shape, [])]
    return [
        _Part("", "", [f"{column} IS NOT NULL"], [], keys, shape, []),
        _Part("", "", [f"{column} IS NULL"], [], [listing.key], (int,), []),
    ]


def _family_parts(listing: Listing, query: Query) -> list[_Part]:
    name, _, member = query.sort.partition(".")
    family = listing.families[name]
    table, join = f"{family.table} AS f", f"{_owned(family, listing)} AND f.name = ?"
    parts: list[_Part] = []
    if family.number is not None:
        column = f"f.{family.number}"
        keys = [column, listing.key]
        parts.append(
            _Part(table, join, [f"{column} IS NOT NULL"], [], keys, (float, int), [member])
        )
    column = f"f.{family.value}"
    here = [f"f.{family.number} IS NULL"] if family.number else [f"{column} IS NOT NULL"]
    if family.rank:
        here.append(_first(family, query.descending))
    type_ = _shape(listing.kind.field(query.sort)) if family.number is None else str
    parts.append(_Part(table, join, here, [], [column, listing.key], (type_, int), [member]))
    there = _members(family, listing)
    missing = f"NOT EXISTS ({there} AND {column} IS NOT NULL)"
    parts.append(_Part("", "", [missing], [member], [listing.key], (int,), []))
    return parts


def _first(family: Family, descending: bool) -> str:
    """Return the condition that no other value of the entry comes before this one."""
    names = [family.value, *family.rank.split()]
    here, there = (", ".join(f"{alias}.{name}" for name in names) for alias in "fo")
    sign = ">" if descending else "<"
    # The name is not left to an index: those of one run are few, those of one name are many.
    other = f"{family.table} AS o WHERE o.run = f.run AND o.name || '' = f.name"
    return f"NOT EXISTS (SELECT 1 FROM {other} AND ({there}) {sign} ({here}))"  # noqa: S608 - the same


def _shape(field: Field) -> type:
    # Databases give flags back as numbers or as truth values.
    return {"number": float, "flag": int}.get(field.type, str)


# ---------------------------------------------------------------------------- conditions


def _scope(
    connection: Connection, listing: Listing, query: Query, fixed: Sequence[tuple[str, Any]]
) -> _Scope:
    among = _Scope(listing.source, [], [f"{column} = ?" for column, _ in fixed], [])
    among.values.extend(value for _, value in fixed)
    if query.namespace is not None and "namespace" in listing.kind.fields:
        among.conditions.append(f"{_column(listing, 'namespace')} = ?")
        among.values.append(query.namespace)
    for predicate in query.where:
        made: tuple[str, list[Any]] | _Few
        if "." in predicate.field:
            made = _family_condition(connection, listing, predicate)
        else:
            made = _condition(listing, predicate)
        if isinstance(made, _Few) and not among.source_values:
            # A cross join is done in the order in which it is written.
            few = f"FROM ({made.numbers}) AS few CROSS JOIN "
            source = listing.source.replace("FROM ", few, 1)
            among = among._replace(source=source, source_values=made.values)
            made = (f"{listing.key} = few.number", [])
        elif isinstance(made, _Few):
            made = (f"{listing.key} IN ({made.numbers})", made.values)
        among.conditions.append(made[0])
        among.values.extend(made[1])
    if "." in query.sort and not among.source_values:
        return among._replace(is_broad=_count(connection, among, _FEW) > _FEW)
    return among


def _condition(listing: Listing, predicate: Predicate) -> tuple[str, list[Any]]:
    field = listing.kind.field(predicate.field)
    if field.type == "words":
        return _compared(f"({listing.words})", predicate)
    column = _column(listing, predicate.field)
    if field.type == "flag":
        return f"{column} {_SIGNS[predicate.op]} ?", [int(bool(predicate.value))]
    if predicate.value is None:
        return f"{column} IS {'NOT ' if predicate.op == 'ne' else ''}NULL", []
    condition, values = _compared(column, predicate)
    if predicate.op == "ne" and field.optional:
        condition = f"({condition} OR {column} IS NULL)"
    return condition, values


def _family_condition(
    connection: Connection, listing: Listing, predicate: Predicate
) -> tuple[str, list[Any]] | _Few:
    name, _, member = predicate.field.partition(".")
    family = listing.families[name]
    there = _members(family, listing)
    is_not = predicate.op == "ne"
    if predicate.value is None:
        missing = f"EXISTS ({there} AND f.{family.value} IS NOT NULL)"
        return (missing if is_not else f"NOT {missing}"), [member]
    value = predicate.value
    if isinstance(value, bool):
        value = "true" if value else "false"
    one = Predicate(predicate.field, "eq" if is_not else predicate.op, value)
    condition, values = _member_compared(family, one)
    bound = [member, *values]
    if is_not:
        return f"NOT EXISTS ({there} AND {condition})", bound
    few = f"{family.table} AS f WHERE {family.fixed}f.name = ? AND {condition}"
    if _are_few(connection, few, bound):
        numbers = f"SELECT DISTINCT f.{family.owner} AS number"
        return _Few(f"{numbers} FROM {few}", bound)
    return f"EXISTS ({there} AND {condition})", bound


def _are_few(connection: Connection, rows: str, bound: list[Any]) -> bool:
    """Say whether so few entries have the value that all of them may be looked at and sorted.

    Else one looks at the entries in their order until enough of them have it. No database knows
    this of a pair of name and value by itself.
    """
    inner = f"SELECT 1 AS one FROM {rows} LIMIT ?"  # noqa: S608 - no part of it is a value
    sql = f"SELECT count(*) FROM ({inner}) AS counted"  # noqa: S608 - the same
    return connection.execute(sql, [*bound, _FEW + 1]).fetchone()[0] <= _FEW


def _member_compared(family: Family, predicate: Predicate) -> tuple[str, list[Any]]:
    if family.number is None:
        return _compared(f"f.{family.value}", predicate)
    value = predicate.value
    if predicate.op != "in":
        is_text = isinstance(value, str)
        return _compared(f"f.{family.value if is_text else family.number}", predicate)
    assert isinstance(value, tuple | list)
    flags = {True: "true", False: "false"}
    texts = [flags[v] if isinstance(v, bool) else v for v in value if isinstance(v, str | bool)]
    numbers = [v for v in value if not isinstance(v, str | bool)]
    left, one = _compared(f"f.{family.value}", Predicate("", "in", tuple(texts)))
    right, two = _compared(f"f.{family.number}", Predicate("", "in", tuple(numbers)))
    return f"({left} OR {right})", [*one, *two]


def _compared(column: str, predicate: Predicate) -> tuple[str, list[Any]]:
    value = predicate.value
    if predicate.op == "in":
        assert isinstance(value, tuple | list)
        if not value:
            return "1 = 0", []
        return f"{column} IN ({', '.join('?' * len(value))})", list(value)
    if predicate.op == "contains":
        return f"instr(lower({column}), ?) > 0", [str(value).translate(_LOWER)]
    return f"{column} {_SIGNS[predicate.op]} ?", [value]


def _members(family: Family, listing: Listing) -> str:
    source = f"{family.table} AS f WHERE {_owned(family, listing)} AND f.name = ?"
    return f"SELECT 1 FROM {source}"  # noqa: S608 - the same


def _owned(family: Family, listing: Listing) -> str:
    return f"{family.fixed}f.{family.owner} = {listing.key}"


def _column(listing: Listing, field: str) -> str:
    return listing.names[field]
