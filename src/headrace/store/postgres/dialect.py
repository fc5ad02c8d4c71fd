"""The shared statements in PostgreSQL's words, and what of rows other writers must wait for.

Knows texts; it does not know connections.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from headrace.store.sql.queries import Migration, load, load_migrations

_STEPS = Path(__file__).parent / "steps"
_RUNS, _RECURRING, _DELIVERY = load("runs"), load("recurring"), load("delivery")

#: Statements after which the rows found are ours until the transaction ends.
_LOCKS = {
    _RUNS["claimable"]: "FOR NO KEY UPDATE OF leases SKIP LOCKED",
    _RUNS["claimable_of"]: "FOR NO KEY UPDATE OF leases SKIP LOCKED",
    _RUNS["held"]: "FOR NO KEY UPDATE OF leases",
    _RECURRING["locked"]: "FOR NO KEY UPDATE",
    load("tidying")["locked"]: "FOR NO KEY UPDATE",
    f"{_DELIVERY['columns']} {_DELIVERY['due']}": "FOR NO KEY UPDATE SKIP LOCKED",
}

#: The number by which writers of the history take turns, from its first entry to their commit:
#: else an entry could appear after a later one was read, and whoever follows would miss it.
_HISTORY_LOCK = 0x48525331
_FIRST = {load("projection")["event"]: f"SELECT pg_advisory_xact_lock({_HISTORY_LOCK})"}

# What a value that may be missing is compared with is not seen where it is asked for.
_TYPES = {"before": "double precision"}
_NULL_TEST = re.compile(r":(\w+) IS NULL")
_LIST = re.compile(r"SELECT value FROM json_each\((:\w+|\?)\)")
_NAMED = re.compile(r"(?<!:):([a-z]\w*)")


@lru_cache(maxsize=2048)
def translated(sql: str, *, writing: bool) -> str:
    """Return a statement for PostgreSQL, of a transaction that writes or one that only reads."""
    lock = _LOCKS.get(sql, "") if writing else ""
    sql = sql.replace("%", "%%").replace("instr(", "strpos(").replace("char(10)", "chr(10)")
    sql = _NULL_TEST.sub(lambda found: f"CAST({found[0][:-8]} AS {_type(found)}) IS NULL", sql)
    sql = _LIST.sub(r"SELECT jsonb_array_elements_text(CAST(\1 AS jsonb))", sql)
    sql = _NAMED.sub(r"%(\1)s", sql).replace("?", "%s")
    return f"{sql} {lock}".rstrip()


def before(sql: str) -> str | None:
    """Return what has to be done before a statement."""
    return _FIRST.get(sql)


def migrations() -> tuple[Migration, ...]:
    """Return all migrations in order; the first makes version 1."""
    return load_migrations(_STEPS, lambda text: text.rstrip().endswith(";"))


def _type(found: re.Match[str]) -> str:
    return _TYPES.get(found[1], "text")
