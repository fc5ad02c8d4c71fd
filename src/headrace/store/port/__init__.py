"""The protocols of the run store and the values that are written through them.

All methods are synchronous and may be called from any thread. They raise ``InfrastructureError``
when the store cannot be used; its ``retryable`` says whether the same call may succeed later. A
call that raises has written nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from headrace.store.port.catalog import CatalogStore, RecurringStore, TidyingStore
from headrace.store.port.reads import CacheStore, ReadStore
from headrace.store.port.runs import RunStore
from headrace.store.port.tenancy import DeliveryStore, TenancyStore
from headrace.store.port.values import (
    DEFAULT_EXPERIMENT,
    DEFAULT_EXPERIMENT_NAME,
    Lease,
    LeaseLost,
    NewRun,
    RunBatch,
    default_experiment_id,
)
from headrace.store.query import Page, Predicate, Query, RunFilter

__all__ = [
    "DEFAULT_EXPERIMENT",
    "DEFAULT_EXPERIMENT_NAME",
    "CacheStore",
    "CatalogStore",
    "DeliveryStore",
    "Lease",
    "LeaseLost",
    "NewRun",
    "Page",
    "Predicate",
    "Query",
    "ReadStore",
    "RecurringStore",
    "RunBatch",
    "RunFilter",
    "RunStore",
    "Store",
    "TenancyStore",
    "TidyingStore",
    "default_experiment_id",
]


class Store(
    RunStore,
    ReadStore,
    CacheStore,
    CatalogStore,
    TidyingStore,
    RecurringStore,
    TenancyStore,
    DeliveryStore,
    Protocol,
):
    """A whole store, as the composition root hands it out."""

    def backup(self, path: Path) -> None:
        """Write a consistent copy of the store to a new file, while others go on.

        Raises:
            AlreadyExists: There is a file.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections; the store cannot be used afterwards."""
        ...
