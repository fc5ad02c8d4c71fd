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
from headrace.engine.events import PackagesLocked, RunSubmitted
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
from headrace.errors import InvalidRequest, NotFound
from headrace.launchers.container import Engine
from headrace.launchers.prepared import Prepared, PythonTask

#: Key under which a kept lock says which request it answers, without that request's credentials.
_REQUEST = "request"


class Executors:
    """Finds, and makes when they are missing, the environments of attempts.

    Environments are built at the first attempt that needs them, so that steps that need none do
    not wait for them.
    """

    def __init__(self, home: Home, notice: Callable[[str], None]) -> None:
        self._home = home
        self._notice = notice
        self._built: dict[str | None, Environment] = {}
        self._kept: dict[str, dict[str, dict[str, Any]]] = {}
        self._options: dict[str, RunOptions] = {}
        self._recognise = lru_cache(maxsize=512)(request_from_command)

    def is_ready(self, spec: AttemptSpec) -> bool:
        """Say whether the attempt's environment is there; quick."""
        return spec.container is None or self._key(spec) in self._built

    def make_ready(self, spec: AttemptSpec) -> dict[str, Any] | None:
        """Build the attempt's environment if it is not there; may take minutes.

        Returns:
            The lock of a step whose image was known only now, for the run's history.

        Raises:
            EnvironmentUnresolvable: It cannot be built.
            InfrastructureError: The index or the disk cannot be used.
        """
        if self.is_ready(spec):
            return None
        key, is_new = self._key(spec), False
        if spec.lock is not None:
            lock = lock_of(self._home.store, self._run_options(spec), spec.lock)
            lightweight = self.lightweight(spec)
            if lightweight is not None:  # a stored lock knows no indexes and their credentials
                lock = lock.answering(lightweight.request)
        elif self._late(spec) is not None:
            lock, is_new = self._late_lock(spec)
            key = lock.digest
        else:
            lock = self._resolved(EnvironmentRequest())
        if key not in self._built:
            if lock.packages:
                self._notice(f"preparing {len(lock.packages)} packages for Python {lock.python}")
            self._built[key] = build(lock, self._home.environments)
        return self._keep(spec, lock) if is_new else None

    def _late_lock(self, spec: AttemptSpec) -> tuple[Lock, bool]:
        """Return the lock of a step whose image was known only now, and whether the run lacks it.

        It is the one that an earlier attempt of the step found, or the step in the run that this
        one repeats when it asks for the same; else it is resolved.
        """
        request, task = self._late_request(spec), spec.id.task
        kept = self._kept_locks(spec.id.run_id).get(task)
        if kept is not None:
            return Lock.from_dict(kept).answering(request), False
        repeated = self._kept_locks(self._repeats(spec.id.run_id)).get(task)
        if repeated is not None and repeated.get(_REQUEST) == request.digest():
            return Lock.from_dict(repeated).answering(request), True
        return self._resolved(request), True

    def _resolved(self, request: EnvironmentRequest) -> Lock:
        request = replace(request, as_of=parse_as_of(self._home.config.packages_as_of))
        return resolve(request, self._home.locks, pythons=self._home.config.pythons)

    def _late_request(self, spec: AttemptSpec) -> EnvironmentRequest:
        late = self._late(spec)
        return EnvironmentRequest() if late is None else late.request

    def _keep(self, spec: AttemptSpec, lock: Lock) -> dict[str, Any]:
        """Remember a lock for the step's later attempts and return what the history keeps."""
        found = {**lock.to_dict(), _REQUEST: self._late_request(spec).digest()}
        self._kept_locks(spec.id.run_id)[spec.id.task] = found
        return found

    def _kept_locks(self, run_id: str) -> dict[str, dict[str, Any]]:
        """Return the locks that a run's history keeps, by step; its journal is read once."""
        if run_id not in self._kept:
            events = self._home.store.journal(run_id) if run_id else ()
            found = {
                event.attempt.task: event.lock
                for _, event in events
                if isinstance(event, PackagesLocked)
            }
            # Attempts are made ready in threads: what was read first stays, with what came since.
            self._kept.setdefault(run_id, found)
        return self._kept[run_id]

    def _repeats(self, run_id: str) -> str:
        """Return the run that this one runs again; empty when it is none, or that one is gone."""
        _, submitted = next(iter(self._home.store.journal(run_id)))
        earlier = submitted.reuse_source if isinstance(submitted, RunSubmitted) else ""
        try:
            return self._home.store.run(earlier).run_id if earlier else ""
        except NotFound:
            return ""

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

    def _key(self, spec: AttemptSpec) -> str | None:
        """Return what tells the attempt's environment from others; None while it is not known."""
        if spec.lock is not None:
            return spec.lock
        if self._late(spec) is None:
            return ""
        kept = self._kept.get(spec.id.run_id, {}).get(spec.id.task)
        return None if kept is None else kept["digest"]

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
