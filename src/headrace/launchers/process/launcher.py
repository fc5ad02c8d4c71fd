"""The process launcher: starts attempts through warm parents, and adopts those that run already.

Every way to the end of an attempt goes through ``_finish``, which reports it once. This module does
not know how an environment is built, nor what the controller does with a report.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import signal
import time
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from typing import Any

import msgspec

from headrace.engine.attempts import AttemptId, AttemptResult, AttemptSpec, Failure
from headrace.errors import InfrastructureError
from headrace.executor.processes import signal_all, tree_of
from headrace.executor.warm import PRELOAD_VARIABLE
from headrace.launchers.endings import Ending, ended, ending_of, never_started
from headrace.launchers.payload import materialise
from headrace.launchers.port import Capacity, Finished, Report, Started
from headrace.launchers.prepared import EnvironmentFor, Prepared
from headrace.launchers.process.directory import AttemptDirectory, Claim
from headrace.launchers.process.log_reader import read_log
from headrace.launchers.process.source_files import SourceFiles
from headrace.launchers.process.warm_client import WarmClient
from headrace.launchers.surroundings import inherited_environment
from headrace.launchers.task_file import task_file

_POLL_S = 0.1
#: Larger task files are read by the attempt itself, for the warm parent is to stay small.
_MAX_INLINE_BYTES = 64 * 1024


class _Running:
    """An attempt that was begun and has not been reported as finished."""

    def __init__(self, spec: AttemptSpec, directory: AttemptDirectory) -> None:
        self.spec = spec
        self.directory = directory
        self.client: WarmClient | None = None
        self.watching: asyncio.Task[None] | None = None
        self.stopping: asyncio.Task[None] | None = None
        self.is_announced = False
        self.is_stopping = False


class ProcessLauncher:
    """Runs attempts as processes of this machine.

    Args:
        runs: Directory in which each attempt has its own: ``<runs>/<run id>/<slug>``.
        payload: Directory below which the code that tasks import is kept.
        environment_for: Says for each attempt which interpreter runs it, and what.
        capacity: What the machine offers.
        log_limit_bytes: Where the log of an attempt is cut; None keeps all of it.
        enforce_memory: Whether an attempt that goes over its limit of memory is killed.
        cold: Start a fresh interpreter for each attempt instead of a fork.
        handshake_s: How long a forked attempt may take to begin before it is started cold instead.
    """

    def __init__(
        self,
        *,
        runs: Path,
        payload: Path,
        environment_for: EnvironmentFor,
        capacity: Capacity,
        log_limit_bytes: int | None = 1 << 30,
        enforce_memory: bool = True,
        cold: bool = False,
        handshake_s: float = 10.0,
    ) -> None:
        self._runs = runs
        self._payload_parent = payload
        self._payload: Path | None = None
        self._environment_for = environment_for
        self._capacity = capacity
        self._log_limit_bytes = log_limit_bytes
        self._enforce_memory = enforce_memory
        self._cold = cold
        self._handshake_s = handshake_s
        self._inherited = inherited_environment()
        self._sources = SourceFiles(runs)
        self._running: dict[str, _Running] = {}
        self._clients: dict[object, asyncio.Task[WarmClient]] = {}
        self._finished: set[str] = set()
        self._reports: asyncio.Queue[Report | None] = asyncio.Queue()

    async def start(self, spec: AttemptSpec) -> None:
        """Start the attempt; asked twice for the same id, start it once."""
        slug = spec.id.slug
        if slug in self._running or slug in self._finished:
            return
        directory = AttemptDirectory(self._runs, spec.id)
        running = self._running[slug] = _Running(spec, directory)
        try:
            if directory.claim() is not None:
                await self._adopt(running)
                return
            prepared = self._environment_for(spec)
            content, size = self._write_task(spec, prepared, directory)
            client = await self._warm_client(prepared)
        except BaseException:
            del self._running[slug]
            raise
        if running.is_stopping:
            self._finish(running, never_started("stopped before it began"))
            return
        running.client = client
        client.send(self._start_request(spec, content, client, inline=size <= _MAX_INLINE_BYTES))

    async def stop(self, attempt: AttemptId, grace_s: float) -> None:
        """End the attempt and all its processes; it is then reported as finished (canceled)."""
        running = self._running.get(attempt.slug)
        if running is None:
            if attempt.slug not in self._finished:
                self._finished.add(attempt.slug)
                AttemptDirectory(self._runs, attempt).withdraw()
                result = never_started("stopped before it began")
                self._reports.put_nowait(Finished(attempt=attempt, at=time.time(), result=result))
            return
        running.is_stopping = True
        if running.client is not None and running.client.is_connected:
            running.client.send({"op": "stop", "id": attempt.slug, "grace_s": grace_s})
        elif (claim := running.directory.claim()) is not None and running.stopping is None:
            running.stopping = asyncio.create_task(self._stop_orphan(claim, grace_s))

    async def reports(self) -> AsyncIterator[Report]:
        """Yield what happens to the attempts, each end exactly once."""
        while (report := await self._reports.get()) is not None:
            yield report

    async def recover(self, attempts: Collection[AttemptSpec]) -> list[AttemptSpec]:
        """Adopt attempts of an earlier controller; return those that never began."""
        fresh: list[AttemptSpec] = []
        for spec in attempts:
            directory = AttemptDirectory(self._runs, spec.id)
            if spec.id.slug in self._running:
                continue
            if directory.claim() is None and directory.ending() is None:
                fresh.append(spec)
                continue
            running = self._running[spec.id.slug] = _Running(spec, directory)
            await self._adopt(running)
        return fresh

    async def logs(self, attempt: AttemptId, *, follow: bool) -> AsyncIterator[bytes]:
        """Yield the attempt's output, to the last byte; with ``follow`` until it has ended."""
        directory = AttemptDirectory(self._runs, attempt)

        def is_over() -> bool:
            if not follow or attempt.slug in self._finished:
                return True
            return attempt.slug not in self._running and directory.ending() is not None

        async for block in read_log(directory.log, is_over):
            yield block

    def variable(self, attempt: AttemptId, name: str) -> str | None:
        """Return an environment variable that an attempt was started with, None without a trace."""
        return AttemptDirectory(self._runs, attempt).variable(name)

    def capacity(self) -> Capacity:
        """Say what there is, in all."""
        return self._capacity

    async def close(self) -> None:
        """Let go of everything that is held; attempts that run go on."""
        for running in self._running.values():
            for task in (running.watching, running.stopping):
                if task is not None:
                    task.cancel()
        for connecting in self._clients.values():
            connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError, InfrastructureError, OSError):
                await (await connecting).close()
        self._clients.clear()
        self._reports.put_nowait(None)

    # ------------------------------------------------------------------ starting

    def _write_task(
        self, spec: AttemptSpec, prepared: Prepared, directory: AttemptDirectory
    ) -> tuple[dict[str, Any], int]:
        try:
            if self._payload is None:
                self._payload = materialise(self._payload_parent)
            content = task_file(
                spec,
                prepared,
                directory=directory.path,
                payload=self._payload,
                source=self._sources.path_of(prepared.task, spec.id.run_id),
                inherited=self._inherited,
            )
            size = directory.write_task(content)
        except OSError as error:
            message = f"cannot write to {directory.path}: {error.strerror}"
            raise InfrastructureError(message, retryable=True) from error
        return content, size

    def _start_request(
        self, spec: AttemptSpec, content: dict[str, Any], client: WarmClient, *, inline: bool
    ) -> dict[str, Any]:
        commands: dict[str, Any] | None = content.get("container")
        # A container engine enforces the limit itself.
        enforced = self._enforce_memory and commands is None
        limit = spec.resources.memory_limit_bytes if enforced else None
        return {
            "op": "start",
            "id": spec.id.slug,
            "directory": content["directory"],
            "component": content["component"],
            "python": content.get("python"),
            "task": content if inline else None,
            "clean_up": None if commands is None else commands["remove"],
            "deadline_s": spec.deadline_s,
            "memory_bytes": limit,
            "log_bytes": self._log_limit_bytes,
            "cold": self._cold or not client.forks,
            "handshake_s": self._handshake_s,
        }

    async def _warm_client(self, prepared: Prepared) -> WarmClient:
        key = (prepared.python, prepared.preload)
        connecting = self._clients.get(key)
        if connecting is not None and connecting.done():
            failed = connecting.cancelled() or connecting.exception() is not None
            if failed or not connecting.result().is_connected:
                connecting = None
        if connecting is None:
            connecting = asyncio.create_task(self._launch(prepared))
            self._clients[key] = connecting
        return await asyncio.shield(connecting)

    async def _launch(self, prepared: Prepared) -> WarmClient:
        assert self._payload is not None
        client = WarmClient(prepared.python, self._on_event)
        environment = self._inherited | {PRELOAD_VARIABLE: ",".join(prepared.preload)}
        await client.launch(self._payload, environment)
        return client

    # ------------------------------------------------------------------ events of warm parents

    def _on_event(self, client: WarmClient, event: dict[str, Any], result: bytes | None) -> None:
        kind = event["event"]
        if kind == "gone":
            self._on_gone(client)
            return
        running = self._running.get(event["id"])
        if running is None:
            return
        if kind == "started":
            self._announce(running, event["pid"])
        elif kind == "exited":
            ending = ending_of(event["ending"])
            self._finish(running, self._result(running, ending, result))
        elif kind == "no_fork":
            client.forks = False
        else:  # another process has the attempt
            self._watch(running)

    def _on_gone(self, client: WarmClient) -> None:
        """Go on without a warm parent that died; its attempts have not."""
        for running in list(self._running.values()):
            if running.client is client:
                running.client = None
                self._watch(running)

    def _announce(self, running: _Running, pid: int) -> None:
        if not running.is_announced:
            running.is_announced = True
            self._reports.put_nowait(
                Started(attempt=running.spec.id, at=time.time(), where=f"pid {pid}")
            )

    @staticmethod
    def _result(running: _Running, ending: Ending, result: bytes | None) -> AttemptResult:
        if result is not None:
            return ended(ending, result)
        return running.directory.attempt_result(ending)

    def _finish(self, running: _Running, result: AttemptResult) -> None:
        slug = running.spec.id.slug
        if self._running.pop(slug, None) is None:
            return
        self._finished.add(slug)
        if running.watching is not None:
            running.watching.cancel()
        self._reports.put_nowait(Finished(attempt=running.spec.id, at=time.time(), result=result))

    # ------------------------------------------------------------------ adopting

    async def _adopt(self, running: _Running) -> None:
        """Watch an attempt that another controller began, or report how it ended."""
        claim = running.directory.claim()
        if running.directory.ending() is not None or claim is None or not claim.is_alive:
            self._watch(running)
            return
        self._announce(running, claim.pid)
        try:
            running.client = await self._known_parent(claim.socket)
            running.client.send({"op": "watch", "id": running.spec.id.slug})
        except OSError:
            self._watch(running)

    async def _known_parent(self, path: str) -> WarmClient:
        connecting = self._clients.get(path)
        if connecting is None or (connecting.done() and connecting.exception() is not None):
            connecting = self._clients[path] = asyncio.create_task(self._connect(path))
        return await asyncio.shield(connecting)

    async def _connect(self, path: str) -> WarmClient:
        client = WarmClient(None, self._on_event)
        await client.connect(path)
        return client

    def _watch(self, running: _Running) -> None:
        if running.watching is None:
            running.watching = asyncio.create_task(self._wait_for_end(running))

    async def _wait_for_end(self, running: _Running) -> None:
        """Wait for the end of an attempt that no warm parent tells us of, by looking."""
        began = time.monotonic()
        deadline_s = running.spec.deadline_s
        gone_since: float | None = None
        while running.directory.ending() is None:
            claim = running.directory.claim()
            if claim is None or not claim.is_alive:
                # Its parent, if it still has one, may be about to write the exit record.
                gone_since = gone_since or time.monotonic()
                if time.monotonic() - gone_since > 5 * _POLL_S:
                    break
            elif deadline_s is not None and time.monotonic() - began > deadline_s:
                await self._stop_orphan(claim, 0.0)
            await asyncio.sleep(_POLL_S)
        result = running.directory.attempt_result()
        if running.is_stopping and result.error is not None:
            result = msgspec.structs.replace(
                result, error=Failure(kind="canceled", message="stopped")
            )
        self._finish(running, result)

    async def _stop_orphan(self, claim: Claim, grace_s: float) -> None:
        """Stop an attempt that has no warm parent any more."""
        if not claim.is_alive:
            return
        signal_all(tree_of(claim.pid), claim.pid, signal.SIGTERM)
        for _ in range(math.ceil(grace_s / _POLL_S)):
            if not claim.is_alive:
                return
            await asyncio.sleep(_POLL_S)
        if claim.is_alive:
            signal_all(tree_of(claim.pid), claim.pid, signal.SIGKILL)


def is_supported() -> bool:
    """Tell whether this system has what the process launcher needs."""
    return hasattr(os, "fork")
