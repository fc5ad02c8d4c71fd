"""A launcher that plays scripted outcomes: no process, no clock, the same every time.

For tests of the controller and of users' pipelines. It keeps the contract of the real ones: a start
is idempotent, each end is reported once, a stopped attempt ends canceled.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from headrace.engine.attempts import (
    AttemptId,
    AttemptResult,
    AttemptSpec,
    Failure,
    OutputArtifact,
    Usage,
)
from headrace.launchers.endings import never_started
from headrace.launchers.port import Capacity, Finished, Report, Started


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt plays.

    Attributes:
        result: How it ends; None means that it runs until it is stopped or ``finish`` is called.
        log: What it prints.
    """

    result: AttemptResult | None = None
    log: bytes = b""


#: Says how an attempt plays; asked once for each attempt.
Script = Callable[[AttemptSpec], Outcome]


def succeeds(**parameters: Any) -> Outcome:
    """Return a success with these output parameters; declared outputs without one get a value."""
    return Outcome(AttemptResult(parameters=parameters))


def fails(message: str = "it failed", kind: str = "user", **details: Any) -> Outcome:
    """Return a failure of a kind that ``Failure`` knows."""
    failure = Failure(kind=kind, message=message, **details)  # pyright: ignore[reportArgumentType]
    return Outcome(AttemptResult(error=failure))


def hangs() -> Outcome:
    """Return an attempt that runs until it is stopped or finished by hand."""
    return Outcome()


def scripted(outcomes: dict[str, list[Outcome]]) -> Script:
    """Return a script by task path: the n-th attempt plays the n-th outcome, then the last one.

    Tasks that are not named succeed.
    """

    def play(spec: AttemptSpec) -> Outcome:
        several = outcomes.get(spec.id.task)
        if not several:
            return succeeds()
        return several[min(spec.id.number, len(several)) - 1]

    return play


@dataclass(slots=True)
class _Played:
    spec: AttemptSpec
    outcome: Outcome
    is_over: asyncio.Event = field(default_factory=asyncio.Event)


class FakeLauncher:
    """Plays a script.

    Args:
        script: How each attempt plays; by default all succeed.
        capacity: What it says there is.
        now: Gives the times of reports.

    Attributes:
        started: Attempts in the order in which they began, each once.
        stopped: Attempts that were asked to stop, in order.
    """

    def __init__(
        self,
        script: Script = lambda _: succeeds(),
        *,
        capacity: Capacity | None = None,
        now: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._script = script
        self._capacity = capacity or Capacity(cpus=8.0, memory_bytes=32 << 30)
        self._now = now
        self._played: dict[AttemptId, _Played] = {}
        self._never_began: set[AttemptId] = set()
        self._reports: asyncio.Queue[Report | None] = asyncio.Queue()
        self.started: list[AttemptId] = []
        self.stopped: list[AttemptId] = []

    async def start(self, spec: AttemptSpec) -> None:
        """Play the attempt; asked twice for the same id, play it once."""
        if spec.id in self._played or spec.id in self._never_began:
            return
        played = self._played[spec.id] = _Played(spec, self._script(spec))
        self.started.append(spec.id)
        self._reports.put_nowait(Started(attempt=spec.id, at=self._now(), where="script"))
        if played.outcome.result is not None:
            self.finish(spec.id, played.outcome.result)

    def finish(self, attempt: AttemptId, result: AttemptResult | None = None) -> None:
        """End an attempt that runs; one that has ended stays as it is."""
        played = self._played[attempt]
        if played.is_over.is_set():
            return
        played.is_over.set()
        ended = _completed(result or AttemptResult(), played.spec)
        self._reports.put_nowait(Finished(attempt=attempt, at=self._now(), result=ended))

    async def stop(self, attempt: AttemptId, grace_s: float) -> None:
        """End the attempt as canceled."""
        del grace_s
        self.stopped.append(attempt)
        if attempt in self._played:
            self.finish(attempt, never_started("stopped"))
        elif attempt not in self._never_began:
            self._never_began.add(attempt)
            ended = never_started("stopped before it began")
            self._reports.put_nowait(Finished(attempt=attempt, at=self._now(), result=ended))

    async def reports(self) -> AsyncIterator[Report]:
        """Yield what happens to the attempts, each end exactly once."""
        while (report := await self._reports.get()) is not None:
            yield report

    async def recover(self, attempts: Collection[AttemptSpec]) -> list[AttemptSpec]:
        """Return the attempts that never began; the others go on as they were."""
        return [spec for spec in attempts if spec.id not in self._played]

    async def logs(self, attempt: AttemptId, *, follow: bool) -> AsyncIterator[bytes]:
        """Yield what the outcome prints."""
        played = self._played.get(attempt)
        if played is None:
            return
        if played.outcome.log:
            yield played.outcome.log
        if follow:
            await played.is_over.wait()

    def variable(self, attempt: AttemptId, name: str) -> str | None:
        """Return an environment variable that an attempt was started with."""
        played = self._played.get(attempt)
        container = None if played is None else played.spec.container
        return {v.name: v.value for v in container.env}.get(name) if container else None

    def capacity(self) -> Capacity:
        """Say what there is, in all."""
        return self._capacity

    async def close(self) -> None:
        """End the reports."""
        self._reports.put_nowait(None)


def _completed(result: AttemptResult, spec: AttemptSpec) -> AttemptResult:
    """Give a success the outputs that the component declares and the script left out."""
    if result.error is not None:
        return result
    declared = spec.interface.output_definitions
    values: dict[str, Any] = {
        "NUMBER_DOUBLE": 0.0,
        "NUMBER_INTEGER": 0,
        "STRING": "",
        "BOOLEAN": False,
        "LIST": [],
        "STRUCT": {},
    }
    parameters = {name: values.get(p.parameter_type) for name, p in declared.parameters.items()}
    artifacts = {
        name: (OutputArtifact(uri=f"{spec.output_root}/{name}"),) for name in declared.artifacts
    }
    return AttemptResult(
        parameters=parameters | result.parameters,
        artifacts=artifacts | result.artifacts,
        usage=Usage(),
    )
