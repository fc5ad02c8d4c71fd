"""Logs and artifacts of a home as the server reads them, in bounded pieces."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from headrace.app.home import Home
from headrace.artifacts import ArtifactStore
from headrace.engine.attempts import AttemptId
from headrace.errors import InvalidRequest, NotFound
from headrace.launchers.process.directory import AttemptDirectory
from headrace.server.services import ArtifactStat

_BLOCK_BYTES = 1 << 18
_MOST_ENTRIES = 10_000


@dataclass(frozen=True, slots=True)
class ServedLogs:
    """What attempts wrote into their directories."""

    home: Home

    def size(self, run_id: str, path: str, attempt: int) -> int:
        """Return the bytes that there are so far; 0 when there are none."""
        try:
            return self._file(run_id, path, attempt).stat().st_size
        except OSError:
            return 0

    def read(self, run_id: str, path: str, attempt: int, offset: int, limit: int) -> bytes:
        """Return at most ``limit`` bytes from the offset."""
        try:
            with self._file(run_id, path, attempt).open("rb") as file:
                file.seek(offset)
                return file.read(limit)
        except FileNotFoundError:
            return b""

    def _file(self, run_id: str, path: str, attempt: int) -> Path:
        if "/" in run_id or run_id in ("", ".", ".."):
            raise NotFound(f"there is no run {run_id[:80]!r}")
        return AttemptDirectory(self.home.runs, AttemptId(run_id, path, attempt)).log


@dataclass(frozen=True, slots=True)
class ServedArtifacts:
    """Artifacts that this server keeps itself.

    Those at other URIs, such as what importers name, are not read for others: the server's user may
    read files that those who ask may not.
    """

    store: ArtifactStore
    root: Path

    def stat(self, uri: str) -> ArtifactStat:
        """Say what is at the URI."""
        path = self._path(uri)
        if not path.is_dir():
            return ArtifactStat(path.stat().st_size)
        entries = tuple(_entries(path))
        return ArtifactStat(sum(size for _, size in entries), entries)

    def open(self, uri: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the bytes from ``start`` up to, not including, ``end``."""
        path = self._path(uri)
        if not stat.S_ISREG(path.stat().st_mode):
            raise InvalidRequest("this artifact is a directory", hint="name a file in it")
        return _blocks(path, start, end)

    def _path(self, uri: str) -> Path:
        path = self.store.local_path(uri)
        root = self.root.resolve()
        if path is None or not path.resolve().is_relative_to(root) or not path.exists():
            raise NotFound("the artifact's bytes are not kept by this server")
        return path


def _entries(root: Path) -> Iterator[tuple[str, int]]:
    count = 0
    for directory, names, files in os.walk(root):
        names.sort()
        for name in sorted(files):
            file = Path(directory, name)
            if file.is_symlink():
                continue
            count += 1
            if count > _MOST_ENTRIES:
                return
            yield file.relative_to(root).as_posix(), file.stat().st_size


def _blocks(path: Path, start: int, end: int | None) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        left = None if end is None else max(0, end - start)
        while left is None or left > 0:
            block = file.read(_BLOCK_BYTES if left is None else min(_BLOCK_BYTES, left))
            if not block:
                return
            yield block
            if left is not None:
                left -= len(block)
