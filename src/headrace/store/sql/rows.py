"""Rows of runs and of what belongs to them, as records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headrace.engine.attempts import Artifact, Failure, Inputs, Outputs, Usage
from headrace.store.records import Attempt, Run, StoredArtifact, TaskRun
from headrace.store.sql.connection import Connection
from headrace.store.sql.values import Column

OBJECT: Column[dict[str, Any]] = Column(dict[str, Any])
_TEXTS: Column[dict[str, str]] = Column(dict[str, str])
_INPUTS: Column[Inputs] = Column(Inputs)
_OUTPUTS: Column[Outputs] = Column(Outputs)
_FAILURE: Column[Failure] = Column(Failure)
_USAGE: Column[Usage] = Column(Usage)


def run(row: Sequence[Any], connection: Connection) -> Run:
    """Return the run of ``run_columns``."""
    return Run(
        run_id=row[0],
        position=row[1],
        namespace=row[2],
        pipeline=row[3],
        display_name=row[4],
        experiment=row[5],
        source=row[6],
        document=row[7],
        options=OBJECT.read(row[8], connection),
        state=row[9],
        created_at=row[10],
        started_at=row[11],
        finished_at=row[12],
        outputs=_OUTPUTS.read_or_none(row[13], connection),
        error=row[14],
        description=row[15],
        archived=bool(row[16]),
        pipeline_id=row[17],
        version_id=row[18],
        recurring_run_id=row[19],
        scheduled_at=row[20],
        parameters=OBJECT.read(row[21], connection),
        pipeline_root=row[22],
        service_account=row[23],
        submitted_by=row[24],
        tags=_TEXTS.read(row[25], connection),
    )


def task_run(run_id: str, row: Sequence[Any], connection: Connection) -> TaskRun:
    """Return the task run of ``tasks``."""
    return TaskRun(
        run_id=run_id,
        path=row[0],
        parent=row[1],
        name=row[2],
        display_name=row[3],
        component=row[4],
        kind=row[5],
        state=row[6],
        reason=row[7],
        cached=bool(row[8]),
        cache_key=row[9],
        cache_fields=_TEXTS.read_or_none(row[10], connection) or {},
        cache_source=row[11],
        attempts=row[12],
        iteration=row[13],
        created_at=row[14],
        started_at=row[15],
        finished_at=row[16],
        inputs=_INPUTS.read_or_none(row[17], connection),
        outputs=_OUTPUTS.read_or_none(row[18], connection),
        error=_FAILURE.read_or_none(row[19], connection),
    )


def attempt(run_id: str, row: Sequence[Any], connection: Connection) -> Attempt:
    """Return the attempt of ``attempts``."""
    return Attempt(
        run_id=run_id,
        path=row[0],
        number=row[1],
        state=row[2],
        created_at=row[3],
        started_at=row[4],
        finished_at=row[5],
        where=row[6],
        error=_FAILURE.read_or_none(row[7], connection),
        usage=_USAGE.read_or_none(row[8], connection),
    )


def stored_artifact(row: Sequence[Any], connection: Connection) -> StoredArtifact:
    """Return the artifact of ``artifact_columns``."""
    return StoredArtifact(
        artifact=Artifact(
            id=row[0],
            name=row[4],
            schema_title=row[5],
            schema_version=row[6],
            uri=row[7],
            digest=row[8],
            size=row[9],
            metadata=OBJECT.read(row[10], connection),
            custom_path=row[11],
        ),
        run_id=row[1],
        path=row[2],
        attempt=row[3],
        created_at=row[12],
    )
