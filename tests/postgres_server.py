"""A real PostgreSQL for tests: a server of its own, on a socket, in a directory that goes with it.

``tools/postgres.sh`` installs it; where there is none, the tests that need it are skipped.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

MISSING = "there is no PostgreSQL: tools/postgres.sh installs it"


def programs() -> Path | None:
    """Return the directory of the newest server that is installed."""
    places = [Path(p) for p in sorted(Path("/usr/lib/postgresql").glob("*/bin"))]
    found = shutil.which("initdb")
    if found:
        places.append(Path(found).parent)
    return places[-1] if places else None


class Server:
    """A running server; databases are made from a template."""

    def __init__(self, *, durable: bool = False) -> None:
        bin_ = programs()
        if bin_ is None:
            pytest.skip(MISSING)
        self._bin = bin_
        # Memory, where what is written need not last; removing databases one by one is slow.
        memory = Path("/dev/shm")
        place = memory if not durable and os.access(memory, os.W_OK) else None
        self.directory = Path(tempfile.mkdtemp(prefix="headrace-pg-", dir=place))
        self._user = _account()
        if self._user is not None:
            os.chown(self.directory, self._user.pw_uid, self._user.pw_gid)
        self.data = self.directory / "data"
        self._run(
            "initdb",
            "-D",
            str(self.data),
            "-U",
            "headrace",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        )
        self._settings = (
            []
            if durable
            else ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        )
        self._made = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [
            str(self._bin / "postgres"),
            "-D",
            str(self.data),
            "-k",
            str(self.directory),
            "-c",
            "listen_addresses=",
            "-c",
            "max_connections=120",
            *self._settings,
        ]
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, **self._as_account()
            )
        until = time.monotonic() + 30
        while True:
            try:
                self.admin("SELECT 1")
            except psycopg.OperationalError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """End the server at once and remove what it left."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(20)
            self.process = None
        shutil.rmtree(self.directory, ignore_errors=True)

    def kill(self) -> None:
        """End the server as a crash does: it recovers when it is started again."""
        assert self.process is not None
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(20)

    def url(self, database: str) -> str:
        """Return where a database is."""
        return f"postgresql://headrace@/{database}?host={self.directory}"

    def database(self, template: str | None = None) -> str:
        """Make a database and return its name."""
        self._made += 1
        name = f"test_{self._made}"
        self.admin(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}")
        return name

    def admin(self, sql: str) -> list[tuple[object, ...]]:
        """Run a statement as the server's owner, outside of any test's database."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._bin / program), *arguments],
            check=True,
            capture_output=True,
            **self._as_account(),
        )

    def _as_account(self) -> dict[str, object]:
        if self._user is None:
            return {"cwd": self.directory}
        return {
            "user": self._user.pw_uid,
            "group": self._user.pw_gid,
            "extra_groups": [],
            "cwd": self.directory,
            "env": {"PATH": os.environ["PATH"], "HOME": str(self.directory), "LC_ALL": "C"},
        }


def _account() -> pwd.struct_passwd | None:
    """Return whom the server runs as; it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres")
    pytest.skip(MISSING)
