"""What people read of the SQLite store; each method sees one state of the database."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from typing import Any

from headrace.engine.attempts import Artifact, Failure, Inputs, Outputs, Usage
from headrace.errors import InvalidRequest, NotFound
from headrace.store.paging import Place, checked_limit, read_token, write_token
from headrace.store.port import Page, RunFilter
from headrace.store.records import Attempt, HistoryEntry, Metric, Run, StoredArtifact, TaskRun, Use
from headrace.store.sql.queries import load
from headrace.store.sql.runs import run_key
from headrace.store.sql.values import Column, read_document
from headrace.store.sqlite.database import Database

_SQL = load("reads")
_OBJECT: Column[dict[str, Any]] = Column(dict[str, Any])
_TEXTS: Column[dict[str, str]] = Column(dict[str, str])
_INPUTS: Column[Inputs] = Column(Inputs)
_OUTPUTS: Column[Outputs] = Column(Outputs)
_FAILURE: Column[Failure] = Column(Failure)
_USAGE: Column[Usage] = Column(Usage)


class SqliteReads:
    """``ReadStore`` over a database."""

    _db: Database

    def run(self, run_id: str, namespace: str | None = None) -> Run:
        """Return the run with this id, or the only one whose id begins so."""
        named = {
            "run_id": run_id,
            "prefix": run_id,
            "after": run_id + "\U0010ffff",
            "namespace": namespace,
        }
        with self._db.read() as connection:
            rows = connection.execute(_SQL["run_columns"] + " " + _SQL["run"], named).fetchall()
            if not rows and run_id:
                sql = _SQL["run_columns"] + " " + _SQL["run_by_prefix"]
                rows = connection.execute(sql, named).fetchall()
            if len(rows) > 1:
                found = ", ".join(row[0] for row in rows)
                raise InvalidRequest(
                    f"several runs begin with {run_id}: {found}", hint="give more of the id"
                )
            if not rows:
                raise NotFound(f"there is no run {run_id}", hint="`headrace runs` lists them")
            return _run(rows[0], connection)

    def runs(
        self, where: RunFilter | None = None, *, limit: int = 50, page_token: str | None = None
    ) -> Page[Run]:
        """Return runs, the newest first."""
        where = where or RunFilter()
        limit = checked_limit(limit)
        sql, values = _list_query(where, _place(where, page_token))
        with self._db.read() as connection:
            rows = connection.execute(sql, (*values, limit + 1)).fetchall()
            found = tuple(_run(row, connection) for row in rows[:limit])
        if len(rows) <= limit:
            return Page(items=found)
        last = Place(0, (found[-1].created_at, found[-1].position))
        return Page(items=found, next_token=write_token(last, "runs", where.query()))

    def tasks(self, run_id: str) -> list[TaskRun]:
        """Return the task runs in the order in which they came into being."""
        with self._db.read() as connection:
            rows = connection.execute(_SQL["tasks"], (run_key(connection, run_id),))
            return [_task_run(run_id, row, connection) for row in rows.fetchall()]

    def attempts(self, run_id: str, path: str | None = None) -> list[Attempt]:
        """Return the attempts, of one task or all, by path and number."""
        sql = _SQL["attempts" if path is None else "attempts_of"]
        with self._db.read() as connection:
            named = {"run": run_key(connection, run_id), "path": path}
            rows = connection.execute(sql, named).fetchall()
            return [_attempt(run_id, row, connection) for row in rows]

    def artifacts(self, run_id: str) -> list[StoredArtifact]:
        """Return the artifacts that the run made, in order."""
        with self._db.read() as connection:
            rows = connection.execute(_SQL["artifacts"], (run_key(connection, run_id),))
            return [_stored_artifact(row, connection) for row in rows.fetchall()]

    def artifact(self, artifact_id: str, namespace: str | None = None) -> StoredArtifact:
        """Return the artifact."""
        named = {"artifact_id": artifact_id, "namespace": namespace}
        with self._db.read() as connection:
            row = connection.execute(_SQL["artifact"], named).fetchone()
            if row is None:
                raise NotFound(f"there is no artifact {artifact_id}")
            return _stored_artifact(row, connection)

    def artifact_uris(self) -> list[str]:
        """Return the URIs of all artifacts of all runs."""
        with self._db.read() as connection:
            return [uri for (uri,) in connection.execute(_SQL["artifact_uris"])]

    def uses(
        self,
        *,
        run_id: str | None = None,
        artifact_id: str | None = None,
        namespace: str | None = None,
    ) -> list[Use]:
        """Return the lineage of a run, of an artifact over all runs, or of both."""
        if run_id is None and artifact_id is None:
            raise InvalidRequest("the lineage of what?", hint="name a run or an artifact")
        with self._db.read() as connection:
            named: dict[str, Any] = {"artifact_id": artifact_id, "namespace": namespace}
            if run_id is not None:
                named["run"] = run_key(connection, run_id)
            sql = _SQL["uses_of_artifact" if run_id is None else "uses_of_run"]
            rows = connection.execute(sql, named)
            return [
                Use(run_id=run, path=path, role=role, name=name, artifact_id=artifact)
                for run, path, role, name, artifact in rows
            ]

    def metrics(self, run_id: str) -> list[Metric]:
        """Return the run's metrics by path, artifact and name."""
        with self._db.read() as connection:
            rows = connection.execute(_SQL["metrics"], (run_key(connection, run_id),))
            return [
                Metric(
                    run_id=run_id,
                    path=path,
                    artifact=artifact,
                    name=name,
                    # SQLite has no NaN and keeps NULL in its place.
                    value=math.nan if value is None else value,
                )
                for path, artifact, name, value in rows
            ]

    def events(
        self,
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
        sql = _SQL["events" if run_id is None else "events_of"]
        with self._db.read() as connection:
            if run_id is not None:
                named["run"] = run_key(connection, run_id)
            return [
                HistoryEntry(
                    id=id_,
                    run_id=run,
                    at=at,
                    kind=kind,
                    path=path,
                    message=message,
                    data=_OBJECT.read_or_none(data, connection) or {},
                )
                for id_, run, at, kind, path, message, data in connection.execute(sql, named)
            ]

    def document(self, digest: str) -> bytes:
        """Return a stored IR document."""
        with self._db.read() as connection:
            body = read_document(connection, digest)
        if body is None:
            raise NotFound(f"there is no document {digest}")
        return body


def _place(where, page_token):
    place = read_token("runs", where.query(page_token=page_token))
    from headrace.store.paging import checked_place

    return place and checked_place(place, [(float, int)])


def _list_query(where: RunFilter, after: Place | None) -> tuple[str, list[Any]]:
    """Return the query for a page of runs and its values; the limit is its last value."""
    clauses: list[str] = []
    values: list[Any] = []
    for column, value in (
        ("namespace", where.namespace),
        ("state", where.state),
        ("pipeline", where.pipeline),
        ("experiment", where.experiment),
    ):
        if value is not None:
            clauses.append(f"{column} = ?")
            values.append(value)
    if where.text:
        clauses.append(
            "instr(lower(run_id || char(10) || display_name || char(10) || pipeline), lower(?))"
        )
        values.append(where.text)
    if after is not None:
        clauses.append("(created_at, id) < (?, ?)")
        values.extend(after.key)
    condition = f"WHERE {' AND '.join(clauses)} " if clauses else ""
    sql = f"{_SQL['run_columns']} {condition}ORDER BY created_at DESC, id DESC LIMIT ?"
    return sql, values


def _run(row: Sequence[Any], connection: sqlite3.Connection) -> Run:
    return Run(
        run_id=row[0],
        position=row[1],
        namespace=row[2],
        pipeline=row[3],
        display_name=row[4],
        experiment=row[5],
        source=row[6],
        document=row[7],
        options=_OBJECT.read(row[8], connection),
        state=row[9],
        created_at=row[10],
        started_at=row[11],
        finished_at=row[12],
        outputs=_OUTPUTS.read_or_none(row[13], connection),
        error=row[14],
    )


def _task_run(run_id: str, row: Sequence[Any], connection: sqlite3.Connection) -> TaskRun:
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


def _attempt(run_id: str, row: Sequence[Any], connection: sqlite3.Connection) -> Attempt:
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


def _stored_artifact(row: Sequence[Any], connection: sqlite3.Connection) -> StoredArtifact:
    return StoredArtifact(
        artifact=Artifact(
            id=row[0],
            name=row[4],
            schema_title=row[5],
            schema_version=row[6],
            uri=row[7],
            digest=row[8],
            size=row[9],
            metadata=_OBJECT.read(row[10], connection),
            custom_path=row[11],
        ),
        run_id=row[1],
        path=row[2],
        attempt=row[3],
        created_at=row[12],
    )
