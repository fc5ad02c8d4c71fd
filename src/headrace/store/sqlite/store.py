"""The SQLite store as a whole."""

from __future__ import annotations

from pathlib import Path

from headrace.store.sql.cache import SqliteCache
from headrace.store.sql.catalog import SqliteCatalog
from headrace.store.sql.reads import SqliteReads
from headrace.store.sql.runs import SqliteRuns
from headrace.store.sqlite.database import Database


class SqliteStore(SqliteRuns, SqliteReads, SqliteCache, SqliteCatalog):
    """``Store`` in one SQLite file.

    Args:
        database: The opened file; ``SqliteStore.open`` is the usual way.
    """

    def __init__(self, database: Database) -> None:
        self._db = database

    @classmethod
    def open(cls, path: Path) -> SqliteStore:
        """Open the store in this file, making or migrating it as needed.

        Raises:
            InfrastructureError: It cannot be used; a file of a newer version is not touched.
        """
        return cls(Database(path))

    def backup(self, path: Path) -> None:
        """Write a consistent copy of the store to a new file, while others go on."""
        self._db.backup(path)

    def close(self) -> None:
        """Let go of files and connections; the store cannot be used afterwards."""
        self._db.close()
