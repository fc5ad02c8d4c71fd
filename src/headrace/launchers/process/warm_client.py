"""The controller's end of a warm parent: starts one or finds one, sends requests, reads events."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import stat
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from headrace.errors import InfrastructureError

# The first process ends at once, so that the warm parent is nobody's child and leaves no zombie.
_CODE = (
    "import os, sys; os.fork() and os._exit(0); sys.path.insert(0, sys.argv[2]); "
    "from headrace.executor.warm import main; main()"
)
#: The system takes about a hundred bytes for the path of a socket.
_MAX_DIRECTORY_BYTES = 80
_SWEEP_AGE_S = 3600.0
_MAX_LINE_BYTES = 16 * 1024 * 1024

#: Called with each event and the result file's content, when that came with it.
OnEvent = Callable[["WarmClient", dict[str, Any], bytes | None], None]


def runtime_directory() -> Path:
    """Return the directory of this user's sockets: short, and closed to others.

    Raises:
        InfrastructureError: No such directory can be had, or somebody else has it.
    """
    bases = (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp")  # noqa: S108
    for base in filter(None, bases):
        path = Path(base) / f"headrace-{os.getuid()}"
        if len(os.fsencode(path)) > _MAX_DIRECTORY_BYTES:
            continue
        with contextlib.suppress(OSError):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = path.lstat()
            is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
            if is_ours and found.st_mode & 0o077 == 0:
                return path
    message = f"no directory for sockets of yours alone in {', '.join(filter(None, bases))}"
    raise InfrastructureError(message, hint="set TMPDIR to a directory with a short name")


def sweep(directory: Path, now: float) -> None:
    """Remove the sockets of warm parents that were killed; those of living ones answer.

    Args:
        directory: Where the sockets are.
        now: The time, in seconds since the epoch; what is younger than an hour is left alone.
    """
    for path in directory.glob("*.sock"):
        with contextlib.suppress(OSError):
            if now - path.lstat().st_mtime < _SWEEP_AGE_S:
                continue
            with socket.socket(socket.AF_UNIX) as channel:
                if channel.connect_ex(str(path)) == errno.ECONNREFUSED:
                    path.unlink()


class WarmClient:
    """A connection to a warm parent.

    Args:
        python: Its interpreter; only for the first controller of a parent, else None.
        on_event: Receives its events.

    Attributes:
        forks: Whether attempts are forked; False once one has stalled right after its fork.
        pid: Process id of the parent, once it has answered.
    """

    def __init__(self, python: Path | None, on_event: OnEvent) -> None:
        self.python = python
        self.forks = True
        self._on_event = on_event
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._starter: subprocess.Popen[bytes] | None = None
        self.pid: int | None = None

    @property
    def is_connected(self) -> bool:
        """Whether the parent can be reached."""
        return self._writer is not None

    async def launch(self, payload: Path, environment: dict[str, str]) -> None:
        """Start a warm parent in a session of its own and connect to it.

        Raises:
            InfrastructureError: The interpreter cannot be started.
        """
        assert self.python is not None
        directory = runtime_directory()
        sweep(directory, time.time())
        path = str(directory / f"{uuid.uuid4().hex[:12]}.sock")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen(16)
            # The parent is handed the listening socket, so there is nothing to wait for.
            command = [
                str(self.python),
                "-I",
                "-c",
                _CODE,
                str(listener.fileno()),
                str(payload),
                path,
            ]
            try:
                self._starter = subprocess.Popen(  # noqa: ASYNC220 - it takes a millisecond
                    command,
                    env=environment,
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                    pass_fds=(listener.fileno(),),
                )
            except OSError as error:
                os.unlink(path)  # noqa: PTH108 - as quick as it is rare
                message = f"cannot start {self.python}: {error.strerror}"
                raise InfrastructureError(message) from error
        await self.connect(path)

    async def connect(self, path: str) -> None:
        """Connect to a warm parent.

        Raises:
            OSError: Nobody listens there.
        """
        reader, writer = await asyncio.open_unix_connection(path, limit=_MAX_LINE_BYTES)
        self._writer = writer
        self._reading = asyncio.create_task(self._read(reader))

    def send(self, request: dict[str, Any]) -> None:
        """Send a request; one to a parent that is gone is answered by its end."""
        if self._writer is not None:
            self._writer.write(msgspec.json.encode(request) + b"\n")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                event: dict[str, Any] = msgspec.json.decode(line)
                length: int = event.get("result_bytes", 0)
                result = await reader.readexactly(length) if length else None
                if event["event"] == "hello":
                    self.pid = event["pid"]
                    continue
                self._on_event(self, event, result)
        except (OSError, ValueError, asyncio.IncompleteReadError):
            pass  # the parent died in the middle of a line
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._starter is not None:
            self._starter.wait()  # it ended when the parent began
        self._on_event(self, {"event": "gone"}, None)

    async def close(self) -> None:
        """Leave the parent, which goes on while attempts run."""
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()
            self._writer = None
        if self._starter is not None:
            self._starter.wait()
