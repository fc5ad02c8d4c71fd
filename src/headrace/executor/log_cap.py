"""Keeps a log file within its limit while a process writes it.

The process writes into the file itself, so nothing is lost when a watcher dies and nothing waits
for one. What goes over the limit is cut off again and again; the beginning stays, and the end is
put back when the process has ended, with a line between them that says how much is missing.
"""

from __future__ import annotations

import os
from typing import Optional

_TAIL_BYTES = 64 * 1024


class LogCap:
    """The limit of one log.

    Args:
        path: The log file.
        limit: Most bytes to keep; None keeps everything.
    """

    def __init__(self, path: str, limit: Optional[int]) -> None:
        self._path = path
        self._limit = limit
        self._dropped = 0
        self._tail = b""

    def enforce(self) -> None:
        """Cut off what is over the limit, remembering the last of it."""
        if self._limit is None:
            return
        try:
            size = os.stat(self._path).st_size
            if size > self._limit:
                self._cut(size, self._limit)
        except OSError:
            return  # not there yet

    def finish(self) -> None:
        """Put the end of the log back after the process has ended."""
        self.enforce()
        if not self._dropped:
            return
        lost = self._dropped - len(self._tail)
        notice = "\n[headrace] the log is over its limit of %d bytes: %d bytes are left out here\n"
        with open(self._path, "ab") as file:
            file.write((notice % (self._limit or 0, lost)).encode("ascii") + self._tail)

    def _cut(self, size: int, limit: int) -> None:
        with open(self._path, "r+b") as file:
            file.seek(max(limit, size - _TAIL_BYTES))
            self._tail = (self._tail + file.read(_TAIL_BYTES))[-_TAIL_BYTES:]
            file.truncate(limit)
        self._dropped += size - limit
