"""A new run as rows: the run, its lease, the beginning of its journal, and what it is found by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headrace.store.fields import searchable
from headrace.store.port.values import (
    DEFAULT_EXPERIMENT,
    DEFAULT_EXPERIMENT_NAME,
    NewRun,
    default_experiment_id,
)
from headrace.store.records import Run
from headrace.store.sql.connection import Connection
from headrace.store.sql.queries import load
from headrace.store.sql.values import Packer, named_documents, note_named, to_json

_SQL = load("runs")


def insert_run(connection: Connection, run: NewRun) -> Run | None:
    """Store a pending run; return it, or None when its id is taken."""
    submitted = run.submitted
    if connection.execute(_SQL["run_key"], (submitted.run_id,)).fetchone() is not None:
        return None
    packer = Packer()
    document = packer.add(run.document)
    options, parameters = packer.pack(run.options), packer.pack(submitted.parameters)
    packer.write(connection)
    experiment = run.experiment
    if experiment == DEFAULT_EXPERIMENT:
        experiment = ensure_default_experiment(connection, submitted.namespace, run.created_at)
    row = {
        "run_id": submitted.run_id,
        "namespace": submitted.namespace,
        "pipeline": run.pipeline,
        "display_name": submitted.run_name,
        "experiment": experiment,
        "source": run.source,
        "document": document,
        "options": options,
        "created_at": run.created_at,
        "description": run.description,
        "pipeline_id": run.pipeline_id,
        "version_id": run.version_id,
        "recurring_run_id": run.recurring_run_id,
        "scheduled_at": run.scheduled_at,
        "parameters": parameters,
        "pipeline_root": submitted.pipeline_root,
        "service_account": run.service_account,
        "submitted_by": run.submitted_by,
        "tags": to_json(run.tags),
    }
    inserted = connection.execute(_SQL["insert_run"], row).fetchone()
    if inserted is None:
        return None
    key = inserted[0]
    connection.execute(_SQL["insert_lease"], (key,))
    connection.execute(_SQL["insert_journal"], (key, 1, run.created_at, to_json(submitted)))
    _index(connection, key, run)
    note_named(connection, key, packer.digests | named_documents(run.options))
    return run.pending(position=key, experiment=experiment, document=document)


def ensure_default_experiment(connection: Connection, namespace: str, now: float) -> str:
    """Return the id of the namespace's default experiment, which is made if it is missing."""
    named = (namespace, DEFAULT_EXPERIMENT_NAME)
    row = connection.execute(_SQL["experiment_named"], named).fetchone()
    if row is None:
        id_ = default_experiment_id(namespace)
        new = {"id": id_, "namespace": namespace, "name": named[1], "created_at": now}
        connection.execute(_SQL["insert_default_experiment"], new)
        return id_
    id_, created_at = row
    if not created_at:
        # A migration made it, and knew no time.
        connection.execute(_SQL["date_experiment"], (now, id_))
    return id_


def put_tags(connection: Connection, kind: str, owner: int, tags: Mapping[str, str]) -> None:
    """Make the entry be found by these tags; it has none yet."""
    rows = [(kind, owner, name, value) for name, value in tags.items()]
    if rows:
        connection.executemany(_SQL["insert_tag"], rows)


def _index(connection: Connection, key: int, run: NewRun) -> None:
    put_tags(connection, "run", key, run.tags)
    rows: list[tuple[Any, ...]] = [
        (key, name, *searchable(value)) for name, value in run.submitted.parameters.items()
    ]
    if rows:
        connection.executemany(_SQL["insert_parameter"], rows)
