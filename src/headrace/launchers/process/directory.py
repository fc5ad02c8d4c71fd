"""The directory of an attempt, and what its files say about how far it came.

``spec.json`` is written before the start; ``started`` is a symbolic link that the attempt's own
process makes, whose text names that process; ``result.json`` is the process's last act;
``exit.json`` is written by the warm parent; ``log`` and ``work/`` belong to the user's code.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from headrace.engine.attempts import AttemptId, AttemptResult
from headrace.executor.attempt import LOG_FILE, RESULT_FILE, TASK_FILE
from headrace.executor.child import CLAIM
from headrace.executor.processes import boot_id, is_same_process
from headrace.executor.warm import EXIT_FILE
from headrace.launchers.endings import Ending, ended, read_ending
from headrace.launchers.task_file import ENVIRONMENT_FILE


class _TaskFile(msgspec.Struct, frozen=True):
    """Of the task file, what is read back."""

    env: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Claim:
    """Which process began the attempt, and the socket of the parent that watches over it.

    Attributes:
        at: When it began, in ticks since boot.
    """

    pid: int
    at: int
    boot: str
    socket: str

    @property
    def is_alive(self) -> bool:
        """Whether that process still runs."""
        return self.boot == boot_id() and is_same_process(self.pid, self.at)


class AttemptDirectory:
    """The files of one attempt.

    Args:
        root: Directory of all runs.
        attempt: Whose directory it is.
    """

    def __init__(self, root: Path, attempt: AttemptId) -> None:
        self.path = root / attempt.run_id / attempt.slug
        self.log = self.path / LOG_FILE

    def write_task(self, content: dict[str, object]) -> int:
        """Make the directory and write the task file; nobody reads it before the start.

        Returns:
            The size of the file in bytes.

        Raises:
            OSError: They cannot be written.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        size = (self.path / TASK_FILE).write_bytes(msgspec.json.encode(content))
        if "environment" in content:
            file = self.path / ENVIRONMENT_FILE
            file.touch(mode=0o600)
            file.write_text(str(content["environment"]), "utf-8")
        return size

    def withdraw(self) -> None:
        """Claim the attempt for nobody, so that it never begins; what has begun stays as it is."""
        with suppress(OSError):  # on a full disk nothing could begin either
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.path / CLAIM).symlink_to("0|0|nobody|")

    def claim(self) -> Claim | None:
        """Return who began the attempt, or None when nobody did."""
        try:
            text = str((self.path / CLAIM).readlink())
        except OSError:
            return None
        pid, at, boot, socket = text.split("|", 3)
        return Claim(int(pid), int(at), boot, socket)

    def variable(self, name: str) -> str | None:
        """Return an environment variable of the attempt, or None when nothing says it."""
        content = self._read(TASK_FILE)
        if content is None:
            return None
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            return msgspec.json.decode(content, type=_TaskFile).env.get(name)
        return None

    def ending(self) -> Ending | None:
        """Return the exit record, or None when there is none."""
        content = self._read(EXIT_FILE)
        return None if content is None else read_ending(content)

    def result(self) -> bytes | None:
        """Return the content of the result file, or None when there is none."""
        return self._read(RESULT_FILE)

    def attempt_result(self, ending: Ending | None = None) -> AttemptResult:
        """Return how the attempt ended, which it must have.

        Args:
            ending: The exit record, when it is at hand.
        """
        return ended(ending or self.ending(), self.result())

    def _read(self, name: str) -> bytes | None:
        try:
            return (self.path / name).read_bytes()
        except OSError:
            return None
