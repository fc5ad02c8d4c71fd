"""What the SQL store needs of a database: connections inside transactions, and nothing else.

Statements have the placeholders of SQLite, ``?`` and ``:name``; a database that knows others
translates them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")
_S = TypeVar("_S", bound="OnDatabase")

Values = Sequence[Any] | Mapping[str, Any]


class DamagedValue(Exception):
    """A stored value refers to what is not there."""


class Cursor(Protocol):
    """The rows of a statement, and how many it changed."""

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        ...

    def fetchone(self) -> Any:
        """Return the next row, or None."""
        ...

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A connection in a transaction."""

    def execute(self, sql: str, parameters: Any = ..., /) -> Cursor:
        """Run a statement."""
        ...

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> object:
        """Run a statement for each row of values."""
        ...


class Database(Protocol):
    """Transactions; what is done in one may be done again from its beginning."""

    def writing(self, work: Callable[[Connection], _T]) -> _T:
        """Do the work in a transaction that is committed at the end, or not at all."""
        ...

    def reading(self, work: Callable[[Connection], _T]) -> _T:
        """Do the work on one state of the database."""
        ...

    def data_version(self) -> int:
        """Return a number that changes with each commit, whoever made it."""
        ...


class OnDatabase(Protocol):
    """Has a database."""

    _db: Database


def writes(
    method: Callable[Concatenate[_S, Connection, _P], _T],
) -> Callable[Concatenate[_S, _P], _T]:
    """Give the method the connection of a transaction that is committed when it returns.

    It may be called again from its beginning when the transaction has to be; so it changes nothing
    but the database.
    """

    @wraps(method)
    def whole(self: _S, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        return self._db.writing(  # pyright: ignore[reportPrivateUsage]
            lambda connection: method(self, connection, *args, **kwargs)
        )

    return whole


def reads(
    method: Callable[Concatenate[_S, Connection, _P], _T],
) -> Callable[Concatenate[_S, _P], _T]:
    """Give the method a connection that sees one state of the database throughout."""

    @wraps(method)
    def whole(self: _S, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        return self._db.reading(  # pyright: ignore[reportPrivateUsage]
            lambda connection: method(self, connection, *args, **kwargs)
        )

    return whole
