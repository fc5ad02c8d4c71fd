"""What the warm parent keeps in mind of each attempt, and the code that attempts share.

This module does nothing to processes; it holds what ``warm`` acts upon.
"""

from __future__ import annotations

import os
import time
from typing import Any, Dict, Optional

from headrace.executor.attempt import LOG_FILE
from headrace.executor.log_cap import LogCap
from headrace.executor.source import Compiled, Source, compile_source, source_of

_HANDSHAKE_S = 10.0
_MAX_CODES = 64
#: Most steps that do little have ended by then, and are not looked at.
_FIRST_LOOK_S = 0.05


class Attempt:
    """An attempt whose process is a child of this one.

    Attributes:
        request: What asked for its start.
        begin_by: When it is taken for stalled, unless it has shaken hands; times are monotonic.
        announce_at: When its start is told of; None when that is done, or it has not begun.
        measure_at: When its memory and log are looked at next.
        cold: Whether it was started without a fork.
        reason: Why it is being ended from here.
        kill_at: When it is killed, since it was asked to stop.
        peak_bytes: Most memory that its processes held together, as far as it was measured.
    """

    def __init__(self, request: Dict[str, Any]) -> None:
        self.id: str = request["id"]
        self.directory: str = request["directory"]
        self.request = request
        self.pid = 0
        self.started = time.monotonic()
        self.begin_by = self.started + float(request.get("handshake_s") or _HANDSHAKE_S)
        self.shook_hands = False
        self.announce_at: Optional[float] = None
        self.measure_at = self.started + _FIRST_LOOK_S
        self.cold = bool(request.get("cold"))
        self.reason: Optional[str] = None
        self.kill_at: Optional[float] = None
        self.memory_bytes: Optional[int] = request.get("memory_bytes")
        self.peak_bytes = 0
        deadline_s = request.get("deadline_s")
        self.deadline = None if deadline_s is None else self.started + deadline_s
        self.log = LogCap(os.path.join(self.directory, LOG_FILE), request.get("log_bytes"))


class CodeCache:
    """Compiled code of components, so that a thousand tasks of one compile it once; runs none."""

    def __init__(self) -> None:
        self._known: Dict[Source, Optional[Compiled]] = {}

    def of(self, request: Dict[str, Any]) -> Optional[Compiled]:
        """Return the code of an attempt's component; None leaves it, or its errors, to the task."""
        if request.get("python") is None:
            return None
        source = source_of(request["python"], request.get("component"))
        if source not in self._known:
            while len(self._known) >= _MAX_CODES:
                del self._known[next(iter(self._known))]
            try:
                self._known[source] = compile_source(source)
            except Exception:  # the task meets it again, and reports it
                self._known[source] = None
        return self._known[source]
