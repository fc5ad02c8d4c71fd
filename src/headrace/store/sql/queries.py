"""SQL read from ``.sql`` files: named blocks, and numbered migrations."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

BLOCKS = Path(__file__).parent / "blocks"
_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


class Migration(NamedTuple):
    """The statements that lead from the version before to this one."""

    version: int
    statements: tuple[str, ...]


def load(topic: str, directory: Path = BLOCKS) -> dict[str, str]:
    """Return the blocks of ``<topic>.sql``; each begins with a line ``-- name: <name>``."""
    text = (directory / f"{topic}.sql").read_text(encoding="utf-8")
    _, *parts = _NAME.split(text)
    return {name: " ".join(sql.split()) for name, sql in zip(parts[::2], parts[1::2], strict=True)}


def load_migrations(directory: Path, is_whole: Callable[[str], bool]) -> tuple[Migration, ...]:
    """Return all migrations in order; the first makes version 1.

    Args:
        directory: Where their files are.
        is_whole: Whether a text is a whole statement, or part of one.
    """
    return tuple(
        Migration(version, tuple(_statements(file.read_text(encoding="utf-8"), is_whole)))
        for version, file in enumerate(sorted(directory.glob("*.sql")), start=1)
    )


def _statements(script: str, is_whole: Callable[[str], bool]) -> list[str]:
    statements: list[str] = []
    pending = ""
    for line in script.splitlines():
        if line.lstrip().startswith("--"):
            continue
        pending += line + "\n"
        if is_whole(pending):
            statements.append(pending.strip())
            pending = ""
    return statements
