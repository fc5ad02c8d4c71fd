"""What is asked of a list: which entries, in which order, which page of them.

Fields are named as people see them; ``fields`` says which there are and checks a query before any
store looks at it.
"""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

import msgspec

_T = TypeVar("_T")

Op = Literal["eq", "ne", "gt", "ge", "lt", "le", "in", "contains"]
Scalar = str | float | bool | None


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the values of a query."""


class Predicate(msgspec.Struct, frozen=True):
    """A condition on one field.

    Attributes:
        field: Such as ``state``, ``tag.team``, ``parameter.rate`` or ``metric.loss``.
        op: ``contains`` takes each character as it is and ignores the case of ASCII letters.
        value: What the field is compared with; a sequence for ``in``. None stands for "not there",
            with ``eq`` and ``ne`` alone. ``ne`` also fits what is not there.
    """

    field: str
    op: Op
    value: Scalar | tuple[str | float | bool, ...]


class Query(_Value, frozen=True):
    """Which entries of a list, in which order.

    Attributes:
        namespace: None means all of them.
        where: Conditions that all hold.
        sort: A field. Entries that do not have it come last, in either direction.
        limit: The most entries on the page.
        page_token: Where the page begins, as the page before says; it belongs to a query with the
            same namespace, conditions and order.
        total: Whether to count the entries of all pages.
    """

    namespace: str | None = None
    where: tuple[Predicate, ...] = ()
    sort: str = "created_at"
    descending: bool = True
    limit: int = 50
    page_token: str | None = None
    total: bool = False


class Page(_Value, Generic[_T], frozen=True):
    """Part of a list.

    Attributes:
        next_token: Opaque; None on the last page.
        total: How many entries all pages have, when that was asked for.
        total_is_exact: False when there are more than ``total``: counting stops somewhere, so that
            it costs the same however many there are.
    """

    items: tuple[_T, ...]
    next_token: str | None = None
    total: int | None = None
    total_is_exact: bool = True


class RunFilter(_Value, frozen=True):
    """Which runs to list; None does not filter.

    Attributes:
        text: Part of the run's id, display name or pipeline, in either case of ASCII letters.
    """

    namespace: str | None = None
    state: str | None = None
    pipeline: str | None = None
    experiment: str | None = None
    text: str | None = None

    def query(self, *, limit: int = 50, page_token: str | None = None) -> Query:
        """Return the query for these runs, the newest first."""
        equal = (
            ("state", self.state),
            ("pipeline", self.pipeline),
            ("experiment", self.experiment),
        )
        where = [Predicate(name, "eq", value) for name, value in equal if value is not None]
        if self.text:
            where.append(Predicate("text", "contains", self.text))
        return Query(
            namespace=self.namespace, where=tuple(where), limit=limit, page_token=page_token
        )
