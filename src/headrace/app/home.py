"""The Headrace home: a directory with the database, the artifacts and what attempts leave.

    <home>/headrace.db      runs, tasks, attempts, artifacts, events: everything that is known
    <home>/artifacts/       what steps made
    <home>/runs/            a directory for each attempt: log, working directory, result
    <home>/config.toml      settings, when the user wrote some

Locks, environments and the code that tasks import are shared by all homes of a user, in the user's
cache directory.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import platformdirs

from headrace.app.settings import Config, find_home, read_config
from headrace.errors import InfrastructureError, NotFound
from headrace.store import Run, Store
from headrace.store.opening import open_store

LATEST = "latest"
DATABASE = "headrace.db"
DATABASE_VARIABLE = "HEADRACE_DATABASE"


@dataclass(frozen=True)
class Home:
    """A home; nothing is made before it is needed.

    Attributes:
        path: Its directory.
        config: Settings that hold for it.
        database: URL of the database, when it is not the home's own file.
    """

    path: Path
    config: Config
    database: str | None = None

    @classmethod
    def find(
        cls, environment: Mapping[str, str] | None = None, *, database: str | None = None
    ) -> Home:
        """Return the home of this process: see ``find_home`` for where it is.

        Args:
            environment: Environment variables; those of the process by default.
            database: URL of its database; ``HEADRACE_DATABASE`` by default, else its own file.
        """
        path = find_home(environment)
        variables = os.environ if environment is None else environment
        return cls(
            path,
            read_config(path, environment),
            database or variables.get(DATABASE_VARIABLE) or None,
        )

    @property
    def exists(self) -> bool:
        """Whether anything was ever run here."""
        return self.database is not None or (self.path / DATABASE).exists()

    @cached_property
    def store(self) -> Store:
        """The store, made if it is missing.

        Raises:
            InfrastructureError: The home cannot be written, or the database cannot be used.
        """
        self._make(self.path)
        return open_store(self.database or self.path / DATABASE)

    def run(self, run_id: str) -> Run:
        """Return the run with this id, or the only one whose id begins so; nothing is made.

        ``latest`` is the newest run.

        Raises:
            NotFound: There is none.
            InvalidRequest: Several begin so.
        """
        if not self.exists:
            message = f"there is no run {run_id}: nothing was ever run in {self.path}"
            raise NotFound(message, hint="set HEADRACE_HOME to the home that it was run in")
        if run_id == LATEST and (newest := self.store.runs(limit=1).items):
            return newest[0]
        return self.store.run(run_id)

    @property
    def artifacts(self) -> Path:
        """Directory of the artifacts."""
        return self.path / "artifacts"

    @property
    def runs(self) -> Path:
        """Directory of the attempts."""
        return self.path / "runs"

    @property
    def locks(self) -> Path:
        """Directory of resolved environments, shared by the user's homes."""
        return cache_dir() / "locks"

    @property
    def environments(self) -> Path:
        """Directory of built environments, shared by the user's homes."""
        return cache_dir() / "environments"

    @property
    def payload(self) -> Path:
        """Directory of the code that tasks import, shared so that its byte code is made once."""
        return cache_dir() / "runtime"

    def check_writable(self) -> None:
        """Make sure that the home can be written, leaving nothing behind that was not there.

        Raises:
            InfrastructureError: It cannot.
        """
        nearest = next(p for p in (self.path, *self.path.parents) if p.exists())
        if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
            self._refuse("it is not a directory" if not nearest.is_dir() else "permission denied")
        probe = nearest / f".headrace-probe-{os.getpid()}"
        try:
            probe.touch()
        except OSError as error:
            self._refuse(error.strerror or str(error))
        finally:
            with suppress(OSError):
                probe.unlink()

    def _make(self, path: Path) -> None:
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            self._refuse(error.strerror or str(error))

    def _refuse(self, reason: str) -> None:
        message = f"the Headrace home {self.path} cannot be written: {reason}"
        hint = "set HEADRACE_HOME to a directory that can be written"
        raise InfrastructureError(message, hint=hint)


def cache_dir() -> Path:
    """Return the directory of what can be made again: locks and environments."""
    return Path(platformdirs.user_cache_dir("headrace"))
