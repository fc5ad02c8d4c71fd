"""The controller's side of the SQL store: creating, owning, committing and replaying runs."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec

from headrace.engine.events import Event
from headrace.errors import AlreadyExists, InvariantViolation, NotFound
from headrace.store.port.values import Lease, LeaseLost, NewRun, RunBatch
from headrace.store.records import OpenRun, Request, Run
from headrace.store.sql.connection import Connection, Database, reads, writes
from headrace.store.sql.creating import insert_run
from headrace.store.sql.projection import Projection, RunKey
from headrace.store.sql.queries import load
from headrace.store.sql.values import to_json

_SQL = load("runs")
_EVENT: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


class SqlRuns:
    """``RunStore`` over a database."""

    _db: Database

    @writes
    def create_run(self, connection: Connection, run: NewRun) -> Run:
        """Store a pending run and the first event of its journal."""
        created = insert_run(connection, run)
        if created is None:
            raise AlreadyExists(f"there is already a run {run.submitted.run_id}")
        return created

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
        named = {"now": now, "dead": json.dumps(list(dead)), "limit": limit}
        if run_ids is not None:
            named["run_ids"] = json.dumps(list(run_ids))
        # Waiting controllers ask again and again; without a find they need no write lock.
        if not self._is_any(sql, named):
            return []
        return self._take(sql, named, owner, now + lease_s)

    @reads
    def _is_any(self, connection: Connection, sql: str, named: dict[str, Any]) -> bool:
        return connection.execute(sql, named).fetchone() is not None

    @writes
    def _take(
        self, connection: Connection, sql: str, named: dict[str, Any], owner: str, until: float
    ) -> list[Lease]:
        free = connection.execute(sql, named).fetchall()
        taken = [(owner, epoch + 1, until, key) for key, _, epoch in free]
        connection.executemany(_SQL["take_lease"], taken)
        return [Lease(run_id=run_id, owner=owner, epoch=epoch + 1) for _, run_id, epoch in free]

    @writes
    def renew(
        self, connection: Connection, leases: Collection[Lease], *, now: float, lease_s: float
    ) -> list[Lease]:
        """Prolong the leases; return those that are still held."""
        return [
            lease
            for lease in leases
            if connection.execute(
                _SQL["renew_lease"], (now + lease_s, lease.run_id, lease.owner, lease.epoch)
            ).rowcount
        ]

    @writes
    def release(self, connection: Connection, leases: Collection[Lease]) -> None:
        """Give the runs up; those that are no longer held are left alone."""
        rows = [(lease.run_id, lease.owner, lease.epoch) for lease in leases]
        connection.executemany(_SQL["release_lease"], rows)

    @writes
    def commit(self, connection: Connection, batches: Sequence[RunBatch]) -> None:
        """Write all batches in one transaction, durably, or nothing."""
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
        while rows := self._journal_after(run_id, place):
            yield from ((at, event) for _, at, event in rows)
            place = rows[-1][0]

    @reads
    def _journal_after(
        self, connection: Connection, run_id: str, place: int
    ) -> list[tuple[int, float, Event]]:
        rows = connection.execute(_SQL["journal"], (run_key(connection, run_id), place)).fetchall()
        return [(seq, at, _EVENT.decode(event)) for seq, at, event in rows]

    @reads
    def unfinished_runs(self, connection: Connection) -> list[OpenRun]:
        """Return the runs that have not ended, the oldest first."""
        return [
            OpenRun(run_id=run_id, owner=owner, expires_at=expires_at)
            for run_id, owner, expires_at in connection.execute(_SQL["unfinished"])
        ]

    @writes
    def send(
        self, connection: Connection, run_id: str, kind: str, body: dict[str, Any], *, now: float
    ) -> int:
        """Ask something of whoever owns the run; return the id of the request."""
        row = (run_key(connection, run_id), kind, to_json(body), now)
        return connection.execute(_SQL["insert_request"], row).fetchone()[0]

    @reads
    def take_requests(
        self, connection: Connection, run_ids: Collection[str] | None = None
    ) -> list[Request]:
        """Return what was asked and not yet carried out, in order."""
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


def run_key(connection: Connection, run_id: str) -> int:
    """Return the number that stands for a run in the tables.

    Raises:
        NotFound: There is no such run.
    """
    row = connection.execute(_SQL["run_key"], (run_id,)).fetchone()
    if row is None:
        raise NotFound(f"there is no run {run_id}")
    return row[0]


def _held_runs(connection: Connection, batches: Sequence[RunBatch]) -> dict[str, RunKey]:
    held: dict[str, RunKey] = {}
    lost: set[str] = set()
    for lease in sorted({batch.lease for batch in batches}, key=lambda lease: lease.run_id):
        row = connection.execute(_SQL["held"], (lease.run_id, lease.owner, lease.epoch)).fetchone()
        if row is None:
            lost.add(lease.run_id)
        else:
            held[lease.run_id] = RunKey(*row)
    if lost:
        raise LeaseLost(lost)
    return held


def _journal(connection: Connection, key: int, batch: RunBatch) -> bool:
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
