"""The SQLite store as a whole."""

from __future__ import annotations

from pathlib import Path

from headrace.store.sql.store import SqlStore
from headrace.store.sqlite.database import Database


class SqliteStore(SqlStore):
    """``Store`` in one SQLite file.

    Args:
        database: The opened file; ``SqliteStore.open`` is the usual way.
    """

    _db: Database  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, database: Database) -> None:
        super().__init__(database)

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
