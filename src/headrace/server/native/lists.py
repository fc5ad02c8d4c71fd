"""What lists have in common: query strings that become queries of the store, and pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta
from starlette.requests import Request

from headrace.errors import InvalidRequest
from headrace.server.namespaces import named_namespace
from headrace.server.native.operations import Answer
from headrace.server.native.operations import Query as QueryString
from headrace.store.query import Page, Predicate, Query, Scalar

_Item = TypeVar("_Item")

Limit = Annotated[int, Meta(ge=1, le=1000)]
_LONGEST_FILTER = 16_384
_CONDITIONS: msgspec.json.Decoder[list[Predicate]] = msgspec.json.Decoder(list[Predicate])


class ListQuery(QueryString, frozen=True):
    """The query string of a list.

    Attributes:
        filter: JSON list of ``{field, op, value}``, which all hold.
        sort: A field; ``-`` in front of it sorts downwards.
        total: Whether to count the entries of all pages.
    """

    namespace: str | None = None
    text: str | None = None
    filter: str | None = None
    sort: str = "-created_at"
    limit: Limit = 50
    page_token: str | None = None
    total: Annotated[int, Meta(ge=0, le=1)] = 0


class Listed(Answer, Generic[_Item], frozen=True):
    """A page of a list; without ``next_token`` it is the last."""

    items: list[_Item]
    next_token: str | None = None
    total: int | None = None


def store_query(
    request: Request,
    asked: ListQuery,
    equal: Iterable[tuple[str, Scalar]] = (),
    text_field: str = "text",
) -> Query:
    """Return the query for the store; what has no value does not filter.

    Raises:
        InvalidRequest: The filter cannot be read, or a namespace must be named.
        NotFound: Whoever asks may not read in the namespace.
    """
    where = [Predicate(field, "eq", value) for field, value in equal if value is not None]
    if asked.text:
        where.append(Predicate(text_field, "contains", asked.text))
    where += _conditions(asked.filter)
    return Query(
        namespace=named_namespace(request, asked.namespace, "read"),
        where=tuple(where),
        sort=asked.sort.removeprefix("-"),
        descending=asked.sort.startswith("-"),
        limit=asked.limit,
        page_token=asked.page_token,
        total=bool(asked.total),
    )


def listed(page: Page[_Item]) -> Listed[_Item]:
    """Return a page of the store as an answer."""
    return Listed(items=list(page.items), next_token=page.next_token, total=page.total)


def _conditions(text: str | None) -> list[Predicate]:
    if not text:
        return []
    if len(text) > _LONGEST_FILTER:
        raise InvalidRequest(f"the filter is longer than {_LONGEST_FILTER} characters")
    try:
        return _CONDITIONS.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
        hint = 'write it as [{"field": "state", "op": "eq", "value": "failed"}]'
        raise InvalidRequest(f"the filter is not as expected: {error}", hint=hint) from error
