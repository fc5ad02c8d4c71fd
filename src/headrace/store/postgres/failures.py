"""PostgreSQL's errors in our words; none of them may show how the database is logged in to."""

from __future__ import annotations

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from headrace.errors import InfrastructureError, InvalidRequest

#: The same transaction may succeed at once.
CONFLICTS = (errors.SerializationFailure, errors.DeadlockDetected)

# What PostgreSQL raises → what happened, hint, whether the same call may succeed later, code.
_WORDS: tuple[tuple[type[psycopg.Error], tuple[str, str, bool, str]], ...] = (
    (
        errors.DiskFull,
        (
            "there is no space left for the run store",
            "free space on its disk; nothing was half-written, runs go on from here",
            True,
            "HR5012",
        ),
    ),
    (
        errors.InsufficientPrivilege,
        (
            "the run store may not be used",
            "give the user the rights to make and to write tables in this database",
            False,
            "HR5013",
        ),
    ),
    (
        errors.ReadOnlySqlTransaction,
        (
            "the run store cannot be written",
            "connect to the primary server, not to a replica",
            True,
            "HR5013",
        ),
    ),
    (
        errors.DataCorrupted,
        (
            "the run store is damaged",
            "restore the database from a backup",
            False,
            "HR5015",
        ),
    ),
    (
        errors.QueryCanceled,
        (
            "the run store took too long",
            "look for what keeps the database busy",
            True,
            "HR5011",
        ),
    ),
    (
        psycopg.OperationalError,
        (
            "the run store cannot be reached",
            "check that PostgreSQL runs, its address, and the user's rights",
            True,
            "HR5017",
        ),
    ),
)
_OTHER = (
    "the run store failed",
    "this may be a bug of ours: please report it",
    False,
    "HR5019",
)


def described(url: str) -> str:
    """Return which database a URL names, without what it is logged in to with.

    Raises:
        InvalidRequest: It is not a URL of PostgreSQL.
    """
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # Its text repeats a part of the URL, which may be the password.
        raise InvalidRequest(
            "the database's URL is not one of PostgreSQL",
            hint="write postgresql://user@host:5432/database, special characters as %XX",
        ) from None
    host, port = parts.get("host") or "the local socket", parts.get("port")
    place = f"{host}:{port}" if port and "/" not in str(host) else str(host)
    return f"PostgreSQL database {parts.get('dbname') or 'of the user'} at {place}"


def store_failure(error: psycopg.Error, where: str) -> InfrastructureError:
    """Return the error of ours that tells what PostgreSQL's means."""
    fitting = (words for kind, words in _WORDS if isinstance(error, kind))
    what, hint, retryable, code = next(fitting, _OTHER)
    said = str(error).strip().splitlines()
    detail = f" ({said[0]})" if said else ""
    return InfrastructureError(
        f"{what}: {where}{detail}", retryable=retryable, hint=hint, code=code
    )


def unknown_outcome(where: str) -> InfrastructureError:
    """Return the error for a commit of which nobody can say whether it was done."""
    return InfrastructureError(
        f"the connection broke in a commit, and it is not known whether it was done: {where}",
        retryable=True,
        hint="look at what was asked for before asking again",
        code="HR5018",
    )


def from_the_future(where: str, version: int, newest: int) -> InfrastructureError:
    """Return the error for tables that a newer Headrace has made."""
    return InfrastructureError(
        f"the run store was made by a newer Headrace (version {version} of its tables, "
        f"this one knows {newest}): {where}",
        hint="upgrade Headrace, or name another database",
        code="HR5016",
    )
