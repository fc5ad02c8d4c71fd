"""The run store in one SQLite file: a single writer, readers that never wait for it."""

from __future__ import annotations

from headrace.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
