"""What people change of runs in the SQL store: names, the archive, and removing them for good."""

from __future__ import annotations

import time
from collections.abc import Mapping

import msgspec

from headrace.errors import Conflict, NotFound
from headrace.store.records import ENDED, Experiment, Run
from headrace.store.sql import rows
from headrace.store.sql.catalog import experiment_of, replace_tags
from headrace.store.sql.connection import Connection, Database, writes
from headrace.store.sql.queries import load
from headrace.store.sql.recurring import disable_schedules
from headrace.store.sql.values import to_json

_SQL = load("tidying")
_READS = load("reads")
_RUN = f"{_READS['run_columns']} {_READS['run_source']} {_READS['run']}"
_UNUSED_S = 3600.0
_TABLES = (
    "leases",
    "journal",
    "requests",
    "tasks",
    "attempts",
    "uses",
    "artifacts",
    "metrics",
    "events",
    "cache_entries",
    "parameters",
    "document_uses",
)


class SqlTidying:
    """``TidyingStore`` over a database, and the archive of experiments."""

    _db: Database

    @writes
    def update_run(
        self,
        connection: Connection,
        run_id: str,
        *,
        display_name: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Run:
        """Change what is given; return the run as it is then."""
        old = _run(connection, run_id)
        new = msgspec.structs.replace(
            old,
            display_name=old.display_name if display_name is None else display_name,
            description=old.description if description is None else description,
            tags=old.tags if tags is None else dict(tags),
        )
        named = {
            "run": new.position,
            "display_name": new.display_name,
            "description": new.description,
            "tags": to_json(new.tags),
        }
        connection.execute(_SQL["update_run"], named)
        replace_tags(connection, "run", new.position, new.tags)
        return new

    @writes
    def set_run_archived(self, connection: Connection, run_id: str, archived: bool) -> Run:
        """Archive a run, or restore it."""
        run = _run(connection, run_id)
        if not archived and _is_archived(connection, run.experiment):
            raise Conflict(
                f"run {run_id} belongs to an archived experiment", hint="restore that first"
            )
        connection.execute(_SQL["archive_run"], (archived, run.position))
        return msgspec.structs.replace(run, archived=archived)

    @writes
    def set_experiment_archived(
        self, connection: Connection, experiment_id: str, archived: bool, *, now: float
    ) -> Experiment:
        """Archive an experiment with its runs and disable its schedules, or restore it alone."""
        old = experiment_of(connection, experiment_id)
        connection.execute(_SQL["archive_experiment"], (archived, experiment_id))
        if archived:
            named = {"experiment": experiment_id, "namespace": old.namespace}
            connection.execute(_SQL["archive_runs_of_experiment"], named)
            disable_schedules(connection, experiment_id, now)
        return msgspec.structs.replace(old, archived=archived)

    @writes
    def remove_run(self, connection: Connection, run_id: str) -> None:
        """Remove a run that has ended, with all that belongs to it and to no other."""
        connection.execute(_SQL["locked"], (run_id,))
        run = _run(connection, run_id)
        if run.state not in ENDED:
            raise Conflict(f"run {run_id} is {run.state}", hint="cancel it and wait for its end")
        key = run.position
        _hand_over_artifacts(connection, key)
        digests = connection.execute(_SQL["documents_of_run"], {"run": key}).fetchall()
        for table in _TABLES:
            connection.execute(_SQL[f"remove_{table}"], (key,))
        replace_tags(connection, "run", key, {})
        connection.execute(_SQL["remove_run"], (key,))
        before = time.time() - _UNUSED_S
        gone = [{"digest": digest, "before": before} for (digest,) in digests]
        connection.executemany(_SQL["remove_document"], gone)

    @writes
    def sweep_documents(self, connection: Connection, *, unused_s: float = _UNUSED_S) -> int:
        """Remove documents that nothing refers to; return how many."""
        before = time.time() - unused_s
        return connection.execute(_SQL["sweep_documents"], {"before": before}).rowcount


def _run(connection: Connection, run_id: str) -> Run:
    row = connection.execute(_RUN, {"run_id": run_id, "namespace": None}).fetchone()
    if row is None:
        raise NotFound(f"there is no run {run_id}")
    return rows.run(row, connection)


def _is_archived(connection: Connection, experiment_id: str) -> bool:
    try:
        return experiment_of(connection, experiment_id).archived
    except NotFound:
        return False


def _hand_over_artifacts(connection: Connection, key: int) -> None:
    """Give artifacts that other runs use to the oldest of those."""
    shared = connection.execute(_SQL["used_elsewhere"], {"run": key}).fetchall()
    for artifact_id, heir in shared:
        path = connection.execute(_SQL["use_path"], (artifact_id, heir)).fetchone()[0]
        connection.execute(_SQL["hand_over_artifact"], (heir, path, artifact_id))
        connection.execute(_SQL["keep_metadata"], (artifact_id,))
