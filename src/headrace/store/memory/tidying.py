"""Archiving, removing and recurring runs in the memory store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from headrace.errors import AlreadyExists, Conflict, NotFound
from headrace.store import fields
from headrace.store.memory.catalog import MemoryCatalog, changed
from headrace.store.memory.finding import Entry, find
from headrace.store.memory.runs import MemoryRuns
from headrace.store.memory.state import MemoryState, RunRows
from headrace.store.port.values import NewRun
from headrace.store.query import Page, Query
from headrace.store.records import (
    ENDED,
    Experiment,
    RecurringRun,
    RecurringRunUpdate,
    Run,
    updated,
)


class MemoryTidying(MemoryCatalog):
    """``TidyingStore`` in memory, and the archive of experiments."""

    def update_run(
        self,
        run_id: str,
        *,
        display_name: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Run:
        """Change what is given; return the run as it is then."""
        with self._lock:
            rows = self._rows(run_id)
            given = {"display_name": display_name, "description": description, "tags": tags}
            rows.run = changed(rows.run, given)
            self._version += 1
            return rows.run

    def set_run_archived(self, run_id: str, archived: bool) -> Run:
        """Archive a run, or restore it."""
        with self._lock:
            rows = self._rows(run_id)
            experiment = self._experiments.get(rows.run.experiment)
            if not archived and experiment is not None and experiment.archived:
                raise Conflict(
                    f"run {run_id} belongs to an archived experiment", hint="restore that first"
                )
            rows.run = msgspec.structs.replace(rows.run, archived=archived)
            self._version += 1
            return rows.run

    def set_experiment_archived(
        self, experiment_id: str, archived: bool, *, now: float
    ) -> Experiment:
        """Archive an experiment with its runs and disable its schedules, or restore it alone."""
        with self._lock:
            old = self.experiment(experiment_id)
            new = msgspec.structs.replace(old, archived=archived)
            self._experiments[experiment_id] = new
            self._version += 1
            if archived:
                place = (old.namespace, experiment_id)
                for rows in self._runs.values():
                    if (rows.run.namespace, rows.run.experiment) == place:
                        rows.run = msgspec.structs.replace(rows.run, archived=True)
                for one in self._recurring_runs.values():
                    if one.experiment == experiment_id and one.enabled:
                        self._recurring_runs[one.id] = msgspec.structs.replace(
                            one, enabled=False, updated_at=now
                        )
            return new

    def remove_run(self, run_id: str) -> None:
        """Remove a run that has ended, with all that belongs to it and to no other."""
        with self._lock:
            rows = self._rows(run_id)
            if rows.run.state not in ENDED:
                raise Conflict(
                    f"run {run_id} is {rows.run.state}", hint="cancel it and wait for its end"
                )
            del self._runs[run_id]
            self._events = [entry for entry in self._events if entry.run_id != run_id]
            self._requests = {k: r for k, r in self._requests.items() if r.run_id != run_id}
            self._cache = {k: e for k, e in self._cache.items() if e.run_id != run_id}
            self._hand_over_artifacts(run_id)
            named = {rows.run.document, *_texts(rows.run.options)}
            self._drop_documents((named & set(self._documents)) - self._put)
            self._version += 1

    def sweep_documents(self, *, unused_s: float = 3600.0) -> int:
        """Remove documents that nothing refers to; return how many."""
        with self._lock:
            self._version += 1
            # Here is no clock: what somebody put is new unless age does not matter.
            return self._drop_documents(set(self._documents) - (self._put if unused_s else set()))

    def _hand_over_artifacts(self, run_id: str) -> None:
        for id_, made in list(self._artifacts.items()):
            if made.run_id != run_id:
                continue
            heirs: list[RunRows] = [
                rows for rows in self._runs.values() if any(u.artifact_id == id_ for u in rows.uses)
            ]
            if not heirs:
                del self._artifacts[id_]
                continue
            path = min(use.path for use in heirs[0].uses if use.artifact_id == id_)
            self._artifacts[id_] = msgspec.structs.replace(
                made, run_id=heirs[0].run.run_id, path=path
            )

    def _drop_documents(self, digests: set[str]) -> int:
        used = {version.document for version in self._versions.values()}
        for rows in self._runs.values():
            used |= {rows.run.document, *_texts(rows.run.options)}
        for one in self._recurring_runs.values():
            used |= {one.document or "", *_texts(one.options)}
        gone = digests - used
        for digest in gone:
            del self._documents[digest]
        return len(gone)


class MemoryRecurring(MemoryRuns):
    """``RecurringStore`` in memory."""

    def add_recurring_run(self, recurring_run: RecurringRun) -> None:
        """Add a recurring run; a document that it names is stored already."""
        with self._lock:
            self._check_document(recurring_run)
            if recurring_run.id in self._recurring_runs:
                raise AlreadyExists(f"there is already a recurring run {recurring_run.id}")
            self._recurring_runs[recurring_run.id] = recurring_run
            self._version += 1

    def recurring_run(self, recurring_run_id: str, namespace: str | None = None) -> RecurringRun:
        """Return the recurring run with this id."""
        with self._lock:
            found = self._recurring_runs.get(recurring_run_id)
            if found is None or namespace not in (None, found.namespace):
                raise NotFound(f"there is no recurring run {recurring_run_id}")
            return found

    def find_recurring_runs(self, query: Query) -> Page[RecurringRun]:
        """Return the recurring runs that fit, in the order asked for."""

        def entry(number: int, record: RecurringRun) -> Entry:
            def field(name: str) -> Any:
                return getattr(record, "display_name" if name == "name" else name)

            return Entry(record, number, field)

        with self._lock:
            held = enumerate(self._recurring_runs.values(), 1)
            return find(fields.RECURRING_RUNS, [entry(*one) for one in held], query)

    def update_recurring_run(
        self, recurring_run_id: str, change: RecurringRunUpdate, *, now: float
    ) -> RecurringRun:
        """Change what is given; return the recurring run as it is then."""
        with self._lock:
            new = updated(self.recurring_run(recurring_run_id), change, now)
            self._check_document(new)
            self._recurring_runs[recurring_run_id] = new
            self._version += 1
            return new

    def remove_recurring_run(self, recurring_run_id: str) -> None:
        """Remove a recurring run; its runs stay."""
        with self._lock:
            if self._recurring_runs.pop(recurring_run_id, None) is None:
                raise NotFound(f"there is no recurring run {recurring_run_id}")
            self._version += 1

    def due(self, now: float, limit: int = 100) -> list[RecurringRun]:
        """Return the enabled recurring runs whose next tick has come, the most overdue first."""
        with self._lock:
            found = [
                (one.next_tick_at, one)
                for one in self._recurring_runs.values()
                if one.enabled and one.next_tick_at is not None and one.next_tick_at <= now
            ]
            return [one for _, one in sorted(found, key=lambda pair: pair[0])][:limit]

    def fire(
        self,
        recurring_run_id: str,
        expected_next_at: float,
        run: NewRun | None,
        next_at: float | None,
        *,
        now: float,
        error: str | None = None,
    ) -> RecurringRun | None:
        """Carry out a tick: create its run and move on to the next, both or neither."""
        with self._lock:
            old = self._recurring_runs.get(recurring_run_id)
            if old is None or not old.enabled or old.next_tick_at != expected_next_at:
                return None
            if run is not None:
                self._insert_run(run)
            new = msgspec.structs.replace(
                old,
                last_tick_at=expected_next_at,
                next_tick_at=next_at,
                ticks=old.ticks + 1,
                error=error,
                updated_at=now,
            )
            self._recurring_runs[recurring_run_id] = new
            self._version += 1
            return new

    def count_active(self, recurring_run_id: str) -> int:
        """Return how many of its runs have not ended."""
        with self._lock:
            runs = [rows.run for rows in self._runs.values()]
            mine = [run for run in runs if run.recurring_run_id == recurring_run_id]
            return sum(run.state not in ENDED for run in mine)

    def _check_document(self: MemoryState, record: RecurringRun) -> None:
        if record.document is not None and record.document not in self._documents:
            raise NotFound(f"there is no document {record.document}", hint="store it first")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for member in value.values():  # pyright: ignore[reportUnknownVariableType]
            yield from _texts(member)
    elif isinstance(value, list | tuple):
        for member in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _texts(member)
