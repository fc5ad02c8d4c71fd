"""Transactions on one PostgreSQL database: retried where that is safe, else resolved.

Knows connections and how they break; it does not know what the tables mean. Connections are
kept for the next transaction, broken ones are replaced. A transaction that lost a race, or its
connection before the commit, is done again from its beginning. When the connection breaks inside
the commit, the server is asked what became of the transaction.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
import psycopg
import psycopg.adapt
from psycopg.pq import TransactionStatus
from psycopg.types.string import StrDumper

from headrace.errors import InfrastructureError, InvalidRequest
from headrace.store.postgres.dialect import before, migrations, translated
from headrace.store.postgres.failures import (
    CONFLICTS,
    described,
    from_the_future,
    store_failure,
    unknown_outcome,
)
from headrace.store.sql.connection import Connection, DamagedValue
from headrace.store.sql.queries import Migration

_T = TypeVar("_T")
_Raw = psycopg.Connection[tuple[Any, ...]]

_PATIENCE_S = 30.0
_CONNECT_TIMEOUT_S = 10
_LONGEST_PAUSE_S = 0.5
_MOST_CONNECTIONS = 10
_MIGRATION_LOCK = 0x48525330
_FORGET_S = 86_400.0
# A transaction that has written notes which it is and tells those who listen. The number of the
# server's own would not do: after a crash, or on a replica that took over, it may be another's.
_NOTE = (
    "UPDATE outcomes SET turn = %s "
    "WHERE session = %s AND pg_current_xact_id_if_assigned() IS NOT NULL "
    "RETURNING pg_notify('headrace', '')"
)


class _Text(StrDumper):
    """Texts as they are, but for NUL, which PostgreSQL has no place for."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\N{SYMBOL FOR NULL}"))


class _Flag(psycopg.adapt.Dumper):
    """Truth values as numbers, as the tables have them."""

    oid = psycopg.adapters.types["int8"].oid

    def dump(self, obj: bool) -> bytes:
        return b"1" if obj else b"0"


class _Again(Exception):
    """The transaction has written nothing and may be done again."""

    def __init__(self, failure: InfrastructureError) -> None:
        self.failure = failure


@dataclass
class _Session:
    """A connection with the name under which its commits are noted."""

    raw: _Raw
    name: str | None = None
    turn: int = 0
    since: float = field(default_factory=time.monotonic)


class _Statements:
    """A connection that takes the shared statements."""

    def __init__(self, raw: _Raw, *, writing: bool) -> None:
        self._raw = raw
        self._writing = writing

    def execute(self, sql: str, parameters: Any = (), /) -> Any:
        """Run a statement."""
        text = translated(sql, writing=self._writing)
        return self._raw.execute(text.encode(), parameters, prepare=None)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> None:
        """Run a statement for each row of values."""
        rows = list(parameters)
        if not rows:
            return
        first = before(sql)
        if first is not None:
            self._raw.execute(first.encode())
        with self._raw.cursor() as cursor:
            cursor.executemany(translated(sql, writing=self._writing).encode(), rows)


class Database:
    """One database, its tables brought up to date.

    Args:
        url: Where it is and how to log in to it; never shown.
        steps: The migrations that this program knows.

    Raises:
        InfrastructureError: It cannot be reached, or its tables are of a newer version.
    """

    def __init__(self, url: str, steps: tuple[Migration, ...] | None = None) -> None:
        self.where = described(url)
        self._url = url
        self._steps = migrations() if steps is None else steps
        self._closed = False
        self._watch_lock = threading.Lock()
        self._watcher: _Raw | None = None
        self._seen = 0
        self._migrate()
        self._idle: list[_Session] = []
        self._places = threading.BoundedSemaphore(_MOST_CONNECTIONS)

    def __repr__(self) -> str:
        return f"Database({self.where})"

    # ------------------------------------------------------------------ transactions

    def writing(self, work: Callable[[Connection], _T]) -> _T:
        """Do the work in a transaction that is committed at the end, or not at all."""
        return self._patiently(lambda: self._write(work))

    def reading(self, work: Callable[[Connection], _T]) -> _T:
        """Do the work on one state of the database."""
        return self._patiently(lambda: self._read(work))

    def data_version(self) -> int:
        """Return a number that changes when anyone has written: the notifications heard so far.

        After a broken connection it changes once more than was heard, since what happened
        meanwhile is not known.
        """
        with self._watch_lock:
            self._check_open()
            try:
                if self._watcher is None:
                    self._seen += 1
                    self._watcher = self._connect()
                    self._watcher.add_notify_handler(self._hear)
                    self._watcher.execute("LISTEN headrace")
                # What was committed before this question is heard with its answer.
                self._watcher.execute("SELECT 1")
            except psycopg.Error as error:
                self._drop_watcher()
                raise store_failure(error, self.where) from error
            return self._seen

    def _hear(self, _notification: psycopg.Notify) -> None:
        self._seen += 1

    def close(self) -> None:
        """Close all connections; those in use are closed as they come back."""
        self._closed = True
        while self._idle:
            self._idle.pop().raw.close()
        with self._watch_lock:
            self._drop_watcher()

    # The next one is where a commit may be cut off; the crash tests override it.

    def _commit(self, raw: _Raw) -> None:
        raw.execute("COMMIT")

    def _patiently(self, once: Callable[[], _T]) -> _T:
        until, pause = time.monotonic() + _PATIENCE_S, 0.005
        while True:
            try:
                return once()
            except _Again as again:
                if time.monotonic() > until or self._closed:
                    raise again.failure from again.__cause__
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    def _write(self, work: Callable[[Connection], _T]) -> _T:
        with self._borrowed() as session:
            raw = session.raw
            with self._judged(raw):
                name = session.name or self._introduced(session)
                session.turn += 1
                raw.execute("BEGIN")
                result = work(_Statements(raw, writing=True))
                has_written = raw.execute(_NOTE, (session.turn, name)).fetchone() is not None
            try:
                self._commit(raw)
            except psycopg.Error as error:
                if not raw.closed:
                    raise self._judgement(raw, error) from error
            else:
                return result
        if has_written and not self._was_committed(name, session.turn):
            raise _Again(unknown_outcome(self.where))
        return result

    def _read(self, work: Callable[[Connection], _T]) -> _T:
        with self._borrowed() as session, self._judged(session.raw):
            session.raw.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            result = work(_Statements(session.raw, writing=False))
            session.raw.execute("COMMIT")
            return result

    def _introduced(self, session: _Session) -> str:
        """Give the session a name that no other has had; forget those long gone."""
        name, now = secrets.token_hex(16), time.time()
        session.raw.execute("DELETE FROM outcomes WHERE at < %s", (now - _FORGET_S,))
        session.raw.execute("INSERT INTO outcomes VALUES (%s, 0, %s)", (name, now))
        session.name = name
        return name

    def _was_committed(self, name: str, turn: int) -> bool:
        """Say what became of a transaction whose commit was not answered, once it has ended."""
        until, pause = time.monotonic() + _PATIENCE_S, 0.005
        while time.monotonic() < until:
            with suppress(psycopg.OperationalError), self._connect() as raw:
                sql = "SELECT turn FROM outcomes WHERE session = %s FOR UPDATE"
                row = raw.execute(sql, (name,)).fetchone()
                if row is None:
                    break
                return row[0] == turn
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)
        raise unknown_outcome(self.where)

    # ------------------------------------------------------------------ connections

    @contextmanager
    def _borrowed(self) -> Generator[_Session]:
        self._check_open()
        with self._places:
            session = self._idle_or_new()
            try:
                yield session
            finally:
                self._give_back(session)

    def _idle_or_new(self) -> _Session:
        try:
            session = self._idle.pop()
        except IndexError:
            pass
        else:
            # A name is forgotten some time after it was given.
            if session.name is None or time.monotonic() - session.since < _FORGET_S / 2:
                return session
            session.raw.close()
        try:
            return _Session(self._connect())
        except psycopg.OperationalError as error:
            # It was there when the store was opened: it may just be starting anew.
            raise _Again(store_failure(error, self.where)) from error

    def _give_back(self, session: _Session) -> None:
        raw = session.raw
        with suppress(psycopg.Error):
            if raw.info.transaction_status != TransactionStatus.IDLE:
                raw.execute("ROLLBACK")
        if self._closed or raw.info.transaction_status != TransactionStatus.IDLE:
            raw.close()
        else:
            self._idle.append(session)

    @contextmanager
    def _judged(self, raw: _Raw) -> Generator[None]:
        try:
            yield
        except psycopg.Error as error:
            raise self._judgement(raw, error) from error
        except (UnicodeEncodeError, OverflowError) as error:
            raise InvalidRequest(f"a value cannot be stored: {error}") from error
        except (msgspec.DecodeError, DamagedValue) as error:
            raise InfrastructureError(
                f"the run store is damaged: {self.where} (a value in it cannot be read: {error})",
                hint="restore the database from a backup",
                code="HR5015",
            ) from error

    def _judgement(self, raw: _Raw, error: psycopg.Error) -> Exception:
        if isinstance(error, psycopg.DataError):
            return InvalidRequest(f"a value cannot be stored: {str(error).splitlines()[0]}")
        failure = store_failure(error, self.where)
        return _Again(failure) if raw.closed or isinstance(error, CONFLICTS) else failure

    def _connect(self) -> _Raw:
        raw = psycopg.connect(self._url, **_settings())
        _configure(raw)
        return raw

    def _drop_watcher(self) -> None:
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            watcher.close()

    def _check_open(self) -> None:
        if self._closed:
            raise InfrastructureError(f"the store is closed: {self.where}")

    # ------------------------------------------------------------------ opening

    def _migrate(self) -> None:
        try:
            with self._connect() as raw:
                # Two servers that start at once take turns.
                raw.execute("BEGIN")
                raw.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK,))
                self._step(raw)
                raw.execute("COMMIT")
        except psycopg.Error as error:
            raise store_failure(error, self.where) from error

    def _step(self, raw: _Raw) -> None:
        row = raw.execute("SELECT to_regclass('headrace_version')").fetchone()
        version = 0
        if row and row[0] is not None:
            found = raw.execute("SELECT version FROM headrace_version").fetchone()
            version = found[0] if found else 0
        if version > len(self._steps):
            raise from_the_future(self.where, version, len(self._steps))
        if not version:
            raw.execute("CREATE TABLE IF NOT EXISTS headrace_version (version BIGINT NOT NULL)")
            raw.execute("DELETE FROM headrace_version")
            raw.execute("INSERT INTO headrace_version VALUES (0)")
        for step in self._steps[version:]:
            for statement in step.statements:
                raw.execute(statement.encode())
            raw.execute("UPDATE headrace_version SET version = %s", (step.version,))


def _settings() -> dict[str, Any]:
    return {
        "autocommit": True,
        "connect_timeout": _CONNECT_TIMEOUT_S,
        "application_name": "headrace",
    }


def _configure(raw: _Raw) -> None:
    raw.adapters.register_dumper(str, _Text)
    raw.adapters.register_dumper(bool, _Flag)
    # What a client that vanished from the network has begun holds locks; not for long.
    raw.execute("SET idle_in_transaction_session_timeout = '60s'")
