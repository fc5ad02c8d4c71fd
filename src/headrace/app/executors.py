"""What runs each attempt: which environment, which function, which place."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from headrace.app.home import Home
from headrace.app.machine import find_engine_here
from headrace.app.places import place_of
from headrace.app.preparation import runs_here
from headrace.app.submission import RunOptions, lock_of, options_of
from headrace.engine.attempts import AttemptSpec
from headrace.engine.events import PackagesLocked
from headrace.environments import (
    Environment,
    EnvironmentRequest,
    LightweightSpec,
    Lock,
    build,
    parse_as_of,
    request_from_command,
    resolve,
)
from headrace.errors import InvalidRequest
from headrace.launchers.container import Engine
from headrace.launchers.prepared import Prepared, PythonTask


class Executors:
    """Finds, and makes when they are missing, the environments of attempts.

    Environments are built at the first attempt that needs them, so that steps that need none do
    not wait for them.
    """

    def __init__(self, home: Home, notice: Callable[[str], None]) -> None:
        self._home = home
        self._notice = notice
        self._built: dict[str, Environment] = {}
        self._kept: set[tuple[str, str]] = set()
        self._options: dict[str, RunOptions] = {}
        self._recognise = lru_cache(maxsize=512)(request_from_command)

    def is_ready(self, spec: AttemptSpec) -> bool:
        """Say whether the attempt's environment is there; quick."""
        return spec.container is None or (
            self._key(spec) in self._built and not self._is_to_be_kept(spec)
        )

    def make_ready(self, spec: AttemptSpec) -> dict[str, Any] | None:
        """Build the attempt's environment if it is not there; may take minutes.

        Returns:
            The lock of a step whose image was known only now, for the run's history.

        Raises:
            EnvironmentUnresolvable: It cannot be built.
            InfrastructureError: The index or the disk cannot be used.
        """
        key = self._key(spec)
        to_be_kept = self._is_to_be_kept(spec)
        if key in self._built and not to_be_kept:
            return None
        if spec.lock is not None:
            lock = lock_of(self._home.store, self._run_options(spec), spec.lock)
            lightweight = self.lightweight(spec)
            if lightweight is not None:  # a stored lock knows no indexes and their credentials
                lock = lock.answering(lightweight.request)
        else:
            late = self._late(spec)
            request = EnvironmentRequest() if late is None else late.request
            as_of = parse_as_of(self._home.config.packages_as_of)
            request = replace(request, as_of=as_of)
            kept = self._kept_lock(spec) if to_be_kept else None
            lock = kept or resolve(request, self._home.locks, pythons=self._home.config.pythons)
            to_be_kept = to_be_kept and kept is None
        if lock.packages:
            self._notice(f"preparing {len(lock.packages)} packages for Python {lock.python}")
        if key not in self._built:
            self._built[key] = build(lock, self._home.environments)
        self._kept.add((spec.id.run_id, spec.id.task))
        return lock.to_dict() if to_be_kept else None

    def _is_to_be_kept(self, spec: AttemptSpec) -> bool:
        """Whether the run does not know yet which packages this step has."""
        known = (spec.id.run_id, spec.id.task) in self._kept
        return not known and self._late(spec) is not None

    def _kept_lock(self, spec: AttemptSpec) -> Lock | None:
        """Return the lock that an earlier attempt of the step found, which a later one keeps."""
        for _, event in self._home.store.journal(spec.id.run_id):
            if isinstance(event, PackagesLocked) and event.attempt.task == spec.id.task:
                lock, late = Lock.from_dict(event.lock), self._late(spec)
                return lock if late is None else lock.answering(late.request)
        return None

    def prepared(self, spec: AttemptSpec) -> Prepared:
        """Return how a launcher starts the attempt; its environment is ready."""
        environment = self._built[self._key(spec)]
        engine = self._engine(spec)
        lightweight = self.lightweight(spec)
        if engine is not None or lightweight is None:
            return Prepared(environment.python, engine=engine)
        place = place_of(lightweight.source, self._run_options(spec).places)
        task = PythonTask(
            source=lightweight.source,
            function=lightweight.function_name,
            source_file=place.file if place else None,
            source_line=place.line if place else None,
        )
        return Prepared(environment.python, task)

    def _engine(self, spec: AttemptSpec) -> Engine | None:
        """Return what runs the attempt as its image; None runs it on this machine.

        Raises:
            InvalidRequest: It runs as its image, and there is nothing to do that any more.
        """
        container = spec.container
        if container is None or spec.lock is not None:
            return None
        if runs_here(container.image, self._home.config) or self._late(spec) is not None:
            return None
        engine = find_engine_here()
        if engine is None:
            message = f"no podman or docker here to run the image {container.image}"
            raise InvalidRequest(message, hint="install one, and retry the run")
        return engine

    def lightweight(self, spec: AttemptSpec) -> LightweightSpec | None:
        """Return the Python function that the attempt's command is, or None if it is none."""
        container = spec.container
        if container is None:
            return None
        return self._recognise(container.image, container.command, container.args)

    def _late(self, spec: AttemptSpec) -> LightweightSpec | None:
        """Return the function of an attempt whose image, known only now, is a plain Python."""
        if spec.lock is not None:
            return None
        lightweight = self.lightweight(spec)
        return lightweight if lightweight is not None and not lightweight.notices else None

    def _key(self, spec: AttemptSpec) -> str:
        """Return what tells the attempt's environment from others."""
        if spec.lock is not None:
            return spec.lock
        late = self._late(spec)
        return "" if late is None else repr(late.request)

    def _run_options(self, spec: AttemptSpec) -> RunOptions:
        run_id = spec.id.run_id
        if run_id not in self._options:
            self._options[run_id] = options_of(self._home.store.run(run_id))
        return self._options[run_id]


def interpreter_of(environment: dict[str, str]) -> Path:
    """Return the Python that a step with these environment variables starts with."""
    found = shutil.which("python", path=environment.get("PATH")) or shutil.which(
        "python3", path=environment.get("PATH")
    )
    return Path(found or sys.executable)
