"""Recurring runs in the SQL store; a tick and its run are one transaction."""

from __future__ import annotations

from typing import Any

import msgspec

from headrace.errors import AlreadyExists, NotFound
from headrace.store.port.values import NewRun
from headrace.store.query import Page, Query
from headrace.store.records import RecurringRun, RecurringRunUpdate, updated
from headrace.store.sql import listings
from headrace.store.sql.catalog_rows import recurring_run, values_of
from headrace.store.sql.connection import Connection, Database, reads, writes
from headrace.store.sql.creating import insert_run
from headrace.store.sql.finding import find
from headrace.store.sql.queries import load
from headrace.store.sql.values import named_documents, read_document

_SQL = load("recurring")
_SELECT = f"{_SQL['columns']} {_SQL['source']}"


class SqlRecurring:
    """``RecurringStore`` over a database."""

    _db: Database

    @writes
    def add_recurring_run(self, connection: Connection, recurring_run: RecurringRun) -> None:
        """Add a recurring run; a document that it names is stored already."""
        _check_document(connection, recurring_run)
        if not connection.execute(_SQL["add"], _values(recurring_run)).rowcount:
            raise AlreadyExists(f"there is already a recurring run {recurring_run.id}")
        _note_documents(connection, recurring_run)

    @reads
    def recurring_run(
        self, connection: Connection, recurring_run_id: str, namespace: str | None = None
    ) -> RecurringRun:
        """Return the recurring run with this id."""
        return _get(connection, recurring_run_id, namespace)

    @reads
    def find_recurring_runs(self, connection: Connection, query: Query) -> Page[RecurringRun]:
        """Return the recurring runs that fit, in the order asked for."""
        return find(connection, listings.RECURRING_RUNS, query)

    @writes
    def update_recurring_run(
        self,
        connection: Connection,
        recurring_run_id: str,
        change: RecurringRunUpdate,
        *,
        now: float,
    ) -> RecurringRun:
        """Change what is given; return the recurring run as it is then."""
        connection.execute(_SQL["locked"], (recurring_run_id,))
        new = updated(_get(connection, recurring_run_id), change, now)
        _check_document(connection, new)
        connection.execute(_SQL["update"], _values(new))
        connection.execute(_SQL["remove_document_uses"], (new.id,))
        _note_documents(connection, new)
        return new

    @writes
    def remove_recurring_run(self, connection: Connection, recurring_run_id: str) -> None:
        """Remove a recurring run; its runs stay."""
        if not connection.execute(_SQL["remove"], (recurring_run_id,)).rowcount:
            raise NotFound(f"there is no recurring run {recurring_run_id}")

    @reads
    def due(self, connection: Connection, now: float, limit: int = 100) -> list[RecurringRun]:
        """Return the enabled recurring runs whose next tick has come, the most overdue first."""
        found = connection.execute(f"{_SELECT} {_SQL['due']}", (now, limit)).fetchall()
        return [recurring_run(row, connection) for row in found]

    @writes
    def fire(
        self,
        connection: Connection,
        recurring_run_id: str,
        expected_next_at: float,
        run: NewRun | None,
        next_at: float | None,
        *,
        now: float,
        error: str | None = None,
    ) -> RecurringRun | None:
        """Carry out a tick: create its run and move on to the next, both or neither."""
        if connection.execute(_SQL["locked"], (recurring_run_id,)).fetchone() is None:
            return None
        old = _get(connection, recurring_run_id)
        if not old.enabled or old.next_tick_at != expected_next_at:
            return None
        if run is not None:
            insert_run(connection, run)
        new = msgspec.structs.replace(
            old,
            last_tick_at=expected_next_at,
            next_tick_at=next_at,
            ticks=old.ticks + 1,
            error=error,
            updated_at=now,
        )
        connection.execute(_SQL["update"], _values(new))
        return new

    @reads
    def count_active(self, connection: Connection, recurring_run_id: str) -> int:
        """Return how many of its runs have not ended."""
        return connection.execute(_SQL["count_active"], (recurring_run_id,)).fetchone()[0]


def disable_schedules(connection: Connection, experiment: str, now: float) -> None:
    """Disable the recurring runs whose runs go to the experiment."""
    named = {"experiment": experiment, "now": now}
    connection.execute(_SQL["disable_of_experiment"], named)


def _get(connection: Connection, id_: str, namespace: str | None = None) -> RecurringRun:
    named = {"id": id_, "namespace": namespace}
    row = connection.execute(f"{_SELECT} {_SQL['by_id']}", named).fetchone()
    if row is None:
        raise NotFound(f"there is no recurring run {id_}")
    return recurring_run(row, connection)


def _check_document(connection: Connection, record: RecurringRun) -> None:
    if record.document is not None and read_document(connection, record.document) is None:
        raise NotFound(f"there is no document {record.document}", hint="store it first")


def _note_documents(connection: Connection, record: RecurringRun) -> None:
    for digest in sorted(named_documents(record.options)):
        connection.execute(_SQL["add_document_use"], {"id": record.id, "digest": digest})


def _values(record: RecurringRun) -> dict[str, Any]:
    return values_of(record, "trigger", "parameters", "options")
