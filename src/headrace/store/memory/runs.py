"""The controller's side of the memory store."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import msgspec

from headrace.engine.events import Event
from headrace.errors import AlreadyExists, InvariantViolation
from headrace.store.memory.projection import MemoryProjection
from headrace.store.memory.state import RunRows
from headrace.store.port.values import DEFAULT_EXPERIMENT, Lease, LeaseLost, NewRun, RunBatch
from headrace.store.records import ENDED, OpenRun, Request, Run

_EVENT: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


class MemoryRuns(MemoryProjection):
    """``RunStore`` in memory."""

    def create_run(self, run: NewRun) -> Run:
        """Store a pending run and the first event of its journal."""
        with self._lock:
            created = self._insert_run(run)
            if created is None:
                raise AlreadyExists(f"there is already a run {run.submitted.run_id}")
            return created

    def _insert_run(self, run: NewRun) -> Run | None:
        submitted = run.submitted
        if submitted.run_id in self._runs:
            return None
        experiment = run.experiment
        if experiment == DEFAULT_EXPERIMENT:
            experiment = self._ensure_default_experiment(submitted.namespace, run.created_at)
        self._runs_made += 1
        created = run.pending(
            position=self._runs_made, experiment=experiment, document=self._keep(run.document)
        )
        journal = [(run.created_at, msgspec.json.encode(submitted))]
        self._runs[created.run_id] = RunRows(created, journal=journal)
        self._version += 1
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
        with self._lock:
            asked = {request.run_id for request in self._requests.values()}
            leases: list[Lease] = []
            for run_id, rows in self._runs.items():
                if run_ids is None:
                    wanted = rows.run.state not in ENDED or run_id in asked
                else:
                    wanted = run_id in run_ids
                free = not rows.owner or rows.expires_at <= now or rows.owner in dead
                if wanted and free and len(leases) < limit:
                    rows.owner, rows.expires_at = owner, now + lease_s
                    rows.epoch += 1
                    leases.append(Lease(run_id=run_id, owner=owner, epoch=rows.epoch))
            self._version += bool(leases)
            return leases

    def renew(self, leases: Collection[Lease], *, now: float, lease_s: float) -> list[Lease]:
        """Prolong the leases; return those that are still held."""
        with self._lock:
            held = [lease for lease in leases if self._is_held(lease)]
            for lease in held:
                self._runs[lease.run_id].expires_at = now + lease_s
            self._version += 1
            return held

    def release(self, leases: Collection[Lease]) -> None:
        """Give the runs up; those that are no longer held are left alone."""
        with self._lock:
            for lease in leases:
                if self._is_held(lease):
                    rows = self._runs[lease.run_id]
                    rows.owner, rows.expires_at = "", 0.0
            self._version += 1

    def commit(self, batches: Sequence[RunBatch]) -> None:
        """Write all batches, or nothing."""
        with self._lock:
            lost = {b.lease.run_id for b in batches if not self._is_held(b.lease)}
            if lost:
                raise LeaseLost(lost)
            new = self._new_batches(batches)
            for batch in new:
                journal = self._runs[batch.lease.run_id].journal
                journal.extend((at, msgspec.json.encode(e)) for at, e in batch.events)
                self._consume(batch)
            self._project(new)
            self._version += 1

    def journal(self, run_id: str, after_seq: int = 0) -> Iterator[tuple[float, Event]]:
        """Yield the events of the run after that place with their times, in order."""
        with self._lock:
            entries = self._rows(run_id).journal[after_seq:]
        for at, event in entries:
            yield at, _EVENT.decode(event)

    def unfinished_runs(self) -> list[OpenRun]:
        """Return the runs that have not ended, the oldest first."""
        with self._lock:
            return [
                OpenRun(run_id=run_id, owner=rows.owner, expires_at=rows.expires_at)
                for run_id, rows in self._runs.items()
                if rows.run.state not in ENDED
            ]

    def send(self, run_id: str, kind: str, body: dict[str, Any], *, now: float) -> int:
        """Ask something of whoever owns the run; return the id of the request."""
        with self._lock:
            self._rows(run_id)
            self._requests_made += 1
            self._requests[self._requests_made] = Request(
                id=self._requests_made, run_id=run_id, kind=kind, body=body, created_at=now
            )
            self._version += 1
            return self._requests_made

    def take_requests(self, run_ids: Collection[str] | None = None) -> list[Request]:
        """Return what was asked and not yet carried out, in order."""
        with self._lock:
            return [
                request
                for request in self._requests.values()
                if run_ids is None or request.run_id in run_ids
            ]

    def data_version(self) -> int:
        """Return a number that changes when anyone has written."""
        with self._lock:
            return self._version

    def _is_held(self, lease: Lease) -> bool:
        rows = self._runs.get(lease.run_id)
        return rows is not None and (rows.owner, rows.epoch) == (lease.owner, lease.epoch)

    def _consume(self, batch: RunBatch) -> None:
        for id_ in batch.consumed:
            if id_ in self._requests and self._requests[id_].run_id == batch.lease.run_id:
                del self._requests[id_]

    def _new_batches(self, batches: Sequence[RunBatch]) -> list[RunBatch]:
        """Leave out batches that are there already; check the places of the others."""
        lengths: dict[str, int] = {}
        new: list[RunBatch] = []
        for batch in batches:
            run_id = batch.lease.run_id
            last = lengths.get(run_id, len(self._runs[run_id].journal))
            first = batch.first_seq
            if batch.events and first is not None and first != last + 1:
                if first + len(batch.events) - 1 <= last:
                    continue
                raise InvariantViolation(
                    f"the journal of run {run_id} has {last} events, "
                    f"the next cannot be number {first}"
                )
            lengths[run_id] = last + len(batch.events)
            new.append(batch)
        return new
