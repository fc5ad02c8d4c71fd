"""Keeps the source of each component of a run in one file, which all its attempts share."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from headrace.executor.source import MODULE_NAME
from headrace.launchers.prepared import PythonTask


class SourceFiles:
    """Files by content: ``<runs>/<run id>/sources/<digest>/ephemeral_component.py``.

    Args:
        runs: Directory of all runs.
    """

    def __init__(self, runs: Path) -> None:
        self._runs = runs
        self._known: dict[tuple[str, str], Path] = {}

    def path_of(self, task: PythonTask | None, run_id: str) -> Path | None:
        """Return the file that holds the task's source, written if it is not there yet.

        Raises:
            OSError: It cannot be written.
        """
        if task is None:
            return None
        key = (run_id, task.source)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._write(run_id, task.source)
        return known

    def _write(self, run_id: str, source: str) -> Path:
        content = source.encode("utf-8", "surrogateescape")
        digest = hashlib.sha256(content).hexdigest()[:20]
        path = self._runs / run_id / "sources" / digest / f"{MODULE_NAME}.py"
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            aside = path.with_suffix(f".{os.getpid()}")
            aside.write_bytes(content)
            aside.replace(path)
        return path
