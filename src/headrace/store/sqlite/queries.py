"""SQL read from the ``.sql`` files beside this module: named blocks, and numbered migrations."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import NamedTuple

_HERE = Path(__file__).parent
_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


class Migration(NamedTuple):
    """The statements that lead from the version before to this one."""

    version: int
    statements: tuple[str, ...]


def load(topic: str) -> dict[str, str]:
    """Return the blocks of ``sql/<topic>.sql``; each begins with a line ``-- name: <name>``."""
    text = (_HERE / "sql" / f"{topic}.sql").read_text(encoding="utf-8")
    _, *parts = _NAME.split(text)
    return {name: " ".join(sql.split()) for name, sql in zip(parts[::2], parts[1::2], strict=True)}


def migrations() -> tuple[Migration, ...]:
    """Return all migrations in order; the first makes version 1."""
    files = sorted((_HERE / "migrations").glob("*.sql"))
    return tuple(
        Migration(version, tuple(_statements(file.read_text(encoding="utf-8"))))
        for version, file in enumerate(files, start=1)
    )


def _statements(script: str) -> list[str]:
    statements: list[str] = []
    pending = ""
    for line in script.splitlines():
        if line.startswith("--"):
            continue
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            statements.append(pending.strip())
            pending = ""
    return statements
