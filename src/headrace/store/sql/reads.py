"""What people read of runs in the SQL store; each method sees one state of the database."""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from typing import Any

from headrace.errors import InvalidRequest, NotFound
from headrace.store.paging import checked_limit
from headrace.store.query import Page, Query, RunFilter
from headrace.store.records import Attempt, HistoryEntry, Metric, Run, StoredArtifact, TaskRun, Use
from headrace.store.sql import listings, rows
from headrace.store.sql.connection import Connection, Database, reads
from headrace.store.sql.finding import find
from headrace.store.sql.queries import load
from headrace.store.sql.runs import run_key
from headrace.store.sql.values import read_document

_SQL = load("reads")
_RUNS = f"{_SQL['run_columns']} {_SQL['run_source']}"
_MANY = 200
_ARTIFACTS = f"{_SQL['artifact_columns']} {_SQL['artifact_source']}"


class SqlReads:
    """``ReadStore`` over a database."""

    _db: Database

    @reads
    def run(self, connection: Connection, run_id: str, namespace: str | None = None) -> Run:
        """Return the run with this id, or the only one whose id begins so."""
        named = {"run_id": run_id, "namespace": namespace}
        found = connection.execute(f"{_RUNS} {_SQL['run']}", named).fetchall()
        if not found and run_id:
            prefix = {"prefix": run_id, "after": run_id + "\U0010ffff", "namespace": namespace}
            found = connection.execute(f"{_RUNS} {_SQL['run_by_prefix']}", prefix).fetchall()
        if len(found) > 1:
            some = ", ".join(row[0] for row in found)
            raise InvalidRequest(
                f"several runs begin with {run_id}: {some}", hint="give more of the id"
            )
        if not found:
            raise NotFound(f"there is no run {run_id}", hint="`headrace runs` lists them")
        return rows.run(found[0], connection)

    def runs(
        self, where: RunFilter | None = None, *, limit: int = 50, page_token: str | None = None
    ) -> Page[Run]:
        """Return runs, the newest first: ``find_runs`` in few words."""
        return self.find_runs((where or RunFilter()).query(limit=limit, page_token=page_token))

    @reads
    def find_runs(self, connection: Connection, query: Query) -> Page[Run]:
        """Return the runs that fit, in the order asked for."""
        return find(connection, listings.RUNS, query)

    @reads
    def tasks(
        self, connection: Connection, run_id: str, paths: Collection[str] | None = None
    ) -> list[TaskRun]:
        """Return the task runs, all or some, in the order in which they came into being."""
        key = run_key(connection, run_id)
        if paths is None or len(paths) > _MANY:
            found = connection.execute(_SQL["tasks"], (key,)).fetchall()
        else:
            found = [
                row
                for path in set(paths)
                for row in connection.execute(_SQL["task_at"], (key, path)).fetchall()
            ]
            found.sort(key=lambda row: row[-1])
        wanted = None if paths is None else frozenset(paths)
        tasks = (rows.task_run(run_id, row, connection) for row in found)
        return [task for task in tasks if wanted is None or task.path in wanted]

    @reads
    def attempts(
        self, connection: Connection, run_id: str, path: str | None = None
    ) -> list[Attempt]:
        """Return the attempts, of one task or all, by path and number."""
        named: dict[str, Any] = {"run": run_key(connection, run_id)}
        if path is not None:
            named["path"] = path
        sql = _SQL["attempts" if path is None else "attempts_of"]
        found = connection.execute(sql, named).fetchall()
        return [rows.attempt(run_id, row, connection) for row in found]

    @reads
    def artifacts(self, connection: Connection, run_id: str) -> list[StoredArtifact]:
        """Return the artifacts that the run made, in order."""
        sql = f"{_ARTIFACTS} {_SQL['artifacts']}"
        found = connection.execute(sql, (run_key(connection, run_id),)).fetchall()
        return [rows.stored_artifact(row, connection) for row in found]

    @reads
    def find_artifacts(self, connection: Connection, query: Query) -> Page[StoredArtifact]:
        """Return the artifacts of all runs that fit, in the order asked for."""
        return find(connection, listings.ARTIFACTS, query)

    @reads
    def artifact(
        self, connection: Connection, artifact_id: str, namespace: str | None = None
    ) -> StoredArtifact:
        """Return the artifact."""
        named = {"artifact_id": artifact_id, "namespace": namespace}
        row = connection.execute(f"{_ARTIFACTS} {_SQL['artifact']}", named).fetchone()
        if row is None:
            raise NotFound(f"there is no artifact {artifact_id}")
        return rows.stored_artifact(row, connection)

    @reads
    def artifact_uris(self, connection: Connection) -> list[str]:
        """Return the URIs of all artifacts of all runs."""
        return [uri for (uri,) in connection.execute(_SQL["artifact_uris"])]

    @reads
    def uses(
        self,
        connection: Connection,
        *,
        run_id: str | None = None,
        artifact_id: str | None = None,
        namespace: str | None = None,
    ) -> list[Use]:
        """Return the lineage of a run, of an artifact over all runs, or of both."""
        if run_id is None and artifact_id is None:
            raise InvalidRequest("the lineage of what?", hint="name a run or an artifact")
        named: dict[str, Any] = {"artifact_id": artifact_id, "namespace": namespace}
        if run_id is not None:
            named["run"] = run_key(connection, run_id)
        sql = _SQL["uses_of_artifact" if run_id is None else "uses_of_run"]
        return [
            Use(run_id=run, path=path, role=role, name=name, artifact_id=artifact)
            for run, path, role, name, artifact in connection.execute(sql, named)
        ]

    @reads
    def metrics(self, connection: Connection, run_id: str) -> list[Metric]:
        """Return the run's metrics by path, artifact and name."""
        found = connection.execute(_SQL["metrics"], (run_key(connection, run_id),))
        return [_metric(run_id, *row) for row in found]

    @reads
    def metrics_of(
        self, connection: Connection, run_ids: Collection[str]
    ) -> dict[str, list[Metric]]:
        """Return the metrics of several runs by run; runs without any are not in it."""
        found: dict[str, list[Metric]] = {}
        for row in connection.execute(_SQL["metrics_of"], (json.dumps(list(run_ids)),)):
            found.setdefault(row[0], []).append(_metric(*row))
        return found

    @reads
    def progress_of(
        self, connection: Connection, run_ids: Collection[str]
    ) -> dict[str, dict[str, int]]:
        """Return by run how many of its task runs are in which state."""
        found: dict[str, dict[str, int]] = {}
        sql = _SQL["progress_of"]
        for run_id, state, count in connection.execute(sql, (json.dumps(list(run_ids)),)):
            found.setdefault(run_id, {})[state] = count
        return found

    @reads
    def events(
        self,
        connection: Connection,
        after_id: int = 0,
        *,
        run_id: str | None = None,
        namespace: str | None = None,
        limit: int = 1000,
    ) -> list[HistoryEntry]:
        """Return the history after that entry, of one run or all, in order."""
        named: dict[str, Any] = {
            "after_id": after_id,
            "namespace": namespace,
            "limit": checked_limit(limit),
        }
        if run_id is not None:
            named["run"] = run_key(connection, run_id)
        sql = _SQL["events" if run_id is None else "events_of"]
        return [
            HistoryEntry(
                id=id_,
                run_id=run,
                at=at,
                kind=kind,
                path=path,
                message=message,
                data=rows.OBJECT.read_or_none(data, connection) or {},
            )
            for id_, run, at, kind, path, message, data in connection.execute(sql, named).fetchall()
        ]

    @reads
    def last_event_id(self, connection: Connection) -> int:
        """Return the id of the newest entry of the history of all runs; 0 when there is none."""
        return int(connection.execute(_SQL["last_event"]).fetchone()[0])

    @reads
    def document(self, connection: Connection, digest: str) -> bytes:
        """Return a stored IR document."""
        body = read_document(connection, digest)
        if body is None:
            raise NotFound(f"there is no document {digest}")
        return body


def _metric(run_id: str, path: str, artifact: str, name: str, value: float | None) -> Metric:
    number = math.nan if value is None else value
    return Metric(run_id=run_id, path=path, artifact=artifact, name=name, value=number)
