"""Connections to one SQLite file: a single writer, a pool of readers, transactions around both.

Knows files, locks and durability; it does not know what the tables mean. Every commit is on disk
when it returns (WAL with ``synchronous=FULL``). Other processes may use the same file: their
writers wait for ours, readers wait for nobody.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import msgspec

from headrace.errors import AlreadyExists, InvalidRequest
from headrace.store.sql.connection import Connection, DamagedValue
from headrace.store.sql.queries import Migration
from headrace.store.sqlite.failures import damaged, from_the_future, store_failure
from headrace.store.sqlite.migrations import migrations

_T = TypeVar("_T")

#: Marks the file as ours in SQLite's header ("HRst").
APPLICATION_ID = 0x48527374

_BUSY_TIMEOUT_S = 30.0
_SMALLEST_BYTES = 512
_PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA fullfsync=ON",
    "PRAGMA checkpoint_fullfsync=ON",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA journal_size_limit=67108864",
    "PRAGMA cache_size=-32768",
)


class Database:
    """One database file, opened and brought up to date.

    Args:
        path: The file; it and its directory are made, readable by their owner only.
        steps: The migrations that this program knows.

    Raises:
        InfrastructureError: The file cannot be opened, is damaged or of a newer version; then it
            has not been touched.
    """

    def __init__(self, path: Path, steps: tuple[Migration, ...] | None = None) -> None:
        self.path = path
        self._steps = migrations() if steps is None else steps
        self._write_lock = threading.Lock()
        self._watch_lock = threading.Lock()
        self._idle_readers: list[sqlite3.Connection] = []
        self._writer: sqlite3.Connection | None = None
        self._watcher: sqlite3.Connection | None = None
        self._closed = False
        self._peek()
        self._make_file()
        try:
            self._migrate()
        except BaseException:
            self.close()
            raise

    # ------------------------------------------------------------------ transactions

    @contextmanager
    def write(self) -> Generator[sqlite3.Connection]:
        """Give the connection of a transaction that is committed at the end, or not at all."""
        with self._write_lock, self._wrapped():
            connection = self._writing_connection()
            self._begin(connection)
            try:
                yield connection
                self._commit(connection)
            except BaseException:
                self._roll_back(connection)
                raise

    @contextmanager
    def read(self) -> Generator[sqlite3.Connection]:
        """Give a connection that sees one state of the database throughout."""
        with self._wrapped():
            connection = self._borrow_reader()
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                self._return_reader(connection)

    def writing(self, work: Callable[[Connection], _T]) -> _T:
        """Do the work in a transaction that is committed at the end, or not at all."""
        with self.write() as connection:
            return work(connection)

    def reading(self, work: Callable[[Connection], _T]) -> _T:
        """Do the work on one state of the database."""
        with self.read() as connection:
            return work(connection)

    def data_version(self) -> int:
        """Return a number that changes with each commit to the file, whoever made it."""
        with self._watch_lock, self._wrapped():
            self._check_open()
            if self._watcher is None:
                self._watcher = self._connect()
            return int(self._watcher.execute("PRAGMA data_version").fetchone()[0])

    def backup(self, target: Path) -> None:
        """Copy the database, in one consistent state, into a new file.

        Raises:
            AlreadyExists: There is a file at the target.
        """
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError as error:
            raise AlreadyExists(f"there is a file at {target}", hint="name a new one") from error
        except OSError as error:
            raise store_failure(sqlite3.OperationalError(str(error)), target) from error
        with self._wrapped():
            source, copy = self._connect(), sqlite3.connect(target)
            try:
                source.backup(copy)
            finally:
                copy.close()
                source.close()

    def close(self) -> None:
        """Close all connections; those in use are closed as they come back."""
        self._closed = True
        with self._write_lock, self._watch_lock:
            idle, self._idle_readers = self._idle_readers, []
            for connection in (*idle, self._watcher, self._writer):
                if connection is not None:
                    connection.close()
            self._writer = self._watcher = None

    # The next two are where a commit may be cut off; the crash tests override them.

    def _begin(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")

    def _commit(self, connection: sqlite3.Connection) -> None:
        connection.execute("COMMIT")

    # ------------------------------------------------------------------ connections

    @contextmanager
    def _wrapped(self) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise store_failure(error, self.path) from error
        except (UnicodeEncodeError, OverflowError) as error:
            raise InvalidRequest(f"a value cannot be stored: {error}") from error
        except (msgspec.DecodeError, DamagedValue) as error:
            raise damaged(self.path, f"a value in it cannot be read: {error}") from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in _PRAGMAS:
                connection.execute(pragma)
        except BaseException:
            connection.close()
            raise
        return connection

    def _check_open(self) -> None:
        if self._closed:
            raise sqlite3.ProgrammingError("the store is closed")

    def _writing_connection(self) -> sqlite3.Connection:
        self._check_open()
        if self._writer is None:
            self._writer = self._connect()
        return self._writer

    def _roll_back(self, connection: sqlite3.Connection) -> None:
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            # The next writer starts from a fresh connection; closing this one undoes its work.
            self._writer = None
            with suppress(sqlite3.Error):
                connection.close()

    def _borrow_reader(self) -> sqlite3.Connection:
        self._check_open()
        try:
            return self._idle_readers.pop()
        except IndexError:
            connection = self._connect()
            connection.execute("PRAGMA query_only=ON")
            return connection

    def _return_reader(self, connection: sqlite3.Connection) -> None:
        if self._closed:
            connection.close()
        else:
            self._idle_readers.append(connection)

    # ------------------------------------------------------------------ opening

    def _peek(self) -> None:
        """Refuse a file of another kind or version before anything of it may be touched.

        The file is read through SQLite: a plain ``open`` and ``close`` would drop the locks that
        other connections of this process hold. What is not in the file but in its log, or is just
        being written, shows when it is opened for good.
        """
        size = self.path.stat().st_size if self.path.exists() else 0
        if not size:
            return
        if size < _SMALLEST_BYTES:
            # SQLite would take it for an empty file and write over it.
            raise damaged(self.path, "it is not a database")
        with suppress(sqlite3.DatabaseError):
            uri = f"file:{quote(str(self.path))}?mode=ro&immutable=1"
            connection = sqlite3.connect(uri, uri=True)
            try:
                application = connection.execute("PRAGMA application_id").fetchone()[0]
                version = self._version(connection)
            finally:
                connection.close()
            if application != APPLICATION_ID and (application or version):
                raise damaged(self.path, "it is the database of another program")

    def _make_file(self) -> None:
        """Make the file readable by its owner only; SQLite's own files get the same mode.

        It is made aside, since closing the file itself would drop the locks of a connection that
        another thread has opened meanwhile.
        """
        aside = self.path.with_name(f".{self.path.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            if not self.path.parent.is_dir():
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self.path.exists():
                os.close(os.open(aside, os.O_CREAT | os.O_WRONLY, 0o600))
                with suppress(FileExistsError):
                    self.path.hardlink_to(aside)
        except OSError as error:
            failure = sqlite3.OperationalError(str(error))
            failure.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
            raise store_failure(failure, self.path) from error
        finally:
            with suppress(OSError):
                aside.unlink(missing_ok=True)

    def _migrate(self) -> None:
        with self._write_lock, self._wrapped():
            connection = self._writing_connection()
            if self._version(connection) < len(self._steps):
                self._become_wal(connection)
                for step in self._steps:
                    self._apply(connection, step)
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _version(self, connection: sqlite3.Connection) -> int:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > len(self._steps):
            raise from_the_future(self.path, version, len(self._steps))
        return version

    def _become_wal(self, connection: sqlite3.Connection) -> None:
        # Changing the mode is the one statement that does not wait for other processes.
        until = time.monotonic() + _BUSY_TIMEOUT_S
        while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            try:
                connection.execute("PRAGMA journal_mode=WAL").fetchall()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(0.01)

    def _apply(self, connection: sqlite3.Connection, step: Migration) -> None:
        """Run one migration and note its version in the same transaction."""
        connection.execute("BEGIN EXCLUSIVE")
        try:
            # Another process may have done it while this one waited.
            version = self._version(connection)
            if version < step.version:
                if not version and connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                    raise damaged(self.path, "it is the database of another program")  # noqa: TRY301
                for statement in step.statements:
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version={step.version}")
            connection.execute("COMMIT")
        except BaseException:
            self._roll_back(connection)
            raise
