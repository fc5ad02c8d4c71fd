"""Backups of a home: one archive with the database, the artifacts and what ended attempts left.

    manifest.json   what wrote it, when, and where the home was
    headrace.db     a consistent copy, taken first: all that it names is there when it is packed
    config.toml     when there is one
    artifacts/…     what steps made
    runs/…          logs, tasks and results of attempts that had ended

What a running attempt left is not taken: restored, it has never begun, and begins again. Nor are
scratch directories and the environments of steps, which may hold secrets.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tarfile
import time
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import BinaryIO
from urllib.parse import quote

import msgspec

from headrace import __version__
from headrace.app.home import DATABASE, Home
from headrace.app.settings import CONFIG_FILE
from headrace.engine.attempts import AttemptId
from headrace.errors import AlreadyExists, InfrastructureError, InvalidRequest
from headrace.executor.attempt import LOG_FILE, RESULT_FILE, TASK_FILE
from headrace.executor.warm import EXIT_FILE
from headrace.store import Store
from headrace.store.sqlite import SqliteStore

_MANIFEST = "manifest.json"
_PLACES = frozenset({"artifacts", "runs"})
_KEPT_OF_ATTEMPTS = frozenset({LOG_FILE, RESULT_FILE, TASK_FILE, EXIT_FILE})


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says of itself; ``home`` is where the home was."""

    version: str
    created_at: float
    home: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore brought back.

    Attributes:
        open_runs: Runs that had not ended; whoever works on the home next goes on with them.
    """

    manifest: Manifest
    runs: int
    open_runs: int


def back_up(home: Home, path: Path, *, artifacts: bool = True) -> int:
    """Write a backup while runs go on; return its size in bytes.

    Args:
        path: The file to make; ``.gz`` and ``.xz`` at its end compress it.
        artifacts: False leaves out what steps made.

    Raises:
        AlreadyExists: There is a file.
        InvalidRequest: Nothing was ever run in the home, or the store is not SQLite.
        InfrastructureError: It cannot be written.
    """
    if not home.exists:
        message = f"nothing was ever run in {home.path}, so there is nothing to back up"
        raise InvalidRequest(message, hint="set HEADRACE_HOME to the home to back up")
    if path.exists():
        message = f"{path} exists already"
        raise AlreadyExists(message, hint="name a file that does not exist")
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("xb") as file:
            with _compressed(path, file) as archive:
                _pack(home, archive, artifacts=artifacts)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        message = f"cannot write the backup {path}: {error.strerror or error}"
        raise InfrastructureError(message, hint="choose a place with enough room") from error
    finally:
        beside.unlink(missing_ok=True)
    return path.stat().st_size


def restore(path: Path, home: Path) -> Restored:
    """Make a home out of a backup; addresses in it are changed to the new place.

    Raises:
        AlreadyExists: There is a home with runs.
        InvalidRequest: The file is no backup, or one of a newer version.
        InfrastructureError: It cannot be read, or the home cannot be written.
    """
    if (home / DATABASE).exists():
        message = f"{home} holds runs already"
        raise AlreadyExists(message, hint="set HEADRACE_HOME to a directory that does not exist")
    home.parent.mkdir(parents=True, exist_ok=True)
    unpacked = home.with_name(f".{home.name}.restoring-{os.getpid()}")
    try:
        unpacked.mkdir(mode=0o700)
        manifest = _unpack(path, unpacked)
        _move_addresses(unpacked / DATABASE, Path(manifest.home), home)
        with closing(SqliteStore.open(unpacked / DATABASE)) as store:
            restored = Restored(manifest, _count_runs(store), len(store.unfinished_runs()))
        _settle(unpacked, home)
    except (tarfile.TarError, EOFError) as error:
        reason = str(error).partition("\n")[0].rstrip(":")  # then a line for each compression
        message = f"{path} is no backup of a home: {reason}"
        raise InvalidRequest(message, hint="give a file that headrace backup made") from error
    except OSError as error:
        message = f"cannot restore {path} to {home}: {error.strerror or error}"
        raise InfrastructureError(message, hint="check both paths and the free space") from error
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
    return restored


def _pack(home: Home, archive: tarfile.TarFile, *, artifacts: bool) -> None:
    with TemporaryDirectory(dir=home.path, prefix=".backup-") as scratch:
        copy = Path(scratch) / DATABASE
        home.store.backup(copy)
        with closing(SqliteStore.open(copy)) as store:
            running = set(_running(store))
        manifest = Path(scratch) / _MANIFEST
        manifest.write_bytes(
            msgspec.json.encode(Manifest(__version__, time.time(), str(home.path)))
        )
        archive.add(manifest, _MANIFEST)
        archive.add(copy, DATABASE)
    with suppress(FileNotFoundError):
        archive.add(home.path / CONFIG_FILE, CONFIG_FILE)
    if artifacts:
        _add_tree(archive, home.artifacts, home.path)
    for directory in _attempts(home.runs, running):
        for name in sorted(_KEPT_OF_ATTEMPTS):
            _add_file(archive, directory / name, home.path)


def _running(store: Store) -> Iterator[tuple[str, str]]:
    """Yield run id and directory name of the attempts that have not ended."""
    for run in store.unfinished_runs():
        for one in store.attempts(run.run_id):
            if one.finished_at is None:
                yield run.run_id, AttemptId(one.run_id, one.path, one.number).slug


def _attempts(runs: Path, running: AbstractSet[tuple[str, str]]) -> Iterator[Path]:
    if not runs.is_dir():
        return
    for run in sorted(runs.iterdir()):
        if run.is_dir() and not run.is_symlink():
            yield from (a for a in sorted(run.iterdir()) if (run.name, a.name) not in running)


def _add_tree(archive: tarfile.TarFile, directory: Path, home: Path) -> None:
    for parent, folders, files in os.walk(directory):
        folders.sort()
        for name in sorted(files):
            _add_file(archive, Path(parent, name), home)


def _add_file(archive: tarfile.TarFile, file: Path, home: Path) -> None:
    """Add a regular file; what goes away meanwhile was not named by the copied database."""
    if file.is_symlink() or not file.is_file():
        return
    with suppress(FileNotFoundError):
        archive.add(file, str(file.relative_to(home)), recursive=False)


def _unpack(path: Path, place: Path) -> Manifest:
    with tarfile.open(path, "r:*") as archive:
        for member in archive:
            _check_member(member, path)
            archive.extract(member, place, set_attrs=False, filter="data")
    try:
        manifest = msgspec.json.decode((place / _MANIFEST).read_bytes(), type=Manifest)
    except (FileNotFoundError, msgspec.MsgspecError) as error:
        message = f"{path} is no backup of a home: it has no manifest"
        raise InvalidRequest(message, hint="give a file that headrace backup made") from error
    if not (place / DATABASE).is_file():
        message = f"{path} is no backup of a home: it has no database"
        raise InvalidRequest(message, hint="give a file that headrace backup made")
    return manifest


def _check_member(member: tarfile.TarInfo, path: Path) -> None:
    parts = PurePosixPath(member.name).parts
    named = member.name in (_MANIFEST, DATABASE, CONFIG_FILE) or (parts and parts[0] in _PLACES)
    if not member.isfile() or not named or ".." in parts:
        message = f"{path} holds {member.name!r}, which no backup does"
        raise InvalidRequest(message, hint="give a file that headrace backup made")


def _move_addresses(database: Path, old: Path, new: Path) -> None:
    """Change the addresses of artifacts and workspaces wherever they stand.

    Addresses are quoted and JSON leaves them as they are, so that a replacement of the beginning
    is exact; the documents, whose digests are known, hold none.
    """
    pairs = [
        (f"file://{quote(str(old / 'artifacts'))}", f"file://{quote(str(new / 'artifacts'))}"),
        (_workspace(old), _workspace(new)),
    ]
    with closing(sqlite3.connect(database)) as connection, connection:
        for table, column in _text_columns(connection):
            for before, after in pairs:
                connection.execute(
                    f'UPDATE "{table}" SET "{column}" = replace("{column}", ?, ?)'  # noqa: S608 - names of our own schema
                    f' WHERE instr("{column}", ?)',
                    (before, after, before),
                )


def _workspace(home: Path) -> str:
    return f'"workspace":{msgspec.json.encode(str(home / "workspaces") + "/").decode()[:-1]}'


def _text_columns(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    for (table,) in tables:
        for _, column, kind, *_ in connection.execute(f'PRAGMA table_info("{table}")').fetchall():
            if kind == "TEXT":
                yield str(table), str(column)


def _count_runs(store: Store) -> int:
    count, token = 0, None
    while True:
        page = store.runs(limit=1000, page_token=token)
        count += len(page.items)
        token = page.next_token
        if token is None:
            return count


def _settle(unpacked: Path, home: Path) -> None:
    """Move everything to its place, the database last: with it the home exists."""
    home.mkdir(mode=0o700, exist_ok=True)
    entries = sorted(unpacked.iterdir(), key=lambda entry: entry.name == DATABASE)
    for entry in entries:
        if entry.name != _MANIFEST and not entry.name.startswith(f"{DATABASE}-"):
            entry.rename(home / entry.name)


def _compressed(path: Path, file: BinaryIO) -> tarfile.TarFile:
    """Return an archive that is written to the file, compressed as the path's ending says."""
    match path.suffix:
        case ".gz" | ".tgz":
            return tarfile.open(fileobj=file, mode="w:gz")
        case ".xz":
            return tarfile.open(fileobj=file, mode="w:xz")
        case _:
            return tarfile.open(fileobj=file, mode="w")
