"""The protocol of what a controller needs: creating, owning, committing and replaying runs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Protocol

from headrace.engine.events import Event
from headrace.store.port.values import Lease, NewRun, RunBatch
from headrace.store.records import OpenRun, Request, Run


class RunStore(Protocol):
    """What the controller writes and reads back."""

    def create_run(self, run: NewRun) -> Run:
        """Store a pending run and the first event of its journal.

        Raises:
            AlreadyExists: The run id is taken.
        """
        ...

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
        """Take runs that nobody owns, the oldest first.

        Args:
            owner: A name that no other controller has had or will have.
            now: Leases that ended before it are free.
            lease_s: How long the lease lasts, in seconds.
            run_ids: Only these, also ended ones (to retry them); None means every run that has not
                ended or is asked for something.
            limit: The most runs to take.
            dead: Owners that are known to be gone: their leases are free at once.
        """
        ...

    def renew(self, leases: Collection[Lease], *, now: float, lease_s: float) -> list[Lease]:
        """Prolong the leases; return those that are still held."""
        ...

    def release(self, leases: Collection[Lease]) -> None:
        """Give the runs up; those that are no longer held are left alone."""
        ...

    def commit(self, batches: Sequence[RunBatch]) -> None:
        """Write all batches in one transaction, durably, or nothing.

        Raises:
            LeaseLost: A lease is no longer held.
        """
        ...

    def journal(self, run_id: str, after_seq: int = 0) -> Iterator[tuple[float, Event]]:
        """Yield the events of the run after that place with their times, in order."""
        ...

    def unfinished_runs(self) -> list[OpenRun]:
        """Return the runs that have not ended, the oldest first."""
        ...

    def send(self, run_id: str, kind: str, body: dict[str, Any], *, now: float) -> int:
        """Ask something of whoever owns the run; return the id of the request.

        Raises:
            NotFound: There is no such run.
        """
        ...

    def take_requests(self, run_ids: Collection[str] | None = None) -> list[Request]:
        """Return what was asked and not yet carried out, in order; None means of every run.

        A request is carried out when a commit names it as consumed; until then it is returned
        again.
        """
        ...

    def data_version(self) -> int:
        """Return a number that changes when anyone, also another process, has written."""
        ...
