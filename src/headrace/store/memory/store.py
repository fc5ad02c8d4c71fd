"""The memory store as a whole."""

from __future__ import annotations

from pathlib import Path

from headrace.errors import InvalidRequest
from headrace.store.memory.cache import MemoryCache
from headrace.store.memory.reads import MemoryReads
from headrace.store.memory.tenancy import MemoryDelivery
from headrace.store.memory.tidying import MemoryRecurring, MemoryTidying


class MemoryStore(MemoryRecurring, MemoryReads, MemoryCache, MemoryTidying, MemoryDelivery):
    """``Store`` in dictionaries; it is gone with the process.

    Example:
        >>> MemoryStore().unfinished_runs()
        []
    """

    def backup(self, path: Path) -> None:
        """Refuse: there is no file to copy."""
        raise InvalidRequest(f"a store in memory cannot be copied to {path}")

    def close(self) -> None:
        """Do nothing: what others still read stays readable."""
