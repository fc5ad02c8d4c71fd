"""The run store in PostgreSQL: many servers and controllers on one database.

Needs the extra ``postgres``; nothing of it is imported before it is used.
"""

from __future__ import annotations

from headrace.store.postgres.store import PostgresStore

__all__ = ["PostgresStore"]
