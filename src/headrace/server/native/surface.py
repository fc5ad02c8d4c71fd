"""All endpoints of the native API, and the description of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from headrace.server.native import (
    artifacts,
    catalog,
    cluster,
    compare,
    drawing,
    events,
    insight,
    lineage,
    logs,
    me,
    recurring,
    rerun,
    runs,
)
from headrace.server.native.description import described, description_operation
from headrace.server.native.operations import Operation, Plain
from headrace.server.routing import Endpoint

OPERATIONS: tuple[Operation, ...] = (
    *me.OPERATIONS,
    *runs.OPERATIONS,
    *rerun.OPERATIONS,
    *logs.OPERATIONS,
    *drawing.OPERATIONS,
    *insight.OPERATIONS,
    *events.OPERATIONS,
    *artifacts.OPERATIONS,
    *lineage.OPERATIONS,
    *catalog.OPERATIONS,
    *recurring.OPERATIONS,
    *compare.OPERATIONS,
    *cluster.OPERATIONS,
)


def native_operations(others: Sequence[Operation] = ()) -> tuple[Operation, ...]:
    """Return the operations of the native API with the one that describes them.

    Args:
        others: Operations of other units below the same base, described with ours.
    """
    every: list[Operation] = [*OPERATIONS, *others]

    @cache
    def description(version: str) -> dict[str, Any]:
        return described(every, version=version)

    def now(asked: Plain) -> dict[str, Any]:
        return description(asked.services.settings.version)

    every.append(description_operation(now))
    return tuple(every)


def endpoints_of(operations: Iterable[Operation]) -> tuple[Endpoint, ...]:
    """Return the endpoints of operations."""
    return tuple(one.endpoint for one in operations)
