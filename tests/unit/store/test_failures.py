"""SQLite's errors in our words."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from headrace.store.sqlite.failures import store_failure

PATH = Path("/home/runs.db")


def error(name):
    made = sqlite3.OperationalError("what SQLite says")
    made.sqlite_errorcode = getattr(sqlite3, name)
    made.sqlite_errorname = name
    return made


@pytest.mark.parametrize(
    ("name", "what", "retryable"),
    [
        ("SQLITE_BUSY", "locked for too long", True),
        ("SQLITE_BUSY_RECOVERY", "locked for too long", True),
        ("SQLITE_FULL", "no space left", True),
        ("SQLITE_READONLY", "cannot be written", True),
        ("SQLITE_READONLY_DBMOVED", "cannot be written", True),
        ("SQLITE_CANTOPEN", "cannot be opened", True),
        ("SQLITE_IOERR_FSYNC", "disk reported an error", True),
        ("SQLITE_CORRUPT", "is damaged", False),
        ("SQLITE_NOTADB", "not a database", False),
        ("SQLITE_CONSTRAINT_UNIQUE", "failed", False),
    ],
)
def test_every_failure_says_what_where_and_whether_to_try_again(name, what, retryable):
    told = store_failure(error(name), PATH)
    assert what in told.message
    assert f"{PATH} (what SQLite says, {name})" in told.message
    assert told.retryable is retryable
    assert told.hint
    assert told.code.startswith("HR501")


def test_an_error_without_a_code_is_told_too():
    assert "closed" in store_failure(sqlite3.ProgrammingError("closed"), PATH).message
