"""The PostgreSQL store as a whole."""

from __future__ import annotations

from pathlib import Path

from headrace.errors import InvalidRequest
from headrace.store.postgres.database import Database
from headrace.store.sql.store import SqlStore


class PostgresStore(SqlStore):
    """``Store`` in one PostgreSQL database, which others may use at the same time.

    Args:
        database: The opened database; ``PostgresStore.open`` is the usual way.
    """

    _db: Database  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, database: Database) -> None:
        super().__init__(database)

    @classmethod
    def open(cls, url: str) -> PostgresStore:
        """Open the store at a ``postgresql://`` URL, making or migrating its tables as needed.

        Raises:
            InfrastructureError: It cannot be used; tables of a newer version are not touched.
            InvalidRequest: The URL is not one of PostgreSQL.
        """
        return cls(Database(url))

    def backup(self, path: Path) -> None:
        """Refuse: PostgreSQL has tools of its own for it."""
        raise InvalidRequest(
            f"a PostgreSQL database is not copied to {path}",
            hint="copy it with pg_dump, while others go on",
        )

    def close(self) -> None:
        """Let go of connections; the store cannot be used afterwards."""
        self._db.close()
