"""The run store in memory: for tests, simulations and runs that need not outlive the process.

It keeps the contract of the other back ends, in plain dictionaries, and is what they are compared
with.
"""

from __future__ import annotations

from headrace.store.memory.store import MemoryStore

__all__ = ["MemoryStore"]
