"""Notes of what was read in full: a large artifact that nobody touched need not be read again.

A note holds the digest and the ``stat`` signature. It is a hint only: losing one costs a read.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from headrace.types.digests import Digest, stat_signature

#: Below this, reading the artifact costs about as much as reading and writing notes.
_SMALLEST_BYTES = 1 << 20
# File times move in ticks of some milliseconds: a write in the same tick leaves no trace.
_TICK_NS = 100_000_000


class Notes:
    """Notes in a directory, one file for each artifact."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def holds(self, path: Path, digest: str) -> bool:
        """Return whether the artifact is known to have this digest, unless someone wrote since."""
        try:
            noted = self._file(path).read_text(encoding="utf-8", errors="surrogateescape")
            return noted == _text(digest, stat_signature(path), path)
        except OSError:
            return False

    @contextmanager
    def reading(self, path: Path) -> Generator[Callable[[Digest], None]]:
        """Give the function that notes the digest of what is read meanwhile.

        It notes nothing when the artifact is small, or was or may have been written meanwhile.
        """
        before = stat_signature(path)
        began_ns = time.time_ns()

        def note(found: Digest) -> None:
            if found.size < _SMALLEST_BYTES or stat_signature(path) != before:
                return
            if began_ns - _newest_ns(path) > _TICK_NS:
                self._write(path, _text(found.digest, before, path))

        yield note

    def forget_missing(self) -> None:
        """Remove the notes of artifacts that are gone."""
        for file in self._directory.glob("*"):
            noted = file.read_text(encoding="utf-8", errors="surrogateescape")
            if not Path(noted.partition("\n")[2].partition("\n")[2]).exists():
                file.unlink()

    def _write(self, path: Path, text: str) -> None:
        # A full disk or a read-only store is no reason to fail: it is read again next time.
        with suppress(OSError):
            self._directory.mkdir(parents=True, exist_ok=True)
            file = self._file(path)
            aside = file.with_suffix(f".{time.time_ns()}")
            aside.write_text(text, encoding="utf-8", errors="surrogateescape")
            aside.replace(file)

    def _file(self, path: Path) -> Path:
        name = hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()
        return self._directory / name


def _text(digest: str, signature: str, path: Path) -> str:
    return f"{digest}\n{signature}\n{path}"


def _newest_ns(path: Path) -> int:
    entries = [path, *path.rglob("*")] if path.is_dir() else [path]
    return max(entry.lstat().st_ctime_ns for entry in entries)
