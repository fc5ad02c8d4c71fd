"""The migrations of the SQLite store, in ``steps/*.sql``."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from headrace.store.sql.queries import Migration, load_migrations

_DIRECTORY = Path(__file__).parent / "steps"


def migrations() -> tuple[Migration, ...]:
    """Return all migrations in order; the first makes version 1."""
    return load_migrations(_DIRECTORY, sqlite3.complete_statement)
