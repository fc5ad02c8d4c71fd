"""SQLite's errors in our words: what happened to the database file, and what to do about it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from headrace.errors import InfrastructureError

# Result code → (what happened, hint, whether the same call may succeed later, code).
_WORDS: dict[int, tuple[str, str, bool, str]] = {
    sqlite3.SQLITE_BUSY: (
        "another process has kept the run store locked for too long",
        "look for a process that hangs and holds the file",
        True,
        "HR5011",
    ),
    sqlite3.SQLITE_FULL: (
        "there is no space left for the run store",
        "free space on its disk; nothing was half-written, runs go on from here",
        True,
        "HR5012",
    ),
    sqlite3.SQLITE_READONLY: (
        "the run store cannot be written",
        "check the permissions of the file and its directory, and how the disk is mounted",
        True,
        "HR5013",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "the run store cannot be opened",
        "check that its directory exists and may be written",
        True,
        "HR5013",
    ),
    sqlite3.SQLITE_PERM: (
        "the run store may not be opened",
        "check the permissions of the file and its directory",
        True,
        "HR5013",
    ),
    sqlite3.SQLITE_IOERR: (
        "the disk reported an error on the run store",
        "check the disk and its free space",
        True,
        "HR5014",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "the run store is damaged",
        "restore it from a backup, or move the file away to begin anew",
        False,
        "HR5015",
    ),
    sqlite3.SQLITE_NOTADB: (
        "the run store's file is not a database",
        "restore it from a backup, or move the file away to begin anew",
        False,
        "HR5015",
    ),
}
_OTHER = (
    "the run store failed",
    "this may be a bug of ours: please report it",
    False,
    "HR5019",
)


def store_failure(error: sqlite3.Error, path: Path) -> InfrastructureError:
    """Return the error of ours that tells what SQLite's means."""
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    what, hint, retryable, code = _WORDS.get(primary, _OTHER)
    return InfrastructureError(
        f"{what}: {path} ({error}{_name(error)})", retryable=retryable, hint=hint, code=code
    )


def damaged(path: Path, detail: str) -> InfrastructureError:
    """Return the error for a file that is not, or not all of, a run store."""
    what, hint, retryable, code = _WORDS[sqlite3.SQLITE_CORRUPT]
    return InfrastructureError(
        f"{what}: {path} ({detail})", retryable=retryable, hint=hint, code=code
    )


def from_the_future(path: Path, version: int, newest: int) -> InfrastructureError:
    """Return the error for a database that a newer Headrace has written."""
    return InfrastructureError(
        f"the run store {path} was written by a newer Headrace (version {version} of its tables, "
        f"this one knows {newest})",
        hint="upgrade Headrace, or choose another home with HEADRACE_HOME",
        code="HR5016",
    )


def _name(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    return f", {name}" if name else ""
