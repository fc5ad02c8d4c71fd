"""A store by where it is: a file is SQLite, a ``postgresql://`` URL is PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from headrace.errors import InvalidRequest
from headrace.store.port import Store
from headrace.store.sqlite import SqliteStore

_POSTGRES = ("postgresql://", "postgres://")


def open_store(place: str | Path) -> Store:
    """Open the store, making or migrating its tables as needed.

    Args:
        place: The path of a file, or the URL of a PostgreSQL database, which needs the extra
            ``postgres``.

    Raises:
        InfrastructureError: It cannot be used.
        InvalidRequest: The URL is of no database that there is a store for.
    """
    if isinstance(place, str) and place.startswith(_POSTGRES):
        return _open_postgres(place)
    if isinstance(place, str) and "://" in place:
        scheme = place.partition("://")[0]
        raise InvalidRequest(
            f"there is no store for {scheme}:// databases",
            hint="give the path of a file, or postgresql://user@host:5432/database",
        )
    return SqliteStore.open(Path(place))


def _open_postgres(url: str) -> Store:
    try:
        from headrace.store.postgres import PostgresStore
    except ImportError as error:
        raise InvalidRequest(
            f"PostgreSQL needs a package that is not installed: {error.name}",
            hint="pip install 'headrace[postgres]'",
        ) from error
    return PostgresStore.open(url)
