"""Rows of the catalog as records, and records as values of a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from headrace.store.records import Experiment, Pipeline, PipelineVersion, RecurringRun, Trigger
from headrace.store.sql.connection import Connection
from headrace.store.sql.values import Column, to_json

_TEXTS: Column[dict[str, str]] = Column(dict[str, str])
_OBJECT: Column[dict[str, Any]] = Column(dict[str, Any])
_TRIGGER: Column[Trigger] = Column(Trigger)


def pipeline(row: Sequence[Any], connection: Connection) -> Pipeline:
    """Return the pipeline of ``pipeline_columns``."""
    return Pipeline(
        id=row[0],
        namespace=row[1],
        name=row[2],
        created_at=row[3],
        display_name=row[4],
        description=row[5],
        tags=_TEXTS.read(row[6], connection),
    )


def version(row: Sequence[Any], connection: Connection) -> PipelineVersion:
    """Return the version of ``version_columns``."""
    return PipelineVersion(
        id=row[0],
        pipeline_id=row[1],
        name=row[2],
        document=row[3],
        created_at=row[4],
        display_name=row[5],
        description=row[6],
        source=row[7],
        code_source_url=row[8],
        package_url=row[9],
        tags=_TEXTS.read(row[10], connection),
    )


def experiment(row: Sequence[Any], _connection: Connection) -> Experiment:
    """Return the experiment of ``experiment_columns``."""
    return Experiment(
        id=row[0],
        namespace=row[1],
        name=row[2],
        created_at=row[3],
        display_name=row[4],
        description=row[5],
        archived=bool(row[6]),
        last_run_created_at=row[7],
    )


def recurring_run(row: Sequence[Any], connection: Connection) -> RecurringRun:
    """Return the recurring run of ``recurring.columns``."""
    return RecurringRun(
        id=row[0],
        namespace=row[1],
        experiment=row[2],
        display_name=row[3],
        created_at=row[4],
        updated_at=row[5],
        trigger=_TRIGGER.read(row[6], connection),
        description=row[7],
        pipeline_id=row[8],
        version_id=row[9],
        document=row[10],
        parameters=_OBJECT.read(row[11], connection),
        pipeline_root=row[12],
        service_account=row[13],
        max_concurrency=row[14],
        enabled=bool(row[15]),
        catchup=bool(row[16]),
        options=_OBJECT.read(row[17], connection),
        created_by=row[18],
        last_tick_at=row[19],
        next_tick_at=row[20],
        ticks=row[21],
        error=row[22],
    )


def values_of(record: msgspec.Struct, *json: str) -> dict[str, Any]:
    """Return a record's fields as values of a row, those named as JSON."""
    values = msgspec.structs.asdict(record)
    return values | {name: to_json(values[name]) for name in json}
