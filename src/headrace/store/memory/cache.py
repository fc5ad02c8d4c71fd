"""Cache entries in the memory store."""

from __future__ import annotations

from collections.abc import Collection

from headrace.store.memory.state import MemoryState
from headrace.store.paging import checked_limit
from headrace.store.records import CacheEntry


class MemoryCache(MemoryState):
    """``CacheStore`` in memory."""

    def cache_entry(self, key: str, namespace: str = "") -> CacheEntry | None:
        """Return the entry with this key."""
        with self._lock:
            return self._cache.get((namespace, key))

    def nearest_cache_entry(
        self, *, pipeline: str, path: str, component: str, namespace: str = ""
    ) -> CacheEntry | None:
        """Return what to compare a miss with."""
        entries = self._newest_entries(namespace)
        same_task = (e for e in entries if (e.pipeline, e.path) == (pipeline, path))
        same_component = (e for e in entries if e.component == component)
        return next(same_task, None) or next(same_component, None)

    def cache_entries(self, namespace: str = "", *, limit: int = 1000) -> list[CacheEntry]:
        """Return entries, the newest first."""
        return self._newest_entries(namespace)[: checked_limit(limit)]

    def remove_cache_entries(
        self,
        namespace: str = "",
        *,
        keys: Collection[str] | None = None,
        pipeline: str | None = None,
        before: float | None = None,
    ) -> int:
        """Remove the entries that fit all that is given; return how many."""
        with self._lock:
            gone = [
                entry
                for entry in self._newest_entries(namespace)
                if (keys is None or entry.key in keys)
                and pipeline in (None, entry.pipeline)
                and (before is None or entry.created_at < before)
            ]
            for entry in gone:
                del self._cache[namespace, entry.key]
            self._version += 1
            return len(gone)

    def _newest_entries(self, namespace: str) -> list[CacheEntry]:
        with self._lock:
            return [e for e in reversed(self._cache.values()) if e.namespace == namespace]
