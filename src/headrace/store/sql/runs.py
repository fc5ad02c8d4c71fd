"""The controller's side of the SQLite store: creating, owning, committing and replaying runs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec

from headrace.engine.events import Event
from headrace.errors import AlreadyExists, InvariantViolation, NotFound
from headrace.store.port import DEFAULT_EXPERIMENT, Lease, LeaseLost, NewRun, RunBatch
from headrace.store.records import OpenRun, Request, Run
from headrace.store.sql.projection import Projection, RunKey
from headrace.store.sql.queries import load
from headrace.store.sql.values import Packer, to_json
from headrace.store.sqlite.database import Database

_SQL = load("runs")
_EVENT: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


class SqliteRuns:
    """``RunStore`` over a database."""

    _db: Database

    def create_run(self, run: NewRun) -> Run:
        """Store a pending run and the first event of its journal."""
        packer = Packer()
        submitted = run.submitted
        document = packer.add(run.document)
        with self._db.write() as connection:
            row = {
                "run_id": submitted.run_id,
                "namespace": submitted.namespace,
                "pipeline": run.pipeline,
                "display_name": submitted.run_name,
                "experiment": run.experiment,
                "source": run.source,
                "document": document,
                "options": packer.pack(run.options),
                "created_at": run.created_at,
            }
            packer.write(connection)
            inserted = connection.execute(_SQL["insert_run"], row).fetchone()
            if inserted is None:
                raise AlreadyExists(f"there is already a run {submitted.run_id}")
            key = inserted[0]
            connection.execute(_SQL["insert_lease"], (key,))
            journaled = (key, 1, run.created_at, to_json(submitted))
            connection.execute(_SQL["insert_journal"], journaled)
            if run.experiment == DEFAULT_EXPERIMENT:
                _add_default_experiment(connection, submitted.namespace, run.created_at)
        return Run(
            run_id=submitted.run_id,
            position=key,
            namespace=submitted.namespace,
            pipeline=run.pipeline,
            display_name=submitted.run_name,
            experiment=run.experiment,
            source=run.source,
            document=document,
            options=run.options,
            state="pending",
            created_at=run.created_at,
        )

    def claim(
        self,
        owner: str,
        *,
        now: float,
        lease_s: float,
        run_ids: Collection[str] | None = None,
        limit: int = 100,
        dead: Collection[str] = (),
    ) -> list[Lease]:
        """Take runs that nobody owns, the oldest first."""
        sql = _SQL["claimable" if run_ids is None else "claimable_of"]
        named = {
            "now": now,
            "dead": json.dumps(list(dead)),
            "limit": limit,
            "run_ids": json.dumps(list(run_ids or ())),
        }
        with self._db.read() as connection:
            # Waiting controllers ask again and again; without a find they need no write lock.
            if connection.execute(sql, named).fetchone() is None:
                return []
        with self._db.write() as connection:
            free = connection.execute(sql, named).fetchall()
            taken = [(owner, epoch + 1, now + lease_s, key) for key, _, epoch in free]
            connection.executemany(_SQL["take_lease"], taken)
        return [Lease(run_id=run_id, owner=owner, epoch=epoch + 1) for _, run_id, epoch in free]

    def renew(self, leases: Collection[Lease], *, now: float, lease_s: float) -> list[Lease]:
        """Prolong the leases; return those that are still held."""
        with self._db.write() as connection:
            return [
                lease
                for lease in leases
                if connection.execute(
                    _SQL["renew_lease"], (now + lease_s, lease.run_id, lease.owner, lease.epoch)
                ).rowcount
            ]

    def release(self, leases: Collection[Lease]) -> None:
        """Give the runs up; those that are no longer held are left alone."""
        rows = [(lease.run_id, lease.owner, lease.epoch) for lease in leases]
        with self._db.write() as connection:
            connection.executemany(_SQL["release_lease"], rows)

    def commit(self, batches: Sequence[RunBatch]) -> None:
        """Write all batches in one transaction, durably, or nothing."""
        with self._db.write() as connection:
            runs = _held_runs(connection, batches)
            projection = Projection()
            for batch in batches:
                run = runs[batch.lease.run_id]
                if _journal(connection, run.key, batch):
                    for change in batch.changes:
                        projection.add(run, batch.at, change)
            projection.write(connection)

    def journal(self, run_id: str, after_seq: int = 0) -> Iterator[tuple[float, Event]]:
        """Yield the events of the run after that place with their times, in order."""
        place = after_seq
        while True:
            with self._db.read() as connection:
                key = run_key(connection, run_id)
                rows = connection.execute(_SQL["journal"], (key, place)).fetchall()
                events = [(at, _EVENT.decode(event)) for _, at, event in rows]
            if not rows:
                return
            yield from events
            place = rows[-1][0]

    def unfinished_runs(self) -> list[OpenRun]:
        """Return the runs that have not ended, the oldest first."""
        with self._db.read() as connection:
            return [
                OpenRun(run_id=run_id, owner=owner, expires_at=expires_at)
                for run_id, owner, expires_at in connection.execute(_SQL["unfinished"])
            ]

    def send(self, run_id: str, kind: str, body: dict[str, Any], *, now: float) -> int:
        """Ask something of whoever owns the run; return the id of the request."""
        with self._db.write() as connection:
            row = (run_key(connection, run_id), kind, to_json(body), now)
            return connection.execute(_SQL["insert_request"], row).fetchone()[0]

    def take_requests(self, run_ids: Collection[str] | None = None) -> list[Request]:
        """Return what was asked and not yet carried out, in order."""
        with self._db.read() as connection:
            if run_ids is None:
                rows = connection.execute(_SQL["open_requests"])
            else:
                rows = connection.execute(_SQL["open_requests_of"], (json.dumps(list(run_ids)),))
            return [
                Request(id=id_, run_id=run_id, kind=kind, body=json.loads(body), created_at=at)
                for id_, run_id, kind, body, at in rows
            ]

    def data_version(self) -> int:
        """Return a number that changes when anyone, also another process, has written."""
        return self._db.data_version()


def run_key(connection: sqlite3.Connection, run_id: str) -> int:
    """Return the number that stands for a run in the tables.

    Raises:
        NotFound: There is no such run.
    """
    row = connection.execute(_SQL["run_key"], (run_id,)).fetchone()
    if row is None:
        raise NotFound(f"there is no run {run_id}")
    return row[0]


def _held_runs(connection: sqlite3.Connection, batches: Sequence[RunBatch]) -> dict[str, RunKey]:
    held: dict[str, RunKey] = {}
    lost: set[str] = set()
    for lease in {batch.lease for batch in batches}:
        row = connection.execute(_SQL["held"], (lease.run_id, lease.owner, lease.epoch)).fetchone()
        if row is None:
            lost.add(lease.run_id)
        else:
            held[lease.run_id] = RunKey(*row)
    if lost:
        raise LeaseLost(lost)
    return held


def _journal(connection: sqlite3.Connection, key: int, batch: RunBatch) -> bool:
    """Append the batch's events; return whether it is new, not the repetition of a commit."""
    last = 0
    if batch.events:
        last = connection.execute(_SQL["last_seq"], (key,)).fetchone()[0]
        if batch.first_seq is not None and batch.first_seq != last + 1:
            if batch.first_seq + len(batch.events) - 1 <= last:
                return False
            raise InvariantViolation(
                f"the journal of run {batch.lease.run_id} has {last} events, "
                f"the next cannot be number {batch.first_seq}"
            )
    rows = [
        (key, seq, at, to_json(event)) for seq, (at, event) in enumerate(batch.events, last + 1)
    ]
    connection.executemany(_SQL["insert_journal"], rows)
    consumed = [(batch.at, request, key) for request in batch.consumed]
    connection.executemany(_SQL["consume_request"], consumed)
    return True


def _add_default_experiment(connection: sqlite3.Connection, namespace: str, now: float) -> None:
    name = f"{namespace}/{DEFAULT_EXPERIMENT}" if namespace else DEFAULT_EXPERIMENT
    row = {"id": name, "namespace": namespace, "created_at": now}
    connection.execute(_SQL["insert_default_experiment"], row)
