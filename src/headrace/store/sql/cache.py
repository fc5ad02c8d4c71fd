"""Cache entries in the SQL store."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from headrace.engine.attempts import Outputs
from headrace.store.paging import checked_limit
from headrace.store.records import CacheEntry
from headrace.store.sql.connection import Connection, Database, reads, writes
from headrace.store.sql.queries import load
from headrace.store.sql.values import Column

_SQL = load("cache")
_FIELDS: Column[dict[str, str]] = Column(dict[str, str])
_OUTPUTS: Column[Outputs] = Column(Outputs)


class SqlCache:
    """``CacheStore`` over a database."""

    _db: Database

    def cache_entry(self, key: str, namespace: str = "") -> CacheEntry | None:
        """Return the entry with this key."""
        return next(iter(self._select("entry", (namespace, key))), None)

    def nearest_cache_entry(
        self, *, pipeline: str, path: str, component: str, namespace: str = ""
    ) -> CacheEntry | None:
        """Return what to compare a miss with."""
        found = self._select("nearest_by_task", (namespace, pipeline, path))
        if not found:
            found = self._select("nearest_by_component", (namespace, component))
        return next(iter(found), None)

    def cache_entries(self, namespace: str = "", *, limit: int = 1000) -> list[CacheEntry]:
        """Return entries, the newest first."""
        return self._select("entries", (namespace, checked_limit(limit)))

    @writes
    def remove_cache_entries(
        self,
        connection: Connection,
        namespace: str = "",
        *,
        keys: Collection[str] | None = None,
        pipeline: str | None = None,
        before: float | None = None,
    ) -> int:
        """Remove the entries that fit all that is given; return how many."""
        named = {
            "namespace": namespace,
            "keys": None if keys is None else json.dumps(list(keys)),
            "pipeline": pipeline,
            "before": before,
        }
        return connection.execute(_SQL["remove"], named).rowcount

    @reads
    def _select(
        self, connection: Connection, block: str, values: tuple[Any, ...]
    ) -> list[CacheEntry]:
        rows = connection.execute(_SQL["entry_columns"] + " " + _SQL[block], values).fetchall()
        return [_entry(row, connection) for row in rows]


def _entry(row: Sequence[Any], connection: Connection) -> CacheEntry:
    return CacheEntry(
        namespace=row[0],
        key=row[1],
        run_id=row[2],
        pipeline=row[3],
        path=row[4],
        component=row[5],
        fields=_FIELDS.read(row[6], connection),
        outputs=_OUTPUTS.read(row[7], connection),
        created_at=row[8],
    )
